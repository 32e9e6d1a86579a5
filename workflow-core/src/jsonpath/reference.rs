//! Reference paths: those that name one place, so that a value can be put there.

use serde_json::{Map, Value};

use super::{Path, Root, SyntaxError, path::Step};

/// A path of names and indexes from the document, as `ResultPath` takes.
///
/// ```
/// use serde_json::json;
/// use workflow_core::jsonpath::ReferencePath;
///
/// let path = ReferencePath::parse("$.receipt.id").unwrap();
/// let document = path.set(json!({"order": 7}), json!("r-1")).unwrap();
/// assert_eq!(document, json!({"order": 7, "receipt": {"id": "r-1"}}));
/// ```
#[derive(Clone, Debug)]
pub struct ReferencePath(Path);

/// A document that has no room for a value where a reference path leads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Unable to apply ReferencePath {path} to input {document}")]
pub struct NotApplicable {
    /// The path as it was written.
    pub path: String,
    /// The document.
    pub document: Value,
}

impl ReferencePath {
    /// Parses a reference path.
    ///
    /// # Errors
    ///
    /// A text that is no path, or a path that can lead to several places or starts elsewhere than at `$`.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        let path = Path::parse(source)?;
        let is_reference =
            path.root == Root::Document && source.trim_start().starts_with('$') && path.is_reference();
        if is_reference {
            Ok(Self(path))
        } else {
            Err(SyntaxError { message: format!("Value is not a Reference Path: {source}"), position: 0 })
        }
    }

    /// The path as it was written.
    pub fn source(&self) -> &str {
        self.0.source()
    }

    /// Whether it is `$`, the whole document.
    pub fn is_root(&self) -> bool {
        self.0.steps.is_empty()
    }

    /// The path to read with.
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// The document with a value put where the path leads. Objects on the way are made where they are
    /// missing; items of a list are not.
    ///
    /// # Errors
    ///
    /// Something on the way is neither an object with that name nor a list with that index.
    pub fn set(&self, mut document: Value, value: Value) -> Result<Value, NotApplicable> {
        match place(&mut document, &self.0.steps) {
            Some(place) => {
                *place = value;
                Ok(document)
            }
            None => Err(NotApplicable { path: self.source().to_owned(), document }),
        }
    }
}

/// The place that steps lead to. Nothing is made before it is sure that the way can be gone to its end,
/// so that a document that is refused is as it was.
fn place<'a>(document: &'a mut Value, steps: &[Step]) -> Option<&'a mut Value> {
    let mut exists = &*document;
    for (at, step) in steps.iter().enumerate() {
        let next = match (step, exists) {
            (Step::Name(name), Value::Object(fields)) => fields.get(name),
            (Step::Index(index), Value::Array(items)) => Some(items.get(usize::try_from(*index).ok()?)?),
            _ => return None,
        };
        match next {
            Some(value) => exists = value,
            None if steps[at + 1..].iter().all(|step| matches!(step, Step::Name(_))) => break,
            None => return None,
        }
    }
    steps.iter().try_fold(document, |value, step| match (step, value) {
        (Step::Name(name), Value::Object(fields)) => {
            Some(fields.entry(name.as_str()).or_insert_with(|| Value::Object(Map::new())))
        }
        (Step::Index(index), Value::Array(items)) => items.get_mut(usize::try_from(*index).ok()?),
        _ => None,
    })
}

//! A parsed path, and what it is made of.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    evaluate::{self, Left},
    filter::Filter,
    parse,
};
use crate::Scope;

/// A JSONPath that has been parsed.
///
/// ```
/// use serde_json::json;
/// use workflow_core::{FixedScope, jsonpath::Path};
///
/// let document = json!({"orders": [{"id": 1}, {"id": 2}]});
/// let scope = FixedScope::default();
/// let path = Path::parse("$.orders[*].id").unwrap();
/// assert_eq!(*path.evaluate(&document, &scope).unwrap(), json!([1, 2]));
///
/// let missing = Path::parse("$.customer.name").unwrap().evaluate(&document, &scope).unwrap_err();
/// assert_eq!(missing.to_string(), "Missing property in path $['customer']");
/// ```
#[derive(Clone, Debug)]
pub struct Path {
    pub(super) source: String,
    pub(super) root: Root,
    pub(super) steps: Vec<Step>,
    pub(super) definite: bool,
}

/// What a path starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// `$`: the document that the path is applied to.
    Document,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(String),
}

/// One step of a path.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// `.name` or `['name']`.
    Name(String),
    /// `['a','b']`: an object of these fields at the end of a path, each of them before it.
    Names(Vec<String>),
    /// `[0]`, from the end where negative.
    Index(i64),
    /// `[0,1]`: those that there are.
    Indexes(Vec<i64>),
    /// `[1:3]`, from the end where negative.
    Slice(Option<i64>, Option<i64>),
    /// `.*` or `[*]`.
    Wildcard,
    /// `..`: the next step at every depth.
    Scan,
    /// `[?(..)]`.
    Filter(Filter),
    /// `.length()` and its like.
    Function(Function),
}

/// A function at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Length,
    Keys,
    First,
    Last,
    Min,
    Max,
    Sum,
    Average,
    Deviation,
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where it is, in bytes from the start of the text.
    pub position: usize,
}

/// A definite path, or the definite beginning of one, that leads nowhere.
///
/// The text is Jayway's, which Step Functions shows in causes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PathNotFound {
    /// What is missing, and where.
    pub message: String,
}

impl Path {
    /// Parses a path.
    ///
    /// # Errors
    ///
    /// What Jayway does not take.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        parse::path(source)
    }

    /// The path as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it starts from.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Whether it leads to one place; any other path gives a list.
    pub fn is_definite(&self) -> bool {
        self.definite
    }

    /// Whether it names one place by names and indexes alone, as a reference path does.
    pub fn is_reference(&self) -> bool {
        self.steps.iter().all(|step| match step {
            Step::Name(_) => true,
            Step::Index(index) => *index >= 0,
            _ => false,
        })
    }

    /// The value at the end of the path. It is borrowed where the path is definite. A path that is not
    /// gives an empty list where its beginning leads nowhere, as Step Functions has it.
    ///
    /// # Errors
    ///
    /// A definite path leads nowhere, or any other to far more than a state may hand on.
    pub fn evaluate<'a>(
        &self,
        document: &'a Value,
        scope: &'a dyn Scope,
    ) -> Result<Cow<'a, Value>, PathNotFound> {
        let root = match &self.root {
            Root::Document => document,
            Root::Context => scope.context(),
            Root::Variable(name) => scope
                .variable(name)
                .ok_or_else(|| PathNotFound { message: format!("The variable '${name}' is not defined") })?,
        };
        let left = Left::new();
        match evaluate::apply(self, root, root, &left) {
            Err(_) if !self.definite && !left.is_used_up() => Ok(Cow::Owned(Value::Array(Vec::new()))),
            found => found,
        }
    }

    /// The value at the end of the path in this root, as Jayway has it.
    ///
    /// # Errors
    ///
    /// A definite path, or the definite beginning of one, leads nowhere.
    pub fn apply<'a>(&self, root: &'a Value) -> Result<Cow<'a, Value>, PathNotFound> {
        evaluate::apply(self, root, root, &Left::new())
    }
}

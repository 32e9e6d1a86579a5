//! A parsed call, and its evaluation from the inside out.

use std::borrow::Cow;

use serde_json::Value;

use super::{QueryError, format, function::Function};
use crate::{Scope, jsonpath::Path};

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) source: String,
    pub(super) function: Function,
    pub(super) arguments: Vec<Argument>,
}

#[derive(Clone, Debug)]
pub(super) enum Argument {
    /// A text: as a value, and with its escapes of braces for `States.Format`.
    Text {
        value: Value,
        template: String,
    },
    /// A number, a boolean or null.
    Value(Value),
    Path(Path),
    Call(Box<Call>),
}

impl Call {
    pub(super) fn collect_paths<'a>(&'a self, paths: &mut Vec<&'a Path>) {
        for argument in &self.arguments {
            match argument {
                Argument::Path(path) => paths.push(path),
                Argument::Call(call) => call.collect_paths(paths),
                Argument::Text { .. } | Argument::Value(_) => {}
            }
        }
    }

    pub(super) fn count(&self) -> usize {
        let inner = self.arguments.iter().map(|argument| match argument {
            Argument::Call(call) => call.count(),
            Argument::Text { .. } | Argument::Value(_) | Argument::Path(_) => 0,
        });
        1 + inner.sum::<usize>()
    }

    pub(super) fn evaluate(&self, document: &Value, scope: &dyn Scope) -> Result<Value, QueryError> {
        let arguments = self
            .arguments
            .iter()
            .map(|argument| argument.value(document, scope))
            .collect::<Result<Vec<Cow<'_, Value>>, QueryError>>()?;
        let result = match (self.function, self.arguments.as_slice(), arguments.as_slice()) {
            // The template of a literal still knows which braces were escaped.
            (Function::Format, [Argument::Text { template, .. }, ..], [_, values @ ..]) => {
                format::format(template, values)
            }
            (function, _, arguments) => function.call(arguments, scope),
        };
        result.map_err(|message| QueryError::Intrinsic { call: self.source.clone(), message })
    }
}

impl Argument {
    fn value<'a>(&'a self, document: &'a Value, scope: &'a dyn Scope) -> Result<Cow<'a, Value>, QueryError> {
        match self {
            Self::Text { value, .. } | Self::Value(value) => Ok(Cow::Borrowed(value)),
            Self::Path(path) => path
                .evaluate(document, scope)
                .map_err(|error| QueryError::NotFound { path: path.source().to_owned(), error }),
            Self::Call(call) => call.evaluate(document, scope).map(Cow::Owned),
        }
    }
}

//! Whether Step Functions takes a definition, whoever wrote it: the rules of
//! `ValidateStateMachineDefinition`, with its codes, locations and, where they are known, its words.
//!
//! `json` reads the text and keeps its places, `machine` checks states and the ways between them,
//! `fields` says which fields a state may have, `values` what may stand in them. [`lint`] adds
//! warnings about definitions that are taken and are probably not what was meant.
//!
//! (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html>)

mod choice;
mod diagnostic;
mod errors;
mod expression;
mod fields;
mod json;
mod lint;
mod machine;
mod map;
#[cfg(test)]
mod tests;
mod values;

use serde_json::Value;

pub use self::{
    diagnostic::{Code, Diagnostic, Severity, invalid_definition},
    json::{Place, Places},
};
use crate::WorkflowKind;

/// Checks a definition. Errors come in the order in which Step Functions tells them; none means that it
/// takes the definition.
///
/// ```
/// use workflow_core::{WorkflowKind, asl::validate};
///
/// let text = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed", "Catch": []}}}"#;
/// let found = validate::validate(text, WorkflowKind::Standard);
/// assert_eq!(found[0].to_string(), "SCHEMA_VALIDATION_FAILED: Field 'Catch' is not supported at /States/Done");
/// ```
pub fn validate(text: &str, kind: WorkflowKind) -> Vec<Diagnostic> {
    match json::parse(text) {
        Ok((definition, _)) => validate_value(&definition, kind),
        Err(diagnostic) => vec![diagnostic],
    }
}

/// Checks a definition that has been read.
pub fn validate_value(definition: &Value, kind: WorkflowKind) -> Vec<Diagnostic> {
    machine::check(definition, kind)
}

/// Warnings about a definition that Step Functions takes.
pub fn lint(definition: &Value) -> Vec<Diagnostic> {
    lint::lint(definition)
}

/// Reads a definition, and keeps where in the text each of its fields stands.
///
/// # Errors
///
/// The text is no JSON.
pub fn read(text: &str) -> Result<(Value, Places), Diagnostic> {
    json::parse(text)
}

//! What is wrong with a definition, said as Step Functions says it.

use std::fmt;

/// Something found in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether Step Functions refuses the definition for it.
    pub severity: Severity,
    /// What kind of thing it is.
    pub code: Code,
    /// What is wrong, in Step Functions' words where they are known.
    pub message: String,
    /// Where it is: the path of a field (`/States/Pay/Retry[0]/ErrorEquals`). Absent where it concerns
    /// the whole definition.
    pub location: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Step Functions refuses the definition.
    Error,
    /// Step Functions takes it, and it is probably not what was meant.
    Warning,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The kinds of findings: Step Functions' own, then those of this crate, which are warnings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// The code as Step Functions writes it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// The text is no JSON.
    InvalidJsonDescription = "INVALID_JSON_DESCRIPTION",
    /// There is no text.
    MissingDescription = "MISSING_DESCRIPTION",
    /// A field is missing, unknown, or of a value that it cannot have.
    SchemaValidationFailed = "SCHEMA_VALIDATION_FAILED",
    /// No state ends the state machine.
    MissingEndState = "MISSING_END_STATE",
    /// Two states have one name.
    DuplicateStateName = "DUPLICATE_STATE_NAME",
    /// The name of a state is empty, or too long.
    InvalidStateName = "INVALID_STATE_NAME",
    /// Two Map states have one label.
    DuplicateLabelName = "DUPLICATE_LABEL_NAME",
    /// The label of a Map state is one that it cannot have.
    InvalidLabelName = "INVALID_LABEL_NAME",
    /// A transition leads to no state, or none leads to a state.
    MissingTransitionTarget = "MISSING_TRANSITION_TARGET",
    /// State machines are nested too deeply.
    TooDeeplyNested = "TOO_DEEPLY_NESTED",
    /// A text between `{%` and `%}` is no JSONata.
    InvalidJsonataExpression = "INVALID_JSONATA_EXPRESSION",
    /// An expression reads what there is not where it stands.
    UnsupportedJsonataExpression = "UNSUPPORTED_JSONATA_EXPRESSION",
    /// A field that looks like a path or a call has no `.$` at the end of its name.
    NoDollar = "NO_DOLLAR",
    /// A field that takes no path looks like one.
    NoPath = "NO_PATH",
    /// A path in the `Result` of a Pass state, which is passed on as it stands.
    PassResultIsStatic = "PASS_RESULT_IS_STATIC",
    /// An execution that gets there never ends.
    LoopWithoutExit = "LOOP_WITHOUT_EXIT",
    /// No way from the start leads to the state.
    UnreachableState = "UNREACHABLE_STATE",
    /// A Choice state that fails where no rule matches.
    ChoiceWithoutDefault = "CHOICE_WITHOUT_DEFAULT",
    /// A task whose first failure is the last.
    TaskWithoutRetry = "TASK_WITHOUT_RETRY",
    /// A task that waits for a callback, for a year if it must.
    CallbackWithoutTimeout = "CALLBACK_WITHOUT_TIMEOUT",
    /// A variable that nothing sets.
    UnknownVariable = "UNKNOWN_VARIABLE",
    /// A task passes on more than its result.
    WholeResponse = "WHOLE_RESPONSE",
}

impl Diagnostic {
    pub(super) fn error(code: Code, location: impl Into<String>, message: impl Into<String>) -> Self {
        let (message, location) = (message.into(), Some(location.into()));
        Self { severity: Severity::Error, code, message, location }
    }

    pub(super) fn warning(code: Code, location: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, location, message) }
    }

    /// Whether Step Functions refuses the definition for it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// As `CreateStateMachine` writes it: `CODE: message at location`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_deref().unwrap_or("null");
        write!(formatter, "{}: {} at {location}", self.code, self.message.trim_end())
    }
}

/// The message of the exception `InvalidDefinition`, with which `CreateStateMachine` refuses a
/// definition for these errors; none where there are none.
pub fn invalid_definition(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors: Vec<String> =
        diagnostics.iter().filter(|found| found.is_error()).map(Diagnostic::to_string).collect();
    (!errors.is_empty()).then(|| format!("Invalid State Machine Definition: '{}'", errors.join(", ")))
}

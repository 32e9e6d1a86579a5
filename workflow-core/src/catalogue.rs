//! The workflows of a program by name, for everything that takes a name and JSON: command lines,
//! servers, and the writing of the state machines.

use std::{future::Future, pin::Pin, sync::Arc};

use serde_json::Value;

use crate::{
    contract::own_names,
    error::{ErrorVariant, WorkflowError},
    interpreter::{self, DefinitionError, Interpreter, InterpreterError, StateMachine},
    lower::Definition,
    native::{Executor, InputError, Report, decode_input},
    workflow::{Start, Workflow, WorkflowMeta},
};

/// The workflows of a program, in the order in which they were added.
///
/// ```
/// use workflow_core::{Catalogue, CatalogueError};
///
/// let catalogue = Catalogue::new();
/// assert!(matches!(catalogue.get("order-fulfillment"), Err(CatalogueError::Unknown { .. })));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    entries: Vec<CatalogueEntry>,
}

impl Catalogue {
    /// A catalogue without workflows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a workflow. Two of the same name are found by [`Catalogue::check`] and by
    /// [`Catalogue::get`].
    #[must_use]
    pub fn add<W: Workflow>(mut self) -> Self {
        self.entries.push(CatalogueEntry::of::<W>());
        self
    }

    /// The workflows in the order in which they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, CatalogueEntry> {
        self.entries.iter()
    }

    /// The workflow of this name.
    ///
    /// # Errors
    ///
    /// When there is none, or more than one.
    pub fn get(&self, name: &str) -> Result<&CatalogueEntry, CatalogueError> {
        let mut found = self.entries.iter().filter(|entry| entry.meta.name == name);
        match (found.next(), found.next()) {
            (Some(entry), None) => Ok(entry),
            (Some(first), Some(second)) => Err(duplicate(first, second)),
            (None, _) => {
                let known = self.entries.iter().map(|entry| entry.meta.name).collect();
                Err(CatalogueError::Unknown { name: name.to_owned(), known })
            }
        }
    }

    /// Checks that every workflow has a name of its own.
    ///
    /// # Errors
    ///
    /// The first two that share one.
    pub fn check(&self) -> Result<(), CatalogueError> {
        self.entries.iter().try_for_each(|entry| self.get(entry.meta.name).map(drop))
    }
}

impl<'a> IntoIterator for &'a Catalogue {
    type Item = &'a CatalogueEntry;
    type IntoIter = std::slice::Iter<'a, CatalogueEntry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn duplicate(first: &CatalogueEntry, second: &CatalogueEntry) -> CatalogueError {
    CatalogueError::Duplicate {
        name: first.meta.name,
        first: first.meta.function,
        second: second.meta.function,
    }
}

/// Why a catalogue has no workflow to give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// No workflow has the name.
    #[error("there is no workflow `{name}`; there are: {}", known.join(", "))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<&'static str>,
    },
    /// Two workflows have the name.
    #[error(
        "`{first}` and `{second}` are both named `{name}`; give one another name: `#[workflow(name = \"..\")]`"
    )]
    Duplicate {
        /// The name.
        name: &'static str,
        /// The function that has it.
        first: &'static str,
        /// The function that has it as well.
        second: &'static str,
    },
}

/// An execution on its way.
type Running = Pin<Box<dyn Future<Output = Report> + Send>>;

/// A workflow without its types.
#[derive(Clone, Copy, Debug)]
pub struct CatalogueEntry {
    meta: WorkflowMeta,
    definition: fn() -> &'static Definition,
    errors: fn() -> Vec<ErrorVariant>,
    check_input: fn(&str) -> Result<(), InputError>,
    run: fn(&Executor, String) -> Running,
}

impl CatalogueEntry {
    fn of<W: Workflow>() -> Self {
        Self {
            meta: W::META,
            definition: W::definition,
            errors: W::Error::variants,
            check_input: |input| decode_input::<W::Arguments>(&W::META, input).map(drop),
            run: |executor, input| {
                let execution = executor.run(Start::<W>::from_json(input));
                Box::pin(async move { execution.await.into_report() })
            },
        }
    }

    /// What the attribute and the doc comment say.
    pub fn meta(&self) -> &WorkflowMeta {
        &self.meta
    }

    /// The symbolic reading.
    pub fn definition(&self) -> &'static Definition {
        (self.definition)()
    }

    /// The names of the errors that its executions may fail with, the platform's left out.
    pub fn errors(&self) -> Vec<&'static str> {
        own_names(&(self.errors)())
    }

    /// Checks that JSON text is an input of this workflow.
    ///
    /// # Errors
    ///
    /// Says what does not fit, and where.
    pub fn check_input(&self, input: &str) -> Result<(), InputError> {
        (self.check_input)(input)
    }

    /// Runs an execution of its state machine with this JSON text as its input: the workflow's own tasks do
    /// the work. Give the interpreter their shared state before, and the services that it calls.
    ///
    /// # Errors
    ///
    /// What the workflow says that no state machine can.
    pub fn interpret(
        &self,
        interpreter: &Interpreter,
        input: &str,
    ) -> Result<impl Future<Output = interpreter::Execution> + Send + use<>, DefinitionError> {
        let definition = self.definition();
        let machine = Arc::new(StateMachine::of(definition)?);
        let interpreter = interpreter.clone().of_workflow(&self.meta, definition);
        let input = match self.check_input(input) {
            Ok(()) => serde_json::from_str::<Value>(input).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        Ok(async move {
            match input {
                Ok(input) => interpreter.run(&machine, input).await,
                Err(message) => interpreter::refused(InterpreterError::Input { message }),
            }
        })
    }

    /// Runs an execution with this JSON text as its input.
    pub fn run(&self, executor: &Executor, input: impl Into<String>) -> Running {
        (self.run)(executor, input.into())
    }
}

/// Declares the modules of a program's workflows, each with a workflow of the module's own name,
/// and the function `catalogue` that lists them: one file and one line for each workflow.
///
/// ```text
/// workflow_core::catalogue! {
///     pub mod purchase_refund; // purchase_refund.rs: #[workflow] pub async fn purchase_refund(..)
///     mod transaction;
/// }
/// ```
///
/// becomes
///
/// ```text
/// pub mod purchase_refund;
/// mod transaction;
///
/// pub fn catalogue() -> Catalogue {
///     Catalogue::new().add::<purchase_refund::purchase_refund>().add::<transaction::transaction>()
/// }
/// ```
#[macro_export]
macro_rules! catalogue {
    ($($(#[$attribute:meta])* $visibility:vis mod $name:ident;)*) => {
        $($(#[$attribute])* $visibility mod $name;)*

        /// Every workflow that is declared here.
        pub fn catalogue() -> $crate::Catalogue {
            $crate::Catalogue::new()$(.add::<$name::$name>())*
        }
    };
}

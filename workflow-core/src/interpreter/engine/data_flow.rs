//! How data flows through a state: what of the input it works on, and what it hands on.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html>)

use std::{borrow::Cow, cell::OnceCell};

use serde_json::{Map, Value};

use super::{Engine, Frame, Step};
use crate::{
    history::{Detail, StateKind, Text},
    interpreter::{
        context::StateScope,
        data::Data,
        expression::Surroundings,
        fault::{Failure, Fault},
        inspection::Station,
        machine::{Assign, Kind, Language, Number, ResultPath, Selection, State, Transition},
        template::Template,
    },
    limits::{MAX_VARIABLE_BYTES, too_large},
    weight::Budget,
};

/// What a state hands on: its output, and the variables that it sets.
pub(super) struct Outgoing {
    pub(super) output: Data,
    pub(super) assigned: Vec<(Text, Data)>,
}

impl<'m> Engine<'m> {
    /// What the expressions of a frame's state may read besides its data.
    pub(super) fn scope<'a>(&'a self, frame: &'a Frame<'m>, token: Option<&'a str>) -> StateScope<'a> {
        let state = frame.state();
        let retried = matches!(state.kind, Kind::Task(_) | Kind::Map(_) | Kind::Parallel(_));
        StateScope {
            settings: self.settings,
            execution: &self.scopes[frame.scope],
            variables: &frame.variables,
            state: &state.name,
            entered: frame.entered_at,
            retries: retried.then_some(frame.retries),
            item: frame.item.as_deref(),
            token,
            now: self.time(),
            drawn: &self.drawn,
            built: OnceCell::new(),
        }
    }

    /// The input after `InputPath`.
    pub(super) fn effective_input(&self, frame: &Frame<'m>, state: &State) -> Result<Data, Fault> {
        let effective = match &state.input_path {
            Selection::Whole => frame.input.clone(),
            Selection::Nothing => Data::new(Value::Object(Map::new())),
            Selection::At(path) => {
                let scope = self.scope(frame, None);
                Data::new(path.select(&Surroundings::new(&frame.input, &scope))?.into_owned())
            }
        };
        self.note(state, Station::InputPath, &effective);
        Ok(effective)
    }

    /// What a state works on: its `Parameters` or `Arguments`.
    pub(super) fn parameters(
        &self,
        frame: &Frame<'m>,
        state: &State,
        effective: Data,
        token: Option<&str>,
    ) -> Result<Data, Fault> {
        let parameters = match &state.parameters {
            Some(template) => {
                let scope = self.scope(frame, token);
                template.data(&Surroundings::new(&effective, &scope))?
            }
            None => effective,
        };
        self.note(state, Station::Parameters, &parameters);
        Ok(parameters)
    }

    /// What a state hands on that has a result.
    pub(super) fn outgoing(&self, frame: &Frame<'m>, state: &State, result: Data) -> Result<Outgoing, Fault> {
        match state.language {
            Language::JsonPath => self.outgoing_of_paths(frame, state, &state.assign, result),
            Language::Jsonata => {
                let works = matches!(state.kind(), StateKind::Task | StateKind::Map | StateKind::Parallel);
                self.outgoing_of_jsonata(frame, &state.assign, state.output.as_ref(), works, result)
            }
        }
    }

    /// What a state of JSONPath hands on, with the variables that it sets, or that its rule does.
    pub(super) fn outgoing_of_paths(
        &self,
        frame: &Frame<'m>,
        state: &State,
        assignments: &Assign,
        result: Data,
    ) -> Result<Outgoing, Fault> {
        // Most states hand on their result as it is.
        if self.inspection.is_none()
            && state.result_selector.is_none()
            && assignments.is_empty()
            && matches!(state.output_path, Selection::Whole)
        {
            let output = combine(&state.result_path, &frame.input, result)?;
            return Ok(Outgoing { output, assigned: Vec::new() });
        }
        let scope = self.scope(frame, None);
        let result = match &state.result_selector {
            Some(selector) => selector.data(&Surroundings::new(&result, &scope))?,
            None => result,
        };
        self.note(state, Station::ResultSelector, &result);
        let assigned = assign(assignments, &Surroundings::new(&result, &scope))?;
        let combined = combine(&state.result_path, &frame.input, result)?;
        self.note(state, Station::ResultPath, &combined);
        let output = match &state.output_path {
            Selection::Whole => combined,
            Selection::Nothing => Data::new(Value::Object(Map::new())),
            Selection::At(path) => match path.select(&Surroundings::new(&combined, &scope))? {
                Cow::Borrowed(value) if std::ptr::eq(value, &*combined) => combined,
                value => Data::new(value.into_owned()),
            },
        };
        Ok(Outgoing { output, assigned })
    }

    /// What a state of JSONata hands on. Whether it works decides whether there is `$states.result`.
    pub(super) fn outgoing_of_jsonata(
        &self,
        frame: &Frame<'m>,
        assignments: &Assign,
        output: Option<&Template>,
        works: bool,
        result: Data,
    ) -> Result<Outgoing, Fault> {
        if assignments.is_empty() && output.is_none() {
            return Ok(Outgoing { output: result, assigned: Vec::new() });
        }
        let scope = self.scope(frame, None);
        let surroundings = Surroundings {
            document: &frame.input,
            result: works.then_some(&*result),
            error_output: None,
            scope: &scope,
        };
        let assigned = assign(assignments, &surroundings)?;
        let output = match output {
            Some(template) => template.data(&surroundings)?,
            None => result.clone(),
        };
        Ok(Outgoing { output, assigned })
    }

    /// Leaves a state.
    pub(super) fn leave(
        &mut self,
        frame: &mut Frame<'m>,
        state: &'m State,
        transition: Transition,
        outgoing: Outgoing,
    ) -> Result<Step, Fault> {
        let Outgoing { output, assigned } = outgoing;
        if !output.same(&frame.input) && output.is_too_large() {
            return Err(Fault::Failed(too_large(&state.name).into()));
        }
        let last = frame.last;
        self.exited(frame, state, last, &output, assigned);
        Ok(match transition {
            Transition::Next(next) => {
                self.note_next(frame.machine, next);
                // A state that is tested leads nowhere.
                if self.inspection().is_some() { Step::Done(output) } else { Step::Go(next, output) }
            }
            Transition::End => Step::Done(output),
        })
    }

    /// Writes the exit of a state and sets its variables.
    pub(super) fn exited(
        &mut self,
        frame: &mut Frame<'m>,
        state: &State,
        previous: u64,
        output: &Data,
        assigned: Vec<(Text, Data)>,
    ) {
        frame.last = self.record(frame.scope, previous, || Detail::StateExited {
            state: state.kind(),
            name: state.name.clone(),
            output: output.text(),
            assigned: assigned.iter().map(|(name, value)| (name.clone(), value.text())).collect(),
        });
        for (name, value) in assigned {
            frame.variables.set(&name, value);
        }
        self.note_variables(&frame.variables);
    }

    /// A number of a state's field. `None` where the field is not there.
    pub(super) fn number(
        &self,
        frame: &Frame<'m>,
        number: Option<&Number>,
        document: &Value,
        kind: NumberKind,
    ) -> Result<Option<f64>, Fault> {
        let Some(number) = number else { return Ok(None) };
        let scope = self.scope(frame, None);
        let surroundings = Surroundings::new(document, &scope);
        Ok(Some(match number {
            Number::Literal(number) => *number,
            Number::Path { field, path } => {
                let value = path.entry(field, &surroundings)?;
                kind.read(&value).ok_or_else(|| {
                    let told = match &*value {
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                    let wanted = match kind {
                        NumberKind::Whole => "integer",
                        NumberKind::Float => "float",
                    };
                    let source = path.source();
                    Fault::Runtime(format!(
                        "The {field} field refers to value \"{told}\" which is not a valid {wanted}: {source}"
                    ))
                })?
            }
            Number::Jsonata { expression, .. } => {
                let value = expression.value(&surroundings)?;
                match value.as_f64() {
                    Some(number) => number,
                    None => return Err(expression.unexpected("number", &value)),
                }
            }
        }))
    }
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberKind {
    Whole,
    Float,
}

impl NumberKind {
    /// A number, also one that stands in a text.
    fn read(self, value: &Value) -> Option<f64> {
        let number = match value {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        (number.is_finite() && (self == Self::Float || number.fract() == 0.0)).then_some(number)
    }
}

/// The values of variables, all computed from what was before. Each may be as large as a state's output.
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-limits>)
pub(super) fn assign(
    assignments: &Assign,
    surroundings: &Surroundings<'_>,
) -> Result<Vec<(Text, Data)>, Fault> {
    if assignments.is_empty() {
        return Ok(Vec::new());
    }
    let mut room = Budget::new();
    let value = |(name, template): &(Text, Template)| {
        let value = template.data(surroundings)?;
        if !room.takes(&value) {
            return Err(too_many_variables());
        }
        if value.is_too_large() {
            let cause = format!(
                "The value of the variable '{name}' exceeds the maximum number of bytes service limit."
            );
            return Err(Fault::Failed(Failure::new("States.DataLimitExceeded", cause)));
        }
        Ok((name.clone(), value))
    };
    let assigned: Vec<(Text, Data)> = assignments.iter().map(value).collect::<Result<_, _>>()?;
    if surroundings.scope.variables.exceed(&assigned) {
        return Err(too_many_variables());
    }
    Ok(assigned)
}

fn too_many_variables() -> Fault {
    let cause =
        format!("The variables exceed {MAX_VARIABLE_BYTES} bytes, which is all that an execution may store.");
    Fault::Failed(Failure::new("States.DataLimitExceeded", cause))
}

/// The input with a result put where `ResultPath` says.
pub(super) fn combine(path: &ResultPath, input: &Data, result: Data) -> Result<Data, Fault> {
    Ok(match path {
        ResultPath::Whole => result,
        ResultPath::Discard => input.clone(),
        ResultPath::At(path) => Data::new(path.put(Value::clone(input), result.into_value())?),
    })
}

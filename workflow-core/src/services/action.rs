//! An action of a service as a task: what ties it to both readings.

use std::marker::PhantomData;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    child::{ACCOUNT, REGION},
    data::{Data, Shape},
    error::{ErrorName, WorkflowError},
    native::{Context, NoAnswer},
    resource::Resource,
    retry::Policy,
    symbolic::{Builder, Kind, Lowered, Node},
    task::{Call, MissingState, States, Task},
    text::Text,
};

use super::{
    reading::{Native, Reading, Symbolic, entries},
    token::hold_token,
};

/// An action of a service: what a Task state asks for, and what the answer gives.
///
/// Implemented by the types that the functions of the modules beside this one name, such as
/// [`dynamodb::PutItem`](super::dynamodb::PutItem).
pub trait Operation: Sized + Send + 'static {
    /// The function's name in Rust.
    const NAME: &'static str;
    /// What the Task state calls.
    const RESOURCE: Resource;
    /// What the Task state calls where the message holds a task token, and the argument that is the message.
    #[doc(hidden)]
    const WITH_TOKEN: Option<(Resource, &'static str)> = None;
    /// The errors that are retried by default, since they pass by themselves.
    const TRANSIENTS: &'static [ErrorName] = &[];
    /// What the action gives.
    type Output: Serialize + DeserializeOwned + Data<Owned: Sized> + Send + 'static;
    /// How it fails.
    type Error: WorkflowError;

    /// The keys of the state's `Arguments`. `values` are those of the function's parameters.
    #[doc(hidden)]
    fn arguments<R: Reading>(reading: &mut R, values: &[R::Value]) -> Vec<(String, R::Value)>;

    /// What a method on the call changes in the arguments.
    #[doc(hidden)]
    fn option<R: Reading>(
        reading: &mut R,
        subject: &R::Value,
        arguments: &mut Vec<(String, R::Value)>,
        option: &str,
        values: &[(R::Value, Shape)],
    ) {
        let _ = (subject, arguments, values);
        reading.problem(format!("`{}` has no option `{option}`", Self::NAME));
    }

    /// What is wrong with the arguments once all options are known.
    #[doc(hidden)]
    fn check<R: Reading>(reading: &mut R, arguments: &[(String, R::Value)]) {
        let _ = (reading, arguments);
    }

    /// What the answer of the service gives.
    #[doc(hidden)]
    fn result<R: Reading>(reading: &mut R, answer: &R::Value) -> R::Value;

    /// An answer that gives this result, for a mock.
    #[doc(hidden)]
    fn answer(result: Value) -> Value;
}

/// The task behind an [`Operation`].
#[derive(Debug)]
pub struct Action<O>(PhantomData<fn() -> O>);

impl<O: Operation> Task for Action<O> {
    const NAME: &'static str = O::NAME;
    const RESOURCE: Resource = O::RESOURCE;
    const FUNCTION: &'static str = "";
    const PARAMETERS: &'static [&'static str] = &[];
    const WITH_TOKEN: Option<Resource> = match O::WITH_TOKEN {
        Some((resource, _)) => Some(resource),
        None => None,
    };
    type Arguments = (Value,);
    type Output = O::Output;
    type Error = O::Error;

    fn policy() -> Policy {
        Policy { transients: O::TRANSIENTS, ..Policy::default() }
    }

    /// A service has no handler; [`Task::attempt`] asks it.
    async fn handle(
        _: Self::Arguments,
        _: States,
    ) -> Result<Result<Self::Output, Self::Error>, MissingState> {
        Err(MissingState { type_name: O::NAME })
    }

    fn decode(payload: &str) -> Result<Self::Arguments, serde_json::Error> {
        serde_json::from_str(payload).map(|arguments| (arguments,))
    }

    fn lower(builder: &Builder, values: Vec<Node>) -> Lowered {
        let mut reading = Symbolic(builder);
        let arguments = O::arguments(&mut reading, &values);
        let answer = builder.edit(|program| program.arena.add(Kind::TaskResult));
        let result = O::result(&mut reading, &answer);
        let subject = values.first().copied();
        Lowered { arguments, result, subject, placeholders: Vec::new() }
    }

    fn with_token(builder: &Builder, lowered: &mut Lowered) {
        hold_token::<O>(builder, lowered);
    }

    fn option(builder: &Builder, lowered: &mut Lowered, option: &str, values: Vec<(Node, Shape)>) {
        if let Some(subject) = lowered.subject {
            O::option(&mut Symbolic(builder), &subject, &mut lowered.arguments, option, &values);
        }
    }

    fn finish(builder: &Builder, lowered: &mut Lowered) {
        O::check(&mut Symbolic(builder), &lowered.arguments);
        let subject = lowered.subject.and_then(|subject| Symbolic(builder).known(&subject));
        lowered.find_placeholders(&subject.unwrap_or_default());
    }

    async fn attempt(payload: Text, subject: Option<Text>, context: Context) -> Result<Text, NoAnswer> {
        context.ask(O::RESOURCE, &payload, subject).await
    }

    fn answer(result: &O::Output) -> Result<Text, serde_json::Error> {
        Text::json(&O::answer(serde_json::to_value(result)?))
    }

    fn result(answer: &str) -> Result<O::Output, serde_json::Error> {
        let answer = serde_json::from_str(answer)?;
        serde_json::from_value(O::result(&mut Native::default(), &answer))
    }
}

impl<O: Operation> Call<Action<O>> {
    /// A call of an action, in process. `values` are those of the function's parameters, of which
    /// the first is what the call is about.
    pub(crate) fn action(values: Vec<Result<Value, serde_json::Error>>) -> Self {
        let mut values: Result<Vec<Value>, serde_json::Error> = values.into_iter().collect();
        // What deployment fills in there has a value in process as well.
        if let Ok([Value::String(subject), ..]) = values.as_deref_mut() {
            *subject = subject.replace("${AwsRegion}", REGION).replace("${AwsAccountId}", ACCOUNT);
        }
        let subject = values.as_ref().ok().and_then(|values| values.first()).map(Value::to_string);
        let payload = values.and_then(|values| {
            let mut reading = Native::default();
            let arguments = O::arguments(&mut reading, &values);
            finished(reading, arguments)
        });
        let mut call = Self::new(payload);
        call.subject = subject.map(Text::from);
        call
    }

    /// What a method on the call changes, in process.
    pub(crate) fn with(
        mut self,
        option: &str,
        values: Vec<(Result<Value, serde_json::Error>, Shape)>,
    ) -> Self {
        let subject = self.subject.as_deref().and_then(|subject| serde_json::from_str(subject).ok());
        let subject: Value = subject.unwrap_or_default();
        self.payload = self.payload.and_then(|payload| {
            let arguments: serde_json::Map<String, Value> = serde_json::from_str(&payload)?;
            let mut arguments: Vec<(String, Value)> = arguments.into_iter().collect();
            let values: Result<Vec<(Value, Shape)>, serde_json::Error> =
                values.into_iter().map(|(value, shape)| Ok((value?, shape))).collect();
            let mut reading = Native::default();
            O::option(&mut reading, &subject, &mut arguments, option, &values?);
            finished(reading, arguments).map(Text::from)
        });
        self
    }
}

fn finished(reading: Native, arguments: Vec<(String, Value)>) -> Result<String, serde_json::Error> {
    match reading.problems.into_iter().next() {
        Some(problem) => Err(serde::ser::Error::custom(problem)),
        None => serde_json::to_string(&entries(arguments)),
    }
}

/// The symbolic reading of a call of a task with a `resource`: its parameters are the arguments, and the
/// whole answer is its result.
pub fn lower_resource<T: Task>(builder: &Builder, values: Vec<Node>) -> Lowered {
    let mut reading = Symbolic(builder);
    let result = match <T::Output as Data>::shape() {
        Shape::Unit => reading.literal(Value::Null),
        _ => builder.edit(|program| program.arena.add(Kind::TaskResult)),
    };
    let arguments: Vec<(String, Node)> =
        T::PARAMETERS.iter().map(|key| (*key).to_owned()).zip(values.iter().copied()).collect();
    let mut lowered = Lowered { arguments, result, subject: None, placeholders: Vec::new() };
    for value in values {
        lowered.find_placeholders(&reading.known(&value).unwrap_or_default());
    }
    lowered
}

/// The result of a task with a `resource`.
///
/// # Errors
///
/// When the answer is not what the task's result expects.
pub fn result_of_resource<T: Task>(answer: &str) -> Result<T::Output, serde_json::Error> {
    match <T::Output as Data>::shape() {
        Shape::Unit => serde_json::from_str("null"),
        _ => serde_json::from_str(answer),
    }
}

impl Lowered {
    /// Finds the placeholders in a constant: deployment has to fill in each.
    fn find_placeholders(&mut self, constant: &Value) {
        let text = constant.to_string();
        for (name, _) in text.split("${").skip(1).filter_map(|rest| rest.split_once('}')) {
            if !self.placeholders.iter().any(|known| known == name) {
                self.placeholders.push(name.to_owned());
            }
        }
    }
}

/// Sets a key of the arguments.
pub(super) fn set<V>(arguments: &mut Vec<(String, V)>, key: &str, value: V) {
    match arguments.iter_mut().find(|(known, _)| known == key) {
        Some((_, known)) => *known = value,
        None => arguments.push((key.to_owned(), value)),
    }
}

//! Messages with a task token: whoever receives one answers.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    data::Data,
    given::{Given, TaskToken},
    native::{Context, NoAnswer},
    resource::Resource,
    retry::Policy,
    symbolic::{Builder, Kind, Lowered, Node},
    task::{Call, MissingState, States, Task},
    text::Text,
};

use super::{
    Action, Operation,
    messages::{Message, read},
};

/// An action whose message may hold a [`TaskToken`].
pub trait Asking: Operation {}

/// The argument that holds the message.
const fn message_of<O: Operation>() -> &'static str {
    match O::WITH_TOKEN {
        Some((_, message)) => message,
        None => "",
    }
}

/// A message of a workflow that waits for an answer, as it is received.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked<M> {
    /// The message.
    pub message: M,
    /// The token with which the receiver answers: `SendTaskSuccess` on AWS,
    /// [`TaskTokens`](crate::TaskTokens) in process.
    pub task_token: TaskToken,
}

/// The message that waits for an answer, if this is one.
pub(super) fn asked<M: Message>(body: &Value) -> Option<Asked<M>> {
    let task_token = TaskToken::new(body["task_token"].as_str()?);
    Some(Asked { message: read(&body["message"])?, task_token })
}

/// The task that sends a message and waits for an answer of type `T`: see [`Call::wait_for_token`].
#[derive(Debug)]
pub struct Ask<O, T>(PhantomData<fn() -> (O, T)>);

impl<O: Asking> Call<Action<O>> {
    /// Waits for an answer of type `T` from who receives the message, which arrives as an [`Asked`]:
    /// `sqs::send_message(JOBS, &job).wait_for_token::<Report>().timeout(..).await?`.
    ///
    /// On AWS the resource is `arn:aws:states:::sqs:sendMessage.waitForTaskToken`, and the message holds
    /// `$states.context.Task.Token`. An answer that fails has the name that its sender gave it.
    /// (<https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>)
    pub fn wait_for_token<T>(self) -> Call<Ask<O, T>>
    where
        T: Serialize + DeserializeOwned + Data<Owned: Sized> + Send + 'static,
    {
        let payload = self.payload.and_then(|payload| {
            let mut arguments: Value = serde_json::from_str(&payload)?;
            let message = arguments[message_of::<O>()].take();
            arguments[message_of::<O>()] = json!({ "message": message });
            Ok(arguments.to_string())
        });
        let mut call = Call::new(payload);
        call.policy = self.policy;
        call.overrides_retry = self.overrides_retry;
        call.subject = self.subject;
        call
    }
}

impl<O: Asking, T> Task for Ask<O, T>
where
    T: Serialize + DeserializeOwned + Data<Owned: Sized> + Send + 'static,
{
    const NAME: &'static str = O::NAME;
    const RESOURCE: Resource = match O::WITH_TOKEN {
        Some((resource, _)) => resource,
        None => O::RESOURCE,
    };
    const FUNCTION: &'static str = "";
    const PARAMETERS: &'static [&'static str] = &[];
    const GIVEN: &'static [Given] = &[Given::TaskToken("task_token")];
    type Arguments = (Value,);
    type Output = T;
    type Error = O::Error;

    fn policy() -> Policy {
        <Action<O> as Task>::policy()
    }

    fn decode(payload: &str) -> Result<(Value,), serde_json::Error> {
        <Action<O> as Task>::decode(payload)
    }

    fn give(payload: &str, value: &dyn Fn(Given) -> String) -> Text {
        let mut arguments: Value = serde_json::from_str(payload).unwrap_or_default();
        for given in Self::GIVEN {
            arguments[message_of::<O>()][given.name()] = value(*given).into();
        }
        arguments.to_string().into()
    }

    async fn submit(payload: Text, subject: Option<Text>, context: Context) -> Result<Text, NoAnswer> {
        context.ask(O::RESOURCE, &payload, subject).await
    }

    /// A service has no handler; [`Task::submit`] asks it.
    async fn handle(_: (Value,), _: States) -> Result<Result<T, O::Error>, MissingState> {
        Err(MissingState { type_name: O::NAME })
    }

    fn lower(builder: &Builder, values: Vec<Node>) -> Lowered {
        let mut lowered = <Action<O> as Task>::lower(builder, values);
        hold_token::<O>(builder, &mut lowered);
        lowered
    }
}

/// Puts the token beside the message, in the symbolic reading; whoever receives it gives the result.
pub(super) fn hold_token<O: Operation>(builder: &Builder, lowered: &mut Lowered) {
    let Lowered { arguments, result, .. } = lowered;
    builder.edit(|program| {
        let arena = &mut program.arena;
        for (_, message) in arguments.iter_mut().filter(|(key, _)| key == message_of::<O>()) {
            let token = arena.add(Kind::Context("Task.Token"));
            let asked = vec![("message".to_owned(), *message), ("task_token".to_owned(), token)];
            *message = arena.add(Kind::Object(asked));
        }
        *result = arena.add(Kind::TaskResult);
    });
}

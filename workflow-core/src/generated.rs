//! Small pieces that the macros' code is made of.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::{
    clock::LONGEST_WAIT,
    data::Data,
    effects::{Draw, ExecutionContext, SleepUntil, ThisExecution},
    history::Text,
    native::Context,
    symbolic::Builder,
    task::Awaited,
};

/// A `Result`, also under another name: what a function that returns one succeeds and fails with.
pub trait IsResult {
    /// What it succeeds with.
    type Ok;
    /// What it fails with.
    type Err;
}

impl<T, E> IsResult for Result<T, E> {
    type Ok = T;
    type Err = E;
}

/// The builder of a workflow whose native reading rustc has accepted.
///
/// Both readings are checked by rustc, and a mistake in the body is one in both. The array's length
/// is the size of the native future ([`size_of_run`]), which is unknown to rustc as long as there are
/// errors in it. The symbolic reading is then checked on a builder of unknown type, of which
/// nothing can be wrong, and the author reads of the mistake once.
pub trait Accepted {
    /// The builder.
    type Builder;
}

impl<const SIZE: usize> Accepted for [(); SIZE] {
    type Builder = Builder;
}

/// The size of the future that `run` gives. See [`Accepted`].
pub const fn size_of_run<Run, Arguments, Running>(_: &Run) -> usize
where
    Run: Fn(Context, Arguments) -> Running,
{
    size_of::<Running>()
}

/// An `async fn` of some parameters. See [`size_of_body`].
pub trait Body<Parameters> {
    /// The size of its future.
    const SIZE: usize;
}

macro_rules! bodies {
    ($(($($ty:ident),*))*) => {$(
        impl<Function, Running, $($ty),*> Body<($($ty,)*)> for Function
        where
            Function: Fn($($ty),*) -> Running,
        {
            const SIZE: usize = size_of::<Running>();
        }
    )*};
}

bodies! { () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H) (A, B, C, D, E, F, G, H, I) }

/// The size of the future that an `async fn` gives. See [`Accepted`].
pub const fn size_of_body<Function: Body<Parameters>, Parameters>(_: &Function) -> usize {
    Function::SIZE
}

/// Has rustc check that a type is [`Data`]. The number is for [`Held`].
pub const fn is_data<T: Data + ?Sized>() -> usize {
    0
}

/// A type of which rustc has found that it is [`Data`]. Of one that is none it says so once: the array's length,
/// which is [`is_data`], is then unknown, and so is the type, of which nothing else can be wrong.
pub trait Held {
    /// The type itself.
    type Type<T>;
}

impl<const DATA: usize> Held for [(); DATA] {
    type Type<T> = T;
}

/// A value that is sent as one of some arguments. Where these are unknown, nothing can be wrong with it. See
/// [`Held`].
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be written as JSON: it is not `Serialize`",
    label = "not `Serialize`",
    note = "derive it beside `Data`: `#[derive(Serialize, Deserialize, Data)]`"
)]
pub trait SentAs<Arguments> {
    /// The value as JSON text.
    ///
    /// # Errors
    ///
    /// When serde cannot write it, such as a map whose keys are no strings.
    fn text(&self) -> Result<Text, serde_json::Error>;
}

#[diagnostic::do_not_recommend]
impl<Arguments, T: Serialize + ?Sized> SentAs<Arguments> for T {
    fn text(&self) -> Result<Text, serde_json::Error> {
        Text::json(self)
    }
}

/// Runs what is awaited to its result.
pub fn run_call<C: Awaited>(
    context: &Context,
    call: C,
    site: usize,
) -> impl Future<Output = C::Outcome> + use<'_, C> {
    call.run(context, site)
}

/// Waits, by the execution's clock.
pub async fn run_sleep(context: &Context, time: Duration, site: usize) {
    context.wait(time.min(LONGEST_WAIT), site).await;
}

/// Waits until a point in time, by the execution's clock.
pub async fn run_sleep_until(context: &Context, sleep: SleepUntil, site: usize) {
    context.wait_until(sleep.time(), site).await;
}

/// Draws a value.
#[allow(clippy::unused_async, reason = "it is awaited, and a journal would have to be")]
pub async fn run_draw<D: Draw>(context: &Context, draw: D) -> D::Value {
    context.draw(draw)
}

/// What the running execution knows of itself.
pub fn this_execution(context: &Context, _: ThisExecution) -> &ExecutionContext {
    context.execution()
}

/// A value as JSON text.
///
/// # Errors
///
/// When serde cannot write it, such as a map whose keys are no strings.
pub fn to_json<Arguments, T: SentAs<Arguments> + ?Sized>(value: &T) -> Result<Text, serde_json::Error> {
    value.text()
}

/// A constant in a pattern as JSON; `null` where it has no JSON form.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The JSON text of an object, written field by field.
#[derive(Debug)]
pub struct JsonObject {
    text: Result<Vec<u8>, serde_json::Error>,
}

impl Default for JsonObject {
    fn default() -> Self {
        Self::new()
    }
}

impl JsonObject {
    /// An empty object.
    pub fn new() -> Self {
        Self { text: Ok(vec![b'{']) }
    }

    /// Adds a field. `name` is an identifier, which needs no escapes.
    #[must_use]
    pub fn field<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Self {
        self.argument::<(), T>(name, value)
    }

    /// Adds one of the arguments.
    #[must_use]
    pub fn argument<Arguments, T: SentAs<Arguments> + ?Sized>(mut self, name: &str, value: &T) -> Self {
        if let Ok(text) = &mut self.text {
            match value.text() {
                Ok(value) => {
                    text.extend_from_slice(if text.len() > 1 { b",\"" } else { b"\"" });
                    text.extend_from_slice(name.as_bytes());
                    text.extend_from_slice(b"\":");
                    text.extend_from_slice(value.as_bytes());
                }
                Err(error) => self.text = Err(error),
            }
        }
        self
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// When serde cannot write one of the fields.
    pub fn finish(self) -> Result<String, serde_json::Error> {
        let mut text = self.text?;
        text.push(b'}');
        String::from_utf8(text).map_err(serde::ser::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_written_field_by_field() {
        let text = JsonObject::new().field("a", &1).field("b", &"x").finish().unwrap();
        assert_eq!(text, r#"{"a":1,"b":"x"}"#);
        assert_eq!(JsonObject::new().finish().unwrap(), "{}");
    }
}

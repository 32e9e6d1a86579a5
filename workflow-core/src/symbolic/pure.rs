//! Functions and methods that a workflow calls without awaiting: what `#[pure]` leaves behind, and
//! what a call of one becomes.
//!
//! A function's name is also that of a hidden type, as a task's is. Where a name is that of no such
//! type, [`NotPure`] stands for it, so that rustc says what is wrong in our words. A method is found by
//! the type of its receiver and a number made of its name.

use super::{builder::Builder, node::Expr};

/// A function that a workflow may call, whether it awaits it or not, to the value `R`.
#[diagnostic::on_unimplemented(
    message = "a workflow cannot call this function, because it is not `#[pure]`",
    label = "not `#[pure]`",
    note = "annotate it with `#[pure]` if it is your own and only computes, or make it a `#[task]` and await it"
)]
pub trait Callable<R>: Sized {
    /// What the function returned.
    fn checked(returned: R) -> R {
        returned
    }
}

/// A function that a workflow calls without awaiting it, in the native reading. Of the value of a task that is not
/// awaited rustc knows nothing, so nothing else is said of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is called without `.await`, so nothing runs it",
    label = "this does nothing until it is awaited",
    note = "await the call: `{Self}(..).await?`"
)]
pub trait Returns<R>: Sized {
    /// The value of the call.
    type Value;
    /// The value.
    fn value(returned: R) -> Self::Value;
}

/// Stands for every function that has no type of its name.
#[derive(Debug)]
pub struct NotPure {}

/// Two types that no function returns. While rustc does not know what a function returns, it could be either; so of a
/// function that is not there it does not say that it is not `#[pure]`.
#[derive(Debug)]
pub enum Neither {}

/// See [`Neither`].
#[derive(Debug)]
pub enum Nor {}

#[diagnostic::do_not_recommend]
impl Callable<Neither> for NotPure {}

#[diagnostic::do_not_recommend]
impl Callable<Nor> for NotPure {}

#[diagnostic::do_not_recommend]
impl<R> Returns<R> for NotPure {
    type Value = R;
    fn value(returned: R) -> R {
        returned
    }
}

#[diagnostic::do_not_recommend]
impl<Arguments, R> Function<Arguments, R> for NotPure {
    fn expand(builder: &Builder, _: Arguments) -> Expr<R> {
        builder.never()
    }
}

/// A function under `#[pure]` in the symbolic reading. What has a type of its name and is none is a task or
/// a workflow.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is called without `.await`, so nothing runs it",
    label = "this does nothing until it is awaited",
    note = "await the call: `{Self}(..).await?`"
)]
pub trait Function<Arguments, R> {
    /// The function's body with these arguments.
    #[doc(hidden)]
    fn expand(builder: &Builder, arguments: Arguments) -> Expr<R>;
}

/// A method or an associated function under `#[pure]` in the symbolic reading. `NAME` is its
/// [`name`].
#[diagnostic::on_unimplemented(
    message = "a workflow cannot call this function of `{Self}`, because it is not `#[pure]`",
    label = "neither in the table of `workflow_core::methods` nor `#[pure]`",
    note = "write `#[pure]` on its `impl` block if it is your own and only computes; else call it in a task"
)]
pub trait Method<const NAME: u128, Arguments, R> {
    /// The method's body with these arguments, the receiver first.
    #[doc(hidden)]
    fn expand(builder: &Builder, arguments: Arguments) -> Expr<R>;
}

/// The number of a name: FNV-1a.
pub const fn name(name: &str) -> u128 {
    let bytes = name.as_bytes();
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    let mut place = 0;
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u128).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        place += 1;
    }
    hash
}

/// The arguments of a method, of which the receiver is first.
pub trait WithReceiver {
    /// The type of the receiver.
    type Receiver;
}

macro_rules! with_receiver {
    ($(($($ty:ident),*))*) => {$(
        impl<This, $($ty),*> WithReceiver for (Expr<This>, $($ty),*) {
            type Receiver = This;
        }
    )*};
}

with_receiver! { () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H) }

impl Builder {
    /// A call of a function.
    pub fn function<F: Function<Arguments, R> + Callable<Expr<R>>, Arguments, R>(
        &self,
        arguments: Arguments,
    ) -> Expr<R> {
        F::expand(self, arguments)
    }

    /// A call of a method.
    pub fn method<const NAME: u128, Arguments: WithReceiver, R>(&self, arguments: Arguments) -> Expr<R>
    where
        Arguments::Receiver: Method<NAME, Arguments, R>,
    {
        Arguments::Receiver::expand(self, arguments)
    }

    /// A call of a method that changes what it is called on: the new value.
    pub fn changed<const NAME: u128, Arguments: WithReceiver>(
        &self,
        arguments: Arguments,
    ) -> Expr<Arguments::Receiver>
    where
        Arguments::Receiver: Method<NAME, Arguments, Arguments::Receiver>,
    {
        Arguments::Receiver::expand(self, arguments)
    }

    /// A call of an associated function.
    pub fn associated<T: Method<NAME, Arguments, R>, const NAME: u128, Arguments, R>(
        &self,
        arguments: Arguments,
    ) -> Expr<R> {
        T::expand(self, arguments)
    }

    /// The body of a function, unless it is being read already: what calls itself has no end as an
    /// expression.
    pub fn read_function<R>(&self, path: &'static str, body: impl FnOnce() -> Expr<R>) -> Expr<R> {
        let again = {
            let mut inner = self.inner.borrow_mut();
            let again = inner.functions.contains(&path);
            inner.functions.push(path);
            again
        };
        let value = if again {
            let cycle = self.cycle(path);
            self.problem(cycle);
            self.never()
        } else {
            body()
        };
        self.inner.borrow_mut().functions.pop();
        value
    }

    fn cycle(&self, path: &str) -> String {
        let inner = self.inner.borrow();
        let start = inner.functions.iter().position(|known| *known == path).unwrap_or(0);
        let short = |path: &&str| format!("`{}`", path.rsplit("::").next().unwrap_or(path));
        let names: Vec<String> = inner.functions[start..].iter().map(short).collect();
        format!(
            "{} call each other without end, and a state machine has no recursion; \
             write a loop in the workflow, or compute in a task",
            names.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_have_numbers_of_their_own() {
        assert_ne!(super::name("total"), super::name("totals"));
        assert_eq!(super::name("total"), super::name("total"));
    }
}

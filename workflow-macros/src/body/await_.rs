//! What stands before `.await`.

use syn::{Expr, ExprAsync, ExprCall, ExprClosure, ExprMethodCall, Ident, Token, punctuated::Punctuated};

use super::{functions::is_of_a_type, statement::called, unparenthesized};

/// What is awaited.
pub(crate) enum Awaited<'a> {
    /// A call of a task, with its policy.
    Call(Call<'a>),
    /// `sleep(duration)`
    Sleep(&'a Expr),
    /// Branches that run at the same time: `join!`, or `try_join!`, which fails with the first that does.
    Join { arguments: &'a Punctuated<Expr, Token![,]>, fails: bool },
    /// `map(items, async |item| ..)`
    Map(Repeated<'a>),
    /// `distributed_map(source, async |item| ..)`, or the same in batches
    Distributed(Children<'a>),
    /// `attempt(async || ..)`
    Attempt(Repeated<'a>),
    /// `sleep_until(time)`
    SleepUntil(&'a Expr),
    /// `now()`, `uuid()` or `random()`
    Draw(&'a ExprCall),
    /// `random_range(low..high)`
    RandomRange(&'a Expr),
    /// An `async` block.
    Block(&'a ExprAsync),
    /// A variable, which must hold an `async` block.
    Local(&'a Ident),
    /// Anything else.
    Other(&'a Expr),
}

/// `charge(&order).retry(..).timeout(..)`
pub(crate) struct Call<'a> {
    pub(crate) call: &'a ExprCall,
    /// The calls of policy methods, first one first.
    pub(crate) policy: Vec<&'a ExprMethodCall>,
}

/// A closure that is run more than once.
pub(crate) struct Repeated<'a> {
    /// `map` or `attempt`, as the author names it.
    pub(crate) function: &'a Expr,
    /// What it is run for; nothing for an attempt.
    pub(crate) items: Option<&'a Expr>,
    pub(crate) closure: &'a ExprClosure,
    /// The calls of policy methods, first one first.
    pub(crate) policy: Vec<&'a ExprMethodCall>,
}

/// A closure that is run in executions of its own.
pub(crate) struct Children<'a> {
    /// `distributed_map` or `distributed_map_batches`, as the author names it.
    pub(crate) function: &'a Expr,
    pub(crate) source: &'a Expr,
    /// How many elements a batch has.
    pub(crate) batch: Option<&'a Expr>,
    pub(crate) closure: &'a ExprClosure,
    /// The calls of policy methods, first one first.
    pub(crate) policy: Vec<&'a ExprMethodCall>,
}

/// The methods that change the policy of a call.
pub(crate) const POLICY_METHODS: [&str; 4] = ["retry", "timeout", "heartbeat", "no_transient_retries"];

/// The methods that make another workflow an execution of its own.
pub(crate) const CHILD_METHODS: [&str; 3] = ["start", "start_sync", "name"];

/// The methods on the calls of services. Which call has which is rustc's to say.
pub(crate) const OPTION_METHODS: [&str; 15] = [
    "condition",
    "consistent",
    "deduplication_id",
    "delay_seconds",
    "descending",
    "filter",
    "group",
    "header",
    "if_absent",
    "if_exists",
    "limit",
    "parameter",
    "sort_key_begins_with",
    "subject",
    "value",
];

pub(crate) fn awaited(base: &Expr) -> Awaited<'_> {
    let mut policy = Vec::new();
    let mut expr = unparenthesized(base);
    loop {
        match expr {
            Expr::MethodCall(method) => {
                policy.push(method);
                expr = unparenthesized(&method.receiver);
            }
            Expr::Call(call) if policy.is_empty() && ours(&call.func).is_some() => {
                match (ours(&call.func), call.args.len()) {
                    (Some("sleep"), 1) => return Awaited::Sleep(&call.args[0]),
                    (Some("sleep_until"), 1) => return Awaited::SleepUntil(&call.args[0]),
                    (Some("random_range"), 1) => return Awaited::RandomRange(&call.args[0]),
                    (Some("now" | "uuid" | "random"), 0) => return Awaited::Draw(call),
                    _ => return Awaited::Call(Call { call, policy }),
                }
            }
            Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if !is_of_a_type(&path.path)) => {
                policy.reverse();
                let arguments = call.args.iter().map(unparenthesized).collect::<Vec<_>>();
                let name = called(call);
                match (name.as_str(), arguments.as_slice()) {
                    ("__join" | "__try_join", _) => {
                        return Awaited::Join { arguments: &call.args, fails: name == "__try_join" };
                    }
                    ("map", [items, Expr::Closure(closure)]) => {
                        let (function, items) = (&*call.func, Some(*items));
                        return Awaited::Map(Repeated { function, items, closure, policy });
                    }
                    ("distributed_map", [source, Expr::Closure(closure)]) => {
                        let function = &*call.func;
                        return Awaited::Distributed(Children {
                            function,
                            source,
                            batch: None,
                            closure,
                            policy,
                        });
                    }
                    ("distributed_map_batches", [source, size, Expr::Closure(closure)]) => {
                        let (function, batch) = (&*call.func, Some(*size));
                        return Awaited::Distributed(Children { function, source, batch, closure, policy });
                    }
                    ("attempt", [Expr::Closure(closure)]) => {
                        let (function, items) = (&*call.func, None);
                        return Awaited::Attempt(Repeated { function, items, closure, policy });
                    }
                    _ => {}
                }
                return Awaited::Call(Call { call, policy });
            }
            _ if !policy.is_empty() => return Awaited::Other(base),
            Expr::Async(block) => return Awaited::Block(block),
            Expr::Path(path) => {
                return match path.path.get_ident() {
                    Some(ident) => Awaited::Local(ident),
                    None => Awaited::Other(base),
                };
            }
            _ => return Awaited::Other(base),
        }
    }
}

/// The functions of workflow-core that mean something in a workflow.
const OURS: [&str; 7] = ["sleep", "sleep_until", "now", "uuid", "random", "random_range", "execution"];

/// The name of a function of workflow-core: `sleep` for `sleep` and `workflow_core::sleep`.
pub(crate) fn ours(function: &Expr) -> Option<&'static str> {
    let Expr::Path(path) = function else { return None };
    let segments: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let (name, owners) = segments.split_last()?;
    let known = matches!(
        owners.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
        [] | ["workflow_core" | "prelude"] | ["workflow_core", "prelude"]
    );
    OURS.into_iter().find(|ours| known && ours == name)
}

/// Whether an expression is `execution()`, which knows of the running execution.
pub(crate) fn is_execution(expr: &Expr) -> bool {
    matches!(unparenthesized(expr), Expr::Call(call) if call.args.is_empty() && ours(&call.func) == Some("execution"))
}

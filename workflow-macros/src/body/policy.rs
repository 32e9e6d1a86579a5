//! Numbers in the policy of a call that Step Functions refuses. Those that are no literals are told when the state
//! machine is written.

use syn::{Expr, ExprCall, ExprMethodCall, Lit, UnOp};

use super::{is_duration, statement::called, symbolic::Symbolic, unparenthesized};

/// The longest time that a field takes, in seconds, and the most retries.
const LARGEST: u128 = 99_999_999;

/// A leap year in seconds.
const LONGEST_DELAY: u128 = 31_622_400;

const SECOND: u128 = 1_000_000_000;

impl Symbolic<'_> {
    /// Refuses what Step Functions does in the argument of a method that changes a policy.
    pub(super) fn policy_holds(&mut self, method: &ExprMethodCall) {
        let Some(argument) = method.args.first() else { return };
        match method.method.to_string().as_str() {
            "timeout" | "heartbeat" => self.length_holds(argument, LARGEST),
            "retry" => self.retrier_holds(argument),
            "tolerated_failure_percentage"
                if number(argument).is_some_and(|percentage| !(0.0..=100.0).contains(&percentage)) =>
            {
                self.errors.refuse(
                    argument,
                    "a tolerated failure percentage is from 0 to 100; write one such as `5.0`",
                );
            }
            _ => {}
        }
    }

    /// `Retry::on([..]).backoff(2.0)` and its kin.
    fn retrier_holds(&mut self, retrier: &Expr) {
        let Expr::MethodCall(method) = unparenthesized(retrier) else {
            if let Expr::Call(call) = unparenthesized(retrier)
                && called(call) == "on"
                && let Some(Expr::Array(names)) = call.args.first().map(unparenthesized)
                && names.elems.is_empty()
            {
                self.errors.refuse(
                    names,
                    "a retrier names the errors that it is about, and this names none; write one such as `PlatformError::TIMEOUT`",
                );
            }
            return;
        };
        self.retrier_holds(&method.receiver);
        let Some(argument) = method.args.first() else { return };
        match method.method.to_string().as_str() {
            "backoff" if number(argument).is_some_and(|rate| rate < 1.0) => {
                self.errors.refuse(
                    argument,
                    "each delay is at least as long as the one before, so Step Functions takes a `BackoffRate` of 1.0 or more; write one such as `2.0`",
                );
            }
            "interval" => self.length_holds(argument, LARGEST),
            "max_delay" => {
                self.length_holds(argument, LONGEST_DELAY);
                let interval = interval(&method.receiver).and_then(nanoseconds).unwrap_or(SECOND);
                if let Some(longest) = nanoseconds(argument).filter(|longest| *longest > 0)
                    && longest.div_ceil(SECOND) <= interval.div_ceil(SECOND)
                {
                    self.errors.refuse(
                        argument,
                        "Step Functions takes a `MaxDelaySeconds` that is longer than the interval, which is 1 second where none is set; write a longer one, or leave it out",
                    );
                }
            }
            "max_attempts" if integer(argument).is_some_and(|attempts| attempts > LARGEST) => {
                self.errors.refuse(
                    argument,
                    "Step Functions takes a `MaxAttempts` from 0 to 99999999; write one such as `3`",
                );
            }
            _ => {}
        }
    }

    /// Refuses a length of time that is none, or longer than `most` seconds.
    fn length_holds(&mut self, length: &Expr, most: u128) {
        let Some(nanoseconds) = nanoseconds(length) else { return };
        if !(1..=most * SECOND).contains(&nanoseconds) {
            self.errors.refuse(
                length,
                format!("Step Functions takes 1 to {most} seconds here; write a length such as `Duration::from_secs(30)`"),
            );
        }
    }
}

/// The interval of a retrier, where it is set before.
fn interval(retrier: &Expr) -> Option<&Expr> {
    match unparenthesized(retrier) {
        Expr::MethodCall(method) if method.method == "interval" => method.args.first(),
        Expr::MethodCall(method) => interval(&method.receiver),
        _ => None,
    }
}

/// A length of time that is written out, in nanoseconds.
fn nanoseconds(length: &Expr) -> Option<u128> {
    match unparenthesized(length) {
        Expr::Path(path) => {
            let mut segments = path.path.segments.iter().rev();
            let is_zero = segments.next().is_some_and(|last| last.ident == "ZERO");
            let of_time =
                segments.next().is_some_and(|owner| owner.ident == "Duration" || owner.ident == "TimeSpan");
            (is_zero && of_time).then_some(0)
        }
        Expr::Call(call) if is_duration(call) || is_span(call) => {
            let unit = match called(call).as_str() {
                "from_nanos" => 1,
                "from_micros" => SECOND / 1_000_000,
                "from_millis" => SECOND / 1_000,
                "from_secs" => SECOND,
                "from_mins" => 60 * SECOND,
                "from_hours" => 3_600 * SECOND,
                "from_days" => 24 * 3_600 * SECOND,
                "from_weeks" => 7 * 24 * 3_600 * SECOND,
                _ => return None,
            };
            integer(call.args.first()?)?.checked_mul(unit)
        }
        _ => None,
    }
}

fn is_span(call: &ExprCall) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.segments.iter().rev().nth(1).is_some_and(|owner| owner.ident == "TimeSpan"))
}

fn integer(expr: &Expr) -> Option<u128> {
    match unparenthesized(expr) {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// A number that is written out, with its sign.
fn number(expr: &Expr) -> Option<f64> {
    match unparenthesized(expr) {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(number) => number.base10_parse().ok(),
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => number(&unary.expr).map(|number| -number),
        _ => None,
    }
}

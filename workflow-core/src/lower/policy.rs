//! What a policy or a wait says that Step Functions refuses: numbers that are not literals, which the macros cannot
//! judge.

use std::collections::HashMap;

use crate::{
    retry::{Retry, Seconds},
    symbolic::{Kind, Point, Program, Step},
};

/// The longest time that a field takes, in seconds, and the most retries.
const LARGEST: u64 = Seconds::MOST.get();

/// A leap year in seconds, the longest delay between two retries.
const LONGEST_DELAY: u64 = 31_622_400;

/// What Step Functions refuses in the policies of the states.
/// (<https://states-language.net/#errors>, <https://states-language.net/#task-state>)
pub(super) fn problems(program: &Program, states: &HashMap<Point, String>, problems: &mut Vec<String>) {
    for (point, step) in program.steps.iter().enumerate() {
        let Some(state) = states.get(&point) else { continue };
        let mut refuse = |problem: String| problems.push(format!("the state `{state}`: {problem}"));
        match step {
            Step::Task { call, .. } => {
                let policy = &call.policy;
                time("a timeout", "TimeoutSeconds", policy.timeout, &mut refuse);
                time("a heartbeat", "HeartbeatSeconds", policy.heartbeat, &mut refuse);
                if let (Some(timeout), Some(heartbeat)) = (policy.timeout, policy.heartbeat)
                    && heartbeat >= timeout
                {
                    refuse(format!(
                        "a heartbeat (`HeartbeatSeconds`) is shorter than the timeout (`TimeoutSeconds`), and {} is not \
                         less than {}",
                        heartbeat.get(),
                        timeout.get()
                    ));
                }
                retriers(&policy.retriers(), &mut refuse);
            }
            Step::Fork { fork, .. } => retriers(&fork.retry, &mut refuse),
            Step::Wait { time, until: false, .. } => {
                if let Kind::Literal(seconds) = program.arena.kind(*time)
                    && let Some(seconds) = seconds.as_u64().filter(|seconds| *seconds > LARGEST)
                {
                    refuse(format!("a wait (`Seconds`) has up to {LARGEST} seconds, and this has {seconds}"));
                }
            }
            _ => {}
        }
    }
}

fn time(what: &str, field: &str, seconds: Option<Seconds>, refuse: &mut impl FnMut(String)) {
    if let Some(seconds) = seconds.map(Seconds::get).filter(|seconds| !(1..=LARGEST).contains(seconds)) {
        refuse(format!("{what} (`{field}`) has 1 to {LARGEST} seconds, and this has {seconds}"));
    }
}

fn retriers(retriers: &[Retry], refuse: &mut impl FnMut(String)) {
    for (place, retry) in retriers.iter().enumerate() {
        if retry.errors.is_empty() {
            refuse(
                "a retrier (`ErrorEquals`) names the errors that it is about, and this names none".to_owned(),
            );
        }
        if retry.errors.contains(&"States.ALL") && (retry.errors.len() > 1 || place + 1 < retriers.len()) {
            refuse("`States.ALL` stands alone in its retrier, which is the last".to_owned());
        }
        time("the interval of a retrier", "IntervalSeconds", Some(retry.interval), refuse);
        if u64::from(retry.max_attempts) > LARGEST {
            refuse(format!(
                "a retrier (`MaxAttempts`) has up to {LARGEST} retries, and this has {}",
                retry.max_attempts
            ));
        }
        // Written so that it holds for what is no number as well.
        if !(retry.backoff >= 1.0 && retry.backoff.is_finite()) {
            refuse(format!(
                "the backoff of a retrier (`BackoffRate`) is 1.0 or more, and this is {:?}",
                retry.backoff
            ));
        }
        if let Some(longest) = retry.max_delay.map(Seconds::get) {
            if !(1..=LONGEST_DELAY).contains(&longest) {
                refuse(format!(
                    "the longest delay of a retrier (`MaxDelaySeconds`) has 1 to {LONGEST_DELAY} seconds, and this has \
                     {longest}"
                ));
            } else if longest <= retry.interval.get() {
                refuse(format!(
                    "the longest delay of a retrier (`MaxDelaySeconds`) is longer than its interval \
                     (`IntervalSeconds`), and {longest} is not more than {}",
                    retry.interval.get()
                ));
            }
        }
    }
}

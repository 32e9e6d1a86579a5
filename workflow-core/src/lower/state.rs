//! Writes one state.

use std::collections::HashMap;

use serde_json::{Number, Value};

use crate::{
    asl::{self, Assign, Transition},
    retry::{Retry, Seconds},
    symbolic::{CallInfo, ForkInfo, ForkKind, MapInfo, Node, Point, Program, Step, Var},
};

use super::{
    distributed,
    draft::{Draft, Target, WayKind},
    jsonata::Writer,
    machine::note,
};

/// One state, about to be written.
pub(super) struct State<'a> {
    pub(super) program: &'a Program,
    pub(super) writer: &'a Writer<'a>,
    pub(super) states: &'a HashMap<Point, String>,
    pub(super) draft: &'a Draft,
    /// The state's own expressions.
    pub(super) own: Vec<Node>,
    /// What the state runs, written already.
    pub(super) branches: Vec<asl::Branch>,
    /// Whether the state passes on the output that it is given.
    pub(super) passed: bool,
}

impl State<'_> {
    pub(super) fn write(&self, point: Point) -> asl::State {
        let comment = note(&self.program.steps[point]).comment.map(str::to_owned);
        match &self.program.steps[point] {
            Step::Task { call, .. } => asl::State::Task(self.task(call, comment)),
            Step::Fork { fork, .. } => match &fork.kind {
                ForkKind::Parallel => asl::State::Parallel(self.parallel(fork, comment)),
                ForkKind::Map(map) => asl::State::Map(self.map(fork, map, comment)),
            },
            Step::Choice { .. } => asl::State::Choice(self.choice(comment)),
            Step::Raise { .. } => {
                let error = self.own[0];
                asl::State::Fail(asl::Fail {
                    comment,
                    error: text(self.writer.name_template(error)),
                    cause: text(self.writer.cause_template(error)),
                })
            }
            Step::Pass { .. } => asl::State::Pass(self.pass(comment)),
            Step::Wait { until, .. } => asl::State::Wait(self.wait(*until, comment)),
            Step::Return { .. } | Step::Let { .. } | Step::Jump { .. } | Step::Dispatch { .. } => {
                let output =
                    self.own.first().filter(|_| !self.passed).map(|value| self.writer.template(*value));
                asl::State::Succeed(asl::Succeed { comment, output })
            }
        }
    }

    fn task(&self, call: &CallInfo, comment: Option<String>) -> asl::Task {
        let Ways { catch, assign, output, transition } = self.ways();
        let mut lengths = self.own[1..].iter();
        let mut seconds = |fixed: Option<Seconds>, known_later: bool| match known_later {
            true => lengths.next().map(|length| self.writer.template(*length)),
            false => fixed.map(|seconds| Value::from(seconds.get())),
        };
        asl::Task {
            comment,
            resource: call.task.resource.arn(),
            arguments: self.writer.template(self.own[0]),
            timeout_seconds: seconds(call.policy.timeout, call.timeout.is_some()),
            heartbeat_seconds: seconds(call.policy.heartbeat, call.heartbeat.is_some()),
            retry: call.policy.retriers().iter().map(retrier).collect(),
            catch,
            assign,
            output,
            transition,
        }
    }

    fn parallel(&self, fork: &ForkInfo, comment: Option<String>) -> asl::Parallel {
        let Ways { catch, assign, output, transition } = self.ways();
        asl::Parallel {
            comment,
            branches: self.branches.clone(),
            retry: fork.retry.iter().map(retrier).collect(),
            catch,
            assign,
            output: output.filter(is_no_result),
            transition,
        }
    }

    fn map(&self, fork: &ForkInfo, map: &MapInfo, comment: Option<String>) -> asl::Map {
        let Ways { catch, assign, output, transition } = self.ways();
        let mut own = self.own.iter().copied();
        let items = own.next().map_or(Value::Null, |items| self.writer.template(items));
        let children = map.distributed.as_deref().map(|distributed| self.children(distributed, &mut own));
        let passed: Vec<Node> = own.collect();
        let in_batches = map.distributed.as_ref().is_some_and(|distributed| distributed.batch.is_some());
        let name = |var: Var| self.program.vars[var.0 as usize].clone().unwrap_or_else(|| "item".to_owned());
        let passed = fork.passed.iter().zip(passed);
        let passed: Vec<(String, Value)> =
            passed.map(|((key, _), value)| (key.clone(), self.writer.template(value))).collect();
        let batch_input = (in_batches && !passed.is_empty()).then(|| passed.iter().cloned().collect());
        let item_selector = (map.index.is_some() || (!passed.is_empty() && !in_batches)).then(|| {
            let own = [
                Some((name(map.item), "{% $states.context.Map.Item.Value %}")),
                map.index.map(|index| (name(index), "{% $states.context.Map.Item.Index %}")),
            ];
            let own = own.into_iter().flatten().map(|(key, value)| (key, Value::from(value)));
            Value::Object(own.chain(passed).collect())
        });
        let mut item_processor = self.branches.first().cloned().unwrap_or_else(|| asl::Branch {
            processor_config: None,
            start_at: String::new(),
            states: Vec::new(),
        });
        let (item_reader, mut distributed) = children.unzip();
        if let Some(map) = &map.distributed {
            item_processor.processor_config = Some(distributed::processor_config(map));
        }
        if let Some(asl::Distributed { item_batcher: Some(batcher), .. }) = &mut distributed {
            batcher.batch_input = batch_input;
        }
        asl::Map {
            comment,
            items,
            item_reader: item_reader.flatten().map(Box::new),
            item_selector,
            max_concurrency: map.policy.max_concurrency,
            item_processor,
            distributed: distributed.map(Box::new),
            retry: fork.retry.iter().map(retrier).collect(),
            catch,
            assign,
            output: output.filter(is_no_result),
            transition,
        }
    }

    /// The ways out of a state that runs something.
    fn ways(&self) -> Ways {
        let mut ways =
            Ways { catch: Vec::new(), assign: Assign::new(), output: None, transition: Transition::End };
        for way in &self.draft.ways {
            match &way.kind {
                WayKind::Success => {
                    ways.assign = self.assign(&way.lets);
                    match way.target {
                        Target::State(to) => ways.transition = Transition::Next(self.states[&to].clone()),
                        Target::End(output) => ways.output = Some(self.writer.template(output)),
                        Target::Passing(to, output) => {
                            ways.output = Some(self.writer.template(output));
                            ways.transition = Transition::Next(self.states[&to].clone());
                        }
                    }
                }
                WayKind::Catch(names) => ways.catch.push(asl::Catcher {
                    error_equals: names.clone(),
                    assign: self.assign(&way.lets),
                    output: None,
                    next: self.next(way.target),
                }),
                WayKind::Rule(_) | WayKind::Default => {}
            }
        }
        ways
    }

    fn pass(&self, comment: Option<String>) -> asl::Pass {
        let mut pass =
            asl::Pass { comment, assign: Assign::new(), output: None, transition: Transition::End };
        for way in &self.draft.ways {
            pass.assign = self.assign(&way.lets);
            match way.target {
                Target::State(to) => pass.transition = Transition::Next(self.states[&to].clone()),
                Target::End(output) => pass.output = Some(self.writer.template(output)),
                Target::Passing(to, output) => {
                    pass.output = Some(self.writer.template(output));
                    pass.transition = Transition::Next(self.states[&to].clone());
                }
            }
        }
        pass
    }

    fn wait(&self, until: bool, comment: Option<String>) -> asl::Wait {
        let asl::Pass { comment, assign, output, transition } = self.pass(comment);
        let time = self.own.first().map(|time| self.writer.template(*time));
        let (seconds, timestamp) = if until { (None, time) } else { (time, None) };
        asl::Wait { comment, seconds, timestamp, assign, output, transition }
    }

    fn choice(&self, comment: Option<String>) -> asl::Choice {
        let mut choice = asl::Choice { comment, choices: Vec::new(), assign: Assign::new(), default: None };
        for way in &self.draft.ways {
            let next = self.next(way.target);
            match way.kind {
                WayKind::Rule(condition) => choice.choices.push(asl::ChoiceRule {
                    comment: None,
                    condition: self.writer.expression(condition).into(),
                    assign: self.assign(&way.lets),
                    next,
                }),
                _ => {
                    choice.assign = self.assign(&way.lets);
                    choice.default = Some(next);
                }
            }
        }
        choice
    }

    fn next(&self, target: Target) -> String {
        match target {
            Target::State(to) | Target::Passing(to, _) => self.states[&to].clone(),
            Target::End(_) => String::new(),
        }
    }

    fn assign(&self, lets: &[(Var, Node)]) -> Assign {
        lets.iter()
            .map(|(var, value)| (self.writer.variables[var.0 as usize].clone(), self.writer.template(*value)))
            .collect()
    }
}

/// Whether an output is other than what the state gives without one.
fn is_no_result(output: &Value) -> bool {
    output != "{% $states.result %}"
}

/// Where a state that runs something leads.
struct Ways {
    catch: Vec<asl::Catcher>,
    assign: Assign,
    output: Option<Value>,
    transition: Transition,
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn retrier(retry: &Retry) -> asl::Retrier {
    // The specification calls it a floating-point number, and validators hold it to that.
    let backoff_rate = Number::from_f64(retry.backoff).unwrap_or_else(|| Number::from(1));
    asl::Retrier {
        error_equals: retry.errors.iter().map(|name| (*name).to_owned()).collect(),
        interval_seconds: retry.interval.get(),
        max_attempts: retry.max_attempts,
        backoff_rate,
        max_delay_seconds: retry.max_delay.map(Seconds::get),
        jitter_strategy: retry.full_jitter.then_some("FULL"),
    }
}

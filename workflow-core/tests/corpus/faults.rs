//! A fault at every call of a program.

use std::{fmt::Write as _, pin::pin, task::Poll};

use workflow_core::{
    ErrorKind, ErrorVariant, Execution, Executor, Failure, Fields, Mock, Shape, Start, Status, Task, TaskFn,
    Workflow, WorkflowError, testing,
};

/// How many calls of one task are made to fail, each in a run of its own.
const CALLS: usize = 4;
/// More than any execution here asks of one task.
const ENOUGH: usize = 400;

/// A task that can be made to fail.
pub struct Injector {
    task: &'static str,
    failures: Vec<Failure>,
    mock: Box<dyn Fn(Executor, &Fault) -> Executor>,
}

/// Which call fails, with what, and whether all after it do.
struct Fault {
    call: usize,
    failure: Failure,
    for_good: bool,
}

/// A task whose handler needs no shared state.
pub fn injector<F: TaskFn<P> + Copy + 'static, P>(task: F) -> Injector {
    Injector {
        task: F::Task::NAME,
        failures: failures::<<F::Task as Task>::Error>(),
        mock: Box::new(move |executor, fault| executor.mock(task, mock::<F::Task>(fault))),
    }
}

/// Answers as the handler does, but for the calls that are to fail.
fn mock<T: Task>(fault: &Fault) -> Mock<T> {
    let good = || Mock::<T>::with(|arguments| handled::<T>(arguments));
    let bad = || Mock::<T>::failure(fault.failure.error.clone(), fault.failure.cause.clone());
    let then: &dyn Fn() -> Mock<T> = if fault.for_good { &bad } else { &good };
    let before = (0..fault.call).map(|_| good());
    Mock::sequence(before.chain([bad()]).chain((0..ENOUGH).map(|_| then())))
}

/// What the handler gives at once.
fn handled<T: Task>(arguments: T::Arguments) -> Result<T::Output, T::Error> {
    let mut future = pin!(T::handle(arguments, Default::default()));
    match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(Ok(result)) => result,
        Poll::Ready(Err(missing)) => panic!("{missing}"),
        Poll::Pending => panic!("the handler of `{}` waits for something", T::NAME),
    }
}

/// Every failure that an error type knows, and one that none does.
fn failures<E: WorkflowError>() -> Vec<Failure> {
    let mut found = vec![
        Failure::new("States.Timeout", ""),
        Failure::new("Lambda.ServiceException", "internal"),
        Failure::new("Somebody.Elses", "nobody knows"),
        Failure::new("States.TaskFailed", "no name"),
    ];
    declared::<E>(&E::variants(), &mut found);
    found
}

fn declared<E: WorkflowError>(variants: &[ErrorVariant], found: &mut Vec<Failure>) {
    for variant in variants {
        match &variant.kind {
            ErrorKind::Named { name, fields, .. } if !name.contains('.') => {
                let data = fields.iter().map(|field| (field.name.to_owned(), sample(&(field.shape)(), 0)));
                let data: serde_json::Map<String, serde_json::Value> = data.collect();
                let cause = match data.is_empty() {
                    true => format!("the text of {name}"),
                    false => serde_json::json!({ "message": format!("the text of {name}"), "data": data })
                        .to_string(),
                };
                // As a handler in Rust would say it, where the value can be made.
                let failure = Failure::new(*name, cause);
                let failure = E::from_failure(failure.clone()).map_or(failure, |error| error.to_failure());
                found.push(failure.through_lambda());
            }
            ErrorKind::From(inner) => declared::<E>(&inner(), found),
            _ => {}
        }
    }
}

/// Some value of a shape.
fn sample(shape: &Shape, depth: usize) -> serde_json::Value {
    use serde_json::{Value, json};
    match shape {
        Shape::Any | Shape::Unit | Shape::Error(_) => Value::Null,
        Shape::Bool => json!(true),
        Shape::Integer { .. } | Shape::Float => json!(7),
        Shape::Text => json!("text"),
        Shape::Option(_) if depth > 3 => Value::Null,
        Shape::Option(inner) => sample(&inner(), depth + 1),
        Shape::List(_) if depth > 3 => json!([]),
        Shape::List(inner) => json!([sample(&inner(), depth + 1)]),
        Shape::Tuple(places) => places.iter().map(|place| sample(&place(), depth + 1)).collect(),
        Shape::Map(_, inner) => json!({ "key": sample(&inner(), depth + 1) }),
        Shape::JsonText(inner) => json!(sample(&inner(), depth + 1).to_string()),
        Shape::Struct { fields, .. } => content(fields, depth),
        Shape::Enum { variants, .. } => {
            let unit = variants.iter().find(|variant| matches!(variant.fields, Fields::Unit));
            unit.map_or(Value::Null, |variant| json!(variant.json))
        }
        other => panic!("no sample of {other:?}"),
    }
}

fn content(fields: &Fields, depth: usize) -> serde_json::Value {
    match fields {
        Fields::Unit => serde_json::Value::Null,
        Fields::Newtype(inner) => sample(&inner(), depth + 1),
        Fields::Tuple(places) => places.iter().map(|place| sample(&place(), depth + 1)).collect(),
        Fields::Named(fields) => serde_json::Value::Object(
            fields
                .iter()
                .filter(|field| !field.skip)
                .map(|field| (field.json.to_owned(), sample(&(field.shape)(), depth + 1)))
                .collect(),
        ),
    }
}

/// Runs a program as it is and with every fault, and says where its state machine differs.
pub async fn check<W: Workflow>(
    executor: &Executor,
    start: impl Fn() -> Start<W>,
    injectors: &[Injector],
    found: &mut Vec<String>,
) {
    let problems = &W::definition().problems;
    assert!(problems.is_empty(), "{problems:?}");
    let good = executor.run(start()).await;
    compare("no fault", &good, found);
    let counts = |execution: &Execution<W>, task: &str| {
        execution.all_calls().iter().filter(|call| call.task == task).count()
    };
    for injector in injectors {
        let calls = counts(&good, injector.task);
        for call in 0..calls.min(CALLS) {
            for failure in &injector.failures {
                for for_good in [false, true] {
                    let fault = Fault { call, failure: failure.clone(), for_good };
                    let failing = (injector.mock)(executor.clone(), &fault);
                    let execution = failing.run(start()).await;
                    compare(&label(&[(injector, &fault)]), &execution, found);
                    // What is done about the first fault fails as well.
                    if for_good && call == 0 {
                        for second in injectors.iter().filter(|second| second.task != injector.task) {
                            if counts(&execution, second.task) == 0 {
                                continue;
                            }
                            for failure in second.failures.iter().skip(2) {
                                let other = Fault {
                                    call: counts(&execution, second.task) - 1,
                                    failure: failure.clone(),
                                    for_good: true,
                                };
                                let failing = (second.mock)(failing.clone(), &other);
                                let execution = failing.run(start()).await;
                                compare(&label(&[(injector, &fault), (second, &other)]), &execution, found);
                            }
                        }
                    }
                }
            }
        }
    }
}

fn label(faults: &[(&Injector, &Fault)]) -> String {
    let mut text = String::new();
    for (injector, fault) in faults {
        let often = if fault.for_good { " for good" } else { "" };
        let _ = write!(
            text,
            "call {} of `{}` fails with {} ({}){often}; ",
            fault.call, injector.task, fault.failure.error, fault.failure.cause
        );
    }
    text
}

fn compare<W: Workflow>(label: &str, execution: &Execution<W>, found: &mut Vec<String>) {
    if execution.status() == Status::Aborted {
        found.push(format!("{label}: aborted: {:?}", execution.outcome().cause));
    }
    if let Err(difference) = testing::replay(execution) {
        found.push(format!("{label}: {difference}"));
    }
    write_down(label, execution);
}

/// With `CORPUS_LOG=FILE`, what another interpreter needs to run the same.
fn write_down<W: Workflow>(label: &str, execution: &Execution<W>) {
    use std::io::Write as _;
    let Ok(path) = std::env::var("CORPUS_LOG") else { return };
    let line = serde_json::json!({
        "workflow": W::META.name,
        "label": label,
        "machine": W::definition().machine,
        "outcome": execution.outcome(),
        "history": execution.history(),
    });
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

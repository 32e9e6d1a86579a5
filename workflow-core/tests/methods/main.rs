//! Every pure method in both readings: natively, and as JSONata.
//!
//! A row of a table is a workflow that computes one value, and inputs for it. The same input goes
//! through the executor and through the state machine, evaluated by a JSONata interpreter; both must
//! end alike.

#![allow(
    clippy::all,
    clippy::unwrap_used,
    dead_code,
    unused_variables,
    reason = "the rows are what people write, not what clippy would"
)]

mod codes;
mod iterators;
mod json;
mod keys;
mod lists;
mod machine;
mod maps;
mod mixed;
mod numbers;
mod options;
mod programs;
mod records;
mod sets;
mod strings;
mod table;
mod values;

use serde_json::Value;
use workflow_core::{Definition, Executor, Start, Workflow, testing};

/// A workflow, and inputs for it.
pub(crate) struct Case {
    name: &'static str,
    source: &'static str,
    definition: &'static Definition,
    run: fn(&str) -> Result<Value, String>,
    inputs: Vec<String>,
}

/// How an execution ends, natively.
pub(crate) fn native<W: Workflow>(input: &str) -> Result<Value, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let execution = runtime.block_on(Executor::test().run(Start::<W>::from_json(input)));
    // The interpreter as well, which records its expressions for evaluators that others wrote. The outputs are compared
    // below, where a key of `null` is one that is absent.
    if let Err(found) = testing::replay(&execution) {
        let other = found.differences().iter().find(|what| !what.starts_with("the output is"));
        assert!(other.is_none(), "{found}");
    }
    let outcome = execution.outcome();
    match &outcome.output {
        Some(text) => Ok(serde_json::from_str(text).unwrap()),
        None => Err(outcome.error.clone().unwrap()),
    }
}

/// Workflows of one value each: `name(parameter: Type) -> Type { expression } [inputs];`
macro_rules! rows {
    ($($name:ident($($parameter:ident: $ty:ty),+) -> $out:ty { $($body:tt)* } $inputs:expr;)*) => {
        $(
            #[workflow]
            async fn $name($($parameter: $ty),+) -> Result<$out, PlatformError> {
                Ok({ $($body)* })
            }
        )*

        #[test]
        fn both_readings_end_alike() {
            crate::check(&[$(crate::case!($name, stringify!($($body)*), $inputs)),*]);
        }
    };
}
pub(crate) use rows;

macro_rules! case {
    ($name:ident, $source:expr, $inputs:expr) => {
        crate::Case {
            name: stringify!($name),
            source: $source,
            definition: <$name as workflow_core::Workflow>::definition(),
            run: crate::native::<$name>,
            inputs: $inputs.iter().map(ToString::to_string).collect(),
        }
    };
}
pub(crate) use case;

/// Lists of whole numbers: none, one, several, equal ones, negative ones.
pub(crate) const INTS: &[&str] = &["[]", "[0]", "[7]", "[1,2,3]", "[3,1,2,3,1]", "[-5,5,0,-1]", "[4,4]"];
/// Texts: none, spaces, accents, characters beyond U+FFFF.
pub(crate) const TEXTS: &[&str] = &[
    r#""""#,
    r#""a""#,
    r#""hello world""#,
    r#""  padded\t\n""#,
    r#""a,b,,c,""#,
    r#""Größe 😀 ß""#,
    r#""-12""#,
    r#""\ufeffx\u0085""#,
    r#""line one\r\nline two\n\nend\r""#,
];
/// Lists of texts.
pub(crate) const WORDS: &[&str] =
    &["[]", r#"["a"]"#, r#"["b","a","c"]"#, r#"["","x",""]"#, r#"["ß","😀","\uffff","z","Z"]"#];

/// Inputs of several parameters: every choice of one of each.
pub(crate) fn pairs(names: [&str; 2], left: &[&str], right: &[&str]) -> Vec<String> {
    let [a, b] = names;
    left.iter().flat_map(|x| right.iter().map(move |y| format!(r#"{{"{a}":{x},"{b}":{y}}}"#))).collect()
}

/// Numbers are compared as numbers, since JSON has one kind, and a key of `null` as one that is absent.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let of = |object: &serde_json::Map<String, Value>, key: &String| object.get(key).cloned();
            let either = left.keys().chain(right.keys());
            either
                .into_iter()
                .all(|key| same(&of(left, key).unwrap_or_default(), &of(right, key).unwrap_or_default()))
        }
        _ => left == right,
    }
}

pub(crate) fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for case in cases {
        assert_eq!(case.definition.problems, Vec::<String>::new(), "{}", case.name);
        let json = serde_json::to_value(&case.definition.machine).unwrap();
        for input in &case.inputs {
            let native = (case.run)(input);
            let symbolic = machine::run(&json, input);
            let alike = match (&native, &symbolic) {
                (Ok(native), Ok(symbolic)) => same(native, symbolic),
                (Err(native), Err(symbolic)) => native == symbolic,
                _ => false,
            };
            if !alike {
                wrong.push(format!(
                    "{}: {}\n  of {input}\n  natively {native:?}\n  as ASL   {symbolic:?}\n  in {}",
                    case.name,
                    case.source,
                    serde_json::to_string(&json["States"]).unwrap(),
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n\n"));
}

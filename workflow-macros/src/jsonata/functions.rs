//! The functions that an expression may call by their names.

/// Whether a name is that of a function, also of one that is refused.
pub(crate) fn is_function(name: &str) -> bool {
    name == "eval" || FUNCTIONS.contains(&name)
}

/// What is wrong with calling or naming a function; nothing where JSONata, as Step Functions runs it, has it
/// and it gives the same for the same arguments.
pub(super) fn refused(name: &str) -> Option<String> {
    let drawn = match name {
        "eval" => return Some("Step Functions has no `$eval`; write the expression out".to_owned()),
        "now" | "millis" => "let time = now().await;",
        "uuid" => "let id = uuid().await;",
        "random" => "let chance = random().await;",
        "shuffle" => {
            return Some(
                "`$shuffle()` differs from run to run, so that it cannot be computed twice alike; shuffle in a task"
                    .to_owned(),
            );
        }
        _ if FUNCTIONS.contains(&name) => return None,
        _ => return Some(format!("the JSONata of Step Functions has no function `${name}`")),
    };
    Some(format!(
        "`${name}()` differs from run to run, so that it cannot be computed twice alike; draw it before, as in `{drawn}`, and read the variable"
    ))
}

/// The functions of JSONata 2.0.6 but `$eval`, and those of Step Functions. A test of workflow-core holds
/// them to the list of its interpreter.
const FUNCTIONS: [&str; 69] = [
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "clone",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "hash",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parse",
    "parseInteger",
    "partition",
    "power",
    "random",
    "range",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "uuid",
    "zip",
];

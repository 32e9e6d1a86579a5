//! Expressions that can make a value out of what they made before: `$a & $a` in a function that calls itself
//! doubles a text each time, and the engine has no limit for it. What makes texts longer is called there through
//! functions that have one.

use jsonata_core::{
    ast::{AstNode, BinaryOp, Stage},
    evaluator::{Evaluator, EvaluatorError},
    value::JValue,
};

use super::functions::{Answer, built_in, coded};

/// The longest text that is made, in bytes.
const TEXT: usize = 16 * 1024 * 1024;
/// How deep a value may nest that is made into a text.
const DEPTH: usize = 1_000;

/// The names of the functions that stand in. Nobody can write them.
const CONCATENATE: &str = "&";
const JOIN: &str = "&join";
const REPLACE: &str = "&replace";
const STRING: &str = "&string";

/// Puts functions with a limit in the place of those without, where an expression may repeat itself. Gives the
/// names of those that it put there.
pub(super) fn limit(tree: &mut AstNode) -> Vec<String> {
    let mut named = Vec::new();
    if repeats(tree) {
        replace(tree, &mut named);
    }
    named
}

/// Whether anything in an expression may be evaluated again with what it gave: there is a function or a variable.
fn repeats(node: &mut AstNode) -> bool {
    matches!(node, AstNode::Lambda { .. } | AstNode::Binary { op: BinaryOp::ColonEqual, .. })
        || inner(node).into_iter().any(repeats)
}

fn replace(node: &mut AstNode, named: &mut Vec<String>) {
    inner(node).into_iter().for_each(|inner| replace(inner, named));
    let is_whole = |arguments: &[AstNode]| !arguments.iter().any(|one| matches!(one, AstNode::Placeholder));
    let name = match node {
        AstNode::Binary { op: BinaryOp::Concatenate, .. } => CONCATENATE,
        AstNode::Function { name, args, .. } if is_whole(args) => match (name.as_str(), args.len()) {
            ("join", 1..) => JOIN,
            ("replace", 3..) => return replace_in_text(node, named),
            ("string", 1..) => STRING,
            _ => return,
        },
        _ => return,
    };
    note(name, named);
    match node {
        AstNode::Function { name: function, .. } => name.clone_into(function),
        AstNode::Binary { lhs, rhs, .. } => {
            let args = [lhs, rhs].map(|side| std::mem::replace(&mut **side, AstNode::Null)).into();
            *node = AstNode::Function { name: name.to_owned(), args, is_builtin: true };
        }
        _ => {}
    }
}

fn note(name: &str, named: &mut Vec<String>) {
    if !named.iter().any(|known| known == name) {
        named.push(name.to_owned());
    }
}

/// `$replace` may be given functions, which only the evaluation itself can call: it has a limit where it is given
/// texts and regular expressions.
fn replace_in_text(node: &mut AstNode, named: &mut Vec<String>) {
    let AstNode::Function { args, is_builtin, .. } = &*node else { return };
    let (args, is_builtin) = (args.clone(), *is_builtin);
    let is_function = |argument: &AstNode| matches!(argument, AstNode::Lambda { .. });
    if args[1..].iter().any(is_function) {
        return;
    }
    let is_unknown = |argument: &&AstNode| !matches!(argument, AstNode::String(_) | AstNode::Regex { .. });
    let is_text = |argument: &AstNode| AstNode::Binary {
        op: BinaryOp::Equal,
        lhs: Box::new(AstNode::Function {
            name: "type".to_owned(),
            args: vec![argument.clone()],
            is_builtin: true,
        }),
        rhs: Box::new(AstNode::String("string".to_owned())),
    };
    let both = |lhs: AstNode, rhs: AstNode| AstNode::Binary {
        op: BinaryOp::And,
        lhs: Box::new(lhs),
        rhs: Box::new(rhs),
    };
    let condition = args[1..3].iter().filter(is_unknown).map(is_text).reduce(both);
    note(REPLACE, named);
    let limited = AstNode::Function { name: REPLACE.to_owned(), args, is_builtin };
    let unlimited = std::mem::replace(node, AstNode::Null);
    *node = match condition {
        Some(condition) => AstNode::Conditional {
            condition: Box::new(condition),
            then_branch: Box::new(limited),
            else_branch: Some(Box::new(unlimited)),
        },
        None => limited,
    };
}

/// The nodes that a node is made of.
fn inner(node: &mut AstNode) -> Vec<&mut AstNode> {
    match node {
        AstNode::Path { steps } => steps
            .iter_mut()
            .flat_map(|step| {
                let stages = step.stages.iter_mut().filter_map(|stage| match stage {
                    Stage::Filter(filter) => Some(&mut **filter),
                    Stage::KeepArray | Stage::Index(_) => None,
                });
                std::iter::once(&mut step.node).chain(stages)
            })
            .collect(),
        AstNode::Binary { lhs, rhs, .. } => vec![lhs, rhs],
        AstNode::Unary { operand: one, .. }
        | AstNode::Lambda { body: one, .. }
        | AstNode::FunctionApplication(one) => {
            vec![one]
        }
        AstNode::Function { args: items, .. }
        | AstNode::Array(items)
        | AstNode::ArrayGroup(items)
        | AstNode::Block(items) => items.iter_mut().collect(),
        AstNode::Call { procedure, args } => std::iter::once(&mut **procedure).chain(args).collect(),
        AstNode::Object(pairs) => pairs.iter_mut().flat_map(|(name, value)| [name, value]).collect(),
        AstNode::ObjectTransform { input, pattern } => {
            let pairs = pattern.iter_mut().flat_map(|(name, value)| [name, value]);
            std::iter::once(&mut **input).chain(pairs).collect()
        }
        AstNode::Conditional { condition, then_branch, else_branch } => {
            let branches = else_branch.as_deref_mut();
            [&mut **condition, &mut **then_branch].into_iter().chain(branches).collect()
        }
        AstNode::Sort { input, terms } => {
            std::iter::once(&mut **input).chain(terms.iter_mut().map(|(term, _)| term)).collect()
        }
        AstNode::Transform { location, update, delete } => {
            [&mut **location, &mut **update].into_iter().chain(delete.as_deref_mut()).collect()
        }
        _ => Vec::new(),
    }
}

/// Registers those of the functions that an expression names.
pub(super) fn register(evaluator: &mut Evaluator, named: &[String]) -> Result<(), EvaluatorError> {
    for name in named {
        match name.as_str() {
            CONCATENATE => evaluator
                .register_fn(CONCATENATE, |arguments: &[JValue]| with_room(arguments, 1, "$a & $b"))?,
            JOIN => evaluator.register_fn(JOIN, join)?,
            REPLACE => evaluator.register_fn(REPLACE, replaced)?,
            STRING => evaluator.register_fn(STRING, |arguments: &[JValue]| match arguments.len() {
                1 => with_room(arguments, 1, "$string($a)"),
                _ => with_room(arguments, 1, "$string($a, $b)"),
            })?,
            _ => {}
        }
    }
    Ok(())
}

/// Evaluates an expression of arguments that may become so many times as long.
fn with_room(arguments: &[JValue], times: usize, expression: &str) -> Answer {
    let mut left = TEXT / times.max(1);
    if arguments.iter().all(|argument| takes(argument, &mut left, 0)) {
        built_in(expression, arguments)
    } else {
        Err(coded("D2015", "The text that the expression would make is too long"))
    }
}

fn join(arguments: &[JValue]) -> Answer {
    let separator = match arguments.get(1) {
        Some(JValue::String(separator)) => separator.len(),
        _ => 0,
    };
    let expression = if arguments.len() == 1 { "$join($a)" } else { "$join($a, $b)" };
    // Each item has at least a byte to be counted by.
    with_room(arguments, separator + 1, expression)
}

fn replaced(arguments: &[JValue]) -> Answer {
    let times = match (arguments.first(), arguments.get(1), arguments.get(2)) {
        (Some(JValue::String(text)), Some(JValue::String(part)), Some(JValue::String(by)))
            if !part.is_empty() =>
        {
            let found = text.matches(&**part).count();
            if found.saturating_mul(by.len()) <= TEXT { 1 } else { TEXT }
        }
        // A regular expression may match everywhere, also nothing.
        (_, _, Some(JValue::String(by))) => by.len() + 1,
        _ => 1,
    };
    let expression = if arguments.len() == 3 { "$replace($a, $b, $c)" } else { "$replace($a, $b, $c, $d)" };
    with_room(arguments, times, expression)
}

/// Takes the room of a value as text. False where there is not enough, or it is nested too deeply.
pub(super) fn takes(value: &JValue, left: &mut usize, depth: usize) -> bool {
    let own = match value {
        JValue::String(text) => text.len() + 2,
        JValue::Object(fields) => fields.iter().map(|(name, _)| name.len() + 4).sum(),
        _ => 1,
    };
    let Some(rest) = left.checked_sub(own).filter(|_| depth <= DEPTH) else { return false };
    *left = rest;
    match value {
        JValue::Array(items) => items.iter().all(|item| takes(item, left, depth + 1)),
        JValue::Object(fields) => fields.iter().all(|(_, field)| takes(field, left, depth + 1)),
        _ => true,
    }
}

//! Which expressions are evaluated directly, and as what.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage, UnaryOp};
use serde_json::Value;

use super::{Direct, Function, Root, Step};
use crate::jsonata::engine;

/// How deep an expression may nest to be evaluated directly.
const DEPTH: usize = 64;

/// The expression of a tree, if it is of those.
pub(in crate::jsonata) fn compile(tree: &AstNode) -> Option<Direct> {
    node(tree, 0)
}

fn node(tree: &AstNode, depth: usize) -> Option<Direct> {
    if depth > DEPTH {
        return None;
    }
    let boxed = |tree: &AstNode| node(tree, depth + 1).map(Box::new);
    let list = |items: &[AstNode]| items.iter().map(|item| node(item, depth + 1)).collect::<Option<Vec<_>>>();
    Some(match tree {
        AstNode::String(text) => Direct::Literal(Value::String(text.clone())),
        AstNode::Number(number) => Direct::Literal(Value::Number(engine::number(*number).ok()?)),
        AstNode::Boolean(value) => Direct::Literal(Value::Bool(*value)),
        AstNode::Null => Direct::Literal(Value::Null),
        AstNode::Variable(name) => path(name, &[], &[], depth)?,
        AstNode::Path { steps } => match steps.as_slice() {
            [first @ PathStep { node: AstNode::Variable(name), .. }, rest @ ..] => {
                is_plain(first).then(|| path(name, &first.stages, rest, depth))??
            }
            _ => return None,
        },
        AstNode::Block(items) => match items.as_slice() {
            [only] => node(only, depth + 1)?,
            _ => return None,
        },
        AstNode::Unary { op: UnaryOp::Negate, operand } => Direct::Negate(boxed(operand)?),
        AstNode::Binary { op, lhs, rhs } => match op {
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Modulo
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::LessThan
            | BinaryOp::LessThanOrEqual
            | BinaryOp::GreaterThan
            | BinaryOp::GreaterThanOrEqual
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Concatenate => Direct::Binary(*op, boxed(lhs)?, boxed(rhs)?),
            _ => return None,
        },
        AstNode::Conditional { condition, then_branch, else_branch } => {
            let otherwise = match else_branch {
                Some(otherwise) => Some(boxed(otherwise)?),
                None => None,
            };
            Direct::Choose(boxed(condition)?, boxed(then_branch)?, otherwise)
        }
        AstNode::Array(items) => Direct::Array(list(items)?),
        AstNode::Object(pairs) => {
            let mut fields: Vec<(String, Direct)> = Vec::with_capacity(pairs.len());
            for (key, value) in pairs {
                let AstNode::String(key) = key else { return None };
                if fields.iter().any(|(known, _)| known == key) {
                    return None;
                }
                fields.push((key.clone(), node(value, depth + 1)?));
            }
            Direct::Object(fields)
        }
        AstNode::Function { name, args, is_builtin: true } => {
            let function = match (name.as_str(), args.len()) {
                ("append", 2) => Function::Append,
                ("count", 1) => Function::Count,
                ("exists", 1) => Function::Exists,
                ("not", 1) => Function::Not,
                _ => return None,
            };
            Direct::Call(function, list(args)?)
        }
        _ => return None,
    })
}

/// A path from a variable, or from a member of `$states`.
fn path(name: &str, stages: &[Stage], steps: &[PathStep], depth: usize) -> Option<Direct> {
    let (root, steps) = match (name, steps) {
        ("" | "$", _) => return None,
        ("states", [PathStep { node: AstNode::Name(member), .. }, rest @ ..]) if stages.is_empty() => {
            let root = match member.as_str() {
                "input" => Root::Input,
                "result" => Root::Result,
                "errorOutput" => Root::ErrorOutput,
                "context" => Root::Context,
                _ => return None,
            };
            (root, (steps.first(), rest))
        }
        ("states", _) => return None,
        _ => (Root::Variable(name.to_owned()), (None, steps)),
    };
    let mut path = Vec::new();
    push_stages(stages, &mut path, depth)?;
    let (member, rest) = steps;
    if let Some(member) = member {
        is_plain(member).then_some(())?;
        push_stages(&member.stages, &mut path, depth)?;
    }
    for step in rest {
        let AstNode::Name(field) = &step.node else { return None };
        is_plain(step).then_some(())?;
        path.push(Step::Field(field.clone()));
        push_stages(&step.stages, &mut path, depth)?;
    }
    Some(Direct::Path(root, path))
}

fn push_stages(stages: &[Stage], path: &mut Vec<Step>, depth: usize) -> Option<()> {
    match stages {
        [] => Some(()),
        [Stage::Filter(index)] => {
            // A literal that is no number is a condition, and what is neither is read for each item.
            let index = node(index, depth + 1)?;
            path.push(Step::Index(Box::new(index)));
            Some(())
        }
        _ => None,
    }
}

fn is_plain(step: &PathStep) -> bool {
    step.focus.is_none() && step.index_var.is_none() && step.ancestor_label.is_none() && !step.is_tuple
}

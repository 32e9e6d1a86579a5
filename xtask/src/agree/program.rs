//! A program: its types and tasks as text, its workflow as a tree of statements that can be made smaller.

use std::fmt::Write as _;

/// A module with one workflow, `subject`.
#[derive(Clone)]
pub(super) struct Program {
    /// Types, errors and tasks.
    pub(super) items: String,
    /// Everything of the workflow before its body.
    pub(super) signature: String,
    pub(super) body: Vec<Statement>,
    /// The last expression of the body.
    pub(super) result: String,
    /// The last expression made of literals.
    pub(super) plain_result: String,
}

/// A statement.
#[derive(Clone)]
pub(super) struct Statement {
    pub(super) parts: Vec<Part>,
    /// What stands in its place when it is left out: a plain `let` of what later statements read.
    pub(super) keep: Option<String>,
}

#[derive(Clone)]
pub(super) enum Part {
    Text(String),
    Block(Vec<Statement>),
}

impl Statement {
    pub(super) fn line(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Text(text.into())], keep: None }
    }

    pub(super) fn of(parts: Vec<Part>) -> Self {
        Self { parts, keep: None }
    }

    /// Leaves this behind when the statement is left out.
    pub(super) fn or(mut self, keep: String) -> Self {
        self.keep = Some(keep);
        self
    }

    fn size(&self) -> usize {
        let inner = |part: &Part| match part {
            Part::Text(text) => text.len() / 8,
            Part::Block(block) => block.iter().map(Self::size).sum(),
        };
        1 + self.parts.iter().map(inner).sum::<usize>()
    }
}

impl Program {
    /// The module's text.
    pub(super) fn text(&self) -> String {
        let mut text = format!("use super::*;\n\n{}\n{} {{\n", self.items, self.signature);
        write(&self.body, 1, &mut text);
        let _ = writeln!(text, "    {}\n}}", self.result);
        text
    }

    pub(super) fn size(&self) -> usize {
        self.body.iter().map(Statement::size).sum::<usize>() + self.result.len() / 8
    }

    /// Programs that are a little smaller, the smallest first. Not all of them compile.
    pub(super) fn smaller(&self) -> Vec<Self> {
        let mut found: Vec<Self> =
            bodies(&self.body).into_iter().map(|body| Self { body, ..self.clone() }).collect();
        if self.result != self.plain_result {
            found.push(Self { result: self.plain_result.clone(), ..self.clone() });
        }
        found.sort_by_key(Self::size);
        found.retain(|program| program.size() < self.size() || program.result != self.result);
        found
    }
}

fn write(block: &[Statement], depth: usize, text: &mut String) {
    let indent = "    ".repeat(depth);
    for statement in block {
        text.push_str(&indent);
        for part in &statement.parts {
            match part {
                Part::Text(line) => text.push_str(line),
                Part::Block(inner) => {
                    text.push('\n');
                    write(inner, depth + 1, text);
                    text.push_str(&indent);
                }
            }
        }
        text.push('\n');
    }
}

/// The ways to take a step out of a block.
fn bodies(block: &[Statement]) -> Vec<Vec<Statement>> {
    let mut found = Vec::new();
    let with = |place: usize, other: Vec<Statement>| {
        let mut body = block.to_vec();
        body.splice(place..=place, other);
        body
    };
    for (place, statement) in block.iter().enumerate() {
        match &statement.keep {
            None => found.push(with(place, Vec::new())),
            Some(keep) => {
                let text = matches!(statement.parts.as_slice(), [Part::Text(text)] if text == keep);
                if !text {
                    found.push(with(place, vec![Statement::line(keep.clone()).or(keep.clone())]));
                }
            }
        }
        for (number, part) in statement.parts.iter().enumerate() {
            let Part::Block(inner) = part else { continue };
            if !inner.is_empty() && statement.keep.is_none() {
                found.push(with(place, inner.clone()));
            }
            for inner in bodies(inner) {
                let mut smaller = statement.clone();
                smaller.parts[number] = Part::Block(inner);
                found.push(with(place, vec![smaller]));
            }
        }
    }
    found
}

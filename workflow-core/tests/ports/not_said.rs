//! What rustc accepts and a state machine cannot say: the definition tells it.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use workflow_core::{Workflow, prelude::*};

/// The larger the number, the less urgent it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Urgency(u8);

impl PartialOrd for Urgency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        other.0.partial_cmp(&self.0)
    }
}

#[workflow]
pub async fn more_urgent(one: Urgency, other: Urgency) -> bool {
    one > other
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
pub enum Lines {
    Numbers(Vec<u8>),
    Texts(Vec<String>),
}

#[workflow]
pub async fn is_numbers(lines: Lines) -> bool {
    matches!(lines, Lines::Numbers(_))
}

#[workflow]
pub async fn extension(path: String) -> Option<String> {
    path.rsplit_once("..").map(|(_, extension)| extension.to_string())
}

fn told<W: Workflow>() -> String {
    W::definition().problems.join("\n")
}

#[test]
fn the_definition_tells_what_cannot_be_said() {
    assert!(told::<more_urgent>().contains("has an order of its own"), "{}", told::<more_urgent>());
    assert!(told::<is_numbers>().contains("cannot tell its variant `Numbers`"), "{}", told::<is_numbers>());
    assert!(told::<extension>().contains("looks for one character"), "{}", told::<extension>());
}

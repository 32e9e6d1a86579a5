//! Names inside expressions, and which of them may be the same.

use std::collections::{BTreeSet, HashSet};

use crate::escape::Piece;

use super::node::{Arena, Element, Kind};

impl Arena {
    /// Pairs of names of which one is known where the other is: they must not be written alike.
    pub(crate) fn meeting_elements(&self) -> HashSet<(Element, Element)> {
        let mut meeting = HashSet::new();
        // The parts of a node were there before it.
        let mut inside: Vec<BTreeSet<Element>> = Vec::new();
        for node in self.nodes() {
            let parts = self.parts(node);
            let mut known: BTreeSet<Element> =
                parts.iter().flat_map(|part| &inside[part.place()]).copied().collect();
            let named: Vec<Element> = match self.kind(node) {
                Kind::Named { element, .. } => vec![*element],
                Kind::Jsonata { pieces, .. } => {
                    let mut named: Vec<Element> = Vec::new();
                    for piece in pieces {
                        if let Piece::Name(element) = piece {
                            named.push(*element);
                        }
                    }
                    known.extend(&named);
                    named
                }
                Kind::Form { parts, .. } => parts
                    .iter()
                    .filter_map(|part| match self.kind(*part) {
                        Kind::Element(element) => Some(*element),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            };
            for named in &named {
                for other in known.iter().filter(|other| *other != named) {
                    meeting.insert((*named, *other));
                    meeting.insert((*other, *named));
                }
            }
            if let Kind::Element(element) | Kind::Named { element, .. } = self.kind(node) {
                known.insert(*element);
            }
            inside.push(known);
        }
        meeting
    }
}

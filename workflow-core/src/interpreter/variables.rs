//! Variables: those of a machine, and around them those of the machines that it is in.
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>)

use std::sync::Arc;

use super::data::Data;
use crate::{
    history::Text,
    limits::{MAX_DATA_BYTES, MAX_VARIABLE_BYTES},
    weight::text_length,
};

/// Variables that are read here and outside, and set here alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    own: Vec<(Text, Data)>,
    outside: Option<Arc<Variables>>,
}

impl Variables {
    pub(super) fn get(&self, name: &str) -> Option<&Data> {
        let own = self.own.iter().find(|(known, _)| **known == *name).map(|(_, value)| value);
        own.or_else(|| self.outside.as_ref()?.get(name))
    }

    pub(super) fn set(&mut self, name: &Text, value: Data) {
        match self.own.iter_mut().find(|(known, _)| *known == *name) {
            Some((_, old)) => *old = value,
            None => self.own.push((name.clone(), value)),
        }
    }

    /// What a machine inside sees: all of these, and none of its own.
    pub(super) fn inside(self: &Arc<Self>) -> Self {
        // Without variables there is nothing to hand on.
        if self.own.is_empty() {
            return Self { own: Vec::new(), outside: self.outside.clone() };
        }
        Self { own: Vec::new(), outside: Some(Arc::clone(self)) }
    }

    /// Whether they are more than an execution may store once these are set.
    pub(super) fn exceed(&self, assigned: &[(Text, Data)]) -> bool {
        // None is larger than a state's data, so a few never are too many.
        if self.count() + assigned.len() <= MAX_VARIABLE_BYTES / MAX_DATA_BYTES {
            return false;
        }
        let kept = self.all().into_iter().filter(|(name, _)| assigned.iter().all(|(new, _)| new != name));
        let size = |(_, value): (Text, Data)| text_length(&value);
        kept.chain(assigned.iter().cloned()).map(size).sum::<usize>() > MAX_VARIABLE_BYTES
    }

    fn count(&self) -> usize {
        self.own.len() + self.outside.as_ref().map_or(0, |outside| outside.count())
    }

    /// The names and values of all that can be read, those further inside last.
    pub(super) fn all(&self) -> Vec<(Text, Data)> {
        let mut all = self.outside.as_ref().map(|outside| outside.all()).unwrap_or_default();
        all.extend(self.own.iter().cloned());
        all
    }
}

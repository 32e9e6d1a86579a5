use std::fmt;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Money {
    cents: u64,
}

#[pure]
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = f.width().unwrap_or(0);
        write!(f, "{}", " ".repeat(width))?;
        write!(f, "{}", self.cents)
    }
}

fn main() {}

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Serialize, Deserialize, Data)]
struct Orders {
    all: Vec<u64>,
}

#[pure]
impl Orders {
    fn first(&self) -> u64 {
        self.all.first().copied().unwrap_or(0)
    }
}

fn main() {}

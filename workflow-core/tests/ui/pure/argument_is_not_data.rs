use workflow_core::prelude::*;

use std::collections::HashMap;

#[pure]
fn fee(_fees: &HashMap<String, u64>) -> u64 {
    1
}

fn main() {}

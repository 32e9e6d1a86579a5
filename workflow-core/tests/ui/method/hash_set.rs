use std::collections::HashSet;

use workflow_core::prelude::*;

#[workflow]
async fn pay(names: Vec<String>) -> usize {
    let seen: HashSet<String> = HashSet::new();
    names.len()
}

fn main() {}

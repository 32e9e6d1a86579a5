use workflow_core::prelude::*;

#[pure]
fn first(list: &[u64]) -> u64 {
    assert!(list.len() > 1);
    *list.first().unwrap()
}

fn main() {}

use workflow_core::prelude::*;

#[pure]
fn double(list: &[u64]) -> impl Iterator<Item = u64> {
    list.iter().map(|cents| *cents * 2)
}

fn main() {}

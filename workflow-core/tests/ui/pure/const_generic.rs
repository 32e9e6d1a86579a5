use workflow_core::prelude::*;

#[pure]
fn first<const N: usize>(list: [u64; N]) -> Option<u64> {
    list.first().copied()
}

fn main() {}

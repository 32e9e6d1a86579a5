use workflow_core::prelude::*;

#[pure]
fn total(list: &[u64]) -> u64 {
    for cents in list {
        if *cents > 3 {
            return 1;
        }
    }
    0
}

fn main() {}

use workflow_core::prelude::*;

#[task]
struct Charge;

fn main() {}

use workflow_core::prelude::*;

#[workflow]
struct Pay;

fn main() {}

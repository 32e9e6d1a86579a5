use workflow_core::prelude::*;

#[pure]
struct Fee;

fn main() {}

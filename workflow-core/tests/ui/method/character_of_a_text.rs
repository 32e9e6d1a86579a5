use workflow_core::prelude::*;

#[workflow]
async fn pay(name: String) -> usize {
    name.get(0..1).map_or(0, |part| part.len())
}

fn main() {}

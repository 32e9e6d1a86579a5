use workflow_core::prelude::*;

#[workflow]
async fn pay(name: String) -> usize {
    name.encode_utf16().count()
}

fn main() {}

use workflow_core::prelude::*;

#[workflow]
async fn pay(code: u8) -> char {
    code as char
}

fn main() {}

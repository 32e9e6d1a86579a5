use workflow_core::prelude::*;

#[workflow]
async fn hash(text: String) -> u64 {
    text.bytes().fold(5381, |hash: u64, byte| hash.wrapping_mul(33) + u64::from(byte))
}

fn main() {}

use workflow_core::prelude::*;

#[workflow]
async fn count(words: Vec<String>) -> usize {
    let twice = |number: usize| number * "2";
    words.len()
}

fn main() {}

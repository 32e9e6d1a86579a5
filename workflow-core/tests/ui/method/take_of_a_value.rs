use workflow_core::prelude::*;

#[workflow]
async fn count(words: Vec<String>) -> Vec<String> {
    std::mem::take(&mut words.clone())
}

fn main() {}

use std::collections::BTreeMap;

use workflow_core::prelude::*;

#[workflow]
async fn count(words: Vec<String>) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for word in words {
        let count = counts.entry(word).or_insert(0);
        *count += 1;
    }
    counts
}

fn main() {}

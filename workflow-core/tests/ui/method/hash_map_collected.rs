use std::collections::HashMap;

use workflow_core::prelude::*;

#[workflow]
async fn pay(names: Vec<String>) -> usize {
    names.iter().map(|name| (name.clone(), 1)).collect::<HashMap<_, _>>().len()
}

fn main() {}

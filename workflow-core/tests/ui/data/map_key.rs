use std::collections::BTreeMap;

use workflow_core::prelude::*;

#[workflow]
async fn area(places: BTreeMap<(u8, u8), u32>) -> u32 {
    places.values().sum()
}

fn main() {}

use workflow_core::prelude::*;

struct Shop;

impl Shop {
    #[workflow]
    async fn pay(&self, cents: u32) -> u32 {
        cents
    }
}

fn main() {}

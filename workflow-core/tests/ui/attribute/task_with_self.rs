use workflow_core::prelude::*;

struct Shop;

impl Shop {
    #[task]
    async fn charge(&self, cents: u32) -> u32 {
        cents
    }
}

fn main() {}

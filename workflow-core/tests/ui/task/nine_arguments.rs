use workflow_core::prelude::*;

#[task]
async fn charge(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8) -> u8 {
    a
}

fn main() {}

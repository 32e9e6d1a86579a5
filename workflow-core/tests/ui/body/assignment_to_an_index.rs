use workflow_core::prelude::*;

#[workflow]
async fn first(numbers: Vec<u32>) -> Vec<u32> {
    let mut numbers = numbers;
    numbers[0] = 1;
    numbers
}

fn main() {}

//! The handlers of all tasks as AWS Lambda functions: one program, deployed once for each function.

fn main() {}

use serde::{Deserialize, Serialize};
use workflow_core::Data;

#[derive(Serialize, Deserialize, Data)]
#[serde(transparent)]
struct Order(std::marker::PhantomData<u8>, u32);

fn main() {}

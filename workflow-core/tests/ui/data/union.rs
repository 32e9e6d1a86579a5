use workflow_core::Data;

#[derive(Data)]
union Order {
    id: u32,
}

fn main() {}

use serde::Serialize;
use workflow_core::Data;

#[derive(Serialize, Data)]
enum Kind {
    #[serde(serialize_with = "write")]
    Named(String),
}

fn write<S: serde::Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name)
}

fn main() {}

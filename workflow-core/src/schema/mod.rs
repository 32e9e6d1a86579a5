//! JSON Schema of what crosses the border of a workflow and of its tasks, and what a change of it breaks.
//!
//! The schemas are made of the same [`Shape`](crate::Shape)s that the compiler reads, so no type needs
//! another derive, and serde's attributes are honoured. They describe JSON on the wire: a key that serde
//! does not know is allowed, as serde allows it.
//! (<https://json-schema.org/draft/2020-12>)

mod changes;
mod shapes;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use self::shapes::{Mode, Writer};
use crate::{catalogue::CatalogueEntry, contract::ShapeFn};

pub use changes::{Affected, Change, changes};

/// The schema of a workflow: of its input, and under `$defs` of its output, its errors, and of what each
/// of its functions receives and gives.
///
/// A validator that is given the whole schema checks an input. `#/$defs/output` is the output,
/// `#/$defs/errors` the error names, `#/$defs/Charge.payload`, `.result` and `.errors` are those of the
/// function behind `${Charge}`. The names of the platform, such as `States.Timeout`, are everybody's and
/// not listed.
///
/// ```
/// use workflow_core::{Catalogue, prelude::*, schema};
///
/// #[workflow]
/// async fn sum(left: u8, right: u8) -> u16 {
///     u16::from(left) + u16::from(right)
/// }
/// # fn main() {
/// let catalogue = Catalogue::new().add::<sum>();
/// let schema = schema::of(catalogue.get("sum").unwrap());
/// assert_eq!(schema.pointer("/$defs/input/properties/left/maximum").unwrap(), 255);
/// # }
/// ```
pub fn of(entry: &CatalogueEntry) -> Value {
    let (meta, definition) = (entry.meta(), entry.definition());
    let mut writer = Writer::default();
    let mut defs = Map::new();
    let contract = &definition.contract;
    defs.insert("input".to_owned(), parameters(&mut writer, &contract.parameters, &[]));
    let output = contract.output.map_or_else(|| json!({}), |output| writer.write(output, Mode::Written));
    defs.insert("output".to_owned(), output);
    defs.insert("errors".to_owned(), json!({ "enum": entry.errors() }));
    for task in &definition.tasks {
        let (Some(function), contract) = (task.lambda(), &task.contract) else { continue };
        let given: Vec<&str> = contract.given().collect();
        let payload = parameters(&mut writer, &contract.parameters(), &given);
        defs.insert(format!("{function}.payload"), payload);
        defs.insert(format!("{function}.result"), writer.write(contract.result(), Mode::Written));
        defs.insert(format!("{function}.errors"), json!({ "enum": contract.errors() }));
    }
    writer.into_types(&mut defs);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": meta.name,
        "description": meta.comment,
        "$ref": "#/$defs/input",
        "$defs": defs,
    })
}

/// One parameter is the value itself, several are an object with their names; what the platform gives is
/// text beside them.
fn parameters(writer: &mut Writer, parameters: &[(&'static str, ShapeFn)], given: &[&str]) -> Value {
    match (parameters, given) {
        ([], []) => json!({}),
        ([(_, shape)], []) => writer.write(*shape, Mode::Read),
        (parameters, given) => {
            let fields = parameters.iter().map(|(name, shape)| {
                let required = !matches!(shape(), crate::data::Shape::Option(_));
                ((*name).to_owned(), writer.write(*shape, Mode::Read), required)
            });
            let mut fields: Vec<_> = fields.collect();
            fields.extend(given.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }), true)));
            shapes::object(fields)
        }
    }
}

#![allow(dead_code, reason = "the types are only described")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{shapes::Mode, shapes::Writer, *};
use crate::{Data, prelude::*};

/// The schema of a type, with the types that it refers to.
fn schema_of<T: Data>(mode: Mode) -> Value {
    let mut writer = Writer::default();
    let mut defs = Map::from_iter([("it".to_owned(), writer.write(T::shape, mode))]);
    writer.into_types(&mut defs);
    Value::Object(defs)
}

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
    quantity: u8,
    note: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    comment: String,
    #[serde(skip)]
    hidden: u32,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize, Deserialize, Data)]
struct Place {
    street: String,
}

#[test]
fn a_struct_is_as_serde_reads_and_writes_it() {
    let text = json!({ "type": "string" });
    let read = json!({
        "type": "object",
        "required": ["orderId", "quantity", "comment", "street"],
        "properties": {
            "orderId": text,
            "quantity": { "type": "integer", "minimum": 0, "maximum": 255 },
            "note": { "anyOf": [text, { "type": "null" }] },
            "tags": { "type": "array", "items": text },
            "comment": text,
            "street": text,
        },
    });
    let schema = schema_of::<Order>(Mode::Read);
    assert_eq!(schema["it"], json!({ "$ref": "#/$defs/Order" }));
    assert_eq!(schema["Order"], read);
    assert_eq!(
        schema_of::<Order>(Mode::Written)["Order"]["required"],
        json!(["orderId", "quantity", "street"])
    );
}

#[derive(Serialize, Deserialize, Data)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Event {
    Placed { id: u32 },
    Gone,
    Moved(Place),
}

#[derive(Serialize, Deserialize, Data)]
#[serde(tag = "t", content = "c")]
enum Beside {
    Both(u8, bool),
    Nothing,
}

#[derive(Serialize, Deserialize, Data)]
enum Outside {
    Unit,
    One(i64),
    Named { a: f64 },
}

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Words {
    InStock,
    SoldOut,
}

#[test]
fn an_enum_has_the_form_of_its_tagging() {
    let number = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    assert_eq!(
        schema_of::<Event>(Mode::Read)["Event"]["anyOf"],
        json!([
            { "type": "object", "required": ["kind", "id"], "properties": { "kind": { "const": "placed" }, "id": number } },
            { "type": "object", "required": ["kind"], "properties": { "kind": { "const": "gone" } } },
            { "allOf": [
                { "type": "object", "required": ["kind"], "properties": { "kind": { "const": "moved" } } },
                { "$ref": "#/$defs/Place" },
            ]},
        ])
    );
    let pair = json!({
        "type": "array", "items": false, "minItems": 2,
        "prefixItems": [{ "type": "integer", "minimum": 0, "maximum": 255 }, { "type": "boolean" }],
    });
    assert_eq!(
        schema_of::<Beside>(Mode::Read)["Beside"]["anyOf"],
        json!([
            { "type": "object", "required": ["t", "c"], "properties": { "t": { "const": "Both" }, "c": pair } },
            { "type": "object", "required": ["t"], "properties": { "t": { "const": "Nothing" } } },
        ])
    );
    let outside = schema_of::<Outside>(Mode::Read);
    assert_eq!(outside["Outside"]["anyOf"][0], json!({ "const": "Unit" }));
    assert_eq!(outside["Outside"]["anyOf"][2]["required"], json!(["Named"]));
    assert_eq!(schema_of::<Words>(Mode::Read)["Words"], json!({ "enum": ["IN_STOCK", "SOLD_OUT"] }));
}

#[derive(Serialize, Deserialize, Data)]
struct Tree {
    children: Vec<Tree>,
    by_name: BTreeMap<String, Tree>,
}

mod other {
    use super::*;

    #[derive(Serialize, Deserialize, Data)]
    pub(super) struct Tree {
        pub(super) leaves: u64,
    }
}

#[test]
fn a_type_that_holds_itself_is_finite_and_two_of_one_name_are_told_apart() {
    let schema = schema_of::<(Tree, other::Tree, Tree)>(Mode::Read);
    let reference = json!({ "$ref": "#/$defs/Tree" });
    assert_eq!(schema["it"]["prefixItems"], json!([reference, { "$ref": "#/$defs/Tree2" }, reference]));
    assert_eq!(schema["Tree"]["properties"]["children"]["items"], reference);
    assert_eq!(schema["Tree"]["properties"]["by_name"]["additionalProperties"], reference);
    assert_eq!(schema["Tree2"]["properties"]["leaves"]["maximum"], json!(u64::MAX));
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum SaleError {
    #[error("no more")]
    SoldOut,
    #[error("busy")]
    #[workflow(name = "Bank.Busy")]
    Busy,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(function = "Charge")]
async fn charge(order: &Order, cents: u32) -> Result<Place, SaleError> {
    let _ = (order, cents);
    Err(SaleError::SoldOut)
}

/// Sells.
#[workflow]
async fn sale(order: Order) -> Result<Place, SaleError> {
    charge(&order, 7).await
}

fn sale_schema() -> Value {
    of(crate::Catalogue::new().add::<sale>().get("sale").unwrap())
}

#[test]
fn a_workflow_has_its_input_its_output_its_errors_and_its_functions() {
    let schema = sale_schema();
    assert_eq!((&schema["title"], &schema["description"]), (&json!("sale"), &json!("Sells.")));
    assert_eq!(schema["$ref"], "#/$defs/input");
    let defs = &schema["$defs"];
    assert_eq!(defs["input"], json!({ "$ref": "#/$defs/Order" }));
    assert_eq!(defs["output"], json!({ "$ref": "#/$defs/Place" }));
    assert_eq!(defs["errors"], json!({ "enum": ["SoldOut", "Bank.Busy"] }));
    assert_eq!(defs["Charge.payload"]["required"], json!(["order", "cents"]));
    assert_eq!(defs["Charge.result"], json!({ "$ref": "#/$defs/Place" }));
    assert_eq!(defs["Charge.errors"], json!({ "enum": ["SoldOut", "Bank.Busy"] }));
    assert_eq!(changes(&schema, &schema), []);
}

#[task]
async fn keyed(key: crate::IdempotencyKey, cents: u8) -> u8 {
    let _ = key;
    cents
}

#[workflow]
async fn with_a_key(cents: u8) -> Result<u8, PlatformError> {
    keyed(cents).await
}

#[test]
fn what_the_platform_gives_stands_in_the_payload() {
    let schema = of(crate::Catalogue::new().add::<with_a_key>().get("with-a-key").unwrap());
    let payload = &schema["$defs"]["KeyedFunction.payload"];
    assert_eq!(payload["required"], json!(["cents", "key"]));
    assert_eq!(payload["properties"]["key"], json!({ "type": "string" }));
}

/// What a change at a place of the schema breaks.
fn broken(pointer: &str, value: Value) -> Vec<String> {
    let before = sale_schema();
    let mut after = before.clone();
    *after.pointer_mut(pointer).unwrap() = value;
    changes(&before, &after).iter().map(ToString::to_string).collect()
}

#[test]
fn a_narrower_input_breaks_callers_and_a_wider_one_does_not() {
    let required = json!(["orderId", "quantity", "comment", "street", "note"]);
    assert_eq!(
        broken("/$defs/Order/required", required),
        [
            "breaks callers: input.note: could be absent, must be there",
            "breaks executions in flight: Charge.payload.order.note: could be absent, must be there",
        ]
    );
    assert_eq!(broken("/$defs/Order/required", json!(["orderId"])), Vec::<String>::new());
    assert_eq!(
        broken("/$defs/Order/properties/quantity/maximum", json!(100))[0],
        "breaks callers: input.quantity: the most was 255, is 100"
    );
    assert_eq!(broken("/$defs/Order/properties/quantity/maximum", json!(1000)), Vec::<String>::new());
    assert_eq!(
        broken("/$defs/Order/properties/note", json!({ "type": "string" }))[0],
        "breaks callers: input.note: was null, is string"
    );
    assert_eq!(
        broken("/$defs/Order/properties/tags/items", json!({ "enum": ["a"] }))[0],
        "breaks callers: input.tags[]: was string, is one of a few values"
    );
}

#[test]
fn a_wider_output_breaks_those_who_read_it_and_so_does_an_error_that_is_gone() {
    assert_eq!(
        broken("/$defs/Place/required", json!([])),
        [
            "breaks callers: output.street: was always there, may be absent",
            "breaks executions in flight: Charge.result.street: was always there, may be absent",
        ]
    );
    assert_eq!(
        broken(
            "/$defs/Place/properties/street",
            json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] })
        ),
        [
            "breaks callers: output.street: was string, is null",
            "breaks executions in flight: Charge.result.street: was string, is null",
        ]
    );
    assert_eq!(
        broken("/$defs/errors/enum", json!(["SoldOut"])),
        ["breaks callers: the error `Bank.Busy` is gone"]
    );
    assert_eq!(
        broken("/$defs/Charge.errors/enum", json!(["Bank.Busy"])),
        ["breaks executions in flight: the error `SoldOut` of `Charge` is gone"]
    );
}

#[test]
fn a_function_that_is_gone_breaks_what_still_calls_it() {
    let before = sale_schema();
    let mut after = before.clone();
    let defs = after["$defs"].as_object_mut().unwrap();
    defs.retain(|name, _| !name.starts_with("Charge."));
    let found: Vec<String> = changes(&before, &after).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["breaks executions in flight: the function `Charge` is gone"]);
}

#[test]
fn variants_are_compared_one_by_one() {
    let wrap = |schema: Value| {
        let mut defs = schema;
        defs["input"] = defs["it"].take();
        json!({ "$defs": defs })
    };
    let before = wrap(schema_of::<Event>(Mode::Read));
    let mut less = before.clone();
    less["$defs"]["Event"]["anyOf"].as_array_mut().unwrap().remove(1);
    assert_eq!(changes(&less, &before), []);
    let gone = changes(&before, &less);
    assert!(gone.iter().any(|it| it.what == "input.kind: \"gone\" is not allowed any more"), "{gone:?}");
    let words = wrap(schema_of::<Words>(Mode::Read));
    let mut fewer = words.clone();
    fewer["$defs"]["Words"]["enum"] = json!(["IN_STOCK"]);
    assert_eq!(
        changes(&words, &fewer)[0].to_string(),
        "breaks callers: input: \"SOLD_OUT\" is not allowed any more"
    );
    let tree = wrap(schema_of::<Tree>(Mode::Read));
    assert_eq!(changes(&tree, &tree), []);
}

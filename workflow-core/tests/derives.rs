//! What the derives know of a type: `Data` of its JSON, `WorkflowError` of its names.
#![allow(missing_docs, dead_code, reason = "the types are here for their shapes")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use workflow_core::*;

// ---- Data ---------------------------------------------------------------------------------------

/// A shape on one line: `Name{rust=json:shape+flags}`, `<newtype>`, `(tuple)`, `[list]`, `option?`.
fn shown(shape: fn() -> Shape, depth: u32) -> String {
    if depth == 0 {
        return "..".to_owned();
    }
    let inner = |shape: &fn() -> Shape| shown(*shape, depth - 1);
    match shape() {
        Shape::Unit => "unit".to_owned(),
        Shape::Bool => "bool".to_owned(),
        Shape::Integer { bits, signed: true } => format!("i{bits}"),
        Shape::Integer { bits, signed: false } => format!("u{bits}"),
        Shape::Float => "float".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Option(some) => format!("{}?", inner(&some)),
        Shape::List(element) => format!("[{}]", inner(&element)),
        Shape::Map(key, value) => match inner(&key).as_str() {
            "text" => format!("map {}", inner(&value)),
            key => format!("map {key} {}", inner(&value)),
        },
        Shape::Tuple(places) => format!("({})", joined(places.iter().map(inner), ",")),
        Shape::Struct { name, fields } => format!("{name}{}", shown_fields(&fields, depth)),
        Shape::Enum { name, tagging, variants } => {
            let variants = variants.iter().map(|variant| {
                format!("{}={}{}", variant.rust, variant.json, shown_fields(&variant.fields, depth))
            });
            format!("enum {name} {tagging:?} {}", joined(variants, "|"))
        }
        _ => "any".to_owned(),
    }
}

fn shown_fields(fields: &Fields, depth: u32) -> String {
    let inner = |shape: &fn() -> Shape| shown(*shape, depth - 1);
    match fields {
        Fields::Unit => String::new(),
        Fields::Newtype(shape) => format!("<{}>", inner(shape)),
        Fields::Tuple(places) => format!("({})", joined(places.iter().map(inner), ",")),
        Fields::Named(fields) => {
            let fields = fields.iter().map(|field| {
                let flags = [
                    (field.flatten, "+flatten"),
                    (field.transparent, "+transparent"),
                    (field.skip, "+skip"),
                    (field.may_be_absent, "+absent"),
                    (field.has_default, "+default"),
                ];
                let flags = flags.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag.to_owned());
                format!("{}={}:{}{}", field.rust, field.json, inner(&field.shape), joined(flags, ""))
            });
            format!("{{{}}}", joined(fields, ","))
        }
    }
}

fn joined(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

#[track_caller]
fn check<T: Data>(expected: &str) {
    assert_eq!(shown(T::shape, 4), expected);
}

#[derive(Default, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase", default)]
struct Order {
    order_id: String,
    #[serde(rename = "qty")]
    quantity: u32,
    r#type: Option<bool>,
    #[serde(skip)]
    cache: Vec<i8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tag_list: Vec<(u8, f64)>,
    #[serde(flatten)]
    rest: BTreeMap<String, i64>,
}

#[test]
fn a_struct_has_the_keys_that_serde_writes() {
    check::<Order>(
        "Order{order_id=orderId:text+default,quantity=qty:u32+default,type=type:bool?+default,\
         cache=cache:any+skip+default,tag_list=tagList:[(u8,float)]+absent+default,\
         rest=rest:map i64+flatten+default}",
    );
}

#[derive(Serialize, Deserialize, Data)]
struct Cents(u64);
#[derive(Serialize, Deserialize, Data)]
struct Pair(u64, String);
#[derive(Serialize, Deserialize, Data)]
struct Nothing;
#[derive(Serialize, Deserialize, Data)]
struct NoFields {}
#[derive(Serialize, Deserialize, Data)]
struct NoPlaces();

#[test]
fn every_style_of_struct_has_its_own_shape() {
    check::<Cents>("Cents<u64>");
    check::<Pair>("Pair(u64,text)");
    check::<Nothing>("Nothing");
    check::<NoFields>("NoFields{}");
    check::<NoPlaces>("NoPlaces()");
}

#[derive(Serialize, Deserialize, Data)]
#[serde(transparent)]
struct TransparentField {
    #[serde(skip)]
    hidden: u8,
    value: String,
}
#[derive(Serialize, Deserialize, Data)]
#[serde(transparent)]
struct TransparentPlace(String, std::marker::PhantomData<u8>);

#[test]
fn a_transparent_struct_is_its_one_value() {
    check::<TransparentField>(
        "TransparentField{hidden=hidden:any+skip+default,value=value:text+transparent}",
    );
    check::<TransparentPlace>("TransparentPlace<text>");
}

/// Neither `Data` nor anything of serde's.
struct Foreign;
mod foreign {
    use super::Foreign;

    pub(super) fn serialize<S: serde::Serializer>(_: &Foreign, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("x")
    }
    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(_: D) -> Result<Foreign, D::Error> {
        Ok(Foreign)
    }
}
#[derive(Serialize, Deserialize, Data)]
struct Mixed {
    #[serde(with = "foreign")]
    foreign: Foreign,
    #[serde(default)]
    defaulted: u8,
    boxed: Box<str>,
    array: [u16; 3],
}
#[derive(Clone, Serialize, Deserialize, Data)]
#[serde(into = "String", from = "String")]
struct Converted {
    length: usize,
}
impl From<String> for Converted {
    fn from(text: String) -> Self {
        Self { length: text.len() }
    }
}
impl From<Converted> for String {
    fn from(converted: Converted) -> Self {
        "x".repeat(converted.length)
    }
}

#[test]
fn what_a_function_writes_is_any_value() {
    check::<Mixed>(
        "Mixed{foreign=foreign:any,defaulted=defaulted:u8+default,boxed=boxed:text,array=array:[u16]}",
    );
    check::<Converted>("any");
}

#[derive(Serialize, Deserialize, Data)]
struct Tree<T> {
    value: T,
    children: Vec<Tree<T>>,
    next: Option<Box<Self>>,
}
#[derive(Serialize, Deserialize, Data)]
struct Bounded<T: Clone, const N: usize = 3>
where
    T: Default,
{
    value: T,
}
macro_rules! made {
    ($name:ident, $ty:ty) => {
        #[derive(Serialize, Deserialize, Data)]
        struct $name {
            made: $ty,
        }
    };
}
made!(Made, Vec<u8>);

#[test]
fn a_type_may_be_generic_recursive_or_made_by_a_macro() {
    let tree = "Tree{value=value:u8,children=children:[..],next=next:..?}";
    check::<Tree<u8>>(&format!("Tree{{value=value:u8,children=children:[{tree}],next=next:{tree}?}}"));
    check::<Bounded<u8, 2>>("Bounded{value=value:u8}");
    check::<Made>("Made{made=made:[u8]}");
}

#[derive(Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum External {
    PlainUnit,
    Newtype(u8),
    Tuple(u8, u8),
    #[serde(rename = "s")]
    Struct {
        in_it: u8,
    },
    #[serde(skip)]
    Skipped(Foreign),
}
#[derive(Serialize, Deserialize, Data)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
enum Internal {
    Unit,
    Newtype(Made),
    Struct { in_it: u8 },
}
#[derive(Serialize, Deserialize, Data)]
#[serde(tag = "kind", content = "value")]
enum Adjacent {
    Unit,
    Newtype(u8),
}
#[derive(Serialize, Deserialize, Data)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Text(String),
}

#[test]
fn an_enum_is_told_apart_as_serde_does() {
    check::<External>(
        "enum External External PlainUnit=PLAIN_UNIT|Newtype=NEWTYPE<u8>|Tuple=TUPLE(u8,u8)|Struct=s{in_it=in_it:u8}",
    );
    check::<Internal>(
        "enum Internal Internal { tag: \"kind\" } Unit=Unit|Newtype=Newtype<Made{made=made:[u8]}>|Struct=Struct{in_it=inIt:u8}",
    );
    check::<Adjacent>(
        "enum Adjacent Adjacent { tag: \"kind\", content: \"value\" } Unit=Unit|Newtype=Newtype<u8>",
    );
    check::<Untagged>("enum Untagged Untagged Number=Number<u8>|Text=Text<text>");
}

#[test]
fn the_names_of_variants_are_those_in_the_json() {
    let values = [External::PlainUnit, External::Tuple(1, 2), External::Struct { in_it: 3 }];
    let written = json!(["PLAIN_UNIT", { "TUPLE": [1, 2] }, { "s": { "in_it": 3 } }]);
    assert_eq!(serde_json::to_value(values).unwrap(), written);
}

// ---- WorkflowError ------------------------------------------------------------------------------

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
enum PaymentError {
    #[error("the card was {{declined}}:\n{reason} after {tries}")]
    Declined { reason: String, tries: u32 },
    #[error("busy")]
    #[workflow(name = "Payment.Busy")]
    Busy,
    #[error("pair {0} {1}")]
    PairOf(u8, String),
    #[error("empty")]
    NoFields {},
    #[error("empty")]
    NoPlaces(),
    #[error("raw {type}")]
    Raw { r#type: String },
    #[error("held")]
    Held { maybe: Option<u8>, map: BTreeMap<String, Vec<u8>> },
    #[error("A")]
    A,
    /// Fields with the names that the derive's own code uses.
    #[error("names")]
    Names { failure: String, data: u8, error: u8 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
    #[error(transparent)]
    Stock {
        #[from]
        stock: StockError,
    },
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
#[error("the same for all")]
enum StockError {
    SoldOut,
    #[error(transparent)]
    Late(#[from] LateError),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

/// An error type written by hand.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("late")]
struct LateError;

impl WorkflowError for LateError {
    fn to_failure(&self) -> Failure {
        Failure::new("Late", "late")
    }

    fn from_failure(failure: Failure) -> Result<Self, Failure> {
        if failure.error == "Late" { Ok(Self) } else { Err(failure) }
    }

    fn variants() -> Vec<ErrorVariant> {
        let kind = ErrorKind::Named { name: "Late", message: Vec::new(), fields: Vec::new() };
        vec![ErrorVariant { rust: "LateError", kind, around: Vec::new() }]
    }
}

#[test]
fn every_error_survives_the_trip_through_a_lambda_function() {
    let text = |text: &str| text.to_owned();
    let errors = [
        PaymentError::Declined { reason: text("no \"money\""), tries: 3 },
        PaymentError::Busy,
        PaymentError::PairOf(3, text("x")),
        PaymentError::NoFields {},
        PaymentError::NoPlaces(),
        PaymentError::Raw { r#type: text("q") },
        PaymentError::Held { maybe: None, map: BTreeMap::from([(text("k"), vec![1])]) },
        PaymentError::A,
        PaymentError::Names { failure: text("f"), data: 1, error: 2 },
        PaymentError::Platform(PlatformError::Timeout(text("t"))),
        PaymentError::Platform(PlatformError::Other { error: text("X"), cause: text("t") }),
        PaymentError::Stock { stock: StockError::SoldOut },
        PaymentError::Stock { stock: StockError::Late(LateError) },
    ];
    for error in errors {
        let reported = error.to_failure().through_lambda().reported();
        assert_eq!(PaymentError::from_failure(reported), Ok(error));
    }
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
enum OrderError {
    #[error(transparent)]
    Payment(#[from] PaymentError),
    #[error(transparent)]
    Stock(#[from] StockError),
}

#[test]
fn each_name_is_that_of_the_error_which_declares_it() {
    let named = |name: &str| OrderError::from_failure(Failure::new(name, "t"));
    assert_eq!(named("Payment.Busy"), Ok(OrderError::Payment(PaymentError::Busy)));
    assert_eq!(named("SoldOut"), Ok(OrderError::Payment(PaymentError::Stock { stock: StockError::SoldOut })));
    let timeout = PaymentError::Platform(PlatformError::Timeout("t".to_owned()));
    assert_eq!(named("States.Timeout"), Ok(OrderError::Payment(timeout)));
}

#[test]
fn a_constant_holds_each_name() {
    let names = [PaymentError::DECLINED, PaymentError::BUSY, PaymentError::PAIR_OF].map(ErrorName::as_str);
    assert_eq!(names, ["Declined", "Payment.Busy", "PairOf"]);
}

#[test]
fn a_cause_without_the_fields_is_given_back() {
    let causes = [
        "",
        "x",
        "{}",
        "[]",
        r#"{"data":3}"#,
        r#"{"data":{"reason":"a"}}"#,
        r#"{"data":{"reason":"a","tries":-1}}"#,
    ];
    for cause in causes {
        let failure = Failure::new("Declined", cause);
        assert_eq!(PaymentError::from_failure(failure.clone()), Err(failure));
    }
}

#[test]
fn the_key_of_a_none_may_be_absent() {
    let failure = Failure::new("Held", r#"{"data":{"map":{}}}"#);
    assert_eq!(
        PaymentError::from_failure(failure),
        Ok(PaymentError::Held { maybe: None, map: BTreeMap::new() })
    );
}

#[test]
fn an_error_passes_on_itself_and_what_it_holds() {
    fn passes_on<E: Propagates<Inner>, Inner>(inner: Inner) -> E {
        E::pass_on(inner)
    }
    assert_eq!(passes_on::<PaymentError, _>(PaymentError::Busy), PaymentError::Busy);
    assert_eq!(
        passes_on::<PaymentError, _>(StockError::SoldOut),
        PaymentError::Stock { stock: StockError::SoldOut }
    );
    let timeout = || PlatformError::Timeout("t".to_owned());
    assert_eq!(passes_on::<PaymentError, _>(timeout()), PaymentError::Platform(timeout()));
}

#[test]
fn the_text_of_an_error_is_taken_apart_at_its_fields() {
    let ErrorKind::Named { message, .. } = &PaymentError::variants()[0].kind else {
        panic!("`Declined` has a name of its own");
    };
    let expected = [
        MessagePart::Text("the card was {declined}:\n"),
        MessagePart::Field("reason"),
        MessagePart::Text(" after "),
        MessagePart::Field("tries"),
    ];
    assert_eq!(message, &expected);
}

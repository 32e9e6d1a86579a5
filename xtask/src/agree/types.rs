//! The types of a program, with serde's attributes, and its errors and tasks.

use std::fmt::Write as _;

use super::generate::Generator;

/// A type of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Bool,
    U32,
    I64,
    F64,
    Text,
    Option(Box<Type>),
    List(Box<Type>),
    Tuple(Vec<Type>),
    /// By its place among the program's types.
    Named(usize),
}

impl Type {
    pub(super) fn option(self) -> Self {
        Self::Option(Box::new(self))
    }

    pub(super) fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    pub(super) fn is_copy(&self) -> bool {
        matches!(self, Self::Bool | Self::U32 | Self::I64 | Self::F64)
    }
}

/// A declared type.
pub(super) struct Declared {
    pub(super) name: &'static str,
    pub(super) body: Body,
}

pub(super) enum Body {
    Struct(Vec<(String, Type)>),
    Newtype(Type),
    Enum(Vec<(&'static str, Held)>),
}

pub(super) enum Held {
    Nothing,
    Place(Vec<Type>),
    Fields(Vec<(String, Type)>),
}

/// A task: its name, its parameters, its result, and whether it fails in ways of its own.
pub(super) struct TaskOf {
    pub(super) name: String,
    pub(super) parameters: Vec<Type>,
    pub(super) result: Type,
    pub(super) fails: bool,
}

/// The declarations of a program.
pub(super) struct World {
    pub(super) types: Vec<Declared>,
    pub(super) tasks: Vec<TaskOf>,
}

impl World {
    pub(super) fn name(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".to_owned(),
            Type::U32 => "u32".to_owned(),
            Type::I64 => "i64".to_owned(),
            Type::F64 => "f64".to_owned(),
            Type::Text => "String".to_owned(),
            Type::Option(inner) => format!("Option<{}>", self.name(inner)),
            Type::List(inner) => format!("Vec<{}>", self.name(inner)),
            Type::Tuple(parts) => {
                format!("({})", parts.iter().map(|part| self.name(part)).collect::<Vec<_>>().join(", "))
            }
            Type::Named(place) => self.types[*place].name.to_owned(),
        }
    }

    /// A value of literals alone.
    pub(super) fn plain(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "false".to_owned(),
            Type::U32 => "0u32".to_owned(),
            Type::I64 => "0i64".to_owned(),
            Type::F64 => "0.5f64".to_owned(),
            Type::Text => "String::new()".to_owned(),
            Type::Option(_) => "None".to_owned(),
            Type::List(_) => "vec![]".to_owned(),
            Type::Tuple(parts) => {
                format!("({})", parts.iter().map(|part| self.plain(part)).collect::<Vec<_>>().join(", "))
            }
            Type::Named(place) => {
                let Declared { name, body } = &self.types[*place];
                let fields = |fields: &[(String, Type)]| {
                    fields
                        .iter()
                        .map(|(field, ty)| format!("{field}: {}", self.plain(ty)))
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                match body {
                    Body::Struct(held) => format!("{name} {{ {} }}", fields(held)),
                    Body::Newtype(inner) => format!("{name}({})", self.plain(inner)),
                    Body::Enum(variants) => format!("{name}::{}", variants[0].0),
                }
            }
        }
    }
}

const STYLES: [&str; 5] = ["camelCase", "PascalCase", "kebab-case", "SCREAMING_SNAKE_CASE", "snake_case"];

/// Declares the types, the errors and the tasks of a program.
pub(super) fn declare(generator: &mut Generator) -> String {
    let mut text = String::new();
    line(generator, &mut text);
    kind(generator, &mut text);
    order(generator, &mut text);
    text.push_str(
        "#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]\npub struct Weight(pub u32);\n\n",
    );
    generator.world.types.push(Declared { name: "Weight", body: Body::Newtype(Type::U32) });
    errors(&mut text);
    tasks(generator, &mut text);
    text
}

const DERIVED: &str = "#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]\n";

fn style(generator: &mut Generator, text: &mut String) {
    if generator.chance(60) {
        generator.used("serde: rename_all");
        let style = *generator.pick(&STYLES);
        let _ = writeln!(text, "#[serde(rename_all = \"{style}\")]");
    }
}

fn structure(generator: &mut Generator, name: &'static str, fields: Vec<(String, Type)>, text: &mut String) {
    text.push_str(DERIVED);
    style(generator, text);
    let _ = writeln!(text, "pub struct {name} {{");
    for (field, ty) in &fields {
        match ty {
            Type::Option(_) if generator.chance(50) => {
                generator.used("serde: skip_serializing_if");
                text.push_str("    #[serde(default, skip_serializing_if = \"Option::is_none\")]\n");
            }
            Type::Named(0) if generator.chance(30) => {
                generator.used("serde: flatten");
                text.push_str("    #[serde(flatten)]\n");
            }
            _ if generator.chance(15) => {
                generator.used("serde: rename");
                let _ = writeln!(text, "    #[serde(rename = \"re-{field}\")]");
            }
            _ => {}
        }
        let _ = writeln!(text, "    pub {field}: {},", generator.world.name(ty));
    }
    text.push_str("}\n\n");
    generator.world.types.push(Declared { name, body: Body::Struct(fields) });
}

fn line(generator: &mut Generator, text: &mut String) {
    let mut fields = vec![("sku".to_owned(), Type::Text), ("unit_count".to_owned(), Type::U32)];
    let more = [
        ("price_each", Type::F64),
        ("is_new", Type::Bool),
        ("tag_list", Type::Text.list()),
        ("hint", Type::Text.option()),
        ("shift", Type::I64),
    ];
    for (name, ty) in more {
        if generator.chance(40) {
            fields.push((name.to_owned(), ty));
        }
    }
    structure(generator, "Line", fields, text);
}

fn kind(generator: &mut Generator, text: &mut String) {
    text.push_str(DERIVED);
    style(generator, text);
    let internal = match generator.rng.u8(..3) {
        0 => {
            generator.used("serde: tag");
            text.push_str("#[serde(tag = \"type\")]\n");
            true
        }
        1 => {
            generator.used("serde: tag, content");
            text.push_str("#[serde(tag = \"kind\", content = \"value\")]\n");
            false
        }
        _ => {
            generator.used("serde: external tags");
            false
        }
    };
    let mut variants = vec![
        ("Cash", Held::Nothing),
        ("Card", Held::Fields(vec![("number".to_owned(), Type::Text), ("year_due".to_owned(), Type::U32)])),
        ("Later", Held::Nothing),
    ];
    if internal {
        variants.push(("Wrapped", Held::Place(vec![Type::Named(0)])));
    } else {
        variants.push(("Amount", Held::Place(vec![Type::U32])));
        variants.push(("Split", Held::Place(vec![Type::U32, Type::Text])));
    }
    text.push_str("pub enum Kind {\n");
    for (name, held) in &variants {
        let _ = match held {
            Held::Nothing => writeln!(text, "    {name},"),
            Held::Place(types) => {
                let types: Vec<String> = types.iter().map(|ty| generator.world.name(ty)).collect();
                writeln!(text, "    {name}({}),", types.join(", "))
            }
            Held::Fields(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, ty)| format!("{name}: {}", generator.world.name(ty))).collect();
                writeln!(text, "    {name} {{ {} }},", fields.join(", "))
            }
        };
    }
    text.push_str("}\n\n");
    generator.world.types.push(Declared { name: "Kind", body: Body::Enum(variants) });
}

fn order(generator: &mut Generator, text: &mut String) {
    let mut fields = vec![
        ("order_id".to_owned(), Type::Text),
        ("cents".to_owned(), Type::U32),
        ("balance".to_owned(), Type::I64),
        ("payment".to_owned(), Type::Named(1)),
        ("lines".to_owned(), Type::Named(0).list()),
    ];
    let more = [
        ("note", Type::Text.option()),
        ("limit", Type::U32.option()),
        ("is_gift", Type::Bool),
        ("rate", Type::F64),
        ("first_line", Type::Named(0)),
        ("size", Type::Tuple(vec![Type::U32, Type::I64])),
        ("codes", Type::U32.list()),
        ("names", Type::Text.list()),
        ("spare", Type::Named(1).option()),
    ];
    for (name, ty) in more {
        if generator.chance(55) {
            fields.push((name.to_owned(), ty));
        }
    }
    structure(generator, "Order", fields, text);
}

fn errors(text: &mut String) {
    text.push_str(
        r#"#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum Fault {
    #[error("sold out")]
    SoldOut,
    #[error("declined: {reason}, {code}")]
    Declined { reason: String, code: u32 },
    #[error("only {0} left")]
    Short(u32),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum Outer {
    #[error("refused")]
    Refused,
    #[error("{count} of {what}")]
    Odd { count: u32, what: String },
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

"#,
    );
}

fn tasks(generator: &mut Generator, text: &mut String) {
    for number in 0..5 {
        let results = [Type::U32, Type::Text, Type::Bool, Type::I64];
        let result = if number < 2 { results[number].clone() } else { generator.some_type() };
        let parameters: Vec<Type> = (0..generator.rng.usize(1..4)).map(|_| generator.some_type()).collect();
        let fails = number % 2 == 0;
        let mut words = Vec::new();
        if generator.chance(60) {
            words.push("lambda_transients = false".to_owned());
        }
        if generator.chance(40) {
            generator.used("policy: timeout of a task");
            words.push(format!("timeout_seconds = {}", generator.rng.u32(4..40)));
        }
        if generator.chance(40) {
            generator.used("policy: retry of a task");
            let errors = match (fails, generator.rng.u8(..3)) {
                (true, 0) => "[SoldOut]",
                (true, 1) => "[Short, Declined, TIMEOUT]",
                (_, 2) => "[ALL]",
                _ => "[TIMEOUT]",
            };
            let attempts = generator.rng.u32(0..4);
            words.push(format!(
                "retry(errors = {errors}, interval_seconds = {}, max_attempts = {attempts}, backoff_rate = 1.5)",
                generator.rng.u32(1..4)
            ));
        }
        let attribute =
            if words.is_empty() { "#[task]".to_owned() } else { format!("#[task({})]", words.join(", ")) };
        let names: Vec<String> = parameters
            .iter()
            .enumerate()
            .map(|(place, ty)| format!("p{place}: {}", generator.world.name(ty)))
            .collect();
        let result_text = generator.world.name(&result);
        let returned = if fails { format!("Result<{result_text}, Fault>") } else { result_text };
        let _ = writeln!(
            text,
            "{attribute}\npub async fn task{number}({}) -> {returned} {{\n    unreachable!()\n}}\n",
            names.join(", ")
        );
        generator.world.tasks.push(TaskOf { name: format!("task{number}"), parameters, result, fails });
    }
}

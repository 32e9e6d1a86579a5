//! The crate that `bench compile` compiles: workflows of given sizes, and the same functions without the
//! attribute.

use std::fmt::Write as _;

/// Which of the two crates.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// Workflows and tasks.
    Workflows,
    /// The same functions, of which no macro knows.
    Plain,
}

impl Flavour {
    /// The name of its crate.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Workflows => "workflows",
            Self::Plain => "plain",
        }
    }

    /// What stands here in the crate of workflows alone.
    fn only(self, text: &'static str) -> &'static str {
        match self {
            Self::Workflows => text,
            Self::Plain => "",
        }
    }
}

/// The manifest; `core` is the path of workflow-core.
pub(super) fn manifest(flavour: Flavour, core: &str) -> String {
    let core = match flavour {
        Flavour::Workflows => format!("workflow-core = {{ path = {core:?} }}\n"),
        Flavour::Plain => String::new(),
    };
    format!(
        "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n\
         [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\nthiserror = \"2\"\n{core}\n\
         [profile.dev]\ndebug = false\n\n[profile.release]\nopt-level = 1\n\n[profile.release.package.\"*\"]\nopt-level = 3\n",
        flavour.name()
    )
}

/// The library: data, tasks, and so many workflows of so many steps, and one of each of the sizes `large`.
pub(super) fn library(flavour: Flavour, workflows: usize, steps: usize, large: &[usize]) -> String {
    let mut text = String::from("#![allow(warnings)]\n");
    text.push_str("use serde::{Deserialize, Serialize};\n");
    text.push_str(flavour.only("use workflow_core::prelude::*;\n"));
    let (data, error) = (flavour.only(", Data"), flavour.only(", WorkflowError"));
    let platform = flavour.only("    #[error(transparent)]\n    Platform(#[from] PlatformError),\n");
    let _ = write!(
        text,
        "
#[derive(Clone, Debug, Serialize, Deserialize{data})]
pub struct Order {{
    pub id: String,
    pub cents: u32,
    pub lines: Vec<Line>,
    pub note: Option<String>,
    pub payment: Payment,
}}

#[derive(Clone, Debug, Serialize, Deserialize{data})]
pub struct Line {{
    pub sku: String,
    pub cents: u32,
    pub count: u32,
}}

#[derive(Clone, Debug, Serialize, Deserialize{data})]
#[serde(tag = \"type\")]
pub enum Payment {{
    Cash,
    Card {{ number: String }},
}}

#[derive(Debug, thiserror::Error{error})]
pub enum ShopError {{
    #[error(\"card declined: {{reason}}\")]
    Declined {{ reason: String }},
    #[error(\"sold out\")]
    SoldOut,
{platform}}}
"
    );
    for task in 0..TASKS {
        let attribute = flavour.only("#[task]\n");
        let _ = write!(
            text,
            "
{attribute}pub async fn charge_{task}(order: &Order, cents: u32) -> Result<String, ShopError> {{
    if cents > 100 {{ Err(ShopError::Declined {{ reason: order.id.clone() }}) }} else {{ Ok(order.id.clone()) }}
}}

{attribute}pub async fn count_{task}(sku: &str, count: u32) -> Result<u32, ShopError> {{
    Ok(count + sku.len() as u32)
}}
"
        );
    }
    for number in 0..workflows {
        text.push_str(&workflow(flavour, &format!("workflow_{number}"), number, steps));
    }
    for steps in large {
        text.push_str(&workflow(flavour, &format!("large_{steps}"), 0, *steps));
    }
    text
}

/// How many tasks of each kind there are.
const TASKS: usize = 10;

/// A workflow: its steps take turns among the constructs, each workflow with another first.
fn workflow(flavour: Flavour, name: &str, number: usize, steps: usize) -> String {
    let attribute = flavour.only("#[workflow]\n");
    let mut text = format!(
        "\n{attribute}pub async fn {name}(order: Order) -> Result<u32, ShopError> {{\n    let mut total = order.cents;\n"
    );
    for place in 0..steps {
        let task = (number + place) % TASKS;
        let step = match (number + place) % 8 {
            0 => format!("let fee_{place} = order.cents / {} + {place};", place + 2),
            1 => format!("let counted_{place} = count_{task}(&order.id, order.cents + {place}).await?;"),
            2 => format!(
                "if total > {place} && order.note.is_some() {{\n        charge_{task}(&order, total).await?;\n    }}"
            ),
            3 => format!(
                "let receipt_{place} = match charge_{task}(&order, {place}).await {{\n        \
                 Ok(receipt) => receipt,\n        \
                 Err(ShopError::Declined {{ reason }}) => reason,\n        \
                 Err(error) => return Err(error),\n    }};"
            ),
            4 => format!(
                "for line in &order.lines {{\n        total = count_{task}(&line.sku, total + line.count).await?;\n    }}"
            ),
            5 => format!(
                "let sum_{place}: u32 = order.lines.iter().filter(|line| line.count > {place}).map(|line| line.cents * line.count).sum();"
            ),
            6 => format!(
                "match &order.payment {{\n        Payment::Cash => {{\n            count_{task}(\"cash\", {place}).await?;\n        }}\n        \
                 Payment::Card {{ number }} => {{\n            count_{task}(number, total).await?;\n        }}\n    }}"
            ),
            _ => format!(
                "let text_{place} = format!(\"{{}} of {{total}}\", order.id);\n    count_{task}(&text_{place}, {place}).await?;"
            ),
        };
        let _ = writeln!(text, "    {step}");
    }
    text.push_str("    Ok(total)\n}\n");
    text
}

/// The program that emits all definitions and tells how long that took, as JSON.
pub(super) fn program(workflows: usize, large: &[usize]) -> String {
    let mut text = String::from(
        "use std::time::Instant;\nuse workflow_core::{Workflow, emit};\nuse workflows::*;\n\n\
         fn emitted<W: Workflow>() -> usize {\n    emit::render(&W::definition().machine).len()\n}\n\n\
         fn main() {\n    let start = Instant::now();\n    let mut bytes = 0;\n",
    );
    for number in 0..workflows {
        let _ = writeln!(text, "    bytes += emitted::<workflow_{number}>();");
    }
    text.push_str("    let all = start.elapsed().as_secs_f64() * 1e3;\n    let mut large = Vec::new();\n");
    for steps in large {
        let _ = writeln!(
            text,
            "    let start = Instant::now();\n    emitted::<large_{steps}>();\n    large.push(format!(\"\\\"{steps}\\\": {{:.1}}\", start.elapsed().as_secs_f64() * 1e3));"
        );
    }
    text.push_str(
        "    println!(\"{{\\\"all\\\": {all:.1}, \\\"bytes\\\": {bytes}, \\\"large\\\": {{{}}}}}\", large.join(\", \"));\n}\n",
    );
    text
}

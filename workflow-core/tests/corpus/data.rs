//! Data as serde writes it, transformed and checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum DataError {
    #[error("{field} is invalid: {problem}")]
    Invalid { field: String, problem: Problem },
    #[error("there are problems")]
    Many(Vec<String>),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
pub enum Problem {
    Missing,
    TooLong,
    Malformed,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Problem::Missing => "missing",
            Problem::TooLong => "too long",
            Problem::Malformed => "malformed",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Signup {
    user_name: String,
    email: String,
    age: Option<u8>,
    #[serde(default)]
    tags: Vec<String>,
    address: Option<Address>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Address {
    zip: String,
    #[serde(rename = "countryCode")]
    country: Option<String>,
}

#[task]
async fn save(signup: &Signup, key: String) -> Result<u64, DataError> {
    Ok(key.len() as u64 + signup.tags.len() as u64)
}

/// Checks field after field and collects what is wrong.
#[workflow]
pub async fn validate_signup(signup: Signup) -> Result<(u64, String), DataError> {
    let mut problems = vec![];
    if signup.user_name.trim().is_empty() {
        problems.push("no name".to_string());
    } else if signup.user_name.len() > 20 {
        problems.push(format!("the name {} is too long", signup.user_name));
    }
    match signup.email.split_once('@') {
        Some((user, domain)) if !user.is_empty() && domain.contains('.') => {}
        Some(_) => problems.push("half an address".to_string()),
        None => problems.push("no address".to_string()),
    }
    if let Some(age) = signup.age {
        if age < 18 {
            problems.push(format!("{age} is too young"));
        }
    }
    let country = signup
        .address
        .as_ref()
        .and_then(|address| address.country.clone())
        .unwrap_or_else(|| "DE".to_string());
    if !["DE", "AT", "CH"].contains(&country.as_str()) {
        return Err(DataError::Invalid { field: "country".into(), problem: Problem::Malformed });
    }
    if !problems.is_empty() {
        return Err(DataError::Many(problems));
    }
    let key = format!("{}-{}", country.to_lowercase(), signup.user_name.to_lowercase().replace(' ', "_"));
    let id = save(&signup, key.clone()).await?;
    Ok((id, key))
}

fn signup(name: &str, email: &str, age: Option<u8>, country: Option<Option<&str>>) -> Signup {
    Signup {
        user_name: name.into(),
        email: email.into(),
        age,
        tags: vec!["t".into()],
        address: country.map(|country| Address { zip: "1".into(), country: country.map(str::to_owned) }),
    }
}

program!(a_signup: validate_signup [save]
    (signup("Ann Lee", "a@b.c", Some(18), Some(Some("AT")))),
    (signup("Ann Lee", "a@b.c", None, Some(None))),
    (signup("  ", "@b.c", Some(3), None)),
    (signup("A name that is far too long", "nothing", None, None)),
    (signup("Ann", "a@b.c", None, Some(Some("US")))),
);

/// Extract, transform, load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Raw {
    #[serde(rename = "ID")]
    id: u32,
    values: BTreeMap<String, f64>,
    flags: (bool, bool),
    note: Option<Option<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub struct Clean {
    id_text: String,
    total_value: f64,
    keys: Vec<String>,
    level: Level,
    #[serde(skip)]
    scratch: u32,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    warnings: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub enum Level {
    Unknown,
    Known(u8),
    Between { low: u8, high: u8 },
}

#[task]
async fn extract(id: u32) -> Result<Vec<Raw>, DataError> {
    Ok((0..id)
        .map(|number| Raw {
            id: number,
            values: [("a".to_owned(), 1.5), (format!("k{number}"), f64::from(number))].into_iter().collect(),
            flags: (number % 2 == 0, number > 2),
            note: (number == 1).then(|| Some("n".to_owned())),
        })
        .collect())
}

#[task]
async fn load(rows: &[Clean]) -> Result<usize, DataError> {
    Ok(rows.len())
}

#[workflow]
pub async fn etl(id: u32, minimum: f64) -> Result<(usize, f64, Vec<Clean>), DataError> {
    let raw = extract(id).await?;
    let mut rows: Vec<Clean> = Vec::new();
    for Raw { id, values, flags: (even, big), note } in raw {
        let total_value = values.values().sum::<f64>();
        if total_value < minimum {
            continue;
        }
        let level = match (even, big) {
            (true, true) => Level::Between { low: 1, high: 9 },
            (false, _) => Level::Known(5),
            (true, false) => Level::Unknown,
        };
        let mut warnings = vec![];
        if let Some(Some(text)) = &note {
            warnings.push(text.clone());
        }
        rows.push(Clean {
            id_text: format!("#{id:}"),
            total_value,
            keys: values.keys().cloned().collect(),
            level,
            scratch: 0,
            warnings,
        });
    }
    let loaded = load(&rows).await?;
    let sum = rows.iter().map(|row| row.total_value).sum();
    Ok((loaded, sum, rows))
}

program!(extract_transform_load: etl [extract, load] (4, 0.0), (0, 0.0), (4, 100.0), (2, 2.0));

/// Enums of every tagging, read and written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Shape {
    Circle {
        radius_cm: u32,
    },
    Rectangle {
        width_cm: u32,
        height_cm: u32,
    },
    #[serde(rename = "nothing")]
    Empty,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Drawing {
    shapes: Vec<Shape>,
    #[serde(flatten)]
    meta: Meta,
    layers: Layers,
    #[serde(rename = "type")]
    kind: DrawingKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Meta {
    author: String,
    version: Version,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(transparent)]
pub struct Version(u32);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Layers(u32, u32, String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
pub enum DrawingKind {
    #[serde(rename = "draft-2")]
    Draft,
    Final,
}

#[task]
async fn render(drawing: Drawing) -> Result<Drawing, DataError> {
    Ok(drawing)
}

#[workflow]
pub async fn measure(drawing: Drawing) -> Result<(u32, Drawing), DataError> {
    let mut area = 0;
    let mut kept = Vec::new();
    for shape in &drawing.shapes {
        area += match shape {
            Shape::Circle { radius_cm: radius } => 3 * radius * radius,
            Shape::Rectangle { width_cm, height_cm } if width_cm == height_cm => width_cm * width_cm,
            Shape::Rectangle { width_cm, height_cm } => width_cm * height_cm,
            Shape::Empty => 0,
        };
        if !matches!(shape, Shape::Empty) {
            kept.push(shape.clone());
        }
    }
    let mut drawing = drawing;
    drawing.shapes = kept;
    drawing.meta.version = Version(drawing.meta.version.0 + 1);
    drawing.layers.1 = area;
    drawing.layers.2.push_str(" measured");
    if drawing.kind == DrawingKind::Draft && area > 100 {
        drawing.kind = DrawingKind::Final;
    }
    let rendered = render(drawing.clone()).await?;
    Ok((area, rendered))
}

fn drawing(shapes: Vec<Shape>, kind: DrawingKind) -> Drawing {
    Drawing {
        shapes,
        meta: Meta { author: "me".into(), version: Version(4) },
        layers: Layers(1, 2, "three".into()),
        kind,
    }
}

program!(a_drawing: measure [render]
    (drawing(vec![Shape::Circle { radius_cm: 3 }, Shape::Empty, Shape::Rectangle { width_cm: 10, height_cm: 10 }], DrawingKind::Draft)),
    (drawing(vec![], DrawingKind::Draft)),
    (drawing(vec![Shape::Rectangle { width_cm: 1, height_cm: 9 }], DrawingKind::Final)),
);

/// An inventory in a map, changed order by order.
#[task]
async fn fetch_inventory(warehouse: &str) -> Result<BTreeMap<String, u32>, DataError> {
    Ok(match warehouse {
        "empty" => BTreeMap::new(),
        _ => [("apple".to_owned(), 5), ("pear".to_owned(), 1)].into_iter().collect(),
    })
}

#[task]
async fn put_inventory(stock: &BTreeMap<String, u32>, short: &[String]) -> Result<(), DataError> {
    let _ = (stock, short);
    Ok(())
}

#[workflow]
pub async fn allocate(
    warehouse: String,
    wanted: Vec<(String, u32)>,
) -> Result<BTreeMap<String, u32>, DataError> {
    let mut stock = fetch_inventory(&warehouse).await?;
    let mut short = vec![];
    for (sku, count) in &wanted {
        match stock.get(sku) {
            Some(left) if left >= count => {
                let rest = left - count;
                if rest == 0 {
                    stock.remove(sku);
                } else {
                    stock.insert(sku.clone(), rest);
                }
            }
            Some(left) => short.push(format!("{sku}: {}", count - left)),
            None => {
                short.push(sku.clone());
                stock.insert(sku.clone(), 0);
            }
        }
    }
    if stock.contains_key("apple") || !short.is_empty() {
        put_inventory(&stock, &short).await?;
    }
    Ok(stock)
}

program!(an_allocation: allocate [fetch_inventory, put_inventory]
    ("w".into(), vec![("apple".into(), 2), ("pear".into(), 1), ("fig".into(), 1), ("apple".into(), 9)]),
    ("empty".into(), vec![("apple".into(), 2)]),
    ("w".into(), vec![]),
    ("w".into(), vec![("apple".into(), 5), ("pear".into(), 1)]),
);

/// Nested options, and defaults for each level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Settings {
    #[serde(default)]
    theme: Option<Theme>,
    limits: Option<Limits>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<Box<Settings>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Theme {
    dark: bool,
    accent: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Limits {
    soft: u32,
    hard: Option<u32>,
}

#[task]
async fn apply(accent: &str, hard: u32, dark: bool) -> Result<String, DataError> {
    Ok(format!("{accent}/{hard}/{dark}"))
}

#[workflow]
pub async fn effective(settings: Settings) -> Result<String, DataError> {
    let parent_theme = settings.parent.as_ref().and_then(|parent| parent.theme.clone());
    let theme = settings.theme.clone().or(parent_theme);
    let accent = match &theme {
        Some(Theme { accent: Some(accent), .. }) => accent.clone(),
        Some(Theme { dark: true, accent: None }) => "white".into(),
        Some(_) => "black".into(),
        None => "grey".into(),
    };
    let hard = settings.limits.map(|limits| limits.hard.unwrap_or(limits.soft * 2)).unwrap_or(10);
    let dark = theme.is_some_and(|theme| theme.dark);
    apply(&accent, hard, dark).await
}

fn settings(
    theme: Option<(bool, Option<&str>)>,
    limits: Option<(u32, Option<u32>)>,
    parent: Option<Settings>,
) -> Settings {
    Settings {
        theme: theme.map(|(dark, accent)| Theme { dark, accent: accent.map(str::to_owned) }),
        limits: limits.map(|(soft, hard)| Limits { soft, hard }),
        parent: parent.map(Box::new),
    }
}

program!(settings_in_effect: effective [apply]
    (settings(None, None, None)),
    (settings(Some((true, None)), Some((3, None)), None)),
    (settings(Some((false, Some("red"))), Some((3, Some(4))), None)),
    (settings(None, None, Some(settings(Some((true, Some("blue"))), None, None)))),
    (settings(None, None, Some(settings(None, Some((1, None)), None)))),
);

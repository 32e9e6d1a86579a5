//! Fields under `skip_serializing_if`: what leaves them out in process leaves them out of the state machine's JSON.

use std::collections::BTreeMap;

use super::*;

#[pure]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

mod rules {
    use workflow_core::prelude::*;

    #[pure]
    pub(super) fn is_usual(text: &str) -> bool {
        text.is_empty() || text == "usual"
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Data)]
#[serde(default)]
struct Sparse {
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    list: Vec<u32>,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    map: BTreeMap<String, u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    flag: bool,
    #[serde(skip_serializing_if = "is_zero")]
    count: u32,
    #[serde(rename = "KIND", skip_serializing_if = "rules::is_usual")]
    kind: String,
    kept: u32,
}

#[task(lambda_transients = false)]
async fn store(sparse: &Sparse) -> Sparse {
    sparse.clone()
}

#[workflow]
async fn written(count: u32, text: String, note: Option<String>) -> Result<Vec<Sparse>, PlatformError> {
    let empty = Sparse {
        note: None,
        list: vec![],
        text: String::new(),
        map: BTreeMap::new(),
        flag: false,
        count: 0,
        kind: "usual".to_string(),
        kept: 0,
    };
    let mut full = Sparse { note, text: text.clone(), count, kind: text, flag: count > 1, ..empty.clone() };
    full = store(&full).await?;
    full.count = count / 2;
    full.note = None;
    full.list.push(1);
    let stored = store(&full).await?;
    Ok(vec![empty, full, stored])
}

#[tokio::test]
async fn a_field_is_left_out_as_serde_does() {
    snapshot!(written);
    let run = |count, text: &str, note: Option<&str>| {
        testing().run(written(count, text.to_owned(), note.map(str::to_owned)))
    };
    let all = run(3, "odd", Some("n")).await;
    assert!(all.outcome().output.as_deref().unwrap().starts_with(r#"[{"kept":0},"#));
    assert_eq!(all.output().unwrap()[1].count, 1);
    run(1, "usual", None).await;
    run(0, "", None).await;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Opaque {
    #[serde(default, skip_serializing_if = "is_small")]
    count: u32,
    #[serde(default, skip_serializing_if = "Limit::holds")]
    limit: Limit,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Data)]
struct Limit {
    most: u32,
}

impl Limit {
    fn holds(&self) -> bool {
        self.most == 0
    }
}

fn is_small(number: &u32) -> bool {
    *number < 3
}

#[task(lambda_transients = false)]
async fn keep(opaque: &Opaque) -> u32 {
    opaque.count
}

/// Passes values on that it does not make.
#[workflow]
async fn passed_on(opaque: Opaque) -> Result<u32, PlatformError> {
    keep(&opaque).await
}

#[workflow]
async fn made(count: u32) -> Result<u32, PlatformError> {
    keep(&Opaque { count, limit: Limit { most: 1 } }).await
}

#[tokio::test]
async fn a_rule_that_no_state_machine_knows_is_a_problem_where_values_are_made() {
    let opaque = Opaque { count: 7, limit: Limit { most: 1 } };
    assert_eq!(testing().run(passed_on(opaque)).await.output().unwrap(), 7);
    let problems = &<made as workflow_core::Workflow>::definition().problems;
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("the field `count` is left out where `is_small` says so"), "{problems:?}");
    assert!(problems[1].contains("`Limit::holds`") && problems[1].contains("`fn holds("), "{problems:?}");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
enum Told {
    Noted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        kept: u32,
    },
    Other {
        #[serde(default, skip_serializing_if = "is_zero")]
        kept: u32,
    },
    Nothing,
}

#[task(lambda_transients = false)]
async fn tell(told: &Told) -> Told {
    told.clone()
}

#[workflow]
async fn told_in_variants(note: Option<String>, kept: u32) -> Result<Vec<Told>, PlatformError> {
    let noted = Told::Noted { note, kept };
    tell(&noted).await?;
    let other = Told::Other { kept };
    tell(&other).await?;
    Ok(vec![noted, other, Told::Nothing])
}

#[tokio::test]
async fn a_field_of_a_variant_is_left_out_too() {
    snapshot!(told_in_variants);
    let run = |note: Option<&str>, kept| testing().run(told_in_variants(note.map(str::to_owned), kept));
    let told = run(None, 0).await;
    assert_eq!(told.outcome().output.as_deref(), Some(r#"[{"Noted":{"kept":0}},{"Other":{}},"Nothing"]"#));
    assert_eq!(run(Some("n"), 1).await.output().unwrap().len(), 3);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Shipment {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<Limit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    pieces: u32,
}

#[pure]
fn labelled(pieces: u32, label: Option<String>) -> Shipment {
    let mut shipment =
        Shipment { limit: Some(Limit { most: pieces }), label: Some(format!("no {pieces}")), pieces };
    if pieces > 1 {
        shipment.label = label;
    }
    shipment
}

#[pure]
fn unlimited(pieces: u32) -> Shipment {
    Shipment { limit: None, label: Some("new".to_owned()), pieces }
}

#[workflow]
async fn shipments(pieces: u32, label: Option<String>) -> Vec<Shipment> {
    let mut unlabelled = Shipment { limit: None, label: Some("old".to_string()), pieces };
    unlabelled.label = label.clone();
    let other = Shipment { label: label.clone(), ..unlimited(pieces) };
    vec![labelled(pieces, label), unlabelled, other]
}

#[tokio::test]
async fn a_field_that_is_set_is_left_out_or_not_as_it_is_then() {
    snapshot!(shipments);
    let run = |pieces, label: Option<&str>| testing().run(shipments(pieces, label.map(str::to_owned)));
    let text = |text: &str| Some(text.to_owned());
    let all = run(2, Some("l")).await.output().unwrap();
    assert!(all.iter().all(|shipment| shipment.label == text("l") && shipment.pieces == 2), "{all:?}");
    let none = run(2, None).await;
    assert_eq!(
        none.outcome().output.as_deref(),
        Some(r#"[{"limit":{"most":2},"pieces":2},{"pieces":2},{"pieces":2}]"#)
    );
    assert_eq!(run(1, None).await.output().unwrap()[0].label, text("no 1"));
}

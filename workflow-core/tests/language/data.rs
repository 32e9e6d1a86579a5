//! Structs, enums, tuples, arrays, and serde's attributes.

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Parcel {
    id: String,
    size: (u32, u32),
    #[serde(rename = "dest")]
    destination: Address,
    tags: Vec<String>,
    weight: Weight,
    speed: Speed,
    label: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "kebab-case")]
struct Address {
    street_name: String,
    number: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Weight(u32);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
enum Speed {
    Slow,
    Fast(u32),
    Exact { hour: u32, minute: u32 },
    Between(u32, u32),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "kind", content = "value")]
enum Answer {
    Nothing,
    Number(u32),
}

const DEFAULT_SPEED: Speed = Speed::Fast(2);

#[task(lambda_transients = false)]
async fn ship(parcel: Parcel) -> Parcel {
    parcel
}

#[workflow]
async fn literals(address: Address, number: u32) -> Result<Parcel, PlatformError> {
    let (width, height) = (number, number + 1);
    let Address { street_name, .. } = address.clone();
    ship(Parcel {
        id: format!("p-{number}"),
        size: (width, height),
        destination: Address { street_name, number: address.number },
        tags: vec!["a".to_string(), address.street_name.clone()],
        weight: Weight(number * 2),
        speed: if number > 5 { DEFAULT_SPEED } else { Speed::Exact { hour: number, minute: 30 } },
        label: Some("fragile".to_string()),
    })
    .await
}

fn address() -> Address {
    Address { street_name: "Main".into(), number: 7 }
}

#[tokio::test]
async fn literals_are_written_as_serde_writes_them() {
    snapshot!(literals);
    let parcel = testing().run(literals(address(), 3)).await.output().unwrap();
    assert_eq!(parcel.speed, Speed::Exact { hour: 3, minute: 30 });
    assert_eq!((parcel.size, parcel.weight), ((3, 4), Weight(6)));
    assert_eq!(parcel.tags, ["a", "Main"]);
}

#[workflow]
async fn taken_apart(parcel: Parcel) -> Result<Answer, PlatformError> {
    let parcel = ship(parcel).await?;
    let Weight(grams) = parcel.weight;
    let (width, _) = parcel.size;
    match parcel.speed {
        Speed::Slow => Ok(Answer::Nothing),
        Speed::Fast(factor) => Ok(Answer::Number(factor * grams + parcel.destination.number)),
        Speed::Exact { hour, minute: 30 } => Ok(Answer::Number(hour + width)),
        Speed::Exact { hour: hour @ 20..=23, .. } => Ok(Answer::Number(hour * 100)),
        Speed::Exact { .. } => Ok(Answer::Number(0)),
        Speed::Between(from, to) => Ok(Answer::Number(parcel.size.1 + to - from)),
    }
}

#[tokio::test]
async fn values_are_taken_apart_as_serde_wrote_them() {
    snapshot!(taken_apart);
    let parcel = |speed| Parcel {
        id: "p".into(),
        size: (1, 2),
        destination: address(),
        tags: vec![],
        weight: Weight(10),
        speed,
        label: None,
    };
    for (speed, answer) in [
        (Speed::Slow, Answer::Nothing),
        (Speed::Fast(3), Answer::Number(37)),
        (Speed::Exact { hour: 5, minute: 30 }, Answer::Number(6)),
        (Speed::Exact { hour: 21, minute: 0 }, Answer::Number(2100)),
        (Speed::Exact { hour: 5, minute: 0 }, Answer::Number(0)),
        (Speed::Between(3, 8), Answer::Number(7)),
    ] {
        assert_eq!(testing().run(taken_apart(parcel(speed))).await.output().unwrap(), answer);
    }
}

#[workflow]
async fn plain_value(left: u32, right: u32) -> u32 {
    left + right * 2
}

#[tokio::test]
async fn a_workflow_may_return_a_plain_value() {
    snapshot!(plain_value);
    assert_eq!(testing().run(plain_value(1, 2)).await.output().unwrap(), 5);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Labelled {
    id: String,
    #[serde(flatten)]
    address: Address,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "type")]
enum Target {
    Nowhere,
    At(Address),
}

#[workflow]
async fn flattened(labelled: Labelled, other: Address) -> Result<(Address, Labelled, Target), PlatformError> {
    let own = labelled.address.clone();
    let id = ship_to(&labelled.address).await?;
    let at = Target::At(other.clone());
    Ok((own, Labelled { id, address: other }, at))
}

#[task(lambda_transients = false)]
async fn ship_to(address: &Address) -> String {
    address.street_name.clone()
}

#[tokio::test]
async fn a_flattened_struct_is_its_own_keys_and_no_others() {
    snapshot!(flattened);
    let other = Address { street_name: "Side".into(), number: 1 };
    let labelled = Labelled { id: "l".into(), address: address() };
    let execution = testing().run(flattened(labelled, other.clone())).await;
    let moved = Labelled { id: "Main".into(), address: other.clone() };
    assert_eq!(execution.output().unwrap(), (address(), moved, Target::At(other)));
}

#[workflow]
async fn left_out(word: String, note: Option<String>) -> Result<Option<String>, PlatformError> {
    ship_to(&Address { street_name: word, number: 1 }).await?;
    Ok(note)
}

#[tokio::test]
async fn a_parameter_that_is_an_option_may_be_left_out() {
    snapshot!(left_out);
    let start = || workflow_core::Start::from_json(r#"{"word": "w"}"#);
    assert_eq!(testing().run(start()).await.output().unwrap(), None);
    assert_eq!(
        testing().run(left_out("w".into(), Some("n".into()))).await.output().unwrap(),
        Some("n".into())
    );
    workflow_core::testing::agree(left_out).input(start()).run().await;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Sent {
    id: String,
    #[serde(flatten)]
    to: Option<Address>,
}

#[workflow]
async fn sent(id: String, to: Option<Address>) -> (Sent, Sent, Sent) {
    let here = Address { street_name: id.clone(), number: 1 };
    (Sent { id: id.clone(), to }, Sent { id: id.clone(), to: None }, Sent { id, to: Some(here) })
}

#[tokio::test]
async fn a_flattened_option_is_keys_or_none() {
    snapshot!(sent);
    let run = |to| testing().run(sent("a".into(), to));
    assert_eq!(run(Some(address())).await.output().unwrap().0.to, Some(address()));
    let none = run(None).await;
    assert_eq!(
        none.outcome().output.as_deref(),
        Some(r#"[{"id":"a"},{"id":"a"},{"id":"a","street-name":"a","number":1}]"#)
    );
}

/// Reads `null` as a value, so that only an absent key is `None`.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(Some)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Change {
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    note: Option<serde_json::Value>,
}

#[workflow]
async fn changed(change: Change, note: Option<String>) -> (String, bool, bool) {
    let text = match &change.note {
        Some(value) if value == "none" => "no note",
        Some(_) => "a note",
        None => "unchanged",
    };
    let is_usual = match &note {
        Some(note) if note == "usual" => true,
        Some(_) | None => false,
    };
    (text.to_string(), change.note.is_some(), is_usual)
}

#[tokio::test]
async fn an_option_with_a_reader_of_its_own_is_there_where_its_key_is() {
    snapshot!(changed);
    for (input, text, is_usual) in [
        (r#"{"change": {}}"#, "unchanged", false),
        (r#"{"change": {"note": null}, "note": null}"#, "a note", false),
        (r#"{"change": {"note": 1}, "note": "n"}"#, "a note", false),
        (r#"{"change": {"note": "none"}, "note": "usual"}"#, "no note", true),
    ] {
        let output = testing().run(workflow_core::Start::<changed>::from_json(input)).await.output().unwrap();
        assert_eq!(output, (text.to_owned(), text != "unchanged", is_usual), "{input}");
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Data)]
struct Details {
    times: u32,
    by: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "kind")]
enum Event {
    Opened(Details),
    Moved { times: u32 },
    Closed,
}

#[workflow]
async fn events(times: u32) -> Vec<Event> {
    vec![Event::Opened(Details::default()), Event::Moved { times }, Event::Closed]
}

#[tokio::test]
async fn the_tag_stands_beside_what_a_variant_holds() {
    snapshot!(events);
    let execution = testing().run(events(3)).await;
    let expected = r#"[{"kind":"Opened","times":0,"by":""},{"kind":"Moved","times":3},{"kind":"Closed"}]"#;
    assert_eq!(execution.outcome().output.as_deref(), Some(expected));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Branch {
    name: String,
    branches: Vec<Branch>,
}

#[workflow]
async fn same_tree(left: Branch, right: Branch) -> bool {
    left == right
}

#[tokio::test]
async fn a_type_that_holds_itself_is_compared() {
    snapshot!(same_tree);
    let branch = |name: &str, branches| Branch { name: name.into(), branches };
    let tree = || branch("a", vec![branch("b", vec![]), branch("c", vec![])]);
    assert!(testing().run(same_tree(tree(), tree())).await.output().unwrap());
    let other = branch("a", vec![branch("b", vec![]), branch("d", vec![])]);
    assert!(!testing().run(same_tree(tree(), other)).await.output().unwrap());
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(transparent)]
struct Grams {
    number: u32,
}

#[workflow]
async fn heavier(grams: Grams, others: Vec<Grams>) -> (Grams, u32, Vec<Grams>) {
    let mut sum = grams.clone();
    for other in &others {
        sum.number += other.number;
    }
    (sum, grams.number, vec![grams, Grams { number: 1 }])
}

#[tokio::test]
async fn a_transparent_struct_is_its_field() {
    snapshot!(heavier);
    let grams = |number| Grams { number };
    let execution = testing().run(heavier(grams(5), vec![grams(6), grams(7)])).await;
    assert_eq!(execution.outcome().output.as_deref(), Some("[18,5,[5,1]]"));
}

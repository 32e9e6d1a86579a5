//! Values that stay what they were while what they came from changes; keys that may be missing.

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    #[serde(default)]
    nick_names: Vec<String>,
    #[serde(default = "english")]
    language: String,
    #[serde(default)]
    visits: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    badges: Vec<Badge>,
    #[serde(flatten)]
    place: Place,
}

fn english() -> String {
    "en".to_owned()
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Place {
    city: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    street: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "badge")]
pub enum Badge {
    Gold(Place),
    Plain,
}

#[task]
async fn locate(city: &str) -> Result<Place, PlatformError> {
    Ok(Place { city: city.to_owned(), street: if city.len() > 3 { "Main".into() } else { String::new() } })
}

#[task]
async fn save(profile: &Profile) -> Result<usize, PlatformError> {
    Ok(profile.nick_names.len() + profile.badges.len())
}

/// A struct whose flattened part and whose skipped keys are known only when it runs.
#[workflow]
pub async fn build_profile(
    city: String,
    note: Option<String>,
    badge: bool,
) -> Result<(usize, Profile), PlatformError> {
    let place = locate(&city).await?;
    let badges = if badge { vec![Badge::Gold(place.clone()), Badge::Plain] } else { vec![] };
    let mut profile =
        Profile { nick_names: vec![], language: english_name(&city).await?, visits: 1, note, badges, place };
    let first = save(&profile).await?;
    profile.note = if first > 0 { None } else { Some(format!("{first} saved")) };
    profile.place.street = String::new();
    profile.badges.push(Badge::Plain);
    profile.visits += 1;
    let second = save(&profile).await?;
    Ok((first + second, profile))
}

#[task]
async fn english_name(city: &str) -> Result<String, PlatformError> {
    Ok(city.to_lowercase())
}

program!(a_profile: build_profile [locate, save, english_name]
    ("Bonn".into(), None, true), ("Ulm".into(), Some("n".into()), false), ("Ulm".into(), None, false),
);

/// What is absent in the input is what its default says.
#[workflow]
pub async fn greet(profile: Profile) -> Result<String, PlatformError> {
    let place = locate(&profile.place.city).await?;
    let mut names = profile.nick_names.clone();
    if profile.visits == 0 || profile.badges.is_empty() {
        names.push(place.city);
    }
    for badge in &profile.badges {
        if let Badge::Gold(Place { city, street }) = badge {
            names.push(format!("{city}/{street}"));
        }
    }
    let Profile { language, visits, .. } = profile;
    Ok(format!("{language} {visits} {} {}", names.join("+"), profile.note.unwrap_or_default()))
}

#[tokio::test]
async fn defaults_stand_for_absent_keys() {
    for (input, output) in [
        (r#"{"city": "Bonn"}"#, "en 0 Bonn "),
        (r#"{"city": "Bonn", "nickNames": ["b"], "visits": 2, "note": null}"#, "en 2 b+Bonn "),
        (
            r#"{"city": "Bonn", "language": "de", "note": "n", "badges": [{"badge": "Gold", "city": "c"}, {"badge": "Plain"}]}"#,
            "de 0 Bonn+c/ n",
        ),
    ] {
        let start = workflow_core::Start::<greet>::from_json(input);
        let execution = workflow_core::Executor::test().agreeing().run(start).await;
        assert_eq!(execution.output().unwrap(), output, "{input}");
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Cursor {
    page: Option<(u32, String)>,
    seen: Vec<u32>,
}

#[task]
async fn fetch(number: u32, token: &str) -> Result<Option<(u32, String)>, PlatformError> {
    Ok((number < 3).then(|| (number + 1, format!("{token}{number}"))))
}

/// Parts of a variable that is set while they are in use.
#[workflow]
pub async fn walk(start: u32) -> Result<(Cursor, String), PlatformError> {
    let mut cursor = Cursor { page: Some((start, "t".to_string())), seen: vec![] };
    let mut last = String::new();
    while let Some((number, token)) = cursor.page.clone() {
        cursor.page = None;
        if let Some(first) = cursor.seen.first().copied() {
            cursor.seen = vec![number];
            cursor.seen.push(first);
        } else {
            cursor.seen.push(number);
        }
        let next = fetch(number, &token).await?;
        cursor.page = next;
        last = format!("{last}{token}{number};");
    }
    let Cursor { page, seen } = cursor.clone();
    cursor.seen.clear();
    let Some(first) = seen.first().copied() else {
        return Ok((cursor, last));
    };
    cursor.page = Some((first, "end".into()));
    last.push_str(if page.is_none() { "none" } else { "some" });
    let (a, b) = (cursor.page.clone(), last.clone());
    cursor.page = None;
    last.clear();
    if let Some((number, text)) = a {
        cursor.seen.push(number);
        last = format!("{text}{b}{last}");
    }
    Ok((cursor, last))
}

program!(a_walk: walk [fetch] (0), (2), (9));

/// An early `Ok(state)` and a late one are not the same.
#[workflow]
pub async fn early_and_late(numbers: Vec<u32>) -> Result<Vec<String>, PlatformError> {
    let mut log = vec!["start".to_string()];
    if numbers.is_empty() {
        return Ok(log);
    }
    for number in numbers {
        let place = locate(&format!("{number}")).await?;
        log.push(place.city);
    }
    Ok(log)
}

program!(an_early_return: early_and_late [locate] (vec![]), (vec![1, 2]));

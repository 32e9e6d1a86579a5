//! Text, JSON and serde.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- contacts in several shapes


#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
pub enum Phone {
    Number(u64),
    Text(String),
    Full { country: u16, number: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    first_name: String,
    last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    phones: Vec<Phone>,
    #[serde(flatten)]
    address: Address,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, Data)]
#[serde(default)]
pub struct Address {
    street: String,
    zip: String,
}

#[pure]
impl Phone {
    fn canonical(&self) -> Option<String> {
        match self {
            Phone::Number(n) if *n > 999 => Some(format!("+{n}")),
            Phone::Number(_) => None,
            Phone::Text(text) => {
                let digits: String = text.chars().filter(|c| c.is_ascii_digit()).collect();
                (digits.len() >= 4).then_some(format!("+{digits}"))
            }
            Phone::Full { country, number } => {
                let number = number.trim_start_matches('0');
                (!number.is_empty()).then(|| format!("+{country}{number}"))
            }
        }
    }
}

#[task]
async fn save_contact(name: String, phones: Vec<String>, address: &Address) -> Answer<String> {
    Ok(format!("{name}/{}/{}", phones.join(","), address.zip))
}

#[workflow]
pub async fn import_contacts(contacts: Vec<Contact>) -> Answer<(Vec<String>, Vec<Contact>)> {
    let mut saved = Vec::with_capacity(contacts.len());
    let mut rejected = vec![];
    for contact in contacts {
        let mut phones: Vec<String> = contact.phones.iter().flat_map(Phone::canonical).collect();
        phones.sort();
        phones.dedup();
        if phones.is_empty() {
            rejected.push(Contact { phones: vec![], ..contact });
            continue;
        }
        let name = match &contact.last_name {
            Some(last) => format!("{last}, {}", contact.first_name),
            None => contact.first_name.clone(),
        };
        saved.push(save_contact(name, phones, &contact.address).await?);
    }
    Ok((saved, rejected))
}

#[tokio::test]
async fn t02_import_contacts() {
    both_ways(import_contacts).await;
    let contact = |phones: Vec<Phone>| Contact { first_name: "A".into(), last_name: Some("B".into()), phones, address: Address::default() };
    let list = vec![
        contact(vec![Phone::Number(12345), Phone::Text("12-345".into()), Phone::Full { country: 49, number: "0170".into() }]),
        contact(vec![Phone::Number(3)]),
    ];
    let (saved, rejected) = Executor::test().agreeing().run(import_contacts(list)).await.output().unwrap();
    assert_eq!(saved, ["B, A/+12345,+49170/"]);
    assert_eq!(rejected.len(), 1);
}


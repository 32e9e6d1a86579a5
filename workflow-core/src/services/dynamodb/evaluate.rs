//! What an expression says of an item, in memory.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::expression::{Comparator, Condition, Operand, Part, Path, Update};

/// An item: its attributes, each an attribute value.
pub(super) type Item = Map<String, Value>;

/// The values that an expression mentions.
pub(super) struct Values<'a>(pub(super) &'a Value);

impl Values<'_> {
    /// Whether a condition holds for an item.
    pub(super) fn holds(&self, condition: &Condition, item: &Item) -> Result<bool, String> {
        Ok(match condition {
            Condition::And(left, right) => self.holds(left, item)? && self.holds(right, item)?,
            Condition::Or(left, right) => self.holds(left, item)? || self.holds(right, item)?,
            Condition::Not(inner) => !self.holds(inner, item)?,
            Condition::Compare(left, comparator, right) => {
                match (self.value(left, item)?, self.value(right, item)?) {
                    (Some(left), Some(right)) => compare(&left, *comparator, &right),
                    // What is not there equals nothing.
                    _ => *comparator == Comparator::NotEqual,
                }
            }
            Condition::Between(value, low, high) => {
                let (value, low, high) =
                    (self.value(value, item)?, self.value(low, item)?, self.value(high, item)?);
                match (value, low, high) {
                    (Some(value), Some(low), Some(high)) => {
                        compare(&value, Comparator::GreaterOrEqual, &low)
                            && compare(&value, Comparator::LessOrEqual, &high)
                    }
                    _ => false,
                }
            }
            Condition::In(value, list) => {
                let Some(value) = self.value(value, item)? else { return Ok(false) };
                for other in list {
                    if self
                        .value(other, item)?
                        .is_some_and(|other| compare(&value, Comparator::Equal, &other))
                    {
                        return Ok(true);
                    }
                }
                false
            }
            Condition::Function(name, arguments) => self.test(name, arguments, item)?,
        })
    }

    fn test(&self, name: &str, arguments: &[Operand], item: &Item) -> Result<bool, String> {
        let first = match arguments.first() {
            Some(first) => self.value(first, item)?,
            None => None,
        };
        let second = match arguments.get(1) {
            Some(second) => self.value(second, item)?,
            None => None,
        };
        Ok(match (name, first, second) {
            ("attribute_exists", first, _) => first.is_some(),
            ("attribute_not_exists", first, _) => first.is_none(),
            ("attribute_type", Some(first), Some(second)) => {
                first.get(second["S"].as_str().unwrap_or_default()).is_some()
            }
            ("begins_with", Some(first), Some(second)) => match (first["S"].as_str(), second["S"].as_str()) {
                (Some(text), Some(start)) => text.starts_with(start),
                _ => false,
            },
            ("contains", Some(first), Some(second)) => match (first["S"].as_str(), second["S"].as_str()) {
                (Some(text), Some(part)) => text.contains(part),
                _ => first["L"].as_array().is_some_and(|list| list.contains(&second)),
            },
            _ => false,
        })
    }

    /// The value of an operand; nothing where the attribute is not there.
    pub(super) fn value(&self, operand: &Operand, item: &Item) -> Result<Option<Value>, String> {
        Ok(match operand {
            Operand::Path(path) => at(path, item).cloned(),
            Operand::Value(name) => match self.0.get(name) {
                Some(value) => Some(value.clone()),
                None => {
                    return Err(format!(
                        "An expression attribute value used in expression is not defined; attribute value: {name}"
                    ));
                }
            },
            Operand::Function(name, arguments) => {
                let first = match arguments.first() {
                    Some(first) => self.value(first, item)?,
                    None => None,
                };
                match name.as_str() {
                    "size" => first.map(|value| json!({ "N": size(&value).to_string() })),
                    "if_not_exists" if first.is_none() => match arguments.get(1) {
                        Some(second) => self.value(second, item)?,
                        None => None,
                    },
                    "if_not_exists" => first,
                    _ => {
                        let second = match arguments.get(1) {
                            Some(second) => self.value(second, item)?,
                            None => None,
                        };
                        let list = |value: Option<Value>| match value {
                            Some(Value::Object(mut value)) => value.remove("L"),
                            _ => None,
                        };
                        match (list(first), list(second)) {
                            (Some(Value::Array(mut first)), Some(Value::Array(second))) => {
                                first.extend(second);
                                Some(json!({ "L": first }))
                            }
                            _ => return Err(WRONG_TYPE.to_owned()),
                        }
                    }
                }
            }
            Operand::Sum(left, minus, right) => match (self.value(left, item)?, self.value(right, item)?) {
                (Some(left), Some(right)) => Some(sum(&left, *minus, &right)?),
                _ => {
                    return Err(
                        "The provided expression refers to an attribute that does not exist in the item"
                            .to_owned(),
                    );
                }
            },
        })
    }

    /// The item after an update. All values are those of before.
    pub(super) fn update(&self, update: &Update, item: &Item) -> Result<Item, String> {
        let mut after = item.clone();
        for (path, operand) in &update.set {
            let value = self
                .value(operand, item)?
                .ok_or("The provided expression refers to an attribute that does not exist in the item")?;
            put(path, Some(value), &mut after)?;
        }
        for path in &update.remove {
            put(path, None, &mut after)?;
        }
        for (path, operand) in &update.add {
            let Some(value) = self.value(operand, item)? else { continue };
            let value = match at(path, item) {
                Some(known) => sum(known, false, &value)?,
                None => value,
            };
            put(path, Some(value), &mut after)?;
        }
        Ok(after)
    }
}

const WRONG_TYPE: &str = "An operand in the update expression has an incorrect data type";

fn at<'a>(path: &Path, item: &'a Item) -> Option<&'a Value> {
    let mut parts = path.iter();
    let Some(Part::Name(first)) = parts.next() else { return None };
    let mut value = item.get(first)?;
    for part in parts {
        value = match part {
            Part::Name(name) => value.get("M")?.get(name)?,
            Part::Index(index) => value.get("L")?.get(index)?,
        };
    }
    Some(value)
}

/// Puts a value at a path, or takes out what is there.
fn put(path: &Path, value: Option<Value>, item: &mut Item) -> Result<(), String> {
    const NO_PLACE: &str = "The document path provided in the update expression is invalid for update";
    let Some((Part::Name(first), rest)) = path.split_first() else { return Err(NO_PLACE.to_owned()) };
    match (rest, value) {
        ([], Some(value)) => {
            item.insert(first.clone(), value);
            return Ok(());
        }
        ([], None) => {
            item.remove(first);
            return Ok(());
        }
        (rest, value) => {
            let mut place = item.get_mut(first).ok_or(NO_PLACE)?;
            let (last, between) = rest.split_last().ok_or(NO_PLACE)?;
            for part in between {
                place = match part {
                    Part::Name(name) => place.get_mut("M").and_then(|map| map.get_mut(name)),
                    Part::Index(index) => place.get_mut("L").and_then(|list| list.get_mut(index)),
                }
                .ok_or(NO_PLACE)?;
            }
            match (last, value) {
                (Part::Name(name), value) => {
                    let map = place.get_mut("M").and_then(Value::as_object_mut).ok_or(NO_PLACE)?;
                    match value {
                        Some(value) => drop(map.insert(name.clone(), value)),
                        None => drop(map.remove(name)),
                    }
                }
                (Part::Index(index), value) => {
                    let list = place.get_mut("L").and_then(Value::as_array_mut).ok_or(NO_PLACE)?;
                    match (value, list.get_mut(*index)) {
                        (Some(value), Some(known)) => *known = value,
                        (Some(value), None) => list.push(value),
                        (None, Some(_)) => drop(list.remove(*index)),
                        (None, None) => {}
                    }
                }
            }
        }
    }
    Ok(())
}

fn compare(left: &Value, comparator: Comparator, right: &Value) -> bool {
    let ordering = order(left, right);
    match comparator {
        Comparator::Equal => ordering == Some(Ordering::Equal) || left == right,
        Comparator::NotEqual => !(ordering == Some(Ordering::Equal) || left == right),
        Comparator::Less => ordering == Some(Ordering::Less),
        Comparator::LessOrEqual => ordering.is_some_and(Ordering::is_le),
        Comparator::Greater => ordering == Some(Ordering::Greater),
        Comparator::GreaterOrEqual => ordering.is_some_and(Ordering::is_ge),
    }
}

/// The order of two texts or two numbers; nothing for any other two.
pub(super) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left["N"].as_str(), right["N"].as_str(), left["S"].as_str(), right["S"].as_str()) {
        (Some(left), Some(right), ..) => match (left.parse::<i128>(), right.parse::<i128>()) {
            (Ok(left), Ok(right)) => Some(left.cmp(&right)),
            _ => left.parse::<f64>().ok()?.partial_cmp(&right.parse::<f64>().ok()?),
        },
        (_, _, Some(left), Some(right)) => Some(left.as_bytes().cmp(right.as_bytes())),
        _ => None,
    }
}

fn sum(left: &Value, minus: bool, right: &Value) -> Result<Value, String> {
    let (Some(left), Some(right)) = (left["N"].as_str(), right["N"].as_str()) else {
        return Err(WRONG_TYPE.to_owned());
    };
    let whole = match (left.parse::<i128>(), right.parse::<i128>()) {
        (Ok(left), Ok(right)) if minus => left.checked_sub(right),
        (Ok(left), Ok(right)) => left.checked_add(right),
        _ => None,
    };
    let text = match (whole, left.parse::<f64>(), right.parse::<f64>()) {
        (Some(whole), ..) => whole.to_string(),
        (None, Ok(left), Ok(right)) if minus => (left - right).to_string(),
        (None, Ok(left), Ok(right)) => (left + right).to_string(),
        _ => return Err(WRONG_TYPE.to_owned()),
    };
    Ok(json!({ "N": text }))
}

fn size(value: &Value) -> usize {
    match value.as_object().and_then(|value| value.values().next()) {
        Some(Value::String(text)) => text.len(),
        Some(Value::Array(list)) => list.len(),
        Some(Value::Object(map)) => map.len(),
        _ => 0,
    }
}

//! Choice states: their rules in both query languages.

use std::collections::HashMap;

use serde_json::Value;

use super::{Fields, Parsed, assign, path, template};
use crate::interpreter::{
    choice::{Comparison, Kind, Operand, Rule, Test},
    expression::Jsonata,
    machine::{Choice, ChoiceRule, Condition, Language},
};

pub(super) fn choice(
    fields: &Fields<'_>,
    language: Language,
    numbers: &HashMap<String, usize>,
) -> Parsed<Choice> {
    let mut rules = Vec::new();
    for fields in fields.list("Choices")?.ok_or_else(|| fields.missing("Choices"))? {
        let next = fields.text("Next")?.ok_or_else(|| fields.missing("Next"))?;
        let condition = match language {
            Language::JsonPath => Condition::Rule(rule(&fields)?),
            Language::Jsonata => condition(&fields)?,
        };
        rules.push(ChoiceRule {
            condition,
            assign: assign(&fields, language)?,
            output: match language {
                Language::JsonPath => None,
                Language::Jsonata => template(&fields, language, "Output")?,
            },
            next: fields.state(numbers, "Next", next)?,
        });
    }
    let default = match fields.text("Default")? {
        Some(name) => Some(fields.state(numbers, "Default", name)?),
        None => None,
    };
    Ok(Choice { rules, default })
}

fn condition(fields: &Fields<'_>) -> Parsed<Condition> {
    match fields.required("Condition")? {
        Value::Bool(literal) => Ok(Condition::Literal(*literal)),
        Value::String(text) => Jsonata::delimited(text, "Condition")
            .unwrap_or_else(|| Err("expected a JSONata expression: `{% .. %}`".to_owned()))
            .map(Condition::Jsonata)
            .map_err(|message| fields.error("Condition", message)),
        _ => Err(fields.error("Condition", "expected a JSONata expression, true or false")),
    }
}

fn rule(fields: &Fields<'_>) -> Parsed<Rule> {
    let rules = |rules: Vec<Fields<'_>>| rules.iter().map(rule).collect::<Parsed<Vec<Rule>>>();
    if let Some(list) = fields.list("And")? {
        return Ok(Rule::And(rules(list)?));
    }
    if let Some(list) = fields.list("Or")? {
        return Ok(Rule::Or(rules(list)?));
    }
    if let Some(inner) = fields.object("Not")? {
        return Ok(Rule::Not(Box::new(rule(&inner)?)));
    }
    let variable = fields.text("Variable")?.ok_or_else(|| fields.missing("Variable"))?;
    let variable = path(fields, "Variable", variable)?;
    let mut tests = fields
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "Variable" | "Next" | "Comment" | "Assign" | "Output"));
    let (Some((name, operand)), None) = (tests.next(), tests.next()) else {
        return Err(fields.error("", "a rule needs one comparison"));
    };
    let test = test(fields, name, operand)?;
    Ok(Rule::Test { variable, test })
}

fn test(fields: &Fields<'_>, name: &str, operand: &Value) -> Parsed<Test> {
    let is = match name {
        "IsPresent" => Some(Kind::Present),
        "IsNull" => Some(Kind::Null),
        "IsBoolean" => Some(Kind::Boolean),
        "IsNumeric" => Some(Kind::Numeric),
        "IsString" => Some(Kind::String),
        "IsTimestamp" => Some(Kind::Timestamp),
        _ => None,
    };
    if let Some(kind) = is {
        return match operand {
            Value::Bool(expected) => Ok(Test::Is(kind, *expected)),
            _ => Err(fields.unexpected(name, "expected true or false")),
        };
    }
    if name == "StringMatches" {
        return match operand {
            Value::String(pattern) => Ok(Test::Matches(pattern.clone())),
            _ => Err(fields.error(name, "expected a text")),
        };
    }
    let (base, by_path) = match name.strip_suffix("Path") {
        Some(base) => (base, true),
        None => (name, false),
    };
    let comparison = ["LessThanEquals", "GreaterThanEquals", "LessThan", "GreaterThan", "Equals"]
        .into_iter()
        .find_map(|suffix| base.strip_suffix(suffix).map(|kind| (kind, suffix)));
    let (Some((kind, ordering)), true) = (comparison, !base.is_empty()) else {
        return Err(fields.error(name, format!("there is no comparison `{name}`")));
    };
    let kind = match kind {
        "String" => Kind::String,
        "Numeric" => Kind::Numeric,
        "Timestamp" => Kind::Timestamp,
        "Boolean" if ordering == "Equals" => Kind::Boolean,
        _ => return Err(fields.error(name, format!("there is no comparison `{name}`"))),
    };
    let ordering = match ordering {
        "Equals" => Comparison::Equals,
        "LessThan" => Comparison::LessThan,
        "LessThanEquals" => Comparison::LessThanEquals,
        "GreaterThan" => Comparison::GreaterThan,
        _ => Comparison::GreaterThanEquals,
    };
    let operand = match operand {
        Value::String(text) if by_path => Operand::Path(path(fields, name, text)?),
        _ if by_path => return Err(fields.error(name, "expected a path")),
        literal => {
            let fits = match kind {
                Kind::Numeric => literal.is_number(),
                Kind::Boolean => literal.is_boolean(),
                _ => literal.is_string(),
            };
            if !fits {
                return Err(fields.unexpected(name, "expected a value of the type that is compared"));
            }
            Operand::Literal(literal.clone())
        }
    };
    Ok(Test::Compare { kind, comparison: ordering, operand })
}

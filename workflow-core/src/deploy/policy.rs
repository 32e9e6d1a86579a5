//! Policies that allow what is needed and nothing else, and the check that one does.

use std::fmt;

use serde_json::{Value, json};

use super::calls::Need;

/// An IAM policy: statements that allow actions on resources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// The statements.
    pub statements: Vec<Statement>,
}

/// A statement of a [`Policy`].
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it is called: letters and digits.
    pub sid: String,
    /// The actions, such as `lambda:InvokeFunction`.
    pub actions: Vec<String>,
    /// The ARNs that they may be done to.
    pub resources: Vec<String>,
    /// When.
    pub condition: Option<Value>,
}

impl Policy {
    /// The policy that allows just this.
    pub fn of(needs: &[Need]) -> Self {
        // First the resources of each action, then the actions of one service with the same resources.
        let mut by_action: Vec<(&str, &Option<Value>, Vec<&str>)> = Vec::new();
        for need in needs {
            let known = by_action
                .iter_mut()
                .find(|(action, condition, _)| *action == need.action && **condition == need.condition);
            match known {
                Some((_, _, resources)) => resources.push(&need.resource),
                None => by_action.push((&need.action, &need.condition, vec![&need.resource])),
            }
        }
        let mut statements: Vec<Statement> = Vec::new();
        for (action, condition, mut resources) in by_action {
            resources.sort_unstable();
            resources.dedup();
            let same = statements.iter_mut().find(|statement| {
                statement.resources == resources
                    && statement.condition == *condition
                    && statement.actions.iter().all(|other| service(other) == service(action))
            });
            match same {
                Some(statement) => statement.actions.push(action.to_owned()),
                None => statements.push(Statement {
                    sid: String::new(),
                    actions: vec![action.to_owned()],
                    resources: resources.into_iter().map(str::to_owned).collect(),
                    condition: condition.clone(),
                }),
            }
        }
        let mut sids: Vec<String> = Vec::new();
        for statement in &mut statements {
            let first = statement.actions.first().map(String::as_str).unwrap_or_default();
            let (service, action) = first.split_once(':').unwrap_or_default();
            let service: String = service.chars().filter(char::is_ascii_alphanumeric).collect();
            let name = format!("{}{action}", capitalised(&service));
            let taken = sids.iter().filter(|sid| **sid == name).count();
            statement.sid = if taken == 0 { name.clone() } else { format!("{name}{}", taken + 1) };
            sids.push(name);
        }
        Self { statements }
    }

    /// The policy as IAM reads it.
    pub fn to_json(&self) -> Value {
        let statements = self.statements.iter().map(|statement| {
            let mut json = json!({
                "Sid": statement.sid,
                "Effect": "Allow",
                "Action": statement.actions,
                "Resource": statement.resources,
            });
            if let Some(condition) = &statement.condition {
                json["Condition"] = condition.clone();
            }
            json
        });
        json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>() })
    }

    /// The same policy with another text for every resource and every text in a condition.
    pub(super) fn with_texts(&self, text: &dyn Fn(&str) -> String) -> Self {
        let statements = self.statements.iter().map(|statement| Statement {
            sid: statement.sid.clone(),
            actions: statement.actions.clone(),
            resources: statement.resources.iter().map(|resource| text(resource)).collect(),
            condition: statement.condition.as_ref().map(|condition| super::fill::texts(condition, text)),
        });
        Self { statements: statements.collect() }
    }
}

/// What is wrong with a policy.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// Something is needed that no statement allows.
    Missing(Need),
    /// A statement allows an action, or allows it on a resource, that nothing needs.
    Unused {
        /// The `Sid` of the statement.
        sid: String,
        /// The action.
        action: String,
        /// The resource.
        resource: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(need) => {
                write!(f, "missing: `{}` on {}, which `{}` needs", need.action, need.resource, need.state)
            }
            Self::Unused { sid, action, resource } => {
                write!(f, "unused: `{action}` on {resource}, in the statement `{sid}`")
            }
        }
    }
}

/// Compares what a policy allows with what is needed: everything that is missing, and everything that
/// is allowed beyond it. A wildcard that is not itself needed is beyond it.
///
/// ```
/// use serde_json::json;
/// use workflow_core::deploy::{Finding, Need, Policy, check_policy};
///
/// let need = Need { action: "sns:Publish".into(), resource: "arn:aws:sns:eu-west-1:1:Orders".into(),
///     condition: None, state: "Tell".into() };
/// assert_eq!(check_policy(&Policy::of(&[need.clone()]), &[need.clone()]), []);
/// assert_eq!(check_policy(&Policy::default(), &[need.clone()]), [Finding::Missing(need)]);
/// ```
pub fn check_policy(policy: &Policy, needs: &[Need]) -> Vec<Finding> {
    let missing = needs.iter().filter(|need| {
        !policy.statements.iter().any(|statement| {
            (statement.condition.is_none() || statement.condition == need.condition)
                && statement
                    .actions
                    .iter()
                    .any(|action| matches(&action.to_lowercase(), &need.action.to_lowercase()))
                && statement.resources.iter().any(|resource| matches(resource, &need.resource))
        })
    });
    let mut findings: Vec<Finding> = missing.cloned().map(Finding::Missing).collect();
    for statement in &policy.statements {
        for action in &statement.actions {
            for resource in &statement.resources {
                // Each need of the action on the resource, word for word: what is wider is too wide.
                let needed = needs.iter().any(|need| {
                    need.action.eq_ignore_ascii_case(action)
                        && need.resource == *resource
                        && need.condition == statement.condition
                });
                if !needed {
                    findings.push(Finding::Unused {
                        sid: statement.sid.clone(),
                        action: action.clone(),
                        resource: resource.clone(),
                    });
                }
            }
        }
    }
    findings
}

/// Whether a pattern of IAM, with `*` for any text and `?` for any character, matches a text.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(character) if *character == '?' || *character == text[place] => {
                at += 1;
                place += 1;
            }
            _ => match star {
                Some((before, taken)) => {
                    star = Some((before, taken + 1));
                    at = before + 1;
                    place = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|character| *character == '*')
}

fn service(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_as_iam_has_it() {
        assert!(matches(
            "arn:aws:lambda:*:1:function:Charge:*",
            "arn:aws:lambda:eu-west-1:1:function:Charge:7"
        ));
        assert!(matches("*", "") && matches("a?c", "abc") && matches("a*b*c", "aXbYbZc"));
        assert!(!matches("a?c", "ac") && !matches("a*b", "abc") && !matches("", "a"));
    }
}

//! Names of states and variables. They come from what the author named, never from positions.

use std::collections::{HashMap, HashSet};

use crate::jsonata;

/// Names that are given once each.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    /// The number after the last that a name was given with.
    numbers: HashMap<String, u32>,
}

impl Names {
    /// A state's name: `wanted` if it is free, else with the workflow that it is `within` or with the name of
    /// its binding, else numbered.
    pub(super) fn state(&mut self, wanted: &str, within: Option<&str>, binding: Option<&str>) -> String {
        let wanted: String = wanted.chars().take(80).collect();
        if self.taken.insert(wanted.clone()) {
            return wanted;
        }
        if let Some(within) = within {
            let with_workflow: String = format!("{}: {wanted}", title(within)).chars().take(80).collect();
            if self.taken.insert(with_workflow.clone()) {
                return with_workflow;
            }
        }
        if let Some(binding) = binding {
            let with_binding: String = format!("{wanted}: {}", title(binding)).chars().take(80).collect();
            if self.taken.insert(with_binding.clone()) {
                return with_binding;
            }
        }
        self.numbered(&wanted, " ")
    }

    /// Remembers a name that was given elsewhere.
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// A variable's name.
    pub(super) fn variable(&mut self, wanted: &str) -> String {
        // A variable of the States Language starts with a letter.
        let wanted = wanted.trim_start_matches("r#").trim_start_matches('_');
        let wanted = if wanted.is_empty() { "value" } else { wanted };
        // A variable hides the function of its name. `error` is the field's word for what a Catch holds, and
        // nothing calls `$error`.
        let hides = jsonata::is_function(wanted) || matches!(wanted, "eval" | "states");
        let wanted = if hides && wanted != "error" { format!("{wanted}_") } else { wanted.to_owned() };
        if self.taken.insert(wanted.clone()) { wanted } else { self.numbered(&wanted, "_") }
    }

    fn numbered(&mut self, wanted: &str, separator: &str) -> String {
        let number = self.numbers.entry(format!("{wanted}{separator}")).or_insert(2);
        loop {
            let name = format!("{wanted}{separator}{number}");
            *number += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// `validate_order` and `InvalidOrder` as `Validate Order` and `Invalid Order`.
pub(super) fn title(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut previous: Option<char> = None;
    let characters: Vec<char> = name.chars().collect();
    for (place, character) in characters.iter().copied().enumerate() {
        if !character.is_alphanumeric() {
            previous = None;
            continue;
        }
        let starts_word = match previous {
            None => true,
            Some(previous) => {
                character.is_uppercase()
                    && (!previous.is_uppercase()
                        || characters.get(place + 1).is_some_and(|next| next.is_lowercase()))
            }
        };
        if starts_word {
            words.push(character.to_uppercase().collect());
        } else if let Some(word) = words.last_mut() {
            word.push(character);
        }
        previous = Some(character);
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_words() {
        assert_eq!(title("validate_order"), "Validate Order");
        assert_eq!(title("InvalidOperationError"), "Invalid Operation Error");
        assert_eq!(title("States.Timeout"), "States Timeout");
        assert_eq!(title("SQLFailed"), "SQL Failed");
    }

    #[test]
    fn a_second_state_of_a_name_takes_the_name_of_its_binding() {
        let mut names = Names::default();
        assert_eq!(names.state("Charge", None, None), "Charge");
        assert_eq!(names.state("Charge", None, Some("shipping_fee")), "Charge: Shipping Fee");
        assert_eq!(names.state("Charge", None, None), "Charge 2");
    }

    #[test]
    fn a_variable_hides_no_function() {
        assert_eq!(Names::default().variable("count"), "count_");
    }
}

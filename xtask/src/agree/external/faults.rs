//! The faults that engines are known for, each with what shows that it is the engine's.

use std::io;

use anyhow::Context as _;
use regex::Regex;
use serde::Deserialize;

const LIST: &str = include_str!("../../../engines/faults.json");

/// A fault as it is listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    engine: String,
    /// A regular expression for the workflows in which it shows; all of them without one.
    #[serde(default)]
    workflow: String,
    /// A regular expression that every difference which the fault makes fits.
    pattern: String,
    /// What the engine does.
    fault: String,
    /// Where Step Functions is seen or said to do otherwise.
    evidence: String,
}

/// The list, and how often each was met.
pub(super) struct Faults(Vec<Known>);

struct Known {
    fault: Fault,
    workflow: Regex,
    pattern: Regex,
    times: usize,
}

impl Faults {
    pub(super) fn read() -> anyhow::Result<Self> {
        let listed: Vec<Fault> = serde_json::from_str(LIST).context("xtask/engines/faults.json")?;
        let mut faults = Vec::new();
        for fault in listed {
            let expression = |text: &str| Regex::new(text).with_context(|| text.to_owned());
            let (workflow, pattern) = (expression(&fault.workflow)?, expression(&fault.pattern)?);
            faults.push(Known { fault, workflow, pattern, times: 0 });
        }
        Ok(Self(faults))
    }

    /// Whether everything that differs is known of the engine.
    pub(super) fn explain(&mut self, engine: &str, workflow: &str, what: &[String]) -> bool {
        let mut met = Vec::new();
        for what in what {
            let known = |known: &Known| {
                known.fault.engine == engine
                    && known.workflow.is_match(workflow)
                    && known.pattern.is_match(what)
            };
            match self.0.iter().position(known) {
                Some(place) => met.push(place),
                None => return false,
            }
        }
        for place in met {
            self.0[place].times += 1;
        }
        !what.is_empty()
    }

    /// Tells which were met.
    pub(super) fn tell(&self, out: &mut impl io::Write) -> io::Result<()> {
        for Known { fault, times, .. } in self.0.iter().filter(|known| known.times > 0) {
            writeln!(out, "{times} times {}: {} ({})", fault.engine, fault.fault, fault.evidence)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_names_its_engine_and_its_evidence() {
        for Known { fault, .. } in Faults::read().unwrap().0 {
            assert!(
                ["sfnx", "ministack", "jsonata", "statelint", "asl-validator", "moto"]
                    .contains(&&*fault.engine)
            );
            assert!(fault.evidence.contains("https://"), "{}", fault.fault);
        }
    }

    #[test]
    fn one_difference_that_nobody_knows_makes_all_of_them_count() {
        let fault = Fault {
            engine: "sfnx".to_owned(),
            workflow: "^of-floats$".to_owned(),
            pattern: "^known".to_owned(),
            fault: String::new(),
            evidence: String::new(),
        };
        let (workflow, pattern) = (Regex::new(&fault.workflow).unwrap(), Regex::new(&fault.pattern).unwrap());
        let mut faults = Faults(vec![Known { fault, workflow, pattern, times: 0 }]);
        let known = ["known to be so".to_owned()];
        assert!(faults.explain("sfnx", "of-floats", &known));
        assert!(!faults.explain("sfnx", "of-floats", &["known to be so".to_owned(), "and more".to_owned()]));
        assert!(!faults.explain("sfnx", "of-texts", &known));
        assert!(!faults.explain("moto", "of-floats", &known));
        assert_eq!(faults.0[0].times, 1);
    }
}

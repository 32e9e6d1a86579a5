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
    /// A regular expression that every difference which the fault makes fits.
    pattern: String,
    /// What the engine does.
    fault: String,
    /// Where Step Functions is seen or said to do otherwise.
    evidence: String,
}

/// The list, and how often each was met.
pub(super) struct Faults(Vec<(Fault, Regex, usize)>);

impl Faults {
    pub(super) fn read() -> anyhow::Result<Self> {
        let listed: Vec<Fault> = serde_json::from_str(LIST).context("xtask/engines/faults.json")?;
        let mut faults = Vec::new();
        for fault in listed {
            let pattern = Regex::new(&fault.pattern).with_context(|| fault.pattern.clone())?;
            faults.push((fault, pattern, 0));
        }
        Ok(Self(faults))
    }

    /// Whether everything that differs is known of the engine.
    pub(super) fn explain(&mut self, engine: &str, what: &[String]) -> bool {
        let mut met = Vec::new();
        for what in what {
            let known = |(fault, pattern, _): &(Fault, Regex, usize)| {
                fault.engine == engine && pattern.is_match(what)
            };
            match self.0.iter().position(known) {
                Some(place) => met.push(place),
                None => return false,
            }
        }
        for place in met {
            self.0[place].2 += 1;
        }
        !what.is_empty()
    }

    /// Tells which were met.
    pub(super) fn tell(&self, out: &mut impl io::Write) -> io::Result<()> {
        for (fault, _, times) in self.0.iter().filter(|(_, _, times)| *times > 0) {
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
        for (fault, _, _) in Faults::read().unwrap().0 {
            assert!(["sfnx", "jsonata", "statelint", "asl-validator", "moto"].contains(&&*fault.engine));
            assert!(fault.evidence.contains("https://"), "{}", fault.fault);
        }
    }

    #[test]
    fn one_difference_that_nobody_knows_makes_all_of_them_count() {
        let fault = Fault {
            engine: "sfnx".to_owned(),
            pattern: "^known".to_owned(),
            fault: String::new(),
            evidence: String::new(),
        };
        let mut faults = Faults(vec![(fault, Regex::new("^known").unwrap(), 0)]);
        assert!(faults.explain("sfnx", &["known to be so".to_owned()]));
        assert!(!faults.explain("sfnx", &["known to be so".to_owned(), "and more".to_owned()]));
        assert!(!faults.explain("moto", &["known to be so".to_owned()]));
        assert_eq!(faults.0[0].2, 1);
    }
}

//! `cargo xtask agree`: random programs, in both readings.

mod external;
mod generate;
mod program;
mod statements;
mod types;
mod workshop;

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use self::{
    generate::Features,
    program::Program,
    workshop::{Numbered, Ran, Workshop},
};
use crate::{FOUND, workspace};

/// How many programs are one binary, and how many are compiled in one go.
const EACH: usize = 20;
const AT_ONCE: usize = 80;
/// How many smaller programs are tried at once, and how often.
const CANDIDATES: usize = 16;
const ROUNDS: usize = 25;

/// Write random workflow programs, and compare both readings of each on random inputs and with faults.
///
/// The programs are compiled by the macros themselves, in a crate under `target/agree`. Where the readings of one
/// differ, it is made smaller while they still do, and printed. Exits with 1 if there was one.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many programs.
    #[arg(long, default_value_t = 200)]
    programs: usize,
    /// On how many inputs each is compared.
    #[arg(long, default_value_t = 20)]
    inputs: usize,
    /// What programs and inputs are made up from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Compare this program alone.
    #[arg(long, value_name = "NUMBER")]
    only: Option<usize>,
    /// How many differences are made smaller; each takes minutes.
    #[arg(long, default_value_t = 3)]
    shrink: usize,
    /// What runs the state machines.
    ///
    /// `external` has engines that others wrote (sfnx, MiniStack) run them as well, those of all workflows here and of
    /// the tests included, evaluates every expression with npm's jsonata, and validates every definition with statelint and
    /// asl-validator. They are installed under `target/engines`; it takes Python, Node.js and npm.
    #[arg(long, value_enum, default_value_t = Engine::Own)]
    engine: Engine,
    /// With `--engine external`: a folder of definitions in JSONPath that workflows here replace, for moto to run.
    #[arg(long, value_name = "DIR")]
    originals: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    Own,
    External,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.engine == Engine::External {
        return external::run(arguments);
    }
    let mut features = Features::new();
    let programs = numbered(arguments, &mut features);
    let workshop = Workshop::open()?;
    let (mut ran, mut refused): (Vec<Ran>, Vec<(usize, String)>) = (Vec::new(), Vec::new());
    for batch in programs.chunks(AT_ONCE) {
        let outcome = workshop.run(batch, EACH, arguments.inputs, arguments.seed)?;
        ran.extend(outcome.ran);
        refused.extend(outcome.refused);
        eprintln!("{} of {} programs", ran.len() + refused.len(), programs.len());
    }
    let mut out = io::stdout().lock();
    let differing: Vec<&Ran> = ran.iter().filter(|ran| ran.differs.is_some()).collect();
    let failed = workspace::root().join("target/agree/failed");
    fs::create_dir_all(&failed)?;
    for (place, ran) in differing.iter().enumerate() {
        let Some(numbered) = programs.iter().find(|(number, _)| *number == ran.program) else { continue };
        let text = ran.differs.clone().unwrap_or_default();
        let (program, text) = if place < arguments.shrink {
            smallest(&workshop, numbered, text, arguments)?
        } else {
            (numbered.1.text(), text)
        };
        let file = failed.join(format!("{}-{}.rs", arguments.seed, ran.program));
        fs::write(&file, format!("{program}\n/*\n{text}\n*/\n"))?;
        writeln!(out, "program {} (in {}):\n\n{program}\n{text}", ran.program, file.display())?;
    }
    for (number, error) in &refused {
        writeln!(out, "program {number} does not compile:\n{error}")?;
    }
    for ran in ran.iter().filter(|ran| !ran.problems.is_empty()) {
        writeln!(out, "program {} has problems: {}", ran.program, ran.problems.join("; "))?;
    }
    tell_features(&features, &mut out)?;
    let sum = |count: fn(&Ran) -> usize| ran.iter().map(count).sum::<usize>();
    writeln!(
        out,
        "{} programs (seed {}): {} differ, {} do not compile, {} have problems; {} inputs, {} faults; \
         not compared: {} executions out of range, {} without an end; {} of {} states entered, {} of {} transitions taken",
        programs.len(),
        arguments.seed,
        differing.len(),
        refused.len(),
        ran.iter().filter(|ran| !ran.problems.is_empty()).count(),
        sum(|ran| ran.inputs),
        sum(|ran| ran.faults),
        sum(|ran| ran.beyond),
        sum(|ran| ran.unfinished),
        sum(|ran| ran.states_entered),
        sum(|ran| ran.states),
        sum(|ran| ran.transitions_taken),
        sum(|ran| ran.transitions),
    )?;
    Ok(if differing.is_empty() && refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// The programs that are asked for.
fn numbered(arguments: &Arguments, features: &mut Features) -> Vec<Numbered> {
    let numbers = match arguments.only {
        Some(number) => number..number + 1,
        None => 0..arguments.programs,
    };
    numbers
        .map(|number| {
            let seed = arguments.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
            (number, generate::program(seed, features))
        })
        .collect()
}

fn tell_features(features: &Features, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "{} constructs, and how often each was written:", features.len())?;
    for (feature, times) in features {
        writeln!(out, "  {times:6} {feature}")?;
    }
    Ok(())
}

/// The smallest program that differs as well, as far as some rounds lead, and how it does.
fn smallest(
    workshop: &Workshop,
    (number, program): &Numbered,
    text: String,
    arguments: &Arguments,
) -> anyhow::Result<(String, String)> {
    let (program, text) = shrunk(program.clone(), text, |candidates| {
        let mut outcome = workshop.run(candidates, CANDIDATES, arguments.inputs, arguments.seed)?;
        eprintln!("program {number}: {} smaller ones compared", outcome.ran.len());
        outcome.ran.sort_by_key(|ran| ran.program);
        Ok(outcome.ran.into_iter().find_map(|ran| Some((ran.program, ran.differs?))))
    })?;
    Ok((program.text(), text))
}

/// Tries smaller programs while one of them differs: `differing` tells the first of those that it is given.
fn shrunk(
    mut program: Program,
    mut text: String,
    mut differing: impl FnMut(&[Numbered]) -> anyhow::Result<Option<(usize, String)>>,
) -> anyhow::Result<(Program, String)> {
    let mut skipped = 0;
    for _ in 0..ROUNDS {
        let candidates: Vec<Numbered> =
            program.smaller().into_iter().skip(skipped).take(CANDIDATES).enumerate().collect();
        if candidates.is_empty() {
            break;
        }
        match differing(&candidates)? {
            Some((place, differs)) => {
                (program, text) = (candidates[place].1.clone(), differs);
                skipped = 0;
            }
            None => skipped += CANDIDATES,
        }
    }
    Ok((program, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A difference that is planted: every program with a loop over a range has it.
    fn planted(program: &Program) -> bool {
        program.text().contains(" in 0u32..2u32 {")
    }

    #[test]
    fn a_planted_difference_is_left_with_little_around_it() {
        let mut found = 0;
        for seed in 0..60 {
            let program = generate::program(seed, &mut Features::new());
            if !planted(&program) {
                continue;
            }
            found += 1;
            let before = program.size();
            let (small, text) = shrunk(program, "first".to_owned(), |candidates| {
                let differs = candidates.iter().find(|(_, program)| planted(program));
                Ok(differs.map(|(place, _)| (*place, "smaller".to_owned())))
            })
            .unwrap();
            assert!(planted(&small), "seed {seed}");
            assert_eq!(text, "smaller", "seed {seed}");
            assert!(
                small.size() * 3 < before,
                "seed {seed}: {before} became {}:\n{}",
                small.size(),
                small.text()
            );
        }
        assert!(found > 5, "only {found} programs have what is planted");
    }

    #[test]
    fn the_same_seed_writes_the_same_programs() {
        let texts = || -> Vec<String> {
            (0..20).map(|seed| generate::program(seed, &mut Features::new()).text()).collect()
        };
        assert_eq!(texts(), texts());
    }
}

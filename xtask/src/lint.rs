//! `cargo xtask lint`: checks definitions as Step Functions does before it takes them, and warns of what
//! it takes and is probably not meant.

use std::{
    collections::BTreeSet,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::ValueEnum;
use workflow_core::{
    WorkflowKind,
    asl::substitution,
    asl::validate::{self, Diagnostic, Places, Severity},
};

use crate::FOUND;

/// Check definitions in the Amazon States Language.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files with one definition each.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The kind of the state machines.
    #[arg(long = "type", value_enum, default_value_t = Kind::Standard)]
    kind: Kind,
    /// Show errors only.
    #[arg(long)]
    errors_only: bool,
    /// Do not warn of this, such as `TASK_WITHOUT_RETRY`.
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Standard,
    Express,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let kind = match arguments.kind {
        Kind::Standard => WorkflowKind::Standard,
        Kind::Express => WorkflowKind::Express,
    };
    let allowed: BTreeSet<&str> = arguments.allow.iter().map(String::as_str).collect();
    let (mut errors, mut warnings) = (0, 0);
    let mut stdout = io::stdout().lock();
    for file in &arguments.files {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
        // What a deployment fills in is looked at as it stands.
        let text = substitution::quoted(&text);
        let (mut found, places) = check(&text, kind);
        let is_shown = |found: &Diagnostic| {
            found.is_error() || !arguments.errors_only && !allowed.contains(found.code.as_str())
        };
        found.retain(is_shown);
        for found in &found {
            match found.severity {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
            show(&mut stdout, file, &text, &places, found)?;
        }
    }
    writeln!(stdout, "{} checked: {errors} errors, {warnings} warnings", files(arguments.files.len()))?;
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// Everything found in a text, errors first.
fn check(text: &str, kind: WorkflowKind) -> (Vec<Diagnostic>, Places) {
    match validate::read(text) {
        Ok((definition, places)) => {
            let mut found = validate::validate_value(&definition, kind);
            found.extend(validate::lint(&definition));
            (found, places)
        }
        Err(error) => (vec![error], Places::default()),
    }
}

/// Shows a finding at its place: `file:line:column`, the line, and a mark under what is meant.
fn show(
    out: &mut impl io::Write,
    file: &Path,
    text: &str,
    places: &Places,
    found: &Diagnostic,
) -> io::Result<()> {
    let level = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let message = found.message.lines().next().unwrap_or_default().trim_end();
    let place = match &found.location {
        Some(location) => places.get(location),
        None => None,
    };
    let Some(place) = place else {
        return writeln!(out, "{}: {level}[{}]: {message}", file.display(), found.code);
    };
    let before = &text[..place.name.start];
    let row = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = text[start..place.name.start].chars().count() + 1;
    writeln!(out, "{}:{row}:{column}: {level}[{}]: {message}", file.display(), found.code)?;
    // What spans lines is marked to the end of the first.
    let line = text[start..].lines().next().unwrap_or_default();
    let marked = text[place.name.clone()].lines().next().unwrap_or_default().chars().count().max(1);
    let margin = " ".repeat(row.to_string().len());
    writeln!(out, "{margin} |\n{row} | {line}\n{margin} | {}{}", " ".repeat(column - 1), "^".repeat(marked))
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

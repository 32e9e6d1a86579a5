//! State machines as files: `<workflow>.asl.json`, one for each workflow, in one directory.
//!
//! [`write()`] brings the files up to date, [`compare`] says which of them are not. Neither deletes:
//! a file that belongs to no workflow is reported and left to its owner.

mod files;
#[cfg(test)]
mod tests;

use std::{
    collections::HashSet,
    fmt, io,
    path::{Path, PathBuf},
};

use crate::{
    asl::{self, StateMachine},
    catalogue::CatalogueEntry,
};

/// What the name of every emitted file ends with.
const EXTENSION: &str = ".asl.json";

/// A state machine that has a file.
#[derive(Clone, Debug)]
pub struct Emitted<'a> {
    /// The name of the workflow; its file is `<name>.asl.json`.
    pub name: &'a str,
    /// The state machine.
    pub machine: &'a StateMachine,
    /// The placeholders that the deployment fills in, without `${` and `}`.
    pub placeholders: Vec<&'a str>,
    /// What the workflow says that its state machine cannot. Nothing is emitted while there is any.
    pub problems: &'a [String],
}

impl From<&CatalogueEntry> for Emitted<'static> {
    fn from(entry: &CatalogueEntry) -> Self {
        let definition = entry.definition();
        Self {
            name: entry.meta().name,
            machine: &definition.machine,
            placeholders: definition.placeholders(),
            problems: &definition.problems,
        }
    }
}

/// What [`write()`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files in the order of the workflows, each with what became of it.
    pub files: Vec<(PathBuf, Change)>,
    /// Files that belong to no workflow, by name. Empty where one workflow was asked for.
    pub orphaned: Vec<PathBuf>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// There was none.
    Created,
    /// Its content was another.
    Updated,
    /// It was current, and has not been touched.
    Unchanged,
}

/// How the files differ from what would be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files whose content is another, in the order of the workflows.
    pub stale: Vec<Stale>,
    /// Files that do not exist, in the order of the workflows.
    pub missing: Vec<PathBuf>,
    /// Files that belong to no workflow, by name. Empty where one workflow was asked for.
    pub orphaned: Vec<PathBuf>,
}

/// A file whose content is not what would be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The file.
    pub path: PathBuf,
    /// The number of the first line that differs, from 1.
    pub line: usize,
    /// The line in the file; absent where the file ends before it.
    pub found: Option<String>,
    /// The line that would be written; absent where the file should end before it.
    pub expected: Option<String>,
}

/// Why nothing was compared or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmitError {
    /// No workflow has the name that was asked for.
    #[error("no workflow is named `{name}`; {}", listed(.known))]
    UnknownWorkflow {
        /// The name that was asked for.
        name: String,
        /// The names of all workflows.
        known: Vec<String>,
    },
    /// Two workflows would write one file.
    #[error("more than one workflow is named `{0}`; give one of them another name")]
    DuplicateName(String),
    /// A name that Step Functions or a file system could not take.
    #[error("a workflow cannot be named `{0}`; use 1 to 80 of the characters A-Z a-z 0-9 - _")]
    IllegalName(String),
    /// State machines that Step Functions would refuse, or that are not what their workflow says:
    /// the name of each with each of its problems.
    #[error("nothing was emitted:{}", lines(.0))]
    Unsound(Vec<(String, String)>),
    /// The file system refused.
    #[error("could not {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
}

/// A state machine as the text of its file: JSON indented by two spaces, ending in a newline. The
/// same state machine always gives the same text.
///
/// ```
/// use workflow_core::{asl, emit};
///
/// let done = asl::State::Succeed(asl::Succeed { comment: None, output: None });
/// let machine = asl::StateMachine {
///     comment: None,
///     query_language: asl::QueryLanguage::Jsonata,
///     start_at: "Done".to_owned(),
///     timeout_seconds: None,
///     states: vec![("Done".to_owned(), done)],
/// };
/// assert!(emit::render(&machine).ends_with("\"Type\": \"Succeed\"\n    }\n  }\n}\n"));
/// ```
pub fn render(machine: &StateMachine) -> String {
    let mut text =
        serde_json::to_string_pretty(machine).expect("a state machine has no keys but strings and no I/O");
    text.push('\n');
    text
}

/// The name of the file that says where the states of a workflow come from.
const POSITIONS: &str = ".positions.json";

/// Where the states of each workflow come from, as files beside those of the state machines:
/// `<workflow>.positions.json`, an object of each state's name and its place, `src/workflows/refund.rs:12`.
/// [`write_files`] writes them, [`compare_files`] compares them.
///
/// They are no part of the state machine, which stays the same when its workflow moves in its file.
///
/// # Errors
///
/// When `only` names no workflow.
pub fn positions<'a>(
    dir: &Path,
    entries: impl IntoIterator<Item = &'a CatalogueEntry>,
    only: Option<&str>,
) -> Result<Vec<(PathBuf, String)>, EmitError> {
    let entries: Vec<&CatalogueEntry> = entries.into_iter().collect();
    if let Some(only) = only
        && !entries.iter().any(|entry| entry.meta().name == only)
    {
        let known = entries.iter().map(|entry| entry.meta().name.to_owned()).collect();
        return Err(EmitError::UnknownWorkflow { name: only.to_owned(), known });
    }
    let wanted = entries.into_iter().filter(|entry| only.is_none_or(|only| entry.meta().name == only));
    let file = |entry: &CatalogueEntry| {
        let states: serde_json::Map<String, serde_json::Value> = entry
            .definition()
            .positions()
            .map(|(state, position)| (state.to_owned(), position.to_string().into()))
            .collect();
        (
            dir.join(format!("{}{POSITIONS}", entry.meta().name)),
            format!("{:#}\n", serde_json::Value::Object(states)),
        )
    };
    Ok(wanted.map(file).collect())
}

/// Brings the files in `dir` up to date: those of all workflows, or of the one named by `only`.
///
/// All state machines are checked before any file is touched, and all new contents are on disk
/// before the first of them takes its place, so no reader meets half a file. A directory that does
/// not exist is created.
///
/// # Errors
///
/// When a state machine is not sound, `only` names no workflow, or the file system refuses.
pub fn write<'a>(
    dir: &Path,
    entries: impl IntoIterator<Item = Emitted<'a>>,
    only: Option<&str>,
) -> Result<Written, EmitError> {
    let plan = Plan::new(dir, entries, only)?;
    files::create_directory(dir)?;
    let orphaned = plan.orphaned(dir)?;
    Ok(Written { files: write_files(&plan.files)?, orphaned })
}

/// Brings files of any kind up to date, each given by its path and its text, as [`write()`] does.
///
/// # Errors
///
/// When the file system refuses.
pub fn write_files(texts: &[(PathBuf, String)]) -> Result<Vec<(PathBuf, Change)>, EmitError> {
    let mut written = Vec::new();
    let mut staged = Vec::new();
    for (path, text) in texts {
        if let Some(dir) = path.parent() {
            files::create_directory(dir)?;
        }
        let change = match files::read(path)? {
            None => Change::Created,
            Some(found) if found == text.as_bytes() => Change::Unchanged,
            Some(_) => Change::Updated,
        };
        if change != Change::Unchanged {
            staged.push(files::Staged::new(path, text)?);
        }
        written.push((path.clone(), change));
    }
    for file in staged {
        file.publish()?;
    }
    Ok(written)
}

/// Compares the files in `dir` with what [`write()`] would leave there, and changes nothing.
///
/// # Errors
///
/// When a state machine is not sound, `only` names no workflow, or the file system refuses.
pub fn compare<'a>(
    dir: &Path,
    entries: impl IntoIterator<Item = Emitted<'a>>,
    only: Option<&str>,
) -> Result<Report, EmitError> {
    let plan = Plan::new(dir, entries, only)?;
    let orphaned = plan.orphaned(dir)?;
    Ok(Report { orphaned, ..compare_files(&plan.files)? })
}

/// Compares files of any kind with what [`write_files`] would leave there, and changes nothing.
///
/// # Errors
///
/// When the file system refuses.
pub fn compare_files(texts: &[(PathBuf, String)]) -> Result<Report, EmitError> {
    let mut report = Report::default();
    for (path, text) in texts {
        match files::read(path)? {
            None => report.missing.push(path.clone()),
            Some(found) if found == text.as_bytes() => {}
            Some(found) => report.stale.push(first_difference(path.clone(), &found, text)),
        }
    }
    Ok(report)
}

/// The files that are asked for, with the text that each should have.
struct Plan {
    /// In the order of the workflows.
    files: Vec<(PathBuf, String)>,
    /// The file names of all workflows; absent where one workflow was asked for, as then no file
    /// is known to be an orphan.
    all: Option<HashSet<String>>,
}

impl Plan {
    /// Renders what was asked for, once every state machine has been found sound.
    fn new<'a>(
        dir: &Path,
        entries: impl IntoIterator<Item = Emitted<'a>>,
        only: Option<&str>,
    ) -> Result<Self, EmitError> {
        let entries: Vec<Emitted<'a>> = entries.into_iter().collect();
        if let Some(name) = only
            && !entries.iter().any(|entry| entry.name == name)
        {
            let known = entries.iter().map(|entry| entry.name.to_owned()).collect();
            return Err(EmitError::UnknownWorkflow { name: name.to_owned(), known });
        }
        let mut all = HashSet::new();
        let mut problems = Vec::new();
        for entry in &entries {
            if !is_legal_name(entry.name) {
                return Err(EmitError::IllegalName(entry.name.to_owned()));
            }
            // Two names that differ in case alone are one file on some file systems.
            if !all.insert(file_name(&entry.name.to_ascii_lowercase())) {
                return Err(EmitError::DuplicateName(entry.name.to_owned()));
            }
            problems.extend(problems_of(entry).map(|problem| (entry.name.to_owned(), problem)));
        }
        if !problems.is_empty() {
            return Err(EmitError::Unsound(problems));
        }
        let asked = entries.iter().filter(|entry| only.is_none_or(|name| entry.name == name));
        let files = asked.map(|entry| (dir.join(file_name(entry.name)), render(entry.machine))).collect();
        let all = only.is_none().then(|| entries.iter().map(|entry| file_name(entry.name)).collect());
        Ok(Self { files, all })
    }

    fn orphaned(&self, dir: &Path) -> Result<Vec<PathBuf>, EmitError> {
        let Some(all) = &self.all else { return Ok(Vec::new()) };
        let names = files::names(dir)?;
        let orphaned = names.into_iter().filter(|name| {
            let name = name.to_string_lossy();
            name.ends_with(EXTENSION) && !all.contains(name.as_ref())
        });
        Ok(orphaned.map(|name| dir.join(name)).collect())
    }
}

/// The problems of a workflow or, where it has none, those of its state machine: a workflow that
/// could not be lowered leaves a state machine whose faults are no news.
fn problems_of(entry: &Emitted<'_>) -> impl Iterator<Item = String> {
    let found = match entry.problems {
        [] => asl::check(entry.machine, &entry.placeholders).err().unwrap_or_default(),
        _ => Vec::new(),
    };
    entry.problems.iter().cloned().chain(found.into_iter().map(|problem| problem.to_string()))
}

fn file_name(workflow: &str) -> String {
    format!("{workflow}{EXTENSION}")
}

/// Whether a state machine and a file may have this name. CloudWatch takes fewer characters than
/// Step Functions, so its rule is the one to keep.
/// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>)
fn is_legal_name(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn first_difference(path: PathBuf, found: &[u8], expected: &str) -> Stale {
    let found = String::from_utf8_lossy(found);
    // `lines` would hide a missing newline at the end and the `\r` of a checkout on Windows.
    let mut found = found.split('\n').map(visible);
    let mut expected = expected.split('\n').map(visible);
    let mut line = 0;
    loop {
        line += 1;
        let (found, expected) = (found.next(), expected.next());
        // Bytes that are no UTF-8 read like U+FFFD, so texts that differ may run out together.
        if found != expected || found.is_none() {
            return Stale { path, line, found, expected };
        }
    }
}

fn visible(line: &str) -> String {
    line.replace('\r', "\\r")
}

impl Report {
    /// Whether every file is there and as it would be written, and no other is.
    ///
    /// ```
    /// assert!(workflow_core::emit::Report::default().is_current());
    /// ```
    pub fn is_current(&self) -> bool {
        self.stale.is_empty() && self.missing.is_empty() && self.orphaned.is_empty()
    }
}

/// One paragraph for each file that differs, each ending in a newline; nothing where none does.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stale.iter().try_for_each(|stale| writeln!(f, "{stale}"))?;
        self.missing.iter().try_for_each(|path| writeln!(f, "missing: {}", path.display()))?;
        self.orphaned
            .iter()
            .try_for_each(|path| writeln!(f, "orphaned: {} (no workflow has this name)", path.display()))
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |line: &Option<String>| line.clone().unwrap_or_else(|| "(the file ends)".to_owned());
        writeln!(f, "stale: {}, first at line {}", self.path.display(), self.line)?;
        writeln!(f, "  in the file: {}", text(&self.found))?;
        write!(f, "  in the code: {}", text(&self.expected))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        })
    }
}

fn listed(known: &[String]) -> String {
    if known.is_empty() {
        return "there are none".to_owned();
    }
    format!("there are {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

fn lines(problems: &[(String, String)]) -> String {
    problems.iter().map(|(workflow, problem)| format!("\n  {workflow}: {problem}")).collect()
}

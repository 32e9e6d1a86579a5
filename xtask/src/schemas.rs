//! The schemas that are checked in, and what a change of the code breaks of what they said.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;
use serde_json::Value;
use workflow_core::schema;

use crate::workspace;

/// The schema of every workflow that was asked for, with the file that it belongs into.
pub(crate) struct Schemas {
    schemas: Vec<(&'static str, Value)>,
    files: Vec<(PathBuf, String)>,
}

impl Schemas {
    /// The schemas for a directory: of all workflows, or of one.
    pub(crate) fn new(dir: PathBuf, only: Option<&str>) -> Self {
        let catalogue = order_workflow::workflows::catalogue();
        let asked = catalogue.iter().filter(|entry| only.is_none_or(|name| entry.meta().name == name));
        let schemas: Vec<(&str, Value)> = asked.map(|entry| (entry.meta().name, schema::of(entry))).collect();
        let files = schemas.iter().map(|(name, schema)| (dir.join(file_name(name)), format!("{schema:#}\n")));
        let files = files.collect();
        Self { schemas, files }
    }

    /// The files and their texts.
    pub(crate) fn files(&self) -> &[(PathBuf, String)] {
        &self.files
    }

    /// What the code breaks of what the files say.
    pub(crate) fn broken(&self) -> anyhow::Result<Vec<String>> {
        self.changes(|_, path| match fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
        })
    }

    /// What the code breaks of what the checked-in files said at a revision of git.
    pub(crate) fn broken_since(&self, revision: &str) -> anyhow::Result<Vec<String>> {
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command.arg("-C").arg(workspace::root()).args(arguments).output().context("could not run git")
        };
        let known = git(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?;
        anyhow::ensure!(known.status.success(), "`{revision}` is not a revision of this repository");
        self.changes(|name, _| {
            let object = format!("{revision}:order-workflow/schemas/{}", file_name(name));
            let shown = git(&["show", &object])?;
            // The workflow is newer than the revision.
            Ok(shown.status.success().then(|| String::from_utf8_lossy(&shown.stdout).into_owned()))
        })
    }

    fn changes(
        &self,
        before: impl Fn(&str, &Path) -> anyhow::Result<Option<String>>,
    ) -> anyhow::Result<Vec<String>> {
        let mut broken = Vec::new();
        for ((name, now), (path, _)) in self.schemas.iter().zip(&self.files) {
            let Some(text) = before(name, path)? else { continue };
            // What is no JSON is stale, and says nothing of what was.
            let Ok(before) = serde_json::from_str(&text) else { continue };
            broken.extend(schema::changes(&before, now).iter().map(|change| format!("{name}: {change}")));
        }
        Ok(broken)
    }
}

fn file_name(workflow: &str) -> String {
    format!("{workflow}.schema.json")
}

//! The file system, with errors that name what was tried and where.

use std::{
    ffi::OsString,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use super::EmitError;

/// Creates a directory and its parents, where they do not exist.
pub(super) fn create_directory(dir: &Path) -> Result<(), EmitError> {
    fs::create_dir_all(dir).map_err(failed("create the directory", dir))
}

/// The content of a file, or nothing where there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, EmitError> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// The names in a directory in alphabetical order; none where there is no directory.
pub(super) fn names(dir: &Path) -> Result<Vec<OsString>, EmitError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("list the directory", dir)(error)),
    };
    let names: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
    let mut names = names.map_err(failed("list the directory", dir))?;
    names.sort();
    Ok(names)
}

/// A new content that waits beside its file, and is removed unless it is published.
///
/// It stands in the same directory because a rename is atomic only within one file system.
pub(super) struct Staged<'a> {
    target: &'a Path,
    temporary: Temporary,
}

struct Temporary(PathBuf);

impl<'a> Staged<'a> {
    /// Writes the content to disk, under a name that no other writer uses.
    pub(super) fn new(target: &'a Path, content: &str) -> Result<Self, EmitError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}-{}.tmp", process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let path = target.with_file_name(name);
        let mut file = fs::File::create(&path).map_err(failed("write", target))?;
        let staged = Self { target, temporary: Temporary(path) };
        file.write_all(content.as_bytes()).and_then(|()| file.sync_all()).map_err(failed("write", target))?;
        Ok(staged)
    }

    /// Puts the content in the place of its file.
    pub(super) fn publish(self) -> Result<(), EmitError> {
        fs::rename(&self.temporary.0, self.target).map_err(failed("write", self.target))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove, and on the way out of a failure that
        // failure is what matters.
        let _ = fs::remove_file(&self.0);
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> EmitError {
    let path = path.to_owned();
    move |source| EmitError::Io { action, path, source }
}

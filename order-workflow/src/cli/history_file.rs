//! The file that an execution's history goes to: there in full, or untouched.
//!
//! The events are written beside the file and put in its place at the end. The file beside it is
//! created before the execution starts, so that a directory that cannot be written to is found out
//! while nothing has happened yet.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use workflow_core::History;

/// A history that is not written yet.
pub(crate) struct HistoryFile {
    path: PathBuf,
    beside: Beside,
    file: File,
}

/// Why a history cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write the history {}: {source}", path.display())]
pub(crate) struct HistoryFileError {
    path: PathBuf,
    source: io::Error,
}

/// A file that is removed unless it was put in its place.
struct Beside(Option<PathBuf>);

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // It lies in nobody's way if it cannot be removed.
            let _ = fs::remove_file(path);
        }
    }
}

impl HistoryFile {
    /// Makes sure that the file can be written, without touching it.
    pub(crate) fn reserve(path: &Path) -> Result<Self, HistoryFileError> {
        let reserved = match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if found.permissions().readonly() => Err(io::ErrorKind::PermissionDenied.into()),
            // A pipe or a device such as /dev/null cannot be replaced, and need not be.
            Ok(found) if !found.is_file() => {
                OpenOptions::new().write(true).open(path).map(|file| (Beside(None), file))
            }
            Ok(_) => create_beside(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => create_beside(path),
            Err(error) => Err(error),
        };
        match reserved {
            Ok((beside, file)) => Ok(Self { path: path.to_owned(), beside, file }),
            Err(source) => Err(HistoryFileError { path: path.to_owned(), source }),
        }
    }

    /// Writes the events as `GetExecutionHistory` shows them.
    pub(crate) fn write(mut self, history: &History) -> Result<(), HistoryFileError> {
        self.try_write(history).map_err(|source| HistoryFileError { path: self.path.clone(), source })
    }

    fn try_write(&mut self, history: &History) -> io::Result<()> {
        let mut writer = BufWriter::new(&self.file);
        serde_json::to_writer_pretty(&mut writer, &serde_json::json!({ "events": history }))?;
        writer.write_all(b"\n")?;
        writer.flush()?;
        if let Some(beside) = &self.beside.0 {
            fs::rename(beside, &self.path)?;
            self.beside.0 = None;
        }
        Ok(())
    }
}

fn create_beside(path: &Path) -> io::Result<(Beside, File)> {
    let Some(name) = path.file_name() else { return Err(io::ErrorKind::InvalidFilename.into()) };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.partial", std::process::id()));
    let beside = path.with_file_name(hidden);
    let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    Ok((Beside(Some(beside)), file))
}

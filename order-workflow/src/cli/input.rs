//! Where an execution's input comes from.

use std::{
    convert::Infallible,
    fmt,
    fs::File,
    io::{self, Read},
    path::PathBuf,
    str::FromStr,
};

use serde::de::IgnoredAny;
use workflow_core::MAX_DATA_BYTES;

/// A file, or standard input.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Stdin,
}

/// Why there is no input.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("could not read {from}: {source}")]
    Unreadable { from: Source, source: io::Error },
    #[error("{from} has more than {MAX_DATA_BYTES} bytes, which is all that Step Functions allows")]
    TooLarge { from: Source },
    #[error("{from} is not UTF-8 text: the first {valid} bytes are")]
    NotText { from: Source, valid: usize },
    #[error("{from} is not JSON: {error}")]
    NotJson { from: Source, error: serde_json::Error },
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" { Self::Stdin } else { Self::File(text.into()) })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

impl Source {
    /// The JSON text that it holds.
    pub(crate) fn read(&self) -> Result<String, SourceError> {
        let from = || self.clone();
        let bytes = match self {
            Self::File(path) => File::open(path).and_then(read_up_to_limit),
            Self::Stdin => read_up_to_limit(io::stdin()),
        };
        let bytes = bytes.map_err(|source| SourceError::Unreadable { from: from(), source })?;
        if bytes.len() > MAX_DATA_BYTES {
            return Err(SourceError::TooLarge { from: from() });
        }
        let text = String::from_utf8(bytes).map_err(|error| SourceError::NotText {
            from: from(),
            valid: error.utf8_error().valid_up_to(),
        })?;
        match serde_json::from_str::<IgnoredAny>(&text) {
            Ok(_) => Ok(text),
            Err(error) => Err(SourceError::NotJson { from: from(), error }),
        }
    }
}

/// All bytes, or one more than an input may have.
fn read_up_to_limit(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_DATA_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

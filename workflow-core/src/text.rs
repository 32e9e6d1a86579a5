//! Texts that events, calls and outcomes share.

use std::{cell::Cell, fmt, ops::Deref, sync::Arc};

use serde::{Serialize, Serializer};

use crate::limits::MAX_DATA_BYTES;

/// A text that is cheap to share: a constant, or counted.
#[derive(Clone)]
pub enum Text {
    /// A constant of the program.
    Static(&'static str),
    /// A text made while running.
    Shared(Arc<str>),
}

impl Text {
    /// A value as JSON.
    ///
    /// The text is built in a buffer that the thread keeps, so that it is allocated once and in its
    /// own size.
    ///
    /// # Errors
    ///
    /// When serde cannot write the value, such as a map whose keys are no strings.
    ///
    /// ```
    /// assert_eq!(&*workflow_core::Text::json(&(1, "a")).unwrap(), r#"[1,"a"]"#);
    /// ```
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        // Taken, not borrowed: a `Serialize` may itself write JSON.
        let mut buffer = BUFFER.take();
        buffer.clear();
        let text = serde_json::to_writer(&mut buffer, value)
            .and_then(|()| str::from_utf8(&buffer).map_err(serde::ser::Error::custom))
            .map(|text| Self::Shared(text.into()));
        if buffer.capacity() <= MAX_DATA_BYTES {
            BUFFER.set(buffer);
        }
        text
    }
}

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::Static(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Shared(text.into())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

//! Points and lengths of time that survive JSON.
//!
//! A [`Timestamp`] is written as Step Functions writes its own, `2026-01-01T00:00:00.000Z`; a
//! [`TimeSpan`] is a number of seconds. Both count whole milliseconds, which is what JSONata's
//! `$toMillis` and `$fromMillis` know. They are types of our own so that no library of dates is part
//! of anybody's interface.
//!
//! ```
//! use workflow_core::time::{TimeSpan, Timestamp};
//!
//! let sent: Timestamp = "2026-02-27T23:30:00+01:00".parse()?;
//! let due = sent + TimeSpan::from_secs(2 * 86_400);
//! assert_eq!(due.to_string(), "2026-03-01T22:30:00.000Z");
//! assert_eq!(due - sent, TimeSpan::from_secs(172_800));
//! assert_eq!(serde_json::to_string(&TimeSpan::from_millis(1_500))?, "1.5");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod span;
mod timestamp;

pub use span::TimeSpan;
pub use timestamp::{ParseTimestampError, Timestamp};

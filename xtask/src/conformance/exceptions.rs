//! The cases that are known to come out otherwise, and why.

/// Each case with the reason.
const KNOWN: &[(&str, &str)] = &[];

/// Why a case may come out otherwise.
pub(super) fn reason(id: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == id).map(|(_, reason)| *reason)
}

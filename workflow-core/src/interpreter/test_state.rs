//! TestState: one state, run alone.

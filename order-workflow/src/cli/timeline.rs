//! An execution as people read it: a line for each state, and how it ended.

use std::{fmt::Write, time::Duration};

use workflow_core::Status;

use super::ended::Ended;

/// Whether to mark success and failure with colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    Always,
    Never,
}

impl Colour {
    /// Colours for a terminal, unless its user wants none. (<https://no-color.org>)
    pub(crate) fn for_terminal(is_terminal: bool) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if is_terminal && !unwanted { Self::Always } else { Self::Never }
    }

    fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    fn bad(self, text: &str) -> String {
        self.paint("31", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Always => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::Never => text.to_owned(),
        }
    }
}

/// The lines of a finished execution.
pub(crate) fn timeline(workflow: &str, report: &Ended, colour: Colour) -> String {
    let visits = report.history().visits();
    let width = visits.iter().map(|visit| visit.state.chars().count()).max().unwrap_or_default();
    let mut lines = format!("{workflow}\n");
    for visit in &visits {
        let mark = if visit.error.is_some() { colour.bad("✗") } else { colour.good("✓") };
        let mut line = format!("  {mark} {:width$}  {:>8}", visit.state, duration(visit.duration));
        if visit.attempts > 1 {
            line += &format!("  {} attempts", visit.attempts);
        }
        if let Some(error) = visit.error {
            line += &format!("  {}", colour.bad(error));
        }
        lines += line.trim_end();
        lines.push('\n');
    }
    let outcome = report.outcome();
    let status = match outcome.status {
        Status::Succeeded => colour.good("succeeded"),
        Status::Failed => colour.bad("failed"),
        Status::TimedOut => colour.bad("timed out"),
        Status::Aborted => colour.bad("aborted"),
    };
    // Writing to a string cannot fail.
    let _ = write!(lines, "{status} after {}", duration(report.elapsed()));
    if let Some(error) = &outcome.error {
        let _ = write!(lines, " with {}", colour.bad(error));
    }
    lines.push('\n');
    lines
}

/// A duration in the unit that suits it.
fn duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0 => "<1 ms".to_owned(),
        1..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.1} s", duration.as_secs_f64()),
        _ => format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_unit_that_suits_them() {
        let shown = [0, 999, 1_500, 61_000].map(|millis| duration(Duration::from_millis(millis)));
        assert_eq!(shown, ["<1 ms", "999 ms", "1.5 s", "1 min 1 s"]);
    }

    #[test]
    fn without_a_terminal_there_are_no_colours() {
        assert_eq!(Colour::for_terminal(false), Colour::Never);
        assert_eq!(Colour::Never.bad("failed"), "failed");
    }
}

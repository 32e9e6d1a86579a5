//! `cargo xtask graph`: draws a definition.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use workflow_core::asl::{graph, validate};

/// Draw a definition in the Amazon States Language, to stdout.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The file with the definition.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What to write it in.
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For Markdown.
    Mermaid,
    /// For Graphviz.
    Dot,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let file = arguments.file.display();
    let text = std::fs::read_to_string(&arguments.file).with_context(|| format!("could not read {file}"))?;
    let (definition, _) = validate::read(&text).map_err(|found| anyhow::anyhow!("{file}: {found}"))?;
    if !definition["States"].is_object() {
        bail!("{file}: this is no definition: it has no `States`");
    }
    let format = match arguments.format {
        Format::Mermaid => graph::Format::Mermaid,
        Format::Dot => graph::Format::Dot,
    };
    io::stdout().write_all(graph::draw(&definition, format).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

//! Installs tools that are not Rust's, each into a folder of its own under `target/`.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

/// Whether a program is there and does this.
pub(crate) fn works(program: impl AsRef<Path>, arguments: &[&str]) -> bool {
    let mut command = Command::new(program.as_ref());
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Installs into a folder, unless exactly this was installed there before.
pub(crate) fn once(
    folder: &Path,
    what: &str,
    install: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == what) {
        return Ok(());
    }
    writeln!(io::stderr(), "installing into {}", folder.display())?;
    install(folder)?;
    fs::write(&stamp, what).with_context(|| format!("could not write {}", stamp.display()))
}

/// Makes an environment of Python with these requirements.
pub(crate) fn environment(python: &Path, folder: &Path, requirements: &str) -> anyhow::Result<()> {
    step(Command::new(python).args(["-m", "venv", "--clear"]).arg(folder))?;
    let list = folder.join("requirements.txt");
    fs::write(&list, requirements).with_context(|| format!("could not write {}", list.display()))?;
    let mut install = Command::new(folder.join("bin/python"));
    step(install.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(list))
}

/// Runs a command, which has to succeed.
pub(crate) fn step(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().with_context(|| shown.clone())?;
    if !output.status.success() {
        bail!("{shown} fails; is there a package index?\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

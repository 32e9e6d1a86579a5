//! Sets the engines up under `target/engines`: two Python environments, and npm's packages.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

use crate::workspace;

/// What each Python environment has. moto wants other versions of what both need.
const ENVIRONMENTS: [(&str, &str); 2] = [
    ("sfnx", include_str!("../../../engines/sfnx.txt")),
    ("moto", include_str!("../../../engines/moto.txt")),
];
const PACKAGE: &str = include_str!("../../../engines/package.json");
const LOCK: &str = include_str!("../../../engines/package-lock.json");

/// The engines, installed.
pub(super) struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Installs what is not there yet.
    pub(super) fn set_up() -> anyhow::Result<Self> {
        let missing: Vec<&str> = [
            (
                "python3",
                ["-c", "import sys; assert sys.version_info >= (3, 11)"].as_slice(),
                "Python 3.11 or later, as `python3`",
            ),
            ("python3", &["-c", "import venv, ensurepip"], "Python's venv (Debian has it as python3-venv)"),
            (
                "node",
                &["-e", "if (parseInt(process.versions.node) < 18) process.exit(1)"],
                "Node.js 18 or later, as `node` (Debian has it as nodejs)",
            ),
            ("npm", &["--version"], "npm"),
        ]
        .into_iter()
        .filter(|(program, arguments, _)| !works(program, arguments))
        .map(|(_, _, name)| name)
        .collect();
        if !missing.is_empty() {
            bail!("missing: {}", missing.join("; "));
        }
        let folder = workspace::root().join("target/engines");
        fs::create_dir_all(&folder).with_context(|| format!("could not create {}", folder.display()))?;
        for (name, requirements) in ENVIRONMENTS {
            once(&folder.join(name), requirements, |environment| {
                let list = folder.join(format!("{name}.txt"));
                fs::write(&list, requirements)?;
                step(Command::new("python3").args(["-m", "venv", "--clear"]).arg(environment))?;
                let mut install = Command::new(environment.join("bin/python"));
                step(install.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(list))
            })?;
        }
        once(&folder.join("node"), &format!("{PACKAGE}{LOCK}"), |directory| {
            fs::create_dir_all(directory)?;
            fs::write(directory.join("package.json"), PACKAGE)?;
            fs::write(directory.join("package-lock.json"), LOCK)?;
            step(
                Command::new("npm")
                    .args(["ci", "--silent", "--no-audit", "--no-fund"])
                    .current_dir(directory),
            )
        })?;
        Ok(Self { folder })
    }

    /// Python with sfnx and statelint.
    pub(super) fn python(&self) -> Command {
        Command::new(self.folder.join("sfnx/bin/python"))
    }

    /// Python with moto.
    pub(super) fn moto(&self) -> Command {
        Command::new(self.folder.join("moto/bin/python"))
    }

    pub(super) fn node(&self) -> Command {
        Command::new("node")
    }

    /// Where npm's packages are.
    pub(super) fn modules(&self) -> PathBuf {
        self.folder.join("node/node_modules")
    }
}

fn works(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Installs into a folder, unless exactly this was installed there before.
fn once(folder: &Path, what: &str, install: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == what) {
        return Ok(());
    }
    writeln!(io::stderr(), "installing into {}", folder.display())?;
    install(folder)?;
    fs::write(&stamp, what).with_context(|| format!("could not write {}", stamp.display()))
}

fn step(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().with_context(|| shown.clone())?;
    if !output.status.success() {
        bail!("{shown} fails; is there a package index?\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

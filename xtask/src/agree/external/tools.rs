//! Sets the engines up under `target/engines`: three Python environments, and npm's packages.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};

use crate::{
    install::{environment, once, step, works},
    workspace,
};

/// What each Python environment has. They want other versions of what they share, and moto is large.
const SFNX: &str = include_str!("../../../engines/sfnx.txt");
const MOTO: &str = include_str!("../../../engines/moto.txt");
const MINISTACK: &str = include_str!("../../../engines/ministack.txt");
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
        let tools = Self { folder };
        tools.environment("sfnx", SFNX)?;
        tools.environment("ministack", MINISTACK)?;
        Ok(tools)
    }

    /// Python with sfnx and statelint.
    pub(super) fn python(&self) -> Command {
        Command::new(self.folder.join("sfnx/bin/python"))
    }

    /// Python with moto, which is installed when it is first asked for.
    pub(super) fn moto(&self) -> anyhow::Result<Command> {
        self.environment("moto", MOTO)?;
        Ok(Command::new(self.folder.join("moto/bin/python")))
    }

    /// Python with MiniStack.
    pub(super) fn ministack(&self) -> Command {
        let mut python = Command::new(self.folder.join("ministack/bin/python"));
        python.env("PYTHONPATH", workspace::root().join("xtask/ministack"));
        python
    }

    /// Where MiniStack writes what it has to say.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("ministack.log")
    }

    fn environment(&self, name: &str, requirements: &str) -> anyhow::Result<()> {
        once(&self.folder.join(name), requirements, |folder| {
            environment(Path::new("python3"), folder, requirements)
        })
    }

    pub(super) fn node(&self) -> Command {
        Command::new("node")
    }

    /// Where npm's packages are.
    pub(super) fn modules(&self) -> PathBuf {
        self.folder.join("node/node_modules")
    }
}

//! A crate outside this workspace that depends on `workflow-core` by path compiles, runs and emits:
//! what `newcomer/` uses is all public.

use std::{fs, path::Path, process::Command};

#[test]
fn a_crate_outside_the_workspace_compiles_runs_and_emits() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = here.join("tests/newcomer");
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("newcomer");
    fs::create_dir_all(copy.join("src")).unwrap();
    let manifest = fs::read_to_string(source.join("Cargo.toml")).unwrap();
    let path = format!("path = {here:?}");
    fs::write(copy.join("Cargo.toml"), manifest.replace("path = \"../..\"", &path)).unwrap();
    fs::copy(source.join("src/lib.rs"), copy.join("src/lib.rs")).unwrap();
    // The versions that the workspace was built with are at hand.
    fs::copy(here.join("../Cargo.lock"), copy.join("Cargo.lock")).unwrap();

    let output = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--manifest-path"])
        .arg(copy.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(copy.join("target"))
        // What the outer `cargo` set for this crate is not for that one.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("4 passed"), "{}", text(&output.stdout));
}

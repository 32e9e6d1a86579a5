//! Where things are in the workspace, and how paths are shown.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The directory of the workspace.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// A path as seen from the current directory, where it lies inside; absolute otherwise.
pub(crate) fn seen_from_here(path: &Path) -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    match path.strip_prefix(here) {
        Ok(inside) if inside != Path::new("") => inside.to_owned(),
        _ => path.to_owned(),
    }
}

//! Where output goes: standard output, or a file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::render::{Lang, TableStyle};

/// Width of a table that is written to a file.
const FILE_WIDTH: u16 = 100;

/// Whether a file can be where one is named; asked before anything is read, which may take hours.
pub(super) fn check(path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    if path.is_dir() {
        bail!(
            "cannot write `{0}`: it is a directory; name a file in it: --output {0}/FILE",
            path.display().to_string().trim_end_matches('/')
        );
    }
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) if !parent.is_dir() => {
            bail!(
                "cannot write `{}`: there is no directory `{}`; make it first",
                path.display(),
                parent.display()
            )
        }
        _ => Ok(()),
    }
}

/// Writes to standard output, or to a file where one is named.
pub(super) fn write(
    path: Option<&Path>,
    render: impl Fn(TableStyle, &mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let Some(path) = path else {
        let mut out = io::BufWriter::new(io::stdout().lock());
        render(super::table_style(), &mut out)?;
        out.flush()?;
        return Ok(());
    };
    let mut bytes = Vec::new();
    render(TableStyle { width: FILE_WIDTH, color: false, lang: Lang::En }, &mut bytes)?;
    write_whole(path, &bytes, false).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Writes beside the target and renames, so that no reader ever sees half a report. A program may be run by all who may read it.
pub(super) fn write_whole(path: &Path, bytes: &[u8], is_program: bool) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        // A device or pipe takes bytes; a rename would replace it. A directory says so itself.
        return fs::write(path, bytes);
    }
    let temporary = temporary(path);
    let written = fs::write(&temporary, bytes)
        .and_then(|()| if is_program { make_program(&temporary) } else { Ok(()) })
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // Best effort: the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Where a file is written before it gets its name.
pub(super) fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

/// Lets all run a file who may read it.
#[cfg(unix)]
fn make_program(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

/// Nothing says so elsewhere.
#[cfg(not(unix))]
fn make_program(_path: &Path) -> io::Result<()> {
    Ok(())
}

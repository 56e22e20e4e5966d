//! Local files, directories and globs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::WalkDir;

use super::{Location, LogObject};
use crate::inventory::InventoryFile;

/// Largest inventory file that is read, bytes; a describe answer of 10,000 interfaces is about 20 MiB.
pub const MAX_INVENTORY_FILE_BYTES: u64 = 512 << 20;

/// Why the inputs cannot be listed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Nothing of that name.
    #[error(
        "`{input}` does not exist: give a file, a directory, a glob such as 'logs/*.gz', or - for standard input"
    )]
    Missing {
        /// As the user wrote it.
        input: String,
    },
    /// A glob that matches nothing.
    #[error("the glob `{input}` matches nothing")]
    NoMatch {
        /// As the user wrote it.
        input: String,
    },
    /// A glob that is not one.
    #[error("`{input}` is not a valid glob: {reason}")]
    BadGlob {
        /// As the user wrote it.
        input: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The operating system refuses.
    #[error("cannot read `{path}`: {reason}")]
    Io {
        /// Path concerned.
        path: String,
        /// The system's own words.
        reason: io::Error,
    },
}

/// What lies below the inputs.
#[derive(Debug, Default)]
pub struct Listing {
    /// Objects in order of name.
    pub objects: Vec<LogObject>,
    /// Directories named `inventory` right below an input directory; not searched for logs.
    pub inventory_dirs: Vec<PathBuf>,
    /// Entries that could not be listed: name and reason.
    pub unreadable: Vec<(String, String)>,
}

/// Lists every input: a file, a directory (recursive), a glob, or `-`.
///
/// # Errors
/// When an input does not exist, or a glob is wrong or matches nothing.
pub fn list(inputs: &[String]) -> Result<Listing, SourceError> {
    let mut listing = Listing::default();
    for input in inputs {
        if input == "-" {
            listing.objects.push(LogObject {
                name: "-".to_owned(),
                location: Location::Stdin,
                size_bytes: 0,
                explicit: true,
            });
            continue;
        }
        let path = Path::new(input);
        if path.exists() {
            add(path, true, &mut listing)?;
        } else if input.contains(['*', '?', '[']) {
            let paths = glob::glob(input)
                .map_err(|error| SourceError::BadGlob { input: input.clone(), reason: error.to_string() })?;
            let before = listing.objects.len();
            for found in paths {
                match found {
                    Ok(path) => add(&path, false, &mut listing)?,
                    Err(error) => {
                        listing
                            .unreadable
                            .push((error.path().display().to_string(), error.error().to_string()));
                    }
                }
            }
            if listing.objects.len() == before {
                return Err(SourceError::NoMatch { input: input.clone() });
            }
        } else {
            return Err(SourceError::Missing { input: input.clone() });
        }
    }
    listing.objects.sort();
    listing.objects.dedup_by(|a, b| a.location == b.location);
    listing.inventory_dirs.sort();
    listing.inventory_dirs.dedup();
    Ok(listing)
}

fn add(path: &Path, explicit: bool, listing: &mut Listing) -> Result<(), SourceError> {
    let metadata =
        fs::metadata(path).map_err(|reason| SourceError::Io { path: path.display().to_string(), reason })?;
    if !metadata.is_dir() {
        listing.objects.push(LogObject {
            name: path.display().to_string(),
            location: Location::File(path.to_owned()),
            size_bytes: metadata.len(),
            explicit,
        });
        return Ok(());
    }
    let inventory = path.join("inventory");
    if inventory.is_dir() {
        listing.inventory_dirs.push(inventory.clone());
    }
    let walk = WalkDir::new(path).follow_links(true).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| entry.path() != inventory) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let size_bytes = entry.metadata().map_or(0, |metadata| metadata.len());
                listing.objects.push(LogObject {
                    name: entry.path().display().to_string(),
                    location: Location::File(entry.into_path()),
                    size_bytes,
                    explicit: false,
                });
            }
            Ok(_) => {}
            Err(error) => {
                let name = error
                    .path()
                    .map_or_else(|| path.display().to_string(), |path| path.display().to_string());
                listing.unreadable.push((name, error.to_string()));
            }
        }
    }
    Ok(())
}

/// Reads every file below an inventory directory.
///
/// # Errors
/// When the directory itself cannot be read, or a file is larger than [`MAX_INVENTORY_FILE_BYTES`].
pub fn read_inventory(directory: &Path) -> Result<Vec<InventoryFile>, SourceError> {
    let io_error = |path: &Path, reason| SourceError::Io { path: path.display().to_string(), reason };
    let mut files = Vec::new();
    if !directory.is_dir() {
        return Err(io_error(
            directory,
            io::Error::other("not a directory; `flowtoll inventory script` fills one"),
        ));
    }
    for entry in WalkDir::new(directory).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| io_error(directory, io::Error::other(error)))?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path();
        let size = entry.metadata().map_or(0, |metadata| metadata.len());
        if size > MAX_INVENTORY_FILE_BYTES {
            return Err(io_error(
                path,
                io::Error::other(format!(
                    "larger than {MAX_INVENTORY_FILE_BYTES} bytes (MAX_INVENTORY_FILE_BYTES)"
                )),
            ));
        }
        let bytes = fs::read(path).map_err(|reason| io_error(path, reason))?;
        let relative = path.strip_prefix(directory).unwrap_or(path);
        let name: Vec<String> =
            relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        files.push(InventoryFile { path: name.join("/"), bytes });
    }
    Ok(files)
}

/// Reads a small text file, such as a price override.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, SourceError> {
    fs::read_to_string(path).map_err(|reason| SourceError::Io { path: path.display().to_string(), reason })
}

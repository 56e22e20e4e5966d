//! Local files, directories and globs.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

use super::remote::S3Uri;
use super::{Location, LogObject};
use crate::inventory::InventoryFile;
use crate::model::fingerprint::fingerprint;

/// Largest inventory file that is read, bytes; a describe answer of 10,000 interfaces is about 20 MiB.
pub const MAX_INVENTORY_FILE_BYTES: u64 = 512 << 20;

/// Why the inputs cannot be listed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Nothing of that name.
    #[error(
        "`{input}` does not exist: give a file, a directory, a glob such as 'logs/*.gz', s3://BUCKET/PREFIX, or - for standard input"
    )]
    Missing {
        /// As the user wrote it.
        input: String,
    },
    /// No bucket in an input of S3.
    #[error("`{input}` names no bucket: write s3://BUCKET/PREFIX")]
    NoBucket {
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
    /// Inputs in S3; nothing of them is listed yet.
    pub s3: Vec<S3Uri>,
    /// Entries that could not be listed: name and reason.
    pub unreadable: Vec<(String, String)>,
}

/// Lists every input: a file, a directory (recursive), a glob, or `-`. An object that is reached in several ways, by
/// another spelling, a directory above it or a link, is listed once.
///
/// # Errors
/// When an input does not exist, or a glob is wrong or matches nothing.
pub fn list(inputs: &[String]) -> Result<Listing, SourceError> {
    let mut found = Found::default();
    for input in inputs {
        if input == "-" {
            found.add_object(Location::Stdin, Path::new("-"), 0, true);
            continue;
        }
        if let Some(uri) = S3Uri::parse(input) {
            if uri.bucket.is_empty() {
                return Err(SourceError::NoBucket { input: input.clone() });
            }
            found.listing.s3.push(uri);
            continue;
        }
        let path = Path::new(input);
        if path.exists() {
            found.add(path, true)?;
        } else if input.contains(['*', '?', '[']) {
            let paths = glob::glob(input)
                .map_err(|error| SourceError::BadGlob { input: input.clone(), reason: error.to_string() })?;
            let before = found.reached;
            for path in paths {
                match path {
                    Ok(path) => found.add(&path, false)?,
                    Err(error) => {
                        let name = error.path().display().to_string();
                        found.listing.unreadable.push((name, error.error().to_string()));
                    }
                }
            }
            if found.reached == before {
                return Err(SourceError::NoMatch { input: input.clone() });
            }
        } else {
            return Err(SourceError::Missing { input: input.clone() });
        }
    }
    Ok(found.into_listing())
}

/// What was found so far.
#[derive(Default)]
struct Found {
    listing: Listing,
    /// Objects reached, those reached again included.
    reached: usize,
    /// For each file, by the fingerprint of its canonical path, its place in the listing and its canonical directory.
    places: HashMap<u128, (usize, usize)>,
    /// Canonical directories of files.
    directories: Vec<PathBuf>,
    /// Their numbers.
    numbers: HashMap<PathBuf, usize>,
    /// Canonical paths of directories as they were reached.
    canonical: HashMap<PathBuf, PathBuf>,
}

impl Found {
    fn add(&mut self, path: &Path, explicit: bool) -> Result<(), SourceError> {
        let metadata = fs::metadata(path)
            .map_err(|reason| SourceError::Io { path: path.display().to_string(), reason })?;
        if !metadata.is_dir() {
            let identity = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            self.add_object(Location::File(path.into()), &identity, metadata.len(), explicit);
            return Ok(());
        }
        let inventory = path.join("inventory");
        if inventory.is_dir() {
            self.listing.inventory_dirs.push(inventory.clone());
        }
        let walk = WalkDir::new(path).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(|entry| entry.path() != inventory) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    let size_bytes = entry.metadata().map_or(0, |metadata| metadata.len());
                    let identity = self.identity(&entry);
                    let location = Location::File(entry.into_path().into_boxed_path());
                    self.add_object(location, &identity, size_bytes, false);
                }
                Ok(_) => {}
                Err(error) => {
                    let name = error.path().unwrap_or(path).display().to_string();
                    // The system's own words, where there are any: the rest would name the path twice.
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    self.listing.unreadable.push((name, reason));
                }
            }
        }
        Ok(())
    }

    /// The canonical path of a file. Its directory's is asked for once, not once per file.
    fn identity(&mut self, entry: &DirEntry) -> PathBuf {
        let path = entry.path();
        let parent = path.parent().unwrap_or(path);
        if entry.path_is_symlink() {
            return fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        }
        if !self.canonical.contains_key(parent) {
            let canonical = fs::canonicalize(parent).unwrap_or_else(|_| parent.to_owned());
            self.canonical.insert(parent.to_owned(), canonical);
        }
        self.canonical[parent].join(entry.file_name())
    }

    /// The number of a directory.
    fn directory(&mut self, path: &Path) -> usize {
        if let Some(number) = self.numbers.get(path) {
            return *number;
        }
        self.directories.push(path.to_owned());
        self.numbers.insert(path.to_owned(), self.directories.len() - 1);
        self.directories.len() - 1
    }

    fn add_object(&mut self, location: Location, identity: &Path, size_bytes: u64, explicit: bool) {
        self.reached += 1;
        let object = LogObject { location, size_bytes, etag: None, explicit };
        let directory = self.directory(identity.parent().unwrap_or(identity));
        let objects = &mut self.listing.objects;
        let Some((place, _)) = self.places.get(&fingerprint(identity.as_os_str().as_encoded_bytes())) else {
            let place = (objects.len(), directory);
            self.places.insert(fingerprint(identity.as_os_str().as_encoded_bytes()), place);
            objects.push(object);
            return;
        };
        // The smallest name, whatever order the inputs came in; named by the user if it was once.
        let known = &mut objects[*place];
        let explicit = explicit || known.explicit;
        if object.name() < known.name() {
            *known = object;
        }
        known.explicit = explicit;
    }

    fn into_listing(mut self) -> Listing {
        let canonical = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        self.listing.inventory_dirs.sort();
        let mut inventories: Vec<PathBuf> = Vec::new();
        self.listing.inventory_dirs.retain(|path| {
            let identity = canonical(path);
            let new = !inventories.contains(&identity);
            inventories.push(identity);
            new
        });
        // Another input may have led into an inventory, such as a glob beside its directory.
        let mut inside = vec![false; self.listing.objects.len()];
        let in_inventory: Vec<bool> = self
            .directories
            .iter()
            .map(|directory| inventories.iter().any(|inventory| directory.starts_with(inventory)))
            .collect();
        for (place, directory) in self.places.values() {
            inside[*place] = in_inventory[*directory];
        }
        let mut inside = inside.into_iter();
        self.listing.objects.retain(|object| !inside.next().unwrap_or(false) || object.explicit);
        self.listing.objects.sort_by(|a, b| a.name().cmp(&b.name()));
        self.listing
    }
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

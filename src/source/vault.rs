//! A directory whose files never change: each is written under a temporary name, brought to the disk, and only then gets its
//! name. Who is killed at any moment leaves at most a temporary file.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use thiserror::Error;

use super::{Location, LogObject};

/// What temporary names begin with.
pub const TEMPORARY: &str = ".flowtoll-";
/// The file that is locked; it holds the number of the process that has the directory for itself.
const LOCK: &str = ".lock";
/// Bytes read or written at a time.
const BUFFER_BYTES: usize = 1 << 18;

/// Whether a run has ever locked this directory to write to it.
pub fn was_locked(directory: &Path) -> bool {
    directory.join(LOCK).is_file()
}

/// Why a directory cannot be locked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process has it.
    #[error(
        "{path} is in use by {holder}: wait until it is done (the lock is the system's own, on {path}/.lock; it goes with \
         the process)"
    )]
    Held {
        /// The directory.
        path: String,
        /// Who has it, in words.
        holder: String,
    },
    /// The operating system refuses.
    #[error("cannot lock {path}: {reason}")]
    Io {
        /// The directory.
        path: String,
        /// The system's own words.
        reason: io::Error,
    },
}

/// A lock; it ends with the value, or with the process.
#[derive(Debug)]
pub struct Lock {
    file: File,
    alone: bool,
}

impl Lock {
    /// Whether nobody else has the directory.
    pub fn is_alone(&self) -> bool {
        self.alone
    }

    /// Lets others in who share it too.
    ///
    /// # Errors
    /// As the operating system says; then the lock is lost.
    pub fn share(&mut self) -> io::Result<()> {
        self.alone = false;
        self.file.set_len(0)?;
        self.file.unlock()?;
        self.file.lock_shared()
    }
}

/// What a stored file is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its name in the directory.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of them, in hexadecimal digits.
    pub sha256: String,
}

/// The directory.
#[derive(Debug, Clone)]
pub struct Vault {
    path: PathBuf,
}

impl Vault {
    /// A directory that need not exist.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its name for people.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Makes the directory if it is not there.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn make(&self) -> io::Result<()> {
        fs::create_dir_all(&self.path)
    }

    /// Locks the directory: for oneself, or together with others who share it.
    ///
    /// # Errors
    /// [`LockError::Held`] when somebody else has it, else as the operating system says.
    pub fn lock(&self, shared: bool) -> Result<Lock, LockError> {
        let failed = |reason| LockError::Io { path: self.name(), reason };
        let mut options = File::options();
        let options = options.create(true).truncate(false).read(true).write(true);
        let mut file = options.open(self.path.join(LOCK)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).map_err(failed)?;
                writeln!(file, "{}", std::process::id()).map_err(failed)?;
                return Ok(Lock { file, alone: true });
            }
            Err(TryLockError::WouldBlock) if shared => {}
            Err(TryLockError::WouldBlock) => return Err(self.held(&mut file)),
            Err(TryLockError::Error(reason)) => return Err(failed(reason)),
        }
        match file.try_lock_shared() {
            Ok(()) => Ok(Lock { file, alone: false }),
            Err(TryLockError::WouldBlock) => Err(self.held(&mut file)),
            Err(TryLockError::Error(reason)) => Err(failed(reason)),
        }
    }

    fn held(&self, file: &mut File) -> LockError {
        let mut text = String::new();
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text));
        let holder = match text.trim() {
            pid if read.is_ok() && !pid.is_empty() => format!("the flowtoll process {pid}"),
            _ => "flowtoll processes with --objects".to_owned(),
        };
        LockError::Held { path: self.name(), holder }
    }

    /// The names of all files, sorted.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_type()?.is_file()
                && let Ok(name) = entry.file_name().into_string()
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// A small file.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path.join(name))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn open(&self, name: &str) -> io::Result<File> {
        File::open(self.path.join(name))
    }

    /// Opens a stored file after looking at every byte of it.
    ///
    /// # Errors
    /// When it is not what was stored, or cannot be read.
    pub fn open_checked(&self, stored: &Stored) -> io::Result<File> {
        let mut file = File::open(self.path.join(&stored.name))?;
        let size = file.metadata()?.len();
        if size != stored.size {
            let words = format!("it has {size} bytes instead of {}", stored.size);
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
        if digest_of(&file)? != stored.sha256 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its content has changed (SHA-256)"));
        }
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    /// Begins a file.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn create(&self) -> io::Result<NewFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY).suffix(".tmp");
        #[cfg(unix)]
        {
            // As for any file that is made, the process's mask takes away what others may not.
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(&self.path)?;
        Ok(NewFile { file: BufWriter::with_capacity(BUFFER_BYTES, file), size: 0, sha: Sha256::new() })
    }

    /// Stores a file that is at hand.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn store(&self, bytes: &[u8], name: impl FnOnce(&str) -> String) -> io::Result<Stored> {
        let mut file = self.create()?;
        file.write_all(bytes)?;
        self.finish(file, name)
    }

    /// Brings a file to the disk and gives it its name, which may depend on its digest. A file of that name is replaced.
    ///
    /// # Errors
    /// As the operating system says; then there is no such file, or the one before.
    pub fn finish(&self, file: NewFile, name: impl FnOnce(&str) -> String) -> io::Result<Stored> {
        let NewFile { file, size, sha } = file;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        let sha256 = hexadecimal(&sha.finalize());
        let name = name(&sha256);
        file.persist(self.path.join(&name)).map_err(|error| error.error)?;
        self.sync()?;
        Ok(Stored { name, size, sha256 })
    }

    /// Brings names to the disk.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn sync(&self) -> io::Result<()> {
        // Only Unix opens directories; elsewhere names are the file system's own business.
        if cfg!(unix) { File::open(&self.path)?.sync_all() } else { Ok(()) }
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether an object lies in this directory or below it.
    pub fn holds(&self, object: &LogObject) -> bool {
        let Location::File(path) = &object.location else { return false };
        let canonical = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        path.parent().is_some_and(|parent| canonical(parent).starts_with(canonical(&self.path)))
    }
}

/// A file that has no name yet.
#[derive(Debug)]
pub struct NewFile {
    file: BufWriter<NamedTempFile>,
    size: u64,
    sha: Sha256,
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sha.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// SHA-256 of some bytes, in hexadecimal digits.
pub fn digest_of_bytes(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 of what can be read, in hexadecimal digits.
///
/// # Errors
/// As the operating system says.
pub fn digest_of(mut input: impl Read) -> io::Result<String> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut sha = Sha256::new();
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok(hexadecimal(&sha.finalize())),
            Ok(count) => sha.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// When a file was changed last, in nanoseconds since 1970; `None` for what is no file.
pub fn modified_ns(object: &LogObject) -> Option<i64> {
    let Location::File(path) = &object.location else { return None };
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok()
}

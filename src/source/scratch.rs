//! Room for what is too much for memory: a temporary file without a name, which the system takes away with the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

/// Keeps bytes and gives them back by their place.
pub trait Scratch: Send + Sync + std::fmt::Debug {
    /// Keeps bytes, and says where.
    ///
    /// # Errors
    /// As the operating system says; then nothing of `bytes` is kept.
    fn append(&self, bytes: &[u8]) -> io::Result<u64>;

    /// Fills `buffer` with what was kept there.
    ///
    /// # Errors
    /// As the operating system says.
    fn read(&self, place: u64, buffer: &mut [u8]) -> io::Result<()>;
}

/// A file in the system's temporary directory (`TMPDIR`), made when it is first needed.
#[derive(Debug, Default)]
pub struct ScratchFile(Mutex<Option<Opened>>);

#[derive(Debug)]
struct Opened {
    file: File,
    /// End of what is kept; the rest of a write that failed lies behind it.
    end: u64,
}

impl Scratch for ScratchFile {
    fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = match &mut *guard {
            Some(opened) => opened,
            closed => closed.insert(Opened { file: tempfile::tempfile()?, end: 0 }),
        };
        opened.file.seek(SeekFrom::Start(opened.end))?;
        opened.file.write_all(bytes)?;
        let place = opened.end;
        opened.end += bytes.len() as u64;
        Ok(place)
    }

    fn read(&self, place: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = guard.as_mut().ok_or_else(|| io::Error::other("nothing was written yet"))?;
        opened.file.seek(SeekFrom::Start(place))?;
        opened.file.read_exact(buffer)
    }
}

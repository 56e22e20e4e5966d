//! What a stream holds, told by its first bytes.

use std::io::{self, BufRead, Read};

/// The kinds of content that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Magic {
    Gzip,
    Zstd,
    Snappy,
    Parquet,
    Json,
    Other,
}

const SIGNATURES: [(&[u8], Magic); 4] = [
    (b"\x1f\x8b", Magic::Gzip),
    (b"\x28\xb5\x2f\xfd", Magic::Zstd),
    (b"\xff\x06\x00\x00sNaP", Magic::Snappy),
    (b"PAR1", Magic::Parquet),
];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How far white space is looked through for the first byte of JSON.
const MAX_PEEKED_BYTES: usize = 1 << 12;
/// Bytes taken at a time; more than any signature has.
const STEP_BYTES: usize = 16;

/// The kind, once `start` tells; `None` while more bytes could change it.
pub(super) fn tell(start: &[u8], ended: bool) -> Option<Magic> {
    if let Some((_, magic)) = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature)) {
        return Some(*magic);
    }
    let mut beginnings = SIGNATURES.iter().map(|(signature, _)| *signature).chain([BYTE_ORDER_MARK]);
    if !ended && beginnings.any(|known| known.len() > start.len() && known.starts_with(start)) {
        return None;
    }
    let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start).trim_ascii_start();
    match text.first() {
        Some(b'{' | b'[') => Some(Magic::Json),
        None if !ended && start.len() < MAX_PEEKED_BYTES => None,
        _ => Some(Magic::Other),
    }
}

/// Tells what a stream holds, however few bytes it gives at a time, and puts them back. A byte order mark in front of
/// JSON stays out: its parser knows none.
///
/// # Errors
/// When not even a first byte can be read.
pub(super) fn peek<'r>(mut stream: Box<dyn BufRead + Send + 'r>) -> io::Result<(Magic, Peeked<'r>)> {
    let mut start = Vec::new();
    let mut error = None;
    let mut ended = false;
    let magic = loop {
        if let Some(magic) = tell(&start, ended) {
            break magic;
        }
        match stream.fill_buf() {
            Ok(bytes) => {
                let taken = bytes.len().min(STEP_BYTES);
                start.extend_from_slice(&bytes[..taken]);
                ended = taken == 0;
                stream.consume(taken);
            }
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) if start.is_empty() => return Err(fault),
            Err(fault) => {
                error = Some(fault);
                ended = true;
            }
        }
    };
    let marked = magic == Magic::Json && start.starts_with(BYTE_ORDER_MARK);
    let used = if marked { BYTE_ORDER_MARK.len() } else { 0 };
    Ok((magic, Peeked { start, used, error, rest: stream }))
}

/// A stream whose first bytes were looked at: those, then the error that came while looking, then the rest.
pub(super) struct Peeked<'r> {
    start: Vec<u8>,
    used: usize,
    error: Option<io::Error>,
    rest: Box<dyn BufRead + Send + 'r>,
}

impl Read for Peeked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.used < self.start.len() {
            let count = (&self.start[self.used..]).read(buffer)?;
            self.used += count;
            return Ok(count);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.rest.read(buffer),
        }
    }
}

impl BufRead for Peeked<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used < self.start.len() {
            return Ok(&self.start[self.used..]);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.rest.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        if self.used < self.start.len() {
            self.used += count;
        } else {
            self.rest.consume(count);
        }
    }
}

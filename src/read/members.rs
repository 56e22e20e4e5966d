//! The gzip members of a stream, one behind the other.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// What all members inflate to. Line ends may stand between members: Data Firehose puts one behind each record where it is told
/// to, packed or not.
pub(super) struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Members<R> {
    pub fn new(stored: R) -> Self {
        Self(Some(GzDecoder::new(stored)))
    }
}

/// How many line ends `stored` begins with.
pub(super) fn line_ends(stored: &[u8]) -> usize {
    stored.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count()
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut stored) = self.0.take().map(GzDecoder::into_inner) else { break };
            if begins_another(&mut stored)? {
                self.0 = Some(GzDecoder::new(stored));
            }
        }
        Ok(0)
    }
}

/// Passes over line ends; whether anything is behind them.
fn begins_another(stored: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = match stored.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let (ends, length) = (line_ends(bytes), bytes.len());
        stored.consume(ends);
        if length == 0 || ends < length {
            return Ok(length > 0);
        }
    }
}

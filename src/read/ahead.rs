//! A stream that is read by a thread of its own, some blocks ahead of whoever needs them.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::Scope;

/// Bytes of a block.
const AHEAD_BLOCK_BYTES: usize = 1 << 18;
/// Blocks that may wait, so that what is read ahead of a slower parser is bounded: 1 MiB.
const AHEAD_BLOCKS: usize = 4;

/// The end of the stream where the blocks come out. Dropping it ends the thread.
pub(super) struct Ahead {
    blocks: Receiver<io::Result<Vec<u8>>>,
    /// Blocks on their way back, to be filled again.
    empty: SyncSender<Vec<u8>>,
    block: Vec<u8>,
    used: usize,
}

impl Ahead {
    /// Starts the thread.
    pub(super) fn start<'s>(stream: impl Read + Send + 's, scope: &'s Scope<'s, '_>) -> Self {
        let (filled, blocks) = sync_channel(AHEAD_BLOCKS);
        let (empty, emptied) = sync_channel(AHEAD_BLOCKS);
        scope.spawn(move || run(stream, &filled, &emptied));
        Self { blocks, empty, block: Vec::new(), used: 0 }
    }
}

/// Reads the stream to its end, to an error, or until nobody takes the blocks.
fn run(mut stream: impl Read, filled: &SyncSender<io::Result<Vec<u8>>>, emptied: &Receiver<Vec<u8>>) {
    loop {
        let mut block = emptied.try_recv().unwrap_or_default();
        block.clear();
        let outcome = stream.by_ref().take(AHEAD_BLOCK_BYTES as u64).read_to_end(&mut block);
        let ended = outcome.is_err() || block.len() < AHEAD_BLOCK_BYTES;
        if filled.send(Ok(block)).is_err() {
            return;
        }
        if let Err(error) = outcome {
            // Whoever is gone needs no error.
            let _ = filled.send(Err(error));
        }
        if ended {
            return;
        }
    }
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.used == self.block.len() {
            let Ok(next) = self.blocks.recv() else { return Ok(0) };
            let spent = std::mem::replace(&mut self.block, next?);
            self.used = 0;
            match self.empty.try_send(spent) {
                // There are enough of them, or the thread is done.
                Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
            }
        }
        let count = (&self.block[self.used..]).read(buffer)?;
        self.used += count;
        Ok(count)
    }
}

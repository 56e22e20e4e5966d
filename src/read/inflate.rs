//! One gzip member at once, by libdeflate: nearly twice as fast as a decoder that streams, for members that fit into memory.

#![expect(unsafe_code, reason = "the safe crate does not tell where a member ends; the twin is flate2")]

use std::ptr::NonNull;

use libdeflate_sys::{
    libdeflate_alloc_decompressor, libdeflate_decompressor, libdeflate_free_decompressor,
    libdeflate_gzip_decompress_ex, libdeflate_result_LIBDEFLATE_SUCCESS,
};

/// A decoder, with its tables.
#[derive(Debug)]
pub(crate) struct Inflater(NonNull<libdeflate_decompressor>);

// SAFETY: a decompressor is memory of its own without ties to a thread, and is only used through `&mut`.
unsafe impl Send for Inflater {}

/// What became of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member {
    /// Bytes it takes in the stored object.
    pub stored: usize,
    /// Bytes it inflated to.
    pub inflated: usize,
}

impl Inflater {
    /// A decoder; `None` if there is no memory for it.
    pub fn new() -> Option<Self> {
        // SAFETY: the function has no conditions; it returns null where memory is short.
        NonNull::new(unsafe { libdeflate_alloc_decompressor() }).map(Self)
    }

    /// Inflates the gzip member at the start of `stored` and checks its length and CRC. `None` if it is damaged, cut short, or
    /// larger than `room`; what is in `room` is then of no use.
    pub fn member(&mut self, stored: &[u8], room: &mut [u8]) -> Option<Member> {
        let mut member = Member { stored: 0, inflated: 0 };
        // SAFETY: the decompressor is alive; both buffers are given with their lengths, and the library neither reads nor writes
        // beyond them; the counts are places of this frame.
        let result = unsafe {
            libdeflate_gzip_decompress_ex(
                self.0.as_ptr(),
                stored.as_ptr().cast(),
                stored.len(),
                room.as_mut_ptr().cast(),
                room.len(),
                &raw mut member.stored,
                &raw mut member.inflated,
            )
        };
        (result == libdeflate_result_LIBDEFLATE_SUCCESS).then_some(member)
    }
}

impl Drop for Inflater {
    fn drop(&mut self) {
        // SAFETY: it was allocated by the library and is freed once.
        unsafe { libdeflate_free_decompressor(self.0.as_ptr()) }
    }
}

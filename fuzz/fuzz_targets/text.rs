//! Any bytes are the same to the plain parser and to the fast one on every instruction set of this machine.

#![no_main]

use flowtoll::parse::recorder::parse_text;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // It compares all of them by itself.
    let _ = parse_text(bytes);
});

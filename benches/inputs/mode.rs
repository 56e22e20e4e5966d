//! Whether there is time.

/// Whether benchmarks are timed; otherwise each is run once for its answer, on a small log.
#[expect(clippy::disallowed_methods, reason = "a program of its own: it owns its arguments")]
pub fn is_timed() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

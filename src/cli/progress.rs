//! What a user sees while a long run goes on: on a terminal only.

use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::pipeline::Observer;

/// How often the bar is drawn, per second.
const DRAWS_PER_SECOND: u8 = 8;

/// A bar with bytes, rate and time left.
pub(super) struct Progress {
    bar: ProgressBar,
    quiet: bool,
}

impl Progress {
    /// A bar that shows only if standard error is a terminal and `quiet` is not asked for.
    pub(super) fn new(quiet: bool) -> Self {
        let target = if quiet || !io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND)
        };
        let bar = ProgressBar::with_draw_target(None, target);
        // Until all objects are listed there is nothing to count.
        style(&bar, "{spinner}");
        Self { bar, quiet }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// A line on standard error, unless `quiet`.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// A line on standard error, `quiet` or not: what makes the exit code 1.
    pub(super) fn complain(&self, text: &str) {
        // The terminal may be gone; the report matters more.
        self.bar.suspend(|| drop(writeln!(io::stderr(), "flowtoll: {text}")));
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

impl Observer for Progress {
    fn listed(&self, _objects: usize, bytes: u64) {
        if bytes == 0 {
            return style(&self.bar, "{spinner} {binary_bytes}, {binary_bytes_per_sec}");
        }
        // As wide as the terminal leaves room for: a longer line would be broken and not be taken away.
        style(
            &self.bar,
            "{wide_bar} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left",
        );
        self.bar.set_length(bytes);
    }

    fn advanced(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn remark(&self, text: &str) {
        self.say(text);
    }
}

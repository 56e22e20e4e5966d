//! Text inside Markdown.

use std::fmt::Write as _;

use super::grid::clean;

/// A text in which nothing is markup: what Markdown or HTML would read is written so that it is shown, on one line.
pub(crate) fn text(raw: &str) -> String {
    let mut shown = String::new();
    for c in clean(raw).chars() {
        match c {
            '\n' => shown.push(' '),
            // A mention would call people.
            '&' | '<' | '>' | '@' => write!(shown, "&#{};", u32::from(c)).expect("a String takes all"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                shown.push('\\');
                shown.push(c);
            }
            _ => shown.push(c),
        }
    }
    // An address of the web would become a link.
    shown.replace("://", ":&#47;/").replace("www.", "www&#46;")
}

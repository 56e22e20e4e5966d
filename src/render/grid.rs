//! Paragraphs, lists and grids of a given width, over comfy-table.
//!
//! comfy-table measures width in terminal columns and breaks a word only when it is longer than its whole column.
//! It gives scarce columns equal room, which would cut ids and figures in two; so a [`Grid`] keeps every column
//! whole except its first, and where that leaves the first too little, folds the columns marked for it into lines
//! below the first. Styling and width are always set here, never taken from the terminal.

use std::io;

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, LineStyle, Table,
    TableStyle as Borders,
};

use super::{Lang, TableStyle};

/// Narrower pages are laid out as this wide.
const MIN_WIDTH: u16 = 40;

/// Room the first column of a grid needs before columns are folded: an id such as `nat-0123456789abcdef0` and air.
const MIN_FIRST: u16 = 24;

/// Blanks between columns.
const GAP: u16 = 2;

/// A line under the header and nothing else.
const RULED: Borders = Borders::new().header_separator(LineStyle::none().fill('─'));

/// What a text means, where colour can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Ordinary text.
    Plain,
    /// Headings and totals.
    Strong,
    /// Money that can be saved.
    Good,
    /// What the reader should not overlook.
    Warn,
}

/// One column of a grid.
pub(super) struct Column {
    title: String,
    right: bool,
    fold: bool,
}

impl Column {
    /// Text, at the left.
    pub(super) fn text(title: impl Into<String>) -> Self {
        Self { title: title.into(), right: false, fold: false }
    }

    /// Figures, at the right.
    pub(super) fn figure(title: impl Into<String>) -> Self {
        Self { title: title.into(), right: true, fold: false }
    }

    /// May become a line of the first column where the page is narrow.
    pub(super) fn folds(mut self) -> Self {
        self.fold = true;
        self
    }
}

/// A table under construction. The first column may wrap and takes the folded ones.
pub(super) struct Grid {
    columns: Vec<Column>,
    rows: Vec<(Tone, Vec<String>)>,
}

impl Grid {
    /// A grid without rows.
    pub(super) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new() }
    }

    /// Adds a row: one text for each column, which may have several lines.
    pub(super) fn row(&mut self, tone: Tone, cells: impl Into<Vec<String>>) {
        self.rows.push((tone, cells.into()));
    }

    /// Whether there is no row.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Lays the grid out with or without folding; also how wide each column would like to be.
    fn lay_out(&self, fold: bool, style: TableStyle) -> (Table, Vec<u16>) {
        let kept = |column: &Column| !(fold && column.fold);
        let mut table = blank(style);
        table.load_style(RULED);
        table.set_header(
            self.columns.iter().filter(|column| kept(column)).map(|column| cell(&column.title, Tone::Strong)),
        );
        for (tone, texts) in &self.rows {
            let mut cells = Vec::new();
            let mut folded = String::new();
            for (column, text) in self.columns.iter().zip(texts) {
                if kept(column) {
                    cells.push(text.clone());
                } else if !text.is_empty() {
                    folded = format!(
                        "{folded}\n{}: {}",
                        column.title.replace('\n', " "),
                        text.replace('\n', ", ")
                    );
                }
            }
            if let Some(first) = cells.first_mut() {
                first.push_str(&folded);
            }
            table.add_row(cells.iter().map(|text| cell(text, *tone)));
        }
        let right = self.columns.iter().filter(|column| kept(column)).map(|column| column.right);
        for ((index, column), right) in table.column_iter_mut().enumerate().zip(right) {
            column.set_padding((if index == 0 { 0 } else { GAP }, 0));
            column.set_cell_alignment(if right { CellAlignment::Right } else { CellAlignment::Left });
        }
        let widths = table.column_max_content_widths();
        (table, widths)
    }

    fn table(&self, style: TableStyle) -> Table {
        let fits = |widths: &[u16]| {
            let rest = widths.iter().skip(1).map(|width| u32::from(*width) + u32::from(GAP)).sum::<u32>();
            let first = widths.first().map_or(0, |width| u32::from(*width).min(MIN_FIRST.into()));
            first + rest <= u32::from(style.width)
        };
        let (mut table, mut widths) = self.lay_out(false, style);
        if !fits(&widths) && self.columns.iter().any(|column| column.fold) {
            (table, widths) = self.lay_out(true, style);
        }
        // Where even that does not fit, comfy-table shares the width out and breaks words: nothing is cut off.
        if fits(&widths) {
            for column in table.column_iter_mut().skip(1) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        table
    }
}

/// Where sections are written.
pub(super) struct Page<'w> {
    out: &'w mut dyn io::Write,
    style: TableStyle,
}

impl<'w> Page<'w> {
    /// A page of `style.width` columns, at least 40.
    pub(super) fn new(out: &'w mut dyn io::Write, style: TableStyle) -> Self {
        Self { out, style: TableStyle { width: style.width.max(MIN_WIDTH), ..style } }
    }

    /// The language of texts.
    pub(super) fn lang(&self) -> Lang {
        self.style.lang
    }

    /// Facts, each with its name at the left.
    pub(super) fn facts(&mut self, facts: &[(String, Tone, String)]) -> io::Result<()> {
        let mut table = blank(self.style);
        for (name, tone, text) in facts {
            table.add_row([cell(name, Tone::Plain), cell(text, *tone)]);
        }
        self.two_columns(&mut table, GAP)
    }

    /// A blank line and the name of a section.
    pub(super) fn section(&mut self, title: &str) -> io::Result<()> {
        writeln!(self.out)?;
        self.line(title, Tone::Strong)
    }

    /// One paragraph.
    pub(super) fn line(&mut self, text: &str, tone: Tone) -> io::Result<()> {
        let mut table = blank(self.style);
        table.add_row([cell(text, tone)]);
        if let Some(column) = table.column_mut(0) {
            column.set_padding((0, 0));
        }
        self.write(&table)
    }

    /// A list item: lines beside a marker, the first in `tone`.
    pub(super) fn item(&mut self, marker: &str, tone: Tone, lines: &[String]) -> io::Result<()> {
        let mut table = blank(self.style);
        for (index, text) in lines.iter().enumerate() {
            let (marker, tone) = if index == 0 { (marker, tone) } else { ("", Tone::Plain) };
            table.add_row([cell(marker, Tone::Plain), cell(text, tone)]);
        }
        self.two_columns(&mut table, 1)
    }

    /// The first column as wide as its content, the other takes the rest.
    fn two_columns(&mut self, table: &mut Table, gap: u16) -> io::Result<()> {
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((if index == 0 { 0 } else { gap }, 0));
        }
        if let Some(column) = table.column_mut(0) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        self.write(table)
    }

    /// A grid; one without rows is not written.
    pub(super) fn grid(&mut self, grid: &Grid) -> io::Result<()> {
        if grid.is_empty() { Ok(()) } else { self.write(&grid.table(self.style)) }
    }

    fn write(&mut self, table: &Table) -> io::Result<()> {
        for line in table.lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A table that looks at no terminal.
fn blank(style: TableStyle) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(style.width).force_no_tty();
    if style.color {
        table.enforce_styling().style_text_only();
    }
    table
}

fn cell(text: &str, tone: Tone) -> Cell {
    let cell = Cell::new(clean(text));
    match tone {
        Tone::Plain => cell,
        Tone::Strong => cell.add_attribute(Attribute::Bold),
        Tone::Good => cell.fg(Color::Green),
        Tone::Warn => cell.fg(Color::Yellow),
    }
}

/// Names and reasons come from tags and logs: whatever could steer a terminal or reorder a line is made visible.
pub(super) fn clean(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

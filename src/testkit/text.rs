//! Records as lines.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::IpAddr;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::fields::{Field, Value, format_version, value};
use super::record::Record;
use super::world::World;

/// Lines are handed to the file in pieces of about this many bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// One text object being written.
pub(crate) struct TextObject {
    output: Output,
    line: Vec<u8>,
    version: u8,
    member_rows: Option<u64>,
    rows: u64,
}

enum Output {
    Plain(BufWriter<File>),
    /// `None` only while a member is being exchanged.
    Gzip(Box<Option<GzEncoder<BufWriter<File>>>>),
}

impl Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Gzip(slot) => slot.as_mut().as_mut().map_or(Ok(()), |encoder| encoder.write_all(bytes)),
        }
    }

    fn next_member(&mut self) -> io::Result<()> {
        if let Self::Gzip(slot) = self
            && let Some(encoder) = slot.take()
        {
            **slot = Some(GzEncoder::new(encoder.finish()?, Compression::default()));
        }
        Ok(())
    }
}

impl TextObject {
    /// Creates the file and writes the header line.
    pub(crate) fn create(
        path: &Path,
        fields: &[Field],
        gzip: bool,
        member_rows: Option<u64>,
    ) -> io::Result<Self> {
        let file = BufWriter::with_capacity(PIECE_BYTES, File::create(path)?);
        let output = if gzip {
            Output::Gzip(Box::new(Some(GzEncoder::new(file, Compression::default()))))
        } else {
            Output::Plain(file)
        };
        let mut line = Vec::with_capacity(PIECE_BYTES + 4096);
        for (number, field) in fields.iter().enumerate() {
            if number > 0 {
                line.push(b' ');
            }
            line.extend_from_slice(field.name().as_bytes());
        }
        line.push(b'\n');
        Ok(Self { output, line, version: format_version(fields), member_rows, rows: 0 })
    }

    /// Appends a row.
    pub(crate) fn record(&mut self, world: &World, fields: &[Field], record: &Record) -> io::Result<()> {
        write_row(&mut self.line, world, fields, record, self.version);
        self.line.push(b'\n');
        self.rows += 1;
        if self.line.len() >= PIECE_BYTES {
            self.flush()?;
        }
        if self.member_rows.is_some_and(|rows| self.rows.is_multiple_of(rows)) {
            self.flush()?;
            self.output.next_member()?;
        }
        Ok(())
    }

    /// Appends a line that is no record, made from one; `kind` turns through the ways to spoil it.
    pub(crate) fn malformed(
        &mut self,
        world: &World,
        fields: &[Field],
        record: &Record,
        kind: u64,
    ) -> io::Result<()> {
        let mut row = Vec::new();
        write_row(&mut row, world, fields, record, self.version);
        match kind % 3 {
            // Cut off in the middle.
            0 => {
                let cut = row.iter().enumerate().filter(|(_, byte)| **byte == b' ').nth(fields.len() / 2);
                row.truncate(cut.map_or(1, |(at, _)| at));
            }
            // Two rows that ran together.
            1 => {
                let copy = row.clone();
                row.push(b' ');
                row.extend_from_slice(&copy);
            }
            // Something else's line.
            _ => row = b"-- log rotated, see previous object --".to_vec(),
        }
        self.line.extend_from_slice(&row);
        self.line.push(b'\n');
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.write(&self.line)?;
        self.line.clear();
        Ok(())
    }

    /// Writes what is left and closes the file.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match self.output {
            Output::Plain(mut file) => file.flush(),
            Output::Gzip(slot) => slot.map_or(Ok(()), |encoder| encoder.finish()?.flush()),
        }
    }
}

/// The row without its line end.
pub(crate) fn write_row(line: &mut Vec<u8>, world: &World, fields: &[Field], record: &Record, version: u8) {
    for (number, field) in fields.iter().enumerate() {
        if number > 0 {
            line.push(b' ');
        }
        match value(world, record, *field, version) {
            Value::Missing => line.push(b'-'),
            Value::Number(number) => write_number(line, number),
            Value::Text(text) => line.extend_from_slice(text.as_bytes()),
            Value::Tag(text) => line.extend_from_slice(percent_encoded(text).as_bytes()),
            Value::Address(address) => write_address(line, address),
        }
    }
}

/// A tag's value as v11 writes it: everything but unreserved characters as `%XX`, and a lone `-` too.
pub(crate) fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    if text == "-" {
        return "%2D".to_string();
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
    encoded
}

fn write_number(line: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    line.extend_from_slice(&digits[at..]);
}

fn write_address(line: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => {
            for (number, octet) in v4.octets().into_iter().enumerate() {
                if number > 0 {
                    line.push(b'.');
                }
                if octet >= 100 {
                    line.push(b'0' + octet / 100);
                }
                if octet >= 10 {
                    line.push(b'0' + octet / 10 % 10);
                }
                line.push(b'0' + octet % 10);
            }
        }
        IpAddr::V6(v6) => write!(line, "{v6}").expect("writing to a Vec cannot fail"),
    }
}

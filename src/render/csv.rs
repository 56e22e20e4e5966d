//! The report as tables of comma-separated values, one file for each.
//!
//! What a table and its columns are called, and in which order they stand, is what the schema of the JSON form promises: each list is
//! a table, and so is each object of figures, in one row. Nested keys are joined by `_`, lists by `; `. Cells are those of the JSON,
//! so amounts are plain decimals and byte counts exact integers of any size; null is an empty cell. Three more tables: `options`, the list
//! of that name in the plan, and the sums of the attribution `services` and `clients`.
//!
//! Texts come from tags and logs. Control characters are replaced as in the table for people, and a text that a spreadsheet would
//! take for a formula gets an apostrophe in front (OWASP, "CSV Injection").

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;
use serde_json::value::RawValue;

use super::grid::clean;
use super::json::REPORT_SCHEMA_JSON;
use super::sums::{Sum, grouped};
use crate::model::money::money_text;
use crate::model::report::{AttributionLine, Report};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvTable {
    /// The key of the report it is, such as `attribution`.
    pub name: String,
    /// Header and rows, UTF-8, lines end in `\n`.
    pub text: Vec<u8>,
}

impl CsvTable {
    /// Such as `attribution.csv`.
    pub fn file_name(&self) -> String {
        format!("{}.csv", self.name)
    }
}

/// All tables of a report.
///
/// # Errors
/// None that a report could cause; those of the libraries that write JSON and CSV.
pub fn csv(report: &Report) -> io::Result<Vec<CsvTable>> {
    let schema: Value = serde_json::from_str(REPORT_SCHEMA_JSON)?;
    let written = serde_json::to_string(report)?;
    let written: Fields<'_> = serde_json::from_str(&written)?;
    let mut tables = Vec::new();
    for (key, property) in ordered(&schema) {
        let Some(raw) = written.get(key) else { continue };
        if let Some(rows) = rows(&schema, property, raw)? {
            tables.push(table(key, &rows)?);
        }
    }
    tables.extend(options(&schema, &written)?);
    tables.push(services(report)?);
    tables.push(clients(report)?);
    Ok(tables)
}

/// The keys of an object, each with its JSON as it is written: numbers of any size stay exact.
type Fields<'j> = BTreeMap<String, &'j RawValue>;

/// A header and rows.
struct Rows {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Keys of an object of the schema with what describes them, in the order that is promised.
fn ordered(schema: &Value) -> Vec<(&str, &Value)> {
    let promised = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let promised: Vec<&str> = promised.iter().filter_map(Value::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    let more = properties.keys().map(String::as_str).filter(|key| !promised.contains(key));
    let keys: Vec<&str> = promised.iter().copied().chain(more).collect();
    keys.into_iter().filter_map(|key| Some((key, properties.get(key)?))).collect()
}

/// What a `$ref` points at, or the description itself.
fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

/// A column: the keys on the way to it, and whether its strings are amounts.
struct Column<'s> {
    path: Vec<&'s str>,
    is_amount: bool,
}

/// The name of the definition of amounts: decimals that JSON holds as strings.
const AMOUNT: &str = "#/$defs/amount";

/// Columns of an object, those of objects in it among them.
fn columns<'s>(root: &'s Value, schema: &'s Value, path: &[&'s str]) -> Vec<Column<'s>> {
    let mut found = Vec::new();
    for (key, property) in ordered(schema) {
        let path: Vec<&str> = path.iter().copied().chain([key]).collect();
        let inner = resolved(root, property);
        if inner["properties"].is_object() {
            found.extend(columns(root, inner, &path));
        } else {
            found.push(Column { path, is_amount: property["$ref"] == AMOUNT });
        }
    }
    found
}

/// The rows of a key of the report; `None` for what is no table.
fn rows(root: &Value, property: &Value, raw: &RawValue) -> io::Result<Option<Rows>> {
    let of = |schema: &Value, objects: &[&RawValue]| -> io::Result<Option<Rows>> {
        let columns = columns(root, schema, &[]);
        let header = columns.iter().map(|column| column.path.join("_")).collect();
        let cells = |object: &&RawValue| {
            let fields: Fields<'_> = serde_json::from_str(object.get())?;
            columns.iter().map(|column| cell_at(&fields, &column.path, column.is_amount)).collect()
        };
        let rows = objects.iter().map(cells).collect::<io::Result<_>>()?;
        Ok(Some(Rows { header, rows }))
    };
    let schema = resolved(root, property);
    if property["type"] == "array" {
        let items: Vec<&RawValue> = serde_json::from_str(raw.get())?;
        return of(resolved(root, &property["items"]), &items);
    }
    if schema["properties"].is_object() {
        return of(schema, &[raw]);
    }
    if schema["type"] != "object" {
        return Ok(None);
    }
    // A map, such as one of names by id.
    let map: Fields<'_> = serde_json::from_str(raw.get())?;
    let rows = map.iter().map(|(key, value)| Ok(vec![text(key), cell(value, false)?]));
    let rows = rows.collect::<io::Result<_>>()?;
    Ok(Some(Rows { header: vec!["key".to_owned(), "value".to_owned()], rows }))
}

/// The cell of a column; empty where a key on the way to it is null or absent.
fn cell_at(fields: &Fields<'_>, path: &[&str], is_amount: bool) -> io::Result<String> {
    let Some((key, inner)) = path.split_first() else { return Ok(String::new()) };
    match fields.get(*key) {
        None => Ok(String::new()),
        Some(value) if inner.is_empty() => cell(value, is_amount),
        Some(value) if value.get() == "null" => Ok(String::new()),
        Some(value) => cell_at(&serde_json::from_str(value.get())?, inner, is_amount),
    }
}

/// A value of the JSON in one cell.
fn cell(value: &RawValue, is_amount: bool) -> io::Result<String> {
    let raw = value.get();
    Ok(match raw.as_bytes().first() {
        Some(b'n') | None => String::new(),
        Some(b'"') => {
            let content: String = serde_json::from_str(raw)?;
            if is_amount { content } else { text(&content) }
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw)?;
            if items.iter().any(|item| item.get().starts_with(['{', '['])) {
                return Ok(raw.to_owned());
            }
            let items = items.into_iter().map(plain).collect::<io::Result<Vec<_>>>()?;
            text(&items.join("; "))
        }
        Some(b'{') => {
            let fields: Fields<'_> = serde_json::from_str(raw)?;
            let pairs = fields.iter().map(|(key, value)| Ok(format!("{key}={}", plain(value)?)));
            text(&pairs.collect::<io::Result<Vec<_>>>()?.join("; "))
        }
        Some(_) => raw.to_owned(),
    })
}

/// A value without the quotes of JSON.
fn plain(value: &RawValue) -> io::Result<String> {
    let raw = value.get();
    if raw.starts_with('"') { Ok(serde_json::from_str(raw)?) } else { Ok(raw.to_owned()) }
}

/// A text that is no formula and steers nothing.
fn text(content: &str) -> String {
    let content = clean(content);
    // White space before them does not keep spreadsheets from taking them for a formula.
    let first = content.trim_start().chars().next();
    if first.is_some_and(|first| "=+-@＝＋－＠".contains(first)) {
        format!("'{content}")
    } else {
        content
    }
}

fn table(name: &str, rows: &Rows) -> io::Result<CsvTable> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(&rows.header)?;
    for row in &rows.rows {
        writer.write_record(row)?;
    }
    let text = writer.into_inner().map_err(::csv::IntoInnerError::into_error)?;
    Ok(CsvTable { name: name.to_owned(), text })
}

/// The options of the plan, which is a table of one row.
fn options(schema: &Value, written: &Fields<'_>) -> io::Result<Option<CsvTable>> {
    let Some(plan) = written.get("plan") else { return Ok(None) };
    let plan: Fields<'_> = serde_json::from_str(plan.get())?;
    let Some(raw) = plan.get("options") else { return Ok(None) };
    let property = &resolved(schema, &schema["properties"]["plan"])["properties"]["options"];
    rows(schema, property, raw)?.map(|rows| table("options", &rows)).transpose()
}

/// What every sum ends with.
const SUMMED: [&str; 4] = ["bytes_out", "bytes_in", "estimated", "cost_month_usd"];

fn summed(sum: &Sum) -> [String; 4] {
    [
        sum.bytes_out.to_string(),
        sum.bytes_in.to_string(),
        sum.estimated.to_string(),
        sum.cost.map(money_text).unwrap_or_default(),
    ]
}

/// A table of sums of the attribution, most bytes first.
fn sums<const N: usize>(
    report: &Report,
    name: &str,
    key_columns: [&str; N],
    key: impl Fn(&AttributionLine) -> [Option<&str>; N],
) -> io::Result<CsvTable> {
    let header = key_columns.iter().chain(&SUMMED).map(|column| (*column).to_owned()).collect();
    let groups = grouped(report.attribution.iter(), key);
    let row = |key: &[Option<&str>; N], sum: &Sum| {
        key.iter().map(|part| part.map(text).unwrap_or_default()).chain(summed(sum)).collect()
    };
    let rows = groups.iter().map(|(key, _, sum)| row(key, sum)).collect();
    table(name, &Rows { header, rows })
}

fn services(report: &Report) -> io::Result<CsvTable> {
    sums(report, "services", ["service", "service_region", "path"], |line| {
        [Some(&line.service), line.service_region.as_deref(), Some(line.path)]
    })
}

fn clients(report: &Report) -> io::Result<CsvTable> {
    sums(report, "clients", ["interface_id", "vpc_id", "subnet_id", "zone_id", "path"], |line| {
        let ids = [&line.interface_id, &line.vpc_id, &line.subnet_id, &line.zone_id];
        let [interface, vpc, subnet, zone] = ids.map(|id| id.as_deref());
        [interface, vpc, subnet, zone, Some(line.path)]
    })
}

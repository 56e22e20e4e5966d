//! HCL as `terraform fmt` leaves it: two spaces, and `=` of neighbouring attributes of one line under each other.
//!
//! Source: "HCL Native Syntax Specification" (quoted templates: `${` and `%{` begin a sequence, doubled they are text), and
//! hclwrite's `formatCells`, which aligns runs of lines whose value ends on them.

use std::fmt::Write as _;

use serde_json::Value;

/// Lists with more items are written one item a line.
const SHORT_LIST: usize = 3;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Text(String),
    Bool(bool),
    Number(i64),
    /// A reference, such as `aws_vpc_endpoint.s3.id`.
    Reference(String),
    List(Vec<Expr>),
    Object(Vec<(String, Expr)>),
    /// A function of one argument.
    Call(&'static str, Box<Expr>),
}

impl Expr {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(super) fn texts<'t>(texts: impl IntoIterator<Item = &'t String>) -> Self {
        Self::List(texts.into_iter().map(|text| Self::Text(text.clone())).collect())
    }

    /// A policy document; it has neither null nor fractions.
    pub(super) fn of_json(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.clone()),
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.as_i64().unwrap_or_default()),
            Value::Array(items) => Self::List(items.iter().map(Self::of_json).collect()),
            Value::Object(items) => {
                Self::Object(items.iter().map(|(key, item)| (key.clone(), Self::of_json(item))).collect())
            }
            Value::Null => Self::Object(Vec::new()),
        }
    }

    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Self::Text(text) => out.push_str(&quoted(text)),
            Self::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Number(number) => drop(write!(out, "{number}")),
            Self::Reference(path) => out.push_str(path),
            Self::List(items) if items.len() <= SHORT_LIST && !items.iter().any(Self::is_long) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place > 0 { ", " } else { "" });
                    item.write(out, depth);
                }
                out.push(']');
            }
            Self::List(items) => {
                out.push_str("[\n");
                for item in items {
                    indent(out, depth + 1);
                    item.write(out, depth + 1);
                    out.push_str(",\n");
                }
                indent(out, depth);
                out.push(']');
            }
            Self::Object(items) if items.is_empty() => out.push_str("{}"),
            Self::Object(items) => {
                out.push_str("{\n");
                let lines: Vec<Line> =
                    items.iter().map(|(key, item)| attribute(&name(key), item, depth + 1)).collect();
                write_lines(out, &lines, depth + 1);
                indent(out, depth);
                out.push('}');
            }
            Self::Call(function, argument) => {
                out.push_str(function);
                out.push('(');
                argument.write(out, depth);
                out.push(')');
            }
        }
    }

    /// Whether it stands better on lines of its own.
    fn is_long(&self) -> bool {
        matches!(self, Self::Object(_) | Self::List(_) | Self::Call(..))
    }
}

/// A text as a quoted template that means just this text.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => out.extend([letter, letter]),
            letter if letter.is_control() => drop(write!(out, "\\u{:04X}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A key of an object: bare where it is an identifier.
fn name(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(plain) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

/// A line of a body: a name and its value, or anything else.
struct Line {
    /// What is aligned: the name of an attribute whose value ends on its line.
    aligned: Option<String>,
    text: String,
}

fn attribute(name: &str, value: &Expr, depth: usize) -> Line {
    let mut text = String::new();
    value.write(&mut text, depth);
    if text.contains('\n') {
        Line { aligned: None, text: format!("{name} = {text}") }
    } else {
        Line { aligned: Some(name.to_owned()), text }
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn write_lines(out: &mut String, lines: &[Line], depth: usize) {
    let mut run = 0;
    for (place, line) in lines.iter().enumerate() {
        let Some(name) = &line.aligned else {
            if !line.text.is_empty() {
                indent(out, depth);
            }
            out.push_str(&line.text);
            out.push('\n');
            continue;
        };
        if place == 0 || lines[place - 1].aligned.is_none() {
            let names = lines[place..].iter().map_while(|line| line.aligned.as_ref());
            run = names.map(|name| name.chars().count()).max().unwrap_or_default();
        }
        indent(out, depth);
        out.push_str(name);
        out.extend(std::iter::repeat_n(' ', run - name.chars().count()));
        out.push_str(" = ");
        out.push_str(&line.text);
        out.push('\n');
    }
}

/// What stands in a file or block.
#[derive(Debug, Default)]
pub(super) struct Body(Vec<Item>);

#[derive(Debug)]
enum Item {
    Attribute(String, Expr),
    Block(String, Body),
    Comment(String),
    Blank,
}

impl Body {
    pub(super) fn set(&mut self, name: &str, value: Expr) -> &mut Self {
        self.0.push(Item::Attribute(name.to_owned(), value));
        self
    }

    /// A block. Its labels are texts.
    pub(super) fn block(&mut self, kind: &str, labels: &[&str], body: Body) -> &mut Self {
        if !matches!(self.0.last(), None | Some(Item::Comment(_) | Item::Blank)) {
            self.blank();
        }
        let labels = labels.iter().map(|label| quoted(label));
        let head: Vec<String> = [kind.to_owned()].into_iter().chain(labels).collect();
        self.0.push(Item::Block(head.join(" "), body));
        self
    }

    /// Remarks, a line each.
    pub(super) fn comment(&mut self, text: &str) -> &mut Self {
        self.0.extend(text.lines().map(|line| Item::Comment(line.to_owned())));
        self
    }

    pub(super) fn blank(&mut self) -> &mut Self {
        self.0.push(Item::Blank);
        self
    }

    pub(super) fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        let lines: Vec<Line> = self
            .0
            .iter()
            .map(|item| match item {
                Item::Attribute(name, value) => attribute(name, value, depth),
                Item::Comment(text) => {
                    // A letter that ends a line elsewhere must not end the comment here.
                    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                    Line { aligned: None, text: format!("# {text}").trim_end().to_owned() }
                }
                Item::Blank => Line { aligned: None, text: String::new() },
                Item::Block(head, body) => {
                    let mut text = format!("{head} {{\n");
                    body.write(&mut text, depth + 1);
                    indent(&mut text, depth);
                    text.push('}');
                    Line { aligned: None, text }
                }
            })
            .collect();
        write_lines(out, &lines, depth);
    }
}

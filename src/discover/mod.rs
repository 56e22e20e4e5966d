//! Stage 1: which objects matter. Pure over a listing.

pub mod layout;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::source::LogObject;
use layout::AwsName;

/// One object to read.
#[derive(Debug, Clone)]
pub struct WorkItem {
    /// The object.
    pub object: LogObject,
    /// What its name tells, where it has AWS's own shape.
    pub aws_name: Option<AwsName>,
}

/// The work, in order of name, and what is left out of it.
#[derive(Debug, Default)]
pub struct Work {
    /// Objects to read.
    pub items: Vec<WorkItem>,
    /// Objects passed over, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// Plans the reading of `objects`: marker files are left out without a word, a second copy of an object that AWS
/// delivered (same name, same size, or the same name once packed and once unpacked) is left out and named.
pub fn plan(objects: Vec<LogObject>) -> Work {
    let mut work = Work::default();
    let mut delivered: HashMap<String, Vec<(usize, u64, bool)>> = HashMap::new();
    for object in objects {
        let base = base_name(&object.name);
        if !object.explicit && is_marker(base) {
            continue;
        }
        let aws_name = layout::parse(&object.name);
        if let Some(aws_name) = &aws_name {
            let packed =
                std::path::Path::new(base).extension().is_some_and(|ext| ext.eq_ignore_ascii_case("gz"));
            let twins = delivered.entry(aws_name.stem.clone()).or_default();
            let twin = twins.iter().find(|(_, size, other)| *size == object.size_bytes || *other != packed);
            if let Some((index, ..)) = twin {
                let reason = format!("copy of {}: counted once", work.items[*index].object.name);
                work.skipped.push((object.name, reason));
                continue;
            }
            twins.push((work.items.len(), object.size_bytes, packed));
        }
        work.items.push(WorkItem { object, aws_name });
    }
    work
}

fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// Names that never hold records: what AWS and Hadoop leave beside logs, hidden files, documents.
fn is_marker(base: &str) -> bool {
    const ENDINGS: [&str; 9] = [".tmp", ".crc", ".md", ".toml", ".yaml", ".yml", ".sh", ".py", ".sql"];
    base.starts_with('.')
        || base.starts_with('_')
        || base == "aws-logs-write-test"
        || ENDINGS.iter().any(|ending| base.to_ascii_lowercase().ends_with(ending))
}

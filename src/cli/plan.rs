//! `flowtoll plan`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Outcome;
use super::args::{LangArgument, ReadArguments};
use super::output::write_whole;
use super::progress::Progress;
use crate::check::{DEFAULT_NAME_PATTERN, NamePattern};
use crate::pipeline::analyze_with_inventory;
use crate::pipeline::outcome::FAILED;
use crate::plan::{PlanFile, Wishes, Written, is_bucket_name, is_table_name, write};

/// The list of files that flowtoll wrote into a directory.
const LIST: &str = "flowtoll-plan.json";
/// What shows that a plan was carried out from here: names of files.
const TRACES: [&str; 2] = ["flowtoll-state.tsv", "terraform.tfstate"];

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                  flowtoll plan logs/ --inventory inventory/ --output plan/\n  \
                  flowtoll plan logs/ --inventory inventory/ --output plan/ --bucket my-data --table orders\n  \
                  flowtoll plan logs/ --inventory inventory/ --output plan/ --name-pattern '{env}-{service}' --env prod --lang ja\n\n\
                  Nothing is changed in AWS: the files are for you to review and run. Exit status: 0 complete; 1 written, but the report \
                  is incomplete or a change could not be written down (RATIONALE.md says which); 2 nothing written.")]
pub(super) struct PlanArguments {
    /// Flow logs, as for `flowtoll report`
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,

    /// Directory with the JSON that `aws ec2 describe-*` prints
    ///
    /// Without this option, a folder `inventory` inside an INPUT directory is used.
    #[arg(long, value_name = "DIR")]
    inventory: Option<PathBuf>,

    /// Directory for the files; made if it is not there
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,

    #[command(flatten)]
    read: ReadArguments,

    /// How endpoints are named: {service}, {type} and {env} stand for what they say
    ///
    /// {env} is the tag env, environment or stage of the VPC, else --env; where neither tells it, it is left out.
    #[arg(long, value_name = "PATTERN", default_value = DEFAULT_NAME_PATTERN, value_parser = NamePattern::parse)]
    name_pattern: NamePattern,

    /// Environment of VPCs whose tags do not tell it
    #[arg(long, value_name = "ENV")]
    env: Option<String>,

    /// Bucket that the clients use: S3 endpoints get a policy for the named ones only (may be repeated)
    #[arg(long, value_name = "NAME", value_parser = bucket)]
    bucket: Vec<String>,

    /// Table that the clients use: DynamoDB endpoints get a policy for the named ones only (may be repeated)
    #[arg(long, value_name = "NAME", value_parser = table)]
    table: Vec<String>,

    /// Language of RATIONALE.md
    #[arg(long, value_name = "LANG", value_enum, default_value = "en")]
    lang: LangArgument,

    /// Overwrite files that flowtoll did not write or that were changed since, and those of a plan that was carried out
    #[arg(long)]
    force: bool,

    /// Say nothing on standard error but errors
    #[arg(long, short)]
    quiet: bool,
}

fn bucket(name: &str) -> Result<String, String> {
    if is_bucket_name(name) { Ok(name.to_owned()) } else { Err("not a bucket's name".to_owned()) }
}

fn table(name: &str) -> Result<String, String> {
    if is_table_name(name) { Ok(name.to_owned()) } else { Err("not a table's name".to_owned()) }
}

pub(super) fn run(arguments: &PlanArguments) -> anyhow::Result<Outcome> {
    let settings = arguments.read.settings(&arguments.inputs, arguments.inventory.as_ref())?;
    let progress = Progress::new(arguments.quiet);
    let analyzed = analyze_with_inventory(&settings, &progress);
    progress.finish();
    let (report, inventory) = analyzed?;
    let wishes = Wishes {
        names: arguments.name_pattern.clone(),
        environment: arguments.env.clone(),
        buckets: arguments.bucket.clone(),
        tables: arguments.table.clone(),
        lang: arguments.lang.into(),
    };
    let written = write(&report, &inventory, &wishes);
    let kept = store(&arguments.output, &written, arguments.force)?;
    let mut out = io::stdout().lock();
    for file in &written.files {
        writeln!(out, "{}", arguments.output.join(&file.path).display())?;
    }
    out.flush()?;
    for path in kept {
        progress.say(&format!(
            "{} is of an earlier plan, was changed since, and stays: remove it if it is not needed",
            arguments.output.join(path).display()
        ));
    }
    for line in report.objects.iter().filter(|line| line.outcome == FAILED) {
        progress.complain(&format!("{} {}: {}", line.outcome, line.object, line.reason));
    }
    for left in &written.left_out {
        progress.complain(&format!("not in the files: {}", left.text()));
    }
    let unpriced = report.plan.saving_month_usd.is_none();
    if unpriced {
        progress.complain("the saving is not known, for want of a price or of a Region: see RATIONALE.md");
    }
    let whole = written.left_out.is_empty() && report.ledger.objects_failed == 0 && !unpriced;
    Ok(if whole { Outcome::Complete } else { Outcome::Incomplete })
}

/// What flowtoll wrote into a directory: path, and SHA-256 of what may be there by its hand.
#[derive(Debug, Default, Serialize, Deserialize)]
struct FileList {
    #[serde(default)]
    files: BTreeMap<String, BTreeSet<String>>,
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes all files, or none: what is in the way is found before. Takes files of an earlier plan away that this one does not have,
/// and gives those that stay because somebody changed them.
fn store(directory: &Path, written: &Written, force: bool) -> anyhow::Result<Vec<String>> {
    let list_path = directory.join(LIST);
    let old = read_list(&list_path)?;
    if !force {
        refuse(directory, &old, &written.files)?;
    }
    let mut new = FileList::default();
    for file in &written.files {
        new.files.entry(file.path.clone()).or_default().insert(digest(file.text.as_bytes()));
    }
    // Until all are written, both are flowtoll's: a run that is stopped does not block the next one.
    let mut both = FileList { files: old.files.clone() };
    for (path, digests) in &new.files {
        both.files.entry(path.clone()).or_default().extend(digests.iter().cloned());
    }
    make(directory)?;
    write_list(&list_path, &both)?;
    for file in &written.files {
        let path = directory.join(&file.path);
        if let Some(folder) = path.parent() {
            make(folder)?;
        }
        write_whole(&path, file.text.as_bytes(), file.is_program)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let mut kept = Vec::new();
    for (path, digests) in old.files.iter().filter(|(path, _)| !new.files.contains_key(*path)) {
        let place = directory.join(path);
        match fs::read(&place) {
            Ok(bytes) if digests.contains(&digest(&bytes)) => {
                fs::remove_file(&place).with_context(|| format!("cannot remove `{}`", place.display()))?;
            }
            Ok(_) => kept.push(path.clone()),
            Err(_) => {}
        }
    }
    write_list(&list_path, &new)?;
    Ok(kept)
}

fn make(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the directory `{}`", folder.display()))
}

fn read_list(path: &Path) -> anyhow::Result<FileList> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FileList::default()),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    };
    let list: FileList = serde_json::from_str(&text).with_context(|| {
        format!("`{}` is not the list that flowtoll writes: choose another --output", path.display())
    })?;
    // A list that somebody else wrote must not lead out of the directory.
    let is_below = |path: &String| {
        Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
    };
    if !list.files.keys().all(is_below) {
        bail!("`{}` names files outside its directory: choose another --output", path.display());
    }
    Ok(list)
}

fn write_list(path: &Path, list: &FileList) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(list)?;
    text.push('\n');
    write_whole(path, text.as_bytes(), false).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Fails if something of others is in the way.
fn refuse(directory: &Path, old: &FileList, files: &[PlanFile]) -> anyhow::Result<()> {
    let paths = old.files.keys().chain(files.iter().map(|file| &file.path));
    let folders: BTreeSet<PathBuf> =
        paths.filter_map(|path| directory.join(path).parent().map(Path::to_owned)).collect();
    for folder in folders {
        if let Some(trace) = TRACES.iter().map(|name| folder.join(name)).find(|path| path.exists()) {
            bail!(
                "`{}` shows that a plan was carried out from here: choose another --output and keep this one for the way back, or give --force",
                trace.display()
            );
        }
    }
    for file in files {
        let path = directory.join(&file.path);
        let there = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        };
        let is_ours = old.files.get(&file.path).is_some_and(|digests| digests.contains(&digest(&there)));
        if !is_ours && there != file.text.as_bytes() {
            bail!(
                "`{}` was not written by flowtoll, or was changed since: choose another --output, or give --force to overwrite it",
                path.display()
            );
        }
    }
    Ok(())
}

//! The files under the eyes of the tools that will read them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use flowtoll::plan::{Wishes, Written};

use super::world::{invented_inventory, rich, sample, wishes};

/// Prints what hclwrite makes of a file. `terraform fmt` is this with a few rules more, none of which concern what is written
/// here.
const FORMAT: &str = "require('@cdktf/hcl-tools').format(require('fs').readFileSync(process.argv[1], 'utf8')).then(text => process.stdout.write(text))";
/// Fails unless a file is HCL for python-hcl2 too.
const PARSE: &str = "import hcl2, sys; assert hcl2.loads(open(sys.argv[1]).read())['resource']";

/// The folder of the tools; `None`, said on standard error, where they are not there.
///
/// # Panics
/// Where `FLOWTOLL_REQUIRE_PLAN_TOOLS` is set and they are not there.
pub fn tools() -> Option<&'static Path> {
    static TOOLS: OnceLock<Option<PathBuf>> = OnceLock::new();
    TOOLS
        .get_or_init(|| {
            let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
            let folder = Some(target.join("plan-tools")).filter(|folder| folder.join("versions").is_file());
            assert!(
                folder.is_some() || std::env::var_os("FLOWTOLL_REQUIRE_PLAN_TOOLS").is_none(),
                "FLOWTOLL_REQUIRE_PLAN_TOOLS is set and the tools are not there: run .ci/plan-tools"
            );
            if folder.is_none() {
                // Straight to the stream: what goes through `eprintln!` is kept back for tests that pass.
                let _ = writeln!(
                    std::io::stderr(),
                    "SKIPPED: the files of `flowtoll plan` under shellcheck, cfn-lint, hclwrite, and against an EC2 stand-in; \
                     the SARIF of `flowtoll check` under Microsoft's validator. `.ci/plan-tools` fetches them"
                );
            }
            folder
        })
        .as_deref()
}

/// Runs a command that must succeed, and gives what it printed.
fn run(command: &mut Command, what: &str) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{what}: {command:?}\n{out}\n{err}");
    out.into_owned()
}

fn plans() -> Vec<(&'static str, Written)> {
    let limited =
        Wishes { buckets: vec!["my-data".to_owned()], tables: vec!["orders".to_owned()], ..wishes() };
    let hostile = Wishes { environment: Some("'$(x)`${y}%{z}\"\\ é".to_owned()), ..wishes() };
    let (report, inventory) = sample();
    let nothing = flowtoll::inventory::Inventory::default();
    vec![
        ("sample", flowtoll::plan::write(&report, &inventory, &wishes())),
        ("rich", rich(&invented_inventory(), &limited)),
        ("hostile", rich(&nothing, &hostile)),
    ]
}

#[test]
fn every_file_pleases_the_tools_that_read_it() {
    let Some(tools) = tools() else { return };
    let terraform = Command::new("terraform").arg("version").output().is_ok();
    let mut looked_at = 0;
    for (name, written) in plans() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for file in &written.files {
            let path = folder.path().join(&file.path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(&path, &file.text).expect("a file");
            let what = format!("{name}: {}", file.path);
            let kind = path.extension().map(|end| end.to_string_lossy().into_owned()).unwrap_or_default();
            looked_at += 1;
            match kind.as_str() {
                "sh" => {
                    run(Command::new("sh").arg("-n").arg(&path), &what);
                    run(Command::new(tools.join("bin/shellcheck")).arg("--norc").arg(&path), &what);
                }
                "json" => {
                    run(Command::new(tools.join("bin/cfn-lint")).args(["-i", "W", "-t"]).arg(&path), &what);
                }
                "tf" => {
                    run(Command::new(tools.join("bin/python")).args(["-c", PARSE]).arg(&path), &what);
                    let mut format = Command::new("node");
                    format.args(["-e", FORMAT]).arg(&path).current_dir(tools);
                    assert_eq!(run(&mut format, &what), file.text, "{what}");
                    if terraform {
                        run(Command::new("terraform").args(["fmt", "-check", "-diff"]).arg(&path), &what);
                    }
                }
                _ => looked_at -= 1,
            }
        }
    }
    assert_eq!(looked_at, 15);
}

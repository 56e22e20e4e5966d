//! Large objects that several workers share give what one worker gives.

use std::fmt::Write as _;
use std::process::Command;

/// Rows of an object: above one and a half parts of 16 MiB.
const ROWS: u64 = 230_000;

/// Interfaces and addresses that all objects have, met in another order in each, and some of its own, met before those.
fn log(name: char, first: u64, step: u64) -> String {
    let mut text = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
                    log-status\n"
        .to_owned();
    for row in 0..ROWS {
        let (interface, address) = if row % 2_000 < 100 {
            (format!("eni-{name}{:016x}", row % 100), format!("10.{}.0.{}", first + 1, row % 100 + 10))
        } else {
            let shared = (row * step + first) % 40;
            (format!("eni-{shared:017x}"), format!("10.0.0.{}", shared + 10))
        };
        let (bytes, start) = (1_000 + row % 40, 1_773_100_800 + row % 3_600);
        // Into a string: cannot fail.
        let _ = writeln!(
            text,
            "2 111122223333 {interface} {address} 52.216.8.19 40000 443 6 10 {bytes} {start} {} ACCEPT OK",
            start + 60
        );
    }
    assert!(text.len() > 24 << 20, "{} bytes are not read in parts", text.len());
    text
}

#[test]
fn several_large_objects_are_not_taken_for_each_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, first, step) in [('a', 0, 1), ('b', 7, 3), ('c', 3, 7)] {
        std::fs::write(folder.path().join(format!("{name}.log")), log(name, first, step)).expect("a log");
    }
    let report = |threads: &str| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flowtoll"));
        command.arg("report").arg(folder.path()).args(["--format", "json", "--threads", threads]);
        let output = command.output().expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("panicked"), "{threads} threads: {said}");
        output.stdout
    };
    let one = report("1");
    // Three of them may each take parts of all objects, or parts of one only: two meet several for sure.
    for threads in ["2", "3"] {
        assert!(report(threads) == one, "{threads} threads");
    }
}

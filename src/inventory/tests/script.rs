//! The script that records an inventory.

use super::super::call::Call;
use super::super::script;

/// The CLI calls of the script: what follows `aws` where it is the command.
fn calls(script: &str) -> Vec<(&str, &str)> {
    let lines =
        script.lines().map(str::trim).filter(|line| !line.starts_with('#') && !line.starts_with("say "));
    let mut calls = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let commands = words.windows(3).filter(|words| words[0].trim_start_matches("$(").ends_with("aws"));
        // `command -v aws` asks for the program without calling it.
        let commands = commands.filter(|words| !words[1].starts_with('>'));
        calls.extend(commands.filter(|words| words[0] != "command").map(|words| (words[1], words[2])));
    }
    calls
}

#[test]
fn it_only_reads() {
    let script = script();
    let calls = calls(&script);
    assert!(calls.len() > Call::ALL.len(), "{calls:?}");
    for (service, call) in calls {
        assert!(service == "ec2" || service == "sts", "{service}");
        assert!(call.starts_with("describe-") || call.starts_with("get-"), "{call}");
    }
}

#[test]
fn it_makes_every_call_an_inventory_wants() {
    let script = script();
    let calls = calls(&script);
    for call in Call::ALL {
        assert!(calls.contains(&("ec2", call.stem())), "{}", call.stem());
        // The file is found again by its name.
        let file = match call {
            Call::PrefixListEntries => "\"get-managed-prefix-list-entries.$list.json\"".to_owned(),
            Call::VpcAttributes => "\"describe-vpc-attribute.$vpc.$attribute.json\"".to_owned(),
            _ => format!(" {}.json \\\n", call.stem()),
        };
        assert!(script.contains(&file), "{file}");
    }
}

#[test]
fn it_stops_at_its_own_mistakes() {
    assert!(script().starts_with("#!/bin/sh\n"));
    assert!(script().contains("\nset -eu\n"));
}

//! What others wrote, in tags, names and ids, stays what it is: text.

use std::process::Command;

use flowtoll::check::NamePattern;
use flowtoll::model::plan::Change;
use flowtoll::plan::{Lack, PlanFile, Wishes, Written, write};
use proptest::prelude::*;
use serde_json::Value;

use super::world::{Ids, changes, invented_inventory, inventory_of, sample, text, wishes, with};

/// Words that end or begin something in one of the dialects.
const NASTY: [&str; 16] = [
    "'; touch PWNED; '",
    "$(touch PWNED)",
    "`touch PWNED`",
    "\"; touch PWNED; \"",
    "${file(\"PWNED\")}",
    "%{ if true }x%{ endif }",
    "$${a}",
    "\\",
    "\n- touch PWNED",
    "\r\n",
    "EOT\n",
    "{{resolve:ssm:x}}",
    "<script>alert(1)</script>",
    "](javascript:alert(1))",
    "file:///etc/passwd",
    "\u{0}\u{7f}\u{85}\u{2028}é日本",
];

fn nasty() -> impl Strategy<Value = String> {
    let word = prop_oneof![prop::sample::select(&NASTY[..]).prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(word, 1..4).prop_map(|words| words.concat())
}

/// The rich plan with an environment from a tag and one from the command line.
fn written(tag: &str) -> Written {
    let vpc = serde_json::json!({ "Vpcs": [{
        "VpcId": Ids::invented().vpc, "CidrBlock": "10.7.0.0/16", "OwnerId": "111122223333", "Tags": [{ "Key": "env", "Value": tag }],
    }]});
    let inventory = inventory_of(&[("describe-vpcs.json", vpc.to_string())]);
    let (report, _) = sample();
    write(&with(report, changes(&Ids::invented())), &inventory, &wishes())
}

/// What a name is when it comes out again: a tag's value has no control characters, and 256 characters at most.
fn name(tag: &str, service: &str, kind: &str) -> String {
    let known = tag.trim();
    let name = if known.is_empty() {
        format!("{service}-{kind}-endpoint")
    } else {
        format!("{service}-{kind}-endpoint-{known}")
    };
    name.chars().filter(|c| !c.is_control()).take(256).collect()
}

/// The words that a script gives to `aws`, as a shell reads them; anything else that it ran is said too.
fn calls(script: &PlanFile) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("script.sh");
    std::fs::write(&path, &script.text).expect("the script");
    // A stand-in that writes its words down and answers what a fresh account would.
    let aws = folder.path().join("aws");
    std::fs::write(
        &aws,
        "#!/bin/sh\n{ for word in \"$@\"; do printf '%s\\037' \"$word\"; done; printf '\\036'; } >>\"$CALLS\"\n\
         case \"$*\" in\n*get-caller-identity*) echo 111122223333 ;;\n*'[State]'*) echo available ;;\n*create-*) echo made-1 ;;\nesac\n",
    )
    .expect("the stand-in");
    let status = Command::new("chmod").arg("+x").arg(&aws).status().expect("chmod");
    assert!(status.success());
    let paths = std::env::var("PATH").expect("PATH");
    let output = Command::new("sh")
        .arg(&path)
        .current_dir(folder.path())
        .env("PATH", format!("{}:{paths}", folder.path().display()))
        .env("CALLS", folder.path().join("calls"))
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), script.text);
    assert!(!folder.path().join("PWNED").exists(), "{}", script.text);
    let calls = std::fs::read_to_string(folder.path().join("calls")).expect("calls");
    calls
        .split_terminator('\u{1e}')
        .map(|call| call.split_terminator('\u{1f}').map(str::to_owned).collect())
        .collect()
}

fn check(tag: &str) {
    let written = written(tag);
    let (s3, ecr) = (name(tag, "s3", "gateway"), name(tag, "ecr.api", "interface"));

    let template: Value = serde_json::from_str(text(&written, "template.json")).expect("JSON");
    let tags = |id: &str| template["Resources"][id]["Properties"]["Tags"][0]["Value"].clone();
    assert_eq!(tags("S3GatewayVpc0aaaaaaaaaaaaaaa1"), s3);
    assert_eq!(tags("EcrApiInterfaceVpc0aaaaaaaaaaaaaaa1"), ecr);

    let body = hcl::parse(text(&written, "main.tf")).expect("HCL");
    let names: Vec<String> = body
        .blocks()
        .filter(|block| block.labels().first().is_some_and(|kind| kind.as_str() == "aws_vpc_endpoint"))
        .map(|block| {
            let tags = block.body().attributes().find(|attribute| attribute.key() == "tags").expect("tags");
            let hcl::Expression::Object(tags) = tags.expr() else { panic!("tags are an object") };
            let key = hcl::expr::ObjectKey::from("Name");
            match tags.iter().find(|(known, _)| known.to_string() == key.to_string()).expect("a name").1 {
                hcl::Expression::String(name) => name.clone(),
                // Doubled signs make a template of it; without anything to fill in it is a text again.
                hcl::Expression::TemplateExpr(template) => {
                    let template = hcl::Template::from_expr(template).expect("a template");
                    let literal = |element: &hcl::template::Element| match element {
                        hcl::template::Element::Literal(text) => text.clone(),
                        other => panic!("{other:?} is no text"),
                    };
                    template.elements().iter().map(literal).collect()
                }
                other => panic!("{other:?} is no text"),
            }
        })
        .collect();
    let plain = |name: &String| name.replace("$${", "${").replace("%%{", "%{");
    let names: Vec<String> = names.iter().map(plain).collect();
    let wanted: Vec<String> =
        [s3.clone(), ecr.clone(), name(tag, "ecr.dkr", "interface")].iter().map(plain).collect();
    assert_eq!(names, wanted);

    let script = written.files.iter().find(|file| file.path.ends_with("apply.sh")).expect("a script");
    let calls = calls(script);
    let made = |service: &str| {
        let call = calls.iter().find(|call| {
            call.contains(&"create-vpc-endpoint".to_owned())
                && call.iter().any(|word| word.ends_with(service))
        });
        let call = call.unwrap_or_else(|| panic!("no call for {service}"));
        let at = call.iter().position(|word| word == "--tag-specifications").expect("tags");
        let tags: Value = serde_json::from_str(&call[at + 1]).expect("JSON");
        tags[0]["Tags"][0]["Value"].as_str().expect("a name").to_owned()
    };
    assert_eq!(made("us-east-1.s3"), s3);
    assert_eq!(made("us-east-1.ecr.api"), ecr);
    let group =
        calls.iter().find(|call| call.contains(&"create-security-group".to_owned())).expect("a group");
    let at = group.iter().position(|word| word == "--group-name").expect("a name");
    assert!(group[at + 1].chars().all(|c| c.is_ascii_graphic() || c == ' ') && group[at + 1].len() <= 255);

    let page = text(&written, "RATIONALE.md");
    let lines: Vec<&str> = page.lines().filter(|line| line.contains("s3-gateway-endpoint")).collect();
    assert_eq!(lines.len(), 1, "a name stays on its line");
    assert!(lines[0].starts_with("- Name: `"), "{}", lines[0]);
}

#[test]
fn nothing_nasty_breaks_out() {
    for tag in NASTY {
        check(tag);
    }
    check(&NASTY.concat());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_tag_breaks_out(tag in nasty()) {
        check(&tag);
    }
}

#[test]
fn patterns_and_environments_are_texts_too() {
    let (report, _) = sample();
    let hostile = "'\"$(touch PWNED)`${x}\n";
    let asked = Wishes {
        names: NamePattern::parse("a'b\"$(c)-{service}").expect("a pattern"),
        environment: Some(hostile.to_owned()),
        ..wishes()
    };
    let written = write(&with(report, changes(&Ids::invented())), &invented_inventory(), &asked);
    let script = written.files.iter().find(|file| file.path.ends_with("apply.sh")).expect("a script");
    assert!(calls(script).iter().any(|call| call.iter().any(|word| word.contains("a'b\\\"$(c)-s3"))));
    hcl::parse(text(&written, "main.tf")).expect("HCL");
}

#[test]
fn ids_that_are_none_are_refused_whatever_their_place() {
    let ids = Ids::invented();
    let (report, _) = sample();
    for bad in NASTY.into_iter().chain(["-x", "vpc-", "rtb-0A", "--debug", "", "vpc-1 vpc-2", "../.."]) {
        let text = || bad.to_owned();
        for change in changes(&ids) {
            let change = Change { depends_on: Vec::new(), ..change };
            let mut twins = vec![
                Change { vpc_id: Some(text()), ..change.clone() },
                Change { region: Some(text()), ..change.clone() },
                Change { account_id: Some(text()), ..change.clone() },
                Change { vpc_endpoint_ids: vec![text()], ..change.clone() },
                Change { route_table_ids: vec![text()], ..change.clone() },
            ];
            if bad != "rtb-0A" {
                twins.push(Change { service: text(), ..change.clone() });
                twins.push(Change { companions: vec![text()], ..change.clone() });
                twins.push(Change { service_names: vec![text()], ..change.clone() });
            }
            if !change.client_cidrs.is_empty() {
                twins.push(Change { client_cidrs: vec![text()], ..change.clone() });
            }
            for twin in twins {
                let written =
                    write(&with(report.clone(), vec![twin.clone()]), &invented_inventory(), &wishes());
                let why: Vec<&Lack> = written.left_out.iter().map(|left| &left.why).collect();
                assert_eq!(why, [&Lack::NotAnId(text())], "{twin:?}");
                assert_eq!(written.files.len(), 1);
            }
        }
    }
}

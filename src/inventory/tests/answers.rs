//! Which files count, how answers lie in them, and what is said about damaged ones.

use ipnet::IpNet;
use proptest::prelude::{any, proptest};

use super::super::{InventoryFile, load};
use super::{inventory, problems, sound};

fn vpc_ids(files: &[(&str, &str)]) -> Vec<String> {
    inventory(files).vpcs.into_iter().map(|vpc| vpc.vpc_id).collect()
}

const A: &str = r#"{"Vpcs":[{"VpcId":"vpc-a","CidrBlock":"10.0.0.0/16"}]}"#;
const B: &str = r#"{"Vpcs":[{"VpcId":"vpc-b","CidrBlock":"10.1.0.0/16"}]}"#;

#[test]
fn answers_may_follow_each_other_in_any_way() {
    let both = ["vpc-a", "vpc-b"];
    for text in [
        format!("{A}{B}"),
        format!("{B}\r\n{A}\n\n"),
        format!("[{B},{A}]"),
        format!("[{A}]\n[{B}]"),
        format!("\u{feff}{A} {B}"),
        format!(r#"{{"status_code":200,"data":{A}}}{{"data":{B},"status_code":200}}"#),
    ] {
        let found = sound(&text);
        assert_eq!(found.vpcs.iter().map(|vpc| vpc.vpc_id.as_str()).collect::<Vec<_>>(), both, "{text}");
    }
    assert_eq!(vpc_ids(&[("describe-vpcs.json", A), ("x/describe-vpcs-page2.json", B)]), both);
}

#[test]
fn power_shell_writes_utf_16() {
    let units = |to: fn(u16) -> [u8; 2]| {
        "\u{feff}".chars().chain(A.chars()).flat_map(move |c| to(c as u16)).collect()
    };
    for bytes in [units(u16::to_le_bytes), units(u16::to_be_bytes)] {
        let found = load([InventoryFile { path: "describe-vpcs.json".to_owned(), bytes }]);
        assert_eq!((found.vpcs.len(), found.problems.len()), (1, 0));
    }
}

#[test]
fn content_tells_the_call_and_others_are_passed_over() {
    let found = inventory(&[
        ("anything.JSON", A),
        ("README.md", "not { json"),
        ("record.sh", "aws ec2 describe-vpcs > describe-vpcs.json"),
        (".describe-vpcs.json", "{"),
        ("ec2.DescribeInstances_1.json", r#"{"status_code":200,"data":{"Reservations":[{"Vpcs":1}]}}"#),
        ("other.json", r#"{"Entries":[{"Key":1}],"data":"text","Error":null,"Subnets":{"a":[1]}}"#),
        ("list.json", r#"[1,"two",null,[true,2.5]]"#),
    ]);
    assert_eq!(found.problems, []);
    assert_eq!(found.vpcs.len(), 1);
    assert_eq!(found.files_read, 4);
    assert!(found.subnets.is_empty());
    assert!(found.missing_calls.contains(&"describe-subnets".to_owned()));
}

#[test]
fn missing_calls_are_named_unless_answered_by_an_empty_list() {
    let all = inventory(&[("describe-vpcs.json", r#"{"Vpcs":[]}"#)]).missing_calls;
    assert_eq!(
        all,
        [
            "describe-subnets",
            "describe-route-tables",
            "describe-nat-gateways",
            "describe-vpc-endpoints",
            "describe-network-interfaces",
            "describe-managed-prefix-lists",
            "get-managed-prefix-list-entries",
            "describe-flow-logs",
        ]
    );
    let lists = r#"{"PrefixLists":[{"PrefixListId":"pl-1","PrefixListName":"n"}]}"#;
    let missing = inventory(&[("p.json", lists)]).missing_calls;
    assert!(missing.contains(&"get-managed-prefix-list-entries".to_owned()), "{missing:?}");
    // Where there are no lists, there is nothing to ask their entries for.
    let missing = inventory(&[("p.json", r#"{"PrefixLists":[]}"#)]).missing_calls;
    assert!(!missing.contains(&"get-managed-prefix-list-entries".to_owned()), "{missing:?}");

    assert!(inventory(&[]).missing_calls.is_empty());
    assert!(inventory(&[("README.md", "# empty")]).missing_calls.is_empty());
}

#[test]
fn what_stands_before_the_damage_is_kept() {
    let cut = format!("{A}\n{}", &B[..30]);
    let found = inventory(&[("describe-vpcs.json", &cut)]);
    assert_eq!(found.vpcs.len(), 1);
    assert_eq!(found.problems[0].object, "describe-vpcs.json");
    assert_eq!(
        found.problems[0].reason,
        "line 2 column 30: the file ends in the middle of an answer (the complete value before it was kept); \
         run the call again"
    );
    // Half an answer is no answer: routes or gateways may be missing from it.
    let found = inventory(&[("describe-vpcs.json", &A[..A.len() - 1])]);
    assert!(found.vpcs.is_empty());
    assert!(found.missing_calls.contains(&"describe-vpcs".to_owned()));
}

#[test]
fn files_that_are_no_answers_are_named_with_advice() {
    let deep = "[".repeat(100_000);
    let found = problems(&[
        ("a/describe-vpcs.json", "VPCS\t10.0.0.0/16\n"),
        ("b/describe-vpcs.json", ""),
        ("c/describe-vpcs.json", r#"[{"VpcId":"vpc-a"}]"#),
        (
            "d/describe-vpcs.json",
            "\nAn error occurred (UnauthorizedOperation) when calling the DescribeVpcs operation: no\n",
        ),
        (
            "e/describe-vpcs.json",
            r#"{"status_code":403,"data":{"Error":{"Code":"AccessDenied","Message":"no"}}}"#,
        ),
        ("f/describe-vpcs", r#"{"Error":{"Code":"Throttling"}}"#),
        ("g/describe-vpcs.json.gz", "\u{1f}\u{8b}"),
        ("h/describe-vpcs.json", &deep),
        ("i/describe-vpcs.json", r#"{"status_code":500,"data":{"Vpcs":[{"VpcId":"vpc-half"}]}}"#),
    ]);
    let starts = [
        "a/describe-vpcs.json: line 1 column 1: not JSON, expected value; run the call again with `--output json`",
        "b/describe-vpcs.json: the file is empty; run the call again",
        "c/describe-vpcs.json: the file has no `Vpcs` list; give it as `aws ec2 describe-vpcs --output json` prints it",
        "d/describe-vpcs.json: the file holds an error, not an answer: An error occurred (UnauthorizedOperation)",
        "e/describe-vpcs.json: AWS answered with an error (AccessDenied: no); allow the call and run it again",
        "f/describe-vpcs: AWS answered with an error (Throttling)",
        "g/describe-vpcs.json.gz: line 1 column 1: not JSON",
        "h/describe-vpcs.json: line 1 column 128: not JSON, recursion limit exceeded",
        "i/describe-vpcs.json: AWS answered with an error (status 500)",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (problem, start) in found.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}\n{start}");
    }
    let zipped =
        load([InventoryFile { path: "describe-vpcs.json.gz".to_owned(), bytes: vec![0x1F, 0x8B, 8, 0] }]);
    assert_eq!(zipped.problems[0].reason, "the file is compressed with gzip; decompress it");
}

#[test]
fn a_list_without_its_last_page_is_reported() {
    let page = |token: &str| format!(r#"{{"Subnets":[],"NextToken":{token}}}"#);
    let (more, last) = (page(r#""abc""#), page("null"));
    assert_eq!(problems(&[("1.json", &more), ("2.json", &last)]), Vec::<String>::new());
    assert_eq!(problems(&[("1.json", &format!("{more}{last}"))]), Vec::<String>::new());
    let wrapped = format!(r#"{{"status_code":200,"data":{more}}}"#);
    for text in [&more, &wrapped] {
        let found = problems(&[("1.json", text)]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("1.json: the last page of `Subnets` is missing"), "{found:?}");
    }
}

#[test]
fn the_later_path_wins_whatever_order_files_come_in() {
    let named = |name: &str| {
        format!(r#"{{"Vpcs":[{{"VpcId":"vpc-a","Tags":[{{"Key":"Name","Value":"{name}"}}]}}]}}"#)
    };
    let twice = format!("{}{}", named("second"), named("third"));
    let first = named("first");
    let files = [("1/describe-vpcs.json", first.as_str()), ("2/describe-vpcs.json", &twice), ("3/x.json", B)];
    let forward = inventory(&files);
    let mut reversed = files;
    reversed.reverse();
    assert_eq!(forward, inventory(&reversed));
    assert_eq!(forward.vpcs.len(), 2);
    assert_eq!(forward.vpcs[0].name.as_deref(), Some("third"));
}

#[test]
fn entries_find_their_list() {
    let blocks =
        |text: &str| Some(text.split(' ').map(|block| block.parse::<IpNet>().unwrap()).collect::<Vec<_>>());
    let one = r#"{"Entries":[{"Cidr":"52.216.0.0/15"}]}"#;
    let two = r#"{"Entries":[{"Cidr":"3.5.0.0/19","Description":""}],"NextToken":null}"#;
    for files in [
        vec![("get-managed-prefix-list-entries.pl-0123.json", format!("{one}{two}"))],
        vec![("r/get-managed-prefix-list-entries-pl-0123.json", one.to_owned()), ("r/pl-0123-page2.json", two.to_owned())],
        vec![("pl-0123/entries.json", format!("[{two},{one}]"))],
        vec![("e.json", r#"{"PrefixListId":"pl-0123","Entries":[{"Cidr":"52.216.0.0/15"},{"Cidr":"3.5.0.0/19"}]}"#.to_owned())],
        vec![("e.json", r#"{"pl-0123":{"Entries":[{"Cidr":"52.216.0.0/15"},{"Cidr":"3.5.0.0/19"}]}}"#.to_owned())],
        vec![("e.json", r#"{"PrefixLists":[{"PrefixListId":"pl-0123","Cidrs":["52.216.0.0/15","3.5.0.0/19"]}]}"#.to_owned())],
        vec![("e.json", r#"{"PrefixLists":[{"PrefixListId":"pl-0123","Entries":[{"Cidr":"52.216.0.0/15"},{"Cidr":"3.5.0.0/19"}]}]}"#.to_owned())],
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let found = inventory(&files);
        assert_eq!(found.problems, []);
        assert_eq!(found.prefix_lists.len(), 1, "{files:?}");
        assert_eq!(found.prefix_lists[0].prefix_list_id, "pl-0123");
        assert_eq!(found.prefix_lists[0].entries, blocks("3.5.0.0/19 52.216.0.0/15"), "{files:?}");
        assert!(!found.missing_calls.contains(&"get-managed-prefix-list-entries".to_owned()));
    }
    // A later recording replaces the whole list: what AWS dropped since must not come back.
    let found = inventory(&[("day1/pl-0123.json", one), ("day2/pl-0123.json", two)]);
    assert_eq!(found.prefix_lists[0].entries, blocks("3.5.0.0/19"));
    // The name comes from another answer, and a list nobody asked entries for has none.
    let lists = r#"{"PrefixLists":[{"PrefixListId":"pl-0123","PrefixListName":"com.amazonaws.us-east-1.s3"},{"PrefixListId":"pl-9"}]}"#;
    let found = inventory(&[("pl-0123.json", one), ("z.json", lists)]);
    assert_eq!(found.prefix_lists[0].name.as_deref(), Some("com.amazonaws.us-east-1.s3"));
    assert_eq!(found.prefix_lists[0].entries, blocks("52.216.0.0/15"));
    assert_eq!(found.prefix_lists[1].entries, None);
}

#[test]
fn entries_without_a_list_need_a_name() {
    let found =
        problems(&[("get-managed-prefix-list-entries.json", r#"{"Entries":[{"Cidr":"3.5.0.0/19"}]}"#)]);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("name the file `get-managed-prefix-list-entries.pl-0123.json`"), "{found:?}");
}

proptest! {
    #[test]
    fn no_bytes_stop_it(flips in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..6), cut in any::<u16>()) {
        let lists = r#"{"PrefixLists":[{"PrefixListId":"pl-1","Cidrs":["3.5.0.0/19"]}]}{"pl-2":{"Entries":[]}}"#;
        let gateways = r#"{"NatGateways":[{"NatGatewayId":"nat-1","CreateTime":{"year":2026,"month":3,"day":4}}],"NextToken":"x"}"#;
        let subnets = r#"[{"Subnets":[{"SubnetId":"s","VpcId":"vpc-a","AvailabilityZone":"us-east-1a","CidrBlock":"10.0.0.0/24"}]}]"#;
        let mut bytes = format!("{A}{lists}{gateways}{subnets}").into_bytes();
        for (at, byte) in flips {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(usize::from(cut) % (bytes.len() * 2));
        let path = "us-east-1/get-managed-prefix-list-entries.pl-3.json".to_owned();
        let found = load([InventoryFile { path, bytes }]);
        assert_eq!(found.files_read, 1);
    }
}

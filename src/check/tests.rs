//! Policies, statement by statement. The rules themselves are tried through the command line, in `tests/it/check`.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing to look at should stop there")]

use serde_json::{Value, json};

use super::policy::{Fit, Known, Policy, Request, Verdict, like};
use super::{NamePattern, NamePatternError, say, some, word};
use crate::model::wording::Lang;

const ACCOUNT: &str = "111122223333";

/// `s3:GetObject` on `arn:aws:s3:::data/key` through vpce-1 of vpc-1.
fn request() -> Request<'static> {
    let one = |value: &str| Known::Values(vec![value.to_owned()]);
    Request {
        action: "s3:GetObject",
        resource: "arn:aws:s3:::data/key".to_owned(),
        account: Some(ACCOUNT),
        context: vec![
            ("aws:sourcevpce", one("vpce-1")),
            ("aws:sourcevpc", one("vpc-1")),
            ("aws:sourceip", Known::Absent),
            ("aws:securetransport", one("true")),
        ],
    }
}

fn judge(statements: &Value) -> Verdict {
    Policy::parse(&json!({ "Statement": statements }).to_string()).unwrap().judge(&request())
}

/// A statement that allows everything, with some keys replaced.
fn allow(keys: &Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
    for (key, value) in keys.as_object().unwrap() {
        statement[key] = value.clone();
        // A negated element stands instead of the plain one.
        if let Some(plain) = key.strip_prefix("Not") {
            statement.as_object_mut().unwrap().remove(plain);
        }
    }
    statement
}

#[test]
fn elements_of_a_statement_fit_or_do_not() {
    for (keys, allowed) in [
        (json!({}), true),
        (json!({"Action": "s3:GetObject"}), true),
        (json!({"Action": "S3:getobject"}), true),
        (json!({"Action": ["s3:Put*", "s3:Get*"]}), true),
        (json!({"Action": "s3:GetObjec?"}), true),
        (json!({"Action": "s3:GetObjectAcl"}), false),
        (json!({"Action": "dynamodb:*"}), false),
        (json!({"NotAction": "s3:DeleteObject"}), true),
        (json!({"NotAction": ["s3:*"]}), false),
        (json!({"Resource": "arn:aws:s3:::data/*"}), true),
        // The bucket is not its objects.
        (json!({"Resource": "arn:aws:s3:::data"}), false),
        (json!({"Resource": "arn:aws:s3:::DATA/*"}), false),
        (json!({"NotResource": "arn:aws:s3:::data/*"}), false),
        (json!({"Principal": {"AWS": "*"}}), true),
        (json!({"Principal": {"AWS": [ACCOUNT]}}), true),
        (json!({"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}), true),
        (json!({"Principal": {"AWS": "arn:aws:iam::999999999999:root"}}), false),
        (json!({"Principal": {"Service": "ec2.amazonaws.com"}}), false),
        (json!({"NotPrincipal": {"AWS": "arn:aws:iam::999999999999:root"}}), true),
    ] {
        let expected = if allowed { Verdict::Allowed } else { Verdict::NotAllowed };
        assert_eq!(judge(&allow(&keys)), expected, "{keys}");
    }
}

/// `NotPrincipal` with the account's root excepts root, and not every role.
#[test]
fn an_account_that_is_excepted_is_not_all_of_its_roles() {
    let deny = json!([{"Effect": "Deny", "Action": "*", "Resource": "*",
        "NotPrincipal": {"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/admin"]}}]);
    let policy = Policy::parse(&json!({ "Statement": deny }).to_string()).unwrap();
    assert!(matches!(policy.denies(&request()), Fit::Maybe(_)));
}

#[test]
fn conditions_hold_or_do_not() {
    for (condition, allowed) in [
        (json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}}), true),
        (json!({"StringEquals": {"AWS:sourceVPCE": ["vpce-2", "vpce-1"]}}), true),
        (json!({"StringEquals": {"aws:SourceVpce": "vpce-2"}}), false),
        (json!({"StringNotEquals": {"aws:SourceVpce": ["vpce-2", "vpce-3"]}}), true),
        (json!({"StringNotEquals": {"aws:SourceVpce": ["vpce-2", "vpce-1"]}}), false),
        (json!({"StringEqualsIgnoreCase": {"aws:SourceVpc": "VPC-1"}}), true),
        (json!({"StringLike": {"aws:SourceVpc": "vpc-*"}}), true),
        (json!({"StringNotLike": {"aws:SourceVpc": "vpc-?"}}), false),
        // Both operators, and both keys of one, must hold.
        (json!({"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:SourceVpce": "vpce-2"}}), false),
        (json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:SecureTransport": true}}), true),
        (json!({"Bool": {"aws:SecureTransport": "false"}}), false),
        // A key that the request does not have.
        (json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), false),
        (json!({"IpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}}), true),
        (json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), true),
        (json!({"Null": {"aws:SourceIp": "true"}}), true),
        (json!({"Null": {"aws:SourceVpce": "true"}}), false),
    ] {
        let expected = if allowed { Verdict::Allowed } else { Verdict::NotAllowed };
        assert_eq!(judge(&allow(&json!({ "Condition": condition }))), expected, "{condition}");
    }
}

#[test]
fn what_cannot_be_decided_is_said() {
    for keys in [
        json!({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}),
        json!({"Condition": {"DateLessThan": {"aws:SourceVpce": "2026-01-01"}}}),
        json!({"Condition": {"ForAnyValue:StringEquals": {"aws:SourceVpce": "vpce-1"}}}),
        // A role of the account: whether the client is that role is not known.
        json!({"Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}}),
    ] {
        assert!(matches!(judge(&allow(&keys)), Verdict::Undecided(_)), "{keys}");
    }
    // Unless something else decides: a second statement, or an element that does not fit.
    let unsure = json!({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}});
    assert_eq!(judge(&json!([allow(&unsure), allow(&json!({}))])), Verdict::Allowed);
    let mut elsewhere = allow(&unsure);
    elsewhere["Action"] = json!("kms:*");
    assert_eq!(judge(&elsewhere), Verdict::NotAllowed);
}

#[test]
fn a_deny_that_fits_wins_and_is_named() {
    let deny = |sid: &str, condition: Value| json!({"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition});
    let open = allow(&json!({}));
    let other_endpoint = deny("OnlyOurs", json!({"StringNotEquals": {"aws:SourceVpce": "vpce-2"}}));
    assert_eq!(judge(&json!([open, other_endpoint])), Verdict::Denied(say::statement_named("OnlyOurs")));
    assert_eq!(judge(&json!([other_endpoint, open])), Verdict::Denied(say::statement_named("OnlyOurs")));
    let nameless = deny("", json!({}));
    assert_eq!(judge(&json!([open, nameless])), Verdict::Denied(say::statement_at(2)));
    let plain_http = deny("Tls", json!({"Bool": {"aws:SecureTransport": "false"}}));
    assert_eq!(judge(&json!([open, plain_http])), Verdict::Allowed);
    let unsure = deny("Mfa", json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}}));
    assert!(matches!(judge(&json!([open, unsure])), Verdict::Undecided(_)));
    assert_eq!(judge(&json!([unsure])), Verdict::NotAllowed);
    assert_eq!(judge(&json!([])), Verdict::NotAllowed);
}

#[test]
fn several_addresses_must_agree() {
    let mut request = request();
    let addresses = ["203.0.113.1", "198.51.100.1"].map(str::to_owned);
    request.context = vec![("aws:sourceip", Known::Values(addresses.to_vec()))];
    let deny = |blocks: Value| {
        let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": blocks}}});
        Policy::parse(&json!({ "Statement": statement }).to_string()).unwrap().denies(&request)
    };
    assert_eq!(deny(json!("192.0.2.0/24")), Fit::Yes);
    assert_eq!(deny(json!(["203.0.113.0/24", "198.51.100.1"])), Fit::No);
    assert!(matches!(deny(json!("203.0.113.0/24")), Fit::Maybe(_)));
    assert!(matches!(deny(json!("not a block")), Fit::Maybe(_)));
}

#[test]
fn what_is_no_policy_is_refused() {
    for text in ["", "{", "[]", "{}", r#"{"Statement":3}"#, r#"{"Statement":[1]}"#] {
        assert!(Policy::parse(text).is_err(), "{text}");
    }
}

#[test]
fn stars_stand_for_anything() {
    for (pattern, text, fits) in [
        ("*", "", true),
        ("a*c", "abbc", true),
        ("a*c", "abbd", false),
        ("*ab*ab", "abab", true),
        ("*ab*ab", "aba", false),
        ("a?c", "ac", false),
        ("", "a", false),
        ("äö*", "äöü", true),
    ] {
        assert_eq!(like(pattern, text), fits, "{pattern} {text}");
    }
    // Many stars against a text that does not fit must not take long.
    assert!(!like(&"*a".repeat(200), &"b".repeat(20_000)));
}

#[test]
fn name_patterns_have_placeholders_that_exist() {
    assert!(NamePattern::parse("{env}/{type}/{service}").is_ok());
    assert_eq!(NamePattern::parse("{team}"), Err(NamePatternError::Unknown("team".to_owned())));
    assert_eq!(NamePattern::parse("a{env"), Err(NamePatternError::Open("a{env".to_owned())));
}

#[test]
fn nothing_breaks_out_of_a_word() {
    for (text, expected) in [
        ("vpce-0123", "vpce-0123"),
        ("10.0.0.0/16", "10.0.0.0/16"),
        ("", "''"),
        ("-rf", "'-rf'"),
        ("a b", "'a b'"),
        ("$(reboot)", "'$(reboot)'"),
        ("it's; rm -rf", r"'it'\''s; rm -rf'"),
        ("a\nb", "'a\nb'"),
    ] {
        assert_eq!(word(text), expected);
    }
}

#[test]
fn long_lists_are_cut_and_counted() {
    assert_eq!(some(["a", "b"]).en(), "a, b");
    let seven = some(["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(seven.en(), "1, 2, 3, 4, 5 and 2 more");
    assert_eq!(seven.text(Lang::Ja), "1, 2, 3, 4, 5 ほか 2 件");
}

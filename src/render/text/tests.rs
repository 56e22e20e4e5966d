//! That every text has all languages and the same parameters in each is the compiler's to see; these look at the words.

use std::collections::BTreeSet;

use super::{advice, diff, explain, findings, notes, page, plan, table};

/// Every catalogue: those of views, and those of the stages.
fn all() -> Vec<(&'static str, &'static str, &'static str)> {
    [
        table::ALL,
        page::ALL,
        findings::ALL,
        advice::ALL,
        notes::ALL,
        plan::ALL,
        explain::ALL,
        diff::ALL,
        crate::check::say::ALL,
        crate::advise::say::ALL,
        crate::price::say::ALL,
        crate::diff::say::ALL,
    ]
    .concat()
}

fn is_japanese(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

/// The parameters of a wording; `{{` is a brace.
fn parameters(wording: &str) -> BTreeSet<String> {
    let plain = wording.replace("{{", "").replace("}}", "");
    plain.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
}

#[test]
fn every_text_is_said_in_every_language() {
    // The same in both languages.
    let alike = [
        "a_vpc",
        "sure_because",
        "and_also",
        "from_to",
        "zone",
        "type_balancer",
        "code",
        "id",
        "usd_nat",
        "several",
        "remedy",
        "at_nat",
        "flat",
        "tier_rate",
        "disassociate",
        "bounded",
    ];
    let all = all();
    for (name, english, japanese) in &all {
        assert!(!english.trim().is_empty() && !english.chars().any(is_japanese), "{name}: {english}");
        assert!(japanese.chars().any(is_japanese) || alike.contains(name), "{name}: {japanese}");
        assert_eq!(parameters(english), parameters(japanese), "{name}");
    }
    assert!(all.len() > 150, "{}", all.len());
}

#[test]
fn terms_are_those_of_aws() {
    // As AWS's Japanese documentation writes them: NATゲートウェイ and VPC エンドポイント, and アベイラビリティーゾーン with its last
    // long vowel; アベイラビリティゾーン, インタフェース and ゲートウエイ are other people's spellings.
    for (name, _, japanese) in &all() {
        for wrong in [
            "アベイラビリティゾーン",
            "インタフェース",
            "ゲートウエイ",
            "ナットゲートウェイ",
            "VPCエンドポイント",
        ] {
            assert!(!japanese.contains(wrong), "{name}: {japanese}");
        }
    }
}

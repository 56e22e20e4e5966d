//! The text report: its look, its figures and its width.

use proptest::prelude::*;

use super::super::{Format, Lang, TableStyle, converted, prices, table};
use super::sample::{self, GIB};
use crate::model::report::{Currency, Report};
use crate::model::wording::Wording;
use crate::price::PriceBook;

fn shown(report: &Report, width: u16, color: bool) -> String {
    let mut out = Vec::new();
    table(report, TableStyle { width, color, ..TableStyle::default() }, &mut out).expect("a Vec takes all");
    String::from_utf8(out).expect("UTF-8")
}

fn price_list(book: &PriceBook, region: Option<&str>, width: u16) -> String {
    let mut out = Vec::new();
    prices(book, region, TableStyle { width, ..TableStyle::default() }, &mut out).expect("a Vec takes all");
    String::from_utf8(out).expect("UTF-8")
}

/// Columns a line takes; the samples hold one-column letters and CJK of two.
fn columns(line: &str) -> usize {
    line.chars().map(|c| if ('\u{3040}'..='\u{9fff}').contains(&c) { 2 } else { 1 }).sum()
}

fn too_long(text: &str, width: usize) -> Vec<&str> {
    text.lines().filter(|line| columns(line) > width).collect()
}

#[test]
fn look_at_80_columns() {
    insta::assert_snapshot!(shown(&sample::full(), 80, false));
}

#[test]
fn look_at_60_columns() {
    insta::assert_snapshot!(shown(&sample::full(), 60, false));
}

#[test]
fn look_of_nothing() {
    insta::assert_snapshot!(shown(&sample::empty(), 80, false));
}

#[test]
fn look_without_prices() {
    insta::assert_snapshot!(shown(&sample::unpriced(), 80, false));
}

#[test]
fn look_of_json() {
    let mut out = Vec::new();
    Format::Json.render(&sample::full(), TableStyle::default(), &mut out).expect("a Vec takes all");
    insta::assert_snapshot!(String::from_utf8(out).expect("UTF-8"));
}

#[test]
fn look_of_a_price_list() {
    insta::assert_snapshot!(price_list(PriceBook::embedded(), Some("ap-northeast-1"), 80));
    insta::assert_snapshot!(price_list(PriceBook::embedded(), Some("cn-northwest-1"), 120));
}

#[test]
fn every_region_is_in_the_price_list() {
    let text = price_list(PriceBook::embedded(), None, 80);
    assert_eq!(text.lines().filter(|line| line.matches("unpriced").count() == 4).count(), 5);
    for region in PriceBook::embedded().regions() {
        assert!(text.lines().any(|line| line.starts_with(region)), "{region}");
    }
    let tokyo = text.lines().find(|line| line.starts_with("ap-northeast-1 ")).expect("Tokyo");
    assert_eq!(
        tokyo.split_whitespace().collect::<Vec<_>>(),
        ["ap-northeast-1", "0.062", "0.062", "0.014", "0.01"]
    );
}

#[test]
fn the_same_report_is_the_same_text_and_colour_only_adds_to_it() {
    let plain = shown(&sample::full(), 80, false);
    assert_eq!(plain, shown(&sample::full(), 80, false));
    assert!(!plain.contains('\u{1b}'));
    let coloured = shown(&sample::full(), 80, true);
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        stripped.push_str(before);
        rest = after.split_once('m').expect("a styling sequence").1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
    assert!(coloured.len() > plain.len());
}

#[test]
fn figures_are_those_of_the_report() {
    let text = shown(&sample::full(), 80, false);
    let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "24 h observed, x 30.42 to a month of 730 h",
        "Cost a month 305.63 USD (45,997 JPY)",
        "NAT gateways 279.10, cross-AZ transfer 6.08, VPC endpoints 20.44",
        // 94.291667 of 305.626666.
        "Possible saving 94.29 USD (14,191 JPY), 30.9 % of it: 1 change",
        "1. Add a free s3 gateway endpoint to vpc-0123456789abcdef0",
        "88.00 GiB in",
        "other view saw 99.21 %",
        "USD/month: 94.29 now -> 0.00 after, saves 94.29 = 14,191 JPY. Confidence: high.",
        "and 2 more",
        // 100 x 2^30 + 1,000, and with 2 x 2^30 + 5,000 + 40 more.
        "attributed 107,374,183,400",
        "= all bytes 109,521,672,088",
        "= all records 1,000,010",
        "1 failed, 1 skipped",
    ] {
        assert!(squeezed.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(!text.contains("does not add up"));
    let mut wrong = sample::full();
    wrong.ledger.bytes_total += 7;
    assert!(
        shown(&wrong, 80, false).contains("This does not add up: the parts are 109,521,672,088, off by 7.")
    );
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let mut report = sample::full();
    report.attribution = (0..30_u32)
        .map(|n| {
            sample::client(Some(&format!("eni-{n:017x}")), &format!("service-{n:02}"), u128::from(n) * GIB)
        })
        .collect();
    report.objects = vec![report.objects[0].clone(); 25];
    report.malformed_examples = vec![report.malformed_examples[0].clone(); 12];
    let text = shown(&report, 80, false);
    assert!(text.contains("10 more  ") && text.contains("Top 10 of 30 client interfaces"));
    assert!(text.contains("eni-0000000000000001d") && !text.contains("eni-00000000000000013\n"));
    assert!(text.contains("... and 15 more (all in --format json)"));
    assert!(text.contains("... and 2 more (all in --format json)"));
}

#[test]
fn names_cannot_steer_the_terminal() {
    let mut report = sample::full();
    report.nat_gateways[0].name = Some("red\u{1b}[31m\tbell\u{7}\r\u{202e}end".to_owned());
    let text = shown(&report, 80, false);
    assert!(text.contains("red\u{fffd}[31m\u{fffd}bell\u{fffd}\u{fffd}\u{fffd}end"));
}

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
    let error = "yaml".parse::<Format>().expect_err("no such format");
    assert_eq!(error.to_string(), "no format \"yaml\"; there are: table, json, markdown, html");
}

/// Ids, names and sentences as they come, and as they should not.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{3,4}-[0-9a-f]{17}",
        "[a-zA-Z0-9_/.:-]{0,140}",
        "([a-zA-Z]{1,30}[ ]{1,3}){0,12}",
        "[あ-ん漢字]{0,40}",
    ]
}

prop_compose! {
    fn any_report()(
        texts in proptest::collection::vec(any_text(), 24),
        numbers in proptest::collection::vec(prop_oneof![any::<u128>().prop_map(|n| n >> 8), 0_u128..1 << 44], 8),
        cents in proptest::collection::vec(any::<i64>(), 6),
        vantage in prop_oneof![Just(None), Just(Some("nat-inside")), Just(Some("nat-split")), Just(Some("nat-outside"))],
    ) -> Report {
        let text = |n: usize| texts[n].clone();
        let money = |n: usize| Some(rust_decimal::Decimal::new(cents[n], 3));
        let mut report = sample::full();
        let nat = &mut report.nat_gateways[0];
        (nat.nat_gateway_id, nat.name, nat.zone_id) = (text(0), Some(text(1)), Some(text(2)));
        (nat.bytes_out, nat.bytes_in, nat.bytes_cross_zone) = (numbers[0], numbers[1], numbers[2]);
        (nat.cost_observed_usd, nat.cost_month_usd, nat.vantage) = (money(0), money(1), vantage);
        let endpoint = &mut report.endpoints[0];
        (endpoint.vpc_endpoint_id, endpoint.service, endpoint.name) = (text(3), text(4), Some(text(5)));
        (endpoint.zones, endpoint.bytes_in, endpoint.cost_month_usd) = (vec![text(6), text(7)], numbers[3], money(2));
        let line = &mut report.attribution[0];
        (line.interface_id, line.service, line.service_region) = (Some(text(8)), text(9), Some(text(10)));
        (line.subnet_id, line.zone_id, line.bytes_in) = (Some(text(11)), Some(text(12)), numbers[4]);
        line.cost_month_usd = money(3);
        let advice = &mut report.advice[0];
        (advice.summary, advice.saving_month_usd, advice.bytes_month) = (text(13), money(4), numbers[5]);
        advice.evidence.formula = Wording::same(text(14));
        advice.evidence.route_table_ids = vec![text(15), text(16)];
        report.findings[0].title = text(17);
        report.notes[0].text = text(18);
        (report.objects[0].object, report.objects[0].reason) = (text(19), text(20));
        report.malformed_examples[0].object = text(21);
        report.sources.price_override = Some(text(22));
        report.period.start = Some(text(23));
        report.ledger.bytes_total = numbers[6];
        report.totals.cost_month_usd = money(5);
        report.totals.nat_gateway_bytes = numbers[7];
        report
    }
}

proptest! {
    #[test]
    fn no_line_is_longer_than_the_page(report in any_report(), width in 0_u16..200) {
        let text = shown(&report, width, false);
        prop_assert_eq!(too_long(&text, usize::from(width.max(40))), Vec::<&str>::new());
        prop_assert!(text.lines().all(|line| line == line.trim_end()));
    }
}

#[test]
fn look_in_japanese() {
    let mut out = Vec::new();
    let style = TableStyle { lang: Lang::Ja, ..TableStyle::default() };
    table(&sample::full(), style, &mut out).expect("a Vec takes all");
    insta::assert_snapshot!(String::from_utf8(out).expect("UTF-8"));
}

#[test]
fn figures_are_the_same_in_japanese() {
    let report = sample::full();
    let digits = |lang| {
        let mut out = Vec::new();
        table(&report, TableStyle { width: 140, color: false, lang }, &mut out).expect("a Vec takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-');
        let mut words: Vec<String> = text
            .split(|c: char| !is_part(c))
            .map(|word| word.trim_matches(|c: char| !c.is_ascii_digit()).to_owned())
            .filter(|word| !word.is_empty())
            .collect();
        words.sort();
        words
    };
    let (english, japanese) = (digits(Lang::En), digits(Lang::Ja));
    let missing: Vec<&String> = english.iter().filter(|word| !japanese.contains(word)).collect();
    assert_eq!(missing, Vec::<&String>::new());
    assert!(english.len() > 100);
}

#[test]
fn what_matters_is_in_the_first_20_lines() {
    let mut report = sample::full();
    report.advice = vec![report.advice[0].clone(); 8];
    for (width, lang) in [(80, Lang::En), (80, Lang::Ja), (120, Lang::En)] {
        let mut out = Vec::new();
        table(&report, TableStyle { width, color: false, lang }, &mut out).expect("a Vec takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        let first = text.lines().take(20).collect::<Vec<_>>().join("\n");
        for expected in ["305.63 USD", "94.29 USD", "30.42", "1. ", "2. ", "3. ", "94.29\n", "5 "] {
            assert!(first.contains(expected), "{expected} is not in\n{first}");
        }
    }
}

#[test]
fn other_currencies_are_rounded_once_from_the_exact_usd() {
    let currency = |code: &str, rate: &str, decimals| Currency {
        code: code.to_owned(),
        units_per_usd: sample::usd(rate).expect("a rate"),
        decimals,
    };
    for (usd, currency, expected) in [
        // 0.01 x 150 = 1.5; 0.004 USD would be 0.00 first.
        ("0.01", currency("JPY", "150", 0), "2 JPY"),
        ("0.004", currency("JPY", "150", 0), "1 JPY"),
        ("0.003", currency("JPY", "100", 0), "<1 JPY"),
        ("-0.01", currency("JPY", "150", 0), "-2 JPY"),
        ("1083.515", currency("JPY", "150", 0), "162,527 JPY"),
        ("1083.52", currency("EUR", "0.92", 2), "996.84 EUR"),
        ("1.0005", currency("KWD", "1", 3), "1.001 KWD"),
        ("0", currency("JPY", "150", 0), "0 JPY"),
    ] {
        let usd = sample::usd(usd).expect("an amount");
        assert_eq!(converted(usd, &currency).as_deref(), Some(expected), "{usd}");
    }
    assert_eq!(converted(rust_decimal::Decimal::MAX, &currency("JPY", "150", 0)), None);
}

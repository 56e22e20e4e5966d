//! The page: whole in itself, inert to what others wrote, and with the report's own figures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::super::{Lang, html};
use super::sample;
use crate::model::report::Report;
use crate::model::wording::Wording;

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    html(report, Lang::En, &mut out).expect("a Vec takes all");
    String::from_utf8(out).expect("UTF-8")
}

/// What stands between each `<tag ...>` and its end.
fn contents<'p>(page: &'p str, tag: &str) -> Vec<(&'p str, &'p str)> {
    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
    page.split(open.as_str())
        .skip(1)
        .map(|part| {
            let (attributes, rest) = part.split_once('>').expect("a tag ends");
            (attributes, rest.split_once(close.as_str()).expect("an element ends").0)
        })
        .collect()
}

#[test]
fn the_policy_allows_what_the_page_has_and_nothing_else() {
    let page = page(&sample::full());
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).expect("a policy");
    let policy = policy.split('"').next().expect("its end").replace("&#39;", "'");
    let scripts = contents(&page, "script");
    let is_data = |(attributes, _): &&(&str, &str)| attributes.contains("application/json");
    let data: Vec<_> = scripts.iter().filter(is_data).collect();
    let run: Vec<_> = scripts.iter().filter(|script| !is_data(script)).collect();
    assert_eq!((data.len(), run.len()), (1, 2));
    let styles = contents(&page, "style");
    assert_eq!(styles.len(), 1);
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let expected = format!(
        "default-src 'none'; script-src {} {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash(run[0].1),
        hash(run[1].1),
        hash(styles[0].1)
    );
    assert_eq!(policy, expected);
}

#[test]
fn the_page_is_whole_and_the_same_each_time() {
    for report in [sample::full(), sample::empty(), sample::unpriced()] {
        let text = page(&report);
        assert_eq!(text, page(&report));
        let markup = contents(&text, "body")[0].1.split("<script").next().expect("markup");
        for loads in [" src=", "url(", "@import", "<link", "<iframe", " style=", " onclick=", "href=\"http"] {
            assert!(!markup.contains(loads), "{loads}");
        }
        assert!(text.len() < 200_000, "{} bytes", text.len());
    }
}

#[test]
fn what_others_wrote_is_text() {
    const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&\u{202e}\u{2028}";
    let mut report = sample::full();
    let hostile = || Some(HOSTILE.to_owned());
    report.nat_gateways[0].name = hostile();
    report.endpoints[0].name = hostile();
    HOSTILE.clone_into(&mut report.endpoints[0].service);
    report.attribution[0].service_region = hostile();
    HOSTILE.clone_into(&mut report.attribution[0].service);
    report.names.insert("subnet-0a1b2c3d4e5f60718".to_owned(), HOSTILE.to_owned());
    HOSTILE.clone_into(&mut report.advice[0].summary);
    report.advice[0].evidence.way_back = Wording::same(HOSTILE);
    HOSTILE.clone_into(&mut report.findings[0].title);
    HOSTILE.clone_into(&mut report.notes[0].text);
    HOSTILE.clone_into(&mut report.objects[0].object);
    HOSTILE.clone_into(&mut report.malformed_examples[0].reason);
    report.sources.inventory = hostile();
    let plain = page(&sample::full());
    let text = page(&report);
    assert!(!text.contains("<img") && !text.contains('\u{202e}') && !text.contains('\u{2028}'));
    for tag in ["<script", "</script", "<li", "<tr", "<td", "<details"] {
        assert_eq!(text.matches(tag).count(), plain.matches(tag).count(), "{tag}");
    }
    // The places above, and more than one for some.
    assert!(text.matches("onerror=alert(1)").count() >= 13);
    let data = contents(&text, "script").into_iter().find(|(tag, _)| tag.contains("json")).expect("data").1;
    assert!(!data.contains(['<', '>', '&']));
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let service = data["flows"][0]["service"].as_str().expect("a service");
    assert!(service.starts_with("</script><img src=x onerror=alert(1)>\"'&"), "{service}");
}

#[test]
fn figures_are_those_of_the_report() {
    let text = page(&sample::full());
    for expected in [
        "data-key=\"saving_month_usd\">94.29<",
        "data-key=\"cost_month_usd\">305.63<",
        // 305.626666 - 94.291667 = 211.334999
        "data-key=\"after\">211.33<",
        "data-figure=\"94489280512\">88.00 GiB<",
        "data-figure=\"10.048\">10.05<",
        "109,521,672,088",
        "prod-private-a",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
    assert!(page(&sample::unpriced()).contains("data-key=\"cost_month_usd\">unpriced<"));
    assert!(page(&sample::empty()).contains("No day was observed."));
}

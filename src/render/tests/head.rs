//! Cost now, saving and cost after, where they do not simply subtract.

use super::super::{Format, TableStyle};
use super::sample::{empty, usd};
use crate::model::plan::{CostParts, Plan};
use crate::model::report::{Ledger, Report, Totals};

fn shown(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    let style = TableStyle { width: 100, ..TableStyle::default() };
    format.render(report, style, &mut out).expect("a Vec takes all");
    String::from_utf8(out).expect("UTF-8")
}

/// One NAT gateway that goes with its traffic: 32.85 of hours, 32.85 of data, and 3.65 of its public IPv4 address, which is no part of
/// the report's cost.
fn without_its_gateway() -> Report {
    let parts = |hours: &str, address: &str| CostParts {
        nat_gateway_hours_usd: usd(hours),
        public_ipv4_usd: usd(address),
        transit_gateway_usd: usd("0"),
        ..CostParts::default()
    };
    Report {
        totals: Totals {
            nat_gateway_cost_month_usd: usd("65.70"),
            cost_month_usd: usd("65.70"),
            saving_month_usd: usd("69.35"),
            ..empty().totals
        },
        plan: Plan {
            now: parts("32.85", "3.65"),
            after: parts("0", "0"),
            saving_month_usd: usd("69.35"),
            ..Plan::default()
        },
        ..empty()
    }
}

#[test]
fn what_is_saved_beside_the_cost_is_not_taken_from_it() {
    let report = without_its_gateway();
    let markdown = shown(&report, Format::Markdown);
    for row in [
        "| **Total now** | **65.70** |",
        "| Possible saving | 69.35 |",
        "beside the cost | 3.65 |",
        "| After the advice | 0.00 |",
    ] {
        assert!(markdown.contains(row), "{row} in {markdown}");
    }
    let html = shown(&report, Format::Html);
    assert!(html.contains(r#"data-key="after">0.00<"#), "after");
    assert!(html.contains("<td class=\"figure\">3.65</td>"), "beside the cost");
    // 65.70 of the saving is the whole of the cost.
    let table = shown(&report, Format::Table);
    assert!(table.contains("69.35 USD, 100.0 % of it and 3.65 for public IPv4"), "{table}");
}

#[test]
fn a_plan_that_adds_charges_beside_the_cost_takes_no_more_from_it() {
    // A central endpoint: 10.00 less at NAT gateways, 4.00 more through the transit gateway.
    let mut report = without_its_gateway();
    report.totals.saving_month_usd = usd("6.00");
    report.plan.after = CostParts { transit_gateway_usd: usd("4.00"), ..report.plan.now.clone() };
    let markdown = shown(&report, Format::Markdown);
    assert!(markdown.contains("| After the advice | 59.70 |"), "{markdown}");
    assert!(!markdown.contains("beside the cost"), "{markdown}");
}

#[test]
fn nothing_is_not_the_cost_of_what_is_not_known() {
    let ledger = |unknown| Ledger { bytes_attributed: 1_000, bytes_path_unknown: unknown, ..empty().ledger };
    let totals = Totals { cost_month_usd: usd("0"), ..empty().totals };
    let unknown = Report { ledger: ledger(200), totals: totals.clone(), ..empty() };
    for format in [Format::Table, Format::Markdown, Format::Html] {
        assert!(
            shown(&unknown, format).contains("not known: 20.0 % of the bytes are on no known path"),
            "{format:?}"
        );
    }
    let known = Report { ledger: ledger(199), totals, ..empty() };
    assert!(shown(&known, Format::Markdown).contains("| **Total now** | **0.00** |"));
}

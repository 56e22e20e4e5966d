//! `--dry-run`: what a run would ask for, found without asking for it.

use serde_json::Value;

use super::estate::{Estate, reader};
use super::proxy::{Act, Kind, Proxy};
use super::server::{BUCKET, server};

fn estimate(estate: &Estate, endpoint: &str, more: &[&str]) -> (i32, Value) {
    let run = estate.report(endpoint, &[&["--dry-run"], more].concat());
    let estimate = run.json();
    assert_eq!(estimate["schema"], "flowtoll/estimate/v1", "{}", run.stderr);
    (run.code, estimate)
}

#[test]
fn what_it_says_is_what_a_run_then_asks_for() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "dry");
    super::keys::write_many(&estate, 1_300);
    estate.write("AWSLogs/aws-logs-write-test", b"Permission Check Successful");
    estate.upload();
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    let (code, estimate) = estimate(&estate, &proxy.url(), &[]);
    assert_eq!(code, 0);
    assert_eq!(
        proxy.count(Kind::Get) + proxy.count(Kind::Range) + proxy.count(Kind::Other),
        0,
        "only listings"
    );
    let lists = super::keys::LEVELS + 2;
    assert_eq!(proxy.count(Kind::List), lists);
    let bytes: u64 = estate
        .names()
        .iter()
        .filter(|name| !name.ends_with("write-test"))
        .map(|name| std::fs::metadata(estate.logs().join(name)).expect("an object").len())
        .sum();
    assert_eq!((&estimate["objects"], &estimate["bytes"]), (&Value::from(1_300), &Value::from(bytes)));
    let [bucket] = estimate["buckets"].as_array().expect("buckets").as_slice() else {
        panic!("one bucket: {estimate}");
    };
    assert_eq!((bucket["bucket"].as_str(), bucket["region"].as_str()), (Some(BUCKET), Some("us-east-1")));
    assert_eq!(
        (&bucket["list_requests"], &bucket["get_requests"]),
        (&Value::from(lists), &Value::from(1_300))
    );
    // By hand: 6 x 0.005 / 1,000 + 1,300 x 0.0004 / 1,000.
    assert_eq!(bucket["cost_usd"], "0.00055");
    assert_eq!(estimate["requests_cost_usd"], "0.00055");
    // The run itself.
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    assert_eq!(estate.report(&proxy.url(), &[]).code, 0);
    assert_eq!((proxy.count(Kind::List), proxy.count(Kind::Get)), (lists, 1_300));
}

#[test]
fn another_region_has_other_prices_or_none() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "dry-regions");
    super::keys::write_many(&estate, 10);
    estate.upload();
    let endpoint = format!("http://{}", server.address);
    // By hand: 5 x 0.0047 / 1,000 + 10 x 0.00037 / 1,000 = 0.0000272, rounded to six decimals.
    let (code, tokyo) = estimate(&estate, &endpoint, &["--region", "ap-northeast-1"]);
    assert_eq!((code, tokyo["requests_cost_usd"].as_str()), (0, Some("0.000027")));
    let (code, mexico) = estimate(&estate, &endpoint, &["--region", "mx-central-1"]);
    assert_eq!((code, &mexico["requests_cost_usd"]), (1, &Value::Null), "a price is missing: never 0");
    let prices = estate.beside("prices.toml");
    std::fs::write(&prices, "[region.mx-central-1]\ns3_list_1000 = \"1\"\ns3_get_1000 = \"0.5\"\n")
        .expect("a price file");
    let prices = prices.to_str().expect("a path in UTF-8");
    let (code, own) = estimate(&estate, &endpoint, &["--region", "mx-central-1", "--prices", prices]);
    assert_eq!((code, own["requests_cost_usd"].as_str()), (0, Some("0.01")));
}

#[test]
fn a_bucket_that_cannot_be_listed_has_no_estimate() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "dry-denied");
    let endpoint = format!("http://{}", server.address);
    let run = estate.report_of("s3://flow-logs-of-nobody/", &endpoint, &["--dry-run"], &reader());
    run.assert_no_report(&["flow-logs-of-nobody"]);
}

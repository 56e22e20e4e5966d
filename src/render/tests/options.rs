//! Services against their break-even, as the filled report has them.

use super::sample::{GIB, advice, text, usd};
use crate::model::plan::ServiceOption;
use crate::model::wording::Wording;

/// A service above its break-even that the plan leaves to another endpoint, and one that never pays.
pub(super) fn options() -> Vec<ServiceOption> {
    let set = ServiceOption {
        vpc_id: "vpc-0123456789abcdef0".to_owned(),
        region: text("ap-northeast-1"),
        service: "ecr.api".to_owned(),
        companions: vec!["ecr.dkr".to_owned()],
        has_endpoint: true,
        is_changed: false,
        zones_needed: 2,
        bytes_month: 1000 * GIB,
        traffic_gb_month: usd("1000"),
        break_even_gb_month_per_zone: usd("200"),
        // 2 services x 2 zones x 200
        break_even_gb_month: usd("800"),
        advice_ids: vec![],
        clients: vec!["eni-0aaaaaaaaaaaaaaa1".to_owned()],
        client_count: 1200,
        confidence: "medium",
        confidence_reasons: vec![Wording::same("12 h observed: less than a day")],
        way_back: Wording::same("create it again as it was"),
    };
    let never = ServiceOption {
        service: "ebs".to_owned(),
        companions: vec![],
        has_endpoint: false,
        break_even_gb_month_per_zone: None,
        break_even_gb_month: None,
        client_count: 1,
        confidence: "low",
        ..set.clone()
    };
    let changed = ServiceOption {
        service: "ssm".to_owned(),
        companions: vec![],
        is_changed: true,
        traffic_gb_month: usd("0.1"),
        break_even_gb_month: usd("400"),
        advice_ids: vec![advice().id],
        clients: vec![],
        client_count: 0,
        ..set.clone()
    };
    vec![never, set, changed]
}

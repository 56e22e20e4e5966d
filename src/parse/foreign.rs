//! Logs of other kinds that land under the same prefix: recognised, named and skipped.

use super::format::tokens;

/// The kind of log a text line (a header, or a first record) belongs to, if it is a known one that is not a VPC flow
/// log.
pub fn of_line(line: &[u8]) -> Option<&'static str> {
    let mut words = tokens(line);
    let first = words.next()?;
    let all = || std::iter::once(first).chain(tokens(line).skip(1));
    let any = |test: fn(&[u8]) -> bool| all().any(test);
    if any(|word| starts_with_folded(word, b"tgw-")) && any(|word| starts_with_folded(word, b"resource-type"))
        || any(|word| {
            word == b"tgw-attachment-id" || word == b"tgw_attachment_id" || word == b"tgw-pair-attachment-id"
        })
        || (first == b"6"
            && tokens(line)
                .nth(1)
                .is_some_and(|word| word.starts_with(b"TransitGateway") || word.starts_with(b"tgw-")))
    {
        return Some("transit gateway flow log");
    }
    if any(|word| starts_with_folded(word, b"core-network")) || any(|word| word.starts_with(b"CoreNetwork")) {
        return Some("Cloud WAN flow log");
    }
    if any(|word| starts_with_folded(word, b"accelerator-id")) || first == b"2.0" || first == b"1.0" {
        return Some("Global Accelerator flow log");
    }
    if line.starts_with(b"#Version:") || line.starts_with(b"#Fields:") {
        return Some("CloudFront access log");
    }
    if matches!(first, b"http" | b"https" | b"h2" | b"ws" | b"wss" | b"tls") && all().count() > 10 {
        return Some("Elastic Load Balancing access log");
    }
    None
}

/// The kind of log a JSON record belongs to, by its keys.
pub fn of_json_keys(keys: &[String]) -> Option<&'static str> {
    let has = |name: &str| keys.iter().any(|key| key == name);
    if has("query_name") || has("query_timestamp") {
        Some("Route 53 Resolver query log")
    } else if has("firewall_name") || has("availability_zone") && has("event") {
        Some("Network Firewall log")
    } else if has("serviceNetworkArn") || has("serviceNetworkResourceAssociationId") || has("targetGroupArn")
    {
        Some("VPC Lattice access log")
    } else if has("Records") || has("eventVersion") {
        Some("CloudTrail log")
    } else if has("webaclId") || has("httpRequest") {
        Some("WAF log")
    } else if DESCRIBE_KEYS.iter().any(|key| has(key)) {
        Some("describe answer (inventory)")
    } else {
        None
    }
}

const DESCRIBE_KEYS: [&str; 11] = [
    "Vpcs",
    "Subnets",
    "RouteTables",
    "NatGateways",
    "VpcEndpoints",
    "NetworkInterfaces",
    "PrefixLists",
    "FlowLogs",
    "SecurityGroups",
    "Reservations",
    "status_code",
];

/// `starts_with`, with `_` for `-` and without case.
fn starts_with_folded(word: &[u8], start: &[u8]) -> bool {
    word.len() >= start.len() && super::fields::same_name(&word[..start.len()], start)
}

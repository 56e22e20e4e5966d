//! Logs of other kinds: their own headers and records, as their documentation shows them.

use super::super::ObjectError;
use super::{V2, parse_text, v2_record};

/// "Transit Gateway Flow Log records", the default format (AWS), all fields.
const TRANSIT_GATEWAY: &str = "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id \
    tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni \
    tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
    log-status type packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired \
    tcp-flags region flow-direction pkt-src-aws-service pkt-dst-aws-service";
const TRANSIT_GATEWAY_RECORD: &str = "6 TransitGateway 123456789012 tgw-0a1 tgw-attach-0a1 123456789012 123456789012 \
    vpc-0a1 vpc-0b2 subnet-0a1 subnet-0b2 eni-0a1 eni-0b2 use1-az1 use1-az2 tgw-attach-0b2 10.0.1.5 10.1.1.5 49152 443 6 4 \
    1500 1773100800 1773100860 OK IPv4 0 0 0 0 19 us-east-1 ingress - -";

fn kind(text: &str) -> &'static str {
    let (recorder, outcome) = parse_text(text.as_bytes());
    assert_eq!(recorder.events, []);
    match outcome {
        Err(ObjectError::Foreign { kind }) => kind,
        other => panic!("{other:?} from {text}"),
    }
}

#[test]
fn transit_gateway() {
    let log = "transit gateway flow log";
    assert_eq!(kind(TRANSIT_GATEWAY), log);
    assert_eq!(kind(&TRANSIT_GATEWAY.replace('-', "_")), log);
    assert_eq!(kind("resource-type tgw-id srcaddr dstaddr bytes start end"), log);
    assert_eq!(kind("tgw-attachment-id srcaddr dstaddr bytes start end"), log);
    assert_eq!(kind(TRANSIT_GATEWAY_RECORD), log);
}

#[test]
fn cloud_wan() {
    let header =
        "version resource-type account-id core-network-id core-network-attachment-id srcaddr dstaddr bytes";
    assert_eq!(kind(header), "Cloud WAN flow log");
}

#[test]
fn global_accelerator() {
    // "Flow logs", Global Accelerator Developer Guide: no dashes between words, version 1.0 and 2.0.
    let header = "version aws-account-id accelerator-id client-ip client-port accelerator-ip accelerator-port endpoint-ip \
                  endpoint-port protocol ip-address-type packets bytes start-time end-time action log-status";
    assert_eq!(kind(header), "Global Accelerator flow log");
    let record = "2.0 123456789012 a1b2c3 192.0.2.9 50123 198.51.100.4 443 10.0.0.9 443 TCP IPv4 4 1500 1773100800 1773100860 \
                  ACCEPT OK";
    assert_eq!(kind(record), "Global Accelerator flow log");
}

#[test]
fn access_logs() {
    assert_eq!(
        kind("#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip\n"),
        "CloudFront access log"
    );
    let load_balancer = "https 2026-03-10T00:00:00.000000Z app/web/0a1 192.0.2.9:50123 10.0.0.9:80 0.0 0.0 0.0 200 200 34 366";
    assert_eq!(kind(load_balancer), "Elastic Load Balancing access log");
}

#[test]
fn another_log_inside_a_concatenated_one_is_passed_over() {
    let vpc = format!("{V2}\n{}\n", v2_record(10));
    for header in [
        TRANSIT_GATEWAY,
        "resource-type tgw-id srcaddr dstaddr srcport dstport protocol bytes start end log-status",
    ] {
        let log = format!("{vpc}{header}\n{TRANSIT_GATEWAY_RECORD}\n{TRANSIT_GATEWAY_RECORD}\n{vpc}");
        let (recorder, outcome) = parse_text(log.as_bytes());
        assert_eq!(outcome, Ok(()));
        assert_eq!(recorder.malformed(), [], "{header}");
        assert_eq!(recorder.records().len(), 2, "{header}");
    }
}

#[test]
fn nothing_of_a_vpc_log_is_taken_for_another() {
    let log = format!(
        "{V2} resource-id interface-type next-hop-interface-type\n{} nat-0a1 transit_gateway tgw-0a1\n",
        v2_record(10)
    );
    let (recorder, outcome) = parse_text(log.as_bytes());
    assert_eq!((outcome, recorder.records().len(), recorder.malformed().len()), (Ok(()), 1, 0));
}

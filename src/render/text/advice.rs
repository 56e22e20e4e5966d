//! What to do, in a few plain words, from the structured fields of an advice: the same for every language.

use super::{Lang, texts};
use crate::model::report::AdviceLine;

texts! {
    add_gateway(service, vpc) {
        "Add a free {service} gateway endpoint to {vpc}",
        "{vpc} に無料の {service} ゲートウェイエンドポイントを追加する"
    }
    associate(table, service) {
        "Associate {table} with the {service} gateway endpoint",
        "{table} を {service} ゲートウェイエンドポイントに関連付ける"
    }
    associate_several(count, service) {
        "Associate {count} route tables with the {service} gateway endpoint",
        "{count} 個のルートテーブルを {service} ゲートウェイエンドポイントに関連付ける"
    }
    add_interface(service, vpc, zones) {
        "Add a {service} interface endpoint to {vpc} in {zones} AZ(s)",
        "{vpc} に {service} のインターフェイスエンドポイントを追加する（AZ {zones} 個）"
    }
    add_interface_set(services, vpc, zones) {
        "Add the interface endpoints {services} to {vpc} in {zones} AZ(s)",
        "{vpc} に {services} のインターフェイスエンドポイントを追加する（AZ {zones} 個）"
    }
    shrink_interface(service, endpoint, zones) {
        "Take the {service} interface endpoint {endpoint} down to {zones} AZ(s)",
        "{service} のインターフェイスエンドポイント {endpoint} を AZ {zones} 個に減らす"
    }
    remove_interface(service, endpoint) {
        "Remove the {service} interface endpoint {endpoint}",
        "{service} のインターフェイスエンドポイント {endpoint} を削除する"
    }
    remove_interface_set(services, count) {
        "Remove the {count} interface endpoints {services}",
        "{services} のインターフェイスエンドポイント {count} 個を削除する"
    }
    add_central(services, vpc) {
        "Share one endpoint for {services} in {vpc} among the VPCs",
        "{vpc} の {services} エンドポイントを複数の VPC で共有する"
    }
    remove_nat(nat) { "Remove the NAT gateway {nat}: nothing would pass it", "通過するトラフィックがなくなるNATゲートウェイ {nat} を削除する" }
    private_subnets() { "the route tables of private subnets", "プライベートサブネットのルートテーブル" }
    a_vpc() { "the VPC", "VPC" }
}

/// What to do, in a few words. An action that is not known here is said by its own summary.
pub(crate) fn short(lang: Lang, line: &AdviceLine) -> String {
    let service = &line.service;
    let vpc = || line.vpc_id.clone().unwrap_or_else(|| a_vpc(lang));
    let via = || line.evidence.via.first().map_or("", String::as_str);
    match line.action {
        "add-gateway-endpoint" => add_gateway(lang, service, vpc()),
        "associate-route-table" => match line.evidence.route_table_ids.as_slice() {
            [] => associate(lang, private_subnets(lang), service),
            [table] => associate(lang, table, service),
            tables => associate_several(lang, tables.len(), service),
        },
        "add-interface-endpoint" if line.companions.is_empty() => {
            add_interface(lang, service, vpc(), line.zones.len().max(1))
        }
        "add-interface-endpoint" => add_interface_set(lang, services(line), vpc(), line.zones.len().max(1)),
        "shrink-interface-endpoint" => shrink_interface(lang, service, via(), line.zones.len().max(1)),
        "remove-interface-endpoint" if line.companions.is_empty() => remove_interface(lang, service, via()),
        "remove-interface-endpoint" => remove_interface_set(lang, services(line), line.companions.len() + 1),
        "add-central-endpoint" => add_central(lang, services(line), vpc()),
        "remove-nat-gateway" => remove_nat(lang, via()),
        _ => line.summary.clone(),
    }
}

/// The services of a set.
fn services(line: &AdviceLine) -> String {
    let all: Vec<&str> = [&line.service].into_iter().chain(&line.companions).map(String::as_str).collect();
    all.join(", ")
}

/// The sentence at the head of an advice: its summary, or in another language than English the plain words.
pub(in crate::render) fn summary(lang: Lang, line: &AdviceLine) -> String {
    match lang {
        Lang::En => line.summary.clone(),
        Lang::Ja => short(lang, line),
    }
}

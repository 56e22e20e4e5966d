//! What to do, in a few plain words, from the structured fields of an advice: the same for every language.

use super::{Lang, texts};
use crate::diff::AdviceChange;
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
        "Take the {service} interface endpoint {endpoint} out of {zones} AZ(s)",
        "{service} のインターフェイスエンドポイント {endpoint} を {zones} 個の AZ から外す"
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

/// What an advice is about.
struct Brief<'a> {
    action: &'a str,
    vpc_id: Option<&'a str>,
    service: &'a str,
    zones: usize,
    companions: &'a [String],
    via: &'a [String],
    route_table_ids: &'a [String],
}

/// What to do, in a few words. An action that is not known here is said by its own summary.
pub(crate) fn short(lang: Lang, line: &AdviceLine) -> String {
    let brief = Brief {
        action: line.action,
        vpc_id: line.vpc_id.as_deref(),
        service: &line.service,
        zones: line.zones.len(),
        companions: &line.companions,
        via: &line.evidence.via,
        route_table_ids: &line.evidence.route_table_ids,
    };
    brief.words(lang).unwrap_or_else(|| line.summary.clone())
}

impl Brief<'_> {
    /// `None` where the action is not known here.
    fn words(&self, lang: Lang) -> Option<String> {
        let service = self.service;
        let vpc = || self.vpc_id.map_or_else(|| a_vpc(lang), str::to_owned);
        let via = self.via.first().map_or("", String::as_str);
        let zones = self.zones.max(1);
        let is_alone = self.companions.is_empty();
        Some(match self.action {
            "add-gateway-endpoint" => add_gateway(lang, service, vpc()),
            "associate-route-table" => match self.route_table_ids {
                [] => associate(lang, private_subnets(lang), service),
                [table] => associate(lang, table, service),
                tables => associate_several(lang, tables.len(), service),
            },
            "add-interface-endpoint" if is_alone => add_interface(lang, service, vpc(), zones),
            "add-interface-endpoint" => add_interface_set(lang, self.services(), vpc(), zones),
            "shrink-interface-endpoint" => shrink_interface(lang, service, via, zones),
            "remove-interface-endpoint" if is_alone => remove_interface(lang, service, via),
            "remove-interface-endpoint" => {
                remove_interface_set(lang, self.services(), self.companions.len() + 1)
            }
            "add-central-endpoint" => add_central(lang, self.services(), vpc()),
            "remove-nat-gateway" => remove_nat(lang, via),
            _ => return None,
        })
    }

    /// The services of a set.
    fn services(&self) -> String {
        let companions = self.companions.iter().map(String::as_str);
        [self.service].into_iter().chain(companions).collect::<Vec<_>>().join(", ")
    }
}

/// The same of an advice in a comparison.
pub(in crate::render) fn compared(lang: Lang, line: &AdviceChange) -> String {
    let subject = &line.subject;
    let brief = Brief {
        action: &subject.action,
        vpc_id: subject.vpc_id.as_deref(),
        service: &subject.service,
        zones: subject.zones.len(),
        companions: &subject.companions,
        via: &subject.evidence.via,
        route_table_ids: &subject.evidence.route_table_ids,
    };
    match lang {
        Lang::En => line.summary.clone(),
        Lang::Ja => brief.words(lang).unwrap_or_else(|| line.summary.clone()),
    }
}

/// The sentence at the head of an advice: its summary, or in another language than English the plain words.
pub(in crate::render) fn summary(lang: Lang, line: &AdviceLine) -> String {
    match lang {
        Lang::En => line.summary.clone(),
        Lang::Ja => short(lang, line),
    }
}

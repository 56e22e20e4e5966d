//! What a comparison says, in every language.

use super::{Lang, texts};

texts! {
    title() { "NAT gateway and VPC endpoint cost, compared", "NATゲートウェイと VPC エンドポイントのコストの比較" }
    headline(change, relative) {
        "NAT gateway and VPC endpoint cost: {change} USD/month{relative}",
        "NATゲートウェイと VPC エンドポイントのコスト：{change} USD/月{relative}"
    }
    before() { "before", "前" }
    after() { "after", "後" }
    after_padded() { "after ", "後" }
    note() { "note", "注" }
    how_far() { "How far they compare", "比較上の注意" }
    nothing() {
        "Nothing changed: both reports say the same about traffic, cost and advice.",
        "変化はありません。トラフィック、コスト、推奨事項は両方のレポートで同じです。"
    }
    usd_month() { "USD/month", "USD/月" }
    head_before() { "Before", "前" }
    head_after() { "After", "後" }
    head_change() { "Change", "増減" }
    head_percent() { "Change %", "増減 %" }
    change_usd() { "Change\nUSD/month", "増減\nUSD/月" }
    change() { "change", "増減" }
    percent() { "change %", "増減 %" }
    head_why_total() { "Why the total changed", "合計が変わった理由" }
    why_total() { "why the total changed", "合計が変わった理由" }
    head_why() { "Why", "理由" }
    why() { "why", "理由" }
    bytes_a_month() { "bytes a month", "月間バイト数" }
    new_advice() { "New advice", "新しい推奨事項" }
    gone_advice() { "No longer advised", "推奨されなくなった事項" }
    saving(usd, id) { "{usd} USD/month ({id})", "{usd} USD/月 ({id})" }
    advice(usd, summary, id) { "{usd} USD/month: {summary} ({id})", "{usd} USD/月：{summary} ({id})" }
    a_month(size) { "{size} a month", "月間 {size}" }
    from_to(before, after) { "{before} -> {after}", "{before} -> {after}" }
    unpriced_both() { "unpriced before and after", "前後とも料金不明" }
    unpriced_before() { "unpriced before", "前の料金が不明" }
    unpriced_after() { "unpriced after", "後の料金が不明" }
    more(count, change) { "{count} more: {change}", "ほか {count} 件：{change}" }
    idle(count) { "{count} changed in bytes, not in cost", "バイト数だけが変わりコストは同じもの {count} 件" }
    rest(parts) { "{parts}; --format json has all.", "{parts}。すべては --format json で確認できます。" }
    new_count(count, change) { "{count} new {change}", "新規 {count} 件 {change}" }
    gone_count(count, change) { "{count} gone {change}", "消滅 {count} 件 {change}" }
    changed_count(count, change) { "{count} changed {change}", "変更 {count} 件 {change}" }
    nat_gateways() { "NAT gateways", "NATゲートウェイ" }
    nat_gateway() { "NAT gateway", "NATゲートウェイ" }
    vpc_endpoints() { "VPC endpoints", "VPC エンドポイント" }
    vpc_endpoint() { "VPC endpoint", "VPC エンドポイント" }
    services() { "Services (data processing)", "サービス（データ処理料金）" }
    service() { "Service", "サービス" }
    clients() { "Clients (data processing)", "クライアント（データ処理料金）" }
    interface() { "Interface", "ネットワークインターフェイス" }
    new_clients() { "new clients", "新規クライアント" }
    gone_clients() { "gone clients", "消滅したクライアント" }
    new_services() { "new services", "新規サービス" }
    gone_services() { "gone services", "消滅したサービス" }
    not_named() { "(not named by any record)", "（どのレコードにも名前なし）" }
    no_time() { "no record has a time", "時刻のあるレコードなし" }
    told(file, range, observed, month) {
        "{file}: {range}, {observed} h observed, a month of {month} h",
        "{file}：{range}、観測 {observed} 時間、1 か月 {month} 時間"
    }

    total_nat() { "NAT gateways: hours and data", "NATゲートウェイ：時間料金とデータ処理料金" }
    total_cross() { "Cross-AZ transfer to NAT gateways", "NATゲートウェイへの AZ 間データ転送" }
    total_endpoints() { "VPC endpoints: hours and data", "VPC エンドポイント：時間料金とデータ処理料金" }
    total_all() { "Total", "合計" }
    total_saving() { "Possible saving", "削減可能額" }

    rates() { "rates", "単価" }
    bytes() { "bytes", "バイト数" }
    hours() { "hours", "時間数" }
    new() { "new", "新規" }
    gone() { "gone", "消滅" }
    month_length() { "month length", "月の長さ" }
    rounding() { "rounding", "端数" }
    not_explained() { "not explained", "説明できない差" }
    rates_in_words() { "rates per GB and hour", "GB あたりと時間あたりの単価" }
    bytes_in_words() { "bytes, at the rates before", "バイト数（前の単価で計算）" }
    hours_in_words() { "hours and zones, at the rates before", "時間数とアベイラビリティーゾーン数（前の単価で計算）" }
    new_in_words() { "new NAT gateways and endpoints", "新しいNATゲートウェイとエンドポイント" }
    gone_in_words() { "NAT gateways and endpoints that are gone", "なくなったNATゲートウェイとエンドポイント" }
    length_in_words() { "length of the month", "月の長さ" }
}

/// A part of a change, by its name.
pub(in crate::render) fn part(lang: Lang, name: &str) -> String {
    match name {
        "rates" => rates(lang),
        "bytes" => bytes(lang),
        "hours" => hours(lang),
        "new" => new(lang),
        "gone" => gone(lang),
        "month length" => month_length(lang),
        "rounding" => rounding(lang),
        "not explained" => not_explained(lang),
        other => other.to_owned(),
    }
}

/// A part of the change of the total, in words.
pub(in crate::render) fn explained(lang: Lang, name: &str) -> String {
    match name {
        "rates" => rates_in_words(lang),
        "bytes" => bytes_in_words(lang),
        "hours" => hours_in_words(lang),
        "new" => new_in_words(lang),
        "gone" => gone_in_words(lang),
        "month length" => length_in_words(lang),
        other => part(lang, other),
    }
}

/// A sum of the reports, by its name.
pub(in crate::render) fn total(lang: Lang, name: &str) -> String {
    match name {
        "NAT gateways: hours and data" => total_nat(lang),
        "Cross-AZ transfer to NAT gateways" => total_cross(lang),
        "VPC endpoints: hours and data" => total_endpoints(lang),
        "Total" => total_all(lang),
        "Possible saving" => total_saving(lang),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Lang, explained, part};
    use crate::diff::effects::Effects;

    /// A name that is not known here would be shown in English.
    #[test]
    fn every_part_has_words() {
        for (name, _) in Effects::default().parts() {
            assert_eq!(part(Lang::En, name), name);
            assert_ne!(part(Lang::Ja, name), name);
            assert_ne!(explained(Lang::Ja, name), name);
        }
    }
}

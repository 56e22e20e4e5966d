//! Words of the table report.

use super::{Lang, texts};

texts! {
    title(range) { "NAT gateway and VPC endpoint cost, {range}", "NATゲートウェイとVPC エンドポイントのコスト、{range}" }
    no_record() { "no record", "レコードなし" }
    no_time() { "no record has a time", "時刻のあるレコードなし" }

    cost_month() { "Cost a month", "月額コスト" }
    cost_not_known(share) {
        "not known: {share} of the bytes are on no known path",
        "不明：バイトの {share} は経路が分かりません"
    }
    cost_parts(nat, cross, endpoints) {
        "NAT gateways {nat}, cross-AZ transfer {cross}, VPC endpoints {endpoints}",
        "NATゲートウェイ {nat}、AZ間データ転送 {cross}、VPC エンドポイント {endpoints}"
    }
    saving() { "Possible saving", "削減可能額" }
    saving_of(amount, share, changes) { "{amount}, {share} of it: {changes}", "{amount}、コストの {share}：{changes}" }
    saving_beyond(amount, share, outside, changes) {
        "{amount}, {share} of it and {outside} for public IPv4 addresses and transit gateway data beside it: {changes}",
        "{amount}、コストの {share} と、コストに含まれないパブリック IPv4 アドレスとトランジットゲートウェイのデータ処理 {outside}：{changes}"
    }
    saving_alone(amount, changes) { "{amount}: {changes}", "{amount}：{changes}" }
    no_change() { "no change found", "該当する変更なし" }
    one_change() { "1 change", "変更 1 件" }
    changes(count) { "{count} changes", "変更 {count} 件" }
    how_sure() { "How sure", "確からしさ" }
    sure_because(level, reasons) { "{level}: {reasons}", "{level}：{reasons}" }
    and_also() { "; ", "、" }
    surely() { "quite sure", "高い" }
    fairly() { "fairly sure", "中程度" }
    roughly() { "a rough guess", "低い" }
    sure_hours(hours, factor, month) {
        "{hours} h observed, x {factor} to a month of {month} h",
        "観測 {hours} 時間、{factor} 倍して 1 か月 {month} 時間に換算"
    }
    sure_no_hours() { "no hour observed: nothing can be scaled to a month", "観測時間がないため月額に換算できません" }
    sure_no_inventory() { "no inventory", "インベントリなし" }
    sure_unknown_path(share) {
        "{share} of the bytes are on a path that is not known",
        "経路不明のバイトが {share}"
    }
    sure_views(count) {
        "at {count} NAT gateway(s) two views differ by more than 2 %",
        "{count} 個のNATゲートウェイで 2 つの観測点の差が 2 % 超"
    }
    sure_skipdata(count) { "{count} SKIPDATA record(s), where AWS lost some", "AWS 側で欠落した SKIPDATA レコード {count} 件" }
    sure_failed(count) { "{count} object(s) could not be read", "読み取れなかったオブジェクト {count} 個" }
    sure_estimated(share) {
        "{share} of the NAT bytes are split over services by estimate",
        "NAT バイトの {share} はサービスへの配分が推定"
    }
    sure_unpriced() { "something has no price", "価格のないものがあります" }

    do_first() { "What to do first", "最初に行うこと" }
    saves_month() { "saves USD/month", "削減額 USD/月" }
    more_changes(count) { "and {count} more under Advice", "ほか {count} 件は「推奨事項」を参照" }

    sources_prices(date) { "Prices of {date}", "価格表 {date}" }
    sources_override(told, file) { "{told}, overridden by {file}", "{told}（{file} で上書き）" }
    sources_ip_ranges(told, date) { "{told}; ip-ranges of {date}", "{told}、ip-ranges {date}" }
    sources_inventory(told, directory) { "{told}; inventory {directory}", "{told}、インベントリ {directory}" }
    sources_no_inventory(told) { "{told}; no inventory", "{told}、インベントリなし" }
    sources_rate(told, rate) { "{told}; {rate}, as given", "{told}、{rate}（指定値）" }

    unpriced() { "unpriced", "価格不明" }
    none() { "none", "なし" }
    way_out(size) { "{size} out", "送信 {size}" }
    way_in(size) { "{size} in", "受信 {size}" }
    traffic() { "Traffic", "トラフィック" }
    usd_month() { "USD\n/month", "USD\n/月" }
    usd_observed() { "USD\nobserved", "USD\n観測分" }
    share() { "Share", "割合" }
    zone() { "Zone", "AZ" }

    nat_gateways() { "NAT gateways", "NATゲートウェイ" }
    nat_gateway() { "NAT gateway", "NATゲートウェイ" }
    none_seen() { "None was seen.", "見つかりませんでした。" }
    regional() { "regional", "リージョナル" }
    not_known() { "not known", "不明" }
    private() { "private", "プライベート" }
    inside() { "counted inside the gateway", "ゲートウェイの内側で計上" }
    at_clients() { "counted at its clients", "クライアント側で計上" }
    split() { "counted at the gateway, services estimated", "ゲートウェイで計上、サービスへの配分は推定" }
    outside() { "counted outside the gateway: an upper bound", "ゲートウェイの外側で計上（上限値）" }
    hours_at(vantage, hours) { "{vantage} {hours} h", "{vantage} {hours} 時間" }
    unseen() { "no record shows it", "該当するレコードなし" }
    other_view(percent) { "other view saw {percent}", "別の観測点では {percent}" }
    cross_zone(size, cost) { "cross-AZ {size}: {cost} USD/month", "AZ間 {size}：{cost} USD/月" }
    unit_prices(hour, gb) { "{hour}/h, {gb}/GB", "{hour}/時間、{gb}/GB" }

    endpoints() { "VPC endpoints", "VPC エンドポイント" }
    endpoint() { "VPC endpoint", "VPC エンドポイント" }
    none_known() { "None is known.", "把握しているものはありません。" }
    service() { "Service", "サービス" }
    endpoint_type() { "Type", "タイプ" }
    type_gateway() { "Gateway", "ゲートウェイ型" }
    type_interface() { "Interface", "インターフェイス型" }
    type_balancer() { "GatewayLoadBalancer", "Gateway Load Balancer型" }
    type_resource() { "Resource", "リソース型" }
    type_network() { "ServiceNetwork", "サービスネットワーク型" }
    idle() { "idle: no byte passed it", "アイドル：通過バイトなし" }
    perhaps_idle() { "no byte seen, but not all hours are", "バイトは未観測（全時間の観測ではない）" }

    where_bytes_go() { "Where the bytes go", "トラフィックの行き先" }
    nothing_attributed() { "No byte could be attributed.", "帰属できたバイトはありません。" }
    path() { "Path", "経路" }
    more(count) { "{count} more", "ほか {count} 件" }
    estimate_mark() {
        "~ The total is counted; its split over services is an estimate.",
        "~ 合計は実測値、サービスへの配分は推定値です。"
    }
    path_nat() { "nat-gateway", "NATゲートウェイ" }
    path_gateway_endpoint() { "gateway-endpoint", "ゲートウェイエンドポイント" }
    path_interface_endpoint() { "interface-endpoint", "インターフェイスエンドポイント" }
    path_internet_gateway() { "internet-gateway", "インターネットゲートウェイ" }
    path_egress_only() { "egress-only-internet-gateway", "Egress-Onlyインターネットゲートウェイ" }
    path_local() { "local", "VPC 内（local）" }
    path_peering() { "peering", "VPCピアリング" }
    path_transit_gateway() { "transit-gateway", "Transit Gateway（トランジットゲートウェイ）" }
    path_vpn() { "vpn", "VPN（仮想プライベートゲートウェイ）" }
    path_nat_instance() { "nat-instance", "NATインスタンス" }
    path_unknown() { "unknown", "不明" }
    service_internet() { "internet", "インターネット" }
    service_internal() { "internal", "内部" }
    service_unknown() { "unknown", "不明" }

    clients() { "Client interfaces through NAT gateways", "NATゲートウェイを使うクライアントのネットワークインターフェイス" }
    top_clients(shown, count) {
        "Top {shown} of {count} client interfaces through NAT gateways",
        "NATゲートウェイを使うクライアントのネットワークインターフェイス：{count} 個中上位 {shown} 個"
    }
    interface() { "Interface", "インターフェイス" }
    unnamed() { "(not named by any record)", "（レコードに名前なし）" }

    groups(key) { "Owners, by {key}", "所有者別（{key}）" }
    group_nat_data() { "NAT data", "NATデータ" }
    group_cross_zone() { "Cross-AZ", "AZ間転送" }
    group_endpoint_data() { "Endpoint\ndata", "EPデータ" }
    group_hours() { "Hours", "時間料金" }
    not_allocated() { "(not allocated: hours)", "（未配賦の時間料金）" }
    group_untagged() { "(untagged)", "（タグなし）" }
    group_unknown() { "(unknown)", "（不明）" }
    total() { "Total", "合計" }

    advice() { "Advice", "推奨事項" }
    no_advice() { "No change was found that saves money.", "コストを削減できる変更は見つかりませんでした。" }
    bytes_month(size) { "{size} a month. ", "月間 {size}。" }
    advice_money(moves, now, after, saving, confidence) {
        "{moves}USD/month: {now} now -> {after} after, saves {saving}. Confidence: {confidence}.",
        "{moves}USD/月：現在 {now} → 変更後 {after}、削減額 {saving}。確度：{confidence}。"
    }
    because() { "Because", "根拠" }
    rates() { "Rates", "単価" }
    options() { "Where each service stands", "各サービスの損益分岐点との比較" }
    option_traffic() { "GB\n/month", "GB\n/月" }
    option_break_even() { "Break-even\nGB/month", "損益分岐点\nGB/月" }
    option_per_zone(units, gb) { "{units} x {gb} per AZ", "AZあたり {gb} × {units}" }
    option_standing() { "Reached", "到達率" }
    option_plan() { "Plan", "プラン" }
    option_change(numbers) { "change {numbers}", "変更 {numbers}" }
    option_changed() { "changed", "変更あり" }
    option_kept() { "endpoint stays", "維持" }
    option_left() { "no endpoint", "作成しない" }
    option_needs(zones, grade) { "{zones} AZ(s), confidence {grade}", "AZ {zones} 個、確度：{grade}" }
    options_remark() {
        "Above its break-even an interface endpoint costs less than the same bytes through NAT gateways (-: no volume pays, or a price is missing). Way back: with \
         the evidence of a change; else delete what was added, or create again what was removed.",
        "損益分岐点を超えると、同じバイトをNATゲートウェイ経由で送るよりインターフェイスエンドポイントの方が安くなります（- はどの量でも割に合わないもの、または価格不明）。\
         戻し方：変更は各変更の根拠を参照。それ以外は、追加したものは削除し、削除したものは再作成します。"
    }
    break_even() { "Break-even", "損益分岐点" }
    break_even_gb(gb) { "{gb} GB a month and AZ", "アベイラビリティーゾーンごとに月間 {gb} GB" }
    clients_label() { "Clients", "クライアント" }
    and_more(count) { "and {count} more", "ほか {count} 個" }
    through() { "Through", "経由" }
    route_tables() { "Route tables", "ルートテーブル" }
    not_carried() { "Not carried", "対象外" }
    not_carried_size(size) { "{size} observed to the same service", "同じサービス宛ての観測量 {size}" }
    note() { "Note", "注意" }
    undo() { "Undo", "元に戻す方法" }
    high() { "high", "高" }
    medium() { "medium", "中" }
    low() { "low", "低" }
    critical() { "critical", "重大" }
    info() { "info", "情報" }

    findings() { "Findings", "検出事項" }
    fix() { "Fix", "対処" }
    loses(amount) { ", {amount} USD/month", "、{amount} USD/月" }
    more_findings(count) { "{count} more: flowtoll check shows them.", "ほか {count} 件：flowtoll check で表示されます。" }

    notes() { "What could not be known", "判明しなかったこと" }
    concerned(text, size, id) { "{text} ({size} concerned) [{id}]", "{text}（対象 {size}）[{id}]" }
    objects_that_failed(failed, skipped) {
        "Objects that did not count: {failed} failed, {skipped} skipped",
        "集計対象外のオブジェクト：失敗 {failed} 個、スキップ {skipped} 個"
    }
    failed() { "failed", "失敗" }
    skipped() { "skipped", "スキップ" }
    malformed_records(count) { "Malformed records: {count}", "形式不正のレコード：{count} 件" }
    more_in_json(count) { "... and {count} more (all in --format json)", "… ほか {count} 件（すべては --format json）" }

    ledger() { "Ledger", "照合表" }
    bytes() { "Bytes", "バイト" }
    records() { "Records", "レコード" }
    count() { "Count", "数" }
    attributed() { "attributed", "帰属済み" }
    duplicate_view() { "+ seen again from another side", "＋ 別の側で再度観測" }
    rejected_bytes() { "+ rejected by a security group or ACL", "＋ セキュリティグループまたは ACL で拒否" }
    unattributed() { "+ of no interface or direction that is known", "＋ インターフェイスまたは方向が不明" }
    all_bytes() { "= all bytes", "＝ 全バイト" }
    accepted() { "accepted", "許可" }
    rejected() { "+ rejected", "＋ 拒否" }
    no_data() { "+ no data", "＋ データなし（NODATA）" }
    skipdata() { "+ skipped by AWS (SKIPDATA)", "＋ AWS による欠落（SKIPDATA）" }
    malformed_count() { "malformed", "形式不正" }
    malformed() { "+ malformed", "＋ 形式不正" }
    all_records() { "= all records", "＝ 全レコード" }
    off_by(sum, difference) {
        "This does not add up: the parts are {sum}, off by {difference}.",
        "合計が一致しません：内訳の合計は {sum}、差は {difference} です。"
    }
    unknown_path_bytes(count) {
        "Of the attributed, on a path that is not known: {count}",
        "帰属済みのうち経路が不明なバイト：{count}"
    }
    objects_read(read, failed, skipped) {
        "Objects: {read} read, {failed} failed, {skipped} skipped.",
        "オブジェクト：読み取り {read} 個、失敗 {failed} 個、スキップ {skipped} 個。"
    }
    outside_period(told, count) { "{told} Records outside the period: {count}.", "{told} 期間外のレコード：{count} 件。" }
    time_anomalies(told, count) {
        "{told} Records without a possible time: {count}.",
        "{told} あり得ない時刻のレコード：{count} 件。"
    }
}

/// A path value in the language.
pub(in crate::render) fn path_name(lang: Lang, path: &str) -> String {
    match path {
        "nat-gateway" => path_nat(lang),
        "gateway-endpoint" => path_gateway_endpoint(lang),
        "interface-endpoint" => path_interface_endpoint(lang),
        "internet-gateway" => path_internet_gateway(lang),
        "egress-only-internet-gateway" => path_egress_only(lang),
        "local" => path_local(lang),
        "peering" => path_peering(lang),
        "transit-gateway" => path_transit_gateway(lang),
        "vpn" => path_vpn(lang),
        "nat-instance" => path_nat_instance(lang),
        "unknown" => path_unknown(lang),
        other => other.to_owned(),
    }
}

/// A service: AWS's own names stay, what flowtoll calls the rest is said in the language.
pub(in crate::render) fn service_name(lang: Lang, service: &str) -> String {
    match service {
        "internet" => service_internet(lang),
        "internal" => service_internal(lang),
        "unknown" => service_unknown(lang),
        other => other.to_owned(),
    }
}

/// A confidence or a severity.
pub(crate) fn grade(lang: Lang, grade: &str) -> String {
    match grade {
        "critical" => critical(lang),
        "high" => high(lang),
        "medium" => medium(lang),
        "low" => low(lang),
        "info" => info(lang),
        other => other.to_owned(),
    }
}

/// A vantage in plain words.
pub(in crate::render) fn vantage(lang: Lang, value: Option<&str>) -> String {
    match value {
        Some("nat-inside") => inside(lang),
        Some("clients") => at_clients(lang),
        Some("nat-split") => split(lang),
        Some("nat-outside") => outside(lang),
        Some(other) => other.to_owned(),
        None => unseen(lang),
    }
}

/// How many hours were counted from a vantage; in English by its value in the report, which is short.
pub(in crate::render) fn hours_from(lang: Lang, value: &str, hours: u64) -> String {
    match lang {
        Lang::En => hours_at(lang, value, hours),
        Lang::Ja => hours_at(lang, vantage(lang, Some(value)), hours),
    }
}

/// The type of an endpoint.
pub(in crate::render) fn type_name(lang: Lang, endpoint_type: &str) -> String {
    match endpoint_type {
        "Gateway" => type_gateway(lang),
        "Interface" => type_interface(lang),
        "GatewayLoadBalancer" => type_balancer(lang),
        "Resource" => type_resource(lang),
        "ServiceNetwork" => type_network(lang),
        other => other.to_owned(),
    }
}

/// What became of an object.
pub(in crate::render) fn outcome(lang: Lang, outcome: &str) -> String {
    match outcome {
        "failed" => failed(lang),
        "skipped" => skipped(lang),
        other => other.to_owned(),
    }
}

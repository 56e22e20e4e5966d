//! What `flowtoll explain` says, in every language.

use super::texts;

texts! {
    id() { "Id", "ID" }
    now() { "Now", "現在" }
    after() { "After", "変更後" }
    saves() { "Saves", "削減額" }
    a_month(amount) { "{amount} a month", "月額 {amount}" }
    confidence() { "Confidence", "信頼度" }
    because(grade, reasons) { "{grade}: {reasons}", "{grade}：{reasons}" }
    break_even() { "Break-even", "損益分岐点" }
    gb_and_zone(gb) { "{gb} GB a month and zone", "アベイラビリティーゾーンあたり月間 {gb} GB" }
    pays() { "Pays", "採算が取れる量" }
    first_byte() { "from the first byte", "最初の 1 バイトから" }
    gb_in_all(gb) { "{gb} GB a month in all", "合計で月間 {gb} GB" }
    traffic() { "Traffic", "トラフィック" }
    gb_a_month(gb) { "{gb} GB a month", "月間 {gb} GB" }
    together_with() { "Together with", "同時に変更" }
    after_advice() { "After advice", "先に行う変更" }
    arithmetic() { "Arithmetic", "計算" }
    prices() { "Prices", "単価" }
    clients() { "Clients", "クライアント" }
    through() { "Through", "経由" }
    route_tables() { "Route tables", "ルートテーブル" }
    notes() { "Notes", "注意事項" }
    way_back() { "The way back", "元に戻す方法" }
    in_the_plan() { "In the plan", "計画全体" }
    plan_now(amount) {
        "everything now, public addresses of NAT gateways included: {amount} a month",
        "現在の合計（NATゲートウェイのパブリック IPv4 アドレスを含む）：月額 {amount}"
    }
    plan_after(count, amount) {
        "with all {count} changes: {amount} a month",
        "{count} 件の変更をすべて行った場合：月額 {amount}"
    }
    plan_saving(amount) {
        "saving of the plan: {amount}, the difference of both and not a sum of savings",
        "計画の削減額：{amount}（両者の差であり、個々の削減額の合計ではない）"
    }
    more(count) { "and {count} more", "ほか {count} 件" }

    client(id, name) { "Client interface {id}{name}", "クライアントのネットワークインターフェイス {id}{name}" }
    flow(service, path) { "{service}: {path}", "{service}：{path}" }
    flow_over(service, path, via) { "{service}: {path} over {via}", "{service}：{path}（{via} 経由）" }
    together() { "Together", "合計" }
    data_only(amount) {
        "{amount} a month for data, hours of gateways and endpoints apart",
        "データ処理料金は月額 {amount}（ゲートウェイとエンドポイントの時間料金を除く）"
    }
    out_and_in(sent, received, sum) { "out {sent} + in {received} = {sum}", "送信 {sent} + 受信 {received} = {sum}" }
    estimated() {
        "the split over services is an estimate: the gateway's rows do not show the far end",
        "NATゲートウェイのレコードに通信先がないため、サービスごとの内訳は推定です"
    }
    at_nat(gb, rate, scale, amount) { "{gb} GB x {rate}/GB {scale} = {amount}", "{gb} GB x {rate}/GB {scale} = {amount}" }
    at_endpoint(gb, scale, amount) {
        "{gb} GB {scale}, its share of the data charges of all interface endpoints of the Region: {amount}",
        "{gb} GB {scale}、リージョンの全インターフェイスエンドポイントのデータ処理料金に占める分：{amount}"
    }
    free_path() {
        "no charge by the byte for NAT or endpoints on this path",
        "この経路では、NATゲートウェイとエンドポイントのデータ処理料金は発生しません"
    }

    nat(id, name) { "NAT gateway {id}{name}", "NATゲートウェイ {id}{name}" }
    zonal() { "zonal", "ゾーン" }
    regional() { "regional", "リージョナル" }
    bytes() { "Bytes", "バイト数" }
    observed_cost() { "Cost of the observed hours", "観測期間のコスト" }
    month_cost() { "Cost of a month", "月額コスト" }
    hours_seen(hours, vantage) { "{hours} h {vantage}", "{hours} 時間：{vantage}" }
    to_peers(bytes) { "from clients to peers: {bytes}", "クライアントから通信先へ：{bytes}" }
    to_clients(bytes) { "from peers to clients: {bytes}", "通信先からクライアントへ：{bytes}" }
    in_all(amount) { "together: {amount}", "合計：{amount}" }
    other_view(share) {
        "where another view exists, it saw {share} of them",
        "別の観測点がある時間帯では、そのうち {share} が観測されました"
    }
    hours_step(hours, rate, amount) { "{hours} h x {rate}/h = {amount}", "{hours} 時間 x {rate}/時間 = {amount}" }
    data_step(bytes, gb, rate, amount) {
        "{bytes} bytes / 2^30 = {gb} GB x {rate}/GB = {amount}",
        "{bytes} バイト / 2^30 = {gb} GB x {rate}/GB = {amount}"
    }
    data_month(observed, scale, month) { "data {observed} {scale} = {month}", "データ処理料金 {observed} {scale} = {month}" }
    beside(gb, sides, rate, scale, amount) {
        "beside it, from clients in other zones: {gb} GB x {sides} sides x {rate}/GB {scale} = {amount}",
        "このほか、別のアベイラビリティーゾーンのクライアントから：{gb} GB x {sides}（送信側と受信側）x {rate}/GB {scale} = {amount}"
    }
    services() { "Services", "サービス" }
    service() { "Service", "サービス" }
    interface() { "Interface", "ネットワークインターフェイス" }
    size() { "Size", "サイズ" }
    usd_month() { "USD\n/month", "USD\n/月" }
    all_lines(bytes) {
        "The lines of attribution are {bytes}, all of the gateway.",
        "帰属の各行の合計は {bytes} で、NATゲートウェイの全バイト数と一致します。"
    }
    not_all_lines(bytes) {
        "The lines of attribution are {bytes}, not all of the gateway.",
        "帰属の各行の合計は {bytes} で、NATゲートウェイの全バイト数と一致しません。"
    }

    bytes_text(bytes, size) { "{bytes} bytes ({size})", "{bytes} バイト ({size})" }
    unpriced() { "unpriced", "料金不明" }
    no_price() { "no price", "料金不明" }
    to_month(month, observed) { "x {month} h / {observed} h", "x {month} 時間 / {observed} 時間" }
    though(own, reported) {
        "{own}, though the report says {reported}",
        "{own}（レポートでは {reported}）"
    }
    tier_to(usd, gb) { "{usd} USD up to {gb} GB", "{gb} GB まで {usd} USD" }
    tier_beyond(usd) { "{usd} USD beyond", "それを超える分 {usd} USD" }
    tiers(tiers) { " in tiers: {tiers}", " 段階制：{tiers}" }
    flat(usd, unit) { " {usd} USD/{unit}", " {usd} USD/{unit}" }
    source(title, price, region, source, date) {
        "{title}{price} ({region}; {source}{date})",
        "{title}{price}（{region}、{source}{date}）"
    }
}

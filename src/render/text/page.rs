//! Words that only the HTML page says; what the table says too is in [`super::table`].

use super::texts;

texts! {
    stop() { ". ", "。" }
    code() { "en", "ja" }
    skip() { "Skip to the report", "レポートへ移動" }
    filter_report() { "Filter the report", "レポートを絞り込む" }
    filter_rows() { "Filter rows", "行の絞り込み" }
    filter_example() { "subnet, service, id …", "サブネット、サービス、ID …" }
    filtered(shown, all) { "{shown} of {all}", "{all} 件中 {shown} 件" }
    dark() { "Dark theme", "ダークテーマ" }
    light() { "Light theme", "ライトテーマ" }
    title() { "NAT gateway and VPC endpoint cost", "NATゲートウェイとVPC エンドポイントのコスト" }
    cost_now() { "Cost now", "現在のコスト" }
    now() { "Now", "現在" }
    saving_outside() {
        "of it for public IPv4 addresses and transit gateway data, beside the cost",
        "うち、上記のコストに含まれないパブリック IPv4 アドレスとトランジットゲートウェイのデータ処理"
    }
    after_advice() { "After the advice", "推奨事項の適用後" }
    parts() { "Cost a month by kind, USD", "種別ごとの月額コスト（USD）" }
    kind() { "Kind", "種別" }
    usd_a_month() { "USD a month", "USD/月" }
    usd_amount_month(amount) { "{amount} USD a month", "{amount} USD/月" }
    part_nat() { "NAT gateways: hours and data", "NATゲートウェイ：時間料金とデータ処理料金" }
    part_cross() { "Cross-AZ transfer to NAT gateways", "NATゲートウェイへのAZ間データ転送" }
    part_endpoints() { "VPC endpoints: hours and data", "VPC エンドポイント：時間料金とデータ処理料金" }
    total_now() { "Total now", "現在の合計" }
    basis(scale, size, sources) {
        "{scale}. {size} through NAT gateways were observed. {sources}.",
        "{scale}。NATゲートウェイ経由の観測量は {size}。{sources}。"
    }
    sections() { "Sections", "セクション" }
    plan() { "Plan", "プラン" }
    days() { "Days", "日別" }
    services() { "Services", "サービス" }
    clients() { "Clients", "クライアント" }
    owners() { "Owners", "所有者" }
    endpoints() { "Endpoints", "エンドポイント" }
    nat_clients() { "Clients of NAT gateways", "NATゲートウェイのクライアント" }
    how_sure() { "How sure we are", "確からしさ" }
    change_money(now, after) { "{now} USD now, {after} after", "現在 {now} USD → 適用後 {after} USD" }
    a_month(size) { "{size} a month", "月間 {size}" }
    confidence(grade) { "confidence {grade}", "確度：{grade}" }
    evidence() { "Evidence", "根拠" }
    for_change(number) { " for change {number}", "（変更 {number}）" }
    option_traffic() { "GB a month", "GB/月" }
    option_break_even() { "Break-even, GB a month", "損益分岐点（GB/月）" }
    option_per_zone() { "Of one endpoint in one AZ", "エンドポイント 1 個・AZ 1 個あたり" }
    options_folded(count) { "Break-even of each service, changed or not ({count})", "変更の有無を問わない各サービスの損益分岐点（{count}）" }
    evidence_and_fix() { "Evidence and fix", "根拠と対処" }
    from_inventory() { "from the inventory alone", "インベントリのみに基づく" }
    flow_lead() {
        "From subnets, over paths, to services. What passes a NAT gateway pays its toll and is in colour.",
        "サブネットから経路を通ってサービスへ。NATゲートウェイを通るトラフィック（データ処理料金の対象）に色を付けています。"
    }
    as_table() { "The same as a table", "表で見る" }
    no_day() { "No day was observed.", "観測された日はありません。" }
    no_client() { "No client was seen.", "クライアントは見つかりませんでした。" }
    sure_lead() {
        "Every byte that was read is in exactly one line of the ledger; what could not be known is listed with its size.",
        "読み取ったすべてのバイトは照合表のちょうど 1 行に入ります。判明しなかったことは、その量とともに示します。"
    }
    size_concerned(size) { "{size} concerned", "対象 {size}" }
    unchecked() { "Rules that could not look, or not everywhere", "確認できなかった、または一部しか確認できなかったルール" }
    objects_not_counted() { "Objects that did not count", "集計対象外のオブジェクト" }
    first_malformed() { "The first malformed records", "最初の形式不正レコード" }
    footer(version) {
        "Made by flowtoll {version}. GiB are 2^30 bytes, the GB that AWS bills. Money is USD at list prices, unless overridden. This file is whole: it loads nothing.",
        "flowtoll {version} で作成。GiB は 2^30 バイトで、AWS の請求における GB です。金額は、上書きがなければ定価の USD です。このファイルは単体で完結し、外部から何も読み込みません。"
    }
    more_rows(count) { "{count} more rows are in --format json and csv.", "ほか {count} 行は --format json および csv にあります。" }
    id() { "Id", "ID" }
    rule() { "Rule", "ルール" }
    reason() { "Reason", "理由" }
    object() { "Object", "オブジェクト" }
    outcome() { "Outcome", "結果" }
    line() { "Line", "行" }
    field() { "Field", "フィールド" }
    day() { "Day", "日" }
    days_caption() { "Observed bytes and cost by day, UTC", "日別の観測バイトとコスト（UTC）" }
    hours() { "Hours", "時間" }
    other_paths() { "Other paths", "その他の経路" }
    usd_nat() { "USD NAT", "USD NAT" }
    usd_cross() { "USD cross-AZ", "USD AZ間" }
    usd_endpoints() { "USD endpoints", "USD エンドポイント" }
    no_possible_time() { "no possible time", "あり得ない時刻" }
    direction_out() { "Out", "送信" }
    direction_in() { "In", "受信" }
    usd_observed() { "USD observed", "USD 観測分" }
    usd_slash_month() { "USD / month", "USD/月" }
    services_caption() { "Services by bytes", "サービス別（バイト順）" }
    estimated() { "estimated", "推定" }
    about() {
        "The total is counted; its split over services is an estimate where marked.",
        "合計は実測値です。印のある行のサービスへの配分は推定値です。"
    }
    subnet() { "Subnet", "サブネット" }
    flow_caption() { "Bytes from subnets over paths to services", "サブネットから経路を通ってサービスへ流れたバイト" }
    chart_flows() {
        "Bytes from subnets over paths to services. The table below has the figures.",
        "サブネットから経路を通ってサービスへ流れたバイト。数値は下の表にあります。"
    }
    chart_days() {
        "Observed cost by day in USD. The table below has the figures.",
        "日別の観測コスト（USD）。数値は下の表にあります。"
    }
    from_to(from, to) { "{from} to {to}", "{from} → {to}" }
    cross_transfer() { "Cross-AZ transfer", "AZ間データ転送" }
    other_subnets() { "other subnets", "その他のサブネット" }
    other_services() { "other services", "その他のサービス" }
}

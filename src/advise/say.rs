//! What advice rests on, in words: arithmetic, remarks, doubts and ways back. Commands, ids and figures are the same in every language.

use crate::model::wording::wordings;

wordings! {
    // Amounts.
    unpriced() { "unpriced", "料金不明" }
    of_date(date) { " of {date}", "、{date}" }
    rate(usd, unit, region, source, date) {
        "{usd} USD/{unit} ({region}, source {source}{date})",
        "{usd} USD/{unit}（{region}、出典 {source}{date}）"
    }
    tier_rate(usd, unit) { "{usd} USD/{unit}", "{usd} USD/{unit}" }
    no_rate(title) { "the {title} rate (no figure)", "{title}の単価（データなし）" }

    // Steps.
    observed(bytes, size, hours) {
        "observed: {bytes} bytes ({size}) in {hours} h",
        "観測値：{hours} 時間で {bytes} バイト ({size})"
    }
    a_month(bytes, hours, observed, month, size, gb) {
        "a month: {bytes} bytes x {hours} h / {observed} h = {month} bytes ({size}); / 2^30 = {gb} GB",
        "月間：{bytes} バイト x {hours} 時間 / {observed} 時間 = {month} バイト ({size})、/ 2^30 = {gb} GB"
    }
    data_step(what, gb, rate, cost) { "{what}: {gb} GB x {rate} = {cost}", "{what}：{gb} GB x {rate} = {cost}" }
    sides_step(what, gb, rate, sides, cost) {
        "{what}: {gb} GB x {rate} x {sides} sides = {cost}",
        "{what}：{gb} GB x {rate} x {sides}（送信側と受信側）= {cost}"
    }
    from_tier(what, gb) { "{what} from {gb} GB of the month on", "{what}（月間 {gb} GB を超える分）" }
    hours_step(what, units, hours, rate, cost) {
        "{what}: {units} x {hours} h x {rate} = {cost}",
        "{what}：{units} x {hours} 時間 x {rate} = {cost}"
    }
    now(cost) { "now: {cost}", "現在：{cost}" }
    after(cost) { "after: {cost}", "変更後：{cost}" }
    after_free() {
        "after: a gateway endpoint has no hourly and no data charge = 0.00 USD",
        "変更後：ゲートウェイエンドポイントには時間料金もデータ処理料金もない = 0.00 USD"
    }
    saving(cost) { "saving a month: {cost}", "月間の削減額：{cost}" }
    together(cost) { "together {cost}", "合計 {cost}" }
    through(via) { "through {via}", "{via} 経由" }
    between_zones() { "between zones on the way there", "そこまでのアベイラビリティーゾーン間データ転送" }
    transit() { "through the transit gateway on the way there", "そこまでのトランジットゲートウェイ経由" }
    endpoint_between_zones() {
        "between zones on the way to the endpoint",
        "エンドポイントまでのアベイラビリティーゾーン間データ転送"
    }
    over_peering() { "over peering, between zones", "VPC ピアリング経由のアベイラビリティーゾーン間データ転送" }
    endpoint_transit() {
        "through the transit gateway to the endpoint",
        "エンドポイントまでのトランジットゲートウェイ経由"
    }
    peering_is_free() {
        "over peering: free within a zone, transfer between zones on both sides otherwise",
        "VPC ピアリング経由：同じアベイラビリティーゾーン内は無料、それ以外は送信側と受信側の両方にアベイラビリティーゾーン間データ転送料金"
    }
    endpoint_units() { "endpoint hours, endpoints x zones", "エンドポイントの時間料金（エンドポイント数 x アベイラビリティーゾーン数）" }
    endpoint_zones() { "endpoint hours, zones", "エンドポイントの時間料金（アベイラビリティーゾーン数）" }
    central_units() {
        "central endpoint hours, endpoints x zones",
        "共有エンドポイントの時間料金（エンドポイント数 x アベイラビリティーゾーン数）"
    }
    leaving_zones() { "endpoints that go, zones", "削除するエンドポイント（アベイラビリティーゾーン数）" }
    zones_now() { "now, zones", "現在（アベイラビリティーゾーン数）" }
    zones_after() { "after, zones", "変更後（アベイラビリティーゾーン数）" }
    endpoint_data() { "endpoint data", "エンドポイントのデータ処理料金" }
    their_data() { "their data", "削除するエンドポイントのデータ処理料金" }
    its_data() { "its data", "共有エンドポイントのデータ処理料金" }
    nat_hours() { "NAT gateway hours", "NATゲートウェイの時間料金" }
    public_addresses() { "public addresses", "パブリック IPv4 アドレス" }

    // Formulas.
    gateway_formula(gb, ways, cost) {
        "{gb} GB a month x NAT gateway rate{ways} = {cost} now; a gateway endpoint is free, so it pays from the first byte",
        "月間 {gb} GB x NATゲートウェイの単価{ways} = 現在 {cost}。ゲートウェイエンドポイントは無料のため、最初の 1 バイトから削減になります"
    }
    plus_between_zones() { " + GB between zones x 2 x cross-zone rate", " + アベイラビリティーゾーン間の GB x 2 x 転送単価" }
    plus_transit() { " + GB x transit gateway rate", " + GB x トランジットゲートウェイの単価" }
    add_formula(gb, now, units, hours, after) {
        "now {gb} GB a month x NAT gateway rate = {now}; after {units} zone(s) x {hours} h x hourly rate + {gb} GB x endpoint rate = {after}",
        "現在：月間 {gb} GB x NATゲートウェイの単価 = {now}。変更後：アベイラビリティーゾーン {units} 個 x {hours} 時間 x 時間単価 + {gb} GB x エンドポイントの単価 = {after}"
    }
    shrink_formula(now_zones, after_zones, hours, now, after) {
        "now {now_zones} zone(s), after {after_zones} zone(s), x {hours} h x hourly rate = {now} and {after}; its data costs the same",
        "現在はアベイラビリティーゾーン {now_zones} 個、変更後は {after_zones} 個、それぞれ x {hours} 時間 x 時間単価 = {now} と {after}。データ処理料金は変わりません"
    }
    idle_formula(units, hours, now) {
        "{units} zone(s) x {hours} h x hourly rate = {now}",
        "アベイラビリティーゾーン {units} 個 x {hours} 時間 x 時間単価 = {now}"
    }
    remove_formula(units, hours, gb, now, instead, after) {
        "now {units} zone(s) x {hours} h x hourly rate + {gb} GB x endpoint rate = {now}; after {gb} GB x {instead} = {after}",
        "現在：アベイラビリティーゾーン {units} 個 x {hours} 時間 x 時間単価 + {gb} GB x エンドポイントの単価 = {now}。変更後：{gb} GB x {instead} = {after}"
    }
    nat_rate() { "NAT gateway rate", "NATゲートウェイの単価" }
    nat_formula(hours, addresses, cost) {
        "{hours} h x hourly rate{addresses} = {cost}",
        "{hours} 時間 x 時間単価{addresses} = {cost}"
    }
    plus_addresses(count, hours) {
        " + {count} public address(es) x {hours} h x hourly rate",
        " + パブリック IPv4 アドレス {count} 個 x {hours} 時間 x 時間単価"
    }
    central_now(old, hours, cost) {
        "now {old} zone(s) of endpoints x {hours} h x hourly rate + the data of NAT gateways and endpoints = {cost}",
        "現在：エンドポイントのアベイラビリティーゾーン {old} 個 x {hours} 時間 x 時間単価 + NATゲートウェイとエンドポイントのデータ処理料金 = {cost}"
    }
    central_after(new, hours, gb, beyond, way, cost) {
        "after {new} new zone(s) x {hours} h x hourly rate + {gb} GB x endpoint rate + {beyond} GB x {way} = {cost}",
        "変更後：新しいアベイラビリティーゾーン {new} 個 x {hours} 時間 x 時間単価 + {gb} GB x エンドポイントの単価 + {beyond} GB x {way} = {cost}"
    }
    now_and_after(now, after) { "{now}; {after}", "{now}。{after}" }
    zone_transfer() { "transfer between zones", "アベイラビリティーゾーン間の転送単価" }
    transit_rate() { "transit gateway rate", "トランジットゲートウェイの単価" }

    // Remarks.
    unnamed_clients() {
        "some clients are known by address only: no record or inventory names their interface",
        "アドレスしか分からないクライアントがあります。ネットワークインターフェイスはレコードにもインベントリにもありません"
    }
    crossing(size) {
        "{size} of the observed bytes also cross zones on their way to the NAT gateway",
        "観測バイト数のうち {size} は、NATゲートウェイまでの間にアベイラビリティーゾーンもまたいでいます"
    }
    stays(bytes, size, service, reason) {
        "{bytes} observed bytes ({size}) of {service} stay on the NAT gateway: {reason}",
        "{service} の観測バイト数 {bytes} ({size}) は引き続きNATゲートウェイを通ります：{reason}"
    }
    perhaps_there() {
        "no describe-vpc-endpoints answer: the endpoint may exist already",
        "describe-vpc-endpoints の結果がないため、エンドポイントがすでに存在する可能性があります"
    }
    cuts_connections() {
        "adding a gateway endpoint can cut open connections to the service for a moment",
        "ゲートウェイエンドポイントを追加すると、サービスへの確立済みの接続が一時的に切断されることがあります"
    }
    only_together() {
        "the services of this set are of use only together",
        "この組のサービスは、すべてそろって初めて役に立ちます"
    }
    check_zones(names) {
        "check that the service is there in these zones: aws ec2 describe-vpc-endpoint-services --service-names {names}",
        "これらのアベイラビリティーゾーンでサービスを利用できるか確認してください：aws ec2 describe-vpc-endpoint-services --service-names {names}"
    }
    other_zone() {
        "clients in zones without an interface go to another zone's",
        "ネットワークインターフェイスのないアベイラビリティーゾーンのクライアントは、ほかのアベイラビリティーゾーンのものを使います"
    }
    proven_idle(hours) {
        "no byte in {hours} observed hours, and its interfaces' own records or a flow log that covers them prove it",
        "観測した {hours} 時間に 1 バイトも流れていません。エンドポイントのネットワークインターフェイスのレコード、またはそれを対象とするフローログで確認済みです"
    }
    nat_would_carry(nats) {
        "its clients' subnets route to a NAT gateway ({nats}), which would carry the bytes; keep the endpoint where the traffic must not leave the VPC",
        "クライアントのサブネットにはNATゲートウェイ（{nats}）へのルートがあり、トラフィックはそこを通るようになります。トラフィックを VPC の外に出してはならない場合は、エンドポイントを残してください"
    }
    hosted_zone() {
        "the VPCs need a private hosted zone for the service's host names that leads to the central endpoint (about 0.50 USD a month each, not counted), Private DNS of the endpoint itself off, and its security group open for their blocks",
        "各 VPC には、サービスのホスト名を共有エンドポイントに向けるプライベートホストゾーン（1 つ月額約 0.50 USD、金額に含まない）が必要です。エンドポイント自体のプライベート DNS は無効にし、セキュリティグループで各 VPC の CIDR ブロックを許可してください"
    }
    both_ways() {
        "check that the route tables of the transit gateway or peering lead both ways",
        "トランジットゲートウェイまたは VPC ピアリングのルートテーブルに、双方向のルートがあることを確認してください"
    }
    allow_listed(addresses) {
        "its address(es) {addresses} may be in allow-lists of others: ask before you release them; kept without the gateway they cost the same as before",
        "パブリック IPv4 アドレス {addresses} は、ほかの組織の許可リストに登録されている可能性があります。解放する前に確認してください。NATゲートウェイを削除してもアドレスを残せば、料金はこれまでと同じです"
    }
    routes_go_too() {
        "its routes must go with it; what tries to reach the internet afterwards fails, so look at a whole month before",
        "NATゲートウェイへのルートも削除する必要があります。以後のインターネットへの通信は失敗するため、事前に 1 か月分を確認してください"
    }
    ebs_direct() {
        "the addresses are those of the EBS direct APIs (snapshots read and written block by block)",
        "このアドレスは EBS direct API（スナップショットのブロック単位の読み書き）のものです"
    }
    private_api() {
        "an execute-api endpoint with Private DNS takes over every API Gateway host name of the Region in this VPC, and it reaches private APIs only: check that no public API of others is called",
        "プライベート DNS を有効にした execute-api エンドポイントは、この VPC でリージョン内のすべての API Gateway のホスト名を引き受け、プライベート API にしか到達できません。ほかのパブリック API を呼び出していないか確認してください"
    }

    // Why bytes would not move.
    unknown_vpc() {
        "their clients are in a VPC that the inventory does not have",
        "クライアントがインベントリにない VPC にある"
    }
    global_addresses() {
        "GLOBAL addresses (multi-Region access points)",
        "GLOBAL のアドレス（マルチリージョンアクセスポイント）"
    }
    region_not_known() { "Region of the VPC not known", "VPC のリージョンが不明" }
    in_region(region) { "Region {region}", "リージョン {region}" }
    in_unknown_region() { "Region unknown", "リージョン不明" }
    not_in_list() {
        "not in the Region's prefix list (or reached through NAT64)",
        "リージョンのプレフィックスリストにない（または NAT64 経由）"
    }
    routed_already() {
        "their route table already leads to the gateway endpoint, perhaps since the logs were written",
        "ルートテーブルにはすでにゲートウェイエンドポイントへのルートがある（ログの記録後に追加された可能性あり）"
    }

    // Doubts.
    split_is_estimate() {
        "the split of these bytes over services is an estimate",
        "このバイトのサービスごとの内訳は推定です"
    }
    clients_lost(count) {
        "SKIPDATA rows of {count} client(s): AWS lost records there",
        "クライアント {count} 個に SKIPDATA の行があり、AWS 側でレコードが欠落しています"
    }
    nat_lost(nat) {
        "SKIPDATA rows of {nat}: AWS lost records there",
        "{nat} に SKIPDATA の行があり、AWS 側でレコードが欠落しています"
    }
    vantages_differ(nat) {
        "the other vantage of {nat} does not see the same bytes",
        "{nat} のもう一方の観測点では、同じバイト数が観測されていません"
    }
    no_hour() { "no hour was observed", "観測した時間がありません" }
    short_window(hours) { "{hours} h observed: less than a day", "観測は {hours} 時間で、1 日に満ちません" }
    no_answer(call) { "the inventory has no answer of {call}", "インベントリに {call} の結果がありません" }
    told_by_address() {
        "the service is told by address, which is likely and not certain",
        "サービスはアドレスから判断しており、可能性は高いものの確実ではありません"
    }
    endpoint_is_fixed() {
        "what passes its endpoint is not wholly known, or others depend on it",
        "エンドポイントを通るトラフィックの全体が分からないか、ほかのものがエンドポイントに依存しています"
    }
    told_by_map() { "the service is told by the address map", "サービスはアドレスマップから判断しています" }
    for_security() {
        "it may be there for security: traffic then leaves the VPC",
        "セキュリティのために置かれている可能性があります。削除するとトラフィックが VPC の外に出ます"
    }
    own_host_names() {
        "clients that call its own host names (vpce-...) need a change",
        "エンドポイント固有のホスト名 (vpce-...) を使うクライアントは変更が必要です"
    }
    yours_to_say() {
        "whether the VPCs may share an endpoint is yours to say",
        "VPC 間でエンドポイントを共有してよいかどうかは、利用者の判断が必要です"
    }
    rests_on(id) {
        "it rests on {id}, of which confidence is low",
        "確度の低い推奨事項 {id} を前提としています"
    }
    rare_traffic() {
        "what happens less often than the observed window is long was not seen",
        "観測期間より長い間隔で発生するトラフィックは確認できていません"
    }

    // Ways back.
    create_as_it_was(ids) {
        "create it again as it was (keep the answer of aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {ids})",
        "元と同じ設定で作成し直してください（aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {ids} の応答を保存しておいてください）"
    }
    delete_new_endpoint() {
        "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids <the new endpoint>",
        "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids <新しいエンドポイント>"
    }
    disassociate(endpoint, tables) {
        "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --remove-route-table-ids {tables}",
        "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --remove-route-table-ids {tables}"
    }
    route_tables() { "<route tables>", "<ルートテーブル>" }
    create_again(ids) {
        "create it again with the same subnets, security groups, policy and Private DNS setting (keep the answer of aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {ids})",
        "同じサブネット、セキュリティグループ、ポリシー、プライベート DNS の設定で作成し直す（aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {ids} の結果を保存しておく）"
    }
    create_all_again(ids) {
        "create them again with the same subnets, security groups, policy and Private DNS setting (keep the answer of aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {ids})",
        "同じサブネット、セキュリティグループ、ポリシー、プライベート DNS の設定ですべて作成し直す（aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {ids} の結果を保存しておく）"
    }
    create_replaced_again(named, ids) {
        "create {named} again (keep the answer of aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {ids}), then remove the hosted zones",
        "{named} を作成し直し（aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {ids} の結果を保存しておく）、その後ホストゾーンを削除する"
    }
    create_nat_again() {
        "aws ec2 create-nat-gateway in the same subnet, and the routes to it again",
        "同じサブネットで aws ec2 create-nat-gateway を実行し、NATゲートウェイへのルートを作成し直す"
    }
    create_nat_again_with_address() {
        "aws ec2 create-nat-gateway in the same subnet with the same Elastic IP address (--allocation-id), if it was kept, and the routes to it again",
        "同じサブネットで aws ec2 create-nat-gateway を実行し（Elastic IP アドレスを残してある場合は --allocation-id で指定）、NATゲートウェイへのルートを作成し直す"
    }

    // Bytes that many services share.
    none_can_pay() {
        "No interface endpoint of the VPC can pay for them, whatever they are of: what all of them could save is less than its hours.",
        "どのサービスのものであっても、この VPC のインターフェイスエンドポイントでは採算が取れません。すべてを移した場合の削減額でも時間料金に届きません。"
    }
    some_can_pay(count, saving) {
        "Possible: up to {count} endpoint(s) could pay, with at most {saving} saved, if all were of one service, hours of NAT gateways apart.",
        "可能性：すべてが 1 つのサービスのものであれば、最大 {count} 個のエンドポイントで採算が取れ、削減額は最大 {saving} です（NATゲートウェイの時間料金を除く）。"
    }
    any_can_pay(saving) {
        "Possible: with hours that cost nothing, any endpoint pays, with at most {saving} saved.",
        "可能性：時間料金がかからないため、どのエンドポイントでも採算が取れ、削減額は最大 {saving} です。"
    }
    cannot_say() {
        "Without a price it cannot be said whether an endpoint could pay.",
        "料金が不明なため、エンドポイントで採算が取れるかどうかは判断できません。"
    }
    unknown_number() { "an unknown number of", "不明な量の" }
    bounded(now, verdict, needed) { "{now} {verdict} {needed}", "{now}{verdict}{needed}" }
    bounded_now(size, vpc, service, region, cost) {
        "{size} a month of {vpc} go through NAT gateways to {service} addresses of {region} and cost {cost}. Certain: nothing can be saved on them as long as no service is known.",
        "{vpc} の月間 {size} が、NATゲートウェイ経由で {region} の {service} のアドレスに送られ、{cost} かかっています。確実なこと：サービスが分からない限り、削減できるものはありません。"
    }
    needed(least, zones) {
        "One service needs {least} GB a month in {zones} zone(s) to pay for its endpoint. To find out: Route 53 Resolver query logs tell the names behind addresses; so do CloudTrail (calls without vpcEndpointId) and the clients' own configuration; then give what you know with --address-map FILE.",
        "1 つのサービスでエンドポイントの採算を取るには、アベイラビリティーゾーン {zones} 個で月間 {least} GB が必要です。調べる方法：Route 53 Resolver のクエリログでアドレスに対応する名前が分かります。CloudTrail（vpcEndpointId のない呼び出し）やクライアントの設定からも分かります。分かったことは --address-map FILE で指定します。"
    }
}

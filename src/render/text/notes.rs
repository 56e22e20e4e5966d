//! What could not be known, in every language. The pipeline says a note with one of these functions; a note carries the
//! code of its text and the parameters, so that it can be said again in another language.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::Lang;
use crate::model::report::Note;

/// A text that was said: in English, with what is needed to say it in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Which text, such as `coverage`.
    pub code: String,
    /// The text in English.
    pub text: String,
    /// What stands in the text, by name.
    pub parameters: BTreeMap<String, String>,
}

/// The code of the text that a function here says.
fn code(name: &str) -> String {
    name.replace('_', "-")
}

/// Makes a function of each text that says it, and one that says any of them again.
macro_rules! notes {
    ($( $(#[$doc:meta])* $name:ident ( $($parameter:ident),* ) { $en:literal, $ja:literal } )+) => {
        $(
            $(#[$doc])*
            pub fn $name($($parameter: impl Display),*) -> Said {
                $(let $parameter = $parameter.to_string();)*
                Said {
                    code: code(stringify!($name)),
                    text: format!($en $(, $parameter = $parameter)*),
                    parameters: BTreeMap::from([$((stringify!($parameter).to_owned(), $parameter)),*]),
                }
            }
        )+

        /// A note in the language; in English where its code is not one of these.
        pub(in crate::render) fn note(lang: Lang, note: &Note) -> String {
            if lang == Lang::En {
                return note.text.clone();
            }
            let parameter = |name: &str| note.parameters.get(name).map_or("", String::as_str);
            // Not every text has parameters.
            let _ = &parameter;
            $(
                if note.code == code(stringify!($name)) {
                    return format!($ja $(, $parameter = parameter(stringify!($parameter)))*);
                }
            )+
            note.text.clone()
        }

        /// Name and wordings of every text here, for tests.
        #[cfg(test)]
        pub(in crate::render) const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $en, $ja)),+];
    };
}

notes! {
    /// There is no inventory.
    no_inventory() {
        "No inventory: NAT gateways are recognised by their rows, endpoints and routes are not known. `flowtoll inventory script` prints a read-only script that fills a directory for --inventory.",
        "インベントリがありません。NATゲートウェイは自身のレコードから認識しますが、エンドポイントとルートは不明です。`flowtoll inventory script` は、--inventory 用のディレクトリを作る読み取り専用スクリプトを出力します。"
    }
    /// Rollups were made with several lists of ip-ranges.
    several_ranges(dates) {
        "The rollups were made with several lists of ip-ranges, of {dates}: each is read with its own, so that one address may be of another service in another rollup.",
        "ロールアップは複数の ip-ranges（{dates}）で作成されています。それぞれ自身のリストで読み取るため、同じアドレスがロールアップによって別のサービスとなることがあります。"
    }
    /// No answer of describe-vpcs.
    missing_vpcs(call) {
        "The inventory has no answer of {call}: VPC blocks are taken from subnets, and Regions from zones.",
        "インベントリに {call} の結果がありません。VPC の CIDR ブロックはサブネットから、リージョンはアベイラビリティーゾーンから判断します。"
    }
    /// No answer of describe-subnets.
    missing_subnets(call) {
        "The inventory has no answer of {call}: subnets and zones of clients, and traffic between zones, are known from record fields only.",
        "インベントリに {call} の結果がありません。クライアントのサブネットとアベイラビリティーゾーン、およびゾーン間トラフィックはレコードのフィールドからしか分かりません。"
    }
    /// No answer of describe-route-tables.
    missing_route_tables(call) {
        "The inventory has no answer of {call}: paths are known only where records state them or NAT gateways' own logs show them.",
        "インベントリに {call} の結果がありません。経路は、レコードに記載がある場合か、NATゲートウェイ自身のログで分かる場合に限り判明します。"
    }
    /// No answer of describe-nat-gateways.
    missing_nat_gateways(call) {
        "The inventory has no answer of {call}: NAT gateways are known by interface or by their rows, without hours of creation or names.",
        "インベントリに {call} の結果がありません。NATゲートウェイはネットワークインターフェイスまたはレコードから認識し、作成時刻と名前は不明です。"
    }
    /// No answer of describe-vpc-endpoints.
    missing_vpc_endpoints(call) {
        "The inventory has no answer of {call}: endpoints, their services and their cost are not known.",
        "インベントリに {call} の結果がありません。VPC エンドポイントとそのサービス、コストは不明です。"
    }
    /// No answer of describe-network-interfaces.
    missing_network_interfaces(call) {
        "The inventory has no answer of {call}: addresses belong to interfaces only where the interfaces' own records show it.",
        "インベントリに {call} の結果がありません。IP アドレスとネットワークインターフェイスの対応は、インターフェイス自身のレコードからしか分かりません。"
    }
    /// No answer about prefix lists.
    missing_prefix_lists(call) {
        "The inventory has no answer of {call}: S3 and DynamoDB addresses are told by ip-ranges, which need not agree with the routes.",
        "インベントリに {call} の結果がありません。S3 と DynamoDB のアドレスは ip-ranges で判断しますが、ルートと一致するとは限りません。"
    }
    /// No answer of describe-flow-logs.
    missing_flow_logs(call) {
        "The inventory has no answer of {call}: headerless objects need --log-format, and idle endpoints are proven by their own rows only.",
        "インベントリに {call} の結果がありません。ヘッダーのないオブジェクトには --log-format が必要です。また、エンドポイントがアイドルであることは自身のレコードでしか証明できません。"
    }
    /// No answer of another call.
    missing_call(call) {
        "The inventory has no answer of {call}: detail is lost.",
        "インベントリに {call} の結果がありません。詳細の一部が失われます。"
    }
    /// A file of the inventory cannot be used.
    inventory_problem(object, reason) { "{object}: {reason}", "インベントリの {object}: {reason}" }
    /// Results of queries.
    insights_export(rows) {
        "Records come from results of Logs Insights queries, which stop at the query's limit ({rows} rows as a rule): such a result is nearly always cut off, and all totals are a lower bound. An export task to S3 (create-export-task) has all records.",
        "レコードの一部は Logs Insights のクエリ結果です。クエリの上限 (通常 {rows} 行) で打ち切られるため、ほとんどの場合は途中までで、合計はすべて下限値です。S3 へのエクスポートタスク (create-export-task) なら全レコードがそろいます。"
    }

    /// A flow log overlaps another one.
    flow_log_set_aside(flow_log) {
        "Flow log {flow_log} overlaps another one that tells more; its copy of these bytes is not counted.",
        "フローログ {flow_log} は、より詳しい別のフローログと重複しています。こちらの分のバイトは計上しません。"
    }
    /// A flow log overlaps another one; it has no id.
    unnamed_flow_log_set_aside(fields) {
        "Flow log with {fields} fields (its objects' names carry no flow log id) overlaps another one that tells more; its copy of these bytes is not counted.",
        "{fields} 個のフィールドを持つフローログ（オブジェクト名にフローログ ID なし）は、より詳しい別のフローログと重複しています。こちらの分のバイトは計上しません。"
    }
    /// Flow logs without interface-id.
    without_interface_id(count) {
        "{count} flow log(s) have no interface-id: add ${{interface-id}} to their format; without it no byte can be attributed.",
        "{count} 個のフローログに interface-id がありません。フォーマットに ${{interface-id}} を追加してください。これがないとバイトを帰属できません。"
    }
    /// No log has the packet's addresses.
    without_packet_addresses() {
        "No flow log has pkt-srcaddr and pkt-dstaddr; it would add exact peers per client at the NAT gateway, and pod addresses.",
        "pkt-srcaddr と pkt-dstaddr を持つフローログがありません。あれば、NATゲートウェイでのクライアントごとの正確な通信先とポッドのアドレスが分かります。"
    }
    /// No log has flow-direction.
    without_direction() {
        "No flow log has flow-direction; it would add the direction of rows between unknown addresses.",
        "flow-direction を持つフローログがありません。あれば、不明なアドレス間のレコードの方向が分かります。"
    }
    /// No log has traffic-path.
    without_traffic_path() {
        "No flow log has traffic-path; it would add proof of a gateway endpoint or internet gateway without route tables.",
        "traffic-path を持つフローログがありません。あれば、ルートテーブルなしでゲートウェイエンドポイントやインターネットゲートウェイの経由を証明できます。"
    }
    /// No log has resource-id.
    without_resource_id() {
        "No flow log has resource-id; it would add regional NAT gateways' own rows.",
        "resource-id を持つフローログがありません。あれば、リージョナル NATゲートウェイ自身のレコードが分かります。"
    }
    /// No log has the next hop.
    without_next_hop() {
        "No flow log has next-hop-interface-id and next-hop-interface-type; it would add the NAT gateway of each client row without route tables.",
        "next-hop-interface-id と next-hop-interface-type を持つフローログがありません。あれば、ルートテーブルなしでクライアントの各レコードのNATゲートウェイが分かります。"
    }
    /// Records were lost.
    skipdata(count, interfaces) {
        "{count} interface(s) have SKIPDATA rows ({interfaces}): AWS lost records there, so their totals are a lower bound.",
        "{count} 個のネットワークインターフェイスに SKIPDATA の行があります（{interfaces}）。AWS 側でレコードが欠落したため、合計は下限値です。"
    }
    /// Records with wrong times.
    time_anomalies(count) {
        "{count} record(s) have an impossible or reversed time; their bytes are counted.",
        "{count} 件のレコードの時刻があり得ない値か逆順です。バイトは計上しています。"
    }
    /// The path of bytes is not known.
    path_unknown() {
        "These bytes are attributed to interfaces, but nothing tells their path: no route table in the inventory, no traffic-path or next-hop field, no NAT gateway's own rows.",
        "これらのバイトはネットワークインターフェイスに帰属していますが、経路が不明です。インベントリにルートテーブルがなく、traffic-path や next-hop フィールドも、NATゲートウェイ自身のレコードもありません。"
    }
    /// Rows of no interface.
    no_interface() {
        "Rows without an interface id and without a resource id (a regional NAT gateway's, as a rule): add ${{resource-id}} to the flow log's format.",
        "interface-id も resource-id もないレコードです（通常はリージョナル NATゲートウェイのもの）。フローログのフォーマットに ${{resource-id}} を追加してください。"
    }
    /// Rows without addresses.
    no_address() {
        "Rows with bytes but without both addresses.",
        "バイト数はあるものの、送信元と送信先のアドレスが揃っていないレコードです。"
    }
    /// Bytes on SKIPDATA rows.
    skipdata_bytes() {
        "Bytes on SKIPDATA rows, which stand for lost records.",
        "欠落したレコードを表す SKIPDATA の行にあるバイトです。"
    }
    /// The split over services is an estimate.
    estimated_peers() {
        "The split of these bytes over services is an estimate: the NAT gateway's rows lack pkt-srcaddr and pkt-dstaddr. Totals and clients are exact.",
        "これらのバイトのサービスへの配分は推定です。NATゲートウェイのレコードに pkt-srcaddr と pkt-dstaddr がないためです。合計とクライアントは正確です。"
    }
    /// Clients known by address only.
    unnamed_clients() {
        "The clients of these bytes are known by address only: their interfaces are neither logged nor in the inventory (deleted since, or in another account).",
        "これらのバイトのクライアントは IP アドレスしか分かりません。ネットワークインターフェイスがログにもインベントリにもないためです（削除済み、または別のアカウント）。"
    }
    /// Counted outside a NAT gateway.
    upper_bound() {
        "Counted from the outside legs of a NAT gateway: an upper bound, because unsolicited traffic from the internet is in it.",
        "NATゲートウェイの外側の通信から計上しています。インターネットからの一方的なトラフィックを含むため上限値です。"
    }
    /// Two vantages differ.
    coverage(nat_gateway, percent) {
        "{nat_gateway}: the other vantage saw {percent} % of the counted bytes. A subnet without flow logs, a client beyond a transit gateway, or lost records would explain a difference.",
        "{nat_gateway}：別の観測点では、計上したバイトの {percent} % を観測しました。差の原因として、フローログのないサブネット、Transit Gateway の先のクライアント、レコードの欠落が考えられます。"
    }
    /// Endpoints that no inventory lists.
    unlisted_endpoints(count) {
        "{count} VPC endpoint(s) are known by their interfaces or traffic only: without the answer of describe-vpc-endpoints their service, zones and cost are not known, nor is the total.",
        "{count} 個の VPC エンドポイントは、ネットワークインターフェイスまたはトラフィックからしか分かりません。describe-vpc-endpoints の結果がないため、サービス、アベイラビリティーゾーン、コスト、および合計は不明です。"
    }
    /// A NAT gateway that is gone.
    deleted_nat_gateway(nat_gateway, state) {
        "{nat_gateway} is {state}: the month has none of its hours, and its bytes as if another gateway took them over.",
        "{nat_gateway} の状態は {state} です。月額にその時間料金は含めず、バイトは別のゲートウェイが引き継ぐものとして計上します。"
    }
    /// No figure in the price book.
    unpriced(region) {
        "Something in {region} has no price (no figure in the price book, or an endpoint type without one): give figures with --prices.",
        "{region} に価格のないものがあります（価格表に値がない、または価格のないエンドポイントタイプ）。--prices で価格を指定してください。"
    }
    /// Data processing that is not priced.
    gateway_load_balancer_endpoints() {
        "Gateway load balancer endpoints are priced by their hours; their data processing is not in the figures.",
        "Gateway Load Balancer エンドポイントは時間料金のみです。データ処理料金は金額に含まれていません。"
    }
    /// Hours without a record.
    quiet_hours(quiet, observed) {
        "{quiet} of {observed} observed hours have no record at all; they are taken as quiet. Where logs are missing instead, monthly bytes are a lower bound.",
        "観測した {observed} 時間のうち {quiet} 時間にはレコードがなく、通信がなかったものとみなします。ログが欠けている場合、月間バイト数は下限値です。"
    }
    /// The records do not fill their hours.
    partial_hours(minutes, observed) {
        "The records cover {minutes} minutes of {observed} observed hour(s); a month is scaled from whole hours, so monthly bytes are a lower bound.",
        "レコードは観測した {observed} 時間のうち {minutes} 分を対象としています。月額は 1 時間単位で換算するため、月間バイト数は下限値です。"
    }
    /// The search for the cheapest plan was cut short.
    plan_cut_short(steps) {
        "The search for the cheapest plan was given up after {steps} priced choices: the plan saves what it says, but a cheaper one may exist. Reports on fewer VPCs at a time are searched to the end.",
        "最も安い計画の探索は、{steps} 個の選択肢を計算したところで打ち切りました。計画の削減額は正しい値ですが、さらに安い計画がある可能性があります。一度に対象とする VPC を減らすと、最後まで探索できます。"
    }
    /// An owner is asked for, and no resource has such a tag.
    no_such_tag(tag) {
        "No interface, instance, subnet or VPC of the inventory has the tag {tag}: the answer of `aws ec2 describe-tags` in the inventory adds tags of instances.",
        "タグ {tag} を持つネットワークインターフェイス、インスタンス、サブネット、VPC がインベントリにありません。`aws ec2 describe-tags` の結果をインベントリに加えると、インスタンスのタグも分かります。"
    }
}

//! What findings say beside their titles: evidence, remedies, and why a rule could not look. Commands are the same in every language.

use super::NAMED_IDS;
use crate::model::wording::{Wording, wordings};

/// The first of some ids, and how many more there are.
pub(super) fn some<'t>(texts: impl IntoIterator<Item = &'t str>) -> Wording {
    let texts: Vec<&str> = texts.into_iter().collect();
    let named = texts.iter().take(NAMED_IDS).copied().collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(NAMED_IDS) {
        0 => Wording::same(named),
        more => and_more(named, more),
    }
}

/// The same of wordings.
pub(super) fn some_of(parts: &[Wording]) -> Wording {
    let named = Wording::join(parts.iter().take(NAMED_IDS), ", ");
    match parts.len().saturating_sub(NAMED_IDS) {
        0 => named,
        more => and_more(named, more),
    }
}

wordings! {
    and_more(named, more) { "{named} and {more} more", "{named} ほか {more} 件" }

    // Why a rule could not look.
    no_answer(calls) { "the inventory has no answer of {calls}", "インベントリに {calls} の結果がありません" }
    truncated(calls) {
        "the answer of {calls} is cut off (a NextToken is left): what it does not list may be there",
        "{calls} の結果が途中で切れています（NextToken が残っています）。一覧にないものが存在する可能性があります"
    }
    no_logs() { "only records show it, and there are no logs", "レコードからのみ判断できますが、ログがありません" }
    of_the_owner(vpc) {
        "{vpc} is shared by another account, whose endpoints these answers do not have",
        "{vpc} は別のアカウントから共有されており、そのエンドポイントはこのインベントリに含まれていません"
    }
    logs_of_the_owner(vpc) {
        "{vpc} is shared by another account, whose flow logs these answers do not have",
        "{vpc} は別のアカウントから共有されており、そのフローログはこのインベントリに含まれていません"
    }
    answers_come(endpoint) {
        "{endpoint} is not among the endpoints of the inventory, but records show answers through it",
        "{endpoint} はインベントリのエンドポイントの一覧にありませんが、応答のレコードがあります"
    }
    no_endpoint_list(vpc) {
        "the folder that lists {vpc} has no answer of describe-vpc-endpoints",
        "{vpc} を含むフォルダーに describe-vpc-endpoints の結果がありません"
    }
    no_region(vpc) { "the Region of {vpc} is not known", "{vpc} のリージョンが不明です" }
    no_groups(endpoint) {
        "the security groups of {endpoint} are not in the inventory",
        "{endpoint} のセキュリティグループがインベントリにありません"
    }
    groups_unknown(groups) {
        "outbound rules of {groups} are not in the inventory",
        "{groups} のアウトバウンドルールがインベントリにありません"
    }
    entries_unknown(groups, list) {
        "{groups}: whether their rules hold {list} cannot be decided without the entries of prefix lists (get-managed-prefix-list-entries)",
        "{groups}：プレフィックスリストのエントリ（get-managed-prefix-list-entries）がないため、ルールが {list} を含むかどうかは判断できません"
    }
    no_acl(subnet) {
        "the network ACL of {subnet} is not in the inventory",
        "{subnet} のネットワーク ACL がインベントリにありません"
    }
    no_attribute(attribute, vpc) {
        "describe-vpc-attribute tells no {attribute} of {vpc}",
        "describe-vpc-attribute の結果に {vpc} の {attribute} がありません"
    }
    no_environment(vpc) {
        "{vpc}: nothing tells production from development: no tag env, environment or stage with such a value on the endpoint or its VPC",
        "{vpc}：本番と開発を区別できません。エンドポイントにも VPC にも、それを示す値の env、environment、stage のタグがありません"
    }
    no_format(flow_log) {
        "the answer of describe-flow-logs has no LogFormat of {flow_log}",
        "describe-flow-logs の結果に {flow_log} の LogFormat がありません"
    }
    no_pattern() { "no pattern for names was asked for", "名前のパターンが指定されていません" }
    unreadable_policy(endpoint, reason) {
        "the policy of {endpoint} cannot be read: {reason}",
        "{endpoint} のポリシーを読み取れません：{reason}"
    }
    unreadable_bucket_policy(bucket, reason) {
        "the policy of the bucket {bucket} cannot be read: {reason}",
        "バケット {bucket} のポリシーを読み取れません：{reason}"
    }
    no_bucket_policies() {
        "the inventory has no bucket policies (bucket-policies/BUCKET.json, as `aws s3api get-bucket-policy` prints them)",
        "インベントリにバケットポリシーがありません（`aws s3api get-bucket-policy` の出力を bucket-policies/BUCKET.json として置きます）"
    }
    undecided_bucket(bucket, who, why) {
        "whether the policy of the bucket {bucket} denies {who} cannot be decided: {why}",
        "バケット {bucket} のポリシーが {who} を拒否するかどうかを判断できません：{why}"
    }
    many_rejected(limit) {
        "more than {limit} pairs of client and peer were turned away; the first of them were looked at",
        "拒否されたクライアントと通信先の組が {limit} を超えています。先頭の {limit} 組だけを確認しました"
    }

    // Policies.
    not_json(error) { "it is not JSON ({error})", "JSON ではありません ({error})" }
    no_statement() { "it has no Statement", "Statement がありません" }
    no_object() { "a Statement is no object", "オブジェクトではない Statement があります" }
    no_effect(statement) { "{statement} has no Effect", "{statement} に Effect がありません" }
    statement_named(sid) { "statement `{sid}`", "ステートメント `{sid}`" }
    statement_at(place) { "statement {place}", "{place} 番目のステートメント" }
    for_principal(principal) { "it is for the principal {principal}", "プリンシパル {principal} を対象としています" }
    conditional(operator, key) {
        "it has the condition {operator} on {key}",
        "{key} に対する条件 {operator} があります"
    }
    denied_by(statement) { "denied by {statement}", "{statement} により拒否" }
    not_allowed() { "no statement allows it", "許可するステートメントなし" }
    refused(action, resource, why) { "{action} on {resource} ({why})", "{resource} への {action}（{why}）" }
    unsure(action, why) { "{action}: {why}", "{action}：{why}" }
    policy_refuses(calls, bytes) {
        "{calls}, for a bucket, table or repository that the policy does not name; {bytes} observed bytes passed the endpoint",
        "ポリシーで指定されていないバケット、テーブル、リポジトリに対して：{calls}。エンドポイント経由の観測バイト数は {bytes} です"
    }
    policy_unsure(calls, bytes) {
        "{calls}; {bytes} observed bytes passed the endpoint",
        "{calls}。エンドポイント経由の観測バイト数は {bytes} です"
    }
    loosen_policy(endpoint) {
        "where clients get AccessDenied, name what they need in the policy (aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --policy-document file://policy.json), or open it with --reset-policy",
        "クライアントが AccessDenied になる場合は、必要なリソースをポリシーに加える (aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --policy-document file://policy.json) か、--reset-policy で既定のポリシーに戻す"
    }
    layers_refused(refused, bytes, vpc) {
        "{refused}; {bytes} observed bytes passed the ECR endpoints of {vpc}",
        "{refused}。{vpc} の ECR エンドポイント経由の観測バイト数は {bytes} です"
    }
    undecided_layers(endpoint, why) {
        "whether the policy of {endpoint} lets image layers through cannot be decided: {why}",
        "{endpoint} のポリシーがイメージレイヤーを通すかどうかは判断できません：{why}"
    }
    except_layers(endpoint, resource, statement) {
        "take {resource} out of what {statement} of the policy of {endpoint} denies: no Allow outweighs a Deny",
        "{endpoint} のポリシーの {statement} の Deny の対象から {resource} を除外する（Deny は Allow より優先されます）"
    }
    allow_layers(endpoint, resource) {
        "add to the policy of {endpoint}: Allow s3:GetObject on {resource} to everyone",
        "{endpoint} のポリシーに、すべてのプリンシパルに対して {resource} への s3:GetObject を許可するステートメントを追加する"
    }
    bucket_denies(actions, denied, all, stale, bytes) {
        "{denied} of {all} S3 endpoints are denied {actions}{stale}; {bytes} observed bytes passed them (flow logs do not tell to which buckets)",
        "S3 エンドポイント {all} 個のうち {denied} 個で {actions} が拒否されます{stale}。これらを経由した観測バイト数は {bytes} です（フローログからはどのバケット宛てかは分かりません）"
    }
    stale(ids) {
        "; it names {ids}, which the inventory does not have",
        "。ポリシーには、インベントリにない {ids} が指定されています"
    }
    add_to_bucket(bucket) {
        "add the endpoints that need the bucket to aws:SourceVpce (or their VPCs to aws:SourceVpc) in the policy of {bucket}",
        "{bucket} のポリシーで、バケットを必要とするエンドポイントを aws:SourceVpce に（またはその VPC を aws:SourceVpc に）追加する"
    }
    nat_denied(actions, seen) {
        "its Deny of {actions} fits requests from these gateways' addresses; {seen} (flow logs do not tell to which buckets)",
        "これらのNATゲートウェイのアドレスからのリクエストが {actions} の Deny に該当します。{seen}（フローログからはどのバケット宛てかは分かりません）"
    }
    use_gateway_endpoint(bucket) {
        "let the clients that need {bucket} use an S3 gateway endpoint that its policy names: associate their route tables with it",
        "{bucket} を必要とするクライアントが、ポリシーで指定された S3 ゲートウェイエンドポイントを使うように、ルートテーブルを関連付ける"
    }

    // Gateway endpoints.
    no_toll(what) { "no record shows {what} through a NAT gateway", "{what}がNATゲートウェイを経由したことを示すレコードはありません" }
    toll(bytes, what, via) {
        "{bytes} observed bytes of {what} went through {via}",
        "{what}の観測バイト数 {bytes} が {via} を経由しました"
    }
    traffic(service) { "{service}", "{service} のトラフィック" }
    from_these(service) { "{service} from these subnets", "これらのサブネットから {service} へのトラフィック" }
    from_its(service) { "{service} from its subnets", "このルートテーブルのサブネットから {service} へのトラフィック" }
    no_gateway_endpoint(service, toll) {
        "no {service} gateway endpoint in the VPC; {toll}",
        "VPC に {service} のゲートウェイエンドポイントがありません。{toll}"
    }
    serves(subnets, toll) { "it serves {subnets}; {toll}", "{subnets} が使用しています。{toll}" }
    serves_without_way_out(subnets, toll) {
        "it serves {subnets}; the table has no other way out, so the service cannot be reached from there; {toll}",
        "{subnets} が使用しています。ほかに外部への経路がないため、そこからサービスに到達できません。{toll}"
    }
    no_route(toll) {
        "the endpoint's RouteTableIds have the table, its routes do not have the endpoint; {toll}",
        "エンドポイントの RouteTableIds にルートテーブルがありますが、ルートテーブルにエンドポイントへのルートがありません。{toll}"
    }
    blackhole(target, subnets, dropped) {
        "the route to {target} is a blackhole; it serves {subnets}; {dropped}",
        "{target} へのルートがブラックホールです。{subnets} が使用しています。{dropped}"
    }
    leads_to_gone(target, state, subnets, dropped) {
        "the route to {target} leads to an endpoint that is {state}; it serves {subnets}; {dropped}",
        "ルートのターゲットである {target} の状態は {state} です。{subnets} が使用しています。{dropped}"
    }
    no_subnet() { "no subnet", "サブネットなし" }
    unlisted(target, subnets, dropped) {
        "the route to {target} is not among the endpoints; it serves {subnets}; {dropped}",
        "ルートのターゲットである {target} がエンドポイントの一覧にありません。{subnets} が使用しています。{dropped}"
    }
    no_longer_named() { "an endpoint that is no longer named", "名前のないエンドポイント" }
    unanswered(bytes, service) {
        "{bytes} observed bytes to {service} from there got no answer",
        "そこから {service} に送られた観測バイト数 {bytes} に応答がありません"
    }
    nothing_dropped() { "no record shows traffic into it", "このルートへのトラフィックを示すレコードはありません" }
    the_service() { "the service", "サービス" }
    anew(command) {
        "create the gateway endpoint anew and associate the table: {command}",
        "ゲートウェイエンドポイントを作成し直し、ルートテーブルを関連付ける：{command}"
    }
    state(state, toll) {
        "state {state} in the answer of describe-vpc-endpoints; {toll}",
        "describe-vpc-endpoints の結果での状態は {state} です。{toll}"
    }
    ask_owner() { "ask the owner of the service to accept the connection", "サービスの所有者に接続の承諾を依頼する" }
    wait() {
        "wait some minutes; then look at it again, and make it anew if it stays so",
        "数分待ってから再度確認し、変わらなければ作成し直す"
    }
    delete_and_make() {
        "delete it and make it anew; aws ec2 describe-vpc-endpoints tells the reason in LastError",
        "削除して作成し直す。理由は aws ec2 describe-vpc-endpoints の LastError で確認できる"
    }

    // Another Region.
    other_region(bytes, via, clients, home) {
        "{bytes} observed bytes through {via}, of {clients}; the {home} gateway endpoint cannot carry them",
        "{clients} の観測バイト数 {bytes} が {via} を経由しています。{home} のゲートウェイエンドポイントはこのトラフィックを扱えません"
    }
    move_data(home, region) {
        "keep the data in {home} (move or replicate the bucket or table), or move the clients to {region}; transfer between Regions comes on top of this figure",
        "データを {home} に置く（バケットまたはテーブルを移動またはレプリケートする）か、クライアントを {region} に移す。リージョン間のデータ転送料金はこの金額に含まれない"
    }

    // Whether clients are let through.
    rejects(records, clients, reason, bytes) {
        "{records} REJECT records from {clients}; {reason}; {bytes} observed bytes passed the endpoint",
        "{clients} からの REJECT レコードが {records} 件あります。{reason}。エンドポイント経由の観測バイト数は {bytes} です"
    }
    tries(client, records) { "{client} ({records} records)", "{client}（{records} 件）" }
    not_group() {
        "the endpoint's security groups are not known to be closed to them: look at the clients' own groups and at the network ACLs",
        "エンドポイントのセキュリティグループが原因とは確認できないため、クライアント側のセキュリティグループとネットワーク ACL を確認してください"
    }
    look_elsewhere() {
        "look at the outbound rules of the clients' groups, and at the network ACLs of their subnets and of the endpoint's",
        "クライアントのセキュリティグループのアウトバウンドルールと、クライアントおよびエンドポイントのサブネットのネットワーク ACL を確認する"
    }
    group_closed(groups, clients) {
        "{groups} do not let {clients} in",
        "{groups} が {clients} からのインバウンドを許可していません"
    }
    no_inbound(groups, clients) {
        "no inbound rule for TCP 443 of {groups} holds {clients}; no record shows them trying",
        "{groups} の TCP 443 のインバウンドルールに {clients} が含まれていません。接続の試行を示すレコードはありません"
    }
    acl_closed(subnets) {
        "for {subnets} it lets TCP 443 in or answers to ports 1024-65535 out for no whole subnet block",
        "{subnets} のサブネット CIDR 全体に対して、TCP 443 のインバウンドまたはポート 1024-65535 への応答のアウトバウンドが許可されていません"
    }
    open_acl(acl) {
        "allow inbound TCP 443 from, and outbound TCP 1024-65535 to, the subnets of the clients in {acl} (aws ec2 create-network-acl-entry)",
        "{acl} で、クライアントのサブネットからの TCP 443 のインバウンドと、同サブネットへの TCP 1024-65535 のアウトバウンドを許可する (aws ec2 create-network-acl-entry)"
    }
    no_outbound(groups, clients, list, tried) {
        "{groups} of {clients} have no outbound TCP 443 to {list} or to all of its blocks; {tried} REJECT records show them trying",
        "{clients} のセキュリティグループ {groups} に、{list} またはその全 CIDR ブロックへの TCP 443 のアウトバウンドルールがありません。試行を示す REJECT レコードは {tried} 件です"
    }

    // DNS.
    dns_off(passed, shared) {
        "clients that use the service's usual name go to its public addresses; {passed} observed bytes passed the endpoint, and at most {shared} that a NAT gateway carried to addresses of many services may be meant for it",
        "サービスの通常の名前を使うクライアントは、パブリックアドレスに接続します。エンドポイント経由の観測バイト数は {passed} です。NATゲートウェイが複数サービス共用のアドレスに運んだバイト数のうち最大 {shared} が、このサービス宛ての可能性があります"
    }
    rely_on_dns(endpoints, shared) {
        "relying on it: {endpoints}; {shared} observed bytes went through NAT gateways to addresses of many services",
        "{endpoints} がこの設定を必要とします。NATゲートウェイ経由で複数サービス共用のアドレスに送られた観測バイト数は {shared} です"
    }
    bypasses(bytes, clients, reason) {
        "{bytes} observed bytes of {clients}; {reason}",
        "{clients} の観測バイト数は {bytes} です。{reason}"
    }
    public_apis(reason) {
        "{reason}; public APIs, which the endpoint does not reach, have these addresses too: it is this loss at most",
        "{reason}。このエンドポイントからは到達できないパブリック API も同じアドレスを使うため、損失額は上限です"
    }
    other_resolver() {
        "Private DNS is on, so these clients ask another DNS server, or use addresses or other names",
        "プライベート DNS は有効なため、これらのクライアントは別の DNS サーバーに問い合わせているか、アドレスや別の名前を使っています"
    }
    private_dns_off() { "Private DNS is off", "プライベート DNS が無効です" }
    use_resolver() {
        "let the clients use the VPC's own resolver, or forward the service's names to it",
        "クライアントが VPC のリゾルバーを使うようにするか、サービスの名前をリゾルバーに転送する"
    }

    // Sets.
    set_lacks(present, traffic) { "the VPC has {present} only; {traffic}", "VPC には {present} しかありません。{traffic}" }
    set_toll(bytes) {
        "at most {bytes} observed bytes went for them through NAT gateways (without one they would fail)",
        "これらのサービス宛てに最大 {bytes} バイト（観測値）がNATゲートウェイを経由しました（NATゲートウェイがなければ通信は失敗します）"
    }
    set_fails() {
        "no record shows their traffic: without a NAT gateway it fails",
        "これらのトラフィックを示すレコードはありません。NATゲートウェイがなければ通信は失敗します"
    }
    without_profile(instances, active) {
        "{instances}; {active} of them have traffic, and none to the Systems Manager endpoints",
        "{instances}。このうち {active} 台にトラフィックがありますが、Systems Manager のエンドポイント宛てはありません"
    }
    give_profile(command) {
        "{command} (with the policy AmazonSSMManagedInstanceCore), or turn default host management on",
        "{command}（ポリシー AmazonSSMManagedInstanceCore を付与したもの）、またはデフォルトのホスト管理設定を有効にする"
    }

    // Endpoints that cost more than they are worth.
    idle(hours, zones) {
        "no byte in {hours} observed hours, in which its interfaces or a flow log that covers them were read; it pays for {zones} zone(s)",
        "観測した {hours} 時間に 1 バイトも流れていません（この間、エンドポイントのネットワークインターフェイスのレコード、またはそれを対象とするフローログを読み取り済み）。{zones} 個のアベイラビリティーゾーン分の時間料金が発生しています"
    }
    nobody(vpc) {
        "{vpc} has no interface of an instance, task or function, and no way in from another network",
        "{vpc} にはインスタンス、タスク、関数のネットワークインターフェイスがなく、ほかのネットワークからの経路もありません"
    }
    under_used(bytes, now, by_nat) {
        "{bytes} observed bytes; {now} USD a month, against {by_nat} USD at the NAT gateway that all its clients have",
        "観測バイト数は {bytes} です。月額 {now} USD に対し、全クライアントが使えるNATゲートウェイでは {by_nat} USD です"
    }
    let_names_lead(gateway, endpoint) {
        "{gateway} is there: let the service's names lead to it, with Private DNS of the interface endpoint for the inbound resolver only (S3), or off: aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --dns-options PrivateDnsOnlyForInboundResolverEndpoint=true; clients that name the interface endpoint must stop doing so",
        "{gateway} が既にあるため、サービスの名前がゲートウェイエンドポイントに解決されるようにする。インターフェイスエンドポイントのプライベート DNS をインバウンドリゾルバー専用にする（S3）か、無効にする：aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --dns-options PrivateDnsOnlyForInboundResolverEndpoint=true。インターフェイスエンドポイントの名前を直接使うクライアントは設定を変更する"
    }
    first_the_reason(rule, resource, fix) {
        "first see {rule} of {resource}, which may be why nobody uses it; if it is not needed: {fix}",
        "使用されない原因の可能性がある {resource} の {rule} を先に確認する。不要であれば：{fix}"
    }
    made_by_a_service() {
        "an AWS service made it and keeps it (RequesterManaged): switch the feature off there",
        "AWS のサービスが作成・管理しているため（RequesterManaged）、そのサービス側で機能を無効にする"
    }
    unless_needed(command) {
        "{command}, unless it is there for security, or as one of a set (ssm, ssmmessages, ec2messages; ecr.api, ecr.dkr)",
        "{command}（セキュリティのため、または組の 1 つとして必要な場合を除く：ssm、ssmmessages、ec2messages の組、ecr.api、ecr.dkr の組）"
    }
    own_and_others(own, clients, others) {
        "{own} observed bytes of clients in its own VPC ({clients}), {others} of others",
        "観測バイト数は、同じ VPC のクライアント（{clients}）が {own}、それ以外が {others} です"
    }
    nobody_at_all() { "none", "なし" }
    keep_for_others(command) {
        "{command}; keep the interface endpoint only for clients in other networks",
        "{command}。インターフェイスエンドポイントは、ほかのネットワークのクライアントに必要な場合だけ残す"
    }
    duplicate(this, other) {
        "{this} observed bytes passed this one, {other} the other",
        "観測バイト数は、このエンドポイントが {this}、もう一方が {other} です"
    }
    merge(better, command) {
        "let {better} have the subnets and groups that both have, then: {command}",
        "両方のサブネットとセキュリティグループを {better} にまとめてから削除する：{command}"
    }

    // Zones.
    sent_elsewhere(table, nat, bytes) {
        "{table} sends it to {nat}; {bytes} observed bytes pay transfer between zones, and the subnet depends on both zones",
        "{table} のルートが {nat} を指しています。観測バイト数 {bytes} にアベイラビリティーゾーン間のデータ転送料金が発生し、サブネットは両方のアベイラビリティーゾーンに依存します"
    }
    own_table(command) {
        "give the subnet a route table of its own, which the gateway endpoints are associated with too, and with: {command}",
        "サブネット専用のルートテーブルを用意してゲートウェイエンドポイントにも関連付け、次のルートを作成する：{command}"
    }
    nat_here(zone) {
        "a NAT gateway in {zone} (its hours cost more than this transfer where bytes are few), or gateway endpoints for what can use them",
        "{zone} にNATゲートウェイを作成する（バイト数が少ない場合は時間料金がこの転送料金を上回る）か、対応するサービスにはゲートウェイエンドポイントを使う"
    }
    one_zone(zones, uncovered, bytes) {
        "it is in {zones}, clients are in {uncovered} as well; {bytes} observed bytes came from there and stop when the zone does",
        "エンドポイントは {zones} にあり、クライアントは {uncovered} にもあります。そこからの観測バイト数は {bytes} で、エンドポイントのアベイラビリティーゾーンが停止すると通信できなくなります"
    }
    add_zones(command, zones) {
        "{command} (one in each of {zones}; each zone has its hours)",
        "{command}（{zones} に 1 つずつ。アベイラビリティーゾーンごとに時間料金が発生する）"
    }
    many_zones(bytes) {
        "tagged as development; {bytes} observed bytes passed it; transfer from other zones to an endpoint is not charged",
        "開発環境のタグが付いています。エンドポイント経由の観測バイト数は {bytes} です。ほかのアベイラビリティーゾーンからエンドポイントへのデータ転送は課金されません"
    }
    no_client_there(zones, bytes) {
        "interfaces that may be clients are in {zones}; {bytes} observed bytes passed the endpoint, none from there",
        "クライアントになり得るネットワークインターフェイスは {zones} にあります。エンドポイント経由の観測バイト数は {bytes} で、該当するアベイラビリティーゾーンからのものはありません"
    }

    // Flow logs.
    not_logged(targets, interfaces, bytes) {
        "no active flow log for {targets}, with {interfaces} interface(s); {bytes} observed bytes of theirs are known from other logs only",
        "{targets}（ネットワークインターフェイス {interfaces} 個）に有効なフローログがありません。このうち観測バイト数 {bytes} は、ほかのログからのみ分かっています"
    }
    with_readme_format(command) { "{command} (the README has the format)", "{command}（FORMAT は README に記載）" }
    log_filter(filter, resource, effect) {
        "TrafficType {filter} for {resource}: {effect}",
        "{resource} の TrafficType は {filter} です。{effect}"
    }
    accept_only() {
        "bytes and cost are complete, but clients turned away at an endpoint are not seen",
        "バイト数とコストは完全ですが、エンドポイントで拒否されたクライアントは分かりません"
    }
    reject_only() { "no byte of it can be attributed", "バイトをまったく帰属できません" }
    make_all(resource) {
        "make another with --traffic-type ALL for {resource}; a flow log cannot be changed",
        "{resource} に --traffic-type ALL のフローログを別に作成する（フローログは変更できない）"
    }
    field_adds(field, adds) { "{field}: {adds}", "{field}：{adds}" }
    adds_source() { "who a NAT gateway's bytes are for (with pkt-dstaddr)", "NATゲートウェイのバイトがどのクライアントのものか（pkt-dstaddr と併用）" }
    adds_peer() { "whom clients speak with behind a NAT gateway", "NATゲートウェイの先でクライアントが通信している相手" }
    adds_path() { "gateway endpoint or internet gateway, without route tables", "ルートテーブルなしでも分かる、ゲートウェイエンドポイントとインターネットゲートウェイの区別" }
    adds_direction() { "the direction of rows between unknown addresses", "不明なアドレス間のレコードの方向" }
    adds_regional() { "the rows of regional NAT gateways", "リージョナル NATゲートウェイのレコード" }
    use_the_other(log) {
        "{log} has these fields: delete this one where nothing else reads it",
        "{log} にはこれらのフィールドがあるため、他で使用していなければこれを削除する"
    }
    make_with_format() {
        "make another with the format of the README, then delete this one; a flow log cannot be changed",
        "README の形式のフローログを別に作成してから、これを削除する（フローログは変更できない）"
    }
    delivery_read(reason) { "AWS says: {reason}; records of it were read", "AWS のメッセージ：{reason}。このフローログのレコードは読み取れています" }
    delivery_unread(reason) { "AWS says: {reason}; no record of it was read", "AWS のメッセージ：{reason}。このフローログのレコードは 1 件も読み取れていません" }
    no_reason() { "no reason is given", "理由の記載なし" }
    look_at_delivery() {
        "look at the bucket's or log group's policy and the delivery role; the flow log starts again by itself",
        "バケットまたはロググループのポリシーと配信ロールを確認する。フローログは自動的に再開する"
    }
    skipdata(count, records) {
        "{count} of {records} records are SKIPDATA: their bytes are missing from every total",
        "{records} 件のレコードのうち {count} 件が SKIPDATA で、そのバイトはどの合計にも含まれていません"
    }
    shorter_interval() {
        "nothing on your side as a rule; an aggregation interval of one minute (--max-aggregation-interval 60) loses less at a time",
        "通常、利用者側の対処は不要。集約間隔を 1 分にする (--max-aggregation-interval 60) と一度に失われる量が減る"
    }

    // Names.
    name_is(name) { "its Name tag is {name}", "Name タグは {name} です" }
    no_name() { "it has no Name tag", "Name タグがありません" }
}

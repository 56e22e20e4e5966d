//! The sentences of `RATIONALE.md`: why the plan is as it is, for a review.

use super::texts;

texts! {
    title() { "VPC endpoint plan", "VPC エンドポイントの導入計画" }
    written_by(version) { "Written by flowtoll {version} from flow logs and the inventory.", "flowtoll {version} がフローログとインベントリから作成しました。" }
    observed(start, end, hours, factor, month) {
        "Flow logs of {start} .. {end} were read: {hours} observed hours, scaled by {factor} to a month of {month} hours.",
        "読み取ったフローログは {start} .. {end}、観測 {hours} 時間です。{factor} 倍して 1 か月（{month} 時間）に換算しています。"
    }
    not_observed() { "No hour was observed.", "観測した時間はありません。" }
    cost(now, after, saving) {
        "What a plan can change costs {now} USD a month now and {after} USD with this plan: {saving} USD less. Both are computed from scratch.",
        "計画で変えられる費用は現在 1 か月 {now} USD、この計画の後は {after} USD で、{saving} USD 減ります。どちらも一から計算した値です。"
    }
    cheapest(availability) {
        "No other plan under the availability policy `{availability}` is cheaper: the search went through to its end.",
        "可用性ポリシー `{availability}` のもとで、これより安い計画はありません（探索は最後まで終わっています）。"
    }
    not_cheapest(availability) {
        "The search under the availability policy `{availability}` reached its limit: this is the cheapest plan that it found.",
        "可用性ポリシー `{availability}` での探索は上限に達しました。見つかった中で最も安い計画です。"
    }
    no_changes() {
        "There is nothing to change: no gateway endpoint is missing where its traffic was seen, no interface endpoint would pay, and what \
         is there costs less than the NAT gateways would. No other file was written.",
        "変更すべきものはありません。通信が観測された範囲で不足しているゲートウェイエンドポイントはなく、採算が取れるインターフェイスエンドポイントもなく、今あるものは NATゲートウェイより安く済んでいます。他のファイルは作成していません。"
    }
    nothing_written() {
        "Nothing of the plan could be brought into files; the reasons are below.",
        "計画のうちファイルにできたものはありません。理由は下に示します。"
    }
    charge() { "USD a month", "USD/月" }
    now() { "now", "現在" }
    after() { "with the plan", "計画後" }
    nat_hours() { "NAT gateway hours", "NATゲートウェイの時間料金" }
    nat_data() { "NAT gateway data", "NATゲートウェイのデータ処理料金" }
    public_ipv4() { "Public IPv4 addresses", "パブリック IPv4 アドレス" }
    cross_zone() { "Transfer between AZs", "AZ 間データ転送" }
    transit() { "Transit gateway data", "トランジットゲートウェイのデータ処理料金" }
    endpoint_hours() { "Interface endpoint hours", "インターフェイスエンドポイントの時間料金" }
    endpoint_data() { "Interface endpoint data", "インターフェイスエンドポイントのデータ処理料金" }
    total() { "All of it", "合計" }

    steps_title() { "How to carry it out", "実施の手順" }
    step_review() { "Review this page and the files. Nothing has been changed yet.", "このページとファイルをレビューします。まだ何も変更されていません。" }
    step_add(folders) {
        "Add what is new (in {folders}) in one of three ways: `terraform/main.tf`, `cloudformation/template.json`, or `cli/apply.sh`. \
         They tag what they make with `flowtoll:advice`.",
        "新しいものを追加します（{folders}）。次のいずれか一つの方法を使います: `terraform/main.tf`、`cloudformation/template.json`、`cli/apply.sh`。作成したものにはタグ `flowtoll:advice` が付きます。"
    }
    step_template(tables) {
        "CloudFormation cannot change what it has not made: of the additions, it leaves out {tables}.",
        "CloudFormation は自分が作成していないものを変更できません。追加のうち {tables} は含まれません。"
    }
    step_moment(services) {
        "Choose a quiet hour: when a route to a gateway endpoint appears, open connections to {services} are cut for a moment, because their \
         source addresses become private ones. Clients must retry; AWS SDKs do.",
        "利用の少ない時間帯を選びます。ゲートウェイエンドポイントへのルートが加わると送信元がプライベートアドレスに変わるため、{services} への接続中の通信が一時的に切れます。クライアントは再試行が必要です（AWS SDK は再試行します）。"
    }
    step_source_ip() {
        "Look for bucket and IAM policies with `aws:SourceIp`: what comes through an endpoint has no public address, so such a condition no \
         longer fits; use `aws:SourceVpce` or `aws:SourceVpc`.",
        "`aws:SourceIp` を使うバケットポリシーや IAM ポリシーがないか確認します。エンドポイント経由の通信にはパブリックアドレスがないため、この条件に合わなくなります。`aws:SourceVpce` か `aws:SourceVpc` を使います。"
    }
    step_watch() {
        "Watch the clients, then run `flowtoll report` on new flow logs: the bytes must show on the endpoints.",
        "クライアントの様子を確認し、新しいフローログで `flowtoll report` を実行します。通信がエンドポイント側に現れるはずです。"
    }
    step_remove() {
        "Then remove what goes: `cli/remove.sh`, or where it is managed. The script stops before it removes anything whose traffic has no other way yet.",
        "その後、不要になるものを `cli/remove.sh` か、それを管理している場所で削除します。別の経路がまだない通信があるものは、スクリプトが削除前に停止します。"
    }
    step_back() {
        "The way back: `terraform destroy`, deleting the stack, or `cli/undo.sh`, which reverses both scripts.",
        "元に戻すには、`terraform destroy`、スタックの削除、または両方のスクリプトを取り消す `cli/undo.sh` を使います。"
    }
    step_back_again() {
        "The way back: `cli/undo.sh`, which makes again what `cli/remove.sh` took away. New resources have new ids.",
        "元に戻すには、`cli/remove.sh` が削除したものを作り直す `cli/undo.sh` を使います。作り直したリソースの ID は変わります。"
    }

    changes_title() { "The changes and why", "変更とその理由" }
    worth(saving, now, after) { "{now} USD a month now, {after} USD after: saves {saving} USD.", "現在 {now} USD/月、変更後 {after} USD/月、削減 {saving} USD/月。" }
    why_gateway(gb, service) {
        "A gateway endpoint, not an interface endpoint: it has no hourly and no data charge, so it pays from the first byte. {gb} GB of {service} a month \
         pay NAT gateways now. It serves this VPC and Region only.",
        "インターフェイスではなくゲートウェイエンドポイントを選びます。時間料金もデータ処理料金もないため、最初の 1 バイトから得になります。現在 1 か月に {service} の {gb} GB がNATゲートウェイの料金を払っています。使えるのはこの VPC とリージョンの中だけです。"
    }
    why_gateway_needed(others) {
        "A gateway endpoint, because other changes are of no use without it ({others}); it has no hourly and no data charge.",
        "他の変更（{others}）がこれなしでは役に立たないため、ゲートウェイエンドポイントを置きます。時間料金もデータ処理料金もかかりません。"
    }
    why_tables(tables) {
        "Route tables: {tables}, those of the clients that were seen. Other subnets keep their way.",
        "ルートテーブル: {tables}。観測されたクライアントのサブネットのものです。他のサブネットの経路は変わりません。"
    }
    why_interface(traffic, break_even) {
        "NAT gateway or endpoint: the endpoint is cheaper from {break_even} GB a month on, all its AZs and companions together; {traffic} GB were seen. \
         Below that volume it flips, and the NAT gateway is the cheaper way.",
        "NATゲートウェイかエンドポイントか: すべての AZ と組になるエンドポイントを合わせて、1 か月 {break_even} GB 以上ならエンドポイントが安くなります。観測された通信は {traffic} GB です。これを下回ると逆転し、NATゲートウェイの方が安くなります。"
    }
    why_companions(services) {
        "{services} are of use only together: a client of one calls the others too.",
        "{services} は組で使って初めて役に立ちます。一つを使うクライアントは他も呼び出します。"
    }
    why_alone() { "It needs no companions.", "組になるエンドポイントは要りません。" }
    why_zones(zones, availability) {
        "AZs {zones}: under `{availability}` an endpoint has an interface in each AZ with clients of the service, and in two at least where the VPC uses two. \
         Each AZ is charged by the hour.",
        "AZ は {zones} です。`{availability}` では、サービスのクライアントがいる各 AZ に、VPC が 2 つ以上の AZ を使う場合は少なくとも 2 つの AZ にインターフェイスを置きます。時間料金は AZ ごとにかかります。"
    }
    why_one_zone(zones) {
        "AZ {zones} alone: under `single-az` one is enough. It is cheaper, and gone when the AZ is.",
        "AZ は {zones} だけです。`single-az` では 1 つで足ります。安くなりますが、その AZ に障害があると使えなくなります。"
    }
    why_group(blocks) {
        "The security group lets port 443 in from the clients' blocks {blocks}, and nothing else.",
        "セキュリティグループは、クライアントのブロック {blocks} からのポート 443 だけを許可します。"
    }
    why_dns() {
        "Private DNS is on, so clients keep the service's usual host names.",
        "プライベート DNS を有効にするので、クライアントはサービスの通常のホスト名をそのまま使えます。"
    }
    dns_off(vpc) {
        "First turn on DNS support and DNS host names of {vpc}: Private DNS needs both, and the inventory shows one of them off.",
        "先に {vpc} の DNS 解決と DNS ホスト名を有効にします。プライベート DNS には両方が必要ですが、インベントリではどちらかが無効です。"
    }
    central(clients) {
        "One endpoint for {clients}: cheaper than one in each. Private DNS reaches its own VPC only. The other VPCs need a private hosted zone \
         for the service's host name (`aws ec2 describe-vpc-endpoint-services`, `PrivateDnsName`) with an alias to the endpoint; that is not in the files.",
        "{clients} で 1 つのエンドポイントを共有します。VPC ごとに置くより安くなります。プライベート DNS が効くのはエンドポイントのある VPC だけです。他の VPC には、サービスのホスト名（`aws ec2 describe-vpc-endpoint-services` の `PrivateDnsName`）のプライベートホストゾーンとエンドポイントへのエイリアスが必要です。これはファイルに含まれません。"
    }
    central_there(clients, endpoints, blocks) {
        "{clients} are to use the endpoint(s) {endpoints} that are there: open their security groups for port 443 from {blocks}, and give the other VPCs a private \
         hosted zone for the service's host name with an alias to the endpoint. That is not in the files.",
        "{clients} は既存のエンドポイント {endpoints} を使います。そのセキュリティグループで {blocks} からのポート 443 を許可し、他の VPC にはサービスのホスト名のプライベートホストゾーンとエンドポイントへのエイリアスを用意します。これはファイルに含まれません。"
    }
    why_shrink(left) {
        "It leaves {left}: under the availability policy its other AZs are enough, and each AZ is charged by the hour. Its clients there go to another AZ.",
        "{left} から外します。可用性ポリシーでは残りの AZ で足り、時間料金は AZ ごとにかかります。そこのクライアントは別の AZ を使います。"
    }
    why_idle() {
        "Nothing used it in the observed hours, and every hour of every AZ is charged.",
        "観測した時間に利用がありませんでした。時間料金は AZ ごとに常にかかります。"
    }
    why_remove(traffic, break_even) {
        "NAT gateway or endpoint: {traffic} GB a month pass it, and it would be the cheaper way from {break_even} GB on. Keep it where it is there for \
         security: without it the traffic leaves the VPC.",
        "NATゲートウェイかエンドポイントか: 通過するのは 1 か月 {traffic} GB で、エンドポイントの方が安くなるのは {break_even} GB からです。セキュリティのために置いている場合は残してください。削除すると通信は VPC の外に出ます。"
    }
    why_remove_free() {
        "A gateway endpoint carries the same bytes free of charge.",
        "同じ通信をゲートウェイエンドポイントが無料で運べます。"
    }
    why_nat(addresses) {
        "With the other changes nothing passes it any more, and its hours are charged all the same. Its addresses ({addresses}) may be in allow-lists of others: \
         they are kept, and charged, until you release them.",
        "他の変更の後は何も通過しませんが、時間料金はかかり続けます。そのアドレス（{addresses}）は他者の許可リストにあるかもしれません。解放するまで保持され、料金がかかります。"
    }
    policy_open() { "The endpoint policy is AWS's own, which is open; `--bucket` and `--table` write one with least privilege.", "エンドポイントポリシーは AWS 既定の（すべて許可する）ものです。`--bucket` と `--table` で最小権限のポリシーを作れます。" }
    policy_open_other() { "The endpoint policy is AWS's own, which is open.", "エンドポイントポリシーは AWS 既定の（すべて許可する）ものです。" }
    policy_buckets(buckets) {
        "The endpoint policy lets only principals of the account reach the buckets {buckets}, and ECR's image layers. Whatever else the clients use must be named too: \
         package repositories of Amazon Linux and buckets of Systems Manager are S3 buckets of AWS.",
        "エンドポイントポリシーは、アカウントのプリンシパルによるバケット {buckets} へのアクセスと、ECR のイメージレイヤーだけを許可します。クライアントが使う他のバケットも指定が必要です。Amazon Linux のパッケージリポジトリや Systems Manager のバケットは AWS の S3 バケットです。"
    }
    policy_tables(tables) {
        "The endpoint policy lets only principals of the account reach the tables {tables} and their indexes.",
        "エンドポイントポリシーは、アカウントのプリンシパルによるテーブル {tables} とそのインデックスへのアクセスだけを許可します。"
    }
    named(names) { "Name: {names}.", "名前: {names}。" }
    no_environment() {
        "No tag env, environment or stage of the VPC tells its environment, so the name is without one; `--env` gives it.",
        "VPC のタグ（env、environment、stage）から環境がわからないため、名前に環境は入っていません。`--env` で指定できます。"
    }
    depends(others) { "Only after: {others}.", "先に実施するもの: {others}。" }
    confidence(level) { "Confidence: {level}.", "確度: {level}。" }
    reverse_add() { "The reverse: delete what was made; nothing else was changed.", "元に戻すには、作成したものを削除します。他は何も変わっていません。" }
    reverse_associate(endpoint) { "The reverse: take the route tables off {endpoint} again.", "元に戻すには、{endpoint} からルートテーブルの関連付けを外します。" }
    reverse_remove() {
        "The reverse: make it again with the same subnets, security groups, policy and tags; `cli/remove.sh` keeps them for `cli/undo.sh`.",
        "元に戻すには、同じサブネット、セキュリティグループ、ポリシー、タグで作り直します。`cli/remove.sh` がこれらを `cli/undo.sh` のために保存します。"
    }
    reverse_shrink() { "The reverse: add the subnets again.", "元に戻すには、サブネットを再び追加します。" }
    reverse_nat() {
        "The reverse: make it again in the same subnet with the same Elastic IP address, and the routes to it.",
        "元に戻すには、同じサブネットと同じ Elastic IP アドレスで作り直し、ルートも元に戻します。"
    }
    arithmetic() { "The arithmetic:", "計算:" }
    files_of(folder) { "In `{folder}`.", "ファイルは `{folder}` にあります。" }

    left_out_title() { "Not in the files", "ファイルに含まれないもの" }
    left_out_intro() { "These changes are advised too, but cannot be written down from what is known; nothing was guessed.", "次の変更も推奨されますが、わかっている情報だけではファイルにできません。推測はしていません。" }
    lack_vpc() { "the VPC is not known: give an inventory that has it", "VPC がわかりません。それを含むインベントリが必要です" }
    lack_region() { "the Region is not known: put its code into the name of the inventory's folder", "リージョンがわかりません。インベントリのフォルダー名にリージョンコードを付けてください" }
    lack_route_tables() { "no route table of the clients is known: the inventory needs describe-route-tables and describe-subnets", "クライアントのルートテーブルがわかりません。describe-route-tables と describe-subnets の結果が必要です" }
    lack_subnets() { "an AZ has no subnet that is known: the inventory needs describe-subnets", "サブネットがわからない AZ があります。describe-subnets の結果が必要です" }
    lack_clients() { "the address blocks of the clients are not known: the inventory needs describe-subnets or describe-vpcs", "クライアントのアドレスブロックがわかりません。describe-subnets か describe-vpcs の結果が必要です" }
    lack_resource(id) { "{id} is not in the inventory", "{id} がインベントリにありません" }
    lack_id(id) { "{id} is no id or name of AWS", "{id} は AWS の ID や名前ではありません" }
    lack_other(id) { "it comes only after {id}, which is not in the files either", "先に必要な {id} もファイルに含まれていません" }
    lack_zones() {
        "the other VPCs need a private hosted zone for the service's host name with an alias to the endpoint, and the security group of an endpoint that \
         is there must be opened for them: that is not in the files",
        "他の VPC には、サービスのホスト名のプライベートホストゾーンとエンドポイントへのエイリアスが必要で、既存のエンドポイントならセキュリティグループの許可も必要です。これはファイルに含まれません"
    }
    lack_zones_and(ids) {
        "the other VPCs need a private hosted zone for the service's host name with an alias to the endpoint, and the security group of an endpoint that \
         is there must be opened for them; only then can {ids} be removed. That is not in the files",
        "他の VPC には、サービスのホスト名のプライベートホストゾーンとエンドポイントへのエイリアスが必要で、既存のエンドポイントならセキュリティグループの許可も必要です。{ids} を削除できるのはその後です。これはファイルに含まれません"
    }
    lack_nat(id) { "{id} is regional or has several addresses, and could not be made again as it is: remove it by hand", "{id} はリージョナルか複数のアドレスを持ち、同じものを作り直せません。手作業で削除してください" }

    unknown_title() { "What is not known", "わかっていないこと" }
    unknown(size, vpc, service, cost, most) {
        "{size} a month of {vpc} go to addresses that many services share ({service}) and cost {cost} USD. Nothing is planned for them; if all were of one service, {most} USD \
         could be saved at most.",
        "{vpc} から 1 か月 {size} が、多くのサービスが共有するアドレス（{service}）へ流れ、{cost} USD かかっています。計画には含めていません。すべて一つのサービスだったとしても、削減は最大 {most} USD です。"
    }
    unknown_flip(gb, zones) {
        "One service of them would need {gb} GB a month in {zones} AZ(s) to pay for its endpoint. Route 53 Resolver query logs tell the names; `--address-map` takes what you know.",
        "そのうち一つのサービスのエンドポイントが採算に乗るには、AZ {zones} 個で 1 か月 {gb} GB が必要です。名前は Route 53 Resolver のクエリログでわかります。わかったことは `--address-map` で指定できます。"
    }
    prices_title() { "Prices used", "使用した単価" }
    price_region() { "Region", "リージョン" }
    price_charge() { "Charge", "料金" }
    price_unit() { "Unit", "単位" }
    price_source() { "Source", "出典" }
    price_date() { "Date", "日付" }
    remarks() { "Remarks of the report:", "レポートの注記（英語）:" }
    from_gb(gb) { "from {gb} GB", "{gb} GB から" }
}

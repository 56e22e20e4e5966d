//! What findings say. In English a finding's own sentences are shown; in another language the rule's title, and its remedy before
//! a bare command. Evidence, and remedies in words, come in every language (`check/say.rs`).

use super::{Lang, texts};
use crate::model::report::FindingLine;

texts! {
    head(counts) { "Set-up findings: {counts}", "設定の検出事項：{counts}" }
    none() { "no finding", "検出なし" }
    several(count, grade) { "{count} {grade}", "{grade} {count} 件" }
    looked_at_records(inventory, start, end) {
        "Inventory {inventory}; records of {start} .. {end}",
        "インベントリ {inventory}、レコード {start} .. {end}"
    }
    looked_at_inventory(inventory) {
        "Inventory {inventory}; no records: every finding is a note",
        "インベントリ {inventory}、レコードなし（すべて情報扱い）"
    }
    no_inventory() { "no inventory", "なし" }
    notes() { "Notes", "情報" }
    not_checked() { "Not checked", "確認していないもの" }
    evidence_and_fix() { "Evidence and fix", "根拠と対処" }
    severity() { "severity", "重大度" }
    finding() { "finding", "検出内容" }
    resource() { "resource", "リソース" }
    rule() { "rule", "ルール" }
    remedy(own, told) { "{own}: {told}", "{own}（{told}）" }
}

/// Title and remedy of each rule in Japanese, with the terms of AWS's Japanese documentation.
#[rustfmt::skip]
const JAPANESE: [(&str, &str, &str); 36] = [
    ("gateway-endpoint-absent", "S3 または DynamoDB の無料のゲートウェイエンドポイントがない", "プライベートサブネットのルートテーブルを指定してゲートウェイエンドポイントを作成する"),
    ("gateway-endpoint-not-routed", "ルートテーブルがゲートウェイエンドポイントに関連付けられていない", "ルートテーブルを関連付ける"),
    ("gateway-endpoint-route-missing", "ゲートウェイエンドポイントに関連付けたルートテーブルにプレフィックスリストのルートがない", "関連付けを一度外し、改めて関連付ける"),
    ("gateway-endpoint-blackhole", "プレフィックスリストのルートが存在しないエンドポイントを指し、パケットが破棄されている", "エンドポイントを作成し直し、ルートテーブルを関連付ける"),
    ("endpoint-state", "エンドポイントの状態が available ではない", "承諾してもらうか、作成し直す"),
    ("bucket-in-another-region", "別のリージョンの S3 または DynamoDB をNATゲートウェイ経由で利用している", "データとクライアントを同じリージョンに置く"),
    ("endpoint-policy-too-tight", "エンドポイントポリシーが通常の呼び出しを許可していない、または判断できない", "必要なリソースをポリシーに加えるか、ポリシーを緩める"),
    ("ecr-layers-denied", "S3 エンドポイントのポリシーが ECR のイメージレイヤーのバケットを拒否している", "prod-REGION-starport-layer-bucket への s3:GetObject を許可する"),
    ("bucket-policy-denies-endpoint", "バケットポリシーが S3 エンドポイント経由のアクセスを拒否している", "エンドポイントまたは VPC をバケットポリシーに加える"),
    ("bucket-policy-denies-nat", "バケットポリシーがNATゲートウェイ経由のアクセスを拒否しており、S3 のトラフィックがその経路を通っている", "クライアントがエンドポイントを使うようにする"),
    ("egress-lacks-prefix-list", "セキュリティグループのアウトバウンドルールがゲートウェイエンドポイントのプレフィックスリストを許可していない", "プレフィックスリストへのアウトバウンドルールを追加する"),
    ("endpoint-rejects-clients", "クライアントがエンドポイントのポート 443 で拒否されている", "クライアントのサブネットから TCP 443 を許可する"),
    ("endpoint-group-closed", "エンドポイントのセキュリティグループが VPC 内のインターフェイスを許可していない", "利用するインターフェイスからの TCP 443 を許可する"),
    ("endpoint-acl-closed", "エンドポイントのサブネットのネットワーク ACL がクライアントを遮断している", "インバウンドの 443 とアウトバウンドの 1024-65535 を許可する"),
    ("ecr-incomplete", "ecr.api、ecr.dkr、S3 ゲートウェイエンドポイントの一部がない", "不足しているエンドポイントを作成する"),
    ("session-manager-incomplete", "ssm、ssmmessages、ec2messages の一部がない", "不足しているエンドポイントを作成する"),
    ("companions-incomplete", "組で使うエンドポイントの一部がない", "不足しているエンドポイントを作成する"),
    ("instance-without-profile", "Systems Manager のエンドポイントがあるのに、インスタンスにインスタンスプロファイルがない", "インスタンスプロファイルを関連付ける"),
    ("endpoint-private-dns-off", "エンドポイントのプライベート DNS が無効になっている", "プライベート DNS を有効にする"),
    ("vpc-dns-off", "VPC の DNS 属性が無効のため、プライベート DNS が機能しない", "enableDnsSupport と enableDnsHostnames を有効にする"),
    ("endpoint-bypassed", "エンドポイントがあるのに、クライアントがパブリックアドレスでサービスを利用している", "VPC のリゾルバーを使うか、プライベート DNS を有効にする"),
    ("endpoint-idle", "エンドポイントが使われていない", "エンドポイントを削除する"),
    ("endpoint-forgotten", "エンドポイントを使うものが VPC にない", "エンドポイントを削除する"),
    ("endpoint-under-used", "エンドポイントの料金が、同じトラフィックのNATゲートウェイ料金を上回っている", "セキュリティ上の理由がなければ削除する"),
    ("s3-interface-endpoint", "無料のゲートウェイエンドポイントの代わりに、有料のインターフェイスエンドポイントを利用している", "ゲートウェイエンドポイントを作成する"),
    ("endpoint-duplicate", "同じサービスのインターフェイスエンドポイントが VPC に複数ある", "使われているものを残す"),
    ("nat-in-another-zone", "サブネットが別のアベイラビリティーゾーンのNATゲートウェイを使っている", "同じアベイラビリティーゾーンのNATゲートウェイへのルートにする"),
    ("endpoint-single-zone", "本番 VPC のエンドポイントが 1 つのアベイラビリティーゾーンにしかない", "クライアントのいる各アベイラビリティーゾーンにサブネットを追加する"),
    ("endpoint-multi-zone", "開発 VPC のエンドポイントが複数のアベイラビリティーゾーンに料金を払っている", "1 つにする"),
    ("endpoint-zone-without-clients", "クライアントのいないアベイラビリティーゾーンにエンドポイントがある", "そのサブネットを外す"),
    ("subnet-not-logged", "有効なフローログのないサブネットまたはインターフェイスがある", "VPC のフローログを作成する"),
    ("flow-log-filter", "フローログが許可または拒否されたトラフィックしか記録していない", "フィルターを ALL にしたフローログを別に作成する"),
    ("flow-log-fields", "フローログに、より多くを判断できるフィールドが不足している", "README の形式のフローログを別に作成する"),
    ("flow-log-skipdata", "AWS 側でレコードが欠落している（SKIPDATA）", "集約間隔を短くする"),
    ("flow-log-delivery", "フローログが有効でない、または配信できていない", "ポリシーまたはロールを修正する"),
    ("endpoint-name", "エンドポイントの名前が命名規則に合っていない", "名前を変更する"),
];

fn japanese(id: &str) -> Option<(&'static str, &'static str)> {
    let rule = JAPANESE.iter().find(|(rule, _, _)| *rule == id)?;
    Some((rule.1, rule.2))
}

/// What is wrong.
pub(in crate::render) fn title(lang: Lang, line: &FindingLine) -> String {
    match japanese(&line.id).filter(|_| lang == Lang::Ja) {
        Some((title, _)) => title.to_owned(),
        None => line.title.clone(),
    }
}

/// What to do. A command that is the same in every language stands behind words on what it is for.
pub(in crate::render) fn fix(lang: Lang, line: &FindingLine) -> String {
    let is_command = line.fix.text(lang) == line.fix.en();
    match japanese(&line.id).filter(|_| lang == Lang::Ja && is_command) {
        Some((_, own)) => remedy(lang, own, line.fix.text(lang)),
        None => line.fix.text(lang).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::JAPANESE;
    use crate::check::RULES;

    #[test]
    fn every_rule_is_said_in_japanese() {
        let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        let said: Vec<&str> = JAPANESE.iter().map(|(id, _, _)| *id).collect();
        assert_eq!(said, rules);
    }
}

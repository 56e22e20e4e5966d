//! What makes two reports hard to compare, in words.

use crate::model::wording::wordings;

wordings! {
    no_record() { "no record", "レコードなし" }
    other_vantage(was, is) {
        "counted from another vantage: {was} before, {is} after",
        "計上に使った観測点が異なります：前 {was}、後 {is}"
    }
    coverages(was, is) { "coverage: {was} % before, {is} % after", "カバレッジ：前 {was} %、後 {is} %" }
    overlap() {
        "The two windows overlap: part of the traffic is in both reports.",
        "2 つの観測期間が重なっています。トラフィックの一部は両方のレポートに含まれます。"
    }
    swapped() {
        "The first report is of a later time than the second: what is called growth here is a decline.",
        "1 つ目のレポートのほうが後の期間です。ここで増加とされるものは減少です。"
    }
    window_length(was, is) {
        "The windows differ in length: {was} h observed before, {is} h after. Both are scaled to a month; what the shorter one did not see is not in it.",
        "観測期間の長さが異なります：前 {was} 時間、後 {is} 時間。どちらも 1 か月に換算していますが、短いほうで観測されなかったものは含まれません。"
    }
    short(hours) {
        "{hours} observed hours make a poor month: a change may be the time of day, not growth.",
        "観測が {hours} 時間だけでは 1 か月を代表できません。変化は増加ではなく、時間帯の違いかもしれません。"
    }
    month_length(was, is) {
        "The months differ in length: {was} h before, {is} h after. What that alone costs stands as `month length`.",
        "月の長さが異なります：前 {was} 時間、後 {is} 時間。それだけによる差額は「月の長さ」に示します。"
    }
    quiet_hours(was_quiet, was, is_quiet, is) {
        "Hours without any record: {was_quiet} of {was} before, {is_quiet} of {is} after. Where logs were lost, a change is no growth.",
        "レコードのない時間：前は {was} 時間中 {was_quiet} 時間、後は {is} 時間中 {is_quiet} 時間。ログが失われている場合、変化は増加を意味しません。"
    }
    inventories(was, is) {
        "The inventories differ: {was} before, {is} after; paths and endpoints are those of each.",
        "インベントリが異なります：前 {was}、後 {is}。経路とエンドポイントはそれぞれのものです。"
    }
    later_inventory() {
        "Only the later report has an inventory: the earlier one lacks names, paths and idle endpoints.",
        "インベントリがあるのは後のレポートだけです。前のレポートには名前、経路、アイドル状態のエンドポイントがありません。"
    }
    earlier_inventory() {
        "Only the earlier report has an inventory: the later one lacks names, paths and idle endpoints.",
        "インベントリがあるのは前のレポートだけです。後のレポートには名前、経路、アイドル状態のエンドポイントがありません。"
    }
    book_with(date, file) { "{date} with {file}", "{date}（{file} を適用）" }
    prices(was, is) {
        "The prices differ: of {was} before, of {is} after. A change of rates may be that of the book, not of the bill; make both reports with the same prices to leave it out.",
        "料金データが異なります：前 {was}、後 {is}。単価の変化は、請求ではなく料金データの違いかもしれません。除外するには、同じ料金データで両方のレポートを作成してください。"
    }
    ip_ranges(was, is) {
        "The ip-ranges differ: of {was} before, of {is} after; bytes may have moved between services by that alone.",
        "ip-ranges が異なります：前 {was}、後 {is}。それだけでバイトがサービス間を移動した可能性があります。"
    }
    objects_failed(count) { "{count} objects failed", "失敗したオブジェクト {count} 個" }
    skipdata(count) { "{count} records say that AWS skipped some", "AWS 側の欠落を示すレコード {count} 件" }
    malformed(count) { "{count} records are malformed", "不正な形式のレコード {count} 件" }
    lacks_before(parts) { "before: {parts}", "前：{parts}" }
    lacks_after(parts) { "after: {parts}", "後：{parts}" }
    incomplete(parts) { "Not all was read. {parts}.", "すべてを読み取れたわけではありません。{parts}。" }
    coverage(was, is) {
        "Bytes of no known interface, direction or path: {was} % before, {is} % after. The reports do not see the same part of the traffic.",
        "ネットワークインターフェイス、方向、経路のいずれかが不明なバイト：前 {was} %、後 {is} %。2 つのレポートが観測したトラフィックの範囲は同じではありません。"
    }
}

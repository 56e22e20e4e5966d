//! What requests to S3 cost.
//!
//! Rule (AWS price list, AmazonS3, 2026-09): LIST requests are of tier 1, GET requests of tier 2; both are stated by the
//! thousand or ten thousand, and billed by the piece (`pricePerUnit` of one request).

use rust_decimal::Decimal;

use super::{Meter, PriceBook};

/// Requests in the unit that AWS states prices for.
pub const REQUESTS_PER_UNIT: u32 = 1000;

/// The price of requests in a Region, and the rates in words. Nothing costs nothing even where it has no price; `None`
/// where there is a request without one.
pub fn requests_cost(
    book: &PriceBook,
    region: Option<&str>,
    list_requests: u64,
    get_requests: u64,
) -> (Option<Decimal>, Vec<String>) {
    let mut rates = Vec::new();
    let mut cost = Some(Decimal::ZERO);
    for (meter, requests) in [(Meter::S3List1000, list_requests), (Meter::S3Get1000, get_requests)] {
        if requests == 0 {
            continue;
        }
        let rate = region.and_then(|region| Some((region, book.rate(region, meter)?)));
        if let Some((region, rate)) = &rate {
            rates.push(rate.describe(region, meter).en().to_owned());
        }
        cost = rate.and_then(|(_, rate)| {
            let units = Decimal::from(requests).checked_div(Decimal::from(REQUESTS_PER_UNIT))?;
            cost?.checked_add(rate.usd.checked_mul(units)?)
        });
    }
    (cost, rates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Decimal {
        Decimal::from_str_exact(text).expect("a figure")
    }

    /// By hand, with the rates of the price book: Tokyo 0.0047 for 1,000 LIST and 0.00037 for 1,000 GET.
    #[test]
    fn requests_are_billed_by_the_piece() {
        let book = PriceBook::embedded();
        let cost = |list, get| requests_cost(book, Some("ap-northeast-1"), list, get).0.expect("priced");
        assert_eq!(cost(0, 0), usd("0"));
        assert_eq!(cost(1, 0), usd("0.0000047"));
        assert_eq!(cost(0, 1), usd("0.00000037"));
        // 3 pages for 2,600 objects: 0.0000141 + 0.000962.
        assert_eq!(cost(3, 2_600), usd("0.0009761"));
        // A million objects: 1,000 pages for 0.0047, and 1,000 x 0.00037.
        assert_eq!(cost(1_000, 1_000_000), usd("0.3747"));
        let (_, rates) = requests_cost(book, Some("us-east-1"), 1, 1);
        assert_eq!(
            rates,
            [
                "S3 LIST requests 0.005 USD/1,000 (us-east-1, 2024-09-25)",
                "S3 GET requests 0.0004 USD/1,000 (us-east-1, 2024-09-25)"
            ]
        );
    }

    #[test]
    fn a_region_without_a_price_is_unpriced_unless_nothing_is_asked() {
        let book = PriceBook::embedded();
        for region in [None, Some("mx-central-1"), Some("nowhere-1")] {
            assert_eq!(requests_cost(book, region, 1, 1), (None, vec![]), "{region:?}");
            assert_eq!(requests_cost(book, region, 0, 0).0, Some(usd("0")), "{region:?}");
        }
    }
}

//! Laws of attribution.

mod kinds;
mod legs;
mod overlap;
mod path;
mod seam;
mod vantage;

use crate::model::addr::Addr;

fn addr(text: &str) -> Addr {
    Addr::from(text.parse::<std::net::IpAddr>().expect(text))
}

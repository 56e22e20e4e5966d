//! The atlas against a plain reading of the rules, and records against counts worked out by hand.

mod atlas;
mod picked;
mod ranges;
mod sink;

use std::net::IpAddr;

use super::atlas::{Atlas, PeerClass, Place};
use crate::model::addr::Addr;

fn addr(text: &str) -> Addr {
    Addr::from(text.parse::<IpAddr>().expect(text))
}

/// The class of an address, `None` where the address itself is kept.
fn class_at(atlas: &Atlas, addr: Addr) -> Option<&PeerClass> {
    match atlas.place(addr) {
        Place::Kept => None,
        Place::Class(class) => Some(atlas.class(class)),
    }
}

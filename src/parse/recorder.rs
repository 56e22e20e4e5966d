//! A sink that writes everything down, and a parser that reads by all means at once: for tests and fuzzing.

use super::format::LineFormat;
use super::text::{Means, TextParser};
use super::{FormatHints, Malformed, Numbering, ObjectError, RecordSink};
use crate::model::addr::Addr;
use crate::model::flow::{FlowRecord, NumberedRecord, ObserverTexts};

/// What a parser said, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The columns changed to these names.
    Format(String),
    /// A record, every field of it.
    Record(String),
    /// A row that could not be read.
    Malformed(u64, Malformed),
}

/// Texts of an observer, kept.
type KeptTexts = [Vec<u8>; 9];

/// A sink that writes everything down, with the texts and addresses in place of their numbers.
#[derive(Debug, Default)]
pub struct Recorder {
    /// What came, in order.
    pub events: Vec<Event>,
    numbering: Numbering,
    observers: Vec<(Numbering, KeptTexts)>,
    next_hops: Vec<(Vec<u8>, Vec<u8>)>,
    addresses: Vec<Addr>,
}

/// The number of an item of a list, from 1; a new one goes to its end.
fn number_of<T: PartialEq>(list: &mut Vec<T>, item: T) -> u32 {
    let place = list.iter().position(|known| *known == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    });
    u32::try_from(place + 1).expect("a test is small")
}

impl Recorder {
    /// The records alone.
    pub fn records(&self) -> Vec<&str> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Record(record) => Some(record.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Number and fault of the malformed rows.
    pub fn malformed(&self) -> Vec<(u64, String)> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Malformed(line, fault) => {
                    Some((*line, format!("{}: {}", fault.field.unwrap_or("line"), fault.reason)))
                }
                _ => None,
            })
            .collect()
    }
}

impl RecordSink for Recorder {
    fn format(&mut self, format: &LineFormat) {
        self.events.push(Event::Format(format.names().to_owned()));
        self.numbering.0 += 1;
    }

    fn numbering(&self) -> Numbering {
        self.numbering
    }

    fn observer(&mut self, texts: &ObserverTexts<'_>) -> u32 {
        // A numbering that ends early and often.
        if self.observers.len() % 4 == 3 {
            self.numbering.0 += 1;
        }
        number_of(&mut self.observers, (self.numbering, texts.list().map(<[u8]>::to_vec)))
    }

    fn next_hop(&mut self, interface_id: &[u8], interface_type: &[u8]) -> u32 {
        if interface_id.is_empty() && interface_type.is_empty() {
            return 0;
        }
        number_of(&mut self.next_hops, (interface_id.to_vec(), interface_type.to_vec()))
    }

    fn address(&mut self, addr: Addr) -> u32 {
        number_of(&mut self.addresses, addr)
    }

    fn record(&mut self, record: &NumberedRecord) {
        let address = |number: u32| number.checked_sub(1).map(|place| self.addresses[place as usize]);
        let (numbering, kept) = &self.observers[record.observer as usize - 1];
        assert_eq!(*numbering, self.numbering, "a number of an earlier numbering");
        let next_hop = record.next_hop.checked_sub(1).map(|place| &self.next_hops[place as usize]);
        let spelled = FlowRecord {
            observer: ObserverTexts::of_list(kept.each_ref().map(Vec::as_slice)),
            next_hop_interface_id: next_hop.map_or(b"", |(id, _)| id),
            next_hop_interface_type: next_hop.map_or(b"", |(_, kind)| kind),
            src: address(record.src),
            dst: address(record.dst),
            pkt_src: address(record.pkt_src),
            pkt_dst: address(record.pkt_dst),
            traffic: record.traffic,
        };
        self.events.push(Event::Record(format!("{spelled:?}")));
    }

    fn malformed(&mut self, line: u64, fault: Malformed) {
        self.events.push(Event::Malformed(line, fault));
    }
}

/// The whole text in one block, by all means: every instruction set of this machine, and the plain parser alone.
///
/// # Panics
/// When they do not say the same.
pub fn parse_text(text: &[u8]) -> (Recorder, Result<(), ObjectError>) {
    let mut recorder = Recorder::default();
    let outcome = TextParser::new(FormatHints::default()).feed(text, &mut recorder);
    for means in Means::all() {
        let mut twin = Recorder::default();
        let same = TextParser::with(FormatHints::default(), means).feed(text, &mut twin);
        assert_eq!((&twin.events, &same), (&recorder.events, &outcome), "{means:?}");
    }
    (recorder, outcome)
}

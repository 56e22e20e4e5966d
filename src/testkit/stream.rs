//! The traffic in the order of time: conversations are drawn window by window, so a world of any length
//! needs the memory of one window.

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::conversation::Conversation;
use super::coverage::Coverage;
use super::ids::mix;
use super::record::{Action, Direction, Leg, Record, Status};
use super::truth::{Tally, Truth};
use super::world::World;

/// Seconds of one round of drawing; also how often AWS publishes.
pub(crate) const ROUND_S: i64 = 300;

/// Receives the rows of a pass.
pub(crate) trait Visitor {
    /// A round begins; every record up to the next call ends in it or earlier.
    fn round(&mut self, world: &World, start: i64) -> io::Result<()>;

    /// One row of flow log number `flow_log`.
    fn record(&mut self, world: &World, flow_log: usize, record: &Record) -> io::Result<()>;
}

/// Collects rows in memory.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    pub(crate) records: Vec<(usize, Record)>,
}

impl Visitor for Collector {
    fn round(&mut self, _: &World, _: i64) -> io::Result<()> {
        Ok(())
    }

    fn record(&mut self, _: &World, flow_log: usize, record: &Record) -> io::Result<()> {
        self.records.push((flow_log, *record));
        Ok(())
    }
}

/// Nothing but the truth.
pub(crate) struct Ignore;

impl Visitor for Ignore {
    fn round(&mut self, _: &World, _: i64) -> io::Result<()> {
        Ok(())
    }

    fn record(&mut self, _: &World, _: usize, _: &Record) -> io::Result<()> {
        Ok(())
    }
}

impl World {
    /// All rows of a coverage, each with the number of its flow log, in memory: for small worlds.
    ///
    /// Malformed lines are no rows: only a written text object has them.
    ///
    /// # Panics
    /// Never: nothing is read or written.
    pub fn records(&self, coverage: &Coverage) -> Vec<(usize, Record)> {
        let mut collector = Collector::default();
        self.pass(coverage, &mut collector).expect("collecting in memory cannot fail");
        collector.records
    }

    /// What a report should find. The ledger part depends on the coverage, the rest does not.
    ///
    /// # Panics
    /// Never: nothing is read or written.
    pub fn truth(&self, coverage: &Coverage) -> Truth {
        let tally = self.pass(coverage, &mut Ignore).expect("counting in memory cannot fail");
        tally.finish(self, coverage)
    }

    /// Draws all traffic once, shows the visitor each row each flow log keeps, and counts.
    pub(crate) fn pass(&self, coverage: &Coverage, visitor: &mut impl Visitor) -> io::Result<Tally> {
        let watchers: Vec<Vec<usize>> = (0..self.interfaces.len())
            .map(|interface| {
                (0..coverage.flow_logs.len())
                    .filter(|number| coverage.flow_logs[*number].watches(self, interface))
                    .collect()
            })
            .collect();
        let mut tally = Tally::new(self, coverage);
        let mut pass = Pass { world: self, coverage, watchers: &watchers, tally: &mut tally };
        let mut traffic = Traffic::new(self);
        let mut running: Vec<Conversation> = Vec::new();
        for round in 0..self.rounds() {
            let start = self.options.start + round * ROUND_S;
            visitor.round(self, start)?;
            traffic.round(round, |conversation| {
                pass.tally.conversation(self, &conversation);
                running.push(conversation);
            });
            pass.conversations(&mut running, start + ROUND_S, visitor)?;
            pass.blanks(start, visitor)?;
        }
        Ok(tally)
    }
}

impl World {
    /// All conversations, in the order they are drawn: for tests.
    #[cfg(test)]
    pub(crate) fn conversations(&self) -> Vec<Conversation> {
        let mut traffic = Traffic::new(self);
        let mut all = Vec::new();
        for round in 0..self.rounds() {
            traffic.round(round, |conversation| all.push(conversation));
        }
        all
    }

    fn rounds(&self) -> i64 {
        (self.end() - self.options.start) / ROUND_S
    }
}

/// Draws the conversations of one round after the other.
struct Traffic<'a> {
    world: &'a World,
    picker: Picker,
    drawn_total: u64,
}

impl<'a> Traffic<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, picker: Picker::new(world), drawn_total: 0 }
    }

    fn round(&mut self, round: i64, mut give: impl FnMut(Conversation)) {
        let world = self.world;
        let start = world.options.start + round * ROUND_S;
        let mut rng = ChaCha8Rng::seed_from_u64(mix(&[world.seed, round.unsigned_abs()]));
        let wanted = wanted_by(world.options.conversations_per_hour, round + 1);
        while self.drawn_total < wanted {
            let number = self.picker.pick(self.drawn_total, &mut rng);
            let at = start + rng.random_range(0..ROUND_S - 1);
            give(Conversation::draw(world, number, at, world.end(), &mut rng));
            self.drawn_total += 1;
        }
    }
}

struct Pass<'a> {
    world: &'a World,
    coverage: &'a Coverage,
    watchers: &'a [Vec<usize>],
    tally: &'a mut Tally,
}

impl Pass<'_> {
    /// Writes every slice that ends before `limit` and forgets what is over.
    fn conversations(
        &mut self,
        running: &mut Vec<Conversation>,
        limit: i64,
        visitor: &mut impl Visitor,
    ) -> io::Result<()> {
        for conversation in running.iter_mut() {
            while conversation.next_slice < conversation.slices() {
                let number = conversation.next_slice;
                if conversation.span(number).0 >= limit {
                    break;
                }
                self.tally.slice(self.world, conversation, number);
                for record in conversation.records(number) {
                    self.show(&record, visitor)?;
                }
                conversation.next_slice += 1;
            }
        }
        running.retain(|conversation| conversation.next_slice < conversation.slices());
        Ok(())
    }

    /// NODATA of the idle interfaces and the occasional SKIPDATA.
    fn blanks(&mut self, start: i64, visitor: &mut impl Visitor) -> io::Result<()> {
        let world = self.world;
        let is_due = |every: i64| every > 0 && (start - world.options.start) % every.max(ROUND_S) == 0;
        if is_due(world.options.nodata_every_s) {
            let idle = (0..world.interfaces.len()).filter(|number| world.interfaces[*number].is_idle);
            for observer in idle {
                self.show(&blank(observer, start + 7, Status::NoData), visitor)?;
            }
        }
        if is_due(world.options.skipdata_every_s) {
            let round = ((start - world.options.start) / ROUND_S).unsigned_abs();
            let busy: Vec<usize> = (0..world.interfaces.len())
                .filter(|number| !world.interfaces[*number].is_idle && world.interfaces[*number].id != "-")
                .collect();
            let pick = world.hash(&[5, round]) % busy.len() as u64;
            let observer = busy[usize::try_from(pick).unwrap_or(0)];
            self.show(&blank(observer, start + 60, Status::SkipData), visitor)?;
        }
        Ok(())
    }

    fn show(&mut self, record: &Record, visitor: &mut impl Visitor) -> io::Result<()> {
        for number in &self.watchers[record.observer] {
            if self.coverage.flow_logs[*number].keeps(self.world, record) {
                self.tally.row(*number, record);
                visitor.record(self.world, *number, record)?;
            }
        }
        Ok(())
    }
}

fn blank(observer: usize, start: i64, status: Status) -> Record {
    let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    Record {
        observer,
        leg: Leg::Blank,
        direction: Direction::Ingress,
        source: nowhere,
        destination: nowhere,
        packet_source: nowhere,
        packet_destination: nowhere,
        source_port: 0,
        destination_port: 0,
        protocol: 0,
        packets: 0,
        bytes: 0,
        start,
        end: start + 51,
        action: Action::Accept,
        status,
        tcp_flags: 0,
        traffic_path: None,
        source_service: "-",
        destination_service: "-",
        next_hop: None,
    }
}

/// Conversations that should have begun by the end of so many rounds.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate, not a count of anything billed"
)]
fn wanted_by(per_hour: f64, rounds: i64) -> u64 {
    (per_hour * (rounds * ROUND_S) as f64 / 3600.0).round() as u64
}

/// Draws workloads by weight; the first conversations go through all of them once, so that even a tiny world
/// has every kind.
struct Picker {
    cumulative: Vec<f64>,
}

impl Picker {
    fn new(world: &World) -> Self {
        let mut sum = 0.0;
        let cumulative = world
            .workloads
            .iter()
            .map(|workload| {
                sum += workload.weight;
                sum
            })
            .collect();
        Self { cumulative }
    }

    fn pick(&self, drawn_total: u64, rng: &mut ChaCha8Rng) -> usize {
        let count = self.cumulative.len();
        if let Ok(number) = usize::try_from(drawn_total)
            && number < count
        {
            return number;
        }
        let total = self.cumulative.last().copied().unwrap_or(1.0);
        let drawn = rng.random::<f64>() * total;
        self.cumulative.partition_point(|edge| *edge <= drawn).min(count - 1)
    }
}

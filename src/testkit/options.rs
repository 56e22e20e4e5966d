//! What a world is asked to be.

/// 2026-03-10T00:00:00Z, the day all worlds start on unless told otherwise.
pub const DEFAULT_START: i64 = 1_773_100_800;

/// Which estate to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blueprint {
    /// Two accounts and six VPCs with every kind of path, NAT and interface the generator knows.
    Standard,
    /// The small one-account estate of `sample-logs/`.
    Sample,
}

/// Options of [`super::World::new`]; start from `WorldOptions::default()` or [`WorldOptions::sample`].
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// Which estate to build.
    pub blueprint: Blueprint,
    /// `ap-northeast-1`, `us-east-1`, `us-west-2` or `eu-west-1`.
    pub region: &'static str,
    /// Unix seconds of the first packet; a whole hour.
    pub start: i64,
    /// Hours of traffic, at least 1.
    pub hours: u32,
    /// Conversations per hour, scans and rejected attempts included.
    pub conversations_per_hour: f64,
    /// Seconds between two NODATA rows of an idle interface; AWS writes one per aggregation interval (60 or
    /// 600), which a small world thins out. 0 writes none.
    pub nodata_every_s: i64,
    /// Seconds between two SKIPDATA rows in the world; 0 writes none.
    pub skipdata_every_s: i64,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            blueprint: Blueprint::Standard,
            region: "ap-northeast-1",
            start: DEFAULT_START,
            hours: 2,
            conversations_per_hour: 600.0,
            nodata_every_s: 600,
            skipdata_every_s: 1800,
        }
    }
}

impl WorldOptions {
    /// The world of `sample-logs/`: 24 hours with few, heavy conversations.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            blueprint: Blueprint::Sample,
            region: "ap-northeast-1",
            start: DEFAULT_START,
            hours: 24,
            conversations_per_hour: 20.0,
            nodata_every_s: 4 * 3600,
            skipdata_every_s: 8 * 3600,
        }
    }
}

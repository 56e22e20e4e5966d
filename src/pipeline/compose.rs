//! From stage results to the report.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::Decimal;

use crate::advise::policy::Policy;
use crate::advise::{self, Case};
use crate::aggregate::{MAX_REJECTED_PAIRS, Partial};
use crate::attribute::{Attribution, Topology};
use crate::check::{self, NamePattern};
use crate::classify::atlas::Atlas;
use crate::classify::ip_ranges::IpRanges;
use crate::model::report::{
    AttributionLine, EndpointLine, Ledger, Period, REPORT_SCHEMA, Report, Sources, Totals, UncheckedLine,
};
use crate::model::time::{Bucket, observed_hours, rfc3339};
use crate::price::toll::Scale;
use crate::price::{BOOK_DATE, PriceBook};

use super::groups::{GroupBy, Grouper};
use super::lines::Lines;
use super::outcome::{FAILED, Objects, SKIPPED};
use super::{AnalyzeError, Settings, notes};

/// Everything a report is made of.
pub(super) struct Composer<'c> {
    pub(super) partial: &'c Partial,
    pub(super) attribution: &'c Attribution,
    pub(super) topology: &'c Topology<'c>,
    pub(super) atlas: &'c Atlas,
    pub(super) book: &'c PriceBook,
    pub(super) names: Option<&'c NamePattern>,
    pub(super) policy: &'c Policy,
    /// Services that the user's own map names.
    pub(super) mapped: &'c BTreeSet<String>,
    pub(super) objects: Objects,
    pub(super) group_by: Option<&'c GroupBy>,
    pub(super) sources: Sources,
    /// The period asked for, in hours.
    pub(super) asked: Option<(Bucket, Bucket)>,
}

/// The data an answer rests on.
pub(super) fn source_names(ranges: &IpRanges, settings: &Settings, inventory: Option<String>) -> Sources {
    Sources {
        ip_ranges_date: ranges.date.clone(),
        price_book_date: BOOK_DATE.to_owned(),
        price_override: settings.prices.as_ref().map(|path| path.display().to_string()),
        inventory,
    }
}

impl Composer<'_> {
    /// The report.
    ///
    /// # Errors
    /// [`AnalyzeError::Ledger`] when a byte is lost or counted twice: checked in every run.
    pub(super) fn report(self) -> Result<Report, AnalyzeError> {
        let hours = &observed_hours(&self.attribution.hours, self.asked);
        let scale = Scale::new(hours.first().copied(), hours.last().copied(), hours.len() as u64);
        let lines =
            Lines { attribution: self.attribution, topology: self.topology, book: self.book, scale, hours };
        let nat_gateways = lines.nat_gateways();
        let endpoints = lines.endpoints();
        let attribution = lines.attribution(&endpoints);
        let days = lines.days(&nat_gateways, &endpoints);
        let advised = advise::advise(&Case {
            attribution: self.attribution,
            topology: self.topology,
            book: self.book,
            scale,
            endpoints: &endpoints,
            policy: self.policy,
            mapped: self.mapped,
        });
        let checked = self.check(scale, &endpoints);
        let totals = Totals {
            nat_gateway_bytes: nat_gateways.iter().map(|nat| nat.bytes_out + nat.bytes_in).sum(),
            nat_gateway_cost_month_usd: sum(nat_gateways.iter().map(|nat| nat.cost_month_usd)),
            cross_zone_cost_month_usd: sum(nat_gateways.iter().map(|nat| nat.cross_zone_cost_month_usd)),
            endpoint_cost_month_usd: sum(endpoints.iter().map(|endpoint| endpoint.cost_month_usd)),
            cost_month_usd: None,
            saving_month_usd: advised.plan.saving_month_usd,
        };
        let totals = Totals {
            cost_month_usd: sum([
                totals.nat_gateway_cost_month_usd,
                totals.cross_zone_cost_month_usd,
                totals.endpoint_cost_month_usd,
            ]
            .into_iter()),
            ..totals
        };
        let grouper = Grouper {
            lines: &lines,
            partial: self.partial,
            nat_gateways: &nat_gateways,
            endpoints: &endpoints,
            totals: &totals,
        };
        let groups = self.group_by.map_or_else(Vec::new, |by| grouper.groups(by));
        let attributed = attribution.iter().map(|line| line.bytes_out + line.bytes_in).sum();
        let unknown_path =
            attribution.iter().filter(|line| line.path == crate::attribute::Path::Unknown.name());
        let path_unknown = unknown_path.map(|line| line.bytes_out + line.bytes_in).sum();
        let names = self.name_tags(&attribution);
        let ledger = self.ledger(attributed, path_unknown)?;
        let mut report = Report {
            schema: REPORT_SCHEMA,
            period: Period {
                start: hours.first().map(|hour| rfc3339(hour.start())),
                end: hours.last().map(|hour| rfc3339(hour.end())),
                observed_hours: scale.observed_hours,
                hours_without_records: (hours.len() - self.attribution.hours.len()) as u64,
                month_hours: scale.month_hours,
                month_factor: scale.factor(),
            },
            sources: self.sources,
            ledger,
            totals,
            nat_gateways,
            endpoints,
            attribution,
            days,
            advice: advised.advice,
            plan: advised.plan,
            unknown_services: advised.unknown_services,
            rates: advised.rates,
            findings: checked.findings,
            unchecked: checked.unchecked,
            names,
            notes: Vec::new(),
            objects: self.objects.lines,
            malformed_examples: self.objects.examples,
            groups,
            currencies: Vec::new(),
        };
        report.notes = notes::notes(&report, self.partial, self.attribution, self.topology);
        Ok(report)
    }

    /// `Name` tags of what the lines name.
    fn name_tags(&self, lines: &[AttributionLine]) -> BTreeMap<String, String> {
        let inventory = self.topology.inventory;
        let vpcs = inventory.vpcs.iter().map(|vpc| (&vpc.vpc_id, &vpc.name));
        let subnets = inventory.subnets.iter().map(|subnet| (&subnet.subnet_id, &subnet.name));
        let enis = inventory.network_interfaces.iter().map(|eni| (&eni.interface_id, &eni.name));
        let tags: HashMap<&String, &String> =
            vpcs.chain(subnets).chain(enis).filter_map(|(id, name)| Some((id, name.as_ref()?))).collect();
        let ids = lines.iter().flat_map(|line| [&line.vpc_id, &line.subnet_id, &line.interface_id]).flatten();
        ids.filter_map(|id| Some((id.clone(), (*tags.get(id)?).clone()))).collect()
    }

    fn check(&self, scale: Scale, endpoints: &[EndpointLine]) -> check::Checked {
        let (rejected, more) = self.partial.rejected();
        let mut checked = check::check(&check::Case {
            partial: self.partial,
            rejected: &rejected,
            attribution: self.attribution,
            topology: self.topology,
            atlas: self.atlas,
            book: self.book,
            scale,
            endpoints,
            policy: self.policy,
            mapped: self.mapped,
            names: self.names,
        });
        if more {
            checked.unchecked.push(UncheckedLine {
                id: "endpoint-rejects-clients".to_owned(),
                reason: check::many_rejected(MAX_REJECTED_PAIRS),
            });
        }
        checked
    }

    fn ledger(&self, attributed: u128, path_unknown: u128) -> Result<Ledger, AnalyzeError> {
        let counts = &self.partial.counts;
        let unattributed =
            counts.bytes_skipdata + counts.bytes_without_address + counts.bytes_without_observer;
        let ledger = Ledger {
            objects_read: self.objects.read,
            objects_failed: self.objects.count(FAILED),
            objects_skipped: self.objects.count(SKIPPED),
            records: counts.records(),
            ok: counts.ok,
            nodata: counts.nodata,
            skipdata: counts.skipdata,
            rejected: counts.rejected,
            malformed: counts.malformed,
            outside_period: counts.outside_period,
            time_anomalies: counts.time_anomalies,
            bytes_total: counts.bytes_total,
            bytes_attributed: attributed,
            bytes_duplicate_view: self.attribution.duplicate_bytes,
            bytes_rejected: counts.bytes_rejected,
            bytes_unattributed: unattributed,
            bytes_path_unknown: path_unknown,
        };
        let classes = ledger.bytes_attributed
            + ledger.bytes_duplicate_view
            + ledger.bytes_rejected
            + ledger.bytes_unattributed;
        if classes != ledger.bytes_total {
            return Err(AnalyzeError::Ledger {
                total: ledger.bytes_total,
                attributed,
                duplicate: ledger.bytes_duplicate_view,
                rejected: ledger.bytes_rejected,
                unattributed,
            });
        }
        Ok(ledger)
    }
}

/// The sum of amounts; unpriced as soon as one of them is.
pub(super) fn sum(mut amounts: impl Iterator<Item = Option<Decimal>>) -> Option<Decimal> {
    amounts.try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount?))
}

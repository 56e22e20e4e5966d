//! What a run would read and cost, for people and for programs.

use std::io;

use super::grid::{Column, Grid, Page, Tone};
use super::number::{UNPRICED, count, size, small_usd};
use super::{Format, TableStyle};
use crate::model::estimate::Estimate;

/// JSON Schema (draft 2020-12) of an estimate as JSON. Keys are only ever added within v1.
pub const ESTIMATE_SCHEMA_JSON: &str = include_str!("schema/estimate.v1.json");

/// Writes the estimate as a table, or as one JSON object (`flowtoll/estimate/v1`) and a newline.
///
/// # Errors
/// Those of `out`, and for a format that an estimate does not have.
pub fn estimate(
    estimate: &Estimate,
    format: Format,
    style: TableStyle,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, estimate)?;
            out.write_all(b"\n")
        }
        Format::Table => table(estimate, &mut Page::new(out, style)),
        Format::Html | Format::Markdown => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "an estimate is a table or JSON; use --format table or json",
        )),
    }
}

fn table(estimate: &Estimate, page: &mut Page<'_>) -> io::Result<()> {
    page.line("Would be read", Tone::Strong)?;
    let mut totals = Grid::new([Column::text("What"), Column::figure("Count")]);
    let mut total = |name: &str, figure: String| totals.row(Tone::Plain, [name.to_owned(), figure]);
    total("Objects", count(estimate.objects.into()));
    total("Bytes as stored", size(estimate.bytes.into()));
    if estimate.objects_of_unknown_size > 0 {
        total("Objects of unknown size (standard input)", count(estimate.objects_of_unknown_size.into()));
    }
    total("Copies, passed over", count(estimate.copies.into()));
    page.grid(&totals)?;
    if !estimate.buckets.is_empty() {
        page.section("Requests to S3")?;
        let mut grid = Grid::new([
            Column::text("Bucket"),
            Column::figure("Objects"),
            Column::figure("LIST"),
            Column::figure("GET"),
            Column::figure("USD"),
        ]);
        for bucket in &estimate.buckets {
            let region = bucket.region.as_deref().unwrap_or("Region not known");
            grid.row(
                if bucket.cost_usd.is_none() { Tone::Warn } else { Tone::Plain },
                [
                    format!("{}\n{region}\n{}", bucket.bucket, size(bucket.bytes.into())),
                    count(bucket.objects.into()),
                    count(bucket.list_requests.into()),
                    count(bucket.get_requests.into()),
                    small_usd(bucket.cost_usd),
                ],
            );
        }
        let sum = |of: fn(&crate::model::estimate::BucketEstimate) -> u64| {
            count(estimate.buckets.iter().map(|bucket| u128::from(of(bucket))).sum())
        };
        grid.row(
            Tone::Strong,
            [
                "Total".to_owned(),
                sum(|bucket| bucket.objects),
                sum(|bucket| bucket.list_requests),
                sum(|bucket| bucket.get_requests),
                small_usd(estimate.requests_cost_usd),
            ],
        );
        page.grid(&grid)?;
        for rate in estimate.buckets.iter().flat_map(|bucket| &bucket.rates) {
            page.line(&format!("Rate: {rate}"), Tone::Plain)?;
        }
        for bucket in estimate.buckets.iter().filter(|bucket| bucket.cost_usd.is_none()) {
            let region = bucket.region.as_deref().unwrap_or("its Region");
            page.line(
                &format!(
                    "{}: {UNPRICED}; give s3_list_1000 and s3_get_1000 of {region} with --prices",
                    bucket.bucket
                ),
                Tone::Warn,
            )?;
        }
    }
    for note in &estimate.notes {
        page.line(&format!("Note: {note}"), Tone::Plain)?;
    }
    for unlisted in &estimate.unlisted {
        page.line(&format!("Not listed: {}: {}", unlisted.name, unlisted.reason), Tone::Warn)?;
    }
    Ok(())
}

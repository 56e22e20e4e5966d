//! The README of `sample-logs/`: the right answer and why, from the generator's truth alone.
//!
//! The money is worked out here with two rates and integers, not with the price book: it is what a reader
//! with a pocket calculator gets.

use std::fmt::Write as _;

use super::super::coverage::{Coverage, Form};
use super::super::truth::{AttributionTruth, NatTruth, Truth};
use super::super::world::World;

/// Tenths of a US cent per NAT gateway hour and per GB of 2^30 bytes, Tokyo.
const NAT_RATE_MILLS: u128 = 62;
/// Tenths of a US cent per interface endpoint, zone and hour, Tokyo.
const ENDPOINT_HOUR_MILLS: u128 = 14;
/// Tenths of a US cent per GB through an interface endpoint, first tier.
const ENDPOINT_GB_MILLS: u128 = 10;
/// Hours of a billed month.
const MONTH_HOURS: u128 = 730;
/// Bytes of a billed GB.
const GB: u128 = 1 << 30;

/// The whole page.
pub(super) fn text(world: &World, coverage: &Coverage, truth: &Truth) -> String {
    let page = Page { world, truth };
    let parts = [
        HEAD.to_string(),
        page.flow_logs(coverage),
        WORLD.to_string(),
        page.nat_gateways(),
        page.worked_example(),
        page.endpoints(),
        page.attribution(),
        page.findings(),
        TRAPS.to_string(),
    ];
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
    format!("{}\n", parts.join("\n\n"))
}

const HEAD: &str = "# Sample logs with a known answer

One invented AWS account (111122223333, ap-northeast-1), 24 hours of 2026-03-10 UTC, written by
`cargo run --features testkit --bin flowtoll-testkit -- sample --output sample-logs`. The traffic was invented
first, so every number below is the truth and not a measurement; `truth.json` has all of them exactly. The same
command gives the same bytes. Do not edit anything here by hand.

| folder | what |
|---|---|
| `v2-text/` | the default 14 fields, plain text |
| `v11-text/` | all 54 fields, gzipped text |
| `parquet/` | all 54 fields, Parquet as AWS writes it (`-` in text columns, NULL in number columns) |
| `inventory/` | the describe answers of the account |

All three forms hold the same traffic: read one of them at a time. Read together, each byte is there three times
over and a reader must choose one flow log per interface. Objects cover four hours each, where AWS would write one
every five minutes. Windows hold more bytes than usual, to keep the rows few.
";

const WORLD: &str = "
## The world

`prod` (10.20.0.0/16) has a NAT gateway in each of two zones; `prod-nat-c` has two private addresses. Its S3 gateway
endpoint is in the route tables of the `private` subnets but **not in that of `batch`**. The Systems Manager trio
(ssm, ssmmessages, ec2messages) has interface endpoints and is used; a **kinesis-streams** endpoint is forgotten.
`eks-node-a` speaks with the addresses of two pods, `thumbnailer` is a Lambda function.
`dev` (10.30.0.0/16) has no endpoint at all; `dev-nat` in apne1-az4 also serves `ci-c` in apne1-az1; the `edge` subnet
leaves by a regional NAT gateway, which has no network interface.
";

const TRAPS: &str = "
## What a naive sum gets wrong

- Each byte through a zonal NAT gateway is in three rows (client, NAT inside, NAT outside). The NAT's own bytes are its
  inside rows only.
- Strangers scan the NAT gateways: rows with action ACCEPT at the NAT's interface that no client asked for.
- S3 through the gateway endpoint shows public S3 addresses at the client, and pays nothing.
- The us-west-2 bucket is S3 but no gateway endpoint of ap-northeast-1 can carry it.
- Rows of the regional NAT gateway have interface id `-`. In v11 `resource-id` names the gateway; in v2 nothing does, and
  only the rows of its clients tell.
- The S3 and DynamoDB prefix lists in `inventory/` hold the blocks this world uses, not all that AWS has.
- Each text form has one line that is no record; NODATA, SKIPDATA and REJECT rows carry no billed byte.
";

struct Page<'a> {
    world: &'a World,
    truth: &'a Truth,
}

impl Page<'_> {
    fn flow_logs(&self, coverage: &Coverage) -> String {
        let mut page = String::from(
            "## Rows\n\n| form | flow log | VPC | records | ok | rejected | NODATA | SKIPDATA | malformed | bytes in all rows |\n\
             |---|---|---|---:|---:|---:|---:|---:|---:|---:|\n",
        );
        for (flow_log, told) in coverage.flow_logs.iter().zip(&self.truth.flow_logs) {
            let form = match &flow_log.form {
                Form::Text { gzip: false, .. } => "v2-text",
                Form::Text { .. } => "v11-text",
                Form::Parquet { .. } | Form::Export { .. } => "parquet",
            };
            let ledger = &told.ledger;
            let vpc = self.world.vpcs.iter().find(|vpc| vpc.id == told.resource_id);
            line(
                &mut page,
                &[
                    form.to_string(),
                    format!("`{}`", told.flow_log_id),
                    vpc.map_or("-", |vpc| vpc.name).to_string(),
                    ledger.records.to_string(),
                    ledger.ok.to_string(),
                    ledger.rejected.to_string(),
                    ledger.nodata.to_string(),
                    ledger.skipdata.to_string(),
                    ledger.malformed.to_string(),
                    ledger.bytes_total.to_string(),
                ],
            );
        }
        page.push_str("\n`ok` is status OK and action ACCEPT, `rejected` status OK and action REJECT.\n");
        page
    }

    fn nat_gateways(&self) -> String {
        let mut page = String::from(
            "## NAT gateways\n\n| name | id | zone | bytes out | bytes in | scanned | GB of 2^30 a day | GB charge a month | hours a month | a month |\n\
             |---|---|---|---:|---:|---:|---:|---:|---:|---:|\n",
        );
        for nat in &self.truth.nat_gateways {
            let bytes = u128::from(nat.bytes_out + nat.bytes_in);
            let (gb_micros, hour_micros) = (month_micros(bytes, NAT_RATE_MILLS), nat_hours(nat));
            line(
                &mut page,
                &[
                    nat.name.to_string(),
                    format!("`{}`", nat.nat_gateway_id),
                    nat.zone_id.clone().unwrap_or_else(|| "regional, 2 zones".to_string()),
                    nat.bytes_out.to_string(),
                    nat.bytes_in.to_string(),
                    nat.bytes_scanned.to_string(),
                    gigabytes(bytes),
                    usd(gb_micros),
                    usd(hour_micros),
                    usd(gb_micros + hour_micros),
                ],
            );
        }
        page.push_str(
            "\nBytes are those of the inside legs (client and NAT). A month is 730 h: 24 h were seen, the factor is 730/24.\n\
             Tokyo: 0.062 USD per hour and per GB of 2^30 bytes. A regional gateway is taken to pay per hour and zone,\n\
             here two zones. Cross-zone transfer is not in these numbers.\n",
        );
        page
    }

    /// One gateway's month, step by step.
    fn worked_example(&self) -> String {
        let Some(nat) = self.truth.nat_gateways.iter().find(|nat| nat.name == "prod-nat-c") else {
            return String::new();
        };
        let bytes = u128::from(nat.bytes_out + nat.bytes_in);
        let gb = month_micros(bytes, NAT_RATE_MILLS);
        let hours = nat_hours(nat);
        format!(
            "\n### {} by hand\n\n```\nbytes a day     {} + {} = {bytes}\nbytes a month   {bytes} x 730 / 24 = {}\n\
             GB a month      / 1073741824 = {}\ncharge by GB    x 0.062 = {} USD\ncharge by hour  730 x 0.062 = {} USD\n\
             a month         {} USD\n```\n",
            nat.name,
            nat.bytes_out,
            nat.bytes_in,
            bytes * MONTH_HOURS / 24,
            gigabytes(bytes * MONTH_HOURS / 24),
            usd(gb),
            usd(hours),
            usd(gb + hours),
        )
    }

    fn endpoints(&self) -> String {
        let mut page = String::from(
            "\n## Endpoints\n\n| service | id | type | zones | bytes out | bytes in | a month |\n|---|---|---|---:|---:|---:|---:|\n",
        );
        for (told, endpoint) in self.truth.endpoints.iter().zip(&self.world.endpoints) {
            let zones = endpoint.interfaces.len() as u128;
            let bytes = u128::from(told.bytes_out + told.bytes_in);
            let micros = if endpoint.is_gateway() {
                0
            } else {
                zones * MONTH_HOURS * ENDPOINT_HOUR_MILLS * 1000 + month_micros(bytes, ENDPOINT_GB_MILLS)
            };
            line(
                &mut page,
                &[
                    told.service.to_string(),
                    format!("`{}`", told.vpc_endpoint_id),
                    told.kind.to_string(),
                    zones.to_string(),
                    told.bytes_out.to_string(),
                    told.bytes_in.to_string(),
                    usd(micros),
                ],
            );
        }
        page.push_str(
            "\nTokyo: 0.014 USD per endpoint, zone and hour, 0.01 USD per GB; a gateway endpoint is free.\n",
        );
        page
    }

    fn attribution(&self) -> String {
        let mut page = String::from(
            "\n## Who, by which way, to what\n\n| client | interface | path | via | service | region | bytes out | bytes in |\n\
             |---|---|---|---|---|---|---:|---:|\n",
        );
        for row in &self.truth.attribution {
            line(
                &mut page,
                &[
                    self.client(row).to_string(),
                    format!("`{}`", row.interface_id),
                    row.path.to_string(),
                    self.via(row).to_string(),
                    row.service.clone(),
                    row.service_region.clone().unwrap_or_else(|| "-".to_string()),
                    row.bytes_out.to_string(),
                    row.bytes_in.to_string(),
                ],
            );
        }
        page
    }

    fn client(&self, row: &AttributionTruth) -> &str {
        let place = self.world.interfaces.iter().find(|place| place.id == row.interface_id);
        place.map_or("-", |place| place.name.as_str())
    }

    fn via<'a>(&'a self, row: &'a AttributionTruth) -> &'a str {
        let Some(via) = row.via.as_deref() else { return "-" };
        let nat = self.truth.nat_gateways.iter().find(|nat| nat.nat_gateway_id == via).map(|nat| nat.name);
        let endpoint = || {
            let endpoint = self.truth.endpoints.iter().find(|endpoint| endpoint.vpc_endpoint_id == via);
            endpoint.map(|endpoint| endpoint.service)
        };
        nat.or_else(endpoint).unwrap_or(via)
    }

    /// The sums that advice should find.
    fn findings(&self) -> String {
        let sum = |test: &dyn Fn(&AttributionTruth) -> bool| -> u128 {
            let rows = self.truth.attribution.iter().filter(|row| row.path == "nat-gateway" && test(row));
            rows.map(|row| u128::from(row.bytes_out + row.bytes_in)).sum()
        };
        let home = |row: &AttributionTruth| row.service_region.as_deref() == Some("ap-northeast-1");
        let is_in = |row: &AttributionTruth, name: &str| {
            self.world.vpcs.iter().any(|vpc| vpc.id == row.vpc_id && vpc.name == name)
        };
        let cases = [
            (
                "`prod`: add the S3 gateway endpoint to `prod-batch-c`",
                sum(&|row| is_in(row, "prod") && row.service == "s3" && home(row)),
            ),
            (
                "`prod`: a DynamoDB gateway endpoint",
                sum(&|row| is_in(row, "prod") && row.service == "dynamodb"),
            ),
            (
                "`dev`: an S3 gateway endpoint (zonal and regional NAT)",
                sum(&|row| is_in(row, "dev") && row.service == "s3"),
            ),
            (
                "`dev`: a DynamoDB gateway endpoint",
                sum(&|row| is_in(row, "dev") && row.service == "dynamodb"),
            ),
        ];
        let mut page = String::from(
            "\n## Where the money lies\n\n| what | bytes a day through NAT | saves a month |\n|---|---:|---:|\n",
        );
        for (what, bytes) in cases {
            let micros = month_micros(bytes, NAT_RATE_MILLS);
            line(&mut page, &[what.to_string(), bytes.to_string(), usd(micros)]);
        }
        let idle = 2 * MONTH_HOURS * ENDPOINT_HOUR_MILLS * 1000;
        line(
            &mut page,
            &["`prod`: delete the kinesis-streams endpoint".to_string(), "0".to_string(), usd(idle)],
        );
        let far = sum(&|row| row.service_region.as_deref() == Some("us-west-2"));
        let crossing = sum(&|row| self.client(row) == "ci-c");
        write!(
            page,
            "\nNot to be saved by a gateway endpoint: {far} bytes to S3 in us-west-2.\n`ci-c` sends and receives {crossing} \
             bytes through a NAT gateway in the other zone, which costs cross-zone transfer on top\n\
             (0.01 USD/GB on each side); a report adds that to what an endpoint for those bytes saves.\n"
        )
        .expect("writing to a String cannot fail");
        page
    }
}

/// The hours of a NAT gateway in a month, in millionths of a dollar.
fn nat_hours(nat: &NatTruth) -> u128 {
    let zones = if nat.kind == "regional" { 2 } else { 1 };
    zones * MONTH_HOURS * NAT_RATE_MILLS * 1000
}

/// Millionths of a dollar a month for bytes seen in 24 hours, at `mills` per GB; rounded to nearest.
fn month_micros(bytes: u128, mills: u128) -> u128 {
    (bytes * MONTH_HOURS * mills * 1000 + 12 * GB) / (24 * GB)
}

/// Dollars and cents, rounded to nearest.
fn usd(micros: u128) -> String {
    let cents = (micros + 5000) / 10_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// GB of 2^30 bytes with two digits, rounded to nearest.
fn gigabytes(bytes: u128) -> String {
    let hundredths = (bytes * 100 + GB / 2) / GB;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn line(page: &mut String, cells: &[String]) {
    writeln!(page, "| {} |", cells.join(" | ")).expect("writing to a String cannot fail");
}

//! What the name of an object that AWS delivered tells.

/// The parts of `ACCOUNT_vpcflowlogs_REGION_FLOWLOGID_YYYYMMDDTHHmmZ_HASH.log[.gz|.parquet]`, in either key layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsName {
    /// Account that owns the flow log.
    pub account_id: String,
    /// Region of the flow log.
    pub region: String,
    /// `fl-...`.
    pub flow_log_id: String,
    /// The whole name without what packing adds: equal for copies of one delivered object.
    pub stem: String,
}

/// Reads an object's name (a key or a path).
///
/// Source: "Flow log files", VPC User Guide (AWS); the plain and the Hive-compatible layout end in the same file name.
pub fn parse(name: &str) -> Option<AwsName> {
    let base = name.rsplit(['/', '\\']).next()?;
    let mut parts = base.splitn(6, '_');
    let (account_id, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    let (flow_log_id, time, _hash) = (parts.next()?, parts.next()?, parts.next()?);
    let plausible = service == "vpcflowlogs"
        && !account_id.is_empty()
        && region.contains('-')
        && flow_log_id.starts_with("fl-")
        && time.len() >= 8
        && time.bytes().take(8).all(|byte| byte.is_ascii_digit());
    plausible.then(|| AwsName {
        account_id: account_id.to_owned(),
        region: region.to_owned(),
        flow_log_id: flow_log_id.to_owned(),
        stem: base.strip_suffix(".gz").unwrap_or(base).to_owned(),
    })
}

//! Whether something is for production or for development, as its tags say.

use super::Case;
use crate::inventory::{Inventory, VpcEndpoint};

/// Keys of tags, whatever their case; the first that a resource has rules.
pub(super) const KEYS: [&str; 3] = ["env", "environment", "stage"];
/// Values that mean production, whatever their case.
pub(super) const PRODUCTION: [&str; 4] = ["prod", "production", "prd", "live"];
/// Values that mean development. Staging is neither: some keep it like production, some do not.
pub(super) const DEVELOPMENT: [&str; 8] =
    ["dev", "development", "develop", "test", "testing", "qa", "sandbox", "nonprod"];

/// What a resource is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Environment {
    Production,
    Development,
}

/// The value of a resource's environment tag.
pub fn environment_tag<'i>(inventory: &'i Inventory, resource: &str) -> Option<&'i str> {
    let tags = inventory.setup.tags.get(resource)?;
    KEYS.iter().find_map(|key| {
        let found = tags.iter().find(|(known, _)| known.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    })
}

impl Case<'_> {
    /// The environment tag of an endpoint, else of its VPC.
    pub(super) fn environment_text(&self, endpoint: &VpcEndpoint) -> Option<&str> {
        let tag = |resource: &str| environment_tag(self.inventory(), resource);
        tag(&endpoint.vpc_endpoint_id).or_else(|| tag(&endpoint.vpc_id))
    }

    /// What an endpoint is for, where its tags or its VPC's say it.
    pub(super) fn environment(&self, endpoint: &VpcEndpoint) -> Option<Environment> {
        let value = self.environment_text(endpoint)?;
        let is = |values: &[&str]| values.iter().any(|known| value.eq_ignore_ascii_case(known));
        if is(&PRODUCTION) {
            Some(Environment::Production)
        } else if is(&DEVELOPMENT) {
            Some(Environment::Development)
        } else {
            None
        }
    }
}

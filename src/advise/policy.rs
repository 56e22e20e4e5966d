//! How available endpoints must be: one answer for all VPCs, and rules for some of them from a policy file.
//!
//! ```toml
//! [[rule]]                         # the first rule that fits a VPC decides
//! vpc = "vpc-0123456789abcdef0"
//! availability = "multi-az"
//!
//! [[rule]]
//! tag.env = "dev"                  # tags of the VPC; of several keys all must fit
//! availability = "single-az"
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

/// How many zones an interface endpoint must be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    /// In each zone that has clients of the service, and in two at least where the VPC uses two or more.
    #[default]
    MultiAz,
    /// In one zone: cheaper, and gone when the zone is.
    SingleAz,
}

impl Availability {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MultiAz => "multi-az",
            Self::SingleAz => "single-az",
        }
    }

    /// Zones an endpoint needs, from the number of zones with clients of the service and of zones that the VPC uses.
    pub fn zones_needed(self, with_clients: usize, used: usize) -> usize {
        match self {
            Self::MultiAz => with_clients.max(used.min(2)).max(1),
            Self::SingleAz => 1,
        }
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    vpc: Option<String>,
    #[serde(default)]
    tag: BTreeMap<String, String>,
    availability: Availability,
}

/// Availability of all VPCs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Where no rule fits.
    pub default: Availability,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Spanned<Rule>>,
}

/// A policy file that cannot be used: where and what.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{origin}:{line}: {problem}")]
pub struct PolicyError {
    /// The file.
    pub origin: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, and what to write.
    pub problem: String,
}

impl Policy {
    /// One answer for all VPCs.
    pub fn of(default: Availability) -> Self {
        Self { default, rules: Vec::new() }
    }

    /// Adds the rules of a file; `origin` is its name in messages.
    ///
    /// # Errors
    /// [`PolicyError`] names the line of the first thing that is wrong.
    pub fn with_rules(mut self, text: &str, origin: &str) -> Result<Self, PolicyError> {
        let error = |at: usize, problem: String| PolicyError {
            origin: origin.to_owned(),
            line: text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1,
            problem,
        };
        let file: File = toml::from_str(text).map_err(|wrong| {
            let expected =
                "expected [[rule]] with `vpc` or `tag.KEY`, and availability = \"multi-az\" or \"single-az\"";
            error(wrong.span().map_or(0, |span| span.start), format!("{}; {expected}", wrong.message()))
        })?;
        for rule in file.rule {
            let at = rule.span().start;
            let rule = rule.into_inner();
            if rule.vpc.is_none() && rule.tag.is_empty() {
                let problem = "the rule fits no VPC: give `vpc = \"vpc-...\"` or `tag.KEY = \"VALUE\"`";
                return Err(error(at, problem.to_owned()));
            }
            self.rules.push(rule);
        }
        Ok(self)
    }

    /// What holds for a VPC with these tags.
    pub fn of_vpc(&self, vpc: &str, tags: Option<&BTreeMap<String, String>>) -> Availability {
        let fits = |rule: &&Rule| {
            rule.vpc.as_deref().is_none_or(|id| id == vpc)
                && rule.tag.iter().all(|(key, value)| tags.and_then(|tags| tags.get(key)) == Some(value))
        };
        self.rules.iter().find(fits).map_or(self.default, |rule| rule.availability)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Availability, Policy};

    const RULES: &str = "[[rule]]\nvpc = \"vpc-1\"\navailability = \"multi-az\"\n\n[[rule]]\ntag.env = \"dev\"\ntag.team = \
                         \"a\"\navailability = \"single-az\"\n";

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let policy = Policy::default().with_rules(RULES, "policy.toml").expect("a policy");
        let dev = tags(&[("env", "dev"), ("team", "a"), ("more", "")]);
        assert_eq!(policy.of_vpc("vpc-1", Some(&dev)), Availability::MultiAz);
        assert_eq!(policy.of_vpc("vpc-2", Some(&dev)), Availability::SingleAz);
        assert_eq!(policy.of_vpc("vpc-2", Some(&tags(&[("env", "dev")]))), Availability::MultiAz);
        assert_eq!(policy.of_vpc("vpc-2", None), Availability::MultiAz);
        let single = Policy::of(Availability::SingleAz).with_rules(RULES, "policy.toml").expect("a policy");
        assert_eq!(single.of_vpc("vpc-1", None), Availability::MultiAz);
        assert_eq!(single.of_vpc("vpc-3", None), Availability::SingleAz);
    }

    #[test]
    fn wrong_files_are_named_with_their_line() {
        for (text, begins, says) in [
            ("[[rule]]\navailability = \"multi-az\"\n", "p.toml:1: ", "fits no VPC"),
            ("\n[[rule]]\nvpc = \"vpc-1\"\navailability = \"two\"\n", "p.toml:4: ", "multi-az"),
            ("[[rule]]\nvpc = \"vpc-1\"\n", "p.toml:1: ", "availability"),
            ("[[rules]]\nvpc = \"vpc-1\"\n", "p.toml:1: ", "rules"),
            ("vpc = [", "p.toml:1: ", "[[rule]]"),
        ] {
            let error = Policy::default().with_rules(text, "p.toml").expect_err(text).to_string();
            assert!(error.starts_with(begins) && error.contains(says), "{text:?}: {error}");
        }
    }

    #[test]
    fn zones_follow_clients_and_the_vpc() {
        for (clients, used, multi) in [(0, 0, 1), (1, 1, 1), (1, 2, 2), (1, 3, 2), (3, 3, 3)] {
            assert_eq!(Availability::MultiAz.zones_needed(clients, used), multi);
            assert_eq!(Availability::SingleAz.zones_needed(clients, used), 1);
        }
    }
}

//! Names of endpoints by a pattern.

use thiserror::Error;

use super::policy::like;
use super::{Case, Checker, Found, Severity, say, word};
use crate::inventory::{VpcEndpoint, VpcEndpointType, is_gone};
use crate::model::wording::Wording;

/// The pattern where none is given.
pub const DEFAULT_NAME_PATTERN: &str = "{service}-{type}-endpoint-{env}";

/// A pattern for names: text with `{service}`, `{type}` (gateway, interface) and `{env}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Service,
    Type,
    Env,
}

/// Why a pattern is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NamePatternError {
    /// A placeholder that does not exist.
    #[error("`{{{0}}}` is no placeholder: there are {{service}}, {{type}} and {{env}}")]
    Unknown(String),
    /// A brace without its other half.
    #[error("a brace is not closed in `{0}`")]
    Open(String),
}

impl NamePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When a placeholder does not exist, or is not closed.
    pub fn parse(text: &str) -> Result<Self, NamePatternError> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) =
                after.split_once('}').ok_or_else(|| NamePatternError::Open(text.to_owned()))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(match name {
                "service" => Part::Service,
                "type" => Part::Type,
                "env" => Part::Env,
                other => return Err(NamePatternError::Unknown(other.to_owned())),
            });
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// The name of a new endpoint. Where its environment is not known, `{env}` goes, and with it what separates it.
    pub fn name(&self, service: &str, endpoint_type: &str, env: Option<&str>) -> String {
        let mut parts = self.parts.clone();
        if env.is_none() {
            parts.retain(|part| *part != Part::Env);
        }
        let name = Self { parts }.name_of(service, endpoint_type, env);
        if env.is_some() {
            return name;
        }
        let between = |c: char| "-_./: ".contains(c);
        name.trim_matches(between).to_owned()
    }

    /// Whether names by this pattern tell the environment.
    pub fn has_environment(&self) -> bool {
        self.parts.contains(&Part::Env)
    }

    /// The name an endpoint should have; `{env}` stays where its environment is not known.
    fn name_of(&self, service: &str, endpoint_type: &str, env: Option<&str>) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Service => service.to_owned(),
            Part::Type => endpoint_type.to_owned(),
            Part::Env => env.unwrap_or("{env}").to_owned(),
        };
        self.parts.iter().map(text).collect()
    }
}

/// Whether a name is the wanted one; `{env}` in it stands for a word.
fn is_named(name: &str, wanted: &str) -> bool {
    like(&wanted.replace("{env}", "?*"), name)
}

pub(super) fn check(checker: &mut Checker<'_>) {
    const RULE: &str = "endpoint-name";
    let case = checker.case;
    let Some(pattern) = case.names else {
        return checker.skip(RULE, say::no_pattern());
    };
    if checker.lacks(RULE, &["describe-vpc-endpoints"]) {
        return;
    }
    for endpoint in case.inventory().vpc_endpoints.iter().filter(|endpoint| !is_gone(&endpoint.state)) {
        let Some(wanted) = wanted(case, pattern, endpoint) else { continue };
        if endpoint.name.as_deref().is_some_and(|name| is_named(name, &wanted)) {
            continue;
        }
        checker.add(Found {
            rule: RULE,
            resource: endpoint.vpc_endpoint_id.clone(),
            severity: Severity::Info,
            seen: false,
            title: format!("The endpoint should be named {wanted}"),
            evidence: match &endpoint.name {
                Some(name) => say::name_is(name),
                None => say::no_name(),
            },
            fix: Wording::same(format!(
                "aws ec2 create-tags --resources {} --tags {}",
                word(&endpoint.vpc_endpoint_id),
                word(&format!("Key=Name,Value={}", wanted.replace("{env}", "ENV")))
            )),
            loss: None,
        });
    }
}

/// The name an endpoint should have.
fn wanted(case: &Case<'_>, pattern: &NamePattern, endpoint: &VpcEndpoint) -> Option<String> {
    let endpoint_type = match endpoint.endpoint_type {
        VpcEndpointType::Gateway => "gateway",
        VpcEndpointType::Interface => "interface",
        _ => return None,
    };
    Some(pattern.name_of(&endpoint.service, endpoint_type, case.environment_text(endpoint)))
}

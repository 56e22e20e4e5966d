//! Region codes, and the places in an answer or a path that give one away.
//!
//! Few describe answers state their region, so it is read from what does carry it: ARNs, zone names, service
//! names and the folder a file lies in.

/// Last word of every region code before its number, in every partition so far.
const COMPASS: [&str; 9] =
    ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/// Whether `text` is written like a region code: `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`.
///
/// A rule, not a list, so that a new region needs no release. It is strict about the first word (two letters,
/// or four ending in `sc` as the European Sovereign Cloud writes it) and the last (a compass word), so that a
/// folder named `team-vpc-1` or `prod-east-1` is not taken for one.
pub(super) fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., compass, number] = words.as_slice() else { return false };
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    word(first)
        && (first.len() == 2 || (first.len() == 4 && first.ends_with("sc")))
        && middle.iter().all(|text| word(text))
        && COMPASS.contains(compass)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Region of a zone name: `us-east-1` for `us-east-1a` and `us-east-1-wl1-bos-wlz-1`, `us-west-2` for
/// `us-west-2-lax-1a`. `None` for zone ids (`use1-az1`) and anything else.
pub(super) fn region_of_zone(zone_name: &str) -> Option<&str> {
    // The region ends with the first number that follows a hyphen.
    let number_at = zone_name
        .match_indices('-')
        .map(|(at, _)| at + 1)
        .find(|&at| zone_name[at..].starts_with(|first: char| first.is_ascii_digit()))?;
    let digits = zone_name[number_at..].bytes().take_while(u8::is_ascii_digit).count();
    let (region, rest) = zone_name.split_at(number_at + digits);
    let zone_letter = rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_region(region) && (zone_letter || rest.starts_with('-'))).then_some(region)
}

/// Region and account of an EC2 ARN (`arn:aws:ec2:REGION:ACCOUNT:...`), in any partition. `None` for ARNs of
/// other services: the service network an endpoint leads to may be elsewhere.
pub(super) fn place_of_arn(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':');
    if parts.next()? != "arn" || !parts.next()?.starts_with("aws") || parts.next()? != "ec2" {
        return None;
    }
    let (region, account) = (parts.next()?, parts.next()?);
    is_region(region).then_some((region, account))
}

/// The innermost folder of `path` that is exactly a region code; the file name does not count.
pub(super) fn region_in_path(path: &str) -> Option<&str> {
    path.rsplit('/').skip(1).find(|part| is_region(part))
}

/// The innermost folder of `path` that is exactly a 12-digit account id.
pub(super) fn account_in_path(path: &str) -> Option<&str> {
    path.rsplit('/').skip(1).find(|part| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

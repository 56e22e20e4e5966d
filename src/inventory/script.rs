//! The shell script that records an inventory.

/// A POSIX shell script that fills an inventory directory with read-only calls of the AWS CLI.
///
/// It is printed rather than run, so that it can be read first and given to whoever may run it. It writes
/// `OUTPUT/ACCOUNT/REGION/describe-*.json`, goes on after a call that is not allowed, and then exits with 1.
pub fn script() -> String {
    include_str!("script.sh").to_owned()
}

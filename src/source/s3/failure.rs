//! What a refusal of S3 means, in words that help.

use std::fmt;
use std::io;

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// Why a request did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// Asking again may help.
    pub is_passing: bool,
    /// Where the bucket is, if the refusal tells.
    pub region: Option<String>,
    /// For people.
    pub text: String,
}

impl Failure {
    /// One that asking again will not change.
    pub fn lasting(text: impl Into<String>) -> Self {
        Self { is_passing: false, region: None, text: text.into() }
    }

    /// One that may not come again.
    pub fn passing(text: impl Into<String>) -> Self {
        Self { is_passing: true, region: None, text: text.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        Self::other(failure)
    }
}

/// What a request was for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    List,
    Get,
}

/// Reads the SDK's error.
pub(super) fn of_sdk<E>(error: &SdkError<E>, purpose: Purpose, bucket: &str) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let response = error.raw_response();
    let status = response.map(|response| response.status().as_u16());
    let region =
        response.and_then(|response| response.headers().get("x-amz-bucket-region")).map(str::to_owned);
    let code = error.code().unwrap_or_default();
    let said = match (code, error.message()) {
        ("", None) => String::new(),
        (code, None) => format!(" ({code})"),
        ("", Some(message)) => format!(" ({message})"),
        (code, Some(message)) => format!(" ({code}: {message})"),
    };
    let action = match purpose {
        Purpose::List => "s3:ListBucket",
        Purpose::Get => "s3:GetObject",
    };
    let text = match (code, status) {
        ("InvalidObjectState", _) => {
            format!("it is archived{said}: restore it, or leave it out by --from and --to")
        }
        ("NoSuchBucket", _) => format!("bucket `{bucket}` does not exist{said}"),
        ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "ExpiredToken", _) => format!(
            "the credentials are refused{said}: sign in again, or name others by --profile or AWS_PROFILE"
        ),
        (_, Some(301 | 307 | 400)) if region.is_some() => {
            format!(
                "bucket `{bucket}` is in another Region{said}: give --region {}",
                region.as_deref().unwrap_or("")
            )
        }
        (_, Some(403)) if said.to_ascii_lowercase().contains("kms") => format!(
            "access denied{said}: the identity needs the action kms:Decrypt on the key that the objects are encrypted with"
        ),
        (_, Some(403)) => format!(
            "access denied{said}: the identity needs the action {action} on bucket `{bucket}`; if the account that asks \
             pays, give --request-payer"
        ),
        (_, Some(404)) => format!("it was deleted after it was listed{said}"),
        (_, Some(412)) => format!("it was changed after it was listed{said}: run again"),
        (_, Some(status)) => format!("S3 answers {status}{said}"),
        (_, None) => without_answer(error),
    };
    let is_passing = match status {
        Some(301 | 307 | 400..=407 | 409..=428 | 430..=499) => false,
        Some(_) => true,
        None => !is_about_credentials(&text),
    };
    Failure { is_passing, region, text }
}

/// There was no answer at all: no network, no credentials, or nobody listens.
fn without_answer<E: std::error::Error + 'static>(error: &SdkError<E>) -> String {
    let all = DisplayErrorContext(error).to_string();
    if is_about_credentials(&all) {
        return format!(
            "no AWS credentials: set AWS_PROFILE or give --profile, sign in (`aws sso login`), or give --no-sign-request \
             for a public bucket ({})",
            innermost(error)
        );
    }
    match error {
        SdkError::TimeoutError(_) => "S3 does not answer in time".to_owned(),
        _ => format!("S3 cannot be reached: {}", innermost(error)),
    }
}

fn is_about_credentials(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("no providers in chain provided")
        || text.contains("no aws credentials")
        || text.contains("failed to load credentials")
        || text.contains("loading credentials")
}

/// The last cause: the first ones only say that a request failed.
pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

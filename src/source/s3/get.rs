//! Bodies that break are taken up again where they broke.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::client::Clients;
use super::failure::{Failure, Purpose, innermost, of_sdk};
use crate::source::{Location, LogObject};

/// How often in a row a body may break without a byte having come.
const MAX_BREAKS: u32 = 8;
/// How many breaks a request counts for that came to nothing however often the client sent it: two of those are enough, else a
/// server that is frozen would hold each object for half an hour.
const BREAKS_OF_REFUSAL: u32 = 5;
/// The first pause after a break, milliseconds; each is twice the one before, up to 64 times it.
const FIRST_PAUSE_MS: u64 = 50;

/// What bodies come from.
pub(super) trait Origin: Send + Sync {
    /// A body.
    type Body: Body;
    /// Asks for the object from an offset on.
    fn open(&self, from: u64) -> impl Future<Output = Result<Self::Body, Failure>> + Send;
}

/// A body as it comes.
pub(super) trait Body: Send {
    /// Offset in the object of the byte that comes next.
    fn position(&self) -> u64;
    /// The next bytes; `None` at its end, whether or not that is the object's.
    fn next(&mut self) -> impl Future<Output = Option<Result<Bytes, String>>> + Send;
}

/// An object's bytes from its first to its last, as if no body ever broke.
pub(super) struct Whole<O: Origin> {
    origin: O,
    size: u64,
    got: u64,
    breaks: u32,
    body: Option<O::Body>,
}

impl<O: Origin> Whole<O> {
    /// The whole of an object of a known size.
    pub fn new(origin: O, size: u64) -> Self {
        Self { origin, size, got: 0, breaks: 0, body: None }
    }

    /// The next bytes, `None` at the object's end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        while self.got < self.size {
            let mut body = match self.body.take() {
                Some(body) => body,
                None => match self.origin.open(self.got).await {
                    Ok(body) => body,
                    // Such a request was sent more than once already.
                    Err(failure) => {
                        self.pause(failure, BREAKS_OF_REFUSAL).await?;
                        continue;
                    }
                },
            };
            // A store that knows no ranges begins anew.
            let mut skip = self.got.checked_sub(body.position()).ok_or_else(|| {
                Failure::lasting(format!("asked for byte {}, got byte {}", self.got, body.position()))
            })?;
            loop {
                match body.next().await {
                    Some(Ok(bytes)) if (bytes.len() as u64) <= skip => skip -= bytes.len() as u64,
                    Some(Ok(mut bytes)) => {
                        let fresh = bytes.split_off(usize::try_from(skip).unwrap_or(usize::MAX));
                        self.got += fresh.len() as u64;
                        if self.got > self.size {
                            return Err(Failure::lasting(
                                "it is longer than it was when it was listed: run again",
                            ));
                        }
                        self.breaks = 0;
                        // Nothing is left to be skipped of a body that is kept.
                        self.body = Some(body);
                        return Ok(Some(fresh));
                    }
                    Some(Err(text)) => {
                        self.pause(Failure::passing(format!("the connection broke: {text}")), 1).await?;
                        break;
                    }
                    None => {
                        self.pause(Failure::passing("the connection ended too early"), 1).await?;
                        break;
                    }
                }
            }
        }
        Ok(None)
    }

    async fn pause(&mut self, failure: Failure, breaks: u32) -> Result<(), Failure> {
        self.breaks += breaks;
        if !failure.is_passing {
            return Err(failure);
        }
        if self.breaks > MAX_BREAKS {
            let text = format!("given up at byte {} of {}: {}", self.got, self.size, failure.text);
            return Err(Failure::lasting(text));
        }
        tokio::time::sleep(Duration::from_millis(FIRST_PAUSE_MS << self.breaks.min(6))).await;
        Ok(())
    }
}

/// One object of a bucket, as it was when it was listed.
#[derive(Clone)]
pub(super) struct Remote {
    clients: Arc<Clients>,
    bucket: Box<str>,
    pub key: Box<str>,
    /// As a header has it.
    etag: Option<String>,
}

impl Remote {
    /// A listed object; `None` if it does not lie in S3.
    pub fn of(clients: &Arc<Clients>, object: &LogObject) -> Option<Self> {
        let Location::S3 { bucket, key } = &object.location else { return None };
        Some(Self {
            clients: Arc::clone(clients),
            bucket: bucket.clone(),
            key: key.clone(),
            etag: object.etag.as_deref().map(|etag| format!("\"{etag}\"")),
        })
    }

    /// Asks for bytes from an offset on, up to an end if one is given (not part of them).
    pub async fn get(&self, from: u64, to: Option<u64>) -> Result<RemoteBody, Failure> {
        let client = self.clients.client(&self.bucket);
        match self.get_from(&client, from, to).await {
            Err(failure) if self.clients.follow(&self.bucket, &client, &failure) => {
                self.get_from(&self.clients.client(&self.bucket), from, to).await
            }
            answer => answer,
        }
    }

    async fn get_from(&self, client: &Client, from: u64, to: Option<u64>) -> Result<RemoteBody, Failure> {
        let range = match to {
            Some(to) => Some(format!("bytes={from}-{}", to.saturating_sub(1))),
            None if from > 0 => Some(format!("bytes={from}-")),
            None => None,
        };
        let answer = client
            .get_object()
            .bucket(&*self.bucket)
            .key(&*self.key)
            .set_range(range)
            .set_if_match(self.etag.clone())
            .set_request_payer(self.clients.payer())
            .send()
            .await
            .map_err(|error| of_sdk(&error, Purpose::Get, &self.bucket))?;
        // Without a range in the answer it is the whole object.
        let position = match answer.content_range() {
            Some(range) => start_of(range)
                .ok_or_else(|| Failure::lasting(format!("S3 answers with the range `{range}`")))?,
            None => 0,
        };
        Ok(RemoteBody { position, stream: answer.body })
    }
}

/// The first byte of `bytes 5-9/10`.
fn start_of(range: &str) -> Option<u64> {
    range.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

impl Origin for Remote {
    type Body = RemoteBody;

    async fn open(&self, from: u64) -> Result<RemoteBody, Failure> {
        self.get(from, None).await
    }
}

/// A body of S3.
pub(super) struct RemoteBody {
    position: u64,
    stream: ByteStream,
}

impl Body for RemoteBody {
    fn position(&self) -> u64 {
        self.position
    }

    async fn next(&mut self) -> Option<Result<Bytes, String>> {
        let bytes = self.stream.next().await?;
        if let Ok(bytes) = &bytes {
            self.position += bytes.len() as u64;
        }
        Some(bytes.map_err(|error| innermost(&error)))
    }
}

/// A part of an object, from one offset to another.
pub(super) struct PartOf {
    pub remote: Remote,
    pub from: u64,
    pub to: u64,
}

impl Origin for PartOf {
    type Body = PartBody;

    async fn open(&self, from: u64) -> Result<PartBody, Failure> {
        let body = self.remote.get(self.from + from, Some(self.to)).await?;
        // Of a whole object the bytes in front of the part would have to be read; no store that is worth it does that.
        if body.position < self.from {
            return Err(Failure::lasting("S3 does not answer with the range that was asked for"));
        }
        Ok(PartBody { offset: self.from, body })
    }
}

/// The body of a part.
pub(super) struct PartBody {
    /// Of the part in the object.
    offset: u64,
    body: RemoteBody,
}

impl Body for PartBody {
    fn position(&self) -> u64 {
        self.body.position - self.offset
    }

    async fn next(&mut self) -> Option<Result<Bytes, String>> {
        self.body.next().await
    }
}

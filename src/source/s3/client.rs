//! The client: who asks, where, how long, how often.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::types::RequestPayer;
use tokio::runtime::Runtime;

use super::failure::{Failure, Purpose, of_sdk};
use super::walk::{Ask, Entry, Page, Pages};
use crate::source::remote::S3Settings;

/// Seconds until a connection must stand.
const CONNECT_SECONDS: u64 = 5;
/// Seconds until an answer must begin.
const READ_SECONDS: u64 = 20;
/// How often a request is sent, in all.
const MAX_ATTEMPTS: u32 = 8;
/// Longest pause between two attempts, seconds.
const MAX_PAUSE_SECONDS: u64 = 5;
/// Keys of a page: S3's own maximum, which other stores do not know.
const PAGE_KEYS: i32 = 1_000;
/// Where buckets are asked for that no configuration has a Region for; the answer names the right one.
const FIRST_REGION: &str = "us-east-1";

/// A store, and the threads that requests to it run on.
pub(super) struct Store {
    pub runtime: Runtime,
    /// What runs on those threads must not hold the threads.
    pub clients: Arc<Clients>,
}

/// The clients of a store.
pub(super) struct Clients {
    base: Builder,
    payer: Option<RequestPayer>,
    /// Clients of buckets that lie in another Region than configured.
    moved: Mutex<HashMap<String, Client>>,
    usual: Client,
    may_move: bool,
}

impl Store {
    /// A store with the usual chain of credentials. Nothing is asked yet.
    pub fn new(settings: &S3Settings) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("flowtoll-s3")
            .enable_all()
            .build()?;
        let pauses = Duration::from_secs(MAX_PAUSE_SECONDS);
        let retries = RetryConfig::standard()
            .with_max_attempts(MAX_ATTEMPTS)
            .with_initial_backoff(Duration::from_millis(100))
            .with_max_backoff(pauses);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS))
            .read_timeout(Duration::from_secs(READ_SECONDS))
            .build();
        let mut loader =
            aws_config::defaults(BehaviorVersion::latest()).retry_config(retries).timeout_config(timeouts);
        if let Some(profile) = &settings.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &settings.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &settings.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if settings.is_anonymous {
            loader = loader.no_credentials();
        }
        let configuration = runtime.block_on(loader.load());
        let has_endpoint = settings.endpoint_url.is_some() || configuration.endpoint_url().is_some();
        let mut base = Builder::from(&configuration).force_path_style(has_endpoint);
        if configuration.region().is_none() {
            base = base.region(Region::new(FIRST_REGION));
        }
        let usual = Client::from_conf(base.clone().build());
        let payer = settings.is_requester_pays.then_some(RequestPayer::Requester);
        // Where the user names a Region or an endpoint, that is where the bucket is.
        let may_move = !has_endpoint && settings.region.is_none();
        let clients = Clients { base, payer, moved: Mutex::default(), usual, may_move };
        Ok(Self { runtime, clients: Arc::new(clients) })
    }
}

impl Clients {
    /// The client for a bucket.
    pub fn client(&self, bucket: &str) -> Client {
        let clients = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        clients.get(bucket).unwrap_or(&self.usual).clone()
    }

    /// The Region that a bucket is asked for in.
    pub fn region(&self, bucket: &str) -> Option<String> {
        self.client(bucket).config().region().map(ToString::to_string)
    }

    /// Who pays.
    pub fn payer(&self) -> Option<RequestPayer> {
        self.payer.clone()
    }

    /// Asks for a bucket in the Region that a refusal named from now on; `false` if `asked` asked there already.
    pub fn follow(&self, bucket: &str, asked: &Client, failure: &Failure) -> bool {
        let Some(region) = failure.region.as_ref().filter(|_| self.may_move) else { return false };
        let is_in = |client: &Client| client.config().region().is_some_and(|known| known.as_ref() == region);
        if is_in(asked) {
            return false;
        }
        let mut clients = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        if !clients.get(bucket).is_some_and(is_in) {
            let builder = self.base.clone().region(Region::new(region.clone()));
            clients.insert(bucket.to_owned(), Client::from_conf(builder.build()));
        }
        true
    }

    /// Size and ETag of one object.
    pub async fn look_up(&self, bucket: &str, key: &str) -> Result<Entry, Failure> {
        let client = self.client(bucket);
        match self.look_up_from(&client, bucket, key).await {
            Err(failure) if self.follow(bucket, &client, &failure) => {
                self.look_up_from(&self.client(bucket), bucket, key).await
            }
            answer => answer,
        }
    }

    async fn look_up_from(&self, client: &Client, bucket: &str, key: &str) -> Result<Entry, Failure> {
        let answer = client
            .head_object()
            .bucket(bucket)
            .key(key)
            .set_request_payer(self.payer())
            .send()
            .await
            .map_err(|error| of_sdk(&error, Purpose::Get, bucket))?;
        let size = answer.content_length().and_then(|size| u64::try_from(size).ok());
        Ok(Entry {
            key: key.to_owned(),
            size_bytes: size.ok_or_else(|| Failure::lasting("S3 does not say how large it is"))?,
            etag: answer.e_tag,
        })
    }

    async fn list(&self, client: &Client, bucket: &str, ask: &Ask) -> Result<Page, Failure> {
        let answer = client
            .list_objects_v2()
            .bucket(bucket)
            .prefix(&ask.prefix)
            .max_keys(PAGE_KEYS)
            .set_delimiter(ask.by_folder.then(|| "/".to_owned()))
            .set_start_after(ask.start_after.clone().filter(|_| ask.token.is_none()))
            .set_continuation_token(ask.token.clone())
            .set_request_payer(self.payer())
            .send()
            .await
            .map_err(|error| of_sdk(&error, Purpose::List, bucket))?;
        let is_cut = answer.is_truncated() == Some(true);
        let next = answer.next_continuation_token().map(str::to_owned);
        if is_cut && next.is_none() {
            return Err(Failure::lasting("the listing is cut short and does not say how it goes on"));
        }
        let entries = answer.contents.unwrap_or_default().into_iter().filter_map(|object| {
            Some(Entry {
                key: object.key?,
                size_bytes: object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
                etag: object.e_tag,
            })
        });
        let folders = answer.common_prefixes.unwrap_or_default();
        Ok(Page {
            entries: entries.collect(),
            folders: folders.into_iter().filter_map(|folder| folder.prefix).collect(),
            next: next.filter(|_| is_cut),
        })
    }
}

/// The pages of one bucket.
pub(super) struct BucketPages<'s> {
    pub store: &'s Store,
    pub bucket: &'s str,
}

impl Pages for BucketPages<'_> {
    fn page(&mut self, ask: &Ask) -> Result<Page, Failure> {
        let list =
            |client: &Client| self.store.runtime.block_on(self.store.clients.list(client, self.bucket, ask));
        let client = self.store.clients.client(self.bucket);
        match list(&client) {
            Err(failure) if self.store.clients.follow(self.bucket, &client, &failure) => {
                list(&self.store.clients.client(self.bucket))
            }
            answer => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_who_asked_in_the_wrong_region_ask_again_in_the_right_one() {
        let region = |name: &'static str| Region::new(name);
        let base = Builder::new().behavior_version(BehaviorVersion::latest()).region(region("us-east-1"));
        let usual = Client::from_conf(base.clone().build());
        let clients = Clients { base, payer: None, moved: Mutex::default(), usual, may_move: true };
        let refused = Failure { region: Some("eu-west-3".to_owned()), ..Failure::lasting("moved") };
        let (first, second) = (clients.client("logs"), clients.client("logs"));
        // Both were under way when the first answer came.
        assert!(clients.follow("logs", &first, &refused) && clients.follow("logs", &second, &refused));
        assert_eq!(clients.region("logs").as_deref(), Some("eu-west-3"));
        assert_eq!(clients.region("others").as_deref(), Some("us-east-1"));
        // Who asked there already is not sent there again.
        assert!(!clients.follow("logs", &clients.client("logs"), &refused));
        assert!(!clients.follow("logs", &first, &Failure::lasting("denied")));
    }
}

//! A reverse proxy in front of the server that does to chosen requests what networks and busy servers do, and counts.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::wire::Head;

/// Longest head of a request, bytes.
const HEAD_LIMIT: usize = 1 << 16;
/// Bytes passed on at a time.
const BLOCK: usize = 1 << 14;
/// Silence after which a connection of the server's is given up.
const SERVER_LIMIT: Duration = Duration::from_secs(60);

/// What a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A page of a listing.
    List,
    /// A whole object.
    Get,
    /// A part of an object.
    Range,
    /// Anything else.
    Other,
}

/// A request, as a rule sees it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) kind: Kind,
    /// Of an object: its key, as it was stored. Of a listing: the prefix.
    pub(super) key: String,
    /// How many requests of this kind for this key came before.
    pub(super) earlier: usize,
    /// Where a ranged request wants to begin.
    pub(super) from: u64,
    /// Whether it must be the same object as before.
    pub(super) if_match: bool,
    /// Whether the user pays for a bucket of others.
    pub(super) requester_pays: bool,
    /// The Region it is signed for.
    pub(super) region: String,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// The server answers.
    Pass,
    /// The proxy answers: status, S3's error code, and headers.
    Refuse(u16, &'static str, Vec<(String, String)>),
    /// The connection is reset without an answer.
    Reset,
    /// The server's answer, but its body ends after this share (0 to 1).
    Cut(f64),
    /// Nothing for a while, then the server's answer.
    Freeze(Duration),
    /// The server's answer, with a pause after this share of its body.
    Pause(f64, Duration),
    /// The server's answer, at so many bytes a second.
    Slow(u64),
    /// Nobody listens any more, and all connections are gone.
    Die,
}

impl Act {
    /// S3's word for too many requests.
    pub(super) fn slow_down() -> Self {
        Self::Refuse(503, "SlowDown", Vec::new())
    }
}

/// Decides what becomes of a request. May do something to the server first.
pub(super) type Rule = Box<dyn Fn(&Asked) -> Act + Send + Sync>;

struct Shared {
    server: SocketAddr,
    address: SocketAddr,
    rule: Rule,
    asked: Mutex<Vec<(Asked, Act)>>,
    /// How many requests of a kind came for a key.
    counts: Mutex<BTreeMap<(Kind, String), usize>>,
    /// Connections of clients, by number.
    open: Mutex<BTreeMap<usize, TcpStream>>,
    /// Bytes of bodies that were passed on.
    passed: AtomicU64,
    dead: AtomicBool,
}

/// A proxy that runs until it is dropped.
pub(super) struct Proxy(Arc<Shared>);

impl Proxy {
    pub(super) fn new(server: SocketAddr, rule: impl Fn(&Asked) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("the address of a bound socket");
        let shared = Arc::new(Shared {
            server,
            address,
            rule: Box::new(rule),
            asked: Mutex::default(),
            counts: Mutex::default(),
            open: Mutex::default(),
            passed: AtomicU64::new(0),
            dead: AtomicBool::new(false),
        });
        let of_listener = Arc::clone(&shared);
        std::thread::spawn(move || listen(&listener, &of_listener));
        Self(shared)
    }

    /// For `--endpoint-url`.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Every request so far and what became of it.
    pub(super) fn asked(&self) -> Vec<(Asked, Act)> {
        lock(&self.0.asked).clone()
    }

    /// How many requests of a kind came.
    pub(super) fn count(&self, kind: Kind) -> usize {
        lock(&self.0.asked).iter().filter(|(asked, _)| asked.kind == kind).count()
    }

    /// Bytes of all answers, listings too.
    pub(super) fn passed(&self) -> u64 {
        self.0.passed.load(Ordering::Relaxed)
    }

    /// How many requests did not get the server's plain answer.
    pub(super) fn disturbed(&self) -> usize {
        lock(&self.0.asked).iter().filter(|(_, act)| *act != Act::Pass).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.0.die();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for (number, stream) in listener.incoming().enumerate() {
        if shared.dead.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if let Ok(copy) = stream.try_clone() {
            lock(&shared.open).insert(number, copy);
        }
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            // A connection that breaks is what this is for; the client's report says how it fared.
            let _ = shared.serve(&stream);
            // Before the stream goes: only the last handle closes a connection.
            lock(&shared.open).remove(&number);
            drop(stream);
        });
    }
}

impl Shared {
    fn die(&self) {
        if !self.dead.swap(true, Ordering::SeqCst) {
            // Wakes the listener, which then closes.
            let _ = TcpStream::connect(self.address);
        }
        for stream in lock(&self.open).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Answers request after request of one connection.
    fn serve(&self, mut client: &TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        while let Some((head, length)) = peek_head(client)? {
            let (asked, act) = self.decide(&head);
            lock(&self.asked).push((asked.clone(), act.clone()));
            match act {
                // Closed with the request unread: the system resets it.
                Act::Reset => return Ok(()),
                Act::Die => {
                    self.die();
                    return Ok(());
                }
                _ => {}
            }
            client.read_exact(&mut vec![0; length])?;
            let goes_on = match act {
                Act::Refuse(status, code, headers) => {
                    refuse(client, &asked, status, code, headers)?;
                    true
                }
                act => {
                    if let Act::Freeze(time) = act {
                        std::thread::sleep(time);
                    }
                    self.pass_on(client, head, &act)?
                }
            };
            if !goes_on {
                return Ok(());
            }
        }
        Ok(())
    }

    fn decide(&self, head: &Head) -> (Asked, Act) {
        let mut asked = asked(head);
        {
            let mut counts = lock(&self.counts);
            let count = counts.entry((asked.kind, asked.key.clone())).or_default();
            asked.earlier = *count;
            *count += 1;
        }
        let act = (self.rule)(&asked);
        (asked, act)
    }

    /// Gives the server's answer to the client; `false` where the connection ends with it.
    fn pass_on(&self, mut client: &TcpStream, mut head: Head, act: &Act) -> io::Result<bool> {
        let mut server = TcpStream::connect(self.server)?;
        server.set_read_timeout(Some(SERVER_LIMIT))?;
        head.set("Connection", "close");
        server.write_all(&head.to_bytes())?;
        let mut server = BufReader::new(server);
        let mut answer = Head::read(&mut server)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let length = answer.length();
        answer.set("Connection", if length.is_some() { "keep-alive" } else { "close" });
        client.write_all(&answer.to_bytes())?;
        let share = |share: &f64| part_of(length.unwrap_or(0), *share);
        let stop = match act {
            Act::Cut(part) => share(part),
            _ => u64::MAX,
        };
        let pause = match act {
            Act::Pause(part, time) => Some((share(part), *time)),
            _ => None,
        };
        let mut passed = 0;
        let mut block = vec![0; BLOCK];
        loop {
            let next = pause.map(|(place, _)| place).filter(|place| *place > passed).unwrap_or(u64::MAX);
            let most = usize::try_from(stop.min(next) - passed).unwrap_or(BLOCK).min(BLOCK);
            let count = server.read(&mut block[..most])?;
            if count == 0 {
                break;
            }
            // Counted first: whoever has the bytes may ask for the count.
            self.passed.fetch_add(count as u64, Ordering::Relaxed);
            client.write_all(&block[..count])?;
            passed += count as u64;
            match (act, pause) {
                (Act::Slow(rate), _) => std::thread::sleep(time_of(count, *rate)),
                (_, Some((place, time))) if passed == place => std::thread::sleep(time),
                _ => {}
            }
        }
        Ok(length == Some(passed))
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "any byte near that share will do"
)]
fn part_of(length: u64, share: f64) -> u64 {
    (length as f64 * share) as u64
}

fn time_of(bytes: usize, bytes_a_second: u64) -> Duration {
    Duration::from_micros(bytes as u64 * 1_000_000 / bytes_a_second)
}

/// The head of the next request and its length in bytes, which stay unread; `None` where the client is done.
fn peek_head(client: &TcpStream) -> io::Result<Option<(Head, usize)>> {
    const END: &[u8] = b"\r\n\r\n";
    let mut bytes = vec![0; HEAD_LIMIT];
    loop {
        let count = client.peek(&mut bytes)?;
        if count == 0 {
            return Ok(None);
        }
        if let Some(place) = bytes[..count].windows(END.len()).position(|window| window == END) {
            let length = place + END.len();
            return Ok(Head::read(&mut &bytes[..length])?.map(|head| (head, length)));
        }
        // The rest of it is on its way; peeking does not wait for more than one byte.
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Path style: `/bucket/key` or `/bucket?list-type=2&prefix=...`.
fn asked(head: &Head) -> Asked {
    let mut words = head.start.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let parameter =
        |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(decode);
    let key = path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key);
    let is_list = parameter("list-type").is_some();
    let kind = match method {
        "GET" if is_list => Kind::List,
        "GET" if head.header("range").is_some() => Kind::Range,
        "GET" => Kind::Get,
        _ => Kind::Other,
    };
    let begin = |range: &str| range.strip_prefix("bytes=")?.split('-').next()?.parse().ok();
    let authorization = head.header("authorization").unwrap_or_default();
    let scope = authorization.split_once("Credential=").map_or("", |(_, rest)| rest);
    Asked {
        kind,
        key: if is_list { parameter("prefix").unwrap_or_default() } else { decode(key) },
        earlier: 0,
        from: head.header("range").and_then(begin).unwrap_or(0),
        if_match: head.header("if-match").is_some(),
        requester_pays: head.header("x-amz-request-payer") == Some("requester"),
        region: scope.split('/').nth(2).unwrap_or_default().to_owned(),
    }
}

fn refuse(
    mut client: &TcpStream,
    asked: &Asked,
    status: u16,
    code: &str,
    headers: Vec<(String, String)>,
) -> io::Result<()> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>The proxy of the tests says \
         so.</Message><Resource>{}</Resource><RequestId>0</RequestId></Error>",
        asked.key.replace('&', "&amp;").replace('<', "&lt;")
    );
    let mut head = Head { start: format!("HTTP/1.1 {status} {code}"), headers };
    head.set("Content-Type", "application/xml");
    head.set("Content-Length", &body.len().to_string());
    let mut message = head.to_bytes();
    message.extend_from_slice(body.as_bytes());
    client.write_all(&message)
}

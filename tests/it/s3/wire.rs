//! As much of HTTP/1.1 as the tests need: heads of messages, and a client that puts objects into the server.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long the server may be silent.
const READ_LIMIT: Duration = Duration::from_secs(60);

/// A request line or status line with its headers.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    pub(super) start: String,
    pub(super) headers: Vec<(String, String)>,
}

impl Head {
    /// Reads up to the empty line; `None` where the stream ends before it.
    pub(super) fn read(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = Self::default();
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let text = line.trim_end();
            if text.is_empty() {
                return Ok(Some(head));
            }
            if head.start.is_empty() {
                text.clone_into(&mut head.start);
            } else if let Some((name, value)) = text.split_once(':') {
                head.headers.push((name.to_owned(), value.trim().to_owned()));
            }
        }
    }

    /// A header, by its name in any case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Bytes of the body, where the head says so.
    pub(super) fn length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }

    /// The code of a status line.
    pub(super) fn status(&self) -> u16 {
        self.start.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    /// Sets a header in place of those of its name.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// As it goes over the wire.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            // Into a string: cannot fail.
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        text.into_bytes()
    }
}

/// Writes to the server, without a signature, on one connection.
pub(super) struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Puts a bucket or an object, and gives the status.
    pub(super) fn put(&mut self, path: &str, body: &[u8]) -> io::Result<u16> {
        self.send("PUT", path, body)
    }

    /// Deletes an object, and gives the status.
    pub(super) fn delete(&mut self, path: &str) -> io::Result<u16> {
        self.send("DELETE", path, b"")
    }

    /// Size and ETag of an object, on a connection of its own.
    pub(super) fn head(&self, path: &str) -> io::Result<(u64, String)> {
        let mut stream = BufReader::new(TcpStream::connect(self.address)?);
        stream.get_ref().set_read_timeout(Some(READ_LIMIT))?;
        let mut head = Head { start: format!("HEAD {path} HTTP/1.1"), ..Head::default() };
        head.set("Host", &self.address.to_string());
        stream.get_mut().write_all(&head.to_bytes())?;
        let answer = Head::read(&mut stream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let found = answer.length().zip(answer.header("etag")).filter(|_| answer.status() == 200);
        let (size, etag) = found.ok_or(io::ErrorKind::NotFound)?;
        Ok((size, etag.trim_matches('"').to_owned()))
    }

    fn send(&mut self, method: &str, path: &str, body: &[u8]) -> io::Result<u16> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address)?;
            stream.set_read_timeout(Some(READ_LIMIT))?;
            stream.set_nodelay(true)?;
            self.stream = Some(BufReader::new(stream));
        }
        let answer = self.exchange(method, path, body);
        if answer.is_err() {
            self.stream = None;
        }
        answer
    }

    fn exchange(&mut self, method: &str, path: &str, body: &[u8]) -> io::Result<u16> {
        let stream = self.stream.as_mut().ok_or_else(|| io::Error::other("not connected"))?;
        let head = Head {
            start: format!("{method} {path} HTTP/1.1"),
            headers: vec![
                ("Host".to_owned(), self.address.to_string()),
                ("Content-Length".to_owned(), body.len().to_string()),
            ],
        };
        let mut message = head.to_bytes();
        message.extend_from_slice(body);
        stream.get_mut().write_all(&message)?;
        let head = Head::read(stream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = head.status();
        let length = if status == 204 { Some(0) } else { head.length() };
        match length {
            Some(length) => {
                io::copy(&mut stream.by_ref().take(length), &mut io::sink())?;
            }
            // Whatever the server has to say at length: the next request takes a new connection.
            None => self.stream = None,
        }
        Ok(status)
    }
}

/// A key as a path: what is not plain is percent-encoded.
pub(super) fn path_of(bucket: &str, key: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const ENCODED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    format!("/{bucket}/{}", utf8_percent_encode(key, ENCODED))
}

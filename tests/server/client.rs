//! A client of a few lines: what it sends is what the test says, byte by byte.

use std::net::SocketAddr;

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The header of a name in small letters.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// The status, the sort of body and the body.
    pub(crate) fn told(&self) -> String {
        format!("{} {}\n{}", self.status, self.header("content-type"), self.body)
    }
}

/// A request: the method and address, headers, and a body whose length is said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// `POST /lead`
    pub(crate) fn new(line: &str) -> Request {
        Request { line: line.into(), ..Request::default() }
    }

    /// With a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With a body of a type.
    pub(crate) fn body(self, media_type: &str, body: impl AsRef<[u8]>) -> Request {
        let mut request = self.header("content-type", media_type);
        request.body = body.as_ref().to_vec();
        request
    }

    /// With JSON.
    pub(crate) fn json(self, json: Json) -> Request {
        self.body("application/json", json.to_string())
    }

    /// With the fields of a form.
    pub(crate) fn form(self, text: &str) -> Request {
        self.body("application/x-www-form-urlencoded", text)
    }

    /// Sends it on a connection of its own.
    pub(crate) async fn send(self, to: SocketAddr) -> Answer {
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(&self.bytes()).await.unwrap();
        answer(&mut stream).await
    }

    /// What is sent.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n", self.line);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", self.body.len()));
        [head.into_bytes(), self.body.clone()].concat()
    }
}

/// Reads an answer up to the end of the connection.
pub(crate) async fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A server that has said enough may close while we still send.
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Answer { status, headers, body: body.to_owned() }
}

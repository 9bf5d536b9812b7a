//! A server on this machine that answers as it is told, and keeps what came.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a request gets.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A status, headers beside the usual ones, and a body.
    Http(u16, &'static [(&'static str, &'static str)], &'static str),
    /// The head of an answer and half of its body, then the end of the connection.
    Cut,
    /// Nothing, for longer than any test waits.
    Silence,
}

/// A server that ends with the test's process.
pub(crate) struct Server {
    /// `http://127.0.0.1:…`
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Gives each request the next answer, and the last one to all that follow.
    pub(crate) fn start(answers: Vec<Answer>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let answer = answers.get(number).or(answers.last()).unwrap().clone();
                let seen = Arc::clone(&seen);
                thread::spawn(move || serve(stream.unwrap(), &answer, &seen));
            }
        });
        Server { url, requests }
    }

    /// The requests so far, head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, answer: &Answer, seen: &Mutex<Vec<String>>) {
    let request = read_request(&mut stream);
    seen.lock().unwrap().push(request);
    // A client that gave up is what some tests are about.
    let _ = match answer {
        Answer::Http(status, headers, body) => {
            let mut text = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n", body.len());
            for (name, value) in *headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            text.push_str("connection: close\r\n\r\n");
            text.push_str(body);
            stream.write_all(text.as_bytes())
        }
        Answer::Cut => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":")
        }
        Answer::Silence => {
            thread::sleep(Duration::from_secs(120));
            Ok(())
        }
    };
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).unwrap_or(0);
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if read == 0 {
                return text.into_owned();
            }
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        if read == 0 || body.len() >= length.unwrap_or(0) {
            return text.into_owned();
        }
    }
}

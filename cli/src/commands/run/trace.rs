//! What is sent and what comes back, for `--trace`.

use std::io::{self, Write};
use std::sync::Arc;

use callflow_runtime::connect::Redactor;
use callflow_runtime::pieces::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};

use crate::terminal::Style;

/// The most of a body that is shown, in bytes.
const LONGEST_BODY: usize = 4096;

/// Headers whose values nobody may read, whatever the redactor knows.
const HIDDEN: &[&str] =
    &["authorization", "proxy-authorization", "x-api-key", "cookie", "set-cookie"];

/// A transport that says what goes through it.
pub(super) struct Traced {
    inner: Arc<dyn Transport>,
    redactor: Redactor,
    style: Style,
    on_stderr: bool,
}

impl Traced {
    /// Prints on stdout, or on stderr where stdout is for a program.
    pub(super) fn new(
        inner: Arc<dyn Transport>,
        redactor: Redactor,
        style: Style,
        on_stderr: bool,
    ) -> Traced {
        Traced { inner, redactor, style, on_stderr }
    }

    fn say(&self, text: &str) {
        let text = self.redactor.redact(text);
        let text: String =
            text.lines().map(|line| format!("     {}\n", self.style.dim(line))).collect();
        // A trace that cannot be written must not stop a run.
        let _ = match self.on_stderr {
            true => io::stderr().write_all(text.as_bytes()),
            false => io::stdout().write_all(text.as_bytes()),
        };
    }
}

impl Transport for Traced {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        self.say(&request_text(&request));
        Box::pin(async move {
            let answer = self.inner.send(request).await;
            self.say(&match &answer {
                Ok(response) => response_text(response),
                Err(error) => format!("← {error}"),
            });
            answer
        })
    }

    fn is_sandbox(&self) -> bool {
        self.inner.is_sandbox()
    }
}

fn request_text(request: &HttpRequest) -> String {
    let head = format!("→ {} {}", request.method, request.url);
    message(head, &request.headers, &request.body)
}

fn response_text(response: &HttpResponse) -> String {
    message(format!("← {}", response.status), &response.headers, &response.body)
}

fn message(head: String, headers: &[(String, String)], body: &[u8]) -> String {
    let mut out = head;
    for (name, value) in headers {
        let value = if HIDDEN.contains(&name.as_str()) { "***" } else { value };
        out.push_str(&format!("\n  {name}: {value}"));
    }
    if !body.is_empty() {
        let shown = body.get(..LONGEST_BODY).unwrap_or(body);
        out.push_str(&format!("\n  {}", String::from_utf8_lossy(shown)));
        if shown.len() < body.len() {
            out.push_str(&format!("… and {} bytes more", body.len() - shown.len()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_without_secrets() {
        let headers = [("authorization", "Bearer abc"), ("content-type", "application/json")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let short = message("→ POST https://x/y".to_owned(), &headers, b"{\"a\":1}");
        let long = message("← 200".to_owned(), &[], &[b'x'; LONGEST_BODY + 3]);
        insta::assert_snapshot!(short);
        assert!(long.ends_with("x… and 3 bytes more"), "{long}");
    }
}

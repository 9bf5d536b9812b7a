//! The network: HTTP over reqwest and rustls.
//!
//! Beyond sending and receiving it keeps four promises: a request goes only to addresses that [`address`]
//! allows, an answer is never larger than [`Network::MAX_ANSWER`], credentials never follow a redirect to another
//! host ([`redirect`]), and an error says whether the request can have reached the service.

pub mod address;
mod redirect;
mod resolve;

use std::error::Error as _;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Client, Method, Response, Url};

use self::address::{Allow, may_reach};
use self::resolve::{AddressRefused, Resolver};
use super::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};

/// The real way to services.
///
/// The client is made for the first request, so that a run without one does not pay for reading the system's
/// certificates. Proxies of the environment are not used: behind one, nobody could say where a request ends.
pub struct Network {
    allow: Arc<[Allow]>,
    max_answer: usize,
    client: OnceLock<Result<Client, String>>,
}

impl Network {
    /// The largest answer that is read, in bytes.
    pub const MAX_ANSWER: usize = 10 * 1024 * 1024;

    /// How long a connection may take to come about.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// A network that reaches public addresses, and those that are allowed beside them.
    pub fn new(allow: Vec<Allow>) -> Network {
        Network { allow: allow.into(), max_answer: Network::MAX_ANSWER, client: OnceLock::new() }
    }

    fn client(&self) -> Result<&Client, TransportError> {
        let client = self.client.get_or_init(|| build(Arc::clone(&self.allow)));
        client.as_ref().map_err(|message| TransportError::Refused(message.clone()))
    }

    async fn follow(&self, mut request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let mut redirects = 0;
        loop {
            let response = self.exchange(&request).await?;
            match redirect::next(&request, &response) {
                Some(_) if redirects == redirect::MAX_REDIRECTS => return Ok(response),
                Some(next) => request = next,
                None => return Ok(response),
            }
            redirects += 1;
        }
    }

    async fn exchange(&self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let refused = |message: String| TransportError::Refused(message);
        let url = Url::parse(&request.url)
            .map_err(|error| refused(format!("`{}` is no URL: {error}", request.url)))?;
        self.check_literal(&url)?;
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| refused(format!("`{}` is no HTTP method", request.method)))?;
        let mut builder = self.client()?.request(method, url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        let response = builder.send().await.map_err(|error| describe(error, &request.url))?;
        self.read(response, &request.url).await
    }

    /// A host that is an address goes past the resolver, so it is looked at here.
    fn check_literal(&self, url: &Url) -> Result<(), TransportError> {
        let host = url.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) if !may_reach(bare, address, &self.allow) => {
                Err(TransportError::Refused(AddressRefused::new(bare, address).to_string()))
            }
            _ => Ok(()),
        }
    }

    async fn read(
        &self,
        mut response: Response,
        url: &str,
    ) -> Result<HttpResponse, TransportError> {
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| describe(error, url))? {
            if body.len() + chunk.len() > self.max_answer {
                return Err(TransportError::TooLarge(self.max_answer));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse { status, headers, body })
    }
}

impl Transport for Network {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let timeout = request.timeout;
            tokio::time::timeout(timeout, self.follow(request))
                .await
                .unwrap_or(Err(TransportError::Timeout(timeout)))
        })
    }
}

fn build(allow: Arc<[Allow]>) -> Result<Client, String> {
    Client::builder()
        .tls_backend_preconfigured(tls()?)
        .dns_resolver(Resolver::new(allow))
        .connect_timeout(Network::CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .build()
        .map_err(|error| format!("no HTTP client: {}", innermost(&error)))
}

/// TLS with the machine's own certificate authorities, and without touching the process's defaults.
fn tls() -> Result<rustls::ClientConfig, String> {
    use rustls_platform_verifier::BuilderVerifierExt as _;
    let builder = || {
        rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("no TLS: {error}"))
    };
    Ok(match builder()?.with_platform_verifier() {
        Ok(builder) => builder.with_no_client_auth(),
        // A machine without any authority still speaks plain HTTP; with HTTPS every server is unknown to it.
        Err(_) => {
            builder()?.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
        }
    })
}

fn describe(error: reqwest::Error, url: &str) -> TransportError {
    if let Some(refused) = find_refused(&error) {
        return TransportError::Refused(refused);
    }
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("the service");
    let cause = innermost(&error);
    if error.is_builder() {
        TransportError::Refused(format!("the request cannot be sent: {cause}"))
    } else if error.is_dns() {
        TransportError::NotSent(format!("there is no host `{host}`: {cause}"))
    } else if error.is_connect() {
        TransportError::NotSent(format!("cannot connect to {host}: {cause}"))
    } else {
        TransportError::Broken(format!("the connection to {host} broke: {cause}"))
    }
}

fn find_refused(error: &reqwest::Error) -> Option<String> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(refused) = cause.downcast_ref::<AddressRefused>() {
            return Some(refused.to_string());
        }
        source = cause.source();
    }
    None
}

/// The text of what is at the bottom: the layers above it say little.
fn innermost(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;

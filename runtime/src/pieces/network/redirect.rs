//! Which redirects are followed.
//!
//! One to the same origin always; one to another origin only by a request that reads and carries no
//! credentials. What is not followed is given to the caller as it came.

use reqwest::Url;

use super::super::{HttpRequest, HttpResponse};

/// How many redirects in a row are followed.
pub(super) const MAX_REDIRECTS: u32 = 5;

/// The request that a response sends us on with.
pub(super) fn next(request: &HttpRequest, response: &HttpResponse) -> Option<HttpRequest> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let from = Url::parse(&request.url).ok()?;
    let to = from.join(response.header("location")?).ok()?;
    let reads = matches!(request.method.as_str(), "GET" | "HEAD");
    let same_origin = from.origin() == to.origin();
    if !matches!(to.scheme(), "http" | "https") || !(same_origin || reads && !request.credentials) {
        return None;
    }
    let mut next = HttpRequest { url: to.into(), ..request.clone() };
    // 303 means "look there"; browsers made the same of 301 and 302 after a POST.
    if !reads && matches!(response.status, 301..=303) {
        next.method = "GET".into();
        next.body.clear();
        next.headers.retain(|(name, _)| name != "content-type");
    }
    Some(next)
}

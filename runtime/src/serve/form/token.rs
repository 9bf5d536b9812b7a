//! Proof that a form's page was ours, and the same browser's: a token that is signed, bound to a cookie and to the
//! form's address, and good for a day. It also says which page it was, so that a page that is sent twice is one event.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// For how long a page may be filled in, in milliseconds.
const GOOD_FOR: i64 = 24 * 60 * 60 * 1000;

/// What tokens are signed with.
pub(super) struct Key([u8; 32]);

impl Key {
    /// A key that is made of a secret, so that pages outlive a restart; else a key of this process.
    pub(super) fn new(secret: Option<&str>) -> Key {
        let random = || [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        let seed = secret.map_or_else(random, |secret| secret.as_bytes().to_vec());
        Key(sign(&seed, &[b"callflow forms"]))
    }

    /// A token for a page.
    pub(super) fn token(&self, address: &str, cookie: &str, now: i64) -> String {
        let mut token = now.saturating_add(GOOD_FOR).to_be_bytes().to_vec();
        token.extend(Uuid::new_v4().into_bytes());
        let signature = sign(&self.0, &[&token, address.as_bytes(), cookie.as_bytes()]);
        token.extend(signature);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Which page a token is of; none where it is not ours, of another page or browser, or too old.
    pub(super) fn page(&self, token: &str, address: &str, cookie: &str, now: i64) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (head, signature) = bytes.split_at_checked(24)?;
        let mut mac = mac(&self.0);
        feed(&mut mac, &[head, address.as_bytes(), cookie.as_bytes()]);
        mac.verify_slice(signature).ok()?;
        let (until, page) = head.split_at_checked(8)?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        if until < now {
            return None;
        }
        Uuid::from_slice(page).ok()
    }
}

/// A name for a browser.
pub(super) fn new_cookie() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Whether a text could be [`new_cookie`]'s.
pub(super) fn is_cookie(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn sign(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = mac(key);
    feed(&mut mac, parts);
    mac.finalize().into_bytes().into()
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    // A key of any length is good.
    Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()))
}

/// Each part with its length, so that no two lists of parts are the same to the signature.
fn feed(mac: &mut Hmac<Sha256>, parts: &[&[u8]]) {
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_of_one_page_and_browser() {
        let key = Key::new(Some("secret"));
        let token = key.token("/a", "browser", 1000);
        let page = key.page(&token, "/a", "browser", 1000);
        assert!(page.is_some());
        assert_eq!(Key::new(Some("secret")).page(&token, "/a", "browser", 2000), page);
        assert_eq!(key.page(&token, "/b", "browser", 1000), None);
        assert_eq!(key.page(&token, "/a", "other", 1000), None);
        assert_eq!(key.page(&token, "/abrowser", "", 1000), None);
        assert_eq!(key.page(&token, "/a", "browser", 1000 + GOOD_FOR + 1), None);
        assert_eq!(Key::new(Some("other")).page(&token, "/a", "browser", 1000), None);
        assert_eq!(Key::new(None).page(&token, "/a", "browser", 1000), None);
        for broken in ["", "x", "AAAA", &token[1..], &format!("{token}A")] {
            assert_eq!(key.page(broken, "/a", "browser", 1000), None, "{broken}");
        }
        assert_ne!(page, key.page(&key.token("/a", "browser", 1000), "/a", "browser", 1000));
    }
}

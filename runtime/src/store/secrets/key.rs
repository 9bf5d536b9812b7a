//! The keys to secrets, and where they come from.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Generate, KeyInit};
use sha2::{Digest, Sha256};

use crate::store::sqlite::{beside, only_for_us};

/// How long a key is, in bytes.
const LENGTH: usize = 32;

/// A key to secrets.
#[derive(Clone)]
pub struct Key {
    bytes: [u8; LENGTH],
    id: String,
}

/// The key that is used, and those that are still understood.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Encrypts, and decrypts.
    pub current: Key,
    /// Only decrypt.
    pub old: Vec<Key>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is no key.
    #[error(
        "{place} is not a key: 32 random bytes in base64 are expected, as `openssl rand -base64 32` prints them"
    )]
    Malformed {
        /// `CALLFLOW_KEY`, or the file.
        place: String,
    },
    /// The file with it.
    #[error("the key file `{path}` cannot be used: {reason}")]
    File {
        /// The file.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// The system has no random numbers.
    #[error("the system gives no random numbers for a key: {0}")]
    NoRandom(String),
}

impl Key {
    /// A key that nobody has had before.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn generate() -> Result<Key, KeyError> {
        let key = chacha20poly1305::Key::try_generate();
        let key = key.map_err(|error| KeyError::NoRandom(error.to_string()))?;
        Ok(Key::new(key.into()))
    }

    /// Reads a key: 32 bytes in base64.
    ///
    /// # Errors
    /// The text is no such thing.
    pub fn parse(text: &str, place: &str) -> Result<Key, KeyError> {
        let bytes = STANDARD.decode(text.trim()).ok();
        let bytes = bytes.and_then(|bytes| <[u8; LENGTH]>::try_from(bytes).ok());
        bytes.map(Key::new).ok_or_else(|| KeyError::Malformed { place: place.to_owned() })
    }

    /// What tells it from others without telling what it is: the beginning of its SHA-256, in hex.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key as it is kept in a file or the environment. Whoever asks for it must not print it by accident.
    pub fn expose(&self) -> String {
        STANDARD.encode(self.bytes)
    }

    fn new(bytes: [u8; LENGTH]) -> Key {
        let digest = Sha256::digest(bytes);
        let id = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Key { bytes, id }
    }

    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.bytes.into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

impl Keys {
    /// The keys that the environment names, as `variable` reads it: `CALLFLOW_KEY`, and `CALLFLOW_OLD_KEYS` with
    /// commas between them. Without the first one, the key is in the file `<store>.key`, which is made where there
    /// is none.
    ///
    /// # Errors
    /// A key is malformed, or the file cannot be read or made.
    pub fn find_for(
        store: &Path,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Keys, KeyError> {
        let set = |name| variable(name).filter(|value: &String| !value.trim().is_empty());
        let current = match set("CALLFLOW_KEY") {
            Some(text) => Key::parse(&text, "CALLFLOW_KEY")?,
            None => from_file(&beside(store, ".key"))?,
        };
        let old = set("CALLFLOW_OLD_KEYS").unwrap_or_default();
        let old = old.split(',').map(str::trim).filter(|text| !text.is_empty());
        let old = old.map(|text| Key::parse(text, "CALLFLOW_OLD_KEYS"));
        Ok(Keys { current, old: old.collect::<Result<_, _>>()? })
    }

    /// The key with an id.
    pub(super) fn find(&self, id: &str) -> Option<&Key> {
        [&self.current].into_iter().chain(&self.old).find(|key| key.id == id)
    }

    /// Uses another key; the one before is still understood.
    pub(super) fn replace(&mut self, new: Key) {
        let before = std::mem::replace(&mut self.current, new);
        self.old.push(before);
    }
}

/// The key in a file, which is made where there is none.
fn from_file(path: &Path) -> Result<Key, KeyError> {
    let place = path.display().to_string();
    let failed =
        |error: std::io::Error| KeyError::File { path: place.clone(), reason: error.to_string() };
    match fs::read_to_string(path) {
        Ok(text) => return Key::parse(&text, &format!("`{place}`")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let key = Key::generate()?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    only_for_us(&mut options);
    let mut file = match options.open(path) {
        Ok(file) => file,
        // Another process was faster.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(path).map_err(failed)?;
            return Key::parse(&text, &format!("`{place}`"));
        }
        Err(error) => return Err(failed(error)),
    };
    file.write_all(format!("{}\n", key.expose()).as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(key)
}

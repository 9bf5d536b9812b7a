//! Secrets in the store: what a connection needs to know, under a name, and of no use without a key.
//!
//! Each is encrypted by itself with XChaCha20-Poly1305: a nonce of its own, and its name is authenticated with it, so
//! that none can be put in the place of another. The key is not in the store. It comes from the environment
//! (`CALLFLOW_KEY`) or else from a file beside the store, which is made at first use; a backup of the store alone tells
//! nothing.
//!
//! A secret is not in the engine's memory, so that any process may write one while a server runs: each has a
//! connection of its own.

mod key;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Generate, Payload};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

pub use self::key::{Key, KeyError, Keys};

use super::StoreError;
use super::sqlite::{explain, open_beside};
use crate::connect::Secret;

/// How long a nonce is, in bytes.
const NONCE: usize = 24;

/// The secrets of a store, and the keys to them.
#[derive(Debug)]
pub struct Secrets {
    path: PathBuf,
    connection: Connection,
    keys: Keys,
}

/// A secret on one line, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretName {
    /// What flows and connections call it.
    pub name: String,
    /// When it was set, in milliseconds since 1970.
    pub changed_at: i64,
}

/// Why a secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It was encrypted with a key that is not here.
    #[error(
        "the secret `{name}` was encrypted with the key {needed}, and that is not the one here; set CALLFLOW_KEY to it, or list it in CALLFLOW_OLD_KEYS"
    )]
    OtherKey {
        /// The secret.
        name: String,
        /// The key's id.
        needed: String,
    },
    /// It was changed by somebody who does not have the key.
    #[error("the secret `{name}` is damaged in the store; set it again")]
    Damaged {
        /// The secret.
        name: String,
    },
    /// The system has no random numbers, or a text is too long to be encrypted.
    #[error("the secret `{name}` cannot be encrypted on this system")]
    NotEncrypted {
        /// The secret.
        name: String,
    },
}

impl Secrets {
    /// Opens the secrets of a store, which is there.
    ///
    /// # Errors
    /// The store cannot be opened, or is of another version.
    pub fn open(store: &Path, keys: Keys) -> Result<Secrets, SecretError> {
        let connection = open_beside(store)?;
        Ok(Secrets { path: store.to_owned(), connection, keys })
    }

    /// Keeps a secret, in the place of one with the same name.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn set(&mut self, name: &str, secret: &Secret, at: i64) -> Result<(), SecretError> {
        let value = encrypt(&self.keys.current, name, secret.expose().as_bytes())?;
        let set = "INSERT OR REPLACE INTO secrets (name, key_id, value, changed_at)
                   VALUES (?1, ?2, ?3, ?4)";
        let row = params![name, self.keys.current.id(), value, at];
        self.connection.execute(set, row).map_err(|error| explain(&self.path, error))?;
        Ok(())
    }

    /// A secret; none where there is none of that name.
    ///
    /// # Errors
    /// The key is not here, or the row is damaged.
    pub fn get(&self, name: &str) -> Result<Option<Secret>, SecretError> {
        let get = "SELECT key_id, value FROM secrets WHERE name = ?1";
        let row = self.connection.query_row(get, [name], |row| Ok((row.get(0)?, row.get(1)?)));
        let row: Option<(String, Vec<u8>)> =
            row.optional().map_err(|error| explain(&self.path, error))?;
        let Some((key, value)) = row else { return Ok(None) };
        self.decrypt(name, &key, &value).map(Some)
    }

    /// Forgets a secret; whether there was one.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn remove(&mut self, name: &str) -> Result<bool, SecretError> {
        let remove = "DELETE FROM secrets WHERE name = ?1";
        let removed = self.connection.execute(remove, [name]);
        Ok(removed.map_err(|error| explain(&self.path, error))? > 0)
    }

    /// All names, in order.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn names(&self) -> Result<Vec<SecretName>, SecretError> {
        let names = |connection: &Connection| -> rusqlite::Result<Vec<SecretName>> {
            let names = "SELECT name, changed_at FROM secrets ORDER BY name";
            let mut names = connection.prepare(names)?;
            let names = names.query_map([], |row| {
                Ok(SecretName { name: row.get(0)?, changed_at: row.get(1)? })
            })?;
            names.collect::<Result<_, _>>()
        };
        Ok(names(&self.connection).map_err(|error| explain(&self.path, error))?)
    }

    /// Encrypts all secrets with another key, all of them or none; how many there are. Whoever reads them needs that
    /// key from now on.
    ///
    /// # Errors
    /// One of them cannot be decrypted, or the store cannot be written. Then all is as it was.
    pub fn rotate(&mut self, new: Key) -> Result<usize, SecretError> {
        let failed = |error| explain(&self.path, error);
        let behavior = TransactionBehavior::Immediate;
        let rows = {
            let transaction =
                rusqlite::Transaction::new_unchecked(&self.connection, behavior).map_err(failed)?;
            let rows = rows(&transaction).map_err(failed)?;
            for (name, key, value) in &rows {
                let secret = self.decrypt(name, key, value)?;
                let value = encrypt(&new, name, secret.expose().as_bytes())?;
                let change = "UPDATE secrets SET key_id = ?2, value = ?3 WHERE name = ?1";
                transaction.execute(change, params![name, new.id(), value]).map_err(failed)?;
            }
            transaction.commit().map_err(failed)?;
            rows.len()
        };
        self.keys.replace(new);
        Ok(rows)
    }

    fn decrypt(&self, name: &str, key: &str, value: &[u8]) -> Result<Secret, SecretError> {
        let Some(key) = self.keys.find(key) else {
            return Err(SecretError::OtherKey { name: name.to_owned(), needed: key.to_owned() });
        };
        let damaged = || SecretError::Damaged { name: name.to_owned() };
        let (nonce, text) = value.split_at_checked(NONCE).ok_or_else(damaged)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| damaged())?;
        let payload = Payload { msg: text, aad: name.as_bytes() };
        let plain = key.cipher().decrypt(&nonce, payload).map_err(|_| damaged())?;
        let plain = String::from_utf8(plain).map_err(|_| damaged())?;
        Ok(Secret::new(plain))
    }
}

/// A nonce, the encrypted text and its tag.
fn encrypt(key: &Key, name: &str, plain: &[u8]) -> Result<Vec<u8>, SecretError> {
    let failed = || SecretError::NotEncrypted { name: name.to_owned() };
    let nonce = XNonce::try_generate().map_err(|_| failed())?;
    let payload = Payload { msg: plain, aad: name.as_bytes() };
    let text = key.cipher().encrypt(&nonce, payload).map_err(|_| failed())?;
    Ok([nonce.as_slice(), &text].concat())
}

/// All secrets: names, ids of keys, values.
fn rows(connection: &Connection) -> rusqlite::Result<Vec<(String, String, Vec<u8>)>> {
    let mut rows = connection.prepare("SELECT name, key_id, value FROM secrets")?;
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

use std::fs;

use super::*;
use crate::store::SqliteStore;
use crate::store::sqlite::beside;
use crate::store::testing::Folder;

const TEXT: &str = "sk-live-4242-this-is-what-nobody-may-see";

fn keys(current: &Key, old: &[Key]) -> Keys {
    Keys { current: current.clone(), old: old.to_vec() }
}

/// A store with one secret.
fn with_secret(folder: &Folder, key: &Key) -> Secrets {
    drop(SqliteStore::open(&folder.store()).unwrap());
    let mut secrets = Secrets::open(&folder.store(), keys(key, &[])).unwrap();
    secrets.set("HUBSPOT_TOKEN", &Secret::new(TEXT), 7).unwrap();
    secrets
}

fn get(secrets: &Secrets, name: &str) -> Option<String> {
    secrets.get(name).unwrap().map(|secret| secret.expose().to_owned())
}

#[test]
fn a_secret_is_there_again_and_nothing_in_the_files_tells_it() {
    let folder = Folder::new();
    let key = Key::generate().unwrap();
    let mut secrets = with_secret(&folder, &key);
    // While it is open, so that the log is looked at too.
    for ending in ["", "-wal"] {
        let bytes = fs::read(beside(&folder.store(), ending)).unwrap();
        let has = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
        assert!(!has(TEXT.as_bytes()) && !has(&TEXT.as_bytes()[10..20]));
        assert!(!has(key.expose().as_bytes()));
    }
    assert_eq!(get(&secrets, "HUBSPOT_TOKEN").as_deref(), Some(TEXT));
    assert_eq!(get(&secrets, "OTHER"), None);
    let name = SecretName { name: "HUBSPOT_TOKEN".to_owned(), changed_at: 7 };
    assert_eq!(secrets.names().unwrap(), [name]);
    assert!(secrets.remove("HUBSPOT_TOKEN").unwrap() && !secrets.remove("HUBSPOT_TOKEN").unwrap());
    assert!(!format!("{key:?} {secrets:?}").contains(&key.expose()));
}

#[test]
fn any_changed_byte_is_seen() {
    let folder = Folder::new();
    let secrets = with_secret(&folder, &Key::generate().unwrap());
    let value: Vec<u8> =
        secrets.connection.query_row("SELECT value FROM secrets", [], |row| row.get(0)).unwrap();
    let put = |value: &[u8]| {
        secrets.connection.execute("UPDATE secrets SET value = ?1", [value]).unwrap();
    };
    for index in 0..value.len() {
        let mut changed = value.clone();
        changed[index] ^= 1;
        put(&changed);
        let error = secrets.get("HUBSPOT_TOKEN").unwrap_err();
        assert!(matches!(error, SecretError::Damaged { .. }), "{index}: {error}");
    }
    for length in 0..value.len() {
        put(&value[..length]);
        assert!(secrets.get("HUBSPOT_TOKEN").is_err(), "{length}");
    }
    put(&value);
    assert_eq!(get(&secrets, "HUBSPOT_TOKEN").as_deref(), Some(TEXT));
    secrets.connection.execute("UPDATE secrets SET name = 'OTHER'", []).unwrap();
    assert!(secrets.get("OTHER").is_err(), "a secret under another name is another secret");
}

#[test]
fn rotation_changes_all_or_nothing() {
    let folder = Folder::new();
    let [first, second, third] = [(); 3].map(|()| Key::generate().unwrap());
    let mut secrets = with_secret(&folder, &first);
    secrets.set("SECOND", &Secret::new("another one"), 8).unwrap();
    let rotated =
        Secrets::open(&folder.store(), keys(&second, std::slice::from_ref(&first))).unwrap();
    assert_eq!(get(&rotated, "SECOND").as_deref(), Some("another one"), "while it goes on");
    assert_eq!(secrets.rotate(second.clone()).unwrap(), 2);
    let only_second = Secrets::open(&folder.store(), keys(&second, &[])).unwrap();
    assert_eq!(get(&only_second, "HUBSPOT_TOKEN").as_deref(), Some(TEXT));
    // One that cannot be read stops the whole rotation, as a crash in its middle would.
    secrets
        .connection
        .execute("UPDATE secrets SET value = x'00' WHERE name = 'SECOND'", [])
        .unwrap();
    assert!(secrets.rotate(third.clone()).is_err());
    assert_eq!(get(&only_second, "HUBSPOT_TOKEN").as_deref(), Some(TEXT));
    let error = Secrets::open(&folder.store(), keys(&third, &[])).unwrap().get("HUBSPOT_TOKEN");
    let words = error.unwrap_err().to_string().replace(second.id(), "KEY");
    insta::assert_snapshot!(words, @"the secret `HUBSPOT_TOKEN` was encrypted with the key KEY, and that is not the one here; set CALLFLOW_KEY to it, or list it in CALLFLOW_OLD_KEYS");
}

#[test]
fn a_secret_is_set_while_a_server_runs() {
    let folder = Folder::new();
    let server = SqliteStore::open(&folder.store()).unwrap();
    let key = Key::generate().unwrap();
    let mut secrets = Secrets::open(&folder.store(), keys(&key, &[])).unwrap();
    secrets.set("A", &Secret::new("b"), 1).unwrap();
    drop(server);
    assert_eq!(get(&secrets, "A").as_deref(), Some("b"));
}

#[test]
fn the_key_comes_from_the_environment_or_a_file() {
    let folder = Folder::new();
    let nothing = |_: &str| None;
    let made = Keys::find_for(&folder.store(), nothing).unwrap();
    let again = Keys::find_for(&folder.store(), nothing).unwrap();
    assert_eq!(made.current.id(), again.current.id());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = fs::metadata(beside(&folder.store(), ".key")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    let [given, old] = [(); 2].map(|()| Key::generate().unwrap());
    let (text, olds) = (given.expose(), format!(" {}, ", old.expose()));
    let found = Keys::find_for(&folder.store(), |name| match name {
        "CALLFLOW_KEY" => Some(text.clone()),
        _ => Some(olds.clone()),
    });
    let found = found.unwrap();
    assert_eq!(found.current.id(), given.id());
    assert_eq!(found.old.iter().map(Key::id).collect::<Vec<_>>(), [old.id()]);
    let words = Keys::find_for(&folder.store(), |_| Some("hunter2".to_owned())).unwrap_err();
    insta::assert_snapshot!(words, @"CALLFLOW_KEY is not a key: 32 random bytes in base64 are expected, as `openssl rand -base64 32` prints them");
    fs::write(beside(&folder.store(), ".key"), "not a key").unwrap();
    assert!(Keys::find_for(&folder.store(), nothing).is_err());
}

//! Files, folders and addresses that are not as they should be: one clear message, exit code 3, and nothing is lost.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::time::Duration;

use crate::http;
use crate::ledger::Ledger;
use crate::mounts::{can, within};
use crate::process::{STORE, Served, call};
use crate::project::{Folder, free_address};
use crate::stored;

const PATIENCE: Duration = Duration::from_secs(20);

/// A folder whose store holds some runs.
fn served(name: &str) -> Folder {
    let ledger = Ledger::start(1);
    ledger.behave();
    let folder = Folder::with_project(name, ledger.address);
    let address = free_address();
    let mut server = Served::begin(&folder, address, 1);
    server.ready();
    for n in 0..30 {
        let body = format!(r#"{{"n": "{n}", "pause": 0, "group": "a"}}"#);
        assert_eq!(http::post(address, "/steps", None, &body, PATIENCE).unwrap().status(), 202);
    }
    server.terminate();
    assert!(server.wait().success());
    folder
}

/// What the server says when it does not begin, without what differs from test to test.
fn refusal(folder: &Folder) -> String {
    let address = free_address();
    let ended = call(Served::command(folder, address, STORE), folder.path());
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let said = ended.stderr.replace(&address.to_string(), "ADDRESS");
    said.replace(&folder.path().display().to_string(), "FOLDER")
}

/// Changes the store, and holds that the refusal leaves the file as it was.
fn refused(name: &str, change: impl FnOnce(&mut fs::File)) -> String {
    let folder = served(name);
    let store = folder.file(STORE);
    change(&mut fs::OpenOptions::new().read(true).write(true).open(&store).unwrap());
    let before = fs::read(&store).unwrap();
    let said = refusal(&folder);
    assert!(fs::read(&store).unwrap() == before, "the file was changed");
    said
}

#[test]
fn a_store_that_was_cut_in_the_middle() {
    let said = refused("cut", |file| {
        let length = file.metadata().unwrap().len();
        file.set_len(length / 2 / 4096 * 4096).unwrap();
    });
    assert!(said.contains("`callflow.db` is damaged"), "{said}");
    assert!(said.contains("restore it from a backup"), "{said}");
}

#[test]
fn a_store_that_was_cut_within_a_page() {
    let said = refused("cut-within", |file| {
        let length = file.metadata().unwrap().len();
        file.set_len(length - 1000).unwrap();
    });
    assert!(said.contains("callflow.db") && said.contains("cut off"), "{said}");
}

#[test]
fn a_store_that_begins_with_garbage() {
    let said = refused("garbage", |file| file.write_all(&[0xa5; 8192]).unwrap());
    assert!(said.contains("callflow.db") && said.contains("not a database"), "{said}");
    assert!(said.contains("restore it from a backup"), "{said}");
}

#[test]
fn a_store_with_garbage_behind_its_head() {
    let said = refused("garbage-behind", |file| {
        let length = file.metadata().unwrap().len();
        file.seek(SeekFrom::Start(4096)).unwrap();
        file.write_all(&vec![0xa5; (length - 4096) as usize]).unwrap();
    });
    assert!(said.contains("callflow.db") && said.contains("damaged"), "{said}");
}

#[test]
fn a_file_that_is_no_store() {
    let folder = Folder::with_project("no-store", free_address());
    folder.write(STORE, "Dear diary\n".repeat(1000));
    let said = refusal(&folder);
    assert!(said.contains("callflow.db") && said.contains("not a database"), "{said}");
}

#[test]
fn a_second_process_on_a_store() {
    let folder = Folder::with_project("second", free_address());
    let address = free_address();
    let mut server = Served::begin(&folder, address, 1);
    server.ready();
    let said = refusal(&folder);
    assert!(said.contains("callflow.db") && said.contains("in use"), "{said}");
    // The first one goes on.
    let body = r#"{"n": "1", "pause": 0, "group": "a"}"#;
    assert_eq!(http::post(address, "/doomed", None, body, PATIENCE).unwrap().status(), 202);
    server.kill();
    // What a killed process had is free.
    let mut next = Served::begin(&folder, address, 2);
    next.ready();
    next.kill();
    assert_eq!(
        stored::runs(&folder.file(STORE)).iter().filter(|run| run.flow == "doomed").count(),
        1
    );
}

#[test]
fn an_address_that_is_in_use() {
    let folder = Folder::with_project("address", free_address());
    let address = free_address();
    let _taken = TcpListener::bind(address).unwrap();
    let ended = call(Served::command(&folder, address, STORE), folder.path());
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains(&format!("{address} is in use")), "{}", ended.stderr);
}

#[test]
fn a_folder_that_does_not_exist() {
    let folder = Folder::with_project("missing", free_address());
    let command = Served::command(&folder, free_address(), "nowhere/callflow.db");
    let ended = call(command, folder.path());
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let said = &ended.stderr;
    assert!(said.contains("nowhere/callflow.db") && said.contains("create it"), "{said}");
    assert!(!folder.file("nowhere").exists());
}

#[test]
fn a_disk_that_may_not_be_written() {
    let folder = served("read-only");
    let disk = folder.file("disk");
    fs::create_dir(&disk).unwrap();
    fs::rename(folder.file(STORE), disk.join(STORE)).unwrap();
    let only_read = "mount --bind disk disk && mount -o remount,bind,ro disk && exec \"$@\"";
    if !can(&folder, only_read) {
        return eprintln!("skipped: this system lets nobody mount a folder for himself");
    }
    let serve = Served::command(&folder, free_address(), "disk/callflow.db");
    let ended = call(within(only_read, &serve), folder.path());
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let said = &ended.stderr;
    assert!(said.contains("may not be written") && said.contains("permissions"), "{said}");
    assert_eq!(stored::integrity(&disk.join(STORE)), "ok");
}

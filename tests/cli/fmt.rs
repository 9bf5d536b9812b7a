//! `fmt`.

use insta::assert_snapshot;

use crate::process::Folder;

const MESSY: &str = "on call_finished <\n  log( transcript )\n>\n";
const TIDY: &str = "on call_finished <\n  log(transcript)\n>\n";

#[test]
fn files_are_laid_out_in_place() {
    let folder = Folder::new()
        .with("a.flow", MESSY)
        .with("b.flow", TIDY)
        .with("own/callflow.toml", "name = \"own\"\n")
        .with("own/c.flow", MESSY.replace('\n', "\r\n"))
        .with(".hidden/d.flow", MESSY)
        .with("notes.txt", MESSY);
    assert_snapshot!("fmt_check", folder.call(&["fmt", "--check"]).page());
    assert_eq!(folder.read("a.flow"), MESSY);
    assert_snapshot!("fmt_in_place", folder.call(&["fmt"]).page());
    assert_eq!((folder.read("a.flow"), folder.read("own/c.flow")), (TIDY.into(), TIDY.into()));
    assert_eq!(
        (folder.read(".hidden/d.flow"), folder.read("notes.txt")),
        (MESSY.into(), MESSY.into())
    );
    assert_snapshot!("fmt_again", folder.call(&["fmt", "--check", "."]).page());
}

#[test]
fn stdin_goes_to_stdout() {
    let folder = Folder::new();
    let called = folder.call_with(&["fmt", "-"], MESSY);
    assert_eq!((called.code, called.stdout.as_str(), called.stderr.as_str()), (0, TIDY, ""));
    assert_eq!(folder.call_with(&["fmt", "-", "--check"], MESSY).code, 1);
    assert_eq!(folder.call_with(&["fmt", "-", "--check"], TIDY).code, 0);
}

#[test]
fn what_is_broken_stays_and_is_told() {
    let broken =
        "on call_finished <\n  log( transcript )\n  x = ( 1 + )\n>\n\non  pre_call <\n  f( 1\n";
    let folder = Folder::with_flow(broken);
    assert_snapshot!("fmt_broken", folder.call(&["fmt"]).page());
    assert_snapshot!("fmt_broken_text", folder.read("flow.flow"));
}

#[test]
fn what_cannot_be_laid_out_is_told() {
    let folder = Folder::with_flow(MESSY).with("latin.flow", b"// caf\xe9\n".as_slice());
    let pages = [["fmt", "."], ["fmt", "gone"], ["fmt", "latin.flow"]];
    let told: Vec<String> = pages.iter().map(|call| folder.call(call).page()).collect();
    assert_snapshot!("fmt_unreadable", told.join("\n"));
    assert_eq!(folder.read("flow.flow"), MESSY);
    assert_eq!(folder.call(&["fmt", "-", "."]).code, 2);
}

/// A link stays one, and a file's permissions stay.
#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = Folder::new().with("kept/real.flow", MESSY);
    let (real, link) = (folder.path().join("kept/real.flow"), folder.path().join("link.flow"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    assert_eq!(folder.call(&["fmt", "link.flow"]).code, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(folder.read("kept/real.flow"), TIDY);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(real.parent().unwrap()).unwrap().count(), 1);
}

//! `fix`.

use insta::assert_snapshot;

use crate::process::Folder;

const SLIPS: &str = "on call_finished <\n  let summary = 'over'\n  log(sumary)\n  if duration > 5m && id == 5 { log(\"long\") }\n>\n";

#[test]
fn what_is_sure_is_mended_in_place() {
    let folder = Folder::with_flow(SLIPS);
    assert_snapshot!("fix", folder.call(&["fix"]).page());
    assert_snapshot!("fix_text", folder.read("flow.flow"));
    assert_eq!(folder.call(&["check"]).code, 0);
    assert_snapshot!("fix_again", folder.call(&["fix", "flow.flow"]).page());
}

#[test]
fn what_only_the_author_knows_is_left() {
    let text = "on call_finished <\n  wait 30\n  slack.send_message(channel: \"#a\", text: \"{customer}\")\n>\n";
    let folder = Folder::with_flow(text);
    assert_snapshot!("fix_left", folder.call(&["fix"]).page());
    assert_eq!(folder.read("flow.flow"), text);
}

#[test]
fn each_file_of_a_project_is_mended() {
    let folder = Folder::new()
        .with("callflow.toml", "name = \"two\"\n")
        .with("a.flow", "on call_finished < log(transcipt) >\n")
        .with("b/c.flow", "on manual(n: number) < log('{n}') >\n");
    assert_snapshot!("fix_project", folder.call(&["fix"]).page());
    assert_eq!(folder.read("a.flow"), "on call_finished < log(transcript) >\n");
    assert_eq!(folder.call(&["fix", "gone"]).code, 3);
}

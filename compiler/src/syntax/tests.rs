use super::*;

fn library() -> Vec<(&'static str, &'static str)> {
    let mut files = callflow_stdlib::PRELUDE.to_vec();
    files.extend(callflow_stdlib::PIECES);
    files.push(("one_line", include_str!("../../../examples/one_line/one_line.flow")));
    files.push(("qualify_lead", include_str!("../../../examples/qualify_lead/qualify_lead.flow")));
    files
}

#[test]
fn the_library_and_the_examples_have_no_mistakes() {
    for (name, text) in library() {
        let parsed = parse(FileId(0), text);
        assert!(parsed.diagnostics.is_empty(), "{name}: {:#?}", parsed.diagnostics);
        assert!(!parsed.tree.items.is_empty(), "{name} has no items");
    }
}

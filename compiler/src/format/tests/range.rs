//! What formatting changes, as edits.

use super::{corpus, format};
use crate::format::{Edit, format_range};
use crate::source::Span;

fn applied(text: &str, edits: &[Edit]) -> String {
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    out
}

#[test]
fn all_edits_are_the_layout() {
    for (name, text) in corpus() {
        let other = text.replace("  ", " ").replace(" = ", "=").replace(",\n", ",\n\n\n");
        for text in [&text, &other, &text.replace('\n', "\r\n")] {
            let edits = format_range(text, Span::new(0, text.len() as u32));
            assert_eq!(applied(text, &edits), format(text), "{name}");
        }
        assert_eq!(format_range(&format(&text), Span::new(0, u32::MAX)), [], "{name}");
    }
}

#[test]
fn only_what_the_range_touches_changes() {
    let text = "const A=1\n\nconst B=2\n\nfn f( a:int ) { return [ a\n, 1 ] }\nconst C=3\n";
    let at = text.find("int").unwrap() as u32;
    let edits = format_range(text, Span::new(at, at));
    insta::assert_snapshot!(applied(text, &edits));
    insta::assert_debug_snapshot!(edits);
}

//! What holds for any text.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{check, comments, corpus, format, read, tokens};

/// Those flows of the corpus that are short and right, read once.
static SHORT: LazyLock<Vec<String>> = LazyLock::new(|| {
    let texts = corpus().into_iter().map(|(_, text)| text);
    texts.filter(|text| text.len() < 3_000 && read(text).diagnostics.is_empty()).collect()
});

#[test]
fn every_flow_of_the_repository_keeps_its_meaning() {
    for (name, text) in corpus() {
        if let Err(problem) = check(&text) {
            panic!("{name}: {problem}");
        }
    }
}

/// The text with other space: tokens further apart, no indentation, other ends of lines.
fn respaced(text: &str) -> String {
    let mut out = String::from("\u{feff}");
    let mut end = 0;
    let comments = read(text).tree.comments;
    let mut spans: Vec<_> = comments.iter().map(|comment| comment.span).collect();
    let in_text = |start| spans.iter().any(|it: &crate::source::Span| it.start == start);
    let tokens = tokens::read(text, &comments);
    let mut all: Vec<_> = tokens.iter().map(|token| token.span).collect();
    all.retain(|span| !in_text(span.start));
    let inside = |span: &crate::source::Span| {
        tokens.iter().any(|token| token.span.start < span.start && span.start < token.span.end)
    };
    spans.retain(|span| !inside(span));
    all.extend(spans);
    all.sort_unstable();
    for span in all {
        let gap = &text[end..span.start as usize];
        let lines = gap.matches('\n').count();
        let space = if gap.is_empty() { "" } else { " \t " };
        // A line that goes on stays deeper than the one that it goes on with.
        let indent = "\t".repeat(gap.len() - gap.trim_end_matches(' ').len());
        let line_end = || " \r\n".repeat(lines) + &indent;
        out += &if lines > 0 { line_end() } else { space.to_owned() };
        out += &text[span.start as usize..span.end as usize].replace('\n', "\r\n");
        end = span.end as usize;
    }
    out + "\n\n\n"
}

/// That the layout does not hang on the space that was there shows too that nothing was left as it stood.
#[test]
fn space_makes_no_difference() {
    for (name, text) in corpus() {
        if read(&text).diagnostics.is_empty() {
            assert_eq!(format(&respaced(&text)), format(&text), "{name}");
        }
    }
}

#[test]
fn every_prefix_is_laid_out() {
    for text in SHORT.iter() {
        for (end, _) in text.char_indices().step_by(41) {
            if let Err(problem) = check(&text[..end]) {
                panic!("{problem}");
            }
        }
    }
}

#[test]
fn deep_and_long_texts_are_laid_out() {
    for (open, close) in [("(", ")"), ("[", "]"), ("f({ a: ", " })"), ("x => { ", " }")] {
        for depth in [50, 190, 1_000] {
            let (open, close) = (open.repeat(depth), close.repeat(depth));
            let out = format(&format!("fn f() {{ x = {open}1{close} }}"));
            assert_eq!(format(&out), out);
        }
    }
    for link in ["not ", "-", "x => ", "a.b + ", "if a { } else { } + ", "a ?? "] {
        let out = format(&format!("fn f() {{ x = {}a }}", link.repeat(290)));
        assert_eq!(format(&out), out);
    }
    let lines = "  x = a.b(c, d).e(f => g).h(1) + 2 and 3 or name ?? other\n".repeat(2_000);
    check(&format!("fn f() {{\n{lines}}}")).unwrap();
    check(&format!("fn f() {{ x = [{}] }}", "a, ".repeat(20_000))).unwrap();
    check(&format!("fn f() {{ {} }}", "a.b(c); ".repeat(5_000))).unwrap();
    check(&format!("fn f() {{ {} }}", "a b; ".repeat(2_000))).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn comments_stay_where_they_are(
        which in any::<prop::sample::Index>(),
        places in prop::collection::vec((any::<prop::sample::Index>(), 0..5_usize), 1..6),
    ) {
        let text = which.get(&SHORT);
        let tokens = tokens::read(text, &[]);
        let mut spots: Vec<(usize, usize)> = places
            .iter()
            .map(|(place, form)| {
                let index = place.index(tokens.len() + 1);
                let at = tokens.get(index).map_or(text.len(), |token| token.span.start as usize);
                (at, *form)
            })
            .collect();
        spots.sort_unstable();
        let mut commented = text.clone();
        for (i, (at, form)) in spots.iter().enumerate().rev() {
            let comment = match form {
                0 => format!("// {i}\n"),
                1 => format!("\n// {i}\n"),
                2 => format!("\n\n// {i}\n\n"),
                3 => format!(" /// {i}\n"),
                _ => format!("\n/// {i}\n"),
            };
            commented.insert_str(*at, &comment);
        }
        let out = check(&commented).map_err(TestCaseError::fail)?;
        prop_assert!(comments(&out).len() >= spots.len());
    }

    #[test]
    fn broken_texts_lose_nothing(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..8_usize), 1..4),
    ) {
        let mut text = which.get(&SHORT).clone();
        for (place, edit) in edits {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let Some(at) = places.get(place.index(places.len().max(1))).copied() else { continue };
            match edit {
                0 => { text.remove(at); }
                1 => text.insert(at, '('),
                2 => text.insert(at, '}'),
                3 => text.insert(at, '"'),
                4 => text.insert_str(at, " x y "),
                5 => text.insert(at, '\n'),
                6 => text.insert_str(at, "\n>\n"),
                _ => text.insert(at, ','),
            }
        }
        check(&text).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn anything_is_laid_out(text in "(on x |<|>|\n|\\{|\\}|\\(|\\)|a|b = |, |; |\"|\"\"\"|// c\n|/// d\n|if |else |\\.|type T = |\\| |fn f\\(|: |-> |  ){0,40}") {
        check(&text).map_err(TestCaseError::fail)?;
    }
}

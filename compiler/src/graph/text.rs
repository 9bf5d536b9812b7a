//! Source text as a label: on one line, and without what surrounds it.

use ecow::EcoString;

/// The most characters that a label keeps.
const LONGEST: usize = 200;

/// The text on one line. Comments are left out, and so is what is beyond any label's length.
pub(super) fn one_line(text: &str) -> EcoString {
    let mut out = EcoString::new();
    let mut length = 0;
    for line in text.lines() {
        for (index, word) in without_comment(line).split_whitespace().enumerate() {
            if length + word.chars().count() >= LONGEST {
                out.extend(word.chars().take(LONGEST.saturating_sub(length)));
                out.push('…');
                return out;
            }
            // What was broken over lines reads as if it had not been.
            let opens = index == 0 && out.ends_with(['(', '[']);
            let closes = index == 0 && word.starts_with([')', ']']);
            if closes && out.ends_with(',') {
                out.pop();
            } else if !(out.is_empty() || opens || closes) {
                out.push(' ');
            }
            out.push_str(word);
            length = out.chars().count();
        }
    }
    out
}

/// A line up to `//` outside of quotes.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut before = '\0';
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '/' if before == '/' && !quoted => return line.get(..at - 1).unwrap_or(line),
            _ => {}
        }
        before = c;
    }
    line
}

/// From a call's text its arguments with their brackets, and what follows them.
pub(super) fn arguments(call: &str) -> (&str, &str) {
    let Some(open) = call.find('(') else { return ("", "") };
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut before = '\0';
    for (at, c) in call.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        before = c;
        if depth == 0 {
            let end = at + c.len_utf8();
            return (call.get(open..end).unwrap_or_default(), call.get(end..).unwrap_or_default());
        }
    }
    (call.get(open..).unwrap_or_default(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_one() {
        assert_eq!(one_line("f(\n  a: 1, // one\n  b: \"x // y\",\n)"), "f(a: 1, b: \"x // y\")");
        assert_eq!(one_line(&"é".repeat(300)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_call_has_arguments_and_clauses() {
        assert_eq!(
            arguments("x.y(a: \")\", b: f(1)) retry 3"),
            ("(a: \")\", b: f(1))", " retry 3")
        );
        assert_eq!(arguments("x"), ("", ""));
        assert_eq!(arguments("x(1"), ("(1", ""));
    }
}

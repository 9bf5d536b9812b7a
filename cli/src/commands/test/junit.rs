//! Tests for a build server: the JUnit format, a suite for each file.

use std::fmt::Write;
use std::time::Duration;

use super::{Outcome, Suite};

/// The whole report.
pub(super) fn report(suites: &[Suite]) -> String {
    let files: Vec<_> = suites
        .iter()
        .flat_map(|suite| {
            suite.by_file().into_iter().map(move |(file, outcomes)| (suite, file, outcomes))
        })
        .collect();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all: Vec<&Outcome> = files.iter().flat_map(|(_, _, outcomes)| outcomes.clone()).collect();
    out.push_str(&format!("<testsuites name=\"callflow\" {}>\n", counts(&all)));
    for (suite, file, outcomes) in &files {
        let name = escape(file);
        out.push_str(&format!("  <testsuite name=\"{name}\" {}>\n", counts(outcomes)));
        for outcome in outcomes {
            case(&mut out, suite, file, outcome);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, suite: &Suite, file: &str, outcome: &Outcome) {
    let report = &outcome.report;
    let line = suite.position(report.place).map_or(0, |(_, at)| at.line);
    let (name, file, time) = (escape(&report.name), escape(file), seconds(outcome.took));
    let open = format!(
        "    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{line}\" time=\"{time}\""
    );
    if report.has_passed() {
        let _ = writeln!(out, "{open}/>");
        return;
    }
    let _ = writeln!(out, "{open}>");
    for finding in &report.findings {
        let path = suite.places().shown(finding.at.function, finding.at.origin);
        let text = std::iter::once(path).chain(finding.notes.iter().cloned());
        let text: Vec<String> = text.collect();
        let (message, text) = (escape(&finding.message), escape_text(&text.join("\n")));
        let _ = writeln!(
            out,
            "      <failure message=\"{message}\" type=\"expectation\">{text}</failure>"
        );
    }
    out.push_str("    </testcase>\n");
}

/// `tests="2" failures="1" time="0.001"`
fn counts(outcomes: &[&Outcome]) -> String {
    let failures = outcomes.iter().filter(|outcome| !outcome.report.has_passed()).count();
    let time: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    format!("tests=\"{}\" failures=\"{failures}\" time=\"{}\"", outcomes.len(), seconds(time))
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// A text between quotes, where a line break would become a space.
fn escape(text: &str) -> String {
    escape_text(text).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}

/// A text between tags. What XML cannot hold is a replacement character.
fn escape_text(text: &str) -> String {
    let is_held = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
            && !matches!(c, '\u{7f}'..='\u{9f}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            c if is_held(c) => out.push(c),
            _ => out.push('\u{FFFD}'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_it() {
        assert_eq!(escape("a<b> & \"c\"\n\td"), "a&lt;b&gt; &amp; &quot;c&quot;&#10;&#9;d");
        assert_eq!(
            escape_text("a]]>\u{0}\u{1b}[1m\u{fffe}\u{1f600}"),
            "a]]&gt;\u{fffd}\u{fffd}[1m\u{fffd}\u{1f600}"
        );
    }
}

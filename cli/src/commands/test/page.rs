//! Tests for a person: a line each, and what is wrong beside the source.

use std::io::{self, Write};

use callflow_compiler::diagnostics::Label;
use callflow_runtime::testing::Finding;

use super::Suite;
use crate::render;
use crate::terminal::Style;

/// Writes a project's tests, a heading for each file.
pub(super) fn write(out: &mut dyn Write, suite: &Suite, colour: bool) -> io::Result<()> {
    let style = Style { colour };
    for (file, outcomes) in suite.by_file() {
        writeln!(out, "{}", style.bold(&file))?;
        for outcome in outcomes {
            let report = &outcome.report;
            let mark = if report.has_passed() { style.green("✓") } else { style.red("✗") };
            writeln!(out, "  {mark} {}", report.name)?;
            for finding in &report.findings {
                writeln!(out)?;
                write_finding(out, suite, finding, colour)?;
            }
            if !report.has_passed() {
                writeln!(out)?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_finding(
    out: &mut dyn Write,
    suite: &Suite,
    finding: &Finding,
    colour: bool,
) -> io::Result<()> {
    let Some(at) = suite.location(finding.at) else {
        return writeln!(out, "Error: {}", finding.message);
    };
    let other = finding.other.as_ref().and_then(|(place, text)| {
        let at = suite.location(*place)?;
        Some(Label { at, text: text.clone() })
    });
    let failure = render::Failure {
        text: &finding.message,
        primary: Label { at, text: finding.label.clone() },
        secondary: other.as_slice(),
        notes: &finding.notes,
    };
    render::failure(out, &suite.project, &suite.sources, &failure, colour)
}

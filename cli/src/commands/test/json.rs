//! Tests for a program: a line of JSON each.

use std::io::{self, Write};

use callflow_runtime::testing::{Finding, Place};
use serde_json::{Value as Json, json};

use super::Suite;

/// Writes a project's tests: `{test, path, passed, ms, findings: [{message, path, label, notes, other}]}`.
pub(super) fn write(out: &mut dyn Write, suite: &Suite) -> io::Result<()> {
    for outcome in &suite.outcomes {
        let report = &outcome.report;
        let findings: Vec<Json> = report.findings.iter().map(|it| finding(suite, it)).collect();
        let line = json!({
            "test": report.name.as_str(),
            "path": path(suite, report.place),
            "passed": report.has_passed(),
            "expectations": report.expectations,
            "ms": outcome.took.as_secs_f64() * 1000.0,
            "findings": findings,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn finding(suite: &Suite, finding: &Finding) -> Json {
    let other = finding.other.as_ref();
    json!({
        "message": finding.message,
        "path": path(suite, finding.at),
        "label": finding.label,
        "notes": finding.notes,
        "other": other.map(|(place, label)| json!({ "path": path(suite, *place), "label": label })),
    })
}

/// `flows/sales.flow:12:3`
fn path(suite: &Suite, place: Place) -> String {
    suite.places().shown(place.function, place.origin)
}

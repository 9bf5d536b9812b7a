//! Diagnostics for a program: one JSON object a line.

use std::collections::HashMap;
use std::io::{self, Write};

use callflow_compiler::diagnostics::{Diagnostic, Edit, Severity};
use callflow_compiler::source::{FileId, Location, Sources};
use serde_json::{Value, json};

use crate::position::{Lines, Position};
use crate::project::Project;

/// Writes each diagnostic as a line of JSON.
pub(crate) fn write(
    out: &mut dyn Write,
    project: &Project,
    sources: &Sources,
    diagnostics: &[Diagnostic],
) -> io::Result<()> {
    let mut places = Places { project, sources, lines: HashMap::new() };
    for diagnostic in diagnostics {
        writeln!(out, "{}", places.diagnostic(diagnostic))?;
    }
    Ok(())
}

struct Places<'a> {
    project: &'a Project,
    sources: &'a Sources,
    lines: HashMap<FileId, Lines<'a>>,
}

impl Places<'_> {
    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> Value {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (file, start, end) = self.place(diagnostic.primary.at);
        let fix = |fix: &callflow_compiler::diagnostics::Fix| {
            let edits: Vec<Value> = fix.edits.iter().map(|edit| self.edit(edit)).collect();
            json!({ "title": fix.title, "edits": edits, "sure": fix.sure })
        };
        let fixes: Vec<Value> = diagnostic.fixes.iter().map(fix).collect();
        json!({
            "code": diagnostic.code.as_str(),
            "severity": severity,
            "message": diagnostic.message,
            "file": file,
            "start": start,
            "end": end,
            "notes": diagnostic.notes,
            "fixes": fixes,
        })
    }

    fn edit(&mut self, edit: &Edit) -> Value {
        let (file, start, end) = self.place(edit.at);
        json!({ "file": file, "start": start, "end": end, "text": edit.text })
    }

    fn place(&mut self, at: Location) -> (String, Value, Value) {
        let Some(source) = self.sources.get(at.file) else {
            return (String::new(), Value::Null, Value::Null);
        };
        let lines = self.lines.entry(at.file).or_insert_with(|| Lines::of(&source.text));
        let start = position(lines.position(at.span.start as usize));
        let end = position(lines.position(at.span.end as usize));
        (self.project.shown(&source.path), start, end)
    }
}

fn position(at: Position) -> Value {
    json!({ "line": at.line, "column": at.column, "offset": at.offset })
}

#[cfg(test)]
mod tests {
    use callflow_compiler::diagnostics::Code;
    use callflow_compiler::source::{Source, Span};

    use super::*;

    #[test]
    fn says_what_the_documentation_says() {
        let mut sources = Sources::default();
        let file = sources.add(Source { path: "a.flow".into(), text: "é\n  é.nmae\n".into() });
        let at = Location { file, span: Span::new(8, 12) };
        let diagnostic = Diagnostic::error(Code::E0102, at, "no field `nmae`").note("a note").fix(
            "change it to `name`",
            at,
            "name",
        );
        let project = Project {
            name: "x".into(),
            folder: "".into(),
            files: Vec::new(),
            settings: Default::default(),
        };
        let mut out = Vec::new();
        write(&mut out, &project, &sources, &[diagnostic]).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}

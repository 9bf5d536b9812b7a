//! Diagnostics for a person, with the source beside them.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use ariadne::{Color, Config, IndexType, Report, ReportKind};
use callflow_compiler::diagnostics::{Code, Diagnostic, Fix, Label, Severity};
use callflow_compiler::source::{FileId, Sources};

use crate::position::Lines;
use crate::project::Project;

/// How many are shown; a file of another language has thousands.
const MOST: usize = 50;

/// The longest line that is quoted, in bytes: a page of one line helps nobody.
const LONGEST_LINE: usize = 400;

/// Writes diagnostics as text, a blank line after each.
pub(crate) fn render(
    out: &mut dyn Write,
    project: &Project,
    sources: &Sources,
    diagnostics: &[Diagnostic],
    colour: bool,
) -> io::Result<()> {
    let mut files = Files { project, sources, read: HashMap::new() };
    for diagnostic in diagnostics.iter().take(MOST) {
        Message::of(diagnostic).write(out, &mut files, colour)?;
        writeln!(out)?;
    }
    if let Some(more @ 1..) = diagnostics.len().checked_sub(MOST) {
        writeln!(out, "… and {more} more; mend the first ones, or see all with --json\n")?;
    }
    Ok(())
}

/// What went wrong when something ran.
pub(crate) struct Failure<'a> {
    /// One sentence.
    pub(crate) text: &'a str,
    /// Where.
    pub(crate) primary: Label,
    /// What has to do with it.
    pub(crate) secondary: &'a [Label],
    /// What else helps.
    pub(crate) notes: &'a [String],
}

/// Writes what went wrong when something ran, on the lines that it came from.
pub(crate) fn failure(
    out: &mut dyn Write,
    project: &Project,
    sources: &Sources,
    failure: &Failure<'_>,
    colour: bool,
) -> io::Result<()> {
    let mut files = Files { project, sources, read: HashMap::new() };
    let Failure { text, primary, secondary, notes } = failure;
    let severity = Severity::Error;
    let message = Message { code: None, severity, text, primary, secondary, notes, fixes: &[] };
    message.write(out, &mut files, colour)
}

/// What is to be said, of a flow's text or of its run.
struct Message<'a> {
    code: Option<Code>,
    severity: Severity,
    text: &'a str,
    primary: &'a Label,
    secondary: &'a [Label],
    notes: &'a [String],
    fixes: &'a [Fix],
}

impl Message<'_> {
    fn of(diagnostic: &Diagnostic) -> Message<'_> {
        Message {
            code: Some(diagnostic.code),
            severity: diagnostic.severity,
            text: &diagnostic.message,
            primary: &diagnostic.primary,
            secondary: &diagnostic.secondary,
            notes: &diagnostic.notes,
            fixes: &diagnostic.fixes,
        }
    }

    fn labels(&self) -> impl Iterator<Item = &Label> {
        std::iter::once(self.primary).chain(self.secondary)
    }

    fn write(&self, out: &mut dyn Write, files: &mut Files<'_>, colour: bool) -> io::Result<()> {
        match self.labels().all(|label| files.is_quotable(label)) {
            true => self.quoted(out, files, colour),
            false => self.plain(out, files),
        }
    }

    /// With the lines it is about.
    fn quoted(&self, out: &mut dyn Write, files: &mut Files<'_>, colour: bool) -> io::Result<()> {
        let (kind, main) = match self.severity {
            Severity::Error => (ReportKind::Error, Color::Red),
            Severity::Warning => (ReportKind::Warning, Color::Yellow),
        };
        let config = Config::new().with_index_type(IndexType::Byte).with_color(colour);
        let mut report = Report::build(kind, span(self.primary))
            .with_config(config)
            .with_message(self.text)
            .with_label(label(self.primary, main));
        if let Some(code) = self.code {
            report = report.with_code(code);
        }
        for second in self.secondary {
            report = report.with_label(label(second, Color::Blue));
        }
        report.with_notes(self.notes);
        report.with_helps(self.fixes.iter().map(|fix| &fix.title));
        report.finish().write(files, out)
    }

    /// Without them: what is left where a line is too long to be quoted.
    fn plain(&self, out: &mut dyn Write, files: &Files<'_>) -> io::Result<()> {
        let severity = match self.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
        };
        let code = self.code.map(|code| format!("[{code}] ")).unwrap_or_default();
        writeln!(out, "{code}{severity}: {}", self.text)?;
        for label in self.labels() {
            let Some(source) = files.sources.get(label.at.file) else { continue };
            let at = Lines::of(&source.text).position(label.at.span.start as usize);
            let path = files.project.shown(&source.path);
            write!(out, "   at {path}:{}:{}", at.line, at.column)?;
            match label.text.is_empty() {
                true => writeln!(out)?,
                false => writeln!(out, ": {}", label.text)?,
            }
        }
        for note in self.notes {
            writeln!(out, "   Note: {note}")?;
        }
        for fix in self.fixes {
            writeln!(out, "   Help: {}", fix.title)?;
        }
        Ok(())
    }
}

fn label(label: &Label, colour: Color) -> ariadne::Label<(FileId, std::ops::Range<usize>)> {
    let text = if label.text.is_empty() { "here" } else { &label.text };
    ariadne::Label::new(span(label)).with_color(colour).with_message(text)
}

fn span(label: &Label) -> (FileId, std::ops::Range<usize>) {
    let (start, end) = (label.at.span.start as usize, label.at.span.end as usize);
    (label.at.file, start..end.max(start))
}

/// The files of a compilation, each read by ariadne at most once.
struct Files<'a> {
    project: &'a Project,
    sources: &'a Sources,
    read: HashMap<FileId, ariadne::Source<Arc<str>>>,
}

impl Files<'_> {
    /// Whether each line that a label is about is short enough.
    fn is_quotable(&self, label: &Label) -> bool {
        let Some(source) = self.sources.get(label.at.file) else { return false };
        let (start, end) = (label.at.span.start as usize, label.at.span.end as usize);
        let before = source.text.get(..start).unwrap_or_default();
        let after = source.text.get(end..).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let end = end + after.find('\n').unwrap_or(after.len());
        let lines = source.text.get(start..end).unwrap_or_default();
        lines.lines().all(|line| line.len() <= LONGEST_LINE)
    }
}

impl ariadne::Cache<FileId> for &mut Files<'_> {
    type Storage = Arc<str>;

    fn fetch(&mut self, id: &FileId) -> Result<&ariadne::Source<Arc<str>>, impl fmt::Debug> {
        match self.sources.get(*id) {
            Some(source) => {
                let text = || ariadne::Source::from(source.text.clone());
                Ok(&*self.read.entry(*id).or_insert_with(text))
            }
            None => Err("a place in no file"),
        }
    }

    fn display<'a>(&self, id: &'a FileId) -> Option<impl fmt::Display + 'a> {
        self.sources.get(*id).map(|source| self.project.shown(&source.path))
    }
}

#[cfg(test)]
mod tests {
    use callflow_compiler::source::{Location, Source, Span};

    use super::*;

    fn shown(text: &str, diagnose: impl Fn(&dyn Fn(&str) -> Location) -> Diagnostic) -> String {
        let mut sources = Sources::default();
        let file = sources.add(Source { path: "lead.flow".into(), text: text.into() });
        let find = |part: &str| {
            let start = text.find(part).unwrap() as u32;
            Location { file, span: Span::new(start, start + part.len() as u32) }
        };
        let project = Project {
            name: "sales".into(),
            folder: "flows".into(),
            files: Vec::new(),
            settings: Default::default(),
        };
        let mut out = Vec::new();
        render(&mut out, &project, &sources, &[diagnose(&find)], false).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    #[test]
    fn all_parts_of_a_diagnostic() {
        let text = "on call_finished <\n  lead: Lead = llm(\"é {transcript}\")\n  log(lead.compnay)\n>\n\ntype Lead { company: string }\n";
        insta::assert_snapshot!(shown(text, |find| {
            Diagnostic::error(Code::E0102, find("compnay"), "`Lead` has no field `compnay`")
                .label("no such field")
                .also(find("Lead {"), "its fields are defined here")
                .note("`Lead` has `company`")
                .fix("change it to `company`", find("compnay"), "company")
        }));
    }

    #[test]
    fn a_warning_without_a_label() {
        insta::assert_snapshot!(shown("a = 1\n", |find| {
            Diagnostic::warning(Code::W0001, find("a"), "`a` is never used")
        }));
    }

    #[test]
    fn a_line_that_is_too_long_is_not_quoted() {
        let text = "(".repeat(100_000) + "x";
        insta::assert_snapshot!(shown(&text, |find| {
            Diagnostic::error(Code::E0008, find("x"), "this is nested too deep")
                .label("more than 128 brackets are open here")
                .note("bind a part of it to a name first")
        }));
    }
}

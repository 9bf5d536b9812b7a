//! `callflow fix`: the changes that mend what is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use callflow_compiler::diagnostics::{Diagnostic, Fix as Change};
use callflow_compiler::source::{FileId, Sources, Span};

use super::LIBRARY;
use crate::exit::{self, Failure};
use crate::position::Lines;
use crate::project::Project;
use crate::replace::replace;
use crate::terminal::count;

/// A mistake may hide another on its line, which comes out when the first is mended.
const ROUNDS: usize = 10;

/// Mends what can be mended by itself
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Only changes are made that are certainly meant, such as a slip in a name that has one \
    neighbour. `callflow check` shows the others.\n\nExamples:\n  \
    callflow fix                      the project in this folder\n  \
    callflow fix flows/sales.flow     one file"
)]
pub(crate) struct Fix {
    /// Files and folders
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
}

impl Fix {
    /// Prints each change on stdout, and on stderr what is left. A file is written once, when all its changes are
    /// known.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let mut projects = Vec::new();
        for path in &self.paths {
            projects.extend(Project::load_all(path)?);
        }
        let mut total = Total::default();
        for project in projects {
            total.mend(project)?;
        }
        let changes =
            format!("{} in {}", count(total.changes, "change"), count(total.files, "file"));
        match total.errors {
            0 => {
                exit::say(&format!("{changes}\n"));
                Ok(())
            }
            errors => {
                let left = count(errors, "error");
                exit::say(&format!("{changes}; {left} left, which `callflow check` shows\n"));
                Err(Failure::Shown)
            }
        }
    }
}

/// What was done, and what is left.
#[derive(Debug, Default)]
struct Total {
    changes: usize,
    files: usize,
    errors: usize,
}

impl Total {
    fn mend(&mut self, mut project: Project) -> Result<(), Failure> {
        let before = project.files.clone();
        for round in 0..=ROUNDS {
            let checked = callflow_compiler::check(project.to_compile(), &LIBRARY);
            let chosen = choose(&project, &checked.sources, &checked.diagnostics);
            if chosen.is_empty() || round == ROUNDS {
                self.errors += checked.diagnostics.iter().filter(|it| it.is_error()).count();
                break;
            }
            for (path, changes) in chosen {
                let Some(file) = project.files.iter_mut().find(|file| file.path == path) else {
                    continue;
                };
                tell(&project.folder.join(&path), &file.text, &changes)?;
                self.changes += changes.len();
                file.text = apply(&file.text, &changes).into();
            }
        }
        for (old, new) in before.iter().zip(&project.files) {
            if old.text != new.text {
                self.files += 1;
                replace(&project.folder.join(new.path.as_str()), &new.text)?;
            }
        }
        Ok(())
    }
}

/// The changes that are certainly meant, by file: the first of each diagnostic, where it touches none before it.
fn choose<'a>(
    project: &Project,
    sources: &Sources,
    diagnostics: &'a [Diagnostic],
) -> BTreeMap<String, Vec<&'a Change>> {
    let mut chosen: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    let mut taken: BTreeSet<(FileId, u32, u32)> = BTreeSet::new();
    for change in diagnostics.iter().filter_map(|it| it.fixes.first()).filter(|fix| fix.sure) {
        let mut files = change.edits.iter().map(|edit| edit.at.file);
        let Some(file) = files.next() else { continue };
        let Some(path) = sources.get(file).map(|source| source.path.clone()) else { continue };
        let own = project.files.iter().any(|file| file.path == path);
        let spans = || change.edits.iter().map(|edit| edit.at.span);
        let free = spans().all(|span| is_free(&taken, file, span));
        if own && free && files.all(|other| other == file) {
            taken.extend(spans().map(|span| (file, span.start, span.end)));
            chosen.entry(path.to_string()).or_default().push(change);
        }
    }
    chosen
}

/// Whether a place neither overlaps nor touches one that is changed already.
fn is_free(taken: &BTreeSet<(FileId, u32, u32)>, file: FileId, span: Span) -> bool {
    let before = taken.range(..=(file, span.end, u32::MAX)).next_back();
    before.is_none_or(|(other, _, end)| *other != file || *end < span.start)
}

/// The text with all changes made.
fn apply(text: &str, changes: &[&Change]) -> String {
    let mut edits: Vec<_> = changes.iter().flat_map(|change| &change.edits).collect();
    edits.sort_by_key(|edit| edit.at.span.start);
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for edit in edits {
        out.push_str(text.get(from..edit.at.span.start as usize).unwrap_or_default());
        out.push_str(&edit.text);
        from = edit.at.span.end as usize;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

fn tell(path: &Path, text: &str, changes: &[&Change]) -> Result<(), Failure> {
    let lines = Lines::of(text);
    let mut out = io::stdout().lock();
    for change in changes {
        let start = change.edits.first().map_or(0, |edit| edit.at.span.start);
        let position = lines.position(start as usize);
        let (line, column) = (position.line, position.column);
        writeln!(out, "{}:{line}:{column}: {}", path.display(), change.title)
            .map_err(|error| Failure::of_output(&error))?;
    }
    Ok(())
}

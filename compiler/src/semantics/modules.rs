//! Which files a compilation has: the project's, the prelude's, and the pieces that are mentioned.

use std::collections::{HashMap, HashSet, VecDeque};

use ecow::EcoString;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Library, Location, Source, Sources};
use crate::syntax::{self, tree};

use super::report;

/// All files, read.
pub(super) struct Modules {
    /// Their texts.
    pub(super) sources: Sources,
    /// Their trees; [`FileId`]s index it.
    pub(super) files: Vec<Module>,
    /// The names of all pieces that there are, loaded or not.
    pub(super) pieces: Vec<EcoString>,
    /// What is wrong with the texts.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A file and what part it plays.
pub(super) struct Module {
    /// Its id.
    pub(super) file: FileId,
    /// What it says.
    pub(super) tree: tree::File,
    /// What part it plays.
    pub(super) role: Role,
}

/// What part a file plays.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// A file of the project that holds flows.
    Project,
    /// Visible to every file.
    Prelude,
    /// A piece of this name, from the library or the project.
    Piece(EcoString),
}

/// Reads the project's files and all that they need.
pub(super) fn load(files: Vec<Source>, library: &dyn Library) -> Modules {
    let mut loader = Loader {
        modules: Modules {
            sources: Sources::default(),
            files: Vec::new(),
            pieces: library.pieces().into_iter().map(EcoString::from).collect(),
            diagnostics: Vec::new(),
        },
        own: HashMap::new(),
    };
    for source in files {
        loader.project_file(source);
    }
    for source in library.prelude() {
        loader.read(source, Some(Role::Prelude));
    }
    loader.pieces(library);
    loader.modules
}

struct Loader {
    modules: Modules,
    /// The project's own pieces and where they are named.
    own: HashMap<EcoString, Location>,
}

impl Loader {
    fn project_file(&mut self, source: Source) {
        let file = self.read(source, None);
        let Some(Role::Piece(name)) = self.modules.files.last().map(|module| module.role.clone())
        else {
            return;
        };
        let at = Location { file, span: self.name_span() };
        if let Some(&first) = self.own.get(&name) {
            self.modules.diagnostics.push(report::names::piece_twice(&name, at, first));
        } else if self.modules.pieces.contains(&name) {
            self.modules.diagnostics.push(report::names::piece_of_library(&name, at));
        } else {
            self.own.insert(name.clone(), at);
            self.modules.pieces.push(name);
        }
    }

    /// Where the piece that was read last is named.
    fn name_span(&self) -> crate::source::Span {
        let items = self.modules.files.last().map(|module| module.tree.items.as_slice());
        match items.and_then(|items| items.first()).map(|item| &item.kind) {
            Some(tree::ItemKind::Piece(name)) => name.span,
            _ => crate::source::Span::default(),
        }
    }

    /// Reads a file; its first item says what it is where its role is not known.
    fn read(&mut self, source: Source, role: Option<Role>) -> FileId {
        let text = source.text.clone();
        let file = self.modules.sources.add(source);
        let parsed = syntax::parse(file, &text);
        let role = role.unwrap_or_else(|| match parsed.tree.items.first().map(|item| &item.kind) {
            Some(tree::ItemKind::Piece(name)) => Role::Piece(name.text.clone()),
            _ => Role::Project,
        });
        self.modules.diagnostics.extend(parsed.diagnostics);
        self.modules.files.push(Module { file, tree: parsed.tree, role });
        file
    }

    /// Loads each piece of the library that a file mentions, and those that it mentions in turn.
    fn pieces(&mut self, library: &dyn Library) {
        let known: HashSet<EcoString> = self
            .modules
            .pieces
            .iter()
            .filter(|name| !self.own.contains_key(*name))
            .cloned()
            .collect();
        let mut loaded: HashSet<EcoString> = HashSet::new();
        let mut unread: VecDeque<FileId> =
            self.modules.sources.iter().map(|(file, _)| file).collect();
        while let Some(file) = unread.pop_front() {
            let Some(text) = self.modules.sources.get(file).map(|source| source.text.clone())
            else {
                continue;
            };
            let used = self.used_pieces(file);
            for name in mentions(&text).map(EcoString::from).chain(used) {
                if !known.contains(&name) || loaded.contains(&name) {
                    continue;
                }
                loaded.insert(name.clone());
                if let Some(source) = library.piece(&name) {
                    unread.push_back(self.read(source, Some(Role::Piece(name))));
                }
            }
        }
    }

    /// The pieces of `use` items.
    fn used_pieces(&self, file: FileId) -> Vec<EcoString> {
        let items = self.modules.files.get(file.0 as usize).map(|module| &module.tree.items);
        let name = |item: &tree::Item| match &item.kind {
            tree::ItemKind::Use(tree::UseItem { source: tree::UseSource::Piece(name), .. }) => {
                Some(name.text.clone())
            }
            _ => None,
        };
        items.into_iter().flatten().filter_map(name).collect()
    }
}

/// The identifiers that `.` or `(` follows. The text is searched and not the tree, for it is quicker, and a
/// piece that only a comment mentions does no harm.
fn mentions(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_')?;
            let from = rest.get(start..)?;
            let end =
                from.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(from.len());
            let (name, after) = from.split_at_checked(end)?;
            rest = after;
            if after.trim_start().starts_with(['.', '(']) {
                return Some(name);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_names_before_a_dot_or_a_bracket() {
        let text = "x = llm(transcript)\n  hubspot\n    .create_deal(name: y) + \"{slack.id}\" z";
        let found: Vec<&str> = mentions(text).collect();
        assert_eq!(found, ["llm", "hubspot", "create_deal", "slack"]);
    }
}

//! `use`: the items of another file, or a piece over another connection, under a name of one's own.

use std::cell::Cell;
use std::collections::hash_map::Entry;

use ecow::EcoString;

use crate::source::{FileId, Location};
use crate::syntax::tree::{ItemKind, Name, UseItem, UseSource};

use super::checker::Checker;
use super::modules::{Module, Role};
use super::names::{BUILT_IN_FUNCTIONS, Scope, ScopeId};
use super::report;

/// What a `use` item brings into a file.
#[derive(Debug)]
pub(super) struct Used {
    /// The names that stand behind the alias; none where nothing was found, which was told.
    scope: Option<ScopeId>,
    /// The file, where it is one and no piece.
    file: Option<FileId>,
    /// Over which connection the piece's actions run.
    connection: Option<EcoString>,
    /// The alias, or what stands for it.
    at: Location,
    /// The whole item.
    item: Location,
    /// Whether anything is reached by it.
    reached: Cell<bool>,
}

impl<'t> Checker<'t> {
    /// Declares what the files of the project use. All files are declared before, so that they may use each
    /// other.
    pub(super) fn declare_uses(&mut self) {
        let modules = self.modules;
        for module in modules {
            for item in &module.tree.items {
                let ItemKind::Use(used) = &item.kind else { continue };
                let at = Location { file: module.file, span: item.span };
                if module.role == Role::Project {
                    self.declare_use(module, used, at);
                } else {
                    self.report(report::control::misplaced_item(
                        at,
                        "`use`",
                        "a file of a project",
                    ));
                }
            }
        }
    }

    fn declare_use(&mut self, module: &'t Module, used: &'t UseItem, item: Location) {
        let file = module.file;
        let found = match &used.source {
            UseSource::File(path, span) => {
                let at = Location { file, span: *span };
                if let Some((_, span)) = &used.connection {
                    self.report(report::uses::connection_of_file(Location { file, span: *span }));
                }
                let found = self.used_file(module, path, at);
                Some((found.map(|(scope, _)| scope), found.map(|(_, file)| file), at))
            }
            UseSource::Piece(name) => {
                let at = Location { file, span: name.span };
                self.used_piece(used, name, at, item).map(|scope| (scope, None, at))
            }
        };
        let Some((scope, of, at)) = found else { return };
        let connection = used.connection.as_ref().map(|(name, _)| name.clone());
        let (alias, at) = match (&used.alias, &used.source) {
            (Some(alias), _) => (alias.text.as_str(), Location { file, span: alias.span }),
            (None, UseSource::Piece(name)) => (name.text.as_str(), at),
            (None, UseSource::File(path, _)) => match stem(path) {
                Some(stem) => (stem, at),
                None => {
                    self.report(report::uses::no_name(at));
                    return;
                }
            },
        };
        if alias.is_empty() || !self.is_free_alias(file, alias, at, used) {
            return;
        }
        // That nothing needs it may be a part of what is wrong with it.
        let reached = Cell::new(scope.is_none());
        let used = Used { scope, file: of, connection, at, item, reached };
        let own = self.scope_of(file);
        let Some(own) = self.scopes.get_mut(own.0 as usize) else { return };
        match own.uses.entry(alias) {
            Entry::Vacant(slot) => drop(slot.insert(used)),
            Entry::Occupied(earlier) => {
                let first = earlier.get().at;
                self.report(report::names::twice("name", alias, at, first));
            }
        }
    }

    /// The file of the project that a path means, seen from another file.
    fn used_file(
        &mut self,
        module: &Module,
        path: &str,
        at: Location,
    ) -> Option<(ScopeId, FileId)> {
        let own = self.sources.get(module.file).map(|source| source.path.as_str());
        let folder = own.and_then(|own| own.rsplit_once('/')).map_or("", |(folder, _)| folder);
        let wanted = resolved(folder, path);
        let files = || {
            let sources = self.modules.iter().filter(|other| other.role == Role::Project);
            sources.filter_map(|other| Some((other, self.sources.get(other.file)?.path.as_str())))
        };
        let found = files().find(|(_, path)| wanted.as_deref() == Some(path));
        match found {
            Some((other, _)) if other.file == module.file => {
                self.report(report::uses::uses_itself(at));
                None
            }
            Some((other, _)) => Some((self.scope_of(other.file), other.file)),
            None => {
                let others = files().filter(|(other, _)| other.file != module.file);
                let known: Vec<String> = others.map(|(_, path)| relative(folder, path)).collect();
                let meant = self.nearest(path, known.iter().map(String::as_str));
                // `crm.flow` may stand in another folder than was thought.
                let name = path.rsplit('/').next().unwrap_or(path);
                let elsewhere = known.iter().find(|other| other.rsplit('/').next() == Some(name));
                let meant = meant.or(elsewhere.map(String::as_str));
                let quoted = self.sources.slice(at).starts_with('"');
                self.report(report::uses::unknown_file(path, at, &known, meant, quoted));
                None
            }
        }
    }

    fn used_piece(
        &mut self,
        used: &UseItem,
        name: &Name,
        at: Location,
        item: Location,
    ) -> Option<Option<ScopeId>> {
        if name.text.is_empty() {
            return None;
        }
        let Some(&scope) = self.piece_scopes.get(name.text.as_str()) else {
            let meant = self.nearest(&name.text, self.piece_names.iter().map(|n| n.as_str()));
            self.report(report::names::unknown_piece(&name.text, at, meant));
            return used.alias.is_some().then_some(None);
        };
        let renames = used.alias.as_ref().is_some_and(|alias| alias.text != name.text);
        if !renames && used.connection.is_none() {
            let line = self.whole_line(item);
            self.report(report::uses::needless(&name.text, item, line));
            return None;
        }
        Some(Some(scope))
    }

    /// Whether a name can stand for what is used; told where it cannot.
    fn is_free_alias(&mut self, file: FileId, alias: &str, at: Location, used: &UseItem) -> bool {
        let own = self.scope(self.scope_of(file));
        let item = own.and_then(|scope| scope.values.get(alias)).map(|value| value.at);
        let same = matches!(&used.source, UseSource::Piece(name) if name.text == alias);
        let told = if let Some(item) = item {
            report::names::twice("name", alias, at, item)
        } else if BUILT_IN_FUNCTIONS.contains(&alias) {
            report::names::built_in_function(alias, at)
        } else if !same && self.piece_names.iter().any(|piece| piece == alias) {
            report::uses::hides_piece(alias, at)
        } else {
            return true;
        };
        self.report(told);
        false
    }

    fn used(&self, file: FileId, alias: &str) -> Option<&Used> {
        let used = self.scope(self.scope_of(file))?.uses.get(alias)?;
        used.reached.set(true);
        Some(used)
    }

    /// The scope behind the first of two names, as in `hubspot.Deal` or `crm.score`: of a file or piece that is
    /// used under this name, else of the piece.
    pub(super) fn scope_named(&self, file: FileId, name: &str) -> Option<&Scope<'t>> {
        match self.used(file, name) {
            Some(used) => self.scope(used.scope?),
            None => self.piece_scope(name),
        }
    }

    /// The piece's scope behind a name.
    pub(super) fn piece_named(&self, file: FileId, name: &str) -> Option<ScopeId> {
        match self.used(file, name) {
            Some(used) if used.file.is_some() => None,
            Some(used) => used.scope,
            None => self.piece_scopes.get(name).copied(),
        }
    }

    /// The other file behind a name, with its scope.
    pub(super) fn file_named(&self, file: FileId, name: &str) -> Option<(FileId, ScopeId)> {
        let used = self.used(file, name)?;
        Some((used.file?, used.scope?))
    }

    /// Whether a name stands for something that was not found, so that nothing more is said of it.
    pub(super) fn is_lost(&self, file: FileId, name: &str) -> bool {
        self.used(file, name).is_some_and(|used| used.scope.is_none())
    }

    /// The connection that a piece's name stands for in a file, where it is another than the piece's own.
    pub(super) fn connection_named(&self, file: FileId, name: &str) -> Option<EcoString> {
        self.used(file, name)?.connection.clone()
    }

    /// The names under which a file uses others.
    pub(super) fn aliases_of(&self, file: FileId) -> impl Iterator<Item = &'t str> {
        let scope = self.scope(self.scope_of(file));
        scope.into_iter().flat_map(|scope| scope.uses.keys().copied())
    }

    /// Warns of what is used for nothing.
    pub(super) fn warn_of_unused_uses(&mut self) {
        let uses = self.scopes.iter().flat_map(|scope| scope.uses.iter());
        let unused = uses.filter(|(_, used)| !used.reached.get());
        let mut found: Vec<_> = unused.map(|(alias, used)| (used.item, *alias, used.at)).collect();
        found.sort_unstable_by_key(|(item, ..)| *item);
        for (item, alias, at) in found {
            let line = self.whole_line(item);
            self.report(report::uses::unused(alias, at, line));
        }
    }

    /// An item with the end of its line.
    fn whole_line(&self, item: Location) -> Location {
        let text = self.sources.get(item.file).map_or("", |source| &source.text);
        let after = text.get(item.span.end as usize..).unwrap_or_default();
        let end = if after.starts_with('\n') { item.span.end + 1 } else { item.span.end };
        Location { span: crate::source::Span::new(item.span.start, end), ..item }
    }
}

/// `crm` of `./flows/crm.flow`, where that is a name.
fn stem(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".flow").unwrap_or(name);
    let mut letters = stem.bytes();
    let first = letters.next()?;
    let is_name = (first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(stem)
}

/// The path that another means when it is seen from a folder; none where it leads out of the project.
fn resolved(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path as it is written in a file of a folder.
fn relative(folder: &str, path: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = path.split('/').collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.len() - common;
    let down = to.get(common..).unwrap_or_default().join("/");
    if up == 0 { format!("./{down}") } else { format!("{}{down}", "../".repeat(up)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_a_folder() {
        let at = |folder, path| resolved(folder, path).unwrap_or_else(|| "outside".to_owned());
        assert_eq!(at("", "./crm.flow"), "crm.flow");
        assert_eq!(at("flows/sales", "../crm.flow"), "flows/crm.flow");
        assert_eq!(at("flows", "./a/./b.flow"), "flows/a/b.flow");
        assert_eq!(at("", "../crm.flow"), "outside");
        assert_eq!(at("flows", "/crm.flow"), "outside");
    }

    #[test]
    fn a_relative_path_leads_back() {
        for (folder, path) in
            [("", "a.flow"), ("x", "x/a.flow"), ("x/y", "x/z/a.flow"), ("x/y", "a.flow")]
        {
            assert_eq!(resolved(folder, &relative(folder, path)).as_deref(), Some(path));
        }
        assert_eq!(relative("x/y", "x/z/a.flow"), "../z/a.flow");
    }

    #[test]
    fn a_files_name_is_its_alias_where_it_is_a_name() {
        assert_eq!(stem("./flows/crm.flow"), Some("crm"));
        assert_eq!(stem("./my-crm.flow"), None);
        assert_eq!(stem("./.flow"), None);
    }
}

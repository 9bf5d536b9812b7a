//! Source files and positions in them.

use std::sync::Arc;

use ecow::EcoString;

/// A range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to `end`.
    pub fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The empty range at its start.
    pub fn before(self) -> Span {
        Span::new(self.start, self.start)
    }

    /// The empty range at its end.
    pub fn after(self) -> Span {
        Span::new(self.end, self.end)
    }

    /// Whether an offset lies in it, its end included.
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }
}

/// A file of one compilation, an index into its [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A range of bytes in a certain file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// Which file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}

/// A source file's name and text.
#[derive(Debug, Clone)]
pub struct Source {
    /// As messages name it: relative to the project, or `stdlib:hubspot.flow`.
    pub path: EcoString,
    /// UTF-8.
    pub text: Arc<str>,
}

/// All files of one compilation.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, source: Source) -> FileId {
        self.files.push(source);
        FileId(self.files.len() as u32 - 1)
    }

    /// The file behind an id.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// The text of a range; empty where it does not lie in the file.
    pub fn slice(&self, at: Location) -> &str {
        self.get(at.file)
            .and_then(|source| source.text.get(at.span.start as usize..at.span.end as usize))
            .unwrap_or_default()
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(i, source)| (FileId(i as u32), source))
    }
}

/// Where modules come from that a project's own files do not define: the standard library, in practice. It
/// stands between the compiler and the world, so that tests and editors can give their own.
pub trait Library {
    /// The files that every compilation sees: types, triggers and functions without a piece's name.
    fn prelude(&self) -> Vec<Source>;
    /// The source of a piece.
    fn piece(&self, name: &str) -> Option<Source>;
    /// The names of all pieces.
    fn pieces(&self) -> Vec<&str>;
}

/// A library of embedded files, given as names and texts.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// The files that every compilation sees.
    pub prelude: &'static [(&'static str, &'static str)],
    /// The pieces by name.
    pub pieces: &'static [(&'static str, &'static str)],
}

impl Library for Embedded {
    fn prelude(&self) -> Vec<Source> {
        let source = |&(name, text): &(&str, &str)| Source {
            path: ecow::eco_format!("stdlib:{name}"),
            text: text.into(),
        };
        self.prelude.iter().map(source).collect()
    }

    fn piece(&self, name: &str) -> Option<Source> {
        let (name, text) = self.pieces.iter().find(|(piece, _)| *piece == name)?;
        Some(Source { path: ecow::eco_format!("stdlib:{name}.flow"), text: (*text).into() })
    }

    fn pieces(&self) -> Vec<&str> {
        self.pieces.iter().map(|(name, _)| *name).collect()
    }
}

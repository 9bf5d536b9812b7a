//! From text to a tree.
//!
//! Reading never fails: [`parse`] gives a tree for any text, and with it everything that is wrong. No caller
//! sees the parser library.

mod layout;
pub(crate) mod lexer;
mod literal;
mod parser;
pub(crate) mod text;
pub(crate) mod token;
pub mod tree;
mod words;

use crate::diagnostics::{self, Code, Diagnostic};
use crate::source::{FileId, Location, Span};

/// A file that is larger is not read: no person wrote it.
pub const LARGEST: usize = 10 * 1024 * 1024;

/// A file's tree and what is wrong with its text.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// Always complete.
    pub tree: tree::File,
    /// In order of position.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file.
pub fn parse(file: FileId, text: &str) -> Parsed {
    if text.len() > LARGEST {
        return Parsed { diagnostics: vec![too_large(file, text.len())], ..Parsed::default() };
    }
    let lexer::Lexed { tokens, comments, mut diagnostics } = lexer::lex(file, text);
    let tokens = words::replace(file, text, tokens, &mut diagnostics);
    let layout = layout::lay_out(file, text, tokens, &mut diagnostics);
    let tree = parser::parse(file, text, layout, comments, &mut diagnostics);
    Parsed { tree, diagnostics: diagnostics::settle(diagnostics) }
}

/// How many tokens the lexer generator's bare automaton finds: the rate that no reader can be above, which the
/// benchmark shows beside that of [`parse`].
pub fn count_tokens(text: &str) -> usize {
    <token::Kind as logos::Logos>::lexer(text).count()
}

fn too_large(file: FileId, size: usize) -> Diagnostic {
    let megabytes = size / 1024 / 1024;
    Diagnostic::error(
        Code::E0012,
        Location { file, span: Span::new(0, 0) },
        format!("This file is too large to be a flow: {megabytes} MB"),
    )
    .note("Files of up to 10 MB are read. Is this one in the project by mistake?")
}

#[cfg(test)]
pub(crate) mod tests;

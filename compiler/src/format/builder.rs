//! Makes documents while it walks over a file's tokens.
//!
//! The walk over the tree says which token it expects next, and the builder writes it as it stands in the file.
//! So no token is lost, none is made up, and their order stays. Where the tree expects another token than there
//! is, the text is broken in a way that the tree does not tell of: the builder [fails](Builder::fail), and the
//! statement around is written as it stands.

use super::document::{Doc, Documents, Line, Node};
use super::tokens::Token;
use crate::source::Span;
use crate::syntax::token::Kind;
use crate::syntax::tree::{Comment, Name};

/// A place among the parts that were made, to make one document of all that come after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(usize);

/// Where a builder stands among tokens and comments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    next: usize,
    comment: usize,
}

/// Makes the documents of a file, one item after the other.
pub(super) struct Builder<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) comments: &'a [Comment],
    pub(super) docs: Documents<'a>,
    /// The index of the token that is written next.
    pub(super) next: usize,
    /// The index of the comment that is written next.
    pub(super) comment: usize,
    /// How many semicolons the file begins with, of which none is written.
    leading: usize,
    /// Whether the tree expected what does not stand there.
    pub(super) failed: bool,
    /// Documents that are parts of none yet.
    parts: Vec<Doc>,
}

impl<'a> Builder<'a> {
    /// Begins before the first token.
    pub(super) fn new(text: &'a str, tokens: &'a [Token], comments: &'a [Comment]) -> Builder<'a> {
        let semicolons = tokens.iter().take_while(|token| token.kind == Kind::Semicolon);
        Builder {
            leading: semicolons.count(),
            text,
            tokens,
            comments,
            docs: Documents::default(),
            next: 0,
            comment: 0,
            failed: false,
            parts: Vec::new(),
        }
    }

    // Tokens.

    /// Writes the next token if it is of that kind, with the comments before it.
    pub(super) fn token(&mut self, kind: Kind) {
        if self.kind() == Some(kind) { self.take() } else { self.fail() }
    }

    /// Writes the next token if it is that word.
    pub(super) fn word(&mut self, word: &str) {
        if self.is_word(word) { self.take() } else { self.fail() }
    }

    /// Writes a name.
    pub(super) fn name(&mut self, name: &Name) {
        self.exactly(name.span);
    }

    /// Writes the token that stands at exactly that place.
    pub(super) fn exactly(&mut self, span: Span) {
        if self.span() == Some(span) && span.start < span.end { self.take() } else { self.fail() }
    }

    /// Writes the next token.
    pub(super) fn take(&mut self) {
        let Some(token) = self.token_at(self.next) else { return self.fail() };
        if self.failed {
            return;
        }
        if self.has_comments() {
            self.write_comments(true);
        }
        if token.kind == Kind::TextOpen {
            self.text_literal(token.span);
        } else {
            self.push(Node::Text(self.slice(token.span)));
        }
        self.pass(token);
    }

    /// Leaves the next token out. Its comments are written with the one after it.
    pub(super) fn skip(&mut self) {
        self.next += 1;
    }

    /// The tree expected another token.
    pub(super) fn fail(&mut self) {
        self.failed = true;
    }

    /// What the next token is.
    pub(super) fn kind(&self) -> Option<Kind> {
        self.token_at(self.next).map(|token| token.kind)
    }

    /// Where the next token stands.
    pub(super) fn span(&self) -> Option<Span> {
        self.token_at(self.next).map(|token| token.span)
    }

    /// Whether the next token is that word.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.token_at(self.next).is_some_and(|it| it.kind.is_word() && self.slice(it.span) == word)
    }

    /// A token.
    pub(super) fn token_at(&self, index: usize) -> Option<&'a Token> {
        self.tokens.get(index)
    }

    /// The index of the first token that begins at an offset or behind it.
    pub(super) fn index_at(&self, offset: u32) -> usize {
        self.tokens.partition_point(|token| token.span.start < offset)
    }

    /// The text at a place.
    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Writes the tokens up to that index as they stand, with the comments between them.
    pub(super) fn raw(&mut self, stop: usize) {
        let (Some(first), Some(last)) = (self.span(), self.before(stop)) else { return };
        if self.has_comments() {
            self.write_comments(true);
        }
        self.push(Node::Raw(self.slice(first.to(last.span))));
        self.next = stop;
        self.comment = self.comment.max(last.comments_inside as usize);
    }

    /// The token before an index.
    pub(super) fn before(&self, index: usize) -> Option<&'a Token> {
        index.checked_sub(1).and_then(|index| self.token_at(index))
    }

    fn pass(&mut self, token: &Token) {
        self.next += 1;
        self.comment = self.comment.max(token.comments_inside as usize);
    }

    // The space between tokens.

    /// A space, after which the line goes on.
    pub(super) fn space(&mut self) {
        self.gap(true);
    }

    /// A space before a word that stands at the margin of its block where a comment breaks the line: `else`.
    pub(super) fn space_at_margin(&mut self) {
        self.gap(false);
    }

    /// A space, or a line end where the group around it breaks.
    pub(super) fn line(&mut self) {
        self.separate(Line { space: true, ..Line::default() });
    }

    /// Nothing, or a line end where the group around it breaks.
    pub(super) fn soft_line(&mut self) {
        self.separate(Line::default());
    }

    /// A line end.
    pub(super) fn hard_line(&mut self) {
        self.separate(Line { hard: true, ..Line::default() });
    }

    /// A line end between two parts of a list: an empty line before the second stays.
    pub(super) fn separate_parts(&mut self, line: Line) {
        let blank = self.has_blank_line();
        self.separate(Line { blank, ..line });
    }

    /// A part that goes on with a line: behind it where it fits, else on a line of its own. One that takes several
    /// lines in any case begins behind it.
    pub(super) fn continued(&mut self, write: impl FnOnce(&mut Builder<'a>)) {
        let mark = self.mark();
        let commented = self.has_comments();
        self.line();
        let line = self.cut(mark);
        write(self);
        let part = self.cut(mark);
        if !commented && self.docs.flat_width(part).is_none() {
            self.push(Node::Text(" "));
            return self.push_doc(part);
        }
        self.push_doc(line);
        self.push_doc(part);
        self.indent(mark);
        if commented {
            return self.group(mark);
        }
        let below = self.cut(mark);
        self.push(Node::Text(" "));
        self.push_doc(part);
        let behind = self.cut(mark);
        self.push(Node::Continued { below, behind, part });
    }

    /// Whether a line ends between the token before and the next.
    pub(super) fn line_ends_here(&self) -> bool {
        self.slice(self.gap_before(self.next)).contains('\n')
    }

    /// Whether an empty line stands before the next token or its first comment.
    pub(super) fn has_blank_line(&self) -> bool {
        let mut gap = self.gap_before(self.next);
        if let Some(comment) = self.comments.get(self.comment)
            && self.has_comments()
        {
            gap.end = comment.span.start.max(gap.start);
        }
        is_blank(self.slice(gap))
    }

    /// From the end of the token before an index to the beginning of the one there.
    fn gap_before(&self, index: usize) -> Span {
        let start = self.before(index).map_or(0, |token| token.span.end);
        let end = self.token_at(index).map_or(self.text.len() as u32, |token| token.span.start);
        Span::new(start, end)
    }

    fn gap(&mut self, indented: bool) {
        if self.has_comments() {
            self.write_comments(indented);
        } else {
            self.push(Node::Text(" "));
        }
    }

    /// A place where a line may end.
    pub(super) fn separate(&mut self, line: Line) {
        if self.has_comments() {
            self.write_comments(false);
        } else {
            self.push(Node::Line(line));
        }
    }

    // Comments.

    /// Whether a comment stands before the next token that is not written yet.
    pub(super) fn has_comments(&self) -> bool {
        !self.failed && self.comment < self.comments_before(self.next)
    }

    /// Whether one of the comments before the next token is a `///`. What it documents hangs on what stands
    /// directly behind it.
    pub(super) fn has_documentation(&self) -> bool {
        let waiting = self.comments.get(self.comment..self.comments_before(self.next));
        waiting.is_some_and(|waiting| waiting.iter().any(|comment| comment.doc))
    }

    /// How many comments stand before a token.
    fn comments_before(&self, index: usize) -> usize {
        self.token_at(index).map_or(self.comments.len(), |token| token.comments as usize)
    }

    /// Writes the comments before the next token, and ends the line after them.
    fn write_comments(&mut self, indented: bool) {
        let mark = self.mark();
        let end = self.write_comment_lines();
        let next = self.span().map_or(self.text.len() as u32, |span| span.start);
        let blank = is_blank(self.slice(Span::new(end, next)));
        self.push(Node::Line(Line { hard: true, blank, space: false }));
        if indented {
            self.indent(mark);
        }
    }

    /// Writes the comments before the next token, without a line end after them. Gives the last one's end.
    pub(super) fn write_comment_lines(&mut self) -> u32 {
        let stop = self.comments_before(self.next);
        let mut end = 0;
        while let Some(comment) = self.comments.get(self.comment).filter(|_| self.comment < stop) {
            let start = comment.span.start;
            let before = self.tokens.partition_point(|token| token.span.start < start);
            // Another comment ends its line. A semicolon that is left out leaves its line to what is before it.
            let from = if end > 0 { end } else { self.written_before(before) };
            let gap = self.slice(Span::new(from, start));
            let begins_file = before <= self.leading && end == 0;
            if begins_file {
            } else if gap.contains('\n') {
                self.push(Node::Line(Line { hard: true, blank: is_blank(gap), space: false }));
            } else {
                self.push(Node::Text(" "));
            }
            self.push(Node::Text(self.slice(comment.span).trim_end()));
            end = comment.span.end;
            self.comment += 1;
        }
        end
    }

    /// Where the last token before an index ends that is no semicolon.
    fn written_before(&self, index: usize) -> u32 {
        let before = self.tokens.get(..index).unwrap_or_default().iter();
        let written = before.rev().find(|token| token.kind != Kind::Semicolon);
        written.map_or(0, |token| token.span.end)
    }

    // Documents.

    /// Adds a part.
    pub(super) fn push(&mut self, node: Node<'a>) {
        if !self.failed {
            let doc = self.docs.add(node);
            self.parts.push(doc);
        }
    }

    /// Adds a document that was made already.
    pub(super) fn push_doc(&mut self, doc: Doc) {
        self.parts.push(doc);
    }

    /// The place before what is added next.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.parts.len())
    }

    /// Takes all parts since the mark away, as one document.
    pub(super) fn cut(&mut self, mark: Mark) -> Doc {
        let from = mark.0.min(self.parts.len());
        self.docs.concat(self.parts.drain(from..))
    }

    /// Makes a group of all parts since the mark.
    pub(super) fn group(&mut self, mark: Mark) {
        let inner = self.cut(mark);
        let group = self.docs.add(Node::Group(inner));
        self.parts.push(group);
    }

    /// Indents all parts since the mark.
    pub(super) fn indent(&mut self, mark: Mark) {
        let inner = self.cut(mark);
        let indented = self.docs.add(Node::Indent(inner));
        self.parts.push(indented);
    }

    /// Where the builder stands.
    pub(super) fn place(&self) -> Place {
        Place { next: self.next, comment: self.comment }
    }

    /// Goes back to a place, and forgets what was made since.
    pub(super) fn go_back(&mut self, mark: Mark, place: Place) {
        self.parts.truncate(mark.0);
        (self.next, self.comment) = (place.next, place.comment);
        self.failed = false;
    }
}

/// Whether an empty line stands in a stretch between tokens.
fn is_blank(gap: &str) -> bool {
    gap.bytes().filter(|byte| *byte == b'\n').nth(1).is_some()
}

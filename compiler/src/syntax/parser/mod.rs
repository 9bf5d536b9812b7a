//! From tokens to a tree: the grammar.
//!
//! The grammar reads a slice of [`Kind`]s; texts and places are looked up in the [`Context`] when a node is
//! made. Brackets are balanced when it begins, so a rule that has seen an opener always finds its closer, and
//! recovery is local: a missing name, type or operand leaves a hole ([`recovery`]), and what does not belong
//! is skipped up to the next entry, statement or item. What went wrong is noted as a small [`Trouble`], which
//! [`message`] turns into words.

mod branches;
mod calls;
mod errors;
mod expressions;
mod flows;
mod items;
mod message;
mod patterns;
mod pieces;
mod recovery;
mod statements;
mod testing;
mod types;

use chumsky::input::{InputRef, MapExtra, Stream};
use chumsky::inspector::SimpleState;
use chumsky::prelude::*;
use ecow::EcoString;

use self::errors::{Trouble, What};
use super::layout::Layout;
use super::token::Kind;
use super::tree::{Comment, File, Item, Name};
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};

/// What the grammar reads: kinds that it owns, so that one grammar serves all files of a thread.
type Input = Stream<std::vec::IntoIter<Kind>>;
/// What it carries along.
type Extra = extra::Full<Trouble, SimpleState<Context>, ()>;
/// A rule.
type Rule<O> = Boxed<'static, 'static, Input, O, Extra>;
/// What a rule knows when it makes a node.
type At<'b> = MapExtra<'static, 'b, Input, Extra>;

thread_local! {
    /// The grammar holds nothing of what it reads. To make it costs as much as to read some hundred lines with it.
    static GRAMMAR: Rule<Vec<Item>> = items::file();
}

/// Reads a file's tokens. Always gives a tree.
pub(super) fn parse(
    file: FileId,
    text: &str,
    layout: Layout,
    comments: Vec<Comment>,
    diagnostics: &mut Vec<Diagnostic>,
) -> File {
    let Layout { kinds, spans } = layout;
    let input = Stream::from_iter(kinds.clone());
    let context = Context { text: text.to_owned(), kinds, spans, comments, test: (0, 0) };
    let mut state = SimpleState(context);
    let parsed = GRAMMAR.with(|grammar| grammar.parse_with_state(input, &mut state));
    let (items, troubles) = parsed.into_output_errors();
    let SimpleState(context) = state;
    errors::report(file, &context, troubles, diagnostics);
    File { items: items.unwrap_or_default(), comments: context.comments }
}

/// The tokens' places and texts.
struct Context {
    text: String,
    kinds: Vec<Kind>,
    spans: Vec<Span>,
    comments: Vec<Comment>,
    /// The tokens of the test that is being read: its words are words only there.
    test: (usize, usize),
}

impl Context {
    /// The kind of a token.
    fn kind(&self, index: usize) -> Option<Kind> {
        self.kinds.get(index).copied()
    }

    /// The place of a token; the end of the text behind the last.
    fn token(&self, index: usize) -> Span {
        let end = self.text.len() as u32;
        self.spans.get(index).copied().unwrap_or(Span::new(end, end))
    }

    /// The place of tokens, without newlines at their end. Of none, the place after the token before.
    fn cover(&self, tokens: SimpleSpan) -> Span {
        let mut end = tokens.end;
        while end > tokens.start + 1 && self.kind(end - 1) == Some(Kind::Newline) {
            end -= 1;
        }
        if tokens.start < end {
            return Span::new(self.token(tokens.start).start, self.token(end - 1).end);
        }
        tokens.start.checked_sub(1).map_or_else(Span::default, |before| self.token(before).after())
    }

    /// A stretch of the text.
    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Whether a line ends between a place and a token behind it.
    fn breaks_line(&self, place: Span, index: usize) -> bool {
        self.slice(Span::new(place.end, self.token(index).start)).contains('\n')
    }

    /// The text of a token.
    fn word(&self, index: usize) -> &str {
        self.slice(self.token(index))
    }

    /// Whether a token is a name of that text: one of the words that mean something in some places only.
    fn is(&self, index: usize, word: &str) -> bool {
        self.kind(index) == Some(Kind::Name) && self.word(index) == word
    }

    /// Whether a token stands in a test.
    fn in_test(&self, index: usize) -> bool {
        let (start, end) = self.test;
        (start..end).contains(&index)
    }

    /// The `///` lines directly before a place, without slashes, joined by newlines.
    fn doc(&self, start: u32) -> EcoString {
        let end = self.comments.partition_point(|comment| comment.span.start < start);
        let mut first = end;
        let mut next = start;
        while let Some(comment) = first.checked_sub(1).and_then(|i| self.comments.get(i)) {
            let between = self.slice(Span::new(comment.span.end, next));
            // An alternative may have its `|` before it.
            let bar = if first == end { between.trim_end().strip_suffix('|') } else { None };
            let between = bar.unwrap_or(between);
            if !comment.doc || !between.bytes().all(|byte| byte.is_ascii_whitespace()) {
                break;
            }
            next = comment.span.start;
            first -= 1;
        }
        let mut doc = EcoString::new();
        for (i, comment) in self.comments.get(first..end).unwrap_or_default().iter().enumerate() {
            if i > 0 {
                doc.push('\n');
            }
            let line = self.slice(comment.span);
            let line = line.strip_prefix("///").unwrap_or(line).trim_end();
            doc.push_str(line.strip_prefix(' ').unwrap_or(line));
        }
        doc
    }
}

/// Where the tokens that a rule took stand.
fn span(at: &mut At<'_>) -> Span {
    let tokens = at.span();
    at.state().cover(tokens)
}

/// The documentation before what a rule took.
fn doc(at: &mut At<'_>) -> EcoString {
    let start = span(at).start;
    at.state().doc(start)
}

/// A name: any word that has no meaning of its own everywhere.
fn name() -> impl Parser<'static, Input, Name, Extra> + Clone {
    custom(|inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        let context = &inp.state().0;
        match context.kind(index) {
            Some(kind) if kind == Kind::Name || kind.is_soft_word() => {
                let span = context.token(index);
                let name = Name { text: context.slice(span).into(), span };
                inp.skip();
                Ok(name)
            }
            _ => Err(Trouble::expected(index, Kind::Name)),
        }
    })
}

/// A name that must stand here. Where it is missing, it is empty.
fn required_name() -> impl Parser<'static, Input, Name, Extra> + Clone {
    let missing = empty().map_with(|(), at| Name { text: EcoString::new(), span: span(at) });
    name().recover_with(via_parser(missing))
}

/// A word that means something in some places only, and is a name in all others.
fn word(word: &'static str) -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(move |inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        if inp.state().is(index, word) {
            inp.skip();
            Ok(())
        } else {
            Err(Trouble::new(index, What::Word))
        }
    })
}

/// A line end between the parts of one item, if the next line begins with one of these.
fn line_break(before: &'static [Kind]) -> impl Parser<'static, Input, (), Extra> + Clone {
    line_break_if(move |context, next| {
        context.kind(next).is_some_and(|next| before.contains(&next))
    })
}

/// A line end between the parts of one item or statement, if the tokens from the next line on are as asked.
fn line_break_if(
    goes_on: impl Fn(&Context, usize) -> bool + Clone + 'static,
) -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(move |inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        let context = &inp.state().0;
        if context.kind(index) == Some(Kind::Newline) && goes_on(context, index + 1) {
            inp.skip();
        }
        Ok(())
    })
}

fn item(at: &mut At<'_>, kind: super::tree::ItemKind) -> Item {
    Item { span: span(at), doc: doc(at), kind }
}

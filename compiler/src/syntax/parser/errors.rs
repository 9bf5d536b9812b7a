//! What goes wrong in the grammar.

use chumsky::DefaultExpected;
use chumsky::error::{Error, LabelError};
use chumsky::prelude::*;
use chumsky::util::MaybeRef;

use super::{Context, Input, message};
use crate::diagnostics::Diagnostic;
use crate::source::FileId;
use crate::syntax::token::Kind;

/// What was expected where something else was found: small, for most of them are thrown away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trouble {
    /// The index of the token.
    pub(super) at: usize,
    /// Tokens that would have done, a bit each.
    kinds: u128,
    /// Rules that would have done, a bit each.
    whats: u32,
}

/// A rule, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// An expression.
    Value,
    Name,
    Entry,
    Item,
    Body,
    Parameters,
    ActionClause,
    Closer,
    EntryEnd,
    StatementEnd,
    ItemEnd,
    /// A setting of a flow.
    Setting,
    /// How a stand-in answers.
    Answer,
    /// A `for` that gives a value without `parallel`.
    SequentialValue,
    /// `with { … }` of a `run` that stands in no test.
    TestOnly,
    /// `by` of `dedupe by`.
    By,
    /// `times` of `called 3 times`.
    Times,
    /// `name = value` among arguments.
    NamedByEquals,
    /// `string[]`
    ListBehind,
    /// `name?: string`
    QuestionBefore,
    /// `..` of `backoff 1s..5m`.
    Longest,
    /// A word that may be left out, of which nothing is said.
    Word,
}

impl Trouble {
    /// A rule was expected at the token of that index.
    pub(super) fn new(at: usize, what: What) -> Trouble {
        Trouble { at, kinds: 0, whats: 1 << what as u16 }
    }

    /// A token was expected at the one of that index.
    pub(super) fn expected(at: usize, kind: Kind) -> Trouble {
        Trouble { at, kinds: 1 << kind as u32, whats: 0 }
    }

    /// Whether that rule would have done.
    pub(super) fn has(&self, what: What) -> bool {
        self.whats & (1 << what as u16) != 0
    }

    /// Whether that token would have done.
    pub(super) fn wants(&self, kind: Kind) -> bool {
        self.kinds & (1 << kind as u32) != 0
    }
}

impl Error<'static, Input> for Trouble {
    fn merge(self, other: Self) -> Self {
        match self.at.cmp(&other.at) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal => Trouble {
                at: self.at,
                kinds: self.kinds | other.kinds,
                whats: self.whats | other.whats,
            },
        }
    }
}

impl LabelError<'static, Input, DefaultExpected<'static, Kind>> for Trouble {
    fn expected_found<E: IntoIterator<Item = DefaultExpected<'static, Kind>>>(
        expected: E,
        _: Option<MaybeRef<'static, Kind>>,
        span: SimpleSpan,
    ) -> Self {
        let mut kinds = 0;
        for expected in expected {
            if let DefaultExpected::Token(kind) = expected {
                kinds |= 1 << *kind as u32;
            }
        }
        Trouble { at: span.start, kinds, whats: 0 }
    }
}

/// Makes diagnostics of what went wrong, one for each line at most: what follows a mistake on its line is
/// often made of it. Where a closer was put in, the bracket was reported, and nothing more is said.
pub(super) fn report(
    file: FileId,
    context: &Context,
    mut troubles: Vec<Trouble>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    troubles.sort_by_key(|trouble| trouble.at);
    let mut known: Vec<u32> = diagnostics.iter().map(|known| known.primary.at.span.start).collect();
    known.sort_unstable();
    let mut known = known.into_iter().peekable();
    let mut last: Option<u32> = None;
    for trouble in troubles {
        let place = context.token(trouble.at);
        if context.kind(trouble.at).is_some_and(Kind::is_closer) && place.start == place.end {
            continue;
        }
        let start = message::place(context, trouble.at).start;
        while let Some(known) = known.next_if(|known| *known <= start) {
            last = Some(known);
        }
        let same_line = last.is_some_and(|last| {
            !context.slice(crate::source::Span::new(last, start)).contains('\n')
        });
        last = Some(start);
        if !same_line {
            diagnostics.push(message::diagnostic(file, context, &trouble));
        }
    }
}

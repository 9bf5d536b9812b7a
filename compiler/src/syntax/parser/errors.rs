//! What goes wrong in the grammar, and the words for it.

use chumsky::DefaultExpected;
use chumsky::error::{Error, LabelError};
use chumsky::prelude::*;
use chumsky::util::MaybeRef;

use super::{Context, Input};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Location};
use crate::syntax::token::Kind;

/// What was expected where something else was found: small, for most of them are thrown away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trouble {
    /// The index of the token.
    at: usize,
    /// Tokens that would have done, a bit each.
    kinds: u128,
    /// Rules that would have done, a bit each.
    whats: u16,
}

/// A rule, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Value,
    Name,
    Type,
    Entry,
    Item,
    Body,
    Parameters,
    ActionClause,
    Closer,
    EntryEnd,
    StatementEnd,
    ItemEnd,
}

impl Trouble {
    pub(super) fn new(at: usize, what: What) -> Trouble {
        Trouble { at, kinds: 0, whats: 1 << what as u16 }
    }

    pub(super) fn expected(at: usize, kind: Kind) -> Trouble {
        Trouble { at, kinds: 1 << kind as u32, whats: 0 }
    }

    fn has(&self, what: What) -> bool {
        self.whats & (1 << what as u16) != 0
    }

    fn wants(&self, kind: Kind) -> bool {
        self.kinds & (1 << kind as u32) != 0
    }
}

impl<'s> Error<'s, Input<'s>> for Trouble {
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

impl<'s> LabelError<'s, Input<'s>, DefaultExpected<'s, Kind>> for Trouble {
    fn expected_found<E: IntoIterator<Item = DefaultExpected<'s, Kind>>>(
        expected: E,
        _: Option<MaybeRef<'s, Kind>>,
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
/// often made of it.
pub(super) fn report(
    file: FileId,
    context: &Context<'_>,
    troubles: Vec<Trouble>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for trouble in troubles {
        let span = context.token(trouble.at);
        let is_virtual =
            context.kind(trouble.at).is_some_and(Kind::is_closer) && span.start == span.end;
        if is_virtual {
            continue;
        }
        let at = Location { file, span };
        let _ = (trouble.has(What::Value), trouble.wants(Kind::Name));
        diagnostics.push(Diagnostic::error(Code::E0004, at, "Something else was expected here"));
    }
}

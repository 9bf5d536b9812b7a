//! What the grammar does where the text is broken: look ahead, skip, and leave holes.

use chumsky::input::InputRef;
use chumsky::prelude::*;

use super::errors::{Trouble, What};
use super::{Context, Extra, Input, Rule};
use crate::syntax::token::Kind;
use crate::syntax::tree::{Expr, ExprKind, TypeExpr, TypeKind};

/// Takes nothing, and holds where the tokens that follow are as asked. The function gets the tokens and the
/// index of the next.
pub(super) fn ahead(
    what: What,
    test: impl Fn(&Context, usize) -> bool + Clone + 'static,
) -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(move |inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        if test(&inp.state().0, index) { Ok(()) } else { Err(Trouble::new(index, what)) }
    })
}

/// Holds where an entry, a statement or a line ends.
fn end_of(what: What) -> impl Parser<'static, Input, (), Extra> + Clone {
    ahead(what, move |context, index| match context.kind(index) {
        None | Some(Kind::Newline) => true,
        Some(Kind::Semicolon) => what == What::StatementEnd,
        Some(Kind::Comma) => what == What::EntryEnd,
        Some(Kind::Scope | Kind::Effect | Kind::Native | Kind::BraceOpen) => {
            what == What::ActionClause
        }
        Some(kind) => kind.is_closer(),
    })
}

/// Holds where another entry, statement or value may begin. Repeated rules need it: a hole takes nothing, and
/// without this one could follow another for ever.
pub(super) fn more() -> impl Parser<'static, Input, (), Extra> + Clone {
    ahead(What::Value, |context, index| match context.kind(index) {
        None | Some(Kind::Newline | Kind::Comma | Kind::Semicolon) => false,
        Some(kind) => !kind.is_closer(),
    })
}

/// Skips what does not belong here, up to the end of the statement or entry, brackets as a whole. Fails where
/// that would be less than `least` tokens.
pub(super) fn junk(what: What, least: usize) -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(move |inp: &mut InputRef<'static, '_, Input, Extra>| {
        let start = *inp.cursor().inner();
        let mut depth = 0_u32;
        while let Some(kind) = inp.peek() {
            let ends = match kind {
                Kind::Newline => true,
                Kind::Semicolon => what == What::StatementEnd,
                Kind::Comma => what == What::EntryEnd,
                kind => kind.is_closer(),
            };
            if depth == 0 && ends {
                break;
            }
            if kind.closer().is_some() {
                depth += 1;
            } else if kind.is_closer() {
                depth -= 1;
            }
            inp.skip();
        }
        let end = *inp.cursor().inner();
        if end - start >= least { Ok(()) } else { Err(Trouble::new(start, what)) }
    })
}

/// What may follow an entry or a statement: its end, or junk, which is reported and skipped.
pub(super) fn tail(what: What) -> impl Parser<'static, Input, (), Extra> + Clone {
    end_of(what).recover_with(via_parser(junk(what, 0)))
}

/// Entries between brackets, separated by commas or line ends. What cannot be read is skipped, and reported.
pub(super) fn entries<O: 'static>(
    entry: impl Parser<'static, Input, O, Extra> + 'static,
) -> Rule<Vec<O>> {
    let entry = more()
        .ignore_then(entry)
        .map(Some)
        .recover_with(via_parser(junk(What::EntryEnd, 1).map(|()| None)))
        .then_ignore(tail(What::EntryEnd))
        .then_ignore(commas(true));
    commas(false)
        .ignore_then(entry.repeated().collect::<Vec<_>>())
        .map(|entries| entries.into_iter().flatten().collect())
        .boxed()
}

/// Line ends with at most one comma among them; none where nothing stands before it.
fn commas(after_entry: bool) -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(move |inp: &mut InputRef<'static, '_, Input, Extra>| {
        let mut allowed = after_entry;
        while let Some(kind) = inp.peek() {
            match kind {
                Kind::Newline => {}
                Kind::Comma if allowed => allowed = false,
                Kind::Comma => {
                    let index = *inp.cursor().inner();
                    inp.emit(Trouble::new(index, What::Entry));
                }
                _ => break,
            }
            inp.skip();
        }
        Ok(())
    })
}

/// Line ends and semicolons.
pub(super) fn separators() -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(|inp: &mut InputRef<'static, '_, Input, Extra>| {
        while let Some(Kind::Newline | Kind::Semicolon) = inp.peek() {
            inp.skip();
        }
        Ok(())
    })
}

/// An expression that must stand here, or a hole.
pub(super) fn required(expr: impl Parser<'static, Input, Expr, Extra> + 'static) -> Rule<Expr> {
    expr.recover_with(via_parser(hole())).boxed()
}

/// A missing expression, which takes nothing.
pub(super) fn hole() -> impl Parser<'static, Input, Expr, Extra> + Clone {
    empty().map_with(|(), at| Expr { span: super::span(at), kind: ExprKind::Missing })
}

/// A type that must stand here, or a hole.
pub(super) fn required_type(
    ty: impl Parser<'static, Input, TypeExpr, Extra> + 'static,
) -> Rule<TypeExpr> {
    let missing =
        empty().map_with(|(), at| TypeExpr { span: super::span(at), kind: TypeKind::Missing });
    ty.recover_with(via_parser(missing)).boxed()
}

/// The operand that is missing after an operator. Elsewhere it fails, so that an expression which may be left
/// out can be.
pub(super) fn missing_operand() -> impl Parser<'static, Input, Expr, Extra> + Clone {
    custom(|inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        let context = &inp.state().0;
        let before = index.checked_sub(1).and_then(|before| context.kind(before));
        let trouble = Trouble::new(index, What::Value);
        let needs =
            before.is_some_and(|kind| (kind.is_infix() && kind != Kind::As) || kind == Kind::Not);
        if !needs {
            return Err(trouble);
        }
        let span = context.token(index - 1).after();
        inp.emit(trouble);
        Ok(Expr { span, kind: ExprKind::Missing })
    })
}

/// What must stand here and is missing, which is reported.
pub(super) fn missing(what: What) -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(move |inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        inp.emit(Trouble::new(index, what));
        Ok(())
    })
}

/// Holds where the tokens are as asked, though they are a mistake, which is reported.
pub(super) fn refused(
    what: What,
    test: impl Fn(&Context, usize) -> bool + Clone + 'static,
) -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(move |inp: &mut InputRef<'static, '_, Input, Extra>| {
        let index = *inp.cursor().inner();
        if !test(&inp.state().0, index) {
            return Err(Trouble::new(index, What::Word));
        }
        inp.emit(Trouble::new(index, what));
        Ok(())
    })
}

/// Up to the closer: entries where only one may stand, which are reported.
pub(super) fn rest_of_brackets() -> impl Parser<'static, Input, (), Extra> + Clone {
    let closer =
        ahead(What::Closer, |context, index| context.kind(index).is_none_or(Kind::is_closer));
    let skipped = any()
        .filter(|kind: &Kind| matches!(kind, Kind::Comma | Kind::Newline))
        .then(junk(What::EntryEnd, 0))
        .repeated()
        .at_least(1)
        .ignored();
    closer.recover_with(via_parser(skipped))
}

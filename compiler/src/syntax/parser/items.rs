//! Items: what a file holds.

use chumsky::input::InputRef;
use chumsky::prelude::*;

use super::errors::{Trouble, What};
use super::expressions::{Rules, plain_text, rules};
use super::recovery::{ahead, required, required_type, separators};
use super::statements::required_block;
use super::types::{fields, literal_variant, parameters, result};
use super::{Context, Extra, Input, Rule, doc, line_break, name, required_name, span, word};
use crate::syntax::token::Kind;
use crate::syntax::tree::{
    ConstItem, FunctionItem, Item, ItemKind, TypeDefinition, TypeExpr, TypeItem, TypeKind, UseItem,
    UseSource, VariantItem, VariantKind,
};

/// All items of a file.
pub(super) fn file() -> Rule<Vec<Item>> {
    let rules = rules();
    let kind = choice((
        super::flows::flow(&rules),
        type_item(&rules),
        function(&rules),
        constant(&rules),
        use_item(),
        super::testing::test(&rules),
        super::pieces::action(&rules),
        super::pieces::trigger(&rules),
        super::pieces::declaration(&rules),
        just(Kind::Cut).to(ItemKind::Broken).boxed(),
    ));
    let item = kind
        .recover_with(via_parser(skipped_item().to(ItemKind::Broken)))
        .map_with(|kind, at| super::item(at, kind))
        .then_ignore(item_end())
        .then_ignore(separators());
    separators()
        .ignore_then(item.repeated().collect::<Vec<_>>())
        .then_ignore(any().repeated())
        .boxed()
}

/// Whether an item may begin at a token.
fn begins_item(context: &Context, index: usize) -> bool {
    use Kind::*;
    let next = context.kind(index + 1);
    match context.kind(index) {
        Some(On | Type | Fn | Const | Cut) => true,
        Some(Action | Trigger | Piece | Connection) => next.is_some_and(Kind::is_word),
        Some(Kind::Default) => next == Some(Action),
        Some(Base | Docs) => next == Some(TextOpen),
        Some(Limits) => next == Some(Int),
        Some(Errors) => next == Some(BraceOpen),
        Some(word) if word.is_word() && next == Some(Colon) => context.kind(index + 2) == Some(On),
        Some(Name) => match next {
            Some(TextOpen) => matches!(context.word(index), "use" | "test"),
            Some(next) => next.is_word() && context.word(index) == "use",
            Option::None => false,
        },
        _ => false,
    }
}

/// Skips at least one token, up to the next line that an item begins on.
fn skipped_item() -> impl Parser<'static, Input, (), Extra> + Clone {
    custom(|inp: &mut InputRef<'static, '_, Input, Extra>| {
        let start = *inp.cursor().inner();
        skip_to_item(inp);
        if *inp.cursor().inner() > start { Ok(()) } else { Err(Trouble::new(start, What::Item)) }
    })
}

fn skip_to_item(inp: &mut InputRef<'static, '_, Input, Extra>) {
    let mut depth = 0_u32;
    while let Some(kind) = inp.peek() {
        let index = *inp.cursor().inner();
        if kind == Kind::Newline && depth == 0 && begins_item(&inp.state().0, index + 1) {
            return;
        }
        if kind.closer().is_some() {
            depth += 1;
        } else if kind.is_closer() {
            depth = depth.saturating_sub(1);
        }
        inp.skip();
    }
}

/// The line's end, or what does not belong there, which is reported and skipped.
fn item_end() -> impl Parser<'static, Input, (), Extra> + Clone {
    let end = ahead(What::ItemEnd, |context, index| {
        matches!(context.kind(index), None | Some(Kind::Newline | Kind::Semicolon))
            || begins_item(context, index)
    });
    end.recover_with(via_parser(skipped_item()))
}

// Types, functions and constants.

/// `type Name { … }`, `type Name = …`
fn type_item(rules: &Rules) -> Rule<ItemKind> {
    let record = fields(rules.expr.clone(), rules.ty.clone()).map(TypeDefinition::Record);
    let definition = just(Kind::Equal).ignore_then(definition(rules));
    let missing = empty().map_with(|(), at| {
        TypeDefinition::Alias(TypeExpr { span: span(at), kind: TypeKind::Missing })
    });
    just(Kind::Type)
        .ignore_then(required_name())
        .then(record.boxed().or(definition.boxed()).recover_with(via_parser(missing)))
        .map(|(name, definition)| ItemKind::Type(TypeItem { name, definition }))
        .boxed()
}

/// Right of `=`: a choice where an alternative is a text or has fields or where there are several; else an
/// alias.
fn definition(rules: &Rules) -> Rule<TypeDefinition> {
    let tagged = name().then(fields(rules.expr.clone(), rules.ty.clone()).or_not()).map_with(
        |(name, fields), at| VariantItem {
            span: span(at),
            doc: doc(at),
            kind: VariantKind::Tagged { name, fields: fields.unwrap_or_default() },
        },
    );
    let is_choice = ahead(What::Value, |context, index| match context.kind(index) {
        Some(Kind::Pipe | Kind::TextOpen) => true,
        Some(Kind::Name) => {
            matches!(context.kind(index + 1), Some(Kind::Pipe | Kind::BraceOpen))
        }
        _ => false,
    });
    let choice = is_choice
        .ignore_then(just(Kind::Pipe).or_not())
        .ignore_then(
            literal_variant()
                .or(tagged.boxed())
                .separated_by(just(Kind::Pipe))
                .at_least(1)
                .collect(),
        )
        .map(TypeDefinition::Choice);
    choice.boxed().or(required_type(rules.ty.clone()).map(TypeDefinition::Alias)).boxed()
}

/// `fn name(…) -> T { … }`
fn function(rules: &Rules) -> Rule<ItemKind> {
    let parameters = parameters(rules.expr.clone(), rules.ty.clone())
        .recover_with(via_parser(empty().to(Vec::new())));
    just(Kind::Fn)
        .ignore_then(required_name())
        .then(parameters)
        .then(result(rules.ty.clone()))
        .then(line_break(&[Kind::BraceOpen]).ignore_then(required_block(rules.block.clone())))
        .map(|(((name, parameters), result), body)| {
            ItemKind::Function(FunctionItem { name, parameters, result, body })
        })
        .boxed()
}

/// `const NAME = …`
fn constant(rules: &Rules) -> Rule<ItemKind> {
    let ty = just(Kind::Colon).ignore_then(required_type(rules.ty.clone()));
    just(Kind::Const)
        .ignore_then(required_name())
        .then(ty.or_not())
        .then(required(just(Kind::Equal).ignore_then(required(rules.expr.clone()))))
        .map(|((name, ty), value)| ItemKind::Const(ConstItem { name, ty, value }))
        .boxed()
}

/// `use "./crm.flow"`, `use hubspot as emea with connection "hubspot-emea"`
fn use_item() -> Rule<ItemKind> {
    let ahead = ahead(What::Item, |context, index| {
        let next = context.kind(index + 1);
        context.is(index, "use")
            && next.is_some_and(|next| next == Kind::TextOpen || next.is_word())
    });
    let source = plain_text()
        .map(|(path, span)| UseSource::File(path, span))
        .or(name().map(UseSource::Piece));
    let alias = just(Kind::As).ignore_then(required_name());
    let connection = word("with").ignore_then(just(Kind::Connection)).ignore_then(plain_text());
    ahead
        .ignore_then(word("use"))
        .ignore_then(source)
        .then(alias.or_not())
        .then(connection.or_not())
        .map(|((source, alias), connection)| ItemKind::Use(UseItem { source, alias, connection }))
        .boxed()
}

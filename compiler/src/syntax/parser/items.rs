//! Items: what a file holds.

use chumsky::input::InputRef;
use chumsky::prelude::*;

use super::errors::{Trouble, What};
use super::expressions::{Rules, arguments, rules};
use super::recovery::{ahead, required, required_type, separators};
use super::statements::required_block;
use super::types::{fields, literal_variant, parameters, result};
use super::{Context, Extra, Input, Rule, doc, line_break, name, required_name, span};
use crate::syntax::token::Kind;
use crate::syntax::tree::{
    Argument, Block, ConstItem, Deadline, Flow, FunctionItem, Item, ItemKind, Name, Parameter,
    TypeDefinition, TypeExpr, TypeItem, TypeKind, VariantItem, VariantKind,
};

/// All items of a file.
pub(super) fn file<'s>() -> Rule<'s, Vec<Item>> {
    let rules = rules();
    let kind = choice((
        flow(&rules),
        type_item(&rules),
        function(&rules),
        constant(&rules),
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
fn begins_item(context: &Context<'_>, index: usize) -> bool {
    use Kind::*;
    let next = context.kind(index + 1);
    match context.kind(index) {
        Some(On | Type | Fn | Const | Cut) => true,
        Some(Action | Trigger | Piece | Connection) => next.is_some_and(Kind::is_word),
        Some(Kind::Default) => next == Some(Action),
        Some(Base | Docs) => next == Some(TextOpen),
        Some(Limits) => next == Some(Int),
        Some(Errors) => next == Some(BraceOpen),
        Some(Name) => next == Some(Colon) && context.kind(index + 2) == Some(On),
        _ => false,
    }
}

/// Skips at least one token, up to the next line that an item begins on.
fn skipped_item<'s>() -> impl Parser<'s, Input<'s>, (), Extra<'s>> + Clone {
    custom(|inp: &mut InputRef<'s, '_, Input<'s>, Extra<'s>>| {
        let start = *inp.cursor().inner();
        skip_to_item(inp);
        if *inp.cursor().inner() > start { Ok(()) } else { Err(Trouble::new(start, What::Item)) }
    })
}

fn skip_to_item<'s>(inp: &mut InputRef<'s, '_, Input<'s>, Extra<'s>>) {
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
fn item_end<'s>() -> impl Parser<'s, Input<'s>, (), Extra<'s>> + Clone {
    let end = ahead(What::ItemEnd, |context, index| {
        matches!(context.kind(index), None | Some(Kind::Newline | Kind::Semicolon))
            || begins_item(context, index)
    });
    end.recover_with(via_parser(skipped_item()))
}

// Flows.

/// `[label:] on trigger(…) [as name] [-> T] [within D else E] < … >`
fn flow<'s>(rules: &Rules<'s>) -> Rule<'s, ItemKind> {
    let label_ahead = ahead(What::Item, |context, index| {
        context.kind(index + 1) == Some(Kind::Colon) && context.kind(index + 2) == Some(Kind::On)
    });
    let label = label_ahead.ignore_then(name()).then_ignore(just(Kind::Colon));
    let binding = line_break(&[Kind::As]).ignore_then(just(Kind::As)).ignore_then(required_name());
    let fallback = line_break(&[Kind::Else])
        .ignore_then(just(Kind::Else))
        .ignore_then(required(rules.expr.clone()));
    let deadline = line_break(&[Kind::Within])
        .ignore_then(just(Kind::Within))
        .ignore_then(required(rules.expr.clone()))
        .then(fallback.or_not())
        .map(|(duration, fallback)| Deadline { duration, fallback });
    let header = label
        .or_not()
        .then_ignore(just(Kind::On))
        .then(trigger(rules))
        .then(binding.or_not())
        .then(result(rules.ty.clone()))
        .then(deadline.or_not())
        .map_with(|header, at| (header, span(at)));
    header
        .then_ignore(rest_of_header())
        .then(body(rules))
        .map(|((((((label, on), binding), result), deadline), header), body)| {
            let On { trigger, tool, arguments, parameters } = on;
            ItemKind::Flow(Flow {
                label,
                trigger,
                tool,
                arguments,
                parameters,
                binding,
                result,
                deadline,
                settings: Vec::new(),
                header,
                body,
            })
        })
        .boxed()
}

/// What a flow starts on.
struct On {
    trigger: Vec<Name>,
    tool: Option<Name>,
    arguments: Vec<Argument>,
    parameters: Vec<Parameter>,
}

/// `webhook("/path")`, `manual(p: T)`, `function_call name(p: T)`
fn trigger<'s>(rules: &Rules<'s>) -> Rule<'s, On> {
    let path = required_name()
        .then(just(Kind::Dot).ignore_then(required_name()).repeated().collect::<Vec<_>>())
        .map(|(first, mut rest)| {
            rest.insert(0, first);
            rest
        });
    let takes_parameters = ahead(What::Parameters, |context, index| {
        let mut index = index;
        while context.kind(index + 1) == Some(Kind::Dot) {
            index += 2;
        }
        matches!(context.word(index), "manual" | "function_call")
    });
    let with_parameters = takes_parameters
        .ignore_then(path.clone())
        .then(name().or_not())
        .then(parameters(rules.expr.clone(), rules.ty.clone()).or_not())
        .map(|((trigger, tool), parameters)| On {
            trigger,
            tool,
            arguments: Vec::new(),
            parameters: parameters.unwrap_or_default(),
        });
    let with_arguments =
        path.then(arguments(rules.expr.clone()).or_not()).map(|(trigger, arguments)| On {
            trigger,
            tool: None,
            arguments: arguments.unwrap_or_default(),
            parameters: Vec::new(),
        });
    with_parameters.boxed().or(with_arguments.boxed()).boxed()
}

/// What does not belong into a header is reported and skipped, up to the body.
fn rest_of_header<'s>() -> impl Parser<'s, Input<'s>, (), Extra<'s>> + Clone {
    let at_body = ahead(What::Body, |context, index| context.kind(index) == Some(Kind::BodyOpen));
    let skipped = custom(|inp: &mut InputRef<'s, '_, Input<'s>, Extra<'s>>| {
        let mut depth = 0_u32;
        while let Some(kind) = inp.peek() {
            if depth == 0 && matches!(kind, Kind::BodyOpen | Kind::Newline) {
                break;
            }
            if kind.closer().is_some() {
                depth += 1;
            } else if kind.is_closer() {
                depth = depth.saturating_sub(1);
            }
            inp.skip();
        }
        Ok(())
    });
    at_body.recover_with(via_parser(skipped))
}

fn body<'s>(rules: &Rules<'s>) -> Rule<'s, Block> {
    let body = rules
        .statements
        .clone()
        .delimited_by(just(Kind::BodyOpen), just(Kind::BodyClose))
        .map_with(|statements, at| Block { span: span(at), statements });
    // That the body is missing was reported with the header.
    let missing = empty().map_with(|(), at| Block { span: span(at), statements: Vec::new() });
    body.or(missing).boxed()
}

// Types, functions and constants.

/// `type Name { … }`, `type Name = …`
fn type_item<'s>(rules: &Rules<'s>) -> Rule<'s, ItemKind> {
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
fn definition<'s>(rules: &Rules<'s>) -> Rule<'s, TypeDefinition> {
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
fn function<'s>(rules: &Rules<'s>) -> Rule<'s, ItemKind> {
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
fn constant<'s>(rules: &Rules<'s>) -> Rule<'s, ItemKind> {
    let ty = just(Kind::Colon).ignore_then(required_type(rules.ty.clone()));
    just(Kind::Const)
        .ignore_then(required_name())
        .then(ty.or_not())
        .then(required(just(Kind::Equal).ignore_then(required(rules.expr.clone()))))
        .map(|((name, ty), value)| ItemKind::Const(ConstItem { name, ty, value }))
        .boxed()
}

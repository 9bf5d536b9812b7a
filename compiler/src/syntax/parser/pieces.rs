//! The items of a piece's file.

use chumsky::prelude::*;

use super::errors::What;
use super::expressions::{Rules, plain_text};
use super::recovery::{entries, more, required, tail};
use super::types::{field, named_ahead, parameters, result};
use super::{Rule, line_break, name, required_name};
use crate::source::Span;
use crate::syntax::token::Kind;
use crate::syntax::tree::{
    ActionItem, Block, ConnectionEntry, ConnectionItem, ErrorRule, ItemKind, Name, TriggerItem,
};

/// `piece name`, `base "…"`, `docs "…"`, `limits 100 per 10s`
pub(super) fn declaration(rules: &Rules) -> Rule<ItemKind> {
    let value = required(rules.expr.clone());
    let limits = value
        .clone()
        .then_ignore(just(Kind::Per).ignored().recover_with(via_parser(empty())))
        .then(value.clone())
        .map(|(requests, per)| ItemKind::Limits { requests, per });
    choice((
        just(Kind::Piece).ignore_then(required_name()).map(ItemKind::Piece).boxed(),
        just(Kind::Base).ignore_then(value.clone()).map(ItemKind::Base).boxed(),
        just(Kind::Docs).ignore_then(value).map(ItemKind::Docs).boxed(),
        just(Kind::Limits).ignore_then(limits).boxed(),
        errors(rules),
        connection(rules),
    ))
    .boxed()
}

/// `errors { 401, 403 => auth }`
fn errors(rules: &Rules) -> Rule<ItemKind> {
    let statuses =
        rules.expr.clone().separated_by(just(Kind::Comma)).at_least(1).collect::<Vec<_>>();
    let kind = just(Kind::FatArrow).ignored().recover_with(via_parser(empty()));
    let rule = statuses
        .then_ignore(kind)
        .then(required_name())
        .map(|(statuses, kind)| ErrorRule { statuses, kind });
    just(Kind::Errors)
        .ignore_then(entries(rule).delimited_by(just(Kind::BraceOpen), just(Kind::BraceClose)))
        .map(ItemKind::Errors)
        .boxed()
}

/// `connection KIND [NAME] { … }`
fn connection(rules: &Rules) -> Rule<ItemKind> {
    let setting = named_ahead()
        .ignore_then(field(rules.expr.clone(), rules.ty.clone()))
        .map(|field| ConnectionEntry::Setting(Box::new(field)));
    let directive = name()
        .then(more().ignore_then(rules.expr.clone()).repeated().collect())
        .map(|(word, values)| ConnectionEntry::Directive { word, values });
    let entries = entries(setting.boxed().or(directive.boxed()))
        .delimited_by(just(Kind::BraceOpen), just(Kind::BraceClose))
        .recover_with(via_parser(empty().to(Vec::new())));
    just(Kind::Connection)
        .ignore_then(required_name())
        .then(name().or_not())
        .then(entries)
        .map(|((kind, name), entries)| ItemKind::Connection(ConnectionItem { kind, name, entries }))
        .boxed()
}

/// What stands between an action's result and its body.
enum Clause {
    Scope((ecow::EcoString, Span)),
    Effect(Name),
}

/// `[default] action name(…) -> T clauses { … }`
pub(super) fn action(rules: &Rules) -> Rule<ItemKind> {
    let scope = just(Kind::Scope).ignore_then(plain_text()).map(Clause::Scope);
    let effect = just(Kind::Effect).ignore_then(required_name()).map(Clause::Effect);
    let clauses = line_break(&[Kind::Scope, Kind::Effect])
        .ignore_then(scope.or(effect))
        .repeated()
        .collect::<Vec<_>>();
    let body = line_break(&[Kind::Native, Kind::BraceOpen])
        .ignore_then(just(Kind::Native).to(None).or(rules.block.clone().map(Some)));
    let missing =
        empty().map_with(|(), at| Some(Block { span: super::span(at), statements: Vec::new() }));
    let parameters = parameters(rules.expr.clone(), rules.ty.clone())
        .recover_with(via_parser(empty().to(Vec::new())));
    just(Kind::Default)
        .or_not()
        .then_ignore(just(Kind::Action))
        .then(required_name())
        .then(parameters)
        .then(result(rules.ty.clone()))
        .then_ignore(tail(What::ActionClause))
        .then(clauses)
        .then(body.recover_with(via_parser(missing)))
        .map(|(((((default, name), parameters), result), clauses), body)| {
            let mut item = ActionItem {
                is_default: default.is_some(),
                name,
                parameters,
                result,
                scopes: Vec::new(),
                effect: None,
                body,
            };
            for clause in clauses {
                match clause {
                    Clause::Scope(scope) => item.scopes.push(scope),
                    Clause::Effect(effect) => item.effect = Some(effect),
                }
            }
            ItemKind::Action(item)
        })
        .boxed()
}

/// `trigger name(…) -> T sample { … }`
pub(super) fn trigger(rules: &Rules) -> Rule<ItemKind> {
    let sample = line_break(&[Kind::Sample])
        .ignore_then(just(Kind::Sample))
        .ignore_then(required(rules.expr.clone()));
    let parameters = parameters(rules.expr.clone(), rules.ty.clone())
        .recover_with(via_parser(empty().to(Vec::new())));
    just(Kind::Trigger)
        .ignore_then(required_name())
        .then(parameters)
        .then(result(rules.ty.clone()))
        .then(sample.or_not())
        .map(|(((name, parameters), event), sample)| {
            ItemKind::Trigger(TriggerItem { name, parameters, event, sample })
        })
        .boxed()
}

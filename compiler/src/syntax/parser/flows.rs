//! Flows: the header, and the body between `<` and `>`.

use chumsky::input::InputRef;
use chumsky::prelude::*;

use super::calls::arguments;
use super::errors::What;
use super::expressions::Rules;
use super::recovery::{ahead, entries, missing, required};
use super::types::{parameter, result};
use super::{Extra, Input, Rule, line_break, line_break_if, name, required_name, span, word};
use crate::syntax::token::Kind;
use crate::syntax::tree::{
    Argument, Block, Deadline, Flow, FlowSetting, FlowSettingKind, ItemKind, Name, Parameter,
};

/// `[label:] on trigger(…) [as name] [-> T] [within D else E] [with …] < … >`
pub(super) fn flow(rules: &Rules) -> Rule<ItemKind> {
    let label_ahead = ahead(What::Item, |context, index| {
        context.kind(index + 1) == Some(Kind::Colon) && context.kind(index + 2) == Some(Kind::On)
    });
    let label = label_ahead.ignore_then(name()).then_ignore(just(Kind::Colon));
    let binding = line_break(&[Kind::As]).ignore_then(just(Kind::As)).ignore_then(required_name());
    let header = label
        .or_not()
        .then_ignore(just(Kind::On))
        .then(trigger(rules))
        .then(binding.or_not())
        .then(result(rules.ty.clone()))
        .then(deadline(rules).or_not())
        .then(settings(rules).or_not())
        .map_with(|header, at| (header, span(at)));
    header
        .then_ignore(rest_of_header())
        .then(body(rules))
        .map(|(((((((label, on), binding), result), deadline), settings), header), body)| {
            let On { trigger, tool, arguments, parameters } = on;
            ItemKind::Flow(Box::new(Flow {
                label,
                trigger,
                tool,
                arguments,
                parameters,
                binding,
                result,
                deadline,
                settings: settings.unwrap_or_default(),
                header,
                body,
            }))
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

/// `webhook("/path")`, `manual(p: T)`, `function_call name(p: T, agent: "x")`
fn trigger(rules: &Rules) -> Rule<On> {
    let path = required_name()
        .then(just(Kind::Dot).ignore_then(required_name()).repeated().collect::<Vec<_>>())
        .map(|(first, mut rest)| {
            rest.insert(0, first);
            rest
        });
    let takes_parameters = |wanted: &'static str| {
        ahead(What::Parameters, move |context, index| {
            let mut index = index;
            while context.kind(index + 1) == Some(Kind::Dot) {
                index += 2;
            }
            context.word(index) == wanted
        })
    };
    let manual = takes_parameters("manual")
        .ignore_then(path.clone())
        .then(parameters_and_filters(rules, false).or_not())
        .map(|(trigger, taken)| {
            let (parameters, arguments) = taken.unwrap_or_default();
            On { trigger, tool: None, arguments, parameters }
        });
    let function_call = takes_parameters("function_call")
        .ignore_then(path.clone())
        .then(name().or_not())
        .then(parameters_and_filters(rules, true).or_not())
        .map(|((trigger, tool), taken)| {
            let (parameters, arguments) = taken.unwrap_or_default();
            On { trigger, tool, arguments, parameters }
        });
    let with_arguments = path.then(arguments(rules.expr.clone(), rules.ty.clone()).or_not()).map(
        |(trigger, arguments)| On {
            trigger,
            tool: None,
            arguments: arguments.unwrap_or_default(),
            parameters: Vec::new(),
        },
    );
    choice((manual.boxed(), function_call.boxed(), with_arguments.boxed())).boxed()
}

/// `(p: T, agent: "x")`: parameters, and among those of a `function_call` the filters `agent` and `direction`,
/// each with a plain text behind it where a parameter has a type.
fn parameters_and_filters(rules: &Rules, filters: bool) -> Rule<(Vec<Parameter>, Vec<Argument>)> {
    enum Taken {
        Parameter(Box<Parameter>),
        Filter(Argument),
    }
    let filter_ahead = ahead(What::Name, move |context, index| {
        filters
            && matches!(context.word(index), "agent" | "direction")
            && context.kind(index + 1) == Some(Kind::Colon)
            && context.kind(index + 2) == Some(Kind::TextOpen)
            && context.kind(after_text(&context.kinds, index + 2)) != Some(Kind::Pipe)
    });
    let filter = filter_ahead
        .ignore_then(name())
        .then_ignore(just(Kind::Colon))
        .then(required(rules.expr.clone()))
        .map(|(name, value)| Taken::Filter(Argument { name: Some(name), value }));
    let parameter = parameter(rules.expr.clone(), rules.ty.clone())
        .map(|parameter| Taken::Parameter(Box::new(parameter)));
    entries(filter.boxed().or(parameter.boxed()))
        .delimited_by(just(Kind::ParenOpen), just(Kind::ParenClose))
        .map(|taken| {
            let mut parameters = Vec::new();
            let mut arguments = Vec::new();
            for taken in taken {
                match taken {
                    Taken::Parameter(parameter) => parameters.push(*parameter),
                    Taken::Filter(filter) => arguments.push(filter),
                }
            }
            (parameters, arguments)
        })
        .boxed()
}

/// The index behind the text that opens at `open`, which has no holes where it is a filter's.
fn after_text(kinds: &[Kind], open: usize) -> usize {
    let rest = kinds.get(open..).unwrap_or_default();
    open + 1 + rest.iter().take_while(|kind| **kind != Kind::TextClose).count()
}

/// `within 2s else allow()`
fn deadline(rules: &Rules) -> Rule<Deadline> {
    let fallback = line_break(&[Kind::Else])
        .ignore_then(just(Kind::Else))
        .ignore_then(required(rules.expr.clone()));
    line_break(&[Kind::Within])
        .ignore_then(just(Kind::Within))
        .ignore_then(required(rules.expr.clone()))
        .then(fallback.or_not())
        .map(|(duration, fallback)| Deadline { duration, fallback })
        .boxed()
}

/// `with concurrency 5 per customer, dedupe by id for 7d, timeout 1h`
fn settings(rules: &Rules) -> Rule<Vec<FlowSetting>> {
    let value = required(rules.expr.clone());
    let concurrency = word("concurrency")
        .ignore_then(value.clone())
        .then(just(Kind::Per).ignore_then(value.clone()).or_not())
        .map(|(limit, per)| FlowSettingKind::Concurrency { limit, per });
    let by = word("by").or(missing(What::By));
    let dedupe = word("dedupe")
        .ignore_then(by)
        .ignore_then(value.clone())
        .then(just(Kind::For).ignore_then(value.clone()).or_not())
        .map(|(by, window)| FlowSettingKind::Dedupe { by, window });
    let timeout = word("timeout").ignore_then(value).map(FlowSettingKind::Timeout);
    let known = ahead(What::Setting, |context, index| {
        matches!(context.word(index), "concurrency" | "dedupe" | "timeout")
    });
    let setting = known
        .ignore_then(choice((concurrency.boxed(), dedupe.boxed(), timeout.boxed())))
        .map_with(|kind, at| FlowSetting { span: span(at), kind });
    line_break_if(|context, next| context.is(next, "with"))
        .ignore_then(word("with"))
        .ignore_then(setting.separated_by(just(Kind::Comma)).at_least(1).collect())
        .boxed()
}

/// What does not belong into a header is reported and skipped, up to the body.
fn rest_of_header() -> impl Parser<'static, Input, (), Extra> + Clone {
    let at_body = ahead(What::Body, |context, index| context.kind(index) == Some(Kind::BodyOpen));
    let skipped = custom(|inp: &mut InputRef<'static, '_, Input, Extra>| {
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

fn body(rules: &Rules) -> Rule<Block> {
    let body = rules
        .statements
        .clone()
        .delimited_by(just(Kind::BodyOpen), just(Kind::BodyClose))
        .map_with(|statements, at| Block { span: span(at), statements });
    // That the body is missing was reported with the header.
    let missing = empty().map_with(|(), at| Block { span: span(at), statements: Vec::new() });
    body.or(missing).boxed()
}

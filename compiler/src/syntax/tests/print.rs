//! Prints a tree compactly, a line for each item and statement.

use crate::syntax::tree::*;

/// All items.
pub(crate) fn file(file: &File) -> String {
    let mut out = String::new();
    for item in &file.items {
        if !item.doc.is_empty() {
            out.push_str(&format!("doc {:?}\n", item.doc.as_str()));
        }
        out.push_str(&item_kind(&item.kind));
        out.push('\n');
    }
    out
}

fn item_kind(kind: &ItemKind) -> String {
    match kind {
        ItemKind::Flow(flow) => {
            let label = flow.label.as_ref().map_or(String::new(), |l| format!("{}: ", l.text));
            let trigger: Vec<_> = flow.trigger.iter().map(|name| name.text.as_str()).collect();
            let tool = flow.tool.as_ref().map_or(String::new(), |tool| format!(" {}", tool.text));
            let binding =
                flow.binding.as_ref().map_or(String::new(), |b| format!(" as {}", b.text));
            let result = flow.result.as_ref().map_or(String::new(), |t| format!(" -> {}", ty(t)));
            let deadline = flow.deadline.as_ref().map_or(String::new(), |deadline| {
                let fallback = deadline.fallback.as_ref().map_or(String::new(), expr);
                format!(" within {} else {fallback}", expr(&deadline.duration))
            });
            let settings: String =
                flow.settings.iter().map(|it| format!(" with {}", setting(it))).collect();
            let between =
                if flow.arguments.is_empty() || flow.parameters.is_empty() { "" } else { "; " };
            format!(
                "flow {label}{}{tool}({}{between}{}){binding}{result}{deadline}{settings}\n{}",
                trigger.join("."),
                arguments(&flow.arguments),
                parameters(&flow.parameters),
                block(&flow.body, 1)
            )
        }
        ItemKind::Type(TypeItem { name, definition }) => {
            let definition = match definition {
                TypeDefinition::Record(list) => format!("{{{}}}", fields(list)),
                TypeDefinition::Choice(list) => variants(list),
                TypeDefinition::Alias(alias) => format!("alias {}", ty(alias)),
            };
            format!("type {} {definition}", name.text)
        }
        ItemKind::Function(f) => {
            let result = f.result.as_ref().map_or(String::new(), |t| format!(" -> {}", ty(t)));
            let parameters = parameters(&f.parameters);
            format!("fn {}({parameters}){result}\n{}", f.name.text, block(&f.body, 1))
        }
        ItemKind::Const(c) => {
            let ty = c.ty.as_ref().map_or(String::new(), |t| format!(": {}", ty(t)));
            format!("const {}{ty} = {}", c.name.text, expr(&c.value))
        }
        ItemKind::Piece(name) => format!("piece {}", name.text),
        ItemKind::Base(value) => format!("base {}", expr(value)),
        ItemKind::Docs(value) => format!("docs {}", expr(value)),
        ItemKind::Connection(c) => {
            let name = c.name.as_ref().map_or(String::new(), |name| format!(" {}", name.text));
            let entries: Vec<String> = c.entries.iter().map(connection_entry).collect();
            format!("connection {}{name} {{{}}}", c.kind.text, entries.join("; "))
        }
        ItemKind::Limits { requests, per } => {
            format!("limits {} per {}", expr(requests), expr(per))
        }
        ItemKind::Errors(rules) => {
            let rule =
                |rule: &ErrorRule| format!("{} => {}", exprs(&rule.statuses), rule.kind.text);
            format!("errors {}", rules.iter().map(rule).collect::<Vec<_>>().join("; "))
        }
        ItemKind::Action(a) => {
            let default = if a.is_default { "default " } else { "" };
            let result = a.result.as_ref().map_or(String::new(), |t| format!(" -> {}", ty(t)));
            let scopes: String =
                a.scopes.iter().map(|(scope, _)| format!(" scope {scope}")).collect();
            let effect = a.effect.as_ref().map_or(String::new(), |e| format!(" effect {}", e.text));
            let body =
                a.body.as_ref().map_or(" native".to_owned(), |b| format!("\n{}", block(b, 1)));
            let parameters = parameters(&a.parameters);
            format!("{default}action {}({parameters}){result}{scopes}{effect}{body}", a.name.text)
        }
        ItemKind::Trigger(t) => {
            let event = t.event.as_ref().map_or(String::new(), |t| format!(" -> {}", ty(t)));
            let sample =
                t.sample.as_ref().map_or(String::new(), |s| format!(" sample {}", expr(s)));
            format!("trigger {}({}){event}{sample}", t.name.text, parameters(&t.parameters))
        }
        ItemKind::Use(item) => {
            let source = match &item.source {
                UseSource::File(path, _) => format!("{path:?}"),
                UseSource::Piece(name) => name.text.to_string(),
            };
            let alias = item.alias.as_ref().map_or(String::new(), |a| format!(" as {}", a.text));
            let connection = item.connection.as_ref().map_or("", |(name, _)| name.as_str());
            format!("use {source}{alias} {connection:?}")
        }
        ItemKind::Test(test) => format!("test {:?}\n{}", test.name.0, block(&test.body, 1)),
        ItemKind::Broken => "broken".to_owned(),
    }
}

fn setting(setting: &FlowSetting) -> String {
    let or_none = |e: &Option<Expr>| e.as_ref().map_or("-".to_owned(), expr);
    match &setting.kind {
        FlowSettingKind::Concurrency { limit, per } => {
            format!("concurrency {} per {}", expr(limit), or_none(per))
        }
        FlowSettingKind::Dedupe { by, window } => {
            format!("dedupe by {} for {}", expr(by), or_none(window))
        }
        FlowSettingKind::Timeout(limit) => format!("timeout {}", expr(limit)),
    }
}

fn connection_entry(entry: &ConnectionEntry) -> String {
    match entry {
        ConnectionEntry::Setting(setting) => field(setting),
        ConnectionEntry::Directive { word, values } => format!("{} {}", word.text, exprs(values)),
    }
}

fn fields(list: &[Field]) -> String {
    list.iter().map(field).collect::<Vec<_>>().join(", ")
}

fn field(field: &Field) -> String {
    let doc = doc(&field.doc);
    let nullable = if field.nullable { " nullable" } else { "" };
    let default = field.default.as_ref().map_or(String::new(), |e| format!(" = {}", expr(e)));
    let wire = field.wire.as_ref().map_or(String::new(), |(w, _)| format!(" wire {w:?}"));
    let sample = field.sample.as_ref().map_or(String::new(), |e| format!(" sample {}", expr(e)));
    format!("{doc}{}: {}{nullable}{default}{wire}{sample}", field.name.text, ty(&field.ty))
}

fn doc(doc: &str) -> String {
    if doc.is_empty() { String::new() } else { format!("/{doc}/ ") }
}

fn parameters(list: &[Parameter]) -> String {
    let parameter = |p: &Parameter| {
        let marker = if p.is_type { "type " } else { "" };
        let default = p.default.as_ref().map_or(String::new(), |e| format!(" = {}", expr(e)));
        let default_type =
            p.default_type.as_ref().map_or(String::new(), |t| format!(" = {}", ty(t)));
        format!("{}{}: {marker}{}{default}{default_type}", doc(&p.doc), p.name.text, ty(&p.ty))
    };
    list.iter().map(parameter).collect::<Vec<_>>().join(", ")
}

fn variants(list: &[VariantItem]) -> String {
    let variant = |variant: &VariantItem| {
        let text = match &variant.kind {
            VariantKind::Literal(text) => format!("{text:?}"),
            VariantKind::Tagged { name, fields: list } => {
                format!("{}{{{}}}", name.text, fields(list))
            }
        };
        format!("{}{text}", doc(&variant.doc))
    };
    list.iter().map(variant).collect::<Vec<_>>().join(" | ")
}

fn ty(t: &TypeExpr) -> String {
    match &t.kind {
        TypeKind::Missing => "<missing>".to_owned(),
        TypeKind::Name(names) => {
            names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
        }
        TypeKind::Optional(inner) => format!("{}?", ty(inner)),
        TypeKind::List(inner) => format!("[{}]", ty(inner)),
        TypeKind::Map(key, value) => format!("[{}: {}]", ty(key), ty(value)),
        TypeKind::Record(list) => format!("{{{}}}", fields(list)),
        TypeKind::Choice(list) => variants(list),
    }
}

fn block(block: &Block, depth: usize) -> String {
    let line = |s: &Stmt| format!("{}{}", "  ".repeat(depth), statement(s, depth));
    block.statements.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn braces(inner: &Block, depth: usize) -> String {
    if inner.statements.is_empty() {
        return "{}".to_owned();
    }
    format!("{{\n{}\n{}}}", block(inner, depth + 1), "  ".repeat(depth))
}

fn statement(statement: &Stmt, depth: usize) -> String {
    match &statement.kind {
        StmtKind::Bind { var, name, ty: annotation, value } => {
            let var = if *var { "var " } else { "" };
            let annotation = annotation.as_ref().map_or(String::new(), |t| format!(": {}", ty(t)));
            format!("{var}{}{annotation} = {}", name.text, expr_at(value, depth))
        }
        StmtKind::Assign { target, operator, value } => {
            let operator = operator.map_or("", BinaryOp::symbol);
            format!("assign {} {operator}= {}", expr(target), expr_at(value, depth))
        }
        StmtKind::Expr(value) => expr_at(value, depth),
        StmtKind::For { name, iterable, body } => {
            format!("for {} in {} {}", name.text, expr(iterable), braces(body, depth))
        }
        StmtKind::While { condition, body } => {
            format!("while {} {}", expr(condition), braces(body, depth))
        }
        StmtKind::Break => "break".to_owned(),
        StmtKind::Continue => "continue".to_owned(),
        StmtKind::Wait(value) => format!("wait {}", expr(value)),
        StmtKind::WaitUntil(value) => format!("wait until {}", expr(value)),
        StmtKind::Try { body, error, handler } => {
            let error = error.as_ref().map_or("", |name| name.text.as_str());
            format!("try {} catch {error} {}", braces(body, depth), braces(handler, depth))
        }
        StmtKind::Return(value) => {
            format!(
                "return {}",
                value.as_ref().map_or(String::new(), |value| expr_at(value, depth))
            )
        }
        StmtKind::Stop => "stop".to_owned(),
        StmtKind::Parallel(branches) => format!("parallel {}", braces(branches, depth)),
        StmtKind::First(branches) => format!("first {}", braces(branches, depth)),
        StmtKind::Block(branch) => format!("block {}", braces(branch, depth)),
        StmtKind::Given(given) => {
            let answers: Vec<String> = given.answers.iter().map(answer).collect();
            format!(
                "given {}{} {}",
                expr(&given.action),
                with(&given.arguments),
                answers.join(" then ")
            )
        }
        StmtKind::Advance(by) => format!("advance {}", expr(by)),
        StmtKind::Crash => "crash".to_owned(),
        StmtKind::Expect(expectation) => format!("expect {}", expected(expectation)),
        StmtKind::Broken => "<broken>".to_owned(),
    }
}

fn answer(answer: &Answer) -> String {
    let said = match &answer.kind {
        AnswerKind::Returns(value) => format!("returns {}", expr(value)),
        AnswerKind::Fails { kind, message } => {
            let message = message.as_ref().map_or(String::new(), expr);
            format!("fails {} {message}", kind.text)
        }
    };
    let after = answer.after.as_ref().map_or(String::new(), |e| format!(" after {}", expr(e)));
    format!("[{said}{after}]")
}

fn expected(expectation: &Expectation) -> String {
    match expectation {
        Expectation::Called { callee, started, times, arguments } => {
            let said = if *started { "started" } else { "called" };
            let times = match times {
                Times::AtLeastOnce => "at least once".to_owned(),
                Times::Never => "never".to_owned(),
                Times::Once => "once".to_owned(),
                Times::Exactly(times) => format!("{} times", expr(times)),
            };
            format!("[{} {said} {times}{}]", expr(callee), with(arguments))
        }
        Expectation::Succeeded => "[succeeded]".to_owned(),
        Expectation::Failed(message) => format!("[failed{}]", with(message)),
        Expectation::Waiting => "[waiting]".to_owned(),
        Expectation::Logged(text) => format!("[logged {}]", expr(text)),
        Expectation::Holds(condition) => expr(condition),
    }
}

fn with(value: &Option<Expr>) -> String {
    value.as_ref().map_or(String::new(), |value| format!(" with {}", expr(value)))
}

fn exprs(list: &[Expr]) -> String {
    list.iter().map(expr).collect::<Vec<_>>().join(" ")
}

fn expr(e: &Expr) -> String {
    expr_at(e, 0)
}

fn expr_at(e: &Expr, depth: usize) -> String {
    let expr = |e: &Expr| expr_at(e, depth);
    match &e.kind {
        ExprKind::Missing => "<missing>".to_owned(),
        ExprKind::None => "none".to_owned(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Number(value) => value.to_string(),
        ExprKind::Duration(value) => format!("{value}ms"),
        ExprKind::Date(value) => format!("date({value})"),
        ExprKind::Time(value) => format!("time({value})"),
        ExprKind::Text(parts) => {
            let part = |part: &TextPart| match part {
                TextPart::Text(text) => format!("{text:?}"),
                TextPart::Expr(e) => format!("{{{}}}", expr(e)),
            };
            match parts.as_slice() {
                [] => "\"\"".to_owned(),
                [TextPart::Text(text)] => format!("{text:?}"),
                parts => format!("text({})", parts.iter().map(part).collect::<Vec<_>>().join(" ")),
            }
        }
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Field { base, optional, name } => {
            format!("{}{}{}", expr(base), if *optional { "?." } else { "." }, shown(name))
        }
        ExprKind::Index { base, index, .. } => format!("{}[{}]", expr(base), expr(index)),
        ExprKind::Call { callee, arguments: list, .. } => {
            format!("{}({})", expr(callee), arguments(list))
        }
        ExprKind::Unary { op: UnaryOp::Not, operand, .. } => format!("(not {})", expr(operand)),
        ExprKind::Unary { op: UnaryOp::Negate, operand, .. } => format!("(-{})", expr(operand)),
        ExprKind::Binary { op: operator, left, right, .. } => {
            format!("({} {} {})", expr(left), operator.symbol(), expr(right))
        }
        ExprKind::Range { from, to } => format!("({}..{})", expr(from), expr(to)),
        ExprKind::As { value, ty: target } => format!("({} as {})", expr(value), ty(target)),
        ExprKind::Catch { value, error, fallback } => {
            let error = error.as_ref().map_or(String::new(), |name| format!("{} => ", name.text));
            format!("({} catch {error}{})", expr(value), expr(fallback))
        }
        ExprKind::If { branches, otherwise } => {
            let branch = |(condition, body): &(Expr, Block)| {
                format!("if {} {}", expr(condition), braces(body, depth))
            };
            let branches = branches.iter().map(branch).collect::<Vec<_>>().join(" else ");
            let otherwise = otherwise
                .as_ref()
                .map_or(String::new(), |body| format!(" else {}", braces(body, depth)));
            format!("{branches}{otherwise}")
        }
        ExprKind::Match { subject, arms } => {
            let pad = "  ".repeat(depth + 1);
            let arm = |arm: &Arm| {
                let patterns: Vec<String> = arm.patterns.iter().map(pattern).collect();
                format!("\n{pad}{} => {}", patterns.join(", "), expr_at(&arm.body, depth + 1))
            };
            format!("match {}{}", expr(subject), arms.iter().map(arm).collect::<String>())
        }
        ExprKind::List(list) => {
            let element =
                |e: &Element| format!("{}{}", if e.spread { "..." } else { "" }, expr(&e.value));
            format!("[{}]", list.iter().map(element).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Record(list) => format!("{{{}}}", entries(list)),
        ExprKind::Tagged { owner, name, entries: list } => {
            let owner = owner.as_ref().map(|owner| format!("{}.", owner.text)).unwrap_or_default();
            format!("{owner}{}{{{}}}", name.text, entries(list))
        }
        ExprKind::Lambda { parameters, body } => {
            let parameters: Vec<&str> = parameters.iter().map(|name| name.text.as_str()).collect();
            format!("(\\{} => {})", parameters.join(" "), expr(body))
        }
        ExprKind::Block(inner) => braces(inner, depth),
        ExprKind::Paren(inner) => format!("paren({})", expr(inner)),
        ExprKind::Type(t) => format!("type({})", ty(t)),
        ExprKind::Clauses { call, clauses } => {
            let clauses: String = clauses.iter().map(|it| format!(" {}", clause(it))).collect();
            format!("[{}{clauses}]", expr(call))
        }
        ExprKind::ParallelFor { name, iterable, limit, body } => {
            let limit = limit.as_ref().map_or("all".to_owned(), |limit| expr(limit));
            let body = braces(body, depth);
            format!("for {} in {} parallel {limit} {body}", name.text, expr(iterable))
        }
        ExprKind::Launch { waits, flow, arguments: list, event, .. } => {
            let word = if *waits { "run" } else { "start" };
            let event = event.as_ref().map_or(String::new(), |e| format!(" with {}", expr(e)));
            format!("({word} {}({}){event})", expr(flow), arguments(list))
        }
    }
}

fn clause(clause: &Clause) -> String {
    match &clause.kind {
        ClauseKind::Retry { count, pause } => {
            let pause = match pause {
                None => String::new(),
                Some(Pause::Every(pause)) => format!(" every {}", expr(pause)),
                Some(Pause::Backoff { first, longest }) => {
                    format!(" backoff {} to {}", expr(first), expr(longest))
                }
            };
            format!("retry {}{pause}", expr(count))
        }
        ClauseKind::Within(limit) => format!("within {}", expr(limit)),
        ClauseKind::Once(key) => format!("once {}", expr(key)),
    }
}

fn entries(list: &[Entry]) -> String {
    let entry = |entry: &Entry| match entry {
        Entry::Field { name, shorthand: true, .. } => name.text.to_string(),
        Entry::Field { name, value, .. } => format!("{}: {}", name.text, expr(value)),
        Entry::Spread(value) => format!("...{}", expr(value)),
    };
    list.iter().map(entry).collect::<Vec<_>>().join(", ")
}

fn arguments(list: &[Argument]) -> String {
    let argument = |a: &Argument| match &a.name {
        Some(name) => format!("{}: {}", name.text, expr(&a.value)),
        None => expr(&a.value),
    };
    list.iter().map(argument).collect::<Vec<_>>().join(", ")
}

fn pattern(pattern: &Pattern) -> String {
    match &pattern.kind {
        PatternKind::Else => "else".to_owned(),
        PatternKind::Literal(value) => expr(value),
        PatternKind::Variant { name, fields: None } => name.text.to_string(),
        PatternKind::Variant { name, fields: Some(list) } => {
            let field = |(field, bound): &(Name, Name)| format!("{}: {}", field.text, bound.text);
            format!("{}{{{}}}", name.text, list.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        PatternKind::Bind(name) => format!("bind {}", name.text),
        PatternKind::Missing => "<missing>".to_owned(),
    }
}

fn shown(name: &Name) -> &str {
    if name.text.is_empty() { "<missing>" } else { &name.text }
}

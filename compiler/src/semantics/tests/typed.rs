//! The typed program: conversions stand where they happen, arguments are complete, uses are unwrapped.

use callflow_artifact::types::Types;
use insta::assert_snapshot;

use super::support::{check_text, lowered};
use crate::semantics::typed::{
    Block, Expr, ExprKind, Function, JsonPart, ListPart, MapPart, Pattern, Program, StmtKind,
};

/// Each body typed and printed; it is lowered too, to show that it is whole.
fn typed<const N: usize>(bodies: [&str; N]) -> String {
    bodies.map(one).join("--------------------\n")
}

fn one(body: &str) -> String {
    let text = format!(
        "on manual(text: string, n: int, maybe: string?, lead: Lead, data: json) <\n{body}\n>\n\
         type Lead {{ company: string, budget: decimal?, stage: Stage = \"new\" }}\n\
         type Stage = \"new\" | \"won\"\n\
         type Outcome = Won {{ amount: decimal }} | Open\n\
         fn twice(x: decimal, y: int = 2) -> decimal {{ return x * y }}"
    );
    lowered(&text);
    let program = check_text(&text).program;
    let flow = program.flows.first().unwrap();
    let function = &program.functions[flow.function.0 as usize];
    let printer = Printer { program: &program, function };
    let mut out = format!("{body}\n\n");
    printer.block(&function.body, 1, &mut out);
    out
}

#[test]
fn conversions_stand_where_they_happen() {
    assert_snapshot!(typed([
        "x: decimal? = n\ny: string = lead.stage\nz: json = n\nw: float = 1\nlog(\"{x ?? 0}{y}{z.to_text()}{w}\")",
        "log(\"{twice(n)} {twice(y: 3, x: 1.5)}\")",
        "x: [string: json] = { a: maybe ?? null, b: n }\nlog(x.keys().join())",
        "x: json = { a: maybe, ...lead, b: [n, text] }\nlog(x.to_text())",
        "x: [decimal] = [1, n, ...[2]]\nlog(\"{x.sum()}\")",
        "x: string? = lead.stage\ny: string? = if n > 1 { lead.stage } else { none }\nlog(\"{x ?? y ?? text}\")",
    ]));
}

#[test]
fn optionals_are_chained_and_unwrapped() {
    assert_snapshot!(typed([
        "if lead.budget != none and lead.budget > 5 { log(\"{lead.budget}\") }",
        "x = maybe?.trim().length()\nlog(\"{x ?? 0}\")",
        "log(maybe ?? fail(\"no\", kind: \"not_found\"))",
        "match maybe { none => log(\"a\"), \"x\" => log(\"b\"), value => log(value) }",
    ]));
}

#[test]
fn records_and_calls_are_complete() {
    assert_snapshot!(typed([
        "x: Lead = { company: text }\ny = { ...x, company: \"b\" }\nlog(\"{x.company}{y.company}\")",
        "x: Outcome = Won { amount: n }\nmatch x { Won { amount } => log(\"{amount}\"), Open => { stop } }",
        "x: Lead = crm.extract(text)\ny = crm(text) as [Lead]\nz = data as Lead\nlog(\"{x.company}{y.length()}{z.company}\")",
        "crm.create_deal(stage: \"won\", name: text, amount: lead.budget)",
        "x = [1, 2].map(i => i * 2.5).reduce(0.0, (a, b) => a + b)\nlog(\"{x}\")",
        "x = data[\"a\"] as string? catch error => error.message\nlog(x ?? text)",
    ]));
}

#[test]
fn control_flow_keeps_its_form() {
    assert_snapshot!(typed([
        "var sum = 0\nfor i in 1..n { sum += i }\nwhile sum > 10 { sum = sum - 1\nif sum == 5 { break } else if sum == 6 { continue } }\nlog(\"{sum}\")",
        "try { wait 5m\nwait until now() + 1h } catch error { fail(error) }",
        "x = n in 1..5\ny = text in [\"a\", \"b\"]\nlog(\"{x}{y}\")\nreturn",
    ]));
}

#[test]
fn effects_spread_to_callers() {
    let program = check_text(
        "fn a() -> int { return b() }\nfn b() -> int { return c() }\nfn c() -> int { log(\"x\")\nreturn 1 }\nfn d() -> int { return e() }\nfn e() -> int { return 1 }\nfn f() -> [int] { return [1].map(g) }\nfn g(x: int) -> int { wait 1s\nreturn x }",
    )
    .program;
    let effects: Vec<String> = program
        .functions
        .iter()
        .filter(|function| program.files[function.file.0 as usize].path == "test.flow")
        .map(|function| format!("{}: {}", function.name, function.effectful))
        .collect();
    assert_eq!(
        effects.join(", "),
        "a: true, b: true, c: true, d: false, e: false, f: true, g: true"
    );
}

/// Writes typed bodies: conversions in `<…>`, everything in prefix form.
struct Printer<'p> {
    program: &'p Program,
    function: &'p Function,
}

impl Printer<'_> {
    fn types(&self) -> &Types {
        &self.program.types
    }

    fn block(&self, block: &Block, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        for statement in &block.statements {
            out.push_str(&indent);
            match &statement.kind {
                StmtKind::Set { local, value } => {
                    let ty = self.types().display(self.function.locals[local.0 as usize].ty);
                    out.push_str(&format!("{}: {ty} = ", self.local(local.0)));
                    self.expr(value, depth, out);
                }
                StmtKind::Expr(value) => self.expr(value, depth, out),
                StmtKind::For { item, iterable, body } => {
                    out.push_str(&format!("for {} in ", self.local(item.0)));
                    self.expr(iterable, depth, out);
                    self.body(body, depth, out);
                }
                StmtKind::ForRange { item, from, to, body } => {
                    out.push_str(&format!("for {} from ", self.local(item.0)));
                    self.expr(from, depth, out);
                    out.push_str(" to ");
                    self.expr(to, depth, out);
                    self.body(body, depth, out);
                }
                StmtKind::While { condition, body } => {
                    out.push_str("while ");
                    self.expr(condition, depth, out);
                    self.body(body, depth, out);
                }
                StmtKind::Try { body, error, handler } => {
                    out.push_str("try");
                    self.body(body, depth, out);
                    out.push_str(&format!(" catch {}", self.local(error.0)));
                    self.body(handler, depth, out);
                }
                StmtKind::Return(value) => {
                    out.push_str("return ");
                    if let Some(value) = value {
                        self.expr(value, depth, out);
                    }
                }
                other => out.push_str(&format!("{other:?}").to_lowercase()),
            }
            out.push('\n');
        }
        if let Some(value) = &block.value {
            out.push_str(&indent);
            self.expr(value, depth, out);
            out.push('\n');
        }
    }

    fn body(&self, block: &Block, depth: usize, out: &mut String) {
        out.push_str(" {\n");
        self.block(block, depth + 1, out);
        out.push_str(&"  ".repeat(depth));
        out.push('}');
    }

    fn local(&self, index: u32) -> String {
        match self.function.locals[index as usize].name.as_str() {
            "" => format!("_{index}"),
            name => name.to_owned(),
        }
    }

    fn call<'e>(
        &self,
        name: &str,
        arguments: impl IntoIterator<Item = &'e Expr>,
        depth: usize,
        out: &mut String,
    ) {
        out.push_str(name);
        out.push('(');
        for (index, argument) in arguments.into_iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            self.expr(argument, depth, out);
        }
        out.push(')');
    }

    fn expr(&self, expr: &Expr, depth: usize, out: &mut String) {
        let ty = self.types().display(expr.ty);
        match &expr.kind {
            ExprKind::Constant(value) => out.push_str(&format!("{value:?}: {ty}")),
            ExprKind::Local(local) => out.push_str(&self.local(local.0)),
            ExprKind::Concat(parts) => self.call("concat", parts, depth, out),
            ExprKind::Format(inner) => self.call("<Format>", [&**inner], depth, out),
            ExprKind::Convert(conversion, inner) => {
                self.call(&format!("<{conversion:?}>"), [&**inner], depth, out);
            }
            ExprKind::Some(inner) => self.call("<Some>", [&**inner], depth, out),
            ExprKind::Unwrap(inner) => self.call("<Unwrap>", [&**inner], depth, out),
            ExprKind::Not(inner) => self.call("not", [&**inner], depth, out),
            ExprKind::Negate(_, inner) => self.call("negate", [&**inner], depth, out),
            ExprKind::Arithmetic(op, number, left, right) => {
                self.call(&format!("{op:?}{number:?}"), [&**left, right], depth, out);
            }
            ExprKind::Compare(op, left, right) => {
                self.call(&format!("{op:?}"), [&**left, right], depth, out);
            }
            ExprKind::Equal(left, right) => self.call("equal", [&**left, right], depth, out),
            ExprKind::And(left, right) => self.call("and", [&**left, right], depth, out),
            ExprKind::Or(left, right) => self.call("or", [&**left, right], depth, out),
            ExprKind::Coalesce(left, right) => self.call("coalesce", [&**left, right], depth, out),
            ExprKind::OptionalChain { base, local, then } => {
                let name = format!("chain {}", self.local(local.0));
                self.call(&name, [&**base, then], depth, out);
            }
            ExprKind::Let { local, value, body } => {
                self.call(&format!("let {}", self.local(local.0)), [&**value, body], depth, out);
            }
            ExprKind::Field(base, index) => {
                self.expr(base, depth, out);
                out.push_str(&format!(".{index}"));
            }
            ExprKind::JsonIndex(left, right)
            | ExprKind::MapIndex(left, right)
            | ExprKind::ListIndex(left, right) => self.call("index", [&**left, right], depth, out),
            ExprKind::Record(_, values) => self.call(&ty, values, depth, out),
            ExprKind::Tagged(_, index, inner) => {
                self.call(&format!("{ty}#{index}"), [&**inner], depth, out);
            }
            ExprKind::Payload(inner, index) => {
                self.call(&format!("payload#{index}"), [&**inner], depth, out);
            }
            ExprKind::List(parts) => {
                let parts = parts.iter().map(|part| match part {
                    ListPart::Item(item) | ListPart::Spread(item) => item,
                });
                self.call(&ty, parts, depth, out);
            }
            ExprKind::Map(parts) => {
                let parts = parts.iter().map(|part| match part {
                    MapPart::Entry(_, value) | MapPart::Spread(value) => value,
                });
                self.call(&ty, parts, depth, out);
            }
            ExprKind::JsonObject(parts) => {
                let parts = parts.iter().map(|part| match part {
                    JsonPart::Entry(_, value) | JsonPart::Spread(value) => value,
                });
                self.call("object", parts, depth, out);
            }
            ExprKind::Call { function, arguments, .. } => {
                let name = &self.program.functions[function.0 as usize].name;
                self.call(name, arguments, depth, out);
            }
            ExprKind::Action { action, types, arguments, .. } => {
                let action = &self.program.actions[action.0 as usize];
                let types: Vec<String> = types.iter().map(|ty| self.types().display(*ty)).collect();
                let name = format!("action {}<{}>", action.name, types.join(", "));
                self.call(&name, arguments, depth, out);
            }
            ExprKind::Builtin(builtin, arguments) => {
                self.call(&format!("{builtin:?}"), arguments, depth, out);
            }
            ExprKind::Loop { method, list, lambda } => {
                let names: Vec<String> =
                    lambda.parameters.iter().map(|local| self.local(local.0)).collect();
                let name = format!("{method:?} {}: {ty} ", names.join(" "));
                let initial = lambda.initial.as_deref();
                self.call(&name, [&**list, &*lambda.body].into_iter().chain(initial), depth, out);
            }
            ExprKind::Log(text, level) => self.call("log", [&**text, level], depth, out),
            ExprKind::Wait(inner) => self.call("wait", [&**inner], depth, out),
            ExprKind::WaitUntil(inner) => self.call("wait until", [&**inner], depth, out),
            ExprKind::Fail(message, kind) => {
                self.call("fail", [&**message].into_iter().chain(kind.as_deref()), depth, out);
            }
            ExprKind::Raise(inner) => self.call("raise", [&**inner], depth, out),
            ExprKind::Decode(inner) => self.call(&format!("decode {ty} "), [&**inner], depth, out),
            ExprKind::If(condition, then, otherwise) => {
                out.push_str("if ");
                self.expr(condition, depth, out);
                self.body(then, depth, out);
                out.push_str(" else");
                self.body(otherwise, depth, out);
            }
            ExprKind::Match(whole) => {
                out.push_str(&format!("match {} = ", self.local(whole.local.0)));
                self.expr(&whole.subject, depth, out);
                for arm in &whole.arms {
                    let tests: Vec<String> = arm.patterns.iter().map(test).collect();
                    out.push_str(&format!("\n{}| {} ", "  ".repeat(depth), tests.join(", ")));
                    for (local, value) in &arm.bindings {
                        out.push_str(&format!("{} = ", self.local(local.0)));
                        self.expr(value, depth, out);
                    }
                    self.body(&arm.body, depth, out);
                }
            }
            ExprKind::Catch { value, error, fallback } => {
                let name = format!("catch {}", self.local(error.0));
                self.call(&name, [&**value, fallback], depth, out);
            }
            ExprKind::Block(block) => self.body(block, depth, out),
            other => out.push_str(&format!("{other:?}")),
        }
    }
}

fn test(test: &Pattern) -> String {
    match test {
        Pattern::Equals(value) => format!("{value:?}"),
        other => format!("{other:?}"),
    }
}

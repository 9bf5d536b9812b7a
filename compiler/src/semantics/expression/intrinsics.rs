//! The functions of the language itself: `now`, `today`, `uuid`, `random`, `fail`, `log`, `json_schema`, `env`,
//! `secret`.

use std::rc::Rc;

use callflow_artifact::Constant;
use callflow_artifact::piece::Parameter;
use callflow_artifact::types::TypeId;
use ecow::EcoString;

use crate::semantics::body::{Body, Kind, broken};
use crate::semantics::report;
use crate::semantics::signature::Signature;
use crate::semantics::typed::{Ambient, Expr, ExprKind};
use crate::source::Span;
use crate::syntax::tree::Argument;

use super::calls::{CallSite, Given};

impl<'t> Body<'_, 't> {
    /// A call of one of them.
    pub(super) fn intrinsic(&mut self, name: &'t str, call: CallSite<'t>) -> Expr {
        if let Kind::Constant(purpose) = self.kind
            && name != "secret"
        {
            self.discard(call.arguments);
            let at = self.at(call.callee);
            self.report(report::calls::function_in_constant(at, name, purpose));
            return broken(call.span);
        }
        // An action is repeated as a whole, and what it learnt the first time would be forgotten.
        if self.kind == Kind::Piece && !matches!(name, "fail" | "json_schema") {
            self.discard(call.arguments);
            let at = self.at(call.callee);
            self.report(report::control::not_in_piece(at, name));
            return broken(call.span);
        }
        match name {
            "fail" => self.fail(call),
            "log" => self.log(call),
            "json_schema" => self.schema(call),
            "env" => self.environment(call),
            "secret" => self.secret(call),
            _ => self.ambient(name, call),
        }
    }

    fn ambient(&mut self, name: &'t str, call: CallSite<'t>) -> Expr {
        let (ambient, ty) = match name {
            "now" => (Ambient::Now, TypeId::TIME),
            "today" => (Ambient::Today, TypeId::DATE),
            "uuid" => (Ambient::Uuid, TypeId::STRING),
            _ => (Ambient::Random, TypeId::FLOAT),
        };
        self.effectful = true;
        let signature = signature(name, []);
        self.arguments(&signature, call, None);
        Expr { ty, span: call.span, kind: ExprKind::Ambient(ambient) }
    }

    /// `fail("why")`, `fail("why", kind: "not_found")`, or `fail(error)` to fail again.
    fn fail(&mut self, call: CallSite<'t>) -> Expr {
        let span = call.span;
        let never = |kind| Expr { ty: TypeId::NEVER, span, kind };
        let error = self.checker.prelude_type("Error");
        if let [Argument { name: None, value }] = call.arguments {
            let value = self.expr(value, Some(TypeId::STRING));
            if value.ty == error && error != TypeId::UNKNOWN {
                return never(ExprKind::Raise(Box::new(value)));
            }
            let message = self.fit(value, TypeId::STRING, super::Reason::NONE);
            return never(ExprKind::Fail(Box::new(message), None));
        }
        let kinds = self.checker.prelude_type("ErrorKind");
        let kind = self.checker.optional(kinds);
        let signature = signature(
            "fail",
            [("message", TypeId::STRING, None), ("kind", kind, Some(Constant::None))],
        );
        let given = self.arguments(&signature, call, None);
        let Some(Given { arguments, .. }) = given else { return broken(span) };
        let mut arguments = arguments.into_iter();
        let (Some(message), kind) = (arguments.next(), arguments.next()) else {
            return broken(span);
        };
        // The kind was fitted to an optional one; here it is there or not known at all.
        let kind = kind.and_then(|kind| match kind.kind {
            ExprKind::Some(inner) => Some(inner),
            ExprKind::Constant(Constant::None) => None,
            _ => Some(Box::new(kind)),
        });
        let kind = match kind {
            Some(kind) if kind.ty == self.checker.types.optional(kinds) => {
                Some(Box::new(self.fit(*kind, kinds, super::Reason::NONE)))
            }
            kind => kind,
        };
        never(ExprKind::Fail(Box::new(message), kind))
    }

    fn log(&mut self, call: CallSite<'t>) -> Expr {
        let span = call.span;
        self.effectful = true;
        let levels = ["debug", "info", "warn", "error"].map(EcoString::from).to_vec();
        let level = self.checker.literal_choice(levels);
        let signature = signature(
            "log",
            [("text", TypeId::STRING, None), ("level", level, Some(Constant::Text("info".into())))],
        );
        let given = self.arguments(&signature, call, None);
        let Some(Given { arguments, .. }) = given else { return broken(span) };
        let mut arguments = arguments.into_iter();
        let (Some(text), Some(level)) = (arguments.next(), arguments.next()) else {
            return broken(span);
        };
        let level = self.fit(level, TypeId::STRING, super::Reason::NONE);
        let kind = ExprKind::Log(Box::new(text), Box::new(level));
        Expr { ty: TypeId::NONE, span, kind }
    }

    fn schema(&mut self, call: CallSite<'t>) -> Expr {
        let CallSite { arguments, callee, parens, span } = call;
        let [Argument { name: None, value }] = arguments else {
            let at = self.at(Span::new(callee.start, parens.end));
            self.report(report::calls::one_type(at));
            return broken(span);
        };
        let ty = self.type_argument(value);
        self.read_type(ty, value.span);
        Expr { ty: TypeId::JSON, span, kind: ExprKind::Schema(ty) }
    }
}

fn signature<const N: usize>(
    name: &str,
    parameters: [(&str, TypeId, Option<Constant>); N],
) -> Rc<Signature> {
    let parameter = |(name, ty, default): (&str, TypeId, Option<Constant>)| Parameter {
        name: name.into(),
        ty,
        default,
        doc: EcoString::new(),
    };
    let parameters = parameters.into_iter().map(parameter).collect();
    Rc::new(Signature { name: name.into(), parameters, ..Signature::default() })
}

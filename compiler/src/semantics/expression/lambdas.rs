//! Lambdas, which stand only as arguments of list methods.

use std::rc::Rc;

use callflow_artifact::types::TypeId;

use crate::semantics::body::{Body, broken};
use crate::semantics::fits::Reason;
use crate::semantics::names::ValueNameKind;
use crate::semantics::report;
use crate::semantics::signature::Signature;
use crate::semantics::typed::{Expr, ExprKind, LocalId};
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind as Tree};

use super::Hint;

impl<'t> Body<'_, 't> {
    /// The lambda that a list method is given, or the function whose name stands for one.
    pub(super) fn lambda_argument(
        &mut self,
        argument: &'t tree::Expr,
        takes: &[TypeId],
        hint: Hint,
        method: &str,
    ) -> Option<(Vec<LocalId>, Expr)> {
        match &argument.kind {
            Tree::Lambda { parameters, body } => {
                if parameters.len() != takes.len() {
                    let at = self.at(argument.span);
                    let unknown = vec![TypeId::UNKNOWN; parameters.len()];
                    self.lambda(parameters, body, &unknown, None);
                    let (wanted, found) = (takes.len(), parameters.len());
                    self.report(report::calls::lambda_parameters(at, method, wanted, found));
                    return None;
                }
                Some(self.lambda(parameters, body, takes, hint))
            }
            Tree::Paren(inner) => self.lambda_argument(inner, takes, hint, method),
            Tree::Name(name) => match self.find_value(name).map(|value| value.kind) {
                Some(ValueNameKind::Function(id)) if !self.names.contains_key(name.as_str()) => {
                    let signature = self.checker.function_signature(id)?;
                    self.note_call(id, argument.span);
                    self.function_as_lambda(id, &signature, argument.span, takes, method)
                }
                _ => self.no_lambda(argument, takes, method),
            },
            _ => self.no_lambda(argument, takes, method),
        }
    }

    fn no_lambda(
        &mut self,
        argument: &'t tree::Expr,
        takes: &[TypeId],
        method: &str,
    ) -> Option<(Vec<LocalId>, Expr)> {
        let found = self.expr(argument, None);
        if found.ty != TypeId::UNKNOWN {
            let (at, name) = (self.at(argument.span), self.name(found.ty));
            self.report(report::calls::no_lambda(at, method, &name, takes.len()));
        }
        None
    }

    fn function_as_lambda(
        &mut self,
        id: callflow_artifact::bytecode::FunctionId,
        signature: &Rc<Signature>,
        span: Span,
        takes: &[TypeId],
        method: &str,
    ) -> Option<(Vec<LocalId>, Expr)> {
        let required = signature.parameters.iter().filter(|p| p.default.is_none()).count();
        if signature.is_generic()
            || signature.parameters.len() < takes.len()
            || required > takes.len()
        {
            let at = self.at(span);
            let (wanted, found) = (takes.len(), signature.parameters.len());
            self.report(report::calls::lambda_parameters(at, method, wanted, found));
            return None;
        }
        let mut parameters = Vec::with_capacity(takes.len());
        let mut arguments = Vec::with_capacity(signature.parameters.len());
        for (index, parameter) in signature.parameters.iter().enumerate() {
            arguments.push(match (takes.get(index), &parameter.default) {
                (Some(&ty), _) => {
                    let local = self.hidden_local(ty, span);
                    parameters.push(local);
                    let reason = Reason::at(signature.place(index), "the parameter stands here");
                    let value = self.read(local, span);
                    self.fit(value, parameter.ty, reason)
                }
                (None, Some(default)) => {
                    crate::semantics::body::constant(default.clone(), parameter.ty, span)
                }
                (None, None) => broken(span),
            });
        }
        let kind = ExprKind::Call { function: id, types: Vec::new(), arguments };
        Some((parameters, Expr { ty: signature.result, span, kind }))
    }

    /// Checks a lambda whose parameters are of known types.
    pub(super) fn lambda(
        &mut self,
        parameters: &'t [tree::Name],
        body: &'t tree::Expr,
        takes: &[TypeId],
        hint: Hint,
    ) -> (Vec<LocalId>, Expr) {
        let mark = self.enter();
        let before = self.reachable;
        let loops = std::mem::take(&mut self.loops);
        self.lambdas += 1;
        self.uncertain += 1;
        let mut locals = Vec::with_capacity(parameters.len());
        for (name, &ty) in parameters.iter().zip(takes) {
            locals.push(self.bind(name, ty, false));
        }
        let body = self.expr(body, hint);
        self.uncertain -= 1;
        self.lambdas -= 1;
        self.loops = loops;
        self.reachable = before;
        self.leave(mark);
        (locals, body)
    }

    /// A lambda where none can stand.
    pub(super) fn stray_lambda(
        &mut self,
        parameters: &'t [tree::Name],
        body: &'t tree::Expr,
        span: Span,
    ) -> Expr {
        let unknown = vec![TypeId::UNKNOWN; parameters.len()];
        self.lambda(parameters, body, &unknown, None);
        let at = self.at(span);
        self.report(report::calls::stray_lambda(at));
        broken(span)
    }
}

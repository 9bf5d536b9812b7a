//! Type parameters: what `T` is in one call.

use callflow_artifact::types::{Type, TypeId, Types};

use crate::semantics::body::Body;
use crate::semantics::report;
use crate::semantics::signature::Signature;
use crate::semantics::types::TypeScope;
use crate::source::Span;
use crate::syntax::tree;

use super::Hint;

impl<'t> Body<'_, 't> {
    /// The types for a call's type parameters: what is given by name, else what the expected type says, else
    /// the default. None where one cannot be told.
    pub(super) fn type_arguments(
        &mut self,
        signature: &Signature,
        given: &[Option<&'t tree::Expr>],
        callee: Span,
        hint: Hint,
    ) -> Option<Vec<TypeId>> {
        let mut found: Vec<Option<TypeId>> = vec![None; given.len()];
        if let Some(hint) = hint {
            infer(&self.checker.types, signature.result, hint, &mut found);
        }
        let mut types = Vec::with_capacity(given.len());
        for ((parameter, given), inferred) in signature.type_parameters.iter().zip(given).zip(found)
        {
            let ty = match given {
                Some(argument) => Some(self.type_argument(argument)),
                None => inferred.or(parameter.default),
            };
            let Some(ty) = ty else {
                let at = self.at(callee);
                let name = &parameter.name;
                self.report(report::types::cannot_tell(at, &signature.name, name));
                return None;
            };
            self.read_type(ty, given.map_or(callee, |given| given.span));
            types.push(ty);
        }
        Some(types)
    }

    /// A type where an argument stands: `into: Stage`.
    pub(in crate::semantics) fn type_argument(&mut self, argument: &'t tree::Expr) -> TypeId {
        let scope = TypeScope { file: self.file, parameters: &self.type_names };
        match self.checker.type_of_argument(scope, argument) {
            Some(ty) => ty,
            None => {
                let at = self.at(argument.span);
                if !matches!(argument.kind, tree::ExprKind::Missing) {
                    self.report(report::types::no_type(at));
                }
                TypeId::UNKNOWN
            }
        }
    }
}

/// Finds what type parameters must be for a type to become another.
fn infer(types: &Types, pattern: TypeId, wanted: TypeId, found: &mut [Option<TypeId>]) {
    match (types.get(pattern), types.get(wanted)) {
        (Type::Parameter(n), _) => {
            if wanted != TypeId::NONE
                && let Some(slot) = found.get_mut(n as usize)
            {
                slot.get_or_insert(wanted);
            }
        }
        (Type::Optional(pattern), Type::Optional(wanted))
        | (Type::List(pattern), Type::List(wanted))
        | (Type::Map(pattern), Type::Map(wanted)) => infer(types, pattern, wanted, found),
        (Type::Optional(pattern), _) => infer(types, pattern, wanted, found),
        (_, Type::Optional(wanted)) => infer(types, pattern, wanted, found),
        _ => {}
    }
}

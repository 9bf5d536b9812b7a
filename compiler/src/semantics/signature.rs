//! What functions, actions and triggers take and give.

use std::rc::Rc;

use callflow_artifact::piece::{Action, ActionBody, EffectClass, Parameter, TypeParameter};
use callflow_artifact::types::{Type, TypeId};
use ecow::{EcoString, eco_format};

use crate::source::{FileId, Location, Span};
use crate::syntax::tree::{self, TypeKind};

use super::checker::{Checker, FunctionSource};
use super::constant::{Lazy, LazyState, Purpose};
use super::names::LazyId;
use super::report;
use super::types::TypeScope;

/// What something that can be called takes and gives.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    /// As messages name it: `score`, `hubspot.create_deal`.
    pub(super) name: EcoString,
    /// Where it is named; nowhere for what the language itself defines.
    pub(super) at: Option<Location>,
    /// In order.
    pub(super) parameters: Vec<Parameter>,
    /// Where each parameter stands.
    pub(super) places: Vec<Span>,
    /// The defaults, until they are evaluated.
    pub(super) defaults: Vec<Option<LazyId>>,
    /// `into: type T`.
    pub(super) type_parameters: Vec<TypeParameter>,
    /// What it gives.
    pub(super) result: TypeId,
}

impl Default for Signature {
    fn default() -> Signature {
        Signature {
            name: EcoString::new(),
            at: None,
            parameters: Vec::new(),
            places: Vec::new(),
            defaults: Vec::new(),
            type_parameters: Vec::new(),
            result: TypeId::NONE,
        }
    }
}

impl Signature {
    /// Where the n-th parameter stands.
    pub(super) fn place(&self, index: usize) -> Option<Location> {
        let file = self.at?.file;
        self.places.get(index).map(|&span| Location { file, span })
    }

    /// Whether its result depends on a type parameter.
    pub(super) fn is_generic(&self) -> bool {
        !self.type_parameters.is_empty()
    }
}

impl<'t> Checker<'t> {
    /// Resolves what every function, action and trigger takes and gives.
    pub(super) fn resolve_signatures(&mut self) {
        for index in 0..self.action_signatures.len() {
            self.action_signature_of(index);
        }
        for index in 0..self.functions.len() {
            let Some(item) = self.functions.get(index) else { continue };
            let file = item.file;
            if let FunctionSource::Function(function) = item.source {
                let name = function.name.text.clone();
                let at = Location { file, span: function.name.span };
                let (signature, type_names) =
                    self.signature(name, at, &function.parameters, function.result.as_ref());
                if let Some(item) = self.functions.get_mut(index) {
                    item.signature = Rc::new(signature);
                    item.type_names = type_names;
                }
            }
        }
        for index in 0..self.triggers.len() {
            let Some(trigger) = self.triggers.get(index) else { continue };
            let (file, item) = (trigger.file, trigger.item);
            let name = item.name.text.clone();
            let at = Location { file, span: item.name.span };
            let (signature, _) = self.signature(name, at, &item.parameters, item.event.as_ref());
            if let Some(trigger) = self.triggers.get_mut(index) {
                trigger.signature = Rc::new(signature);
            }
        }
    }

    fn action_signature_of(&mut self, index: usize) {
        let Some(action) = self.action_signatures.get(index) else { return };
        let (file, item, function) = (action.file, action.item, action.function);
        let (piece, doc) = (action.piece, action.doc);
        let owner = self.pieces.get(piece.0 as usize).map(|piece| piece.name.clone());
        let name = eco_format!("{}.{}", owner.unwrap_or_default(), item.name.text);
        let at = Location { file, span: item.name.span };
        let (signature, type_names) =
            self.signature(name, at, &item.parameters, item.result.as_ref());
        if let Some(result) = &item.result {
            let at = Location { file, span: result.span };
            self.no_secret_in(signature.result, at, "An action's result has no secret in it");
        }
        let effect = self.effect_class(file, item.effect.as_ref());
        let signature = Rc::new(signature);
        self.actions.push(Action {
            piece,
            name: item.name.text.clone(),
            doc: doc.clone(),
            parameters: signature.parameters.clone(),
            type_parameters: signature.type_parameters.clone(),
            result: signature.result,
            effect,
            scopes: item.scopes.iter().map(|(scope, _)| scope.clone()).collect(),
            body: function.map_or(ActionBody::Native, ActionBody::Function),
        });
        if let Some(id) = function
            && let Some(body) = self.functions.get_mut(id.0 as usize)
        {
            body.signature = Rc::clone(&signature);
            body.type_names = type_names;
        }
        if let Some(action) = self.action_signatures.get_mut(index) {
            action.signature = signature;
        }
    }

    /// How an action may be repeated. Without a word it is a write, which is never repeated blindly.
    fn effect_class(&mut self, file: FileId, word: Option<&tree::Name>) -> EffectClass {
        let Some(word) = word else { return EffectClass::Write };
        match word.text.as_str() {
            "read" => EffectClass::Read,
            "idempotent" => EffectClass::Idempotent,
            "write" => EffectClass::Write,
            "once" => EffectClass::Once,
            other => {
                let words = ["read", "idempotent", "write", "once"];
                let meant = self.nearest(other, words);
                let at = Location { file, span: word.span };
                self.report(report::pieces::unknown_word("effect", other, at, &words, meant));
                EffectClass::Write
            }
        }
    }

    /// Resolves parameters and result. Type parameters are in scope in both, in order of position.
    pub(super) fn signature(
        &mut self,
        name: EcoString,
        at: Location,
        parameters: &'t [tree::Parameter],
        result: Option<&'t tree::TypeExpr>,
    ) -> (Signature, Vec<&'t str>) {
        let file = at.file;
        let type_names: Vec<&'t str> =
            parameters.iter().filter(|p| p.is_type).filter_map(type_parameter_name).collect();
        let scope = TypeScope { file, parameters: &type_names };
        let mut signature = Signature { name, at: Some(at), ..Signature::default() };
        for (index, parameter) in parameters.iter().enumerate() {
            self.no_second(file, parameters, index);
            let (name, doc) = (parameter.name.text.clone(), parameter.doc.clone());
            if parameter.is_type {
                let default = parameter.default_type.as_ref();
                let default = default.map(|ty| self.resolve_type(scope, ty));
                let type_name = type_parameter_name(parameter).unwrap_or_default().into();
                signature.type_parameters.push(TypeParameter { name, type_name, default, doc });
                continue;
            }
            let ty = self.resolve_type(scope, &parameter.ty);
            let default = parameter.default.as_ref().map(|expr| {
                self.declare_lazy(Lazy {
                    file,
                    expr,
                    ty: None,
                    expected: Some(ty),
                    purpose: Purpose::Default,
                    state: LazyState::Waiting,
                })
            });
            signature.defaults.push(default);
            signature.places.push(parameter.span);
            signature.parameters.push(Parameter { name, ty, default: None, doc });
        }
        signature.result = result.map_or(TypeId::NONE, |ty| self.resolve_type(scope, ty));
        (signature, type_names)
    }

    fn no_second(&mut self, file: FileId, parameters: &[tree::Parameter], index: usize) {
        let Some(parameter) = parameters.get(index) else { return };
        let name = &parameter.name;
        let earlier = parameters.iter().take(index).find(|p| p.name.text == name.text);
        if let Some(earlier) = earlier.filter(|_| !name.text.is_empty()) {
            let at = Location { file, span: name.span };
            let first = Location { file, span: earlier.name.span };
            self.report(report::names::twice("parameter", &name.text, at, first));
        }
    }

    /// Puts the values of defaults where callers find them.
    pub(super) fn settle_defaults(&mut self) {
        for index in 0..self.action_signatures.len() {
            let Some(action) = self.action_signatures.get(index) else { continue };
            let (function, settled) = (action.function, Rc::clone(&action.signature));
            let settled = self.with_defaults(settled);
            if let Some(action) = self.actions.get_mut(index) {
                action.parameters.clone_from(&settled.parameters);
            }
            if let Some(body) = function.and_then(|id| self.functions.get_mut(id.0 as usize)) {
                body.signature = Rc::clone(&settled);
            }
            if let Some(action) = self.action_signatures.get_mut(index) {
                action.signature = settled;
            }
        }
        for index in 0..self.functions.len() {
            let Some(item) = self.functions.get(index) else { continue };
            if matches!(item.source, FunctionSource::Function(_)) {
                let settled = self.with_defaults(Rc::clone(&item.signature));
                if let Some(item) = self.functions.get_mut(index) {
                    item.signature = settled;
                }
            }
        }
        for index in 0..self.triggers.len() {
            let Some(trigger) = self.triggers.get(index) else { continue };
            let settled = self.with_defaults(Rc::clone(&trigger.signature));
            if let Some(trigger) = self.triggers.get_mut(index) {
                trigger.signature = settled;
            }
        }
    }

    /// A signature whose parameters have the values of their defaults.
    pub(super) fn with_defaults(&mut self, signature: Rc<Signature>) -> Rc<Signature> {
        if signature.defaults.iter().all(Option::is_none) {
            return signature;
        }
        let mut settled = (*signature).clone();
        for (parameter, default) in settled.parameters.iter_mut().zip(&signature.defaults) {
            // A default that is wrong was told; none stands for it, so that calls are not told again.
            parameter.default = default.map(|id| {
                let (_, value) = self.evaluate(id);
                value.unwrap_or(callflow_artifact::Constant::None)
            });
        }
        Rc::new(settled)
    }

    /// Whether values of the type may be left out: optional ones, and broken ones to be on the safe side.
    pub(super) fn may_be_left_out(&self, ty: TypeId) -> bool {
        matches!(self.types.get(ty), Type::Optional(_) | Type::Unknown)
    }
}

/// `T` of `into: type T`.
fn type_parameter_name(parameter: &tree::Parameter) -> Option<&str> {
    match &parameter.ty.kind {
        TypeKind::Name(names) => names.first().map(|name| name.text.as_str()),
        _ => None,
    }
}

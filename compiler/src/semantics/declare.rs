//! Gives every item its id, so that all names are visible before their definition.

use std::rc::Rc;

use callflow_artifact::bytecode::{ActionId, FunctionId};
use callflow_artifact::piece::{Piece, PieceId};
use callflow_artifact::types::{Choice, Record, TypeId, Variant, Variants};
use ecow::{EcoString, eco_format};

use crate::source::{FileId, Location, Span};
use crate::syntax::tree::{self, ItemKind, TypeDefinition, VariantKind};

use super::checker::{
    ActionItem, Alias, AliasState, Checker, FunctionItem, FunctionSource, RecordItem, TriggerItem,
    sha256,
};
use super::constant::{Lazy, LazyState, Purpose};
use super::modules::{Module, Role};
use super::names::{
    AliasId, BUILT_IN_FUNCTIONS, LazyId, PRELUDE, Scope, ScopeId, TriggerId, TypeName,
    TypeNameKind, ValueName, ValueNameKind,
};
use super::report;
use super::signature::Signature;
use super::types::BUILT_IN_TYPES;
use super::unions::Union;

impl<'t> Checker<'t> {
    /// Declares the items of all files.
    pub(super) fn declare(&mut self) {
        let modules = self.modules;
        for module in modules {
            let scope = self.open_scope(module);
            self.file_scopes.push(scope);
            for item in &module.tree.items {
                self.declare_item(module, scope, item);
            }
        }
    }

    fn open_scope(&mut self, module: &'t Module) -> ScopeId {
        let id = ScopeId(self.scopes.len() as u32);
        let name = match &module.role {
            Role::Prelude => return PRELUDE,
            Role::Project => {
                self.scopes.push(Scope::default());
                return id;
            }
            Role::Piece(name) => name,
        };
        let piece = PieceId(self.pieces.len() as u32);
        self.scopes.push(Scope { piece: Some(piece), ..Scope::default() });
        self.piece_scopes.entry(name.as_str()).or_insert(id);
        let text = self.sources.get(module.file).map(|source| sha256(&source.text));
        let doc = module.tree.items.first().map(|item| item.doc.clone());
        self.pieces.push(Piece {
            name: name.clone(),
            doc: doc.unwrap_or_default(),
            base: None,
            docs: None,
            connections: Vec::new(),
            errors: Vec::new(),
            limits: Vec::new(),
            default_action: None,
            hash: text.unwrap_or_default(),
        });
        id
    }

    fn declare_item(&mut self, module: &'t Module, scope: ScopeId, item: &'t tree::Item) {
        let file = module.file;
        match &item.kind {
            ItemKind::Flow(flow) => {
                if module.role == Role::Project {
                    self.declare_function(file, &item.doc, FunctionSource::Flow(flow));
                } else {
                    self.misplaced(file, flow.header, "a flow", "a file of a project");
                }
            }
            ItemKind::Use(_) => {}
            ItemKind::Test(test) => {
                if module.role == Role::Project {
                    self.declare_function(file, &item.doc, FunctionSource::Test(test));
                } else {
                    self.misplaced(file, test.name.1, "a test", "a file of a project");
                }
            }
            ItemKind::Type(ty) => self.declare_type(file, scope, item, ty),
            ItemKind::Function(function) => {
                let id = self.declare_function(file, &item.doc, FunctionSource::Function(function));
                self.declare_value(file, scope, &function.name, ValueNameKind::Function(id));
            }
            ItemKind::Const(constant) => {
                let id = self.declare_lazy(Lazy {
                    file,
                    expr: &constant.value,
                    ty: constant.ty.as_ref(),
                    expected: None,
                    purpose: Purpose::Constant,
                    state: LazyState::Waiting,
                });
                self.declare_value(file, scope, &constant.name, ValueNameKind::Const(id));
            }
            ItemKind::Action(action) => match &module.role {
                Role::Piece(piece) => self.declare_action(file, scope, piece, item, action),
                _ => self.misplaced(file, action.name.span, "an action", "a piece's file"),
            },
            ItemKind::Trigger(trigger) => {
                if module.role == Role::Project {
                    self.misplaced(file, trigger.name.span, "a trigger", "a piece's file");
                } else {
                    self.declare_trigger(file, scope, trigger);
                }
            }
            // The first item of a piece's file named it; the others are checked with the piece.
            ItemKind::Piece(name) => {
                let first =
                    module.tree.items.first().is_some_and(|first| std::ptr::eq(first, item));
                if !first {
                    self.report(report::pieces::piece_not_first(Location {
                        file,
                        span: name.span,
                    }));
                }
            }
            ItemKind::Base(value) | ItemKind::Docs(value) => {
                self.only_in_piece(module, value.span, "this declaration");
            }
            ItemKind::Connection(connection) => {
                self.only_in_piece(module, connection.kind.span, "a connection");
            }
            ItemKind::Limits { requests, .. } => {
                self.only_in_piece(module, requests.span, "a limit");
            }
            ItemKind::Errors(_) => self.only_in_piece(module, item.span, "an error map"),
            ItemKind::Broken => {}
        }
    }

    fn only_in_piece(&mut self, module: &Module, span: Span, what: &str) {
        if !matches!(module.role, Role::Piece(_)) {
            self.misplaced(module.file, span, what, "a piece's file");
        }
    }

    fn misplaced(&mut self, file: FileId, span: Span, what: &str, belongs: &str) {
        self.report(report::control::misplaced_item(Location { file, span }, what, belongs));
    }

    /// Takes a constant, default or sample for later.
    pub(super) fn declare_lazy(&mut self, lazy: Lazy<'t>) -> LazyId {
        self.lazies.push(lazy);
        LazyId(self.lazies.len() as u32 - 1)
    }

    fn declare_function(
        &mut self,
        file: FileId,
        doc: &'t EcoString,
        source: FunctionSource<'t>,
    ) -> FunctionId {
        let signature = Rc::new(Signature::default());
        let type_names = Vec::new();
        self.functions.push(FunctionItem {
            file,
            doc,
            source,
            signature,
            type_names,
            checked: None,
        });
        FunctionId(self.functions.len() as u32 - 1)
    }

    fn declare_action(
        &mut self,
        file: FileId,
        scope: ScopeId,
        piece_name: &str,
        item: &'t tree::Item,
        action: &'t tree::ActionItem,
    ) {
        let function = (action.body.is_some())
            .then(|| self.declare_function(file, &item.doc, FunctionSource::Action(action)));
        let id = ActionId(self.action_signatures.len() as u32);
        let piece = self.scope(scope).and_then(|scope| scope.piece).unwrap_or(PieceId(0));
        let signature = Rc::new(Signature::default());
        self.action_signatures.push(ActionItem {
            file,
            piece,
            doc: &item.doc,
            item: action,
            function,
            signature,
        });
        let at = Location { file, span: action.name.span };
        let earlier = self.scope(scope).and_then(|s| s.actions.get(action.name.text.as_str()));
        let earlier = earlier.copied().and_then(|id| self.action_signatures.get(id.0 as usize));
        if let Some(earlier) = earlier.map(|earlier| earlier.item.name.span) {
            let first = Location { file, span: earlier };
            self.report(report::names::twice("action", &action.name.text, at, first));
            return;
        }
        let Some(scope) = self.scopes.get_mut(scope.0 as usize) else { return };
        scope.actions.insert(&action.name.text, id);
        if action.is_default {
            if scope.default_action.is_some() {
                self.report(report::pieces::two_defaults(at, piece_name));
            } else {
                scope.default_action = Some(id);
                if let Some(piece) = self.pieces.get_mut(piece.0 as usize) {
                    piece.default_action = Some(action.name.text.clone());
                }
            }
        }
    }

    fn declare_trigger(&mut self, file: FileId, scope: ScopeId, item: &'t tree::TriggerItem) {
        let id = TriggerId(self.triggers.len() as u32);
        self.triggers.push(TriggerItem { file, item, signature: Rc::new(Signature::default()) });
        let Some(scope) = self.scopes.get_mut(scope.0 as usize) else { return };
        if let Some(earlier) = scope.triggers.insert(&item.name.text, id)
            && let Some(earlier) = self.triggers.get(earlier.0 as usize)
        {
            let at = Location { file, span: item.name.span };
            let first = Location { file: earlier.file, span: earlier.item.name.span };
            self.report(report::names::twice("trigger", &item.name.text, at, first));
        }
    }

    fn declare_value(
        &mut self,
        file: FileId,
        scope: ScopeId,
        name: &'t tree::Name,
        kind: ValueNameKind,
    ) {
        let at = Location { file, span: name.span };
        if name.text.is_empty() {
            return;
        }
        if BUILT_IN_FUNCTIONS.contains(&name.text.as_str()) {
            self.report(report::names::built_in_function(&name.text, at));
            return;
        }
        let Some(scope) = self.scopes.get_mut(scope.0 as usize) else { return };
        match scope.values.get(name.text.as_str()) {
            Some(earlier) => {
                let first = earlier.at;
                self.report(report::names::twice("name", &name.text, at, first));
            }
            None => {
                scope.values.insert(&name.text, ValueName { kind, at });
            }
        }
    }

    fn declare_type(
        &mut self,
        file: FileId,
        scope: ScopeId,
        item: &'t tree::Item,
        ty: &'t tree::TypeItem,
    ) {
        let at = Location { file, span: ty.name.span };
        let kind = match &ty.definition {
            TypeDefinition::Record(fields) => {
                let name = self.full_name(scope, &ty.name.text);
                let id = self.declare_record(file, name, item.doc.clone(), fields, at);
                self.type_places.insert(id, at);
                TypeNameKind::Defined(id)
            }
            TypeDefinition::Choice(variants) => {
                let id = self.declare_choice(file, scope, item, &ty.name, variants);
                self.type_places.insert(id, at);
                TypeNameKind::Defined(id)
            }
            TypeDefinition::Alias(definition) => {
                let state = AliasState::Open;
                self.aliases.push(Alias { file, name: &ty.name, definition, state });
                TypeNameKind::Alias(AliasId(self.aliases.len() as u32 - 1))
            }
        };
        self.name_type(scope, &ty.name, TypeName { kind, at });
    }

    fn name_type(&mut self, scope: ScopeId, name: &'t tree::Name, meaning: TypeName) {
        if name.text.is_empty() {
            return;
        }
        if BUILT_IN_TYPES.iter().any(|(built_in, _)| *built_in == name.text) {
            self.report(report::names::built_in_type(&name.text, meaning.at));
            return;
        }
        let Some(scope) = self.scopes.get_mut(scope.0 as usize) else { return };
        match scope.types.get(name.text.as_str()) {
            Some(earlier) => {
                let first = earlier.at;
                self.report(report::names::twice("type", &name.text, meaning.at, first));
            }
            None => {
                scope.types.insert(&name.text, meaning);
            }
        }
    }

    /// `Lead`, in a piece `hubspot.Lead`.
    fn full_name(&self, scope: ScopeId, name: &EcoString) -> EcoString {
        let piece = self.scope(scope).and_then(|scope| scope.piece);
        match piece.and_then(|piece| self.pieces.get(piece.0 as usize)) {
            Some(piece) => eco_format!("{}.{name}", piece.name),
            None => name.clone(),
        }
    }

    fn declare_record(
        &mut self,
        file: FileId,
        name: EcoString,
        doc: EcoString,
        fields: &'t [tree::Field],
        at: Location,
    ) -> TypeId {
        let (record, id) = self.types.add_record(Record { name, doc, fields: Vec::new() });
        self.records.push(RecordItem { record, file, fields, name: at, choice: None });
        id
    }

    fn declare_choice(
        &mut self,
        file: FileId,
        scope: ScopeId,
        item: &'t tree::Item,
        name: &'t tree::Name,
        variants: &'t [tree::VariantItem],
    ) -> TypeId {
        let full = self.full_name(scope, &name.text);
        let choice =
            Choice { name: full, doc: item.doc.clone(), variants: Variants::Literals(Vec::new()) };
        let (choice, id) = self.types.add_choice(choice);
        let tagged = variants.iter().any(|v| matches!(v.kind, VariantKind::Tagged { .. }));
        let literal = variants.iter().any(|v| matches!(v.kind, VariantKind::Literal(_)));
        if tagged && literal {
            self.report(report::definitions::mixed_choice(Location { file, span: name.span }));
        }
        let resolved = if tagged && self.is_union(file, variants) {
            self.unions.push(Union { choice, file, members: variants, name: &name.text });
            Variants::Untagged(Vec::new())
        } else if tagged {
            let mut resolved: Vec<Variant> = Vec::new();
            for variant in variants {
                let VariantKind::Tagged { name: tag, fields } = &variant.kind else { continue };
                let at = Location { file, span: tag.span };
                let earlier = variants.iter().find_map(|earlier| match &earlier.kind {
                    VariantKind::Tagged { name, .. } if name.text == tag.text => Some(name.span),
                    _ => None,
                });
                if let Some(span) = earlier.filter(|&span| span != tag.span) {
                    let first = Location { file, span };
                    self.report(report::names::twice("tag", &tag.text, at, first));
                    continue;
                }
                let (record, _) = self.types.add_record(Record {
                    name: tag.text.clone(),
                    doc: variant.doc.clone(),
                    fields: Vec::new(),
                });
                let choice_of = Some(choice);
                self.records.push(RecordItem { record, file, fields, name: at, choice: choice_of });
                let index = resolved.len() as u16;
                if let Some(scope) = self.scopes.get_mut(scope.0 as usize) {
                    scope.tags.entry(&tag.text).or_default().push((choice, index));
                }
                let (name, doc) = (tag.text.clone(), variant.doc.clone());
                resolved.push(Variant { name, record, doc });
            }
            Variants::Tagged(resolved)
        } else {
            Variants::Literals(self.literals(file, variants))
        };
        if let Some(choice) = self.types.choice_mut(choice) {
            choice.variants = resolved;
        }
        id
    }

    /// The texts of a choice; one that stands there twice is told.
    pub(super) fn literals(
        &mut self,
        file: FileId,
        variants: &'t [tree::VariantItem],
    ) -> Vec<EcoString> {
        let mut texts: Vec<EcoString> = Vec::new();
        for variant in variants {
            let VariantKind::Literal(text) = &variant.kind else { continue };
            if texts.contains(text) {
                let at = Location { file, span: variant.span };
                self.report(report::names::literal_twice(text, at));
            } else {
                texts.push(text.clone());
            }
        }
        texts
    }
}

//! What all passes share: tables of everything declared, and the diagnostics.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use callflow_artifact::artifact::SourceFile;
use callflow_artifact::bytecode::{ActionId, FunctionId};
use callflow_artifact::piece::{Action, Piece, PieceId};
use callflow_artifact::types::{ChoiceId, RecordId, TypeId, Types};
use ecow::EcoString;
use sha2::{Digest, Sha256};

use crate::diagnostics::{Diagnostic, suggest};
use crate::project::Settings;
use crate::source::{FileId, Location, Source, Sources, Span};
use crate::syntax::tree;

use super::constant::Lazy;
use super::flow::FlowItem;
use super::modules::{Module, Modules};
use super::names::{LazyId, PRELUDE, Scope, ScopeId, TriggerId, TypeNameKind};
use super::signature::Signature;
use super::typed;
use super::unions::Union;

/// Past so many suggestions a file has greater worries than misspelt names, and looking for more of them
/// would make checking slow.
const MOST_SUGGESTIONS: u32 = 200;

/// The state of a whole check.
pub(super) struct Checker<'t> {
    /// What the project declares outside of its flows.
    pub(super) settings: &'t Settings,
    pub(super) sources: &'t Sources,
    /// All files in the order of their ids.
    pub(super) modules: &'t [Module],
    /// The names of all pieces that there are.
    pub(super) piece_names: &'t [EcoString],
    /// The scope of each file.
    pub(super) file_scopes: Vec<ScopeId>,
    pub(super) scopes: Vec<Scope<'t>>,
    /// The loaded pieces by name.
    pub(super) piece_scopes: HashMap<&'t str, ScopeId>,

    pub(super) types: Types,
    /// Records' places and the fields that are still to be resolved.
    pub(super) records: Vec<RecordItem<'t>>,
    /// The position of each of them.
    pub(super) record_items: HashMap<RecordId, usize>,
    /// Where named records and choices are defined.
    pub(super) type_places: HashMap<TypeId, Location>,
    /// Choices of records without tags.
    pub(super) unions: Vec<Union<'t>>,
    pub(super) aliases: Vec<Alias<'t>>,
    /// Anonymous records by their fields.
    pub(super) shapes: HashMap<Vec<(EcoString, TypeId)>, TypeId>,
    /// Choices of literals that were written in place.
    pub(super) choices: HashMap<Vec<EcoString>, TypeId>,
    /// How deep a type is, for those that are deeper than one.
    pub(super) depths: HashMap<TypeId, u16>,

    pub(super) lazies: Vec<Lazy<'t>>,
    /// How many constants are being evaluated, each for the sake of the one before.
    pub(super) evaluating: u32,
    /// The defaults of fields.
    pub(super) field_defaults: HashMap<(RecordId, u16), LazyId>,
    /// The samples of fields.
    pub(super) field_samples: HashMap<(RecordId, u16), LazyId>,

    pub(super) functions: Vec<FunctionItem<'t>>,
    pub(super) actions: Vec<Action>,
    /// The same actions as callers see them.
    pub(super) action_signatures: Vec<ActionItem<'t>>,
    pub(super) triggers: Vec<TriggerItem<'t>>,
    pub(super) pieces: Vec<Piece>,
    pub(super) flows: Vec<typed::Flow>,
    /// The same flows with their headers.
    pub(super) flow_items: Vec<FlowItem<'t>>,
    pub(super) tests: Vec<typed::Test>,

    pub(super) diagnostics: Vec<Diagnostic>,
    suggestions: Cell<u32>,
}

/// A record whose fields are declared but not resolved.
pub(super) struct RecordItem<'t> {
    pub(super) record: RecordId,
    pub(super) file: FileId,
    pub(super) fields: &'t [tree::Field],
    pub(super) name: Location,
    /// The tagged choice whose alternative it is.
    pub(super) choice: Option<ChoiceId>,
}

/// `type X = …`
pub(super) struct Alias<'t> {
    pub(super) file: FileId,
    pub(super) name: &'t tree::Name,
    pub(super) definition: &'t tree::TypeExpr,
    pub(super) state: AliasState,
}

/// How far an alias is resolved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum AliasState {
    Open,
    Busy,
    Done(TypeId),
}

/// A flow, a function, an action with a body or a test.
pub(super) struct FunctionItem<'t> {
    pub(super) file: FileId,
    pub(super) doc: &'t EcoString,
    pub(super) source: FunctionSource<'t>,
    pub(super) signature: Rc<Signature>,
    /// The names of its type parameters.
    pub(super) type_names: Vec<&'t str>,
    /// What became of the body.
    pub(super) checked: Option<CheckedBody>,
}

/// What a body belongs to.
#[derive(Clone, Copy)]
pub(super) enum FunctionSource<'t> {
    Function(&'t tree::FunctionItem),
    Action(&'t tree::ActionItem),
    Flow(&'t tree::Flow),
    Test(&'t tree::TestItem),
    /// An expression of a flow's header over its event.
    Setting(Span),
}

/// A checked body and what the effects' pass needs of it.
pub(super) struct CheckedBody {
    pub(super) function: typed::Function,
    /// The functions that it calls.
    pub(super) calls: Vec<FunctionId>,
    /// The functions that every run of it calls, and where.
    pub(super) certain_calls: Vec<(FunctionId, Span)>,
}

/// An action as its callers see it.
pub(super) struct ActionItem<'t> {
    pub(super) file: FileId,
    pub(super) piece: PieceId,
    pub(super) doc: &'t EcoString,
    pub(super) item: &'t tree::ActionItem,
    /// Its body, where it is not native.
    pub(super) function: Option<FunctionId>,
    pub(super) signature: Rc<Signature>,
}

/// A declared trigger.
pub(super) struct TriggerItem<'t> {
    pub(super) file: FileId,
    pub(super) item: &'t tree::TriggerItem,
    pub(super) signature: Rc<Signature>,
}

impl<'t> Checker<'t> {
    /// Ready for [`Checker::declare`].
    pub(super) fn new(modules: &'t Modules, settings: &'t Settings) -> Checker<'t> {
        Checker {
            settings,
            sources: &modules.sources,
            modules: &modules.files,
            piece_names: &modules.pieces,
            file_scopes: Vec::new(),
            scopes: vec![Scope::default()],
            piece_scopes: HashMap::new(),
            types: Types::new(),
            records: Vec::new(),
            record_items: HashMap::new(),
            type_places: HashMap::new(),
            unions: Vec::new(),
            aliases: Vec::new(),
            shapes: HashMap::new(),
            choices: HashMap::new(),
            depths: HashMap::new(),
            lazies: Vec::new(),
            evaluating: 0,
            field_defaults: HashMap::new(),
            field_samples: HashMap::new(),
            functions: Vec::new(),
            actions: Vec::new(),
            action_signatures: Vec::new(),
            triggers: Vec::new(),
            pieces: Vec::new(),
            flows: Vec::new(),
            flow_items: Vec::new(),
            tests: Vec::new(),
            diagnostics: Vec::new(),
            suggestions: Cell::new(0),
        }
    }

    /// Takes a diagnostic.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The candidate that was most likely meant.
    pub(super) fn nearest<'a>(
        &self,
        written: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        // Of a letter or two everything is near.
        if written.len() < 3 || self.suggestions.get() >= MOST_SUGGESTIONS {
            return None;
        }
        self.suggestions.set(self.suggestions.get() + 1);
        suggest::nearest(written, candidates)
    }

    /// The scope that a file's names are looked up in.
    pub(super) fn scope_of(&self, file: FileId) -> ScopeId {
        self.file_scopes.get(file.0 as usize).copied().unwrap_or(PRELUDE)
    }

    /// The scope behind an id.
    pub(super) fn scope(&self, id: ScopeId) -> Option<&Scope<'t>> {
        self.scopes.get(id.0 as usize)
    }

    /// The scope of a loaded piece.
    pub(super) fn piece_scope(&self, name: &str) -> Option<&Scope<'t>> {
        self.piece_scopes.get(name).and_then(|&id| self.scope(id))
    }

    /// A record or choice that the prelude defines; unknown where it does not.
    pub(super) fn prelude_type(&self, name: &str) -> TypeId {
        let found = self.scope(PRELUDE).and_then(|scope| scope.types.get(name));
        match found.map(|found| found.kind) {
            Some(TypeNameKind::Defined(ty)) => ty,
            _ => TypeId::UNKNOWN,
        }
    }

    /// The signature of a function.
    pub(super) fn function_signature(&self, id: FunctionId) -> Option<Rc<Signature>> {
        self.functions.get(id.0 as usize).map(|item| Rc::clone(&item.signature))
    }

    /// The signature of an action.
    pub(super) fn action_signature(&self, id: ActionId) -> Option<Rc<Signature>> {
        self.action_signatures.get(id.0 as usize).map(|item| Rc::clone(&item.signature))
    }

    /// The trigger behind an id.
    pub(super) fn trigger(&self, id: TriggerId) -> Option<&TriggerItem<'t>> {
        self.triggers.get(id.0 as usize)
    }

    /// The whole program, and all that was found.
    pub(super) fn finish(self) -> (typed::Program, Vec<Diagnostic>) {
        let error = self.prelude_type("Error");
        let functions = self.functions.into_iter().map(|item| match item.checked {
            Some(checked) => checked.function,
            None => typed::Function {
                name: item.signature.name.clone(),
                file: item.file,
                parameters: 0,
                type_parameters: 0,
                result: TypeId::UNKNOWN,
                locals: Vec::new(),
                body: typed::Block::default(),
                effectful: false,
            },
        });
        let program = typed::Program {
            functions: functions.collect(),
            types: self.types,
            error,
            pieces: self.pieces,
            actions: self.actions,
            flows: self.flows,
            tests: self.tests,
            files: self.sources.iter().map(|(_, source)| source_file(source)).collect(),
        };
        (program, self.diagnostics)
    }
}

/// What an artifact keeps of a file.
fn source_file(source: &Source) -> SourceFile {
    let newlines = source.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    let lines = std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect();
    SourceFile { path: source.path.clone(), hash: sha256(&source.text), lines }
}

/// SHA-256 of a text, in hex.
pub(super) fn sha256(text: &str) -> EcoString {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS.get(value as usize).map_or('0', |&digit| digit as char);
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

//! Scopes of items: what a file's names stand for.

use std::collections::HashMap;

use callflow_artifact::bytecode::{ActionId, FlowId, FunctionId};
use callflow_artifact::piece::PieceId;
use callflow_artifact::types::{ChoiceId, TypeId};

use crate::source::Location;

use super::uses::Used;

/// A [`Scope`], an index into the checker's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ScopeId(pub(super) u32);

/// The prelude's scope, which every other one falls back to.
pub(super) const PRELUDE: ScopeId = ScopeId(0);

/// The items that the names of one file, or of the whole prelude, stand for.
#[derive(Debug, Default)]
pub(super) struct Scope<'t> {
    /// Which piece it is, where it is one.
    pub(super) piece: Option<PieceId>,
    /// Types.
    pub(super) types: HashMap<&'t str, TypeName>,
    /// Functions and constants.
    pub(super) values: HashMap<&'t str, ValueName>,
    /// Tags of tagged choices, each with all choices that have it.
    pub(super) tags: HashMap<&'t str, Vec<(ChoiceId, u16)>>,
    /// Actions of a piece.
    pub(super) actions: HashMap<&'t str, ActionId>,
    /// The action that the piece's own name calls.
    pub(super) default_action: Option<ActionId>,
    /// The project's flows in this file, by label, else by the tool's or the trigger's name.
    pub(super) flows: HashMap<&'t str, FlowId>,
    /// What the file uses, by alias.
    pub(super) uses: HashMap<&'t str, Used>,
    /// Triggers of the prelude or a piece.
    pub(super) triggers: HashMap<&'t str, TriggerId>,
}

/// What the name of a type stands for, and where it is defined.
#[derive(Debug, Clone, Copy)]
pub(super) struct TypeName {
    /// What it stands for.
    pub(super) kind: TypeNameKind,
    /// Where it is defined.
    pub(super) at: Location,
}

/// What the name of a type stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum TypeNameKind {
    /// A record or a choice.
    Defined(TypeId),
    /// Another type, resolved on first use.
    Alias(AliasId),
}

/// What the name of a value stands for, and where it is defined.
#[derive(Debug, Clone, Copy)]
pub(super) struct ValueName {
    /// What it stands for.
    pub(super) kind: ValueNameKind,
    /// Where it is defined.
    pub(super) at: Location,
}

/// What the name of a value stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ValueNameKind {
    /// A function.
    Function(FunctionId),
    /// A constant.
    Const(LazyId),
}

/// An index into the checker's aliases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AliasId(pub(super) u32);

/// An index into the checker's constants, defaults and samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LazyId(pub(super) u32);

/// An index into the checker's triggers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TriggerId(pub(super) u32);

/// The functions of the language itself.
pub(super) const BUILT_IN_FUNCTIONS: [&str; 9] =
    ["now", "today", "uuid", "random", "fail", "log", "json_schema", "env", "secret"];

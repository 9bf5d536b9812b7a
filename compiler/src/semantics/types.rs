//! From type expressions to types.

use callflow_artifact::file;
use callflow_artifact::types::{Choice, Field, Type, TypeId, Variants};
use ecow::EcoString;

use crate::source::{FileId, Location, Span};
use crate::syntax::tree::{self, ExprKind, TypeKind, VariantKind};

use super::checker::{AliasState, Checker};
use super::constant::{Lazy, LazyState, Purpose};
use super::names::{AliasId, PRELUDE, TypeNameKind};
use super::report;

/// The types that have names of their own in every file.
pub(super) const BUILT_IN_TYPES: [(&str, TypeId); 13] = [
    ("string", TypeId::STRING),
    ("int", TypeId::INT),
    ("float", TypeId::FLOAT),
    ("decimal", TypeId::DECIMAL),
    ("bool", TypeId::BOOL),
    ("duration", TypeId::DURATION),
    ("time", TypeId::TIME),
    ("date", TypeId::DATE),
    ("bytes", TypeId::BYTES),
    ("phone", TypeId::PHONE),
    ("json", TypeId::JSON),
    ("secret", TypeId::SECRET),
    (file::NAME, TypeId::FILE),
];

/// Types deeper than this are errors, so that nothing that walks a type can exhaust the stack.
const DEEPEST: u16 = 64;

/// Where a type expression stands, and the type parameters that are in scope there.
#[derive(Clone, Copy)]
pub(super) struct TypeScope<'a, 't> {
    pub(super) file: FileId,
    pub(super) parameters: &'a [&'t str],
}

impl<'t> Checker<'t> {
    /// Resolves all aliases, and the fields of all records.
    pub(super) fn resolve_types(&mut self) {
        self.resolve_unions();
        for index in 0..self.aliases.len() {
            self.alias(AliasId(index as u32), 0);
        }
        for index in 0..self.records.len() {
            let Some(item) = self.records.get(index) else { continue };
            let (record, file, tagged) = (item.record, item.file, item.choice.is_some());
            let fields = item.fields;
            self.record_items.insert(record, index);
            let resolved = self.record_fields(file, fields, tagged, &[]);
            self.declare_field_values(record, file, fields, &resolved);
            if let Some(record) = self.types.record_mut(record) {
                record.fields = resolved;
            }
        }
        self.check_unions();
    }

    /// The type that a type expression means.
    pub(super) fn resolve_type(&mut self, at: TypeScope<'_, 't>, ty: &'t tree::TypeExpr) -> TypeId {
        self.resolve(at, ty, 0)
    }

    fn resolve(&mut self, at: TypeScope<'_, 't>, ty: &'t tree::TypeExpr, chain: u32) -> TypeId {
        let place = Location { file: at.file, span: ty.span };
        match &ty.kind {
            TypeKind::Missing => TypeId::UNKNOWN,
            TypeKind::Name(names) => self.named_type(at, names, ty.span, chain),
            TypeKind::Optional(inner) => {
                let inner = self.resolve(at, inner, chain);
                self.optional(inner)
            }
            TypeKind::List(item) => {
                let item = self.resolve(at, item, chain);
                self.list(item, place)
            }
            TypeKind::Map(key, value) => {
                let key_type = self.resolve(at, key, chain);
                if key_type != TypeId::STRING && key_type != TypeId::UNKNOWN {
                    let found = self.name(key_type);
                    let key = Location { file: at.file, span: key.span };
                    self.report(report::definitions::map_key(key, &found));
                }
                let value = self.resolve(at, value, chain);
                self.map(value, place)
            }
            TypeKind::Record(fields) => self.record_in_place(at, fields, place),
            TypeKind::Choice(variants) => self.choice_in_place(at.file, variants),
        }
    }

    fn named_type(
        &mut self,
        at: TypeScope<'_, 't>,
        names: &'t [tree::Name],
        span: Span,
        chain: u32,
    ) -> TypeId {
        match names {
            [name] => self.plain_type(at, &name.text, span, chain),
            [piece, name] => self.piece_type(at.file, piece, name, chain),
            _ => TypeId::UNKNOWN,
        }
    }

    fn plain_type(
        &mut self,
        at: TypeScope<'_, 't>,
        name: &'t str,
        span: Span,
        chain: u32,
    ) -> TypeId {
        if name.is_empty() {
            return TypeId::UNKNOWN;
        }
        if let Some(index) = at.parameters.iter().position(|parameter| *parameter == name) {
            return self.types.intern(Type::Parameter(index as u8));
        }
        if let Some((_, ty)) = BUILT_IN_TYPES.iter().find(|(built_in, _)| *built_in == name) {
            return *ty;
        }
        let own = self.scope_of(at.file);
        let find = |scope| self.scope(scope).and_then(|scope| scope.types.get(name));
        match find(own).or_else(|| find(PRELUDE)).map(|found| found.kind) {
            Some(TypeNameKind::Defined(ty)) => ty,
            Some(TypeNameKind::Alias(alias)) => self.alias(alias, chain + 1),
            None => {
                let place = Location { file: at.file, span };
                let diagnostic = self.unknown_type(at, name, place);
                self.report(diagnostic);
                TypeId::UNKNOWN
            }
        }
    }

    fn unknown_type(
        &self,
        at: TypeScope<'_, 't>,
        name: &str,
        place: Location,
    ) -> crate::diagnostics::Diagnostic {
        let own = self.scope(self.scope_of(at.file));
        let named = own.into_iter().chain(self.scope(PRELUDE)).flat_map(|scope| scope.types.keys());
        let candidates = BUILT_IN_TYPES.iter().map(|(name, _)| *name).chain(named.copied());
        let meant = other_languages(name).or_else(|| self.nearest(name, candidates));
        report::names::unknown_type(name, place, meant)
    }

    pub(super) fn piece_type(
        &mut self,
        file: FileId,
        piece: &'t tree::Name,
        name: &'t tree::Name,
        chain: u32,
    ) -> TypeId {
        if piece.text.is_empty() || name.text.is_empty() {
            return TypeId::UNKNOWN;
        }
        let Some(scope) = self.scope_named(file, &piece.text) else {
            if !self.is_lost(file, &piece.text) {
                let meant = self.nearest(&piece.text, self.piece_names.iter().map(|n| n.as_str()));
                let at = Location { file, span: piece.span };
                self.report(report::names::unknown_piece(&piece.text, at, meant));
            }
            return TypeId::UNKNOWN;
        };
        match scope.types.get(name.text.as_str()).map(|found| found.kind) {
            Some(TypeNameKind::Defined(ty)) => ty,
            Some(TypeNameKind::Alias(alias)) => self.alias(alias, chain + 1),
            None => {
                let meant = self.nearest(&name.text, scope.types.keys().copied());
                let at = Location { file, span: name.span };
                let owner = (self.file_named(file, &piece.text).is_some(), piece.text.as_str());
                self.report(report::names::unknown_type_of_piece(owner, name, at, meant));
                TypeId::UNKNOWN
            }
        }
    }

    /// The type that an alias stands for. Aliases of aliases are followed so far and no further, for a chain
    /// could be as long as a file.
    fn alias(&mut self, id: AliasId, chain: u32) -> TypeId {
        let Some(alias) = self.aliases.get_mut(id.0 as usize) else { return TypeId::UNKNOWN };
        let (file, name, definition) = (alias.file, alias.name, alias.definition);
        let place = Location { file, span: name.span };
        match alias.state {
            AliasState::Done(ty) => return ty,
            AliasState::Busy => {
                alias.state = AliasState::Done(TypeId::UNKNOWN);
                self.report(report::definitions::alias_cycle(&name.text, place));
                return TypeId::UNKNOWN;
            }
            AliasState::Open => alias.state = AliasState::Busy,
        }
        let resolved = if u64::from(chain) > u64::from(DEEPEST) {
            self.report(report::definitions::too_deep(place));
            TypeId::UNKNOWN
        } else {
            self.resolve(TypeScope { file, parameters: &[] }, definition, chain)
        };
        if let Some(alias) = self.aliases.get_mut(id.0 as usize) {
            // A cycle that was told on the way has settled the matter.
            if let AliasState::Done(ty) = alias.state {
                return ty;
            }
            alias.state = AliasState::Done(resolved);
        }
        resolved
    }

    /// What an alias stands for, once all are resolved.
    pub(super) fn resolved_alias(&self, id: AliasId) -> TypeId {
        match self.aliases.get(id.0 as usize).map(|alias| alias.state) {
            Some(AliasState::Done(ty)) => ty,
            _ => TypeId::UNKNOWN,
        }
    }

    fn record_in_place(
        &mut self,
        at: TypeScope<'_, 't>,
        fields: &'t [tree::Field],
        place: Location,
    ) -> TypeId {
        let resolved = self.record_fields(at.file, fields, false, at.parameters);
        let plain = fields
            .iter()
            .all(|f| f.default.is_none() && f.sample.is_none() && f.wire.is_none() && !f.nullable);
        if plain {
            let shape = resolved.iter().map(|field| (field.name.clone(), field.ty)).collect();
            return self.shape(shape, place);
        }
        let record = callflow_artifact::types::Record {
            name: EcoString::new(),
            doc: EcoString::new(),
            fields: resolved.clone(),
        };
        let (record, ty) = self.types.add_record(record);
        self.declare_field_values(record, at.file, fields, &resolved);
        ty
    }

    fn choice_in_place(&mut self, file: FileId, variants: &'t [tree::VariantItem]) -> TypeId {
        if let Some(tagged) = variants.iter().find(|v| matches!(v.kind, VariantKind::Tagged { .. }))
        {
            let at = Location { file, span: tagged.span };
            self.report(report::definitions::tagged_in_place(at));
            return TypeId::UNKNOWN;
        }
        let texts = self.literals(file, variants);
        self.literal_choice(texts)
    }

    /// The choice of some texts that nothing named; the same one for the same texts.
    pub(super) fn literal_choice(&mut self, texts: Vec<EcoString>) -> TypeId {
        if let Some(&known) = self.choices.get(&texts) {
            return known;
        }
        let variants = Variants::Literals(texts.clone());
        let choice = Choice { name: EcoString::new(), doc: EcoString::new(), variants };
        let (_, ty) = self.types.add_choice(choice);
        self.choices.insert(texts, ty);
        ty
    }

    /// The fields of a record type, their defaults and samples left for later.
    fn record_fields(
        &mut self,
        file: FileId,
        fields: &'t [tree::Field],
        tagged: bool,
        parameters: &[&'t str],
    ) -> Vec<Field> {
        let mut resolved: Vec<Field> = Vec::with_capacity(fields.len());
        for field in fields {
            let ty = self.resolve_type(TypeScope { file, parameters }, &field.ty);
            let at = Location { file, span: field.name.span };
            let name = field.name.text.clone();
            if let Some(first) = fields.iter().find(|f| f.name.text == name)
                && !std::ptr::eq(first, field)
                && !name.is_empty()
            {
                let first = Location { file, span: first.name.span };
                self.report(report::names::twice("field", &name, at, first));
            }
            if field.nullable && !matches!(self.types.get(ty), Type::Optional(_) | Type::Unknown) {
                let found = self.name(ty);
                self.report(report::definitions::nullable_not_optional(at, &found));
            }
            let wire = field.wire.as_ref().map(|(wire, _)| wire.clone());
            let wire_at = field.wire.as_ref().map_or(field.name.span, |(_, span)| *span);
            if tagged && wire.as_deref().unwrap_or(&name) == "type" {
                self.report(report::definitions::tag_field(Location { file, span: wire_at }));
            }
            resolved.push(Field {
                name,
                wire,
                ty,
                nullable: field.nullable,
                default: None,
                sample: None,
                doc: field.doc.clone(),
            });
        }
        resolved
    }

    fn declare_field_values(
        &mut self,
        record: callflow_artifact::types::RecordId,
        file: FileId,
        fields: &'t [tree::Field],
        resolved: &[Field],
    ) {
        for (index, (field, resolved)) in fields.iter().zip(resolved).enumerate() {
            let lazy = |expr: &'t tree::Expr, purpose| Lazy {
                file,
                expr,
                ty: None,
                expected: Some(resolved.ty),
                purpose,
                state: LazyState::Waiting,
            };
            let key = (record, index as u16);
            if let Some(expr) = &field.default {
                let id = self.declare_lazy(lazy(expr, Purpose::Default));
                self.field_defaults.insert(key, id);
            }
            if let Some(expr) = &field.sample {
                let id = self.declare_lazy(lazy(expr, Purpose::Sample));
                self.field_samples.insert(key, id);
            }
        }
    }

    /// The type that an argument such as `into: Stage`, `[Lead]` or `hubspot.Deal` names; none where it has
    /// not the form of one.
    pub(super) fn type_of_argument(
        &mut self,
        at: TypeScope<'_, 't>,
        argument: &'t tree::Expr,
    ) -> Option<TypeId> {
        match &argument.kind {
            ExprKind::Name(name) => Some(self.plain_type(at, name, argument.span, 0)),
            ExprKind::Field { base, optional: false, name } => match &base.kind {
                ExprKind::Name(piece) => {
                    if self.is_lost(at.file, piece) {
                        return Some(TypeId::UNKNOWN);
                    }
                    let known = self.scope_named(at.file, piece)?;
                    let found = known.types.get(name.text.as_str()).map(|found| found.kind);
                    match found {
                        Some(TypeNameKind::Defined(ty)) => Some(ty),
                        Some(TypeNameKind::Alias(alias)) => Some(self.alias(alias, 0)),
                        None => {
                            let meant = self.nearest(&name.text, known.types.keys().copied());
                            let place = Location { file: at.file, span: name.span };
                            let owner = (self.file_named(at.file, piece).is_some(), piece.as_str());
                            let told =
                                report::names::unknown_type_of_piece(owner, name, place, meant);
                            self.report(told);
                            Some(TypeId::UNKNOWN)
                        }
                    }
                }
                _ => None,
            },
            ExprKind::List(items) => match items.as_slice() {
                [item] if !item.spread => {
                    let inner = self.type_of_argument(at, &item.value)?;
                    Some(self.list(inner, Location { file: at.file, span: argument.span }))
                }
                _ => None,
            },
            ExprKind::Paren(inner) => self.type_of_argument(at, inner),
            ExprKind::Type(ty) => Some(self.resolve_type(at, ty)),
            _ => None,
        }
    }

    /// `T?`.
    pub(super) fn optional(&mut self, inner: TypeId) -> TypeId {
        let ty = self.types.optional(inner);
        if ty != inner {
            let depth = self.depth(inner);
            self.set_depth(ty, depth);
        }
        ty
    }

    /// `[T]`; an error where that is too deep.
    pub(super) fn list(&mut self, item: TypeId, at: Location) -> TypeId {
        let ty = self.types.list(item);
        let depth = self.depth(item) + 1;
        self.limited(ty, depth, at)
    }

    /// `[string: T]`; an error where that is too deep.
    pub(super) fn map(&mut self, value: TypeId, at: Location) -> TypeId {
        let ty = self.types.map(value);
        let depth = self.depth(value) + 1;
        self.limited(ty, depth, at)
    }

    /// The record that nothing named with these fields; an error where that is too deep.
    pub(super) fn shape(&mut self, fields: Vec<(EcoString, TypeId)>, at: Location) -> TypeId {
        if let Some(&known) = self.shapes.get(&fields) {
            return known;
        }
        let depth = fields.iter().map(|(_, ty)| self.depth(*ty)).max().unwrap_or(0) + 1;
        if depth > DEEPEST {
            self.report(report::definitions::too_deep(at));
            return TypeId::UNKNOWN;
        }
        let ty = self.types.shape(fields.clone());
        self.set_depth(ty, depth);
        self.shapes.insert(fields, ty);
        ty
    }

    /// A type that some table made of others, checked for its depth.
    pub(super) fn made(&mut self, ty: TypeId, of: TypeId, at: Location) -> TypeId {
        let depth = self.depth(of).saturating_add(2);
        if self.depths.contains_key(&ty) || depth < DEEPEST {
            self.depths.entry(ty).or_insert(depth);
            return ty;
        }
        self.limited(ty, depth, at)
    }

    fn limited(&mut self, ty: TypeId, depth: u16, at: Location) -> TypeId {
        if depth > DEEPEST {
            self.report(report::definitions::too_deep(at));
            return TypeId::UNKNOWN;
        }
        self.set_depth(ty, depth);
        ty
    }

    fn depth(&self, ty: TypeId) -> u16 {
        self.depths.get(&ty).copied().unwrap_or(0)
    }

    fn set_depth(&mut self, ty: TypeId, depth: u16) {
        if depth > 0 {
            self.depths.insert(ty, depth);
        }
    }

    /// The type as messages name it.
    pub(super) fn name(&self, ty: TypeId) -> String {
        report::type_name::type_name(&self.types, ty)
    }
}

/// What a type of another language is called here.
fn other_languages(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "str" | "text" | "char" | "varchar" => "string",
        "integer" | "long" | "i64" | "i32" | "int64" => "int",
        "number" | "money" | "numeric" | "bigdecimal" => "decimal",
        "double" | "f64" | "f32" | "real" => "float",
        "boolean" => "bool",
        "datetime" | "timestamp" | "instant" => "time",
        "timedelta" | "interval" => "duration",
        "any" | "object" | "dict" | "unknown" | "map" => "json",
        "blob" | "buffer" => "bytes",
        "upload" | "attachment" | "document" => "file",
        _ => return None,
    })
}

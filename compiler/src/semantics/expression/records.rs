//! Record literals: of a record type, of a map, of `json`, of a tagged choice, or of a type of their own.

use callflow_artifact::Constant;
use callflow_artifact::types::{ChoiceId, RecordId, Type, TypeId, Variant, Variants};
use ecow::EcoString;

use crate::semantics::body::{Body, Kind, broken, constant};
use crate::semantics::constant::Purpose;
use crate::semantics::fits::Reason;
use crate::semantics::names::{PRELUDE, TypeNameKind};
use crate::semantics::report;
use crate::semantics::typed::{Block, Expr, ExprKind, JsonPart, LocalId, MapPart, Stmt, StmtKind};
use crate::source::{Location, Span};
use crate::syntax::tree::{self, Entry};

use super::Hint;

impl<'t> Body<'_, 't> {
    /// `{ name: "x", amount, ...other }`
    pub(super) fn record(&mut self, entries: &'t [Entry], hint: Hint, span: Span) -> Expr {
        let expected = self.bare(hint).unwrap_or(TypeId::UNKNOWN);
        match self.checker.types.get(expected) {
            Type::Record(record) => self.record_of(record, expected, entries, span),
            Type::Map(value) => self.map_of(value, expected, entries, span),
            Type::Json => self.json_object(entries, span),
            Type::Choice(choice) => self.record_of_choice(choice, expected, entries, span),
            _ => self.shape_of(entries, span),
        }
    }

    /// A literal without a name where a choice is expected: one of records without tags is told by its fields.
    fn record_of_choice(
        &mut self,
        choice: ChoiceId,
        expected: TypeId,
        entries: &'t [Entry],
        span: Span,
    ) -> Expr {
        let types = &self.checker.types;
        match types.choice(choice).map(|choice| &choice.variants) {
            Some(Variants::Untagged(members)) => {
                let has = |record, entry: &Entry| match (types.record(record), entry) {
                    (Some(record), Entry::Field { name, .. }) => {
                        record.fields.iter().any(|field| field.name == name.text)
                    }
                    _ => true,
                };
                let fits = |member: &Variant| entries.iter().all(|entry| has(member.record, entry));
                let member = members.iter().position(fits).unwrap_or(0);
                self.variant_of(choice, member as u16, entries, span)
            }
            Some(Variants::Tagged(variants)) => {
                let tags: Vec<EcoString> = variants.iter().map(|v| v.name.clone()).collect();
                let (at, name) = (self.at(span), self.name(expected));
                self.report(report::records::untagged(at, &name, &tags));
                self.discard_entries(entries);
                broken(span)
            }
            _ => self.shape_of(entries, span),
        }
    }

    /// `Won { amount: 5 }`, `Lead { … }`
    pub(super) fn tagged(
        &mut self,
        name: &'t tree::Name,
        entries: &'t [Entry],
        hint: Hint,
        span: Span,
    ) -> Expr {
        if let Some((choice, variant)) = self.expected_variant(&name.text, hint) {
            return self.variant_of(choice, variant, entries, span);
        }
        if let Some(ty) = self.named_type(&name.text) {
            return match self.checker.types.get(ty) {
                Type::Record(record) => self.record_of(record, ty, entries, span),
                Type::Unknown => self.discarded(entries, span),
                _ => {
                    let (at, what) = (self.at(name.span), self.name(ty));
                    self.report(report::records::not_a_record_type(at, &name.text, &what));
                    self.discarded(entries, span)
                }
            };
        }
        let find = |scope: &crate::semantics::names::Scope<'t>| {
            scope.tags.get(name.text.as_str()).cloned()
        };
        let own = self.own_scope().and_then(find);
        let known = own.or_else(|| self.checker.scope(PRELUDE).and_then(find)).unwrap_or_default();
        match known.as_slice() {
            [(choice, variant)] => self.variant_of(*choice, *variant, entries, span),
            [] => {
                let diagnostic = self.unknown_tag(name);
                self.report(diagnostic);
                self.discarded(entries, span)
            }
            several => {
                let choices: Vec<EcoString> = several
                    .iter()
                    .filter_map(|(choice, _)| self.checker.types.choice(*choice))
                    .map(|choice| choice.name.clone())
                    .collect();
                let at = self.at(name.span);
                self.report(report::records::ambiguous_tag(at, &name.text, &choices));
                self.discarded(entries, span)
            }
        }
    }

    /// `crm.Won { amount: 5 }`, `hubspot.Deal { … }`: of another file or a piece.
    pub(super) fn tagged_of(
        &mut self,
        owner: &'t tree::Name,
        name: &'t tree::Name,
        entries: &'t [Entry],
        hint: Hint,
        span: Span,
    ) -> Expr {
        if let Some((choice, variant)) = self.tag_of(&owner.text, &name.text, hint) {
            return self.variant_of(choice, variant, entries, span);
        }
        let ty = self.checker.piece_type(self.file, owner, name, 0);
        match self.checker.types.get(ty) {
            Type::Record(record) => self.record_of(record, ty, entries, span),
            Type::Unknown => self.discarded(entries, span),
            _ => {
                let (at, what) = (self.at(name.span), self.name(ty));
                self.report(report::records::not_a_record_type(at, &name.text, &what));
                self.discarded(entries, span)
            }
        }
    }

    /// The alternative that a tag of another file or a piece stands for: of the expected choice, else of the only
    /// one there that has it.
    fn tag_of(&self, owner: &str, tag: &str, hint: Hint) -> Option<(ChoiceId, u16)> {
        let scope = self.checker.scope_named(self.file, owner)?;
        if scope.types.contains_key(tag) {
            return None;
        }
        let known = scope.tags.get(tag)?.as_slice();
        let expected = self.expected_variant(tag, hint).filter(|found| known.contains(found));
        expected.or(match known {
            [only] => Some(*only),
            _ => None,
        })
    }

    /// `crm.Lost`: a tag without fields of another file.
    pub(super) fn bare_tag_of(&mut self, owner: &str, tag: &str, span: Span) -> Option<Expr> {
        let (choice, variant) = self.tag_of(owner, tag, None)?;
        Some(self.variant_of(choice, variant, &[], span))
    }

    /// The alternative that a name alone stands for: one without fields, of the expected choice, else of the only
    /// choice that has it.
    pub(super) fn bare_tag(&self, name: &str, hint: Hint) -> Option<(ChoiceId, u16)> {
        let found = self.expected_variant(name, hint).or_else(|| {
            let find =
                |scope: &crate::semantics::names::Scope<'t>| match scope.tags.get(name)?.as_slice()
                {
                    [only] => Some(*only),
                    _ => None,
                };
            let own = self.own_scope().and_then(find);
            own.or_else(|| self.checker.scope(PRELUDE).and_then(find))
        });
        let (choice, variant) = found?;
        let Variants::Tagged(variants) = &self.checker.types.choice(choice)?.variants else {
            return None;
        };
        let record = variants.get(variant as usize)?.record;
        let bare = self.checker.types.record(record)?.fields.is_empty();
        bare.then_some((choice, variant))
    }

    fn expected_variant(&self, name: &str, hint: Hint) -> Option<(ChoiceId, u16)> {
        let Type::Choice(choice) = self.checker.types.get(self.bare(hint)?) else { return None };
        let (Variants::Tagged(variants) | Variants::Untagged(variants)) =
            &self.checker.types.choice(choice)?.variants
        else {
            return None;
        };
        let index = variants.iter().position(|variant| variant.name == name)?;
        Some((choice, index as u16))
    }

    /// The record or other type of a name in this file's scope, else in the prelude's.
    fn named_type(&self, name: &str) -> Option<TypeId> {
        let find = |scope: &crate::semantics::names::Scope<'t>| scope.types.get(name).copied();
        let own = self.own_scope().and_then(find);
        let found = own.or_else(|| self.checker.scope(PRELUDE).and_then(find))?;
        Some(match found.kind {
            TypeNameKind::Defined(ty) => ty,
            TypeNameKind::Alias(alias) => self.checker.resolved_alias(alias),
        })
    }

    fn unknown_tag(&self, name: &tree::Name) -> crate::diagnostics::Diagnostic {
        let scopes = self.own_scope().into_iter().chain(self.checker.scope(PRELUDE));
        let known = scopes.flat_map(|scope| scope.types.keys().chain(scope.tags.keys()).copied());
        let meant = self.checker.nearest(&name.text, known);
        report::names::unknown_type(&name.text, self.at(name.span), meant)
    }

    pub(super) fn variant_of(
        &mut self,
        choice: ChoiceId,
        variant: u16,
        entries: &'t [Entry],
        span: Span,
    ) -> Expr {
        let variants = self.checker.types.choice(choice).map(|choice| &choice.variants);
        let record = match variants {
            Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => {
                variants.get(variant as usize).map(|v| v.record)
            }
            _ => None,
        };
        let Some(record) = record else { return self.discarded(entries, span) };
        let payload = self.checker.types.intern(Type::Record(record));
        let ty = self.checker.types.intern(Type::Choice(choice));
        let value = self.record_of(record, payload, entries, span);
        if value.ty == TypeId::UNKNOWN {
            // It is of the choice all the same, whatever is wrong in it.
            return Expr { ty, span, kind: ExprKind::Broken };
        }
        Expr { ty, span, kind: ExprKind::Tagged(choice, variant, Box::new(value)) }
    }

    /// A literal of a known record: unknown and missing fields are errors.
    fn record_of(
        &mut self,
        record: RecordId,
        ty: TypeId,
        entries: &'t [Entry],
        span: Span,
    ) -> Expr {
        if record == RecordId::FILE && self.makes_up(entries) {
            self.report(report::records::made_up_file(self.at(span)));
            return self.discarded(entries, span);
        }
        let count = self.checker.types.record(record).map_or(0, |record| record.fields.len());
        let mut values: Vec<Option<Expr>> = Vec::new();
        values.resize_with(count, || None);
        let mut statements = Vec::new();
        let mut wrong = false;
        for (index, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Field { name, value, shorthand } => {
                    self.no_second_entry(entries, index, name);
                    match self.field_of(record, name, *shorthand) {
                        Some((slot, field)) => {
                            let place = self.checker.field_place(record, slot);
                            let reason = Reason::at(place, "the field stands here");
                            let value = match self.null_of(record, slot, value) {
                                Some(null) => null,
                                None => self.expr(value, Some(field)),
                            };
                            let value = self.fit(value, field, reason);
                            if let Some(slot) = values.get_mut(slot) {
                                *slot = Some(value);
                            }
                        }
                        None => {
                            wrong = true;
                            self.expr(value, None);
                        }
                    }
                }
                Entry::Spread(from) => {
                    wrong |= !self.spread_into(record, from, &mut values, &mut statements);
                }
            }
        }
        // A field of a wrong name is likely one of those that are missing.
        wrong = wrong || !self.fill_in(record, &mut values, span);
        if wrong {
            return broken(span);
        }
        let values = values.into_iter().flatten().collect();
        let value = Expr { ty, span, kind: ExprKind::Record(record, values) };
        if statements.is_empty() {
            return value;
        }
        let block = Block { statements, value: Some(Box::new(value)) };
        Expr { ty, span, kind: ExprKind::Block(block) }
    }

    /// Whether a file is made of nothing that is stored, where one is not just said to be: in a test, as a sample.
    fn makes_up(&self, entries: &[Entry]) -> bool {
        let stands_in = matches!(self.kind, Kind::Test | Kind::Constant(Purpose::Sample));
        !stands_in && !entries.iter().any(|entry| matches!(entry, Entry::Spread(_)))
    }

    /// `null` for a field that is `nullable`, which is another thing than `none` when it is written.
    fn null_of(&self, record: RecordId, field: usize, value: &tree::Expr) -> Option<Expr> {
        let field = self.checker.types.record(record)?.fields.get(field)?;
        let null = matches!(value.kind, tree::ExprKind::Null) && field.nullable;
        null.then(|| constant(Constant::Null, field.ty, value.span))
    }

    /// The position and type of a record's field.
    fn field_of(
        &mut self,
        record: RecordId,
        name: &tree::Name,
        shorthand: bool,
    ) -> Option<(usize, TypeId)> {
        let fields = self.checker.types.record(record).map(|record| record.fields.as_slice())?;
        let found = fields.iter().enumerate().find(|(_, field)| field.name == name.text);
        if let Some((index, field)) = found {
            return Some((index, field.ty));
        }
        if !name.text.is_empty() {
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            let meant = self.checker.nearest(&name.text, names.iter().copied());
            let owner = self.checker.types.record(record).map(|r| r.name.clone());
            let place = self.checker.record_place(record);
            let at = self.at(name.span);
            let owner = owner.unwrap_or_default();
            let diagnostic =
                report::names::unknown_entry(name, at, &owner, &names, meant, place, shorthand);
            self.report(diagnostic);
        }
        None
    }

    pub(in crate::semantics) fn no_second_entry(
        &mut self,
        entries: &[Entry],
        index: usize,
        name: &tree::Name,
    ) {
        let earlier = entries.iter().take(index).find_map(|entry| match entry {
            Entry::Field { name: earlier, .. } if earlier.text == name.text => Some(earlier.span),
            _ => None,
        });
        if let Some(earlier) = earlier.filter(|_| !name.text.is_empty()) {
            let (at, first) = (self.at(name.span), self.at(earlier));
            self.report(report::names::twice("field", &name.text, at, first));
        }
    }

    /// Binds a record that is spread, and gives its fields. None where it is no record, which is told.
    fn spread_source(
        &mut self,
        from: &'t tree::Expr,
        statements: &mut Vec<Stmt>,
    ) -> Option<(LocalId, Vec<(EcoString, TypeId)>)> {
        let span = from.span;
        let value = self.expr(from, None);
        let source = match self.checker.types.get(value.ty) {
            Type::Record(source) => source,
            Type::Unknown => return None,
            _ => {
                let (at, found) = (self.at(span), self.name(value.ty));
                self.report(report::records::spreads_no_record(at, &found));
                return None;
            }
        };
        let local = self.hidden_local(value.ty, span);
        statements.push(Stmt { span, kind: StmtKind::Set { local, value } });
        let source = self.checker.types.record(source)?;
        Some((local, source.fields.iter().map(|f| (f.name.clone(), f.ty)).collect()))
    }

    /// Takes the fields of another record over.
    fn spread_into(
        &mut self,
        record: RecordId,
        from: &'t tree::Expr,
        values: &mut [Option<Expr>],
        statements: &mut Vec<Stmt>,
    ) -> bool {
        let span = from.span;
        let Some((local, fields)) = self.spread_source(from, statements) else { return false };
        let mut fine = true;
        for (index, (name, ty)) in fields.into_iter().enumerate() {
            let name = tree::Name { text: name, span };
            let Some((slot, expected)) = self.field_of(record, &name, false) else {
                fine = false;
                continue;
            };
            let base = Box::new(self.read(local, span));
            let value = Expr { ty, span, kind: ExprKind::Field(base, index as u16) };
            let value = self.fit(value, expected, Reason::NONE);
            fine &= value.ty != TypeId::UNKNOWN;
            if let Some(slot) = values.get_mut(slot) {
                *slot = Some(value);
            }
        }
        fine
    }

    /// Gives each field that a literal leaves out its default, or none; tells of those that have neither.
    fn fill_in(&mut self, record: RecordId, values: &mut [Option<Expr>], span: Span) -> bool {
        let mut missing = Vec::new();
        for (index, slot) in values.iter_mut().enumerate() {
            if slot.is_some() {
                continue;
            }
            let field = self.checker.types.record(record).and_then(|r| r.fields.get(index));
            let Some((name, ty)) = field.map(|field| (field.name.clone(), field.ty)) else {
                continue;
            };
            if self.test.completes() {
                *slot = self.made_up(record, index, span);
                continue;
            }
            let default = self.checker.field_defaults.get(&(record, index as u16)).copied();
            *slot = match default.map(|id| self.checker.evaluate(id).1) {
                Some(Some(value)) => Some(constant(value, ty, span)),
                Some(None) => Some(broken(span)),
                None if self.checker.may_be_left_out(ty) => {
                    Some(constant(Constant::None, ty, span))
                }
                None => {
                    missing.push((name, ty));
                    None
                }
            };
        }
        if missing.is_empty() {
            return true;
        }
        let owner = self.checker.types.record(record).map(|record| record.name.clone());
        let place = self.checker.record_place(record);
        let at = self.at(span);
        let source = self.checker.sources.slice(at);
        let types = &self.checker.types;
        let owner = owner.unwrap_or_default();
        let diagnostic =
            report::records::missing_fields(at, &owner, &missing, types, place, source);
        self.report(diagnostic);
        false
    }

    fn map_of(&mut self, value: TypeId, ty: TypeId, entries: &'t [Entry], span: Span) -> Expr {
        let mut parts = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Field { name, value: entry, .. } => {
                    self.no_second_entry(entries, index, name);
                    parts.push(MapPart::Entry(name.text.clone(), self.check(entry, value)));
                }
                Entry::Spread(from) => parts.push(MapPart::Spread(self.check(from, ty))),
            }
        }
        Expr { ty, span, kind: ExprKind::Map(parts) }
    }

    /// Values of any type that can be JSON; an optional one that is none leaves its entry out.
    fn json_object(&mut self, entries: &'t [Entry], span: Span) -> Expr {
        let mut parts = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Field { name, value, .. } => {
                    self.no_second_entry(entries, index, name);
                    let value = self.expr(value, Some(TypeId::JSON));
                    if crate::semantics::narrow::is_none(&value) {
                        continue;
                    }
                    let value = self.json_value(value);
                    parts.push(JsonPart::Entry(name.text.clone(), value));
                }
                Entry::Spread(from) => {
                    let value = self.expr(from, Some(TypeId::JSON));
                    let spreads = matches!(
                        self.checker.types.get(value.ty),
                        Type::Record(_) | Type::Map(_) | Type::Json | Type::Unknown
                    );
                    if !spreads {
                        let (at, found) = (self.at(value.span), self.name(value.ty));
                        self.report(report::records::spreads_no_record(at, &found));
                    }
                    parts.push(JsonPart::Spread(self.json_value(value)));
                }
            }
        }
        Expr { ty: TypeId::JSON, span, kind: ExprKind::JsonObject(parts) }
    }

    fn json_value(&mut self, value: Expr) -> Expr {
        let bare = self.checker.types.without_optional(value.ty);
        if self.checker.can_be_json(bare) || bare == TypeId::NEVER {
            return value;
        }
        self.fit(value, TypeId::JSON, Reason::NONE)
    }

    /// A literal that nothing says the type of has a record type of its own.
    fn shape_of(&mut self, entries: &'t [Entry], span: Span) -> Expr {
        let mut fields: Vec<(EcoString, Expr)> = Vec::new();
        let mut statements = Vec::new();
        let mut wrong = false;
        for (index, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Field { name, value, .. } => {
                    self.no_second_entry(entries, index, name);
                    let value = self.expr(value, None);
                    if value.ty == TypeId::NONE {
                        let at = self.at(value.span);
                        self.report(report::types::binds_nothing(at, true));
                    }
                    wrong |= matches!(value.ty, TypeId::NONE | TypeId::UNKNOWN | TypeId::NEVER);
                    put(&mut fields, name.text.clone(), value);
                }
                Entry::Spread(from) => {
                    wrong |= !self.spread_shape(from, &mut fields, &mut statements);
                }
            }
        }
        if wrong {
            return broken(span);
        }
        let shape = fields.iter().map(|(name, value)| (name.clone(), value.ty)).collect();
        let at = self.at(span);
        let ty = self.checker.shape(shape, at);
        let Type::Record(record) = self.checker.types.get(ty) else { return broken(span) };
        let values = fields.into_iter().map(|(_, value)| value).collect();
        let value = Expr { ty, span, kind: ExprKind::Record(record, values) };
        if statements.is_empty() {
            return value;
        }
        let block = Block { statements, value: Some(Box::new(value)) };
        Expr { ty, span, kind: ExprKind::Block(block) }
    }

    fn spread_shape(
        &mut self,
        from: &'t tree::Expr,
        fields: &mut Vec<(EcoString, Expr)>,
        statements: &mut Vec<Stmt>,
    ) -> bool {
        let span = from.span;
        let Some((local, taken)) = self.spread_source(from, statements) else { return false };
        for (index, (name, ty)) in taken.into_iter().enumerate() {
            let base = Box::new(self.read(local, span));
            let kind = ExprKind::Field(base, index as u16);
            put(fields, name, Expr { ty, span, kind });
        }
        true
    }

    fn discarded(&mut self, entries: &'t [Entry], span: Span) -> Expr {
        self.discard_entries(entries);
        broken(span)
    }

    fn discard_entries(&mut self, entries: &'t [Entry]) {
        for entry in entries {
            match entry {
                Entry::Field { value, .. } | Entry::Spread(value) => {
                    self.expr(value, None);
                }
            }
        }
    }
}

/// Sets a field, in the place of an earlier one of the same name.
fn put(fields: &mut Vec<(EcoString, Expr)>, name: EcoString, value: Expr) {
    match fields.iter_mut().find(|(known, _)| *known == name) {
        Some((_, slot)) => *slot = value,
        None => fields.push((name, value)),
    }
}

impl crate::semantics::checker::Checker<'_> {
    /// Where a record is defined, if it has a name.
    pub(in crate::semantics) fn record_place(&self, record: RecordId) -> Option<Location> {
        self.record_items.get(&record).and_then(|&index| self.records.get(index)).map(|r| r.name)
    }

    /// Where a field of a named record is defined.
    pub(in crate::semantics) fn field_place(
        &self,
        record: RecordId,
        field: usize,
    ) -> Option<Location> {
        let item = self.record_items.get(&record).and_then(|&index| self.records.get(index))?;
        item.fields.get(field).map(|field| Location { file: item.file, span: field.name.span })
    }
}

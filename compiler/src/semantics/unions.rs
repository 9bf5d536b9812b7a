//! Choices of records without tags: `type Party = Person | Company`.
//!
//! Where all names of a choice are records of their own, a value is one of these records, told apart in JSON by
//! its fields. They are tried in order, so that each must require something that no later one has.

use callflow_artifact::types::{ChoiceId, Field, RecordId, Type, TypeId, Variant, Variants};
use ecow::EcoString;

use crate::source::{FileId, Location};
use crate::syntax::tree::{ItemKind, Name, TypeDefinition, VariantItem, VariantKind};

use super::checker::Checker;
use super::names::{PRELUDE, TypeNameKind};
use super::report;

/// A choice of records whose members are still to be found.
pub(super) struct Union<'t> {
    pub(super) choice: ChoiceId,
    pub(super) file: FileId,
    pub(super) name: &'t EcoString,
    pub(super) members: &'t [VariantItem],
}

impl<'t> Checker<'t> {
    /// Whether a choice is one of records that have names of their own: where no alternative has fields, and any
    /// is the name of a record. Records may be declared later than the choice.
    pub(super) fn is_union(&self, file: FileId, variants: &[VariantItem]) -> bool {
        let bare = |variant: &VariantItem| matches!(&variant.kind, VariantKind::Tagged { name, fields } if fields.is_empty() && name.span == variant.span);
        if variants.len() < 2 || !variants.iter().all(bare) {
            return false;
        }
        let module = self.modules.iter().find(|module| module.file == file);
        let items = module.map(|module| module.tree.items.as_slice()).unwrap_or_default();
        let is_record = |wanted: &Name| {
            items.iter().any(|item| match &item.kind {
                ItemKind::Type(ty) => {
                    ty.name.text == wanted.text
                        && matches!(ty.definition, TypeDefinition::Record(_))
                }
                _ => false,
            })
        };
        variants.iter().any(|variant| match &variant.kind {
            VariantKind::Tagged { name, .. } => is_record(name),
            VariantKind::Literal(_) => false,
        })
    }

    /// Finds the records of all unions.
    pub(super) fn resolve_unions(&mut self) {
        for index in 0..self.unions.len() {
            let Some(union) = self.unions.get(index) else { continue };
            let (choice, file, items) = (union.choice, union.file, union.members);
            let mut members: Vec<Variant> = Vec::with_capacity(items.len());
            for item in items {
                let VariantKind::Tagged { name, .. } = &item.kind else { continue };
                let at = Location { file, span: name.span };
                match self.record_named(file, name) {
                    Some(record) if members.iter().any(|known| known.record == record) => {
                        self.report(report::definitions::member_twice(&name.text, at));
                    }
                    Some(record) => {
                        let (name, doc) = (name.text.clone(), item.doc.clone());
                        members.push(Variant { name, record, doc });
                    }
                    None => self.report(report::definitions::no_member(&name.text, at)),
                }
            }
            if let Some(choice) = self.types.choice_mut(choice) {
                choice.variants = Variants::Untagged(members);
            }
        }
    }

    fn record_named(&self, file: FileId, name: &Name) -> Option<RecordId> {
        let own = self.scope(self.scope_of(file))?;
        let found = own.types.get(name.text.as_str());
        let found = found.or_else(|| self.scope(PRELUDE)?.types.get(name.text.as_str()))?;
        let TypeNameKind::Defined(ty) = found.kind else { return None };
        match self.types.get(ty) {
            Type::Record(record) => Some(record),
            _ => None,
        }
    }

    /// Tells of unions whose records cannot be told apart.
    pub(super) fn check_unions(&mut self) {
        for index in 0..self.unions.len() {
            let Some(union) = self.unions.get(index) else { continue };
            let (file, items, name) = (union.file, union.members, union.name);
            let known = self.types.choice(union.choice).map(|choice| &choice.variants);
            let Some(Variants::Untagged(members)) = known else { continue };
            let pairs = members
                .iter()
                .enumerate()
                .flat_map(|(i, first)| members.iter().skip(i + 1).map(move |later| (first, later)));
            let same = pairs.filter(|(first, later)| !self.differ(first.record, later.record));
            let same: Option<(EcoString, EcoString)> =
                same.map(|(first, later)| (first.name.clone(), later.name.clone())).next();
            let Some((first, later)) = same else { continue };
            let place = items.iter().find(
                |item| matches!(&item.kind, VariantKind::Tagged { name, .. } if name.text == later),
            );
            let Some(span) = place.map(|item| item.span) else { continue };
            let at = Location { file, span };
            self.report(report::definitions::ambiguous_union(at, name, &first, &later));
        }
    }

    /// Whether no object of the later record can be taken for the first one, which is tried before: the first
    /// requires something that the later one does not have.
    fn differ(&self, first: RecordId, later: RecordId) -> bool {
        let fields = |id| self.types.record(id).map(|record| record.fields.as_slice());
        let (first, later) = (fields(first).unwrap_or_default(), fields(later).unwrap_or_default());
        first.iter().any(|field| {
            let required =
                field.default.is_none() && !matches!(self.types.get(field.ty), Type::Optional(_));
            let other = later.iter().find(|other| other.wire_name() == field.wire_name());
            required && other.is_none_or(|other| self.disjoint(field, other))
        })
    }

    /// Whether two fields are choices of texts that have none in common.
    fn disjoint(&self, one: &Field, other: &Field) -> bool {
        let texts = |ty: TypeId| match self.types.get(self.types.without_optional(ty)) {
            Type::Choice(choice) => match self.types.choice(choice).map(|c| &c.variants) {
                Some(Variants::Literals(texts)) => Some(texts),
                _ => None,
            },
            _ => None,
        };
        match (texts(one.ty), texts(other.ty)) {
            (Some(one), Some(other)) => one.iter().all(|text| !other.contains(text)),
            _ => false,
        }
    }

    /// The position of a record among the members of a choice without tags.
    pub(super) fn member_of(&self, record: TypeId, choice: TypeId) -> Option<(ChoiceId, u16)> {
        let (Type::Record(record), Type::Choice(choice)) =
            (self.types.get(record), self.types.get(choice))
        else {
            return None;
        };
        let Variants::Untagged(members) = &self.types.choice(choice)?.variants else { return None };
        let index = members.iter().position(|member| member.record == record)?;
        Some((choice, index as u16))
    }
}

//! Types, fields and parameters.

use super::builder::Builder;
use super::document::{Line, Node};
use super::lists::{Braces, Comma};
use crate::syntax::token::Kind;
use crate::syntax::tree::{
    Field, Parameter, TypeDefinition, TypeExpr, TypeItem, TypeKind, VariantItem, VariantKind,
};

impl Builder<'_> {
    /// A type. Parentheses around it are in the text only, and stay.
    pub(super) fn ty(&mut self, ty: &TypeExpr) {
        let (mut inner, mut questions, mut parens) = (ty, 0_u32, 0_u32);
        while let TypeKind::Optional(optional) = &inner.kind {
            (inner, questions) = (optional, questions + 1);
        }
        while self.kind() == Some(Kind::ParenOpen) && !self.failed {
            parens += 1;
            self.take();
        }
        self.plain_type(&inner.kind);
        while (parens > 0 || questions > 0) && !self.failed {
            match self.kind() {
                Some(Kind::ParenClose) if parens > 0 => parens -= 1,
                Some(Kind::Question) if questions > 0 => questions -= 1,
                _ => return self.fail(),
            }
            self.take();
        }
    }

    fn plain_type(&mut self, kind: &TypeKind) {
        match kind {
            TypeKind::Name(names) => {
                for (i, name) in names.iter().enumerate() {
                    if i > 0 {
                        self.token(Kind::Dot);
                    }
                    self.name(name);
                }
            }
            TypeKind::List(item) => {
                self.token(Kind::BracketOpen);
                self.ty(item);
                self.token(Kind::BracketClose);
            }
            TypeKind::Map(key, value) => {
                self.token(Kind::BracketOpen);
                self.ty(key);
                self.token(Kind::Colon);
                self.space();
                self.ty(value);
                self.token(Kind::BracketClose);
            }
            TypeKind::Record(fields) => self.fields(fields),
            TypeKind::Choice(variants) => self.choice(variants),
            TypeKind::Missing | TypeKind::Optional(_) => self.fail(),
        }
    }

    /// `: T`
    pub(super) fn annotation(&mut self, ty: Option<&TypeExpr>) {
        if let Some(ty) = ty {
            self.token(Kind::Colon);
            self.space();
            self.ty(ty);
        }
    }

    /// ` -> T`
    pub(super) fn result(&mut self, ty: Option<&TypeExpr>) {
        if let Some(ty) = ty {
            self.space();
            self.token(Kind::Arrow);
            self.space();
            self.ty(ty);
        }
    }

    /// `type Name { … }`, `type Name = …`
    pub(super) fn type_item(&mut self, item: &TypeItem) {
        self.token(Kind::Type);
        self.space();
        self.name(&item.name);
        if let TypeDefinition::Record(fields) = &item.definition {
            self.space();
            return self.fields(fields);
        }
        self.space();
        self.token(Kind::Equal);
        match &item.definition {
            TypeDefinition::Choice(variants) => self.variants(variants),
            TypeDefinition::Alias(ty) => {
                self.space();
                self.ty(ty);
            }
            TypeDefinition::Record(_) => {}
        }
    }

    /// The alternatives of a choice: on one line, else one a line with a `|` before each.
    fn variants(&mut self, variants: &[VariantItem]) {
        let mark = self.mark();
        for (i, variant) in variants.iter().enumerate() {
            if i == 0 {
                self.first_bar();
            } else {
                self.separate_parts(Line { space: true, ..Line::default() });
                self.token(Kind::Pipe);
                self.space();
            }
            self.variant(variant);
        }
        self.indent(mark);
        self.group(mark);
    }

    /// The `|` before the first alternative, which stands there where each has a line of its own.
    fn first_bar(&mut self) {
        let written = self.kind() == Some(Kind::Pipe);
        let commented = self.has_comments();
        if written && !commented {
            self.skip();
        }
        self.line();
        self.push(Node::Either { flat: "", broken: "|" });
        if written && commented {
            self.skip();
        }
        if !self.has_comments() {
            self.push(Node::Either { flat: "", broken: " " });
        }
    }

    /// `"a" | "b"` in place.
    fn choice(&mut self, variants: &[VariantItem]) {
        let mark = self.mark();
        for (i, variant) in variants.iter().enumerate() {
            if i > 0 {
                self.line();
                self.token(Kind::Pipe);
                self.space();
            }
            self.variant(variant);
        }
        self.indent(mark);
        self.group(mark);
    }

    fn variant(&mut self, variant: &VariantItem) {
        match &variant.kind {
            VariantKind::Literal(_) => self.token(Kind::TextOpen),
            VariantKind::Tagged { name, fields } => {
                self.name(name);
                if self.kind() == Some(Kind::BraceOpen) && variant.span.end > name.span.end {
                    self.space();
                    self.fields(fields);
                }
            }
        }
    }

    /// `{ name: type, … }`: without commas where each stands on a line of its own.
    fn fields(&mut self, fields: &[Field]) {
        self.braces(fields, Braces { comma: |_| Comma::OnOneLine, broken: false }, Self::field);
    }

    /// `name: type`, and its clauses as they are written.
    pub(super) fn field(&mut self, field: &Field) {
        self.name(&field.name);
        self.annotation(Some(&field.ty));
        while !self.failed && self.span().is_some_and(|span| span.start < field.span.end) {
            self.space();
            match self.kind() {
                Some(Kind::Nullable) => self.take(),
                Some(Kind::Equal) => {
                    self.take();
                    self.space();
                    self.maybe_expr(field.default.as_ref());
                }
                Some(Kind::Wire) => {
                    self.take();
                    self.space();
                    self.token(Kind::TextOpen);
                }
                Some(Kind::Sample) => {
                    self.take();
                    self.space();
                    self.maybe_expr(field.sample.as_ref());
                }
                _ => self.fail(),
            }
        }
    }

    /// `(name: type = default, into: type T = json)`
    pub(super) fn parameters(&mut self, parameters: &[Parameter]) {
        self.brackets((Kind::ParenOpen, Kind::ParenClose), parameters, Self::parameter);
    }

    /// `name: type = default`
    pub(super) fn parameter(&mut self, parameter: &Parameter) {
        self.name(&parameter.name);
        self.token(Kind::Colon);
        self.space();
        if parameter.is_type {
            self.token(Kind::Type);
            self.space();
        }
        self.ty(&parameter.ty);
        if self.kind() == Some(Kind::Equal) {
            self.space();
            self.take();
            self.space();
            match (&parameter.default, &parameter.default_type) {
                (_, Some(ty)) => self.ty(ty),
                (default, None) => self.maybe_expr(default.as_ref()),
            }
        }
    }
}

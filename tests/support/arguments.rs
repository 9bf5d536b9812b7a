//! Calls of a piece's actions as flow text, made from what the piece's source says of its parameters.

use callflow_compiler::source::FileId;
use callflow_compiler::syntax::parse;
use callflow_compiler::syntax::tree::{
    ActionItem, File, ItemKind, Parameter, TypeDefinition, TypeExpr, TypeKind, VariantItem,
    VariantKind,
};

/// How many arguments a call has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arity {
    /// Only those that must be given.
    Minimal,
    /// Every one.
    Maximal,
}

/// A piece's source, read for its actions.
pub struct PieceSource {
    file: File,
}

impl PieceSource {
    /// Reads a piece of the standard library.
    pub fn of(name: &str) -> PieceSource {
        let text = callflow_stdlib::PIECES.iter().find(|(piece, _)| *piece == name);
        let (_, text) = text.unwrap_or_else(|| panic!("there is no piece `{name}`"));
        PieceSource { file: parse(FileId(0), text).tree }
    }

    /// The actions, in order.
    pub fn actions(&self) -> impl Iterator<Item = &ActionItem> {
        self.file.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Action(action) => Some(action),
            _ => None,
        })
    }

    /// The arguments of a call: `name: "text", amount: 12.5`.
    pub fn arguments(&self, action: &ActionItem, arity: Arity, also: &[&str]) -> String {
        let wanted = |parameter: &&Parameter| {
            arity == Arity::Maximal
                || is_required(parameter)
                || also.contains(&parameter.name.text.as_str())
        };
        let argument = |parameter: &Parameter| {
            let value = match parameter.is_type {
                true if action.name.text == "classify" => "Topic".to_owned(),
                true => "Sample".to_owned(),
                false => self.value(&parameter.name.text, &parameter.ty),
            };
            format!("{}: {value}", parameter.name.text)
        };
        let arguments: Vec<String> =
            action.parameters.iter().filter(wanted).map(argument).collect();
        arguments.join(", ")
    }

    /// A literal of a type; for a text, one that a parameter of that name takes.
    fn value(&self, name: &str, ty: &TypeExpr) -> String {
        match &ty.kind {
            TypeKind::Optional(inner) => self.value(name, inner),
            TypeKind::List(item) => format!("[{}]", self.value(name, item)),
            TypeKind::Map(_, value) => format!("{{ custom_one: {} }}", self.value(name, value)),
            TypeKind::Choice(variants) => first_literal(variants),
            TypeKind::Record(fields) => {
                let fields = fields.iter().map(|field| {
                    format!("{}: {}", field.name.text, self.value(&field.name.text, &field.ty))
                });
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            TypeKind::Name(path) => {
                let type_name = path.last().map_or("", |name| name.text.as_str());
                self.named(name, type_name)
            }
            TypeKind::Missing => panic!("`{name}` has no type"),
        }
    }

    fn named(&self, name: &str, type_name: &str) -> String {
        match type_name {
            "string" => format!("{:?}", text(name)),
            "int" => "7".into(),
            "float" => "0.5".into(),
            "decimal" => "1200.50".into(),
            "bool" => "true".into(),
            "duration" => "94s".into(),
            "time" => "2026-03-02T09:15:01Z".into(),
            "date" => "2026-03-02".into(),
            "phone" => "\"+14155550111\"".into(),
            "json" => "{ type: \"divider\" }".into(),
            _ => {
                let items = self.file.items.iter();
                let definition = items
                    .filter_map(|item| match &item.kind {
                        ItemKind::Type(item) if item.name.text == type_name => {
                            Some(&item.definition)
                        }
                        _ => None,
                    })
                    .next();
                match definition {
                    Some(TypeDefinition::Choice(variants)) => first_literal(variants),
                    Some(TypeDefinition::Record(fields)) => {
                        let kind = TypeKind::Record(fields.clone());
                        self.value(name, &TypeExpr { span: fields[0].span, kind })
                    }
                    Some(TypeDefinition::Alias(ty)) => self.value(name, ty),
                    None => panic!("`{name}` has the unknown type `{type_name}`"),
                }
            }
        }
    }
}

fn is_required(parameter: &Parameter) -> bool {
    let optional = matches!(parameter.ty.kind, TypeKind::Optional(_));
    parameter.is_type || !(optional || parameter.default.is_some())
}

fn first_literal(variants: &[VariantItem]) -> String {
    match variants.first().map(|variant| &variant.kind) {
        Some(VariantKind::Literal(text)) => format!("{text:?}"),
        _ => panic!("a parameter of a tagged choice"),
    }
}

/// A text that a service takes for a parameter of that name.
fn text(name: &str) -> &str {
    match name {
        "channel" => "C0123456789",
        "user" | "users" => "U0123456789",
        "ts" | "thread" => "1772442996.000100",
        "email" => "ada@example.com",
        "id" | "contact" | "company" | "deal" | "ticket" | "owner" => "501",
        _ => "some text/with: signs & ünïcode",
    }
}

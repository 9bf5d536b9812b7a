//! One instruction as text: `r3: decimal = field r0.budget`.

use std::fmt::{self, Write};

use super::Labels;
use crate::artifact::Artifact;
use crate::bytecode::{Arithmetic, Conversion, Function, FunctionId, Op, Order, Reg};
use crate::constant::Constant;
use crate::types::{ChoiceId, Record, RecordId, Type, TypeId, Variant, Variants};

/// How much of a long text is shown.
const LONGEST_TEXT: usize = 60;

/// What an instruction's numbers mean.
pub(super) struct Shown<'a> {
    pub(super) artifact: &'a Artifact,
    pub(super) function: &'a Function,
    pub(super) labels: &'a Labels,
}

impl Shown<'_> {
    pub(super) fn op(&self, out: &mut String, op: &Op) -> fmt::Result {
        if let Some(Reg(dst)) = op.destination() {
            write!(out, "r{dst}: {} = ", self.ty(self.of(Reg(dst))))?;
        }
        match op {
            Op::Constant { constant: id, .. } => {
                match self.artifact.constants.get(id.0 as usize) {
                    Some(value) => out.push_str(&constant(value)),
                    None => write!(out, "constant {}", id.0)?,
                }
                Ok(())
            }
            Op::Move { src, .. } => write!(out, "r{}", src.0),
            Op::Some { src, .. } => write!(out, "some r{}", src.0),
            Op::Unwrap { src, .. } => write!(out, "unwrap r{}", src.0),
            Op::Convert { src, conversion, .. } => {
                let name = match conversion {
                    Conversion::IntToFloat => "float",
                    Conversion::IntToDecimal => "decimal",
                    Conversion::ToText => "text",
                    Conversion::ToJson => "json",
                };
                write!(out, "{name} r{}", src.0)
            }
            Op::Arithmetic { op, a, b, .. } => {
                let sign = match op {
                    Arithmetic::Add => "+",
                    Arithmetic::Subtract => "-",
                    Arithmetic::Multiply => "*",
                    Arithmetic::Divide => "/",
                    Arithmetic::Remainder => "%",
                };
                write!(out, "r{} {sign} r{}", a.0, b.0)
            }
            Op::Negate { src, .. } => write!(out, "-r{}", src.0),
            Op::Not { src, .. } => write!(out, "not r{}", src.0),
            Op::Compare { order, a, b, .. } => {
                let sign = match order {
                    Order::Less => "<",
                    Order::LessOrEqual => "<=",
                    Order::Greater => ">",
                    Order::GreaterOrEqual => ">=",
                };
                write!(out, "r{} {sign} r{}", a.0, b.0)
            }
            Op::Equal { a, b, .. } => write!(out, "r{} == r{}", a.0, b.0),
            Op::Format { src, .. } => write!(out, "format r{}", src.0),
            Op::Concat { parts, .. } => write!(out, "concat{}", registers(parts)),
            Op::Record { record, fields, .. } => {
                write!(out, "record {}{}", self.record(*record), registers(fields))
            }
            Op::Field { src, index, .. } => {
                let name = self.record_of(self.of(*src)).and_then(|record| {
                    record.fields.get(usize::from(*index)).map(|field| field.name.to_string())
                });
                let name = name.unwrap_or_else(|| index.to_string());
                write!(out, "field r{}.{name}", src.0)
            }
            Op::List { items, .. } => write!(out, "list{}", registers(items)),
            Op::Append { list, item } => write!(out, "append r{} to r{}", item.0, list.0),
            Op::ListIndex { list, index, .. } => write!(out, "item r{}[r{}]", list.0, index.0),
            Op::Map { entries, .. } => {
                out.push_str("map");
                entries.iter().try_for_each(|(key, value)| write!(out, " r{}: r{}", key.0, value.0))
            }
            Op::MapInsert { map, key, value } => {
                write!(out, "set r{}[r{}] to r{}", map.0, key.0, value.0)
            }
            Op::MapIndex { map, key, .. } => write!(out, "entry r{}[r{}]", map.0, key.0),
            Op::JsonIndex { json, key, .. } => write!(out, "json r{}[r{}]", json.0, key.0),
            Op::JsonInsert { object, key, value } => {
                write!(out, "set json r{}[r{}] to r{}", object.0, key.0, value.0)
            }
            Op::JsonExtend { object, from } => {
                write!(out, "extend json r{} with r{}", object.0, from.0)
            }
            Op::Decode { src, .. } => write!(out, "decode r{}", src.0),
            Op::Schema { ty, .. } => write!(out, "schema {}", self.ty(*ty)),
            Op::Tagged { choice, variant, record, .. } => {
                write!(out, "tag {} r{}", self.variant(Some(*choice), *variant), record.0)
            }
            Op::IsVariant { src, variant, .. } => {
                write!(out, "r{} is {}", src.0, self.variant(self.choice(*src), *variant))
            }
            Op::Payload { src, variant, .. } => {
                write!(out, "payload r{} of {}", src.0, self.variant(self.choice(*src), *variant))
            }
            Op::Builtin { builtin, arguments, .. } => match arguments.split_first() {
                Some((receiver, rest)) => {
                    write!(out, "r{}.{}({})", receiver.0, builtin.signature().name, listed(rest))
                }
                None => write!(out, "{builtin:?}"),
            },
            Op::Call { function, types, arguments, .. } => {
                let name = self.function_name(*function);
                write!(out, "call {name}{}({})", self.types(types), listed(arguments))
            }
            Op::Effect { effect, arguments, .. } => self.effect(out, effect, arguments),
            Op::Jump { to } => write!(out, "jump {}", self.labels.show(*to)),
            Op::JumpIf { condition, to } => {
                write!(out, "if r{} jump {}", condition.0, self.labels.show(*to))
            }
            Op::JumpIfNot { condition, to } => {
                write!(out, "if not r{} jump {}", condition.0, self.labels.show(*to))
            }
            Op::JumpIfNone { src, to } => {
                write!(out, "if r{} is none jump {}", src.0, self.labels.show(*to))
            }
            Op::Return { src } => write!(out, "return r{}", src.0),
            Op::Fail { message, kind: None } => write!(out, "fail r{}", message.0),
            Op::Fail { message, kind: Some(kind) } => {
                write!(out, "fail r{} of kind r{}", message.0, kind.0)
            }
            Op::Raise { error } => write!(out, "raise r{}", error.0),
            Op::Stop => write!(out, "stop"),
        }
    }

    /// `f3 score`
    pub(super) fn function_name(&self, id: FunctionId) -> String {
        let name = self.artifact.functions.get(id.0 as usize);
        format!("f{} {}", id.0, name.map_or("?", |function| function.name.as_str()))
    }

    pub(super) fn types(&self, types: &[TypeId]) -> String {
        if types.is_empty() {
            return String::new();
        }
        let types: Vec<String> = types.iter().map(|&ty| self.ty(ty)).collect();
        format!("<{}>", types.join(", "))
    }

    fn ty(&self, ty: TypeId) -> String {
        self.artifact.types.display(ty)
    }

    fn of(&self, register: Reg) -> TypeId {
        let registers = &self.function.registers;
        registers.get(usize::from(register.0)).copied().unwrap_or(TypeId::UNKNOWN)
    }

    fn record_of(&self, ty: TypeId) -> Option<&Record> {
        match self.artifact.types.get(ty) {
            Type::Record(record) => self.artifact.types.record(record),
            _ => None,
        }
    }

    fn record(&self, record: RecordId) -> String {
        match self.artifact.types.record(record) {
            Some(record) if record.name.is_empty() => "{ }".into(),
            Some(record) => record.name.to_string(),
            None => format!("{}", record.0),
        }
    }

    fn choice(&self, src: Reg) -> Option<ChoiceId> {
        match self.artifact.types.get(self.of(src)) {
            Type::Choice(choice) => Some(choice),
            _ => None,
        }
    }

    fn variant(&self, choice: Option<ChoiceId>, variant: u16) -> String {
        let named = |variants: &Variants| match variants {
            Variants::Tagged(variants) | Variants::Untagged(variants) => {
                variants.get(usize::from(variant)).map(name_of)
            }
            Variants::Literals(_) => None,
        };
        choice
            .and_then(|choice| self.artifact.types.choice(choice))
            .and_then(|choice| named(&choice.variants))
            .unwrap_or_else(|| variant.to_string())
    }
}

fn name_of(variant: &Variant) -> String {
    variant.name.to_string()
}

/// ` r1 r2`
fn registers(registers: &[Reg]) -> String {
    registers.iter().map(|register| format!(" r{}", register.0)).collect()
}

/// `r1, r2`
fn listed(registers: &[Reg]) -> String {
    let registers: Vec<String> =
        registers.iter().map(|register| format!("r{}", register.0)).collect();
    registers.join(", ")
}

/// A constant as an author would write it; a long text and what nests ends in dots.
pub fn constant(constant: &Constant) -> String {
    match constant {
        Constant::None => "none".into(),
        Constant::Null => "null".into(),
        Constant::Bool(value) => value.to_string(),
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) => format!("{value:?}"),
        Constant::Decimal(value) => value.to_string(),
        Constant::Text(text) => quoted(text),
        Constant::Duration(milliseconds) => format!("{milliseconds}ms"),
        Constant::Time(time) => time.to_string(),
        Constant::Date(date) => date.to_string(),
        Constant::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Constant::List(items) => format!("[{} items]", items.len()),
        Constant::Map(entries) => format!("{{{} entries}}", entries.len()),
        Constant::Record(_, values) => format!("{{{} fields}}", values.len()),
        Constant::Tagged(_, _, values) => format!("tagged {{{} fields}}", values.len()),
        Constant::Json(text) => format!("json {}", quoted(text)),
    }
}

pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

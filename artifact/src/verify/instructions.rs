//! The types of an instruction's registers: what it works on, and what it gives.

use std::collections::HashMap;
use std::rc::Rc;

use super::constants::Effort;
use super::types::is_sound;
use super::{VerifyError, Wrong, at, ensure};
use crate::artifact::Artifact;
use crate::builtin::{Builtin, is_ordered, is_scalar, is_text};
use crate::bytecode::{ActionId, Arithmetic, Conversion, Function, FunctionId, Number, Op, Reg};
use crate::piece::Action;
use crate::types::{ChoiceId, Field, RecordId, Type, TypeId, Types, Variant, Variants};

/// What is known of an artifact while its functions are looked at.
pub(super) struct Context<'a> {
    pub(super) artifact: &'a Artifact,
    /// What looking at constants has cost.
    pub(super) effort: Effort<'a>,
    /// The artifact's types, and those that calls make by putting in type parameters.
    pub(super) types: Types,
    /// What methods take and give, by the type of their receiver.
    signatures: HashMap<(Builtin, TypeId), Option<Rc<Signature>>>,
}

/// What is taken and what is given.
pub(super) struct Signature {
    pub(super) parameters: Vec<TypeId>,
    pub(super) result: TypeId,
}

impl<'a> Context<'a> {
    pub(super) fn new(artifact: &'a Artifact) -> Self {
        Context {
            artifact,
            effort: Effort::new(artifact),
            types: artifact.types.clone(),
            signatures: HashMap::new(),
        }
    }
}

pub(super) fn check(context: &mut Context<'_>, function: &Function) -> Result<(), VerifyError> {
    let sound = |&ty| is_sound(&context.types, ty, function.type_parameters);
    let sound = function.registers.iter().map(sound).collect();
    let mut checker = Checker { context, function, sound };
    for (index, op) in function.code.iter().enumerate() {
        checker.instruction(op).map_err(|wrong| wrong.at(at(function, index)))?;
    }
    Ok(())
}

/// Looks at one function.
pub(super) struct Checker<'c, 'a> {
    pub(super) context: &'c mut Context<'a>,
    function: &'c Function,
    /// Whether values of each register's type exist.
    sound: Vec<bool>,
}

impl<'a> Checker<'_, 'a> {
    fn instruction(&mut self, op: &Op) -> Result<(), Wrong> {
        let mut used: Result<(), Wrong> = Ok(());
        op.each_source(|register| {
            if used.is_ok() {
                used = self.register(register);
            }
        });
        used?;
        op.destination().map_or(Ok(()), |register| self.register(register))?;
        if let Some(target) = op.target() {
            let length = self.function.code.len();
            let expected = || format!("a jump within {length} instructions");
            ensure((target as usize) < length, expected, || format!("one to {target}"))?;
        }
        self.types(op)
    }

    /// A register exists, and its type is one of values.
    fn register(&self, register: Reg) -> Result<(), Wrong> {
        match self.sound.get(usize::from(register.0)) {
            Some(true) => Ok(()),
            Some(false) => Err(Wrong::new("a register for values", self.show(self.of(register)))),
            None => {
                let expected = format!("one of {} registers", self.sound.len());
                Err(Wrong::new(expected, format!("r{}", register.0)))
            }
        }
    }

    fn types(&mut self, op: &Op) -> Result<(), Wrong> {
        match op {
            Op::Constant { dst, constant } => {
                let constants = &self.context.artifact.constants;
                let Some(constant) = constants.get(constant.0 as usize) else {
                    let expected = format!("one of {} constants", constants.len());
                    return Err(Wrong::new(expected, format!("{constant:?}")));
                };
                let ty = self.of(*dst);
                let fits = self.context.effort.fits(&self.context.types, constant, ty)?;
                ensure(fits, || self.show(ty), || format!("{constant:?}"))
            }
            Op::Move { dst, src } => self.is(*dst, self.of(*src)),
            Op::Some { dst, src } => self.is_optional(*dst, self.of(*src)),
            Op::Unwrap { dst, src } => self.is_optional(*src, self.of(*dst)),
            Op::Convert { dst, src, conversion } => self.convert(*dst, *src, *conversion),
            Op::Arithmetic { op, number, dst, a, b } => {
                let known = *number != Number::Duration
                    || matches!(op, Arithmetic::Add | Arithmetic::Subtract);
                ensure(known, || "durations added or subtracted".into(), || format!("{op:?}"))?;
                self.all_are(&[*dst, *a, *b], number_type(*number))
            }
            Op::Negate { number, dst, src } => self.all_are(&[*dst, *src], number_type(*number)),
            Op::Not { dst, src } => self.all_are(&[*dst, *src], TypeId::BOOL),
            Op::Compare { dst, a, b, .. } => {
                self.is(*dst, TypeId::BOOL)?;
                self.is(*b, self.of(*a))?;
                self.satisfies(*a, "a type with an order", is_ordered)
            }
            Op::Equal { dst, a, b } => {
                self.is(*dst, TypeId::BOOL)?;
                self.is(*b, self.of(*a))
            }
            Op::Format { dst, src } => {
                self.is(*dst, TypeId::STRING)?;
                self.satisfies(*src, "a type with a text form", is_scalar)
            }
            Op::Concat { dst, parts } => {
                self.is(*dst, TypeId::STRING)?;
                self.all_are(parts, TypeId::STRING)
            }
            Op::Record { dst, record, fields } => self.record(*dst, *record, fields),
            Op::Field { dst, src, index } => {
                let field = self.fields(self.of(*src))?.get(usize::from(*index)).map(|f| f.ty);
                let Some(ty) = field else {
                    let expected = format!("a field of {}", self.show(self.of(*src)));
                    return Err(Wrong::new(expected, format!("field {index}")));
                };
                self.is(*dst, ty)
            }
            Op::List { dst, items } => {
                let item = self.item(*dst)?;
                self.all_are(items, item)
            }
            Op::Append { list, item } => {
                let ty = self.item(*list)?;
                self.is(*item, ty)
            }
            Op::ListIndex { dst, list, index } => {
                let item = self.item(*list)?;
                self.is(*index, TypeId::INT)?;
                self.is(*dst, item)
            }
            Op::Map { dst, entries } => {
                let ty = self.value(*dst)?;
                for (key, value) in entries {
                    self.is(*key, TypeId::STRING)?;
                    self.is(*value, ty)?;
                }
                Ok(())
            }
            Op::MapInsert { map, key, value } => {
                let ty = self.value(*map)?;
                self.is(*key, TypeId::STRING)?;
                self.is(*value, ty)
            }
            Op::MapIndex { dst, map, key } => {
                let ty = self.value(*map)?;
                self.is(*key, TypeId::STRING)?;
                self.is_optional(*dst, ty)
            }
            Op::JsonIndex { dst, json, key } => {
                self.is(*json, TypeId::JSON)?;
                let key_type = |_: &Types, ty| ty == TypeId::STRING || ty == TypeId::INT;
                self.satisfies(*key, "string or int", key_type)?;
                self.is_optional(*dst, TypeId::JSON)
            }
            Op::JsonInsert { object, key, value } => {
                self.is(*object, TypeId::JSON)?;
                self.is(*key, TypeId::STRING)?;
                let part = |types: &Types, ty| is_json(types, types.without_optional(ty));
                self.satisfies(*value, "what can be JSON", part)
            }
            Op::JsonExtend { object, from } => {
                self.is(*object, TypeId::JSON)?;
                let object = |types: &Types, ty| {
                    matches!(types.get(ty), Type::Json | Type::Map(_) | Type::Record(_))
                };
                self.satisfies(*from, "json, a map or a record", object)
            }
            Op::Decode { dst, src, ty } => {
                self.decodable(*ty)?;
                self.is(*src, TypeId::JSON)?;
                self.is(*dst, *ty)
            }
            Op::Schema { dst, ty } => {
                self.decodable(*ty)?;
                self.is(*dst, TypeId::JSON)
            }
            Op::Tagged { dst, choice, variant, record } => {
                self.is_type(*dst, Type::Choice(*choice))?;
                let of = self.variant(*choice, *variant)?.record;
                self.is_type(*record, Type::Record(of))
            }
            Op::IsVariant { dst, src, variant } => {
                let choice = self.choice(*src)?;
                self.variant(choice, *variant)?;
                self.is(*dst, TypeId::BOOL)
            }
            Op::Payload { dst, src, variant } => {
                let choice = self.choice(*src)?;
                let of = self.variant(choice, *variant)?.record;
                self.is_type(*dst, Type::Record(of))
            }
            Op::Builtin { dst, builtin, arguments } => self.builtin(*dst, *builtin, arguments),
            Op::Call { dst, function, types, arguments } => {
                let signature = self.function_of(*function, types)?;
                self.passes(*dst, &signature, arguments)
            }
            Op::Effect { dst, effect, arguments } => self.effect(*dst, effect, arguments),
            Op::Jump { .. } | Op::Stop => Ok(()),
            Op::JumpIf { condition, .. } | Op::JumpIfNot { condition, .. } => {
                self.is(*condition, TypeId::BOOL)
            }
            Op::JumpIfNone { src, .. } => {
                let optional =
                    |types: &Types, ty| matches!(types.get(ty), Type::Optional(_) | Type::None);
                self.satisfies(*src, "an optional", optional)
            }
            Op::Return { src } => self.is(*src, self.function.result),
            Op::Fail { message, kind } => {
                self.is(*message, TypeId::STRING)?;
                kind.map_or(Ok(()), |kind| self.satisfies(kind, "an error's kind", is_text))
            }
            Op::Raise { error } => self.is(*error, self.context.artifact.error),
        }
    }

    fn convert(&self, dst: Reg, src: Reg, conversion: Conversion) -> Result<(), Wrong> {
        match conversion {
            Conversion::IntToFloat => {
                self.is(src, TypeId::INT)?;
                self.is(dst, TypeId::FLOAT)
            }
            Conversion::IntToDecimal => {
                self.is(src, TypeId::INT)?;
                self.is(dst, TypeId::DECIMAL)
            }
            Conversion::ToText => {
                self.satisfies(src, "what is held as text", is_text)?;
                self.is(dst, TypeId::STRING)
            }
            Conversion::ToJson => {
                self.satisfies(src, "what can be JSON", is_json)?;
                self.is(dst, TypeId::JSON)
            }
        }
    }

    fn record(&self, dst: Reg, record: RecordId, values: &[Reg]) -> Result<(), Wrong> {
        self.is_type(dst, Type::Record(record))?;
        let fields = self.fields(self.of(dst))?;
        ensure(
            fields.len() == values.len(),
            || format!("{} fields", fields.len()),
            || format!("{}", values.len()),
        )?;
        fields.iter().zip(values).try_for_each(|(field, &value)| self.is(value, field.ty))
    }

    // Calls.

    fn builtin(&mut self, dst: Reg, builtin: Builtin, arguments: &[Reg]) -> Result<(), Wrong> {
        let Some((&receiver, rest)) = arguments.split_first() else {
            return Err(Wrong::new(format!("what {builtin:?} is called on"), "no argument"));
        };
        let ty = self.of(receiver);
        let types = &mut self.context.types;
        let signature = self.context.signatures.entry((builtin, ty)).or_insert_with(|| {
            let signature = builtin.signature();
            signature.receiver.takes(types, ty).then(|| {
                let shapes = signature.parameters.iter().map(|parameter| parameter.shape);
                let parameters = shapes.map(|shape| shape.resolve(types, ty)).collect();
                Rc::new(Signature { parameters, result: signature.result.resolve(types, ty) })
            })
        });
        match signature.clone() {
            Some(signature) => self.passes(dst, &signature, rest),
            None => Err(Wrong::new(format!("what {builtin:?} can be called on"), self.show(ty))),
        }
    }

    /// What a function takes and gives.
    pub(super) fn function_of(
        &mut self,
        id: FunctionId,
        types: &[TypeId],
    ) -> Result<Signature, Wrong> {
        let functions = &self.context.artifact.functions;
        let Some(function) = functions.get(id.0 as usize) else {
            let expected = format!("one of {} functions", functions.len());
            return Err(Wrong::new(expected, format!("{id:?}")));
        };
        let parameters = function.registers.iter().take(usize::from(function.parameters)).copied();
        self.instantiate(function.type_parameters, parameters, function.result, types)
    }

    /// The action behind an id.
    pub(super) fn known_action(&self, id: ActionId) -> Result<&'a Action, Wrong> {
        let actions = &self.context.artifact.actions;
        let expected =
            || Wrong::new(format!("one of {} actions", actions.len()), format!("{id:?}"));
        actions.get(id.0 as usize).ok_or_else(expected)
    }

    /// What is taken and given once the type parameters are known.
    pub(super) fn instantiate(
        &mut self,
        count: u8,
        parameters: impl Iterator<Item = TypeId>,
        result: TypeId,
        given: &[TypeId],
    ) -> Result<Signature, Wrong> {
        ensure(
            given.len() == usize::from(count),
            || format!("{count} type parameters"),
            || format!("{}", given.len()),
        )?;
        given.iter().try_for_each(|&ty| self.decodable(ty))?;
        let types = &mut self.context.types;
        let parameters = parameters.map(|ty| types.substitute(ty, given)).collect();
        Ok(Signature { parameters, result: types.substitute(result, given) })
    }

    pub(super) fn passes(
        &self,
        dst: Reg,
        signature: &Signature,
        arguments: &[Reg],
    ) -> Result<(), Wrong> {
        self.takes(arguments, &signature.parameters)?;
        self.is(dst, signature.result)
    }

    /// The arguments are of the parameters' types.
    pub(super) fn takes(&self, arguments: &[Reg], parameters: &[TypeId]) -> Result<(), Wrong> {
        ensure(
            arguments.len() == parameters.len(),
            || format!("{} arguments", parameters.len()),
            || format!("{}", arguments.len()),
        )?;
        let mut pairs = arguments.iter().zip(parameters);
        pairs.try_for_each(|(&argument, &parameter)| self.is(argument, parameter))
    }

    // What registers are.

    /// The type of a register; that it exists has been shown before.
    pub(super) fn of(&self, register: Reg) -> TypeId {
        let registers = &self.function.registers;
        registers.get(usize::from(register.0)).copied().unwrap_or(TypeId::UNKNOWN)
    }

    pub(super) fn is(&self, register: Reg, ty: TypeId) -> Result<(), Wrong> {
        let found = self.of(register);
        ensure(found == ty, || self.show(ty), || self.show_register(register))
    }

    pub(super) fn is_type(&self, register: Reg, ty: Type) -> Result<(), Wrong> {
        let found = self.context.types.get(self.of(register));
        ensure(found == ty, || format!("{ty:?}"), || self.show_register(register))
    }

    fn all_are(&self, registers: &[Reg], ty: TypeId) -> Result<(), Wrong> {
        registers.iter().try_for_each(|&register| self.is(register, ty))
    }

    /// The register is of the type's optional, which is the type itself where it is an optional.
    pub(super) fn is_optional(&self, register: Reg, ty: TypeId) -> Result<(), Wrong> {
        ensure(
            self.holds_optional(self.of(register), ty),
            || format!("{}?", self.show(ty)),
            || self.show_register(register),
        )
    }

    fn satisfies(
        &self,
        register: Reg,
        expected: &str,
        condition: impl FnOnce(&Types, TypeId) -> bool,
    ) -> Result<(), Wrong> {
        let holds = condition(&self.context.types, self.of(register));
        ensure(holds, || expected.into(), || self.show_register(register))
    }

    pub(super) fn decodable(&self, ty: TypeId) -> Result<(), Wrong> {
        let known = (ty.0 as usize) < self.context.artifact.types.len().0
            && ty != TypeId::NONE
            && is_sound(&self.context.types, ty, self.function.type_parameters);
        ensure(known, || "a type of values".into(), || self.show(ty))
    }

    pub(super) fn item(&self, list: Reg) -> Result<TypeId, Wrong> {
        match self.context.types.get(self.of(list)) {
            Type::List(item) => Ok(item),
            _ => Err(Wrong::new("a list", self.show_register(list))),
        }
    }

    fn value(&self, map: Reg) -> Result<TypeId, Wrong> {
        match self.context.types.get(self.of(map)) {
            Type::Map(value) => Ok(value),
            _ => Err(Wrong::new("a map", self.show_register(map))),
        }
    }

    pub(super) fn fields(&self, ty: TypeId) -> Result<&[Field], Wrong> {
        match self.context.types.get(ty) {
            Type::Record(record) => self.context.types.record(record).map(|r| r.fields.as_slice()),
            _ => None,
        }
        .ok_or_else(|| Wrong::new("a record", self.show(ty)))
    }

    fn choice(&self, register: Reg) -> Result<ChoiceId, Wrong> {
        match self.context.types.get(self.of(register)) {
            Type::Choice(choice) => Ok(choice),
            _ => Err(Wrong::new("a choice", self.show_register(register))),
        }
    }

    fn variant(&self, choice: ChoiceId, variant: u16) -> Result<&Variant, Wrong> {
        match self.context.types.choice(choice).map(|choice| &choice.variants) {
            Some(Variants::Tagged(variants) | Variants::Untagged(variants)) => {
                variants.get(usize::from(variant))
            }
            _ => None,
        }
        .ok_or_else(|| Wrong::new("a tagged alternative", format!("{choice:?}, {variant}")))
    }

    pub(super) fn show(&self, ty: TypeId) -> String {
        self.context.types.display(ty)
    }

    pub(super) fn show_register(&self, register: Reg) -> String {
        format!("r{}: {}", register.0, self.show(self.of(register)))
    }
}

fn number_type(number: Number) -> TypeId {
    match number {
        Number::Int => TypeId::INT,
        Number::Float => TypeId::FLOAT,
        Number::Decimal => TypeId::DECIMAL,
        Number::Duration => TypeId::DURATION,
    }
}

/// Whether a value of the type can be JSON: all but credentials and what is no value.
fn is_json(types: &Types, ty: TypeId) -> bool {
    let ty = types.get(ty);
    !matches!(ty, Type::Secret | Type::Optional(_) | Type::None | Type::Unknown | Type::Never)
}

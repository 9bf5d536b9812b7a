//! One body: registers, labels, handlers.

use std::collections::{HashMap, HashSet};

use callflow_artifact::bytecode::{Function, Handler, Op, Origin, Reg};
use callflow_artifact::constant::Constant;
use callflow_artifact::types::TypeId;
use callflow_artifact::verify::is_checkable;
use ecow::EcoString;

use super::TooLarge;
use super::assign;
use super::program::Linker;
use crate::semantics::typed::{self, Block, LocalId};
use crate::source::{Location, Span};

/// What becomes a function of the artifact: a function of the program, or a branch in one.
pub(super) struct Body<'p> {
    /// What it is, or is a branch of: their locals are the same.
    pub(super) function: &'p typed::Function,
    /// For messages and traces: the function's name, for a branch with its own behind it.
    pub(super) name: EcoString,
    /// The locals in its first registers.
    pub(super) parameters: Vec<LocalId>,
    /// What it returns.
    pub(super) result: TypeId,
    /// What it does.
    pub(super) block: &'p Block,
}

impl<'p> Body<'p> {
    /// A function's.
    pub(super) fn of(function: &'p typed::Function) -> Body<'p> {
        Body {
            function,
            name: function.name.clone(),
            parameters: (0..u32::from(function.parameters)).map(LocalId).collect(),
            result: function.result,
            block: &function.body,
        }
    }
}

/// Builds the code of one body.
pub(super) struct Builder<'a, 'p> {
    /// Types, constants and ids, shared by all functions.
    pub(super) linker: &'a mut Linker<'p>,
    pub(super) body: Body<'p>,
    registers: Vec<TypeId>,
    /// Registers of locals, given when a local is first met.
    locals: HashMap<LocalId, Reg>,
    /// Locals that have had a value: setting one again must not begin before its old value was read.
    bound: HashSet<LocalId>,
    /// Locals that are set in more than one place.
    pub(super) reassigned: HashSet<LocalId>,
    /// Temporaries that hold nothing of use, by type.
    free: HashMap<TypeId, Vec<Reg>>,
    code: Vec<Op>,
    origins: Vec<Origin>,
    handlers: Vec<Handler>,
    labels: Vec<LabelState>,
    /// The loops around the current place, the innermost last.
    pub(super) loops: Vec<LoopLabels>,
    /// Whether control can reach the current place.
    live: bool,
    /// Where instructions come from that are emitted now.
    pub(super) span: Span,
    too_large: bool,
}

/// What is to become of an expression's value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Want {
    /// Nothing: it is evaluated for its effect.
    Nothing,
    /// It may stay where it is, or go to a temporary.
    Anywhere,
    /// It goes to this register, of the expression's type. The expression does not read it, or has done so
    /// before it writes it.
    In(Reg),
}

/// Where a value is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operand {
    /// The register.
    pub(super) register: Reg,
    /// Whether the register is given back after use.
    temporary: bool,
}

impl Operand {
    /// For what gives no value, or is never reached. Nothing reads it.
    pub(super) const NOWHERE: Operand = Operand { register: Reg(0), temporary: false };

    /// A register that stays in use.
    pub(super) fn fixed(register: Reg) -> Operand {
        Operand { register, temporary: false }
    }
}

/// A place in the code that jumps lead to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label(usize);

/// Where `continue` and `break` go.
#[derive(Debug, Clone, Copy)]
pub(super) struct LoopLabels {
    /// To the next turn.
    pub(super) next: Label,
    /// Past the last turn.
    pub(super) end: Label,
}

#[derive(Debug, Default)]
struct LabelState {
    at: Option<u32>,
    /// Jumps that wait for the place to be known.
    waiting: Vec<usize>,
}

impl<'a, 'p> Builder<'a, 'p> {
    /// Begins a body, with its parameters in the first registers.
    pub(super) fn new(linker: &'a mut Linker<'p>, body: Body<'p>) -> Self {
        let parameters = body.parameters.clone();
        let mut builder = Builder {
            linker,
            registers: Vec::new(),
            locals: HashMap::new(),
            bound: HashSet::new(),
            reassigned: assign::reassigned(body.block),
            body,
            free: HashMap::new(),
            code: Vec::new(),
            origins: Vec::new(),
            handlers: Vec::new(),
            labels: Vec::new(),
            loops: Vec::new(),
            live: true,
            span: Span::default(),
            too_large: false,
        };
        for parameter in parameters {
            builder.local(parameter);
            builder.bound.insert(parameter);
        }
        builder
    }

    /// Emits the whole body.
    pub(super) fn lower(mut self) -> Result<Function, TooLarge> {
        let Body { function, result, block, .. } = self.body;
        self.whole(block, result);
        let (nameable, file) = (!self.too_large, function.file);
        let whole = Function {
            name: self.body.name,
            parameters: self.body.parameters.len() as u16,
            type_parameters: function.type_parameters,
            result,
            registers: self.registers,
            code: self.code,
            origins: self.origins,
            handlers: self.handlers,
            file: file.0,
        };
        if nameable && is_checkable(&whole) {
            return Ok(whole);
        }
        let span = function.locals.first().map_or(self.span, |local| local.span);
        Err(TooLarge(whole.name.to_string(), Location { file, span }))
    }

    /// The type of the body's result.
    pub(super) fn result(&self) -> TypeId {
        self.body.result
    }

    // Registers.

    /// The register of a local.
    pub(super) fn local(&mut self, local: LocalId) -> Reg {
        if let Some(&register) = self.locals.get(&local) {
            return register;
        }
        let register = self.register(self.local_type(local));
        self.locals.insert(local, register);
        register
    }

    /// What a local is called; empty for one that the checker made.
    pub(super) fn local_name(&self, local: LocalId) -> EcoString {
        let locals = &self.body.function.locals;
        locals.get(local.0 as usize).map(|local| local.name.clone()).unwrap_or_default()
    }

    /// The type of a local.
    pub(super) fn local_type(&self, local: LocalId) -> TypeId {
        let locals = &self.body.function.locals;
        locals.get(local.0 as usize).map_or(TypeId::UNKNOWN, |local| local.ty)
    }

    /// Notes that a local is given a value, and tells whether it is the first.
    pub(super) fn bind(&mut self, local: LocalId) -> bool {
        self.bound.insert(local)
    }

    /// A temporary of a type.
    pub(super) fn temporary(&mut self, ty: TypeId) -> Operand {
        let free = self.free.get_mut(&ty).and_then(Vec::pop);
        let register = free.unwrap_or_else(|| self.register(ty));
        Operand { register, temporary: true }
    }

    /// Gives a value's register back if it is a temporary. What is in it can be read until the next one is
    /// asked for.
    pub(super) fn release(&mut self, value: Operand) {
        if value.temporary {
            let ty = self.type_of(value.register);
            self.free.entry(ty).or_default().push(value.register);
        }
    }

    /// Where an instruction writes what is wanted.
    pub(super) fn destination(&mut self, want: Want, ty: TypeId) -> Operand {
        match want {
            _ if !self.live => Operand::NOWHERE,
            Want::In(register) => Operand::fixed(register),
            Want::Nothing | Want::Anywhere => self.temporary(ty),
        }
    }

    /// Where several branches write what is wanted, and how each is asked to.
    pub(super) fn common(&mut self, want: Want, ty: TypeId) -> (Operand, Want) {
        match want {
            Want::Nothing => (Operand::NOWHERE, Want::Nothing),
            Want::In(register) => (Operand::fixed(register), want),
            Want::Anywhere if ty == TypeId::NEVER => (Operand::NOWHERE, Want::Nothing),
            Want::Anywhere => {
                let value = self.temporary(ty);
                (value, Want::In(value.register))
            }
        }
    }

    /// The type of a register.
    pub(super) fn type_of(&self, register: Reg) -> TypeId {
        self.registers.get(usize::from(register.0)).copied().unwrap_or(TypeId::UNKNOWN)
    }

    fn register(&mut self, ty: TypeId) -> Reg {
        match u16::try_from(self.registers.len()) {
            Ok(number) => {
                self.registers.push(ty);
                Reg(number)
            }
            Err(_) => {
                self.too_large = true;
                Reg(0)
            }
        }
    }

    // Code.

    /// Whether control can reach the current place.
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// Adds an instruction, if control can reach it.
    pub(super) fn emit(&mut self, op: Op) {
        if self.live {
            self.live = !op.is_terminator();
            self.code.push(op);
            self.origins.push(Origin { start: self.span.start, end: self.span.end });
        }
    }

    /// Loads a constant.
    pub(super) fn load(&mut self, dst: Reg, constant: &Constant) {
        if self.live {
            self.linker.secrets(self.type_of(dst), constant);
            let constant = self.linker.constant(constant);
            self.emit(Op::Constant { dst, constant });
        }
    }

    /// Loads a constant into a temporary.
    pub(super) fn constant(&mut self, ty: TypeId, constant: &Constant) -> Operand {
        let value = self.destination(Want::Anywhere, ty);
        self.load(value.register, constant);
        value
    }

    /// A label that is placed later.
    pub(super) fn label(&mut self) -> Label {
        self.labels.push(LabelState::default());
        Label(self.labels.len() - 1)
    }

    /// A label that is placed here.
    pub(super) fn label_here(&mut self) -> Label {
        let label = self.label();
        self.place(label);
        label
    }

    /// Lets a label be the current place.
    pub(super) fn place(&mut self, label: Label) {
        let here = self.here();
        let Some(state) = self.labels.get_mut(label.0) else { return };
        state.at = Some(here);
        for jump in std::mem::take(&mut state.waiting) {
            if let Some(to) = self.code.get_mut(jump).and_then(Op::target_mut) {
                *to = here;
            }
            self.live = true;
        }
    }

    /// Goes to a label.
    pub(super) fn jump(&mut self, label: Label) {
        self.emit_jump(Op::Jump { to: 0 }, label);
    }

    /// Adds an instruction that can go to a label; its target is filled in.
    pub(super) fn emit_jump(&mut self, mut op: Op, label: Label) {
        if !self.live {
            return;
        }
        let index = self.code.len();
        if let Some(state) = self.labels.get_mut(label.0) {
            match (state.at, op.target_mut()) {
                (Some(at), Some(to)) => *to = at,
                _ => state.waiting.push(index),
            }
        }
        self.emit(op);
    }

    /// Evaluates `body`; where an instruction of it fails, `handler` goes on with the error in a local.
    pub(super) fn guarded(
        &mut self,
        error: LocalId,
        body: impl FnOnce(&mut Self),
        handler: impl FnOnce(&mut Self),
    ) {
        let from = self.here();
        body(self);
        let to = self.here();
        if from == to {
            return;
        }
        let end = self.label();
        self.jump(end);
        let error = self.local(error);
        self.handlers.push(Handler { from, to, target: self.here(), error });
        self.live = true;
        handler(self);
        self.place(end);
    }

    fn here(&self) -> u32 {
        self.code.len() as u32
    }
}

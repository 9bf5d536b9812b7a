//! `parallel`, `first` and `for … parallel`: each branch becomes a function of its own, which takes what it reads
//! of the body around it.
//!
//! All branches of one block take the same: what any of them reads. So the host keeps the values once, and
//! begins a branch without asking what it needs.

use callflow_artifact::bytecode::{Effect, FunctionId, Op, Reg};
use callflow_artifact::constant::Constant;
use callflow_artifact::types::{Type, TypeId};
use ecow::{EcoString, eco_format};

use super::captured::captured;
use super::function::{Body, Builder, Operand, Want};
use crate::semantics::typed::{Block, Branch, Expr, LocalId};

impl<'p> Builder<'_, 'p> {
    /// Waits for all branches; each target is what its branch gives.
    pub(super) fn parallel(&mut self, branches: &'p [Branch]) {
        let results: Vec<TypeId> =
            branches.iter().map(|branch| self.result_of(branch, |_, ty| ty)).collect();
        let begin = |branches, types| Effect::Parallel { branches, types };
        self.block_of(branches, &results, &results, begin);
    }

    /// Waits for the first branch; its target is what it gives, and the others' are none.
    pub(super) fn first(&mut self, branches: &'p [Branch]) {
        let inside = |builder: &Self, ty| builder.linker.types.without_optional(ty);
        let results: Vec<TypeId> =
            branches.iter().map(|branch| self.result_of(branch, inside)).collect();
        let fields: Vec<TypeId> = results.iter().map(|&ty| self.linker.optional(ty)).collect();
        let begin = |branches, types| Effect::First { branches, types };
        self.block_of(branches, &results, &fields, begin);
    }

    /// A branch for each item of a list.
    pub(super) fn for_each_at_once(
        &mut self,
        item: LocalId,
        iterable: &'p Expr,
        limit: Option<&'p Expr>,
        body: &'p Block,
        ty: TypeId,
        want: Want,
    ) -> Operand {
        let result = match self.linker.types.get(ty) {
            Type::List(result) => result,
            _ => TypeId::NONE,
        };
        let list = self.operand(iterable, limit.as_slice());
        let limit = self.limit(limit);
        if !self.is_live() {
            return Operand::NOWHERE;
        }
        let captured = captured([body]).into_iter().filter(|&local| local != item);
        let captured: Vec<LocalId> = captured.collect();
        let arguments = [list.register, limit.register].into_iter();
        let arguments = arguments.chain(captured.iter().map(|&local| self.local(local))).collect();
        let parameters = std::iter::once(item).chain(captured).collect();
        let body = self.branch_body("each".into(), parameters, body, result);
        self.release(list);
        self.release(limit);
        let effect = Effect::ForEach { body, types: self.own_types() };
        let dst = self.destination(want, ty);
        self.emit(Op::Effect { dst: dst.register, effect, arguments });
        dst
    }

    /// How many branches go on at a time, as an optional.
    fn limit(&mut self, limit: Option<&'p Expr>) -> Operand {
        let optional = self.linker.optional(TypeId::INT);
        let Some(limit) = limit else { return self.constant(optional, &Constant::None) };
        let limit = self.expr(limit, Want::Anywhere);
        self.release(limit);
        let dst = self.destination(Want::Anywhere, optional);
        self.some(dst.register, limit.register);
        dst
    }

    /// Begins the branches of a block, and takes apart what they give.
    fn block_of(
        &mut self,
        branches: &'p [Branch],
        results: &[TypeId],
        fields: &[TypeId],
        begin: impl FnOnce(Box<[FunctionId]>, Box<[TypeId]>) -> Effect,
    ) {
        let captured = captured(branches.iter().map(|branch| &branch.body));
        let arguments: Box<[Reg]> = captured.iter().map(|&local| self.local(local)).collect();
        let functions =
            branches.iter().zip(results).enumerate().map(|(index, (branch, &result))| {
                let name = self.branch_name(index, branch);
                self.branch_body(name, captured.clone(), &branch.body, result)
            });
        let effect = begin(functions.collect(), self.own_types());
        let names = (0..fields.len()).map(|index| eco_format!("{index}"));
        let record = self.linker.types.shape(names.zip(fields.iter().copied()).collect());
        let all = self.destination(Want::Anywhere, record);
        self.emit(Op::Effect { dst: all.register, effect, arguments });
        for (index, (branch, &field)) in branches.iter().zip(fields).enumerate() {
            let Some(target) = branch.target else { continue };
            if self.local_type(target) != field {
                // No value is ever given: the branch cannot end but with a failure.
                return self.missing_result();
            }
            let dst = self.local(target);
            self.bind(target);
            self.emit(Op::Field { dst, src: all.register, index: index as u16 });
        }
        self.release(all);
    }

    /// What a branch returns: nothing where nothing is to be called by its value.
    fn result_of(&self, branch: &Branch, inside: impl Fn(&Self, TypeId) -> TypeId) -> TypeId {
        let given = branch.body.value.as_ref().map(|value| value.ty);
        let Some(target) = branch.target else { return TypeId::NONE };
        let wanted = inside(self, self.local_type(target));
        match given.filter(|&ty| ty != TypeId::NEVER).unwrap_or(wanted) {
            TypeId::NEVER => TypeId::NONE,
            ty => ty,
        }
    }

    fn branch_body(
        &mut self,
        name: EcoString,
        parameters: Vec<LocalId>,
        block: &'p Block,
        result: TypeId,
    ) -> FunctionId {
        let function = self.body.function;
        let name = eco_format!("{}/{name}", self.body.name);
        self.linker.body(Body { function, name, parameters, result, block })
    }

    /// What its value is called, else its number.
    fn branch_name(&self, index: usize, branch: &Branch) -> EcoString {
        let named = branch.target.map(|target| self.local_name(target));
        named.filter(|name| !name.is_empty()).unwrap_or_else(|| eco_format!("{}", index + 1))
    }

    /// The type parameters of the function that is built, as its branches get them.
    fn own_types(&mut self) -> Box<[TypeId]> {
        let count = self.body.function.type_parameters;
        (0..count).map(|n| self.linker.types.intern(Type::Parameter(n))).collect()
    }
}

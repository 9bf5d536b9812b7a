//! `for`, `while`, and the list methods that take a lambda.

use callflow_artifact::Builtin;
use callflow_artifact::builtin::is_text;
use callflow_artifact::bytecode::{Arithmetic, Conversion, Number, Op, Order, Reg};
use callflow_artifact::constant::Constant;
use callflow_artifact::types::{Type, TypeId};
use rust_decimal::Decimal;

use super::function::{Builder, LoopLabels, Operand, Want};
use crate::semantics::typed::{Block, Expr, ExprKind, Lambda, LocalId, LoopMethod};

impl<'p> Builder<'_, 'p> {
    pub(super) fn for_each(&mut self, item: LocalId, iterable: &'p Expr, body: &'p Block) {
        let list = self.iterable(iterable);
        let item = self.local(item);
        self.each(list.register, item, |builder, labels| {
            builder.loops.push(labels);
            builder.block(body, Want::Nothing);
            builder.loops.pop();
        });
        self.release(list);
    }

    /// Counts in the item's own register, which the body cannot change. The test for the end stands before the
    /// addition, so that a range up to the greatest integer ends.
    pub(super) fn for_range(
        &mut self,
        item: LocalId,
        from: &'p Expr,
        to: &'p Expr,
        body: &'p Block,
    ) {
        let item = self.local(item);
        self.expr(from, Want::In(item));
        let last = self.destination(Want::Anywhere, TypeId::INT);
        self.expr(to, Want::In(last.register));
        let one = self.constant(TypeId::INT, &Constant::Int(1));
        let labels = LoopLabels { next: self.label(), end: self.label() };
        let (a, b) = (item, last.register);
        self.branch_op(false, labels.end, |dst| Op::Compare {
            order: Order::LessOrEqual,
            dst,
            a,
            b,
        });
        let top = self.label_here();
        self.loops.push(labels);
        self.block(body, Want::Nothing);
        self.loops.pop();
        self.place(labels.next);
        self.branch_op(false, labels.end, |dst| Op::Compare { order: Order::Less, dst, a, b });
        self.add(item, one.register, Number::Int);
        self.jump(top);
        self.place(labels.end);
        self.release(one);
        self.release(last);
    }

    pub(super) fn while_loop(&mut self, condition: &'p Expr, body: &'p Block) {
        let labels = LoopLabels { next: self.label_here(), end: self.label() };
        self.branch(condition, false, labels.end);
        self.loops.push(labels);
        self.block(body, Want::Nothing);
        self.loops.pop();
        self.jump(labels.next);
        self.place(labels.end);
    }

    pub(super) fn loop_method(
        &mut self,
        method: LoopMethod,
        list: &'p Expr,
        lambda: &'p Lambda,
        ty: TypeId,
        want: Want,
    ) -> Operand {
        let list = self.iterable(list);
        let want = match want {
            Want::Nothing => Want::Anywhere,
            want => want,
        };
        let dst = self.destination(want, ty);
        let (source, out) = (list.register, dst.register);
        match method {
            LoopMethod::Map => self.map_items(source, out, lambda),
            LoopMethod::Filter => self.filter(source, out, lambda),
            LoopMethod::Find => self.find(source, out, lambda),
            LoopMethod::FindIndex => self.find_index(source, out, lambda),
            LoopMethod::Any => self.decide(source, out, lambda, true),
            LoopMethod::All => self.decide(source, out, lambda, false),
            LoopMethod::Count => self.count(source, out, lambda),
            LoopMethod::Sum => self.sum(source, out, lambda),
            LoopMethod::SortBy => self.sort_by(source, out, lambda),
            LoopMethod::MinBy => self.extreme(source, out, lambda, Order::Less),
            LoopMethod::MaxBy => self.extreme(source, out, lambda, Order::Greater),
            LoopMethod::GroupBy => self.group_by(source, out, lambda),
            LoopMethod::IndexBy => self.index_by(source, out, lambda),
            LoopMethod::UniqueBy => self.unique_by(source, out, lambda),
            LoopMethod::FlatMap => self.flat_map(source, out, lambda),
            LoopMethod::Reduce => self.reduce(source, out, lambda),
            LoopMethod::Zip => self.zip(source, out, lambda),
            LoopMethod::MapValues => self.map_values(source, out, lambda),
            LoopMethod::FilterEntries => self.filter_entries(source, out, lambda),
        }
        self.release(list);
        dst
    }

    /// The list of a loop. A variable's is copied, for the body may assign it.
    fn iterable(&mut self, list: &'p Expr) -> Operand {
        match list.kind {
            ExprKind::Local(local) if self.reassigned.contains(&local) => {
                let copy = self.destination(Want::Anywhere, list.ty);
                self.expr(list, Want::In(copy.register));
                copy
            }
            _ => self.expr(list, Want::Anywhere),
        }
    }

    /// Does something for each item of a list, which is put into a register. The item is set anew in each turn.
    fn each(&mut self, list: Reg, item: Reg, body: impl FnOnce(&mut Self, LoopLabels)) {
        self.each_numbered(list, item, |builder, labels, _| body(builder, labels));
    }

    /// The same, and tells in which register the item's index is.
    fn each_numbered(
        &mut self,
        list: Reg,
        item: Reg,
        body: impl FnOnce(&mut Self, LoopLabels, Reg),
    ) {
        let length = self.destination(Want::Anywhere, TypeId::INT);
        let arguments = Box::new([list]);
        self.emit(Op::Builtin { dst: length.register, builtin: Builtin::ListLength, arguments });
        let index = self.constant(TypeId::INT, &Constant::Int(0));
        let one = self.constant(TypeId::INT, &Constant::Int(1));
        let labels = LoopLabels { next: self.label(), end: self.label() };
        let top = self.label_here();
        let (a, b) = (index.register, length.register);
        self.branch_op(false, labels.end, |dst| Op::Compare { order: Order::Less, dst, a, b });
        self.emit(Op::ListIndex { dst: item, list, index: index.register });
        body(self, labels, index.register);
        self.place(labels.next);
        self.add(index.register, one.register, Number::Int);
        self.jump(top);
        self.place(labels.end);
        self.release(one);
        self.release(index);
        self.release(length);
    }

    fn add(&mut self, a: Reg, b: Reg, number: Number) {
        self.emit(Op::Arithmetic { op: Arithmetic::Add, number, dst: a, a, b });
    }

    /// The register that the lambda knows the item by.
    fn item(&mut self, lambda: &'p Lambda) -> Reg {
        lambda.parameters.last().map_or(Operand::NOWHERE.register, |&local| self.local(local))
    }

    fn empty_list(&mut self, dst: Reg) {
        self.emit(Op::List { dst, items: Box::new([]) });
    }

    fn append(&mut self, list: Reg, item: Reg) {
        self.emit(Op::Append { list, item });
    }

    /// Appends what the lambda makes of each item.
    fn map_items(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        self.empty_list(out);
        let item = self.item(lambda);
        self.each(source, item, |builder, _| {
            let made = builder.expr(&lambda.body, Want::Anywhere);
            builder.release(made);
            builder.append(out, made.register);
        });
    }

    fn filter(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        self.empty_list(out);
        let item = self.item(lambda);
        self.each(source, item, |builder, labels| {
            builder.branch(&lambda.body, false, labels.next);
            builder.append(out, item);
        });
    }

    fn find(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        self.load(out, &Constant::None);
        let item = self.item(lambda);
        self.each(source, item, |builder, labels| {
            builder.branch(&lambda.body, false, labels.next);
            builder.some(out, item);
            builder.jump(labels.end);
        });
    }

    fn find_index(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        self.load(out, &Constant::None);
        let item = self.item(lambda);
        self.each_numbered(source, item, |builder, labels, index| {
            builder.branch(&lambda.body, false, labels.next);
            builder.some(out, index);
            builder.jump(labels.end);
        });
    }

    /// The last of several items with one key stays.
    fn index_by(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        self.emit(Op::Map { dst: out, entries: Box::new([]) });
        let item = self.item(lambda);
        self.each(source, item, |builder, _| {
            let key = builder.text_key(&lambda.body);
            builder.emit(Op::MapInsert { map: out, key: key.register, value: item });
            builder.release(key);
        });
    }

    /// Ends with the shorter of the two lists.
    fn zip(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        let (&[item, paired], Some(other)) = (lambda.parameters.as_slice(), &lambda.initial) else {
            return;
        };
        let other = self.iterable(other);
        self.empty_list(out);
        let length = self.destination(Want::Anywhere, TypeId::INT);
        let arguments = Box::new([other.register]);
        self.emit(Op::Builtin { dst: length.register, builtin: Builtin::ListLength, arguments });
        let (item, paired) = (self.local(item), self.local(paired));
        self.each_numbered(source, item, |builder, labels, index| {
            let b = length.register;
            builder.branch_op(false, labels.end, |dst| Op::Compare {
                order: Order::Less,
                dst,
                a: index,
                b,
            });
            builder.emit(Op::ListIndex { dst: paired, list: other.register, index });
            let made = builder.expr(&lambda.body, Want::Anywhere);
            builder.release(made);
            builder.append(out, made.register);
        });
        self.release(length);
        self.release(other);
    }

    /// Does something for each entry of a map, with its key and its value in registers.
    fn each_entry(
        &mut self,
        map: Reg,
        key: Reg,
        value: Reg,
        body: impl FnOnce(&mut Self, LoopLabels),
    ) {
        let value_type = self.type_of(value);
        let entry_type = self.linker.types.entry_record(value_type);
        let entries_type = self.linker.types.list(entry_type);
        let entries = self.destination(Want::Anywhere, entries_type);
        let arguments = Box::new([map]);
        self.emit(Op::Builtin { dst: entries.register, builtin: Builtin::MapEntries, arguments });
        let entry = self.destination(Want::Anywhere, entry_type);
        self.each(entries.register, entry.register, |builder, labels| {
            builder.emit(Op::Field { dst: key, src: entry.register, index: 0 });
            builder.emit(Op::Field { dst: value, src: entry.register, index: 1 });
            body(builder, labels);
        });
        self.release(entry);
        self.release(entries);
    }

    fn map_values(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        self.emit(Op::Map { dst: out, entries: Box::new([]) });
        let value = self.item(lambda);
        let key = self.destination(Want::Anywhere, TypeId::STRING);
        self.each_entry(source, key.register, value, |builder, _| {
            let made = builder.expr(&lambda.body, Want::Anywhere);
            builder.release(made);
            let (key, value) = (key.register, made.register);
            builder.emit(Op::MapInsert { map: out, key, value });
        });
        self.release(key);
    }

    fn filter_entries(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        let &[key, value] = lambda.parameters.as_slice() else { return };
        self.emit(Op::Map { dst: out, entries: Box::new([]) });
        let (key, value) = (self.local(key), self.local(value));
        self.each_entry(source, key, value, |builder, labels| {
            builder.branch(&lambda.body, false, labels.next);
            builder.emit(Op::MapInsert { map: out, key, value });
        });
    }

    /// `any` and `all`: the first item for which the lambda gives `decisive` decides.
    fn decide(&mut self, source: Reg, out: Reg, lambda: &'p Lambda, decisive: bool) {
        self.load(out, &Constant::Bool(!decisive));
        let item = self.item(lambda);
        self.each(source, item, |builder, labels| {
            builder.branch(&lambda.body, !decisive, labels.next);
            builder.load(out, &Constant::Bool(decisive));
            builder.jump(labels.end);
        });
    }

    fn count(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        self.load(out, &Constant::Int(0));
        let one = self.constant(TypeId::INT, &Constant::Int(1));
        let item = self.item(lambda);
        self.each(source, item, |builder, labels| {
            builder.branch(&lambda.body, false, labels.next);
            builder.add(out, one.register, Number::Int);
        });
        self.release(one);
    }

    fn sum(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        let (number, zero) = match self.linker.types.get(self.type_of(out)) {
            Type::Float => (Number::Float, Constant::Float(0.0)),
            Type::Decimal => (Number::Decimal, Constant::Decimal(Decimal::ZERO)),
            Type::Duration => (Number::Duration, Constant::Duration(0)),
            _ => (Number::Int, Constant::Int(0)),
        };
        self.load(out, &zero);
        let item = self.item(lambda);
        self.each(source, item, |builder, _| {
            let value = builder.expr(&lambda.body, Want::Anywhere);
            builder.release(value);
            builder.add(out, value.register, number);
        });
    }

    /// Makes the list of keys, orders that, and takes the items in its order: each key is made once, and the
    /// sort itself is one instruction.
    fn sort_by(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        let keys_type = self.linker.types.list(lambda.body.ty);
        let keys = self.destination(Want::Anywhere, keys_type);
        self.map_items(source, keys.register, lambda);
        let order_type = self.linker.types.list(TypeId::INT);
        let order = self.destination(Want::Anywhere, order_type);
        let arguments = Box::new([keys.register]);
        self.emit(Op::Builtin { dst: order.register, builtin: Builtin::ListOrder, arguments });
        self.release(keys);
        self.empty_list(out);
        let position = self.destination(Want::Anywhere, TypeId::INT);
        let item = self.item(lambda);
        self.each(order.register, position.register, |builder, _| {
            let index = position.register;
            builder.emit(Op::ListIndex { dst: item, list: source, index });
            builder.append(out, item);
        });
        self.release(position);
        self.release(order);
    }

    /// `min_by` and `max_by`: the first item whose key comes before all others' in an order. The best key so
    /// far is an optional, for there is none before the first item.
    fn extreme(&mut self, source: Reg, out: Reg, lambda: &'p Lambda, order: Order) {
        let key_type = lambda.body.ty;
        let best_type = self.linker.optional(key_type);
        let best = self.constant(best_type, &Constant::None);
        self.load(out, &Constant::None);
        let item = self.item(lambda);
        self.each(source, item, |builder, labels| {
            let key = builder.expr(&lambda.body, Want::Anywhere);
            let better = builder.label();
            builder.branch_none(best.register, true, better);
            let least = builder.destination(Want::Anywhere, key_type);
            builder.emit(Op::Unwrap { dst: least.register, src: best.register });
            builder.release(least);
            let (a, b) = (key.register, least.register);
            builder.branch_op(false, labels.next, |dst| Op::Compare { order, dst, a, b });
            builder.place(better);
            builder.some(best.register, key.register);
            builder.some(out, item);
            builder.release(key);
        });
        self.release(best);
    }

    /// A group's list is taken out of the map while it grows: a value that is held in one place only grows
    /// without a copy, so that a large group costs no more than its items.
    fn group_by(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        let Type::Map(group_type) = self.linker.types.get(self.type_of(out)) else { return };
        let found_type = self.linker.optional(group_type);
        self.emit(Op::Map { dst: out, entries: Box::new([]) });
        let empty = self.destination(Want::Anywhere, group_type);
        self.empty_list(empty.register);
        let found = self.destination(Want::Anywhere, found_type);
        let group = self.destination(Want::Anywhere, group_type);
        let item = self.item(lambda);
        self.each(source, item, |builder, _| {
            let key = builder.text_key(&lambda.body);
            let (map, group) = (out, group.register);
            builder.emit(Op::MapIndex { dst: found.register, map, key: key.register });
            let new = builder.label();
            let grow = builder.label();
            builder.branch_none(found.register, true, new);
            builder.emit(Op::Unwrap { dst: group, src: found.register });
            builder.load(found.register, &Constant::None);
            builder.emit(Op::MapInsert { map, key: key.register, value: empty.register });
            builder.jump(grow);
            builder.place(new);
            builder.empty_list(group);
            builder.place(grow);
            builder.append(group, item);
            builder.emit(Op::MapInsert { map, key: key.register, value: group });
            builder.empty_list(group);
            builder.release(key);
        });
        self.release(group);
        self.release(found);
        self.release(empty);
    }

    /// Text keys that were seen are looked up in a map, others in a list.
    fn unique_by(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        let key_type = lambda.body.ty;
        let textual = is_text(&self.linker.types, key_type);
        let seen_type = match textual {
            true => self.linker.types.map(TypeId::BOOL),
            false => self.linker.types.list(key_type),
        };
        self.empty_list(out);
        let seen = self.destination(Want::Anywhere, seen_type);
        match textual {
            true => self.emit(Op::Map { dst: seen.register, entries: Box::new([]) }),
            false => self.empty_list(seen.register),
        }
        let yes = self.constant(TypeId::BOOL, &Constant::Bool(true));
        let item = self.item(lambda);
        self.each(source, item, |builder, labels| {
            let key = match textual {
                true => builder.text_key(&lambda.body),
                false => builder.expr(&lambda.body, Want::Anywhere),
            };
            let known = builder.destination(Want::Anywhere, TypeId::BOOL);
            let builtin = if textual { Builtin::MapHas } else { Builtin::ListContains };
            let arguments = Box::new([seen.register, key.register]);
            builder.emit(Op::Builtin { dst: known.register, builtin, arguments });
            builder.release(known);
            builder.emit_jump(Op::JumpIf { condition: known.register, to: 0 }, labels.next);
            let (map, key) = (seen.register, builder.given_back(key));
            match textual {
                true => builder.emit(Op::MapInsert { map, key, value: yes.register }),
                false => builder.append(map, key),
            }
            builder.append(out, item);
        });
        self.release(yes);
        self.release(seen);
    }

    /// Makes the lists first and joins them at once.
    fn flat_map(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        let lists_type = self.linker.types.list(lambda.body.ty);
        let lists = self.destination(Want::Anywhere, lists_type);
        self.map_items(source, lists.register, lambda);
        let arguments = Box::new([lists.register]);
        self.emit(Op::Builtin { dst: out, builtin: Builtin::ListFlatten, arguments });
        self.release(lists);
    }

    fn reduce(&mut self, source: Reg, out: Reg, lambda: &'p Lambda) {
        let (Some(&total), Some(initial)) = (lambda.parameters.first(), &lambda.initial) else {
            return;
        };
        self.set(total, initial);
        let item = self.item(lambda);
        self.each(source, item, |builder, _| builder.set(total, &lambda.body));
        let total = self.local(total);
        self.copy(out, total);
    }

    /// `T` to `T?`, which is the same where `T` is an optional already.
    pub(super) fn some(&mut self, dst: Reg, src: Reg) {
        if self.type_of(dst) == self.type_of(src) {
            self.copy(dst, src);
        } else {
            self.emit(Op::Some { dst, src });
        }
    }

    /// A key as text: a choice's literal and a phone are held as text already.
    fn text_key(&mut self, key: &'p Expr) -> Operand {
        let key = self.expr(key, Want::Anywhere);
        if self.type_of(key.register) == TypeId::STRING {
            return key;
        }
        self.release(key);
        let text = self.destination(Want::Anywhere, TypeId::STRING);
        let (dst, src) = (text.register, key.register);
        self.emit(Op::Convert { dst, src, conversion: Conversion::ToText });
        text
    }

    /// Gives a value back and tells its register, for the last use.
    fn given_back(&mut self, value: Operand) -> Reg {
        self.release(value);
        value.register
    }
}

//! Bodies made by hand, for what the checker makes only in odd cases; whole programs from text are in
//! `compiler/tests`.

use callflow_artifact::bytecode::Op;
use callflow_artifact::types::TypeId;
use callflow_artifact::verify::verify;

use super::maker::{Maker, add, block, expr, fail, giving, int, less, log, set, text};
use crate::diagnostics::Code;
use crate::semantics::typed::{ExprKind, Lambda, ListPart, LoopMethod, StmtKind};

#[test]
fn a_variable_that_a_later_operand_assigns_is_read_first() {
    let mut maker = Maker::new();
    let total = maker.local(TypeId::INT);
    // total + { total = 5; total }
    let later = giving(vec![set(total, int(5))], maker.read(total));
    let sum = add(maker.read(total), expr(TypeId::INT, ExprKind::Block(later)));
    let body = vec![set(total, int(1)), StmtKind::Return(Some(sum))];
    insta::assert_snapshot!(maker.print(TypeId::INT, body));
}

#[test]
fn a_variable_keeps_its_value_until_the_new_one_is_complete() {
    let mut maker = Maker::new();
    let items = maker.items;
    let list = maker.local(items);
    // list = [...list, ...list]
    let spread = || ListPart::Spread(expr(items, ExprKind::Local(list)));
    let twice = expr(items, ExprKind::List(vec![spread(), spread()]));
    let empty = expr(items, ExprKind::List(vec![]));
    let body = vec![set(list, empty), set(list, twice), StmtKind::Stop];
    insta::assert_snapshot!(maker.print(TypeId::NONE, body));
}

#[test]
fn what_follows_a_failure_is_not_in_the_code() {
    let mut maker = Maker::new();
    let number = maker.local(TypeId::INT);
    let never = maker.local(TypeId::NEVER);
    let body = vec![
        set(never, fail()),
        set(number, add(int(1), int(2))),
        StmtKind::Expr(log(text("after"))),
    ];
    let printed = maker.print(TypeId::INT, body);
    assert!(!printed.contains("after") && printed.contains("fail"), "{printed}");
}

#[test]
fn sides_that_never_give_a_value_need_no_register() {
    let mut maker = Maker::new();
    let number = maker.local(TypeId::INT);
    let chosen =
        ExprKind::If(Box::new(maker.flag()), giving(vec![], int(1)), giving(vec![], fail()));
    let body = vec![
        set(number, expr(TypeId::INT, chosen)),
        StmtKind::Return(Some(expr(TypeId::INT, ExprKind::Local(number)))),
    ];
    let printed = maker.print(TypeId::INT, body);
    assert!(!printed.contains("never"), "{printed}");
}

#[test]
fn a_range_ends_at_the_greatest_number() {
    let mut maker = Maker::new();
    let item = maker.local(TypeId::INT);
    let body = block(vec![
        StmtKind::Expr(expr(
            TypeId::NONE,
            ExprKind::If(
                Box::new(less(maker.read(item), int(3))),
                block(vec![StmtKind::Continue]),
                block(vec![StmtKind::Break]),
            ),
        )),
        StmtKind::Expr(log(text("never here"))),
    ]);
    let range = StmtKind::ForRange { item, from: int(i64::MAX - 1), to: int(i64::MAX), body };
    insta::assert_snapshot!(maker.print(TypeId::NONE, vec![range]));
}

#[test]
fn handlers_nest_and_cover_neither_themselves_nor_their_catch() {
    let mut maker = Maker::new();
    let error = maker.error;
    let [outer, inner] = [maker.local(error), maker.local(error)];
    let message = |local| {
        expr(TypeId::STRING, ExprKind::Field(Box::new(expr(error, ExprKind::Local(local))), 1))
    };
    let inner_try = StmtKind::Try {
        body: block(vec![StmtKind::Expr(log(text("try")))]),
        error: inner,
        handler: block(vec![StmtKind::Expr(log(message(inner)))]),
    };
    let outer_try = StmtKind::Try {
        body: block(vec![inner_try]),
        error: outer,
        handler: block(vec![StmtKind::Expr(expr(
            TypeId::NEVER,
            ExprKind::Raise(Box::new(expr(error, ExprKind::Local(outer)))),
        ))]),
    };
    insta::assert_snapshot!(maker.print(TypeId::NONE, vec![outer_try]));
}

/// Each list method over the event's items, with a lambda of the type that it wants.
fn method(method: LoopMethod) -> String {
    let mut maker = Maker::new();
    let item = maker.local(TypeId::INT);
    let total = maker.local(TypeId::INT);
    let condition = less(maker.read(item), int(10));
    let number = add(maker.read(item), int(1));
    let items = maker.items;
    let maybe = maker.types.optional(TypeId::INT);
    let key = expr(TypeId::STRING, ExprKind::Format(Box::new(maker.read(item))));
    let groups = maker.types.map(items);
    let (ty, body) = match method {
        LoopMethod::Zip => (items, add(maker.read(total), number)),
        LoopMethod::IndexBy => (maker.types.map(TypeId::INT), key),
        LoopMethod::MapValues | LoopMethod::FilterEntries => panic!("a map's"),
        LoopMethod::Map | LoopMethod::SortBy | LoopMethod::UniqueBy => (items, number),
        LoopMethod::Filter => (items, condition),
        LoopMethod::Find | LoopMethod::FindIndex => (maybe, condition),
        LoopMethod::Any | LoopMethod::All => (TypeId::BOOL, condition),
        LoopMethod::Count => (TypeId::INT, condition),
        LoopMethod::Sum => (TypeId::INT, number),
        LoopMethod::MinBy | LoopMethod::MaxBy => (maybe, number),
        LoopMethod::GroupBy => (groups, key),
        LoopMethod::FlatMap => (items, expr(items, ExprKind::List(vec![ListPart::Item(number)]))),
        LoopMethod::Reduce => (TypeId::INT, add(maker.read(total), number)),
    };
    let (parameters, initial) = match method {
        LoopMethod::Reduce => (vec![total, item], Some(Box::new(int(0)))),
        LoopMethod::Zip => (vec![total, item], Some(Box::new(maker.list()))),
        _ => (vec![item], None),
    };
    let lambda = Lambda { parameters, body: Box::new(body), initial };
    let list = Box::new(maker.list());
    let value = expr(ty, ExprKind::Loop { method, list, lambda });
    maker.print(ty, vec![StmtKind::Return(Some(value))])
}

#[test]
fn list_methods_are_loops() {
    let printed: Vec<String> = LoopMethod::OF_LISTS
        .iter()
        .map(|&(name, this)| format!("{name}:\n{}", method(this)))
        .collect();
    insta::assert_snapshot!(printed.join("\n"));
}

#[test]
fn a_body_with_too_many_values_is_told() {
    let mut maker = Maker::new();
    let body = (0..70_000).map(|value| set(maker.local(TypeId::INT), int(value))).collect();
    let diagnostic = maker.lower(TypeId::NONE, body).unwrap_err();
    assert_eq!(diagnostic.code, Code::E0012);
    assert_eq!(diagnostic.message, "`manual` holds more values than a flow can");
}

#[test]
fn a_body_with_many_values_between_many_jumps_is_told() {
    let mut maker = Maker::new();
    let flag = |maker: &Maker| Box::new(maker.flag());
    let body = (0..30_000).flat_map(|value| {
        let condition = flag(&maker);
        let empty = block(vec![]);
        let skip = ExprKind::If(condition, block(vec![StmtKind::Expr(log(text("yes")))]), empty);
        [set(maker.local(TypeId::INT), int(value)), StmtKind::Expr(expr(TypeId::NONE, skip))]
    });
    let body = body.collect();
    let told = maker.lower(TypeId::NONE, body).map(|_| "an artifact").unwrap_err();
    assert_eq!(told.code, Code::E0012);
    assert_eq!(told.message, "`manual` holds more values than a flow can");
}

#[test]
fn a_list_that_grows_by_an_item_is_not_copied() {
    let mut maker = Maker::new();
    let items = maker.items;
    let list = maker.local(items);
    let item = maker.local(TypeId::INT);
    let grown = |maker: &Maker| {
        let parts = vec![ListPart::Spread(maker.read(list)), ListPart::Item(maker.read(item))];
        expr(items, ExprKind::List(parts))
    };
    let body = block(vec![set(list, grown(&maker))]);
    let iterable = maker.list();
    let empty = set(list, expr(items, ExprKind::List(vec![])));
    let each = StmtKind::For { item, iterable, body };
    let printed = maker.print(TypeId::NONE, vec![empty, each]);
    assert!(printed.contains("append") && !printed.contains("concat"), "{printed}");
}

#[test]
fn a_long_list_needs_few_registers() {
    let maker = Maker::new();
    let items = maker.items;
    let parts = (0..70_000).map(|value| ListPart::Item(int(value))).collect();
    let body = vec![StmtKind::Return(Some(expr(items, ExprKind::List(parts))))];
    let artifact = maker.lower(items, body).unwrap();
    assert_eq!(verify(&artifact), Ok(()));
    assert!(artifact.functions[0].registers.len() < 10);
    assert!(artifact.functions[0].code.iter().any(|op| matches!(op, Op::Append { .. })));
}

//! What flows reach, under new ids.

use std::collections::{BTreeSet, HashMap, VecDeque};

use callflow_artifact::artifact::{Artifact, Declared, Flow, FlowSettings, Test};
use callflow_artifact::bytecode::{ActionId, ConstantId, FunctionId, Origin};
use callflow_artifact::constant::Constant;
use callflow_artifact::piece::{Action, ActionBody, Piece, PieceId};
use callflow_artifact::types::{RecordId, Type, TypeId, Types, Variants};

use ecow::EcoString;

use super::TooLarge;
use super::function::{Body, Builder};
use crate::semantics::typed;

/// Lowers each flow and what it reaches.
pub(super) fn lower(
    name: &str,
    program: typed::Program,
    tests: bool,
) -> Result<Artifact, TooLarge> {
    let typed::Program { types, error, pieces, actions, functions, flows, files, tests: all } =
        program;
    let tests = if tests { all } else { Vec::new() };
    let mut linker = Linker {
        types,
        constants: Numbering::default(),
        functions: HashMap::new(),
        bodies: 0,
        actions: Numbering::default(),
        pieces: Numbering::default(),
        unlowered: VecDeque::new(),
        environment: BTreeSet::new(),
        secrets: BTreeSet::new(),
        typed_functions: &functions,
        typed_actions: &actions,
        typed_pieces: &pieces,
    };
    let flows: Vec<Flow> = flows.into_iter().map(|flow| linker.flow(flow)).collect();
    let tests: Vec<Test> = tests.into_iter().map(|test| linker.test(test)).collect();
    let mut lowered = Vec::new();
    while let Some(body) = linker.unlowered.pop_front() {
        lowered.push(Builder::new(&mut linker, body).lower()?);
    }
    Ok(Artifact {
        name: name.into(),
        declared: Declared::default(),
        error,
        constants: linker.constants.items,
        functions: lowered,
        pieces: linker.pieces.items,
        actions: linker.actions.items,
        types: linker.types,
        flows,
        tests,
        environment: linker.environment.into_iter().collect(),
        secrets: linker.secrets.into_iter().collect(),
        files,
    })
}

/// Gives out ids in the order in which things are met.
pub(super) struct Linker<'p> {
    /// All types of the program, and those that lowering makes.
    pub(super) types: Types,
    constants: Numbering<String, Constant>,
    functions: HashMap<FunctionId, FunctionId>,
    /// How many functions and branches have an id.
    bodies: u32,
    actions: Numbering<ActionId, Action>,
    pieces: Numbering<PieceId, Piece>,
    /// What has an id and no code yet, in the order of the ids.
    unlowered: VecDeque<Body<'p>>,
    /// The names of `env("…")`.
    pub(super) environment: BTreeSet<EcoString>,
    /// The names of `secret("…")`.
    secrets: BTreeSet<EcoString>,
    typed_functions: &'p [typed::Function],
    typed_actions: &'p [Action],
    typed_pieces: &'p [Piece],
}

impl<'p> Linker<'p> {
    /// The one id of a constant.
    pub(super) fn constant(&mut self, constant: &Constant) -> ConstantId {
        // The debug form tells constants apart that `==` does not: 0.0 and -0.0, 1.0 and 1.00.
        let key = format!("{constant:?}");
        let (index, _) = self.constants.number(key, || constant.clone());
        ConstantId(index)
    }

    /// Notes the secrets that a constant of a type names.
    pub(super) fn secrets(&mut self, ty: TypeId, constant: &Constant) {
        match (constant, self.types.get(ty)) {
            (Constant::Text(name), Type::Secret) => {
                self.secrets.insert(name.clone());
            }
            (Constant::None | Constant::Null, _) => {}
            (constant, Type::Optional(inner)) => self.secrets(inner, constant),
            (Constant::List(items), Type::List(item)) => {
                items.iter().for_each(|constant| self.secrets(item, constant));
            }
            (Constant::Map(entries), Type::Map(value)) => {
                entries.iter().for_each(|(_, constant)| self.secrets(value, constant));
            }
            (Constant::Record(record, values), _) => self.secrets_of(*record, values),
            (Constant::Tagged(choice, variant, values), _) => {
                let record = self.types.choice(*choice).and_then(|choice| match &choice.variants {
                    Variants::Tagged(variants) | Variants::Untagged(variants) => {
                        variants.get(usize::from(*variant))
                    }
                    Variants::Literals(_) => None,
                });
                if let Some(record) = record.map(|variant| variant.record) {
                    self.secrets_of(record, values);
                }
            }
            _ => {}
        }
    }

    fn secrets_of(&mut self, record: RecordId, values: &[Constant]) {
        let fields = self.types.record(record).map(|record| record.fields.as_slice());
        let types: Vec<TypeId> = fields.unwrap_or_default().iter().map(|field| field.ty).collect();
        types.into_iter().zip(values).for_each(|(ty, constant)| self.secrets(ty, constant));
    }

    /// The new id of a function, which will be lowered.
    pub(super) fn function(&mut self, id: FunctionId) -> FunctionId {
        if let Some(&known) = self.functions.get(&id) {
            return known;
        }
        let Some(function) = self.typed_functions.get(id.0 as usize) else { return id };
        let new = self.body(Body::of(function));
        self.functions.insert(id, new);
        new
    }

    /// The id of a body that will be lowered.
    pub(super) fn body(&mut self, body: Body<'p>) -> FunctionId {
        self.unlowered.push_back(body);
        self.bodies += 1;
        FunctionId(self.bodies - 1)
    }

    /// The new id of an action, whose body will be lowered where it has one.
    pub(super) fn action(&mut self, id: ActionId) -> ActionId {
        let Some(action) = self.typed_actions.get(id.0 as usize) else { return id };
        let (index, new) = self.actions.number(id, || action.clone());
        if new {
            let piece = self.piece(action.piece);
            let body = match action.body {
                ActionBody::Function(function) => ActionBody::Function(self.function(function)),
                ActionBody::Native => ActionBody::Native,
            };
            if let Some(kept) = self.actions.items.get_mut(index as usize) {
                kept.piece = piece;
                kept.body = body;
            }
        }
        ActionId(index)
    }

    fn piece(&mut self, id: PieceId) -> PieceId {
        let Some(piece) = self.typed_pieces.get(id.0 as usize) else { return id };
        PieceId(self.pieces.number(id, || piece.clone()).0)
    }

    fn flow(&mut self, flow: typed::Flow) -> Flow {
        Flow {
            function: self.function(flow.function),
            name: flow.name,
            address: flow.address,
            doc: flow.doc,
            trigger: flow.trigger,
            result: flow.result,
            settings: self.settings(flow.settings),
        }
    }

    fn settings(&mut self, settings: typed::FlowSettings) -> FlowSettings {
        let mut function = |id: Option<FunctionId>| id.map(|id| self.function(id));
        FlowSettings {
            deadline: settings.deadline,
            fallback: function(settings.fallback),
            concurrency: settings.concurrency,
            concurrency_key: function(settings.concurrency_key),
            dedupe_key: function(settings.dedupe_key),
            dedupe_window: settings.dedupe_window,
            timeout: settings.timeout,
        }
    }

    fn test(&mut self, test: typed::Test) -> Test {
        Test {
            function: self.function(test.function),
            name: test.name,
            origin: Origin { start: test.span.start, end: test.span.end },
        }
    }

    /// `T?`
    pub(super) fn optional(&mut self, ty: TypeId) -> TypeId {
        self.types.optional(ty)
    }
}

/// Things in the order in which they were first met.
struct Numbering<K, T> {
    numbers: HashMap<K, u32>,
    items: Vec<T>,
}

impl<K, T> Default for Numbering<K, T> {
    fn default() -> Self {
        Numbering { numbers: HashMap::new(), items: Vec::new() }
    }
}

impl<K: std::hash::Hash + Eq, T> Numbering<K, T> {
    /// The number of a thing, and whether it is new.
    fn number(&mut self, key: K, make: impl FnOnce() -> T) -> (u32, bool) {
        let next = self.items.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        let new = number == next;
        if new {
            self.items.push(make());
        }
        (number, new)
    }
}

//! The types that generic functions are used with.
//!
//! A function with type parameters has types like `[T]` in its registers and calls. While a program runs no
//! types are made: a run that is written down refers to types by number, and every process must number them
//! alike. So all uses of generic functions are followed once, when the program is loaded, in an order that the
//! artifact alone decides, and the types they need are added to the artifact's.

use std::collections::HashSet;

use callflow_artifact::Artifact;
use callflow_artifact::bytecode::{ActionId, Effect, Function, FunctionId, Op, TestEffect};
use callflow_artifact::piece::ActionBody;
use callflow_artifact::types::{TypeId, Types};

/// How many uses with different types are followed. A function that calls itself with `[T]` for `T` has no end
/// of them.
const LIMIT: usize = 10_000;

/// There are too many uses.
#[derive(Debug)]
pub(super) struct TooMany;

/// Adds the types that every use of a generic function or action needs.
pub(super) fn add(artifact: &mut Artifact) -> Result<(), TooMany> {
    let mut instances = Instances::default();
    for (index, function) in artifact.functions.iter().enumerate() {
        if function.type_parameters == 0 {
            instances.add(Instance::Function(FunctionId(index as u32), Vec::new()));
        }
    }
    for (index, action) in artifact.actions.iter().enumerate() {
        // What a person calls by hand takes the defaults.
        let defaults = action.type_parameters.iter().map(|parameter| parameter.default);
        if let Some(types) = defaults.collect::<Option<Vec<TypeId>>>() {
            instances.add(Instance::Action(ActionId(index as u32), types));
        }
    }
    while let Some(instance) = instances.todo.pop() {
        if instances.known.len() > LIMIT {
            return Err(TooMany);
        }
        let Artifact { types, functions, actions, .. } = artifact;
        match instance {
            Instance::Function(id, arguments) => {
                if let Some(function) = functions.get(id.0 as usize) {
                    follow(types, function, &arguments, &mut instances);
                }
            }
            Instance::Action(id, arguments) => {
                let Some(action) = actions.get(id.0 as usize) else { continue };
                types.substitute(action.result, &arguments);
                for parameter in &action.parameters {
                    types.substitute(parameter.ty, &arguments);
                }
                if let ActionBody::Function(function) = action.body {
                    instances.add(Instance::Function(function, arguments));
                }
            }
        }
    }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Instance {
    Function(FunctionId, Vec<TypeId>),
    Action(ActionId, Vec<TypeId>),
}

#[derive(Default)]
struct Instances {
    known: HashSet<Instance>,
    todo: Vec<Instance>,
}

impl Instances {
    fn add(&mut self, instance: Instance) {
        if self.known.insert(instance.clone()) {
            self.todo.push(instance);
        }
    }
}

fn follow(types: &mut Types, function: &Function, arguments: &[TypeId], instances: &mut Instances) {
    types.substitute(function.result, arguments);
    for &register in &function.registers {
        types.substitute(register, arguments);
    }
    for op in &function.code {
        let mut all = |given: &[TypeId]| -> Vec<TypeId> {
            given.iter().map(|&ty| types.substitute(ty, arguments)).collect()
        };
        match op {
            Op::Decode { ty, .. } | Op::Schema { ty, .. } => {
                all(&[*ty]);
            }
            Op::Call { function, types: given, .. } => {
                instances.add(Instance::Function(*function, all(given)));
            }
            Op::Effect { effect, .. } => {
                let given = all(effect.types());
                for &branch in effect.branches() {
                    instances.add(Instance::Function(branch, given.clone()));
                }
                if let Effect::Action { action, .. }
                | Effect::Test(TestEffect::Given { action, .. }) = effect
                {
                    instances.add(Instance::Action(*action, given));
                }
            }
            _ => {}
        }
    }
}

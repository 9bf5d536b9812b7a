//! On every path, a register is written before it is read.
//!
//! A forward analysis over basic blocks: what is written for certain when a block begins is what is written at
//! the end of each block that leads to it. An instruction that fails writes nothing, so a handler begins with
//! what was written when the first covered block began. Nothing is ever unwritten, so that one pass in the
//! order of the code is enough for code as the compiler makes it, and a second shows that it was.

use super::{VerifyError, Wrong, at};
use crate::bytecode::{Function, Handler, Op, Reg};

/// How many passes may be needed, which only code that jumps backwards into loops does.
const MOST_PASSES: usize = 64;

/// How many words the states of all blocks may take.
const MOST_WORDS: usize = 1 << 24;

/// Whether the verifier takes the time to look at a function: registers times jumps have a limit.
pub fn is_checkable(function: &Function) -> bool {
    words(function).saturating_mul(2 * function.code.len() + 3 * function.handlers.len() + 2)
        <= MOST_WORDS
        || States::new(function, &Blocks::new(function)).is_some()
}

/// How many words the state of a block takes.
fn words(function: &Function) -> usize {
    function.registers.len().div_ceil(64)
}

pub(super) fn check(function: &Function) -> Result<(), VerifyError> {
    let blocks = Blocks::new(function);
    let mut states = States::new(function, &blocks)
        .ok_or_else(|| too_complex("fewer registers or fewer jumps").at(at(function, 0)))?;
    for _ in 0..MOST_PASSES {
        if !states.pass(function, &blocks) {
            return states.reads(function, &blocks);
        }
    }
    Err(too_complex("loops that are entered at their beginning").at(at(function, 0)))
}

fn too_complex(expected: &str) -> Wrong {
    Wrong::new(expected, "code that takes too long to check")
}

/// Runs of instructions that are only entered at their first one and only left at their last one.
struct Blocks<'a> {
    /// The first instruction of each, in order, and past the last one.
    starts: Vec<usize>,
    /// The innermost handler of each.
    handlers: Vec<Option<&'a Handler>>,
}

impl<'a> Blocks<'a> {
    fn new(function: &'a Function) -> Blocks<'a> {
        let mut starts = vec![0, function.code.len()];
        for (index, op) in function.code.iter().enumerate() {
            if let Some(target) = op.target() {
                starts.push(target as usize);
            }
            if op.target().is_some() || op.is_terminator() {
                starts.push(index + 1);
            }
        }
        for handler in &function.handlers {
            starts.extend([handler.from, handler.to, handler.target].map(|at| at as usize));
        }
        starts.sort_unstable();
        starts.dedup();
        let handlers = innermost(function, &starts);
        Blocks { starts, handlers }
    }

    fn iter(&self) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> + '_ {
        let ends = self.starts.iter().skip(1);
        self.starts.iter().zip(ends).map(|(&start, &end)| start..end).enumerate()
    }

    fn at(&self, start: usize) -> Option<usize> {
        self.starts.binary_search(&start).ok()
    }
}

/// The innermost handler around each start. Handlers nest, so those around a place are a stack.
fn innermost<'a>(function: &'a Function, starts: &[usize]) -> Vec<Option<&'a Handler>> {
    let mut outer_first: Vec<&Handler> = function.handlers.iter().rev().collect();
    outer_first.sort_by_key(|handler| (handler.from, std::cmp::Reverse(handler.to)));
    let mut coming = outer_first.into_iter().peekable();
    let mut around: Vec<&Handler> = Vec::new();
    let mut found = Vec::with_capacity(starts.len());
    for &start in starts {
        while around.pop_if(|handler| handler.to as usize <= start).is_some() {}
        while let Some(handler) = coming.next_if(|handler| handler.from as usize <= start) {
            around.push(handler);
        }
        found.push(around.last().copied());
    }
    found
}

/// A set of registers.
#[derive(Clone, PartialEq)]
struct Written(Box<[u64]>);

impl Written {
    fn add(&mut self, register: Reg) {
        if let Some(word) = self.0.get_mut(usize::from(register.0 / 64)) {
            *word |= 1 << (register.0 % 64);
        }
    }

    fn has(&self, register: Reg) -> bool {
        self.0
            .get(usize::from(register.0 / 64))
            .is_some_and(|word| word & (1 << (register.0 % 64)) != 0)
    }

    /// Keeps what is in both, and tells whether that is less than before.
    fn meet(&mut self, other: &Written) -> bool {
        let mut less = false;
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            less |= *word & !other != 0;
            *word &= other;
        }
        less
    }
}

/// What is written when each block begins; none for one that nothing leads to.
struct States(Vec<Option<Written>>);

impl States {
    fn new(function: &Function, blocks: &Blocks<'_>) -> Option<States> {
        let words = words(function);
        if blocks.starts.len().saturating_mul(words) > MOST_WORDS {
            return None;
        }
        let mut begin = Written(vec![0; words].into());
        (0..function.parameters).for_each(|parameter| begin.add(Reg(parameter)));
        let mut states = vec![None; blocks.starts.len()];
        if let Some(first) = states.first_mut() {
            *first = Some(begin);
        }
        Some(States(states))
    }

    /// Carries what is written along all edges once, and tells whether anything changed.
    fn pass(&mut self, function: &Function, blocks: &Blocks<'_>) -> bool {
        let mut changed = false;
        for (block, range) in blocks.iter() {
            let Some(mut written) = self.0.get(block).cloned().flatten() else { continue };
            if let Some(handler) = blocks.handlers.get(block).copied().flatten() {
                let mut caught = written.clone();
                caught.add(handler.error);
                changed |= self.enter(blocks.at(handler.target as usize), &caught);
            }
            let code = function.code.get(range.clone()).unwrap_or_default();
            code.iter().filter_map(Op::destination).for_each(|register| written.add(register));
            if let Some(target) = code.last().and_then(Op::target) {
                changed |= self.enter(blocks.at(target as usize), &written);
            }
            if !code.last().is_some_and(Op::is_terminator) {
                changed |= self.enter(blocks.at(range.end), &written);
            }
        }
        changed
    }

    /// Lets a block be entered with what is written.
    fn enter(&mut self, block: Option<usize>, written: &Written) -> bool {
        match block.and_then(|block| self.0.get_mut(block)) {
            Some(Some(state)) => state.meet(written),
            Some(state) => {
                *state = Some(written.clone());
                true
            }
            None => false,
        }
    }

    /// Looks at what each instruction reads.
    fn reads(self, function: &Function, blocks: &Blocks<'_>) -> Result<(), VerifyError> {
        for ((_, range), state) in blocks.iter().zip(self.0) {
            let Some(mut written) = state else { continue };
            let code = function.code.get(range.clone()).unwrap_or_default();
            for (index, op) in range.zip(code) {
                let mut missing = None;
                op.each_source(|register| {
                    if !written.has(register) {
                        missing = Some(register);
                    }
                });
                if let Some(Reg(register)) = missing {
                    let expected = format!("r{register} to be written on every path to it");
                    return Err(
                        Wrong::new(expected, "a path that does not").at(at(function, index))
                    );
                }
                op.destination().into_iter().for_each(|register| written.add(register));
            }
        }
        Ok(())
    }
}

//! Which functions have effects, and which never end: both follow from who calls whom.

use callflow_artifact::bytecode::FunctionId;

use crate::source::Location;

use super::checker::Checker;
use super::report;

impl Checker<'_> {
    /// A function that calls one with effects has effects. Functions that call each other on every path never
    /// end.
    pub(super) fn infer_effects(&mut self) {
        self.spread_effects();
        self.tell_endless();
    }

    /// Works backward from the functions that have effects by themselves.
    fn spread_effects(&mut self) {
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); self.functions.len()];
        let mut open = Vec::new();
        for (caller, item) in self.functions.iter().enumerate() {
            let Some(checked) = &item.checked else { continue };
            for callee in &checked.calls {
                if let Some(callers) = callers.get_mut(callee.0 as usize) {
                    callers.push(caller);
                }
            }
            if checked.function.effectful {
                open.push(caller);
            }
        }
        while let Some(callee) = open.pop() {
            for caller in callers.get_mut(callee).map(std::mem::take).unwrap_or_default() {
                let checked = self.functions.get_mut(caller).and_then(|item| item.checked.as_mut());
                if let Some(checked) = checked
                    && !checked.function.effectful
                {
                    checked.function.effectful = true;
                    open.push(caller);
                }
            }
        }
    }

    /// A function ends where all that it is certain to call ends. The others are certain to come back to where
    /// they were, and each such cycle is told once.
    fn tell_endless(&mut self) {
        let ends = self.ending();
        let is_endless = |id: &FunctionId| ends.get(id.0 as usize) == Some(&false);
        let next = |function: usize| {
            let checked = self.functions.get(function)?.checked.as_ref()?;
            checked.certain_calls.iter().find(|(callee, _)| is_endless(callee)).copied()
        };
        let mut seen: Vec<Option<usize>> = vec![None; self.functions.len()];
        let mut found = Vec::new();
        for walk in 0..self.functions.len() {
            let mut at = walk;
            while let Some((callee, span)) = next(at) {
                match seen.get_mut(at) {
                    Some(slot @ None) => *slot = Some(walk),
                    Some(Some(earlier)) if *earlier == walk => {
                        found.push((at, callee, span));
                        break;
                    }
                    _ => break,
                }
                at = callee.0 as usize;
            }
        }
        for (function, callee, span) in found {
            let name = |id: usize| self.functions.get(id).map(|item| item.signature.name.clone());
            let Some(item) = self.functions.get(function) else { continue };
            let at = Location { file: item.file, span };
            let through = name(callee.0 as usize).unwrap_or_default();
            let diagnostic = report::control::endless(at, &item.signature.name, &through);
            self.report(diagnostic);
        }
    }

    /// For each function whether a run of it can end, found by working forward from those that are certain to
    /// call nothing.
    fn ending(&self) -> Vec<bool> {
        let mut ends = vec![false; self.functions.len()];
        let mut waits_for = vec![0_usize; self.functions.len()];
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); self.functions.len()];
        let mut ready = Vec::new();
        for (caller, (item, count)) in self.functions.iter().zip(&mut waits_for).enumerate() {
            let certain = item.checked.as_ref().map(|checked| checked.certain_calls.as_slice());
            for (callee, _) in certain.unwrap_or_default() {
                if let Some(callers) = callers.get_mut(callee.0 as usize) {
                    callers.push(caller);
                    *count += 1;
                }
            }
            if *count == 0 {
                ready.push(caller);
            }
        }
        while let Some(function) = ready.pop() {
            if let Some(ends) = ends.get_mut(function) {
                *ends = true;
            }
            for &caller in callers.get(function).map(Vec::as_slice).unwrap_or_default() {
                if let Some(count) = waits_for.get_mut(caller) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(caller);
                    }
                }
            }
        }
        ends
    }
}

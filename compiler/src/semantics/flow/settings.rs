//! What a header says of its runs: `within D else E` and `with …`.
//!
//! An expression over the event becomes a function that takes it. The host calls it when no run is there yet, or
//! none that it could wait for, so that it can ask nobody: [`Checker::tell_asking_settings`] looks at that when
//! it is known which functions have effects.

use std::rc::Rc;

use callflow_artifact::Constant;
use callflow_artifact::bytecode::FunctionId;
use callflow_artifact::types::TypeId;

use crate::semantics::body::{Body, Kind};
use crate::semantics::checker::{CheckedBody, Checker, FunctionItem, FunctionSource};
use crate::semantics::constant::Purpose;
use crate::semantics::report;
use crate::semantics::signature::Signature;
use crate::semantics::typed::{self, FlowSettings};
use crate::source::{FileId, Location};
use crate::syntax::tree::{self, FlowSettingKind};

use super::FlowItem;

/// Most runs at a time.
const MOST_AT_A_TIME: i64 = 10_000;

/// What an expression over the event must give.
#[derive(Clone, Copy)]
enum Gives {
    /// Anything with a text form, as text.
    Key,
    /// A value of the flow's result type.
    Result(TypeId),
}

impl<'t> Checker<'t> {
    /// Checks the settings of a flow.
    pub(super) fn flow_settings(&mut self, item: &FlowItem<'t>) -> FlowSettings {
        let mut settings = FlowSettings::default();
        if let Some(deadline) = &item.tree.deadline {
            self.deadline(item, deadline, &mut settings);
        }
        let mut seen: [Option<Location>; 3] = [None; 3];
        for setting in &item.tree.settings {
            let at = Location { file: item.file, span: setting.span };
            let (slot, word) = match &setting.kind {
                FlowSettingKind::Concurrency { .. } => (0, "concurrency"),
                FlowSettingKind::Dedupe { .. } => (1, "dedupe"),
                FlowSettingKind::Timeout(_) => (2, "timeout"),
            };
            match seen.get_mut(slot) {
                Some(first @ None) => *first = Some(at),
                Some(Some(first)) => {
                    let first = *first;
                    self.report(report::triggers::setting_twice(at, first, word));
                }
                None => {}
            }
            self.one_setting(item, &setting.kind, &mut settings);
        }
        settings
    }

    fn one_setting(
        &mut self,
        item: &FlowItem<'t>,
        setting: &'t FlowSettingKind,
        settings: &mut FlowSettings,
    ) {
        match setting {
            FlowSettingKind::Concurrency { limit, per } => {
                settings.concurrency = self.run_limit(item.file, limit);
                let key = per.as_ref().map(|per| self.event_function(item, per, Gives::Key));
                settings.concurrency_key = key;
            }
            FlowSettingKind::Dedupe { by, window } => {
                settings.dedupe_key = Some(self.event_function(item, by, Gives::Key));
                let window = window.as_ref();
                let window = window.and_then(|w| self.positive_time(item.file, w, "This time"));
                settings.dedupe_window = window;
            }
            FlowSettingKind::Timeout(time) => {
                settings.timeout = self.positive_time(item.file, time, "A timeout");
            }
        }
    }

    /// `within 2s else allow()`, where somebody waits.
    fn deadline(
        &mut self,
        item: &FlowItem<'t>,
        deadline: &'t tree::Deadline,
        settings: &mut FlowSettings,
    ) {
        let header = &item.header;
        let at = Location { file: item.file, span: deadline.duration.span };
        let name = header.trigger.name.as_str();
        let waited_for = match name {
            "pre_call" | "function_call" => true,
            "webhook" => header.result != TypeId::NONE,
            _ => false,
        };
        if !waited_for && header.event != TypeId::UNKNOWN {
            self.report(report::triggers::deadline_here(at, name));
            return;
        }
        settings.deadline = self.positive_time(item.file, &deadline.duration, "A deadline");
        if let Some(fallback) = &deadline.fallback {
            let gives = Gives::Result(header.result);
            settings.fallback = Some(self.event_function(item, fallback, gives));
        }
    }

    fn run_limit(&mut self, file: FileId, limit: &'t tree::Expr) -> Option<u32> {
        let found = self.constant_of(file, limit, Some(TypeId::INT), Purpose::Setting).1;
        match found {
            Some(Constant::Int(limit)) if (1..=MOST_AT_A_TIME).contains(&limit) => {
                u32::try_from(limit).ok()
            }
            Some(Constant::Int(_)) => {
                let at = Location { file, span: limit.span };
                self.report(report::triggers::run_limit(at, MOST_AT_A_TIME));
                None
            }
            _ => None,
        }
    }

    fn positive_time(&mut self, file: FileId, time: &'t tree::Expr, what: &str) -> Option<i64> {
        let found = self.constant_of(file, time, Some(TypeId::DURATION), Purpose::Setting).1;
        match found {
            Some(Constant::Duration(milliseconds)) if milliseconds > 0 => Some(milliseconds),
            Some(Constant::Duration(_)) => {
                let at = Location { file, span: time.span };
                self.report(report::triggers::no_time(at, what));
                None
            }
            _ => None,
        }
    }

    /// A function that takes the event and gives what an expression makes of it.
    fn event_function(
        &mut self,
        item: &FlowItem<'t>,
        expr: &'t tree::Expr,
        gives: Gives,
    ) -> FunctionId {
        let mut body = Body::new(self, item.file, Kind::Flow { answers: true });
        body.bind_event(item);
        body.result = match gives {
            Gives::Key => TypeId::STRING,
            Gives::Result(ty) => ty,
        };
        let value = match gives {
            Gives::Key => {
                let value = body.expr(expr, None);
                body.as_text(value)
            }
            Gives::Result(ty) => body.check(expr, ty),
        };
        let signature = Signature { name: "a setting".into(), ..Signature::default() };
        let block = typed::Block { statements: Vec::new(), value: Some(Box::new(value)) };
        let checked = body.finish(block, 1, &signature);
        self.functions.push(FunctionItem {
            file: item.file,
            doc: item.doc,
            source: FunctionSource::Setting(expr.span),
            signature: Rc::new(signature),
            type_names: Vec::new(),
            checked: Some(checked),
        });
        FunctionId(self.functions.len() as u32 - 1)
    }

    /// Tells of settings that would have to ask somebody. Effects are known by now.
    pub(in crate::semantics) fn tell_asking_settings(&mut self) {
        let asks = |checked: &CheckedBody| checked.function.effectful;
        let asking: Vec<Location> = self
            .functions
            .iter()
            .filter(|item| item.checked.as_ref().is_some_and(asks))
            .filter_map(|item| match item.source {
                FunctionSource::Setting(span) => Some(Location { file: item.file, span }),
                _ => None,
            })
            .collect();
        for at in asking {
            self.report(report::triggers::asking_setting(at));
        }
    }
}

//! JSON objects that are written as records.

use callflow_artifact::bytecode::Op;
use callflow_artifact::constant::Constant;
use callflow_artifact::types::TypeId;

use super::function::{Builder, Operand, Want};
use crate::semantics::typed::JsonPart;

impl<'p> Builder<'_, 'p> {
    /// An object, built entry by entry. Whether an optional that is none is left out is known when it runs, so
    /// the instruction decides that.
    pub(super) fn json_object(&mut self, parts: &'p [JsonPart], want: Want) -> Operand {
        let dst = self.destination(want, TypeId::JSON);
        let object = dst.register;
        self.load(object, &Constant::Json("{}".into()));
        for part in parts {
            match part {
                JsonPart::Entry(key, e) => {
                    let value = self.expr(e, Want::Anywhere);
                    let key = self.constant(TypeId::STRING, &Constant::Text(key.clone()));
                    self.release(value);
                    self.release(key);
                    self.emit(Op::JsonInsert { object, key: key.register, value: value.register });
                }
                JsonPart::Spread(e) => {
                    let from = self.expr(e, Want::Anywhere);
                    self.release(from);
                    self.emit(Op::JsonExtend { object, from: from.register });
                }
            }
        }
        dst
    }
}

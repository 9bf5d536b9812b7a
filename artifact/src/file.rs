//! `file`, the record that every program knows: a stored blob by reference. Its content stays where it is stored; a
//! value has its id and what is known of it.

use ecow::EcoString;

use crate::constant::Constant;
use crate::types::{Field, Record, TypeId};

/// The name of the type in flows.
pub const NAME: &str = "file";

/// The record, which stands at [`RecordId::FILE`](crate::types::RecordId::FILE) in every table of types.
pub fn record() -> Record {
    let text =
        |name, sample: &str, doc| field(name, TypeId::STRING, Constant::Text(sample.into()), doc);
    Record {
        name: NAME.into(),
        doc: "A stored file, by reference".into(),
        fields: vec![
            text("id", "file_1", "What it is stored under"),
            text("name", "contract.pdf", "Its name, as it was given when it was stored"),
            text("media_type", "application/pdf", "What it holds, as a media type"),
            field("size", TypeId::INT, Constant::Int(48_213), "The length of its content in bytes"),
        ],
    }
}

fn field(name: &str, ty: TypeId, sample: Constant, doc: &str) -> Field {
    Field {
        name: name.into(),
        wire: None,
        ty,
        nullable: false,
        default: None,
        sample: Some(sample),
        doc: EcoString::from(doc),
    }
}

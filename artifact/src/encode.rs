//! The file that holds an artifact: `app.callflow`.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `CALLFLOW` |
//! | 4 | the version of the format, little-endian |
//! | … | the artifact in postcard |
//! | 32 | SHA-256 of all before |
//!
//! The same artifact gives the same bytes. The hash tells damage from a file that was never right; who makes a
//! file can make its hash, so what is read is still to be [verified](crate::verify).

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::artifact::Artifact;

/// What every file begins with.
const MAGIC: &[u8; 8] = b"CALLFLOW";

/// The version that this crate writes and reads. It changes with each change of a type that is written.
pub const FORMAT: u32 = 4;

/// How large a file may be, in bytes. What is read takes a small multiple of it in memory.
pub const LONGEST: usize = 16 << 20;

const HASH: usize = 32;

/// Why bytes are no artifact that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It does not begin as an artifact does.
    #[error("this is not a Callflow artifact")]
    NotAnArtifact,
    /// It was made for another version.
    #[error(
        "this artifact has format {found}, and this version of Callflow reads format {FORMAT}: build it again"
    )]
    OtherFormat {
        /// The version it says.
        found: u32,
    },
    /// It is larger than [`LONGEST`].
    #[error("this artifact has {length} bytes, and at most {LONGEST} can be read")]
    TooLong {
        /// How many bytes it has.
        length: usize,
    },
    /// It is cut short, or was changed after it was made.
    #[error("this artifact is damaged: {0}")]
    Damaged(&'static str),
}

/// Why an artifact could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// It could not be read again.
    #[error("the compiled project has {length} bytes, and an artifact can have at most {LONGEST}")]
    TooLong {
        /// How many bytes it would have.
        length: usize,
    },
    /// A part of it has no binary form, which no part that the compiler makes lacks.
    #[error("the compiled project cannot be written: {0}")]
    Unwritable(postcard::Error),
}

/// Writes an artifact.
///
/// # Errors
///
/// An artifact that is too large to be read again.
pub fn to_bytes(artifact: &Artifact) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    let mut bytes = postcard::to_extend(artifact, bytes).map_err(EncodeError::Unwritable)?;
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    if bytes.len() > LONGEST {
        return Err(EncodeError::TooLong { length: bytes.len() });
    }
    Ok(bytes)
}

/// What tells an artifact's file from every other one: its SHA-256 in hex, as `sha256sum` prints it.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How many bytes the parts of an artifact take in its file, by the names of its fields.
pub fn sizes(artifact: &Artifact) -> [(&'static str, usize); 7] {
    fn size(part: &impl Serialize) -> usize {
        postcard::to_stdvec(part).map_or(0, |bytes| bytes.len())
    }
    [
        ("flows", size(&artifact.flows)),
        ("functions", size(&artifact.functions)),
        ("constants", size(&artifact.constants)),
        ("types", size(&artifact.types)),
        ("pieces", size(&artifact.pieces)),
        ("actions", size(&artifact.actions)),
        ("files", size(&artifact.files)),
    ]
}

/// Reads an artifact. It is whole, but may still be wrong: [`crate::verify::verify`] tells.
///
/// # Errors
///
/// Bytes that are no artifact, or one that this version cannot read.
pub fn from_bytes(bytes: &[u8]) -> Result<Artifact, DecodeError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(DecodeError::NotAnArtifact)?;
    let (format, _) = rest.split_first_chunk().ok_or(DecodeError::Damaged("it is cut short"))?;
    let found = u32::from_le_bytes(*format);
    if found != FORMAT {
        return Err(DecodeError::OtherFormat { found });
    }
    if bytes.len() > LONGEST {
        return Err(DecodeError::TooLong { length: bytes.len() });
    }
    let (whole, hash) =
        bytes.split_last_chunk::<HASH>().ok_or(DecodeError::Damaged("it is cut short"))?;
    if Sha256::digest(whole).as_slice() != hash {
        return Err(DecodeError::Damaged("its hash does not fit"));
    }
    let payload = whole.get(MAGIC.len() + 4..).ok_or(DecodeError::Damaged("it is cut short"))?;
    let (mut artifact, rest) = postcard::take_from_bytes::<Artifact>(payload)
        .map_err(|_| DecodeError::Damaged("its content cannot be read"))?;
    if !rest.is_empty() {
        return Err(DecodeError::Damaged("there is more than an artifact"));
    }
    artifact.types.rebuild_index();
    Ok(artifact)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::constant::{Constant, DEEPEST};
    use crate::sample;
    use crate::types::{Type, TypeId};

    /// The file of a payload, with everything around it as it should be.
    fn file(payload: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(payload);
        let hash = Sha256::digest(&bytes);
        bytes.extend_from_slice(&hash);
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let artifact = sample::artifact();
        let bytes = to_bytes(&artifact).unwrap();
        let mut read = from_bytes(&bytes).unwrap();
        assert_eq!(to_bytes(&read).unwrap(), bytes);
        assert_eq!(crate::print::print(&read), crate::print::print(&artifact));
        assert_eq!(crate::verify::verify(&read), Ok(()));
        // The index was made again: a known type gets no second id.
        let known = read.types.len();
        assert_eq!(read.types.intern(Type::Bool), TypeId::BOOL);
        assert_eq!(read.types.len(), known);
    }

    #[test]
    fn every_constant_is_read_as_it_was() {
        let mut artifact = sample::artifact();
        artifact.constants = sample::constants();
        let read = from_bytes(&to_bytes(&artifact).unwrap()).unwrap();
        assert_eq!(read.constants, artifact.constants);
    }

    #[test]
    fn other_files_are_told_apart() {
        let bytes = to_bytes(&sample::artifact()).unwrap();
        assert_eq!(from_bytes(b"on call_finished <").unwrap_err(), DecodeError::NotAnArtifact);
        assert_eq!(from_bytes(b"").unwrap_err(), DecodeError::NotAnArtifact);
        let mut other = bytes.clone();
        other[8] = 200;
        assert_eq!(from_bytes(&other).unwrap_err(), DecodeError::OtherFormat { found: 200 });
        let mut damaged = bytes.clone();
        damaged[40] ^= 1;
        let error = from_bytes(&damaged).unwrap_err();
        assert_eq!(error.to_string(), "this artifact is damaged: its hash does not fit");
        for length in 8..bytes.len() {
            let error = from_bytes(&bytes[..length]).unwrap_err();
            assert!(matches!(error, DecodeError::Damaged(_)), "{length}: {error}");
        }
        let mut long = bytes;
        long.resize(LONGEST + 1, 0);
        assert!(matches!(from_bytes(&long).unwrap_err(), DecodeError::TooLong { .. }));
    }

    #[test]
    fn constants_nest_so_deep_and_no_deeper() {
        let nested =
            |depth: u32| (0..depth).fold(Constant::None, |inner, _| Constant::List(vec![inner]));
        let mut artifact = sample::artifact();
        artifact.constants = vec![nested(DEEPEST)];
        assert!(from_bytes(&to_bytes(&artifact).unwrap()).is_ok());
        artifact.constants = vec![nested(DEEPEST + 1)];
        assert!(from_bytes(&to_bytes(&artifact).unwrap()).is_err());
        // A failure leaves no depth behind.
        artifact.constants = vec![nested(DEEPEST)];
        assert!(from_bytes(&to_bytes(&artifact).unwrap()).is_ok());
    }

    proptest! {
        #[test]
        fn no_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = from_bytes(&file(&payload));
        }

        #[test]
        fn no_change_of_a_payload_panics(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let bytes = to_bytes(&sample::artifact()).unwrap();
            let mut payload = bytes[MAGIC.len() + 4..bytes.len() - HASH].to_vec();
            let at = at.index(payload.len());
            payload[at] = byte;
            if let Ok(artifact) = from_bytes(&file(&payload)) {
                let _ = crate::verify::verify(&artifact);
                let _ = crate::print::print(&artifact);
            }
        }
    }
}

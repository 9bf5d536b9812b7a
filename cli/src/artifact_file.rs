//! Files that hold an artifact: one that `callflow build` made, or an executable that carries one at its end.
//!
//! An executable that serves its own artifact is a copy of this program with the artifact's file behind it, then
//! its length in eight bytes, little-endian, then [`MARK`]. Systems run such a file as they run the program alone.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use callflow_artifact::encode::{self, DecodeError};
use callflow_artifact::{Artifact, verify};

use crate::exit::Failure;

/// What a file that carries an artifact ends with.
const MARK: &[u8; 8] = b"callflo\x16";

/// The length of the artifact and the mark.
const TAIL: u64 = 16;

/// What an artifact's file begins with.
const MAGIC: &[u8; 8] = b"CALLFLOW";

/// An artifact, and the bytes of its file.
#[derive(Debug)]
pub(crate) struct Packed {
    /// Verified.
    pub(crate) artifact: Artifact,
    /// As `callflow build` wrote them.
    pub(crate) bytes: Vec<u8>,
}

/// Whether a path is to be read as an artifact and not as flows: it is called `….callflow` or begins or ends as one.
pub(crate) fn is_artifact(path: &Path) -> bool {
    if !path.is_file() || path.extension().is_some_and(|it| it == "flow" || it == "toml") {
        return false;
    }
    path.extension().is_some_and(|it| it == "callflow")
        || File::open(path).is_ok_and(|mut file| looks_like_one(&mut file).unwrap_or_default())
}

/// Reads an artifact.
pub(crate) fn read(path: &Path) -> Result<Packed, Failure> {
    let shown = path.display();
    let bytes = bytes(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::Missing(format!("there is no `{shown}`; check the path's spelling"))
        }
        io::ErrorKind::PermissionDenied => {
            Failure::Missing(format!("`{shown}` may not be read; check its permissions"))
        }
        io::ErrorKind::IsADirectory => Failure::Usage(format!(
            "`{shown}` is a folder and no artifact; `callflow build {shown}` makes one of it"
        )),
        _ => Failure::Missing(format!("`{shown}` cannot be read: {error}")),
    })?;
    decode(&shown.to_string(), bytes)
}

/// The artifact that this process's own executable carries, if it carries one.
pub(crate) fn own() -> Result<Option<Packed>, Failure> {
    // A system that does not say which file this is runs it as what it is without one.
    let Ok(path) = std::env::current_exe() else { return Ok(None) };
    let carried = File::open(&path).and_then(|mut file| carried(&mut file));
    match carried {
        Ok(Some(bytes)) => decode(&path.display().to_string(), bytes).map(Some),
        _ => Ok(None),
    }
}

/// Writes an executable that carries an artifact: this process's own, with the artifact behind it.
pub(crate) fn append_to_own(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let mut program = File::open(std::env::current_exe()?)?;
    let length = program.metadata()?.len();
    let behind = carried_length(&mut program)?.map_or(0, |length| length + TAIL);
    program.seek(SeekFrom::Start(0))?;
    io::copy(&mut program.take(length.saturating_sub(behind)), file)?;
    file.write_all(bytes)?;
    file.write_all(&(bytes.len() as u64).to_le_bytes())?;
    file.write_all(MARK)
}

fn decode(shown: &str, bytes: Vec<u8>) -> Result<Packed, Failure> {
    let artifact = encode::from_bytes(&bytes).map_err(|error| match error {
        DecodeError::NotAnArtifact => Failure::Usage(format!(
            "`{shown}` is no artifact; `callflow build PATH` makes one of a project"
        )),
        DecodeError::OtherFormat { .. } => Failure::Failed(format!("`{shown}`: {error}")),
        DecodeError::TooLong { .. } | DecodeError::Damaged(_) => {
            Failure::Failed(format!("`{shown}`: {error}; build it again, or copy it again"))
        }
    })?;
    verify::verify(&artifact).map_err(|error| {
        Failure::Failed(format!("`{shown}` was not made by `callflow build`: {error}"))
    })?;
    Ok(Packed { artifact, bytes })
}

/// The bytes of an artifact's file, or of the one that an executable carries.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut file = File::open(path)?;
    if let Some(bytes) = carried(&mut file)? {
        return Ok(bytes);
    }
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    // One byte more than can be read, so that what is too long is told as that.
    file.take(encode::LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn carried(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = carried_length(file)? else { return Ok(None) };
    file.seek(SeekFrom::End(-((length + TAIL) as i64)))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// How long the artifact is that a file carries; none where it carries none.
fn carried_length(file: &mut File) -> io::Result<Option<u64>> {
    let whole = file.metadata()?.len();
    if whole < TAIL {
        return Ok(None);
    }
    file.seek(SeekFrom::End(-(TAIL as i64)))?;
    let mut tail = [0; TAIL as usize];
    file.read_exact(&mut tail)?;
    let (length, mark) = tail.split_at(8);
    let length = <[u8; 8]>::try_from(length).map(u64::from_le_bytes).unwrap_or_default();
    let fits = mark == MARK && length <= encode::LONGEST as u64 && length <= whole - TAIL;
    Ok(fits.then_some(length))
}

fn looks_like_one(file: &mut File) -> io::Result<bool> {
    if carried_length(file)?.is_some() {
        return Ok(true);
    }
    file.seek(SeekFrom::Start(0))?;
    let mut start = [0; 8];
    Ok(file.read_exact(&mut start).is_ok() && start == *MAGIC)
}

/// The permissions of this process's executable, for a file that is to be one.
pub(crate) fn own_permissions() -> io::Result<fs::Permissions> {
    Ok(fs::metadata(std::env::current_exe()?)?.permissions())
}

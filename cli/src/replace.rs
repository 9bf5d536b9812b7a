//! Writing files whole: whoever reads the file sees what was there before or what is there now, and nothing between.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::path::Path;

use crate::exit::Failure;

/// Puts a text in a file's place. The file keeps its permissions; one that may not be written stays as it is.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    // A link stays a link; what it leads to changes.
    let target = fs::canonicalize(path).map_err(|error| unwritable(path, &error))?;
    let permissions =
        fs::metadata(&target).map_err(|error| unwritable(path, &error))?.permissions();
    if permissions.readonly() {
        return Err(unwritable(path, &io::ErrorKind::PermissionDenied.into()));
    }
    put(&target, Some(permissions), |file| file.write_all(text.as_bytes()))
        .map_err(|error| unwritable(path, &error))
}

/// Makes a file, or puts it in the place of another one. It has the permissions that new files have, unless given.
pub(crate) fn create(
    path: &Path,
    permissions: Option<Permissions>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), Failure> {
    // A link stays a link, where it leads to something.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        let path = path.display();
        return Err(Failure::Usage(format!(
            "`{path}` is a folder; name the file that is to be written"
        )));
    }
    put(&target, permissions, write).map_err(|error| unwritable(path, &error))
}

/// Writes beside the file, and puts that in the file's place.
fn put(
    target: &Path,
    permissions: Option<Permissions>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = File::create_new(&beside)
        .and_then(|mut file| {
            write(&mut file)?;
            if let Some(permissions) = permissions {
                file.set_permissions(permissions)?;
            }
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, target));
    written.inspect_err(|_| {
        // The file is as it was; what was begun beside it is of no use.
        let _ = fs::remove_file(&beside);
    })
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let what = match error.kind() {
        io::ErrorKind::NotFound => "its folder is not there; make it first".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full; free some space".to_owned(),
        _ => format!("{error}; check its permissions"),
    };
    Failure::Missing(format!("`{}` cannot be written: {what}", path.display()))
}

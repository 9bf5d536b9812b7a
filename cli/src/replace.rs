//! Writing over a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::exit::Failure;

/// Puts a text in a file's place at once: whoever reads the file sees the old text or the new one.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        let path = path.display();
        Failure::Missing(format!("`{path}` cannot be written: {error}; check its permissions"))
    };
    // A link stays a link; what it leads to changes.
    let target = fs::canonicalize(path).map_err(failed)?;
    let permissions = fs::metadata(&target).map_err(failed)?.permissions();
    if permissions.readonly() {
        return Err(failed(io::ErrorKind::PermissionDenied.into()));
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = File::create_new(&beside)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.set_permissions(permissions)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, &target));
    written.map_err(|error| {
        // The file is as it was; what was begun beside it is of no use.
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}

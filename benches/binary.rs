//! The program that benchmarks start.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the program in the profile that the benchmark was built in, and says where it is.
///
/// # Errors
/// It does not build.
pub fn callflow() -> Result<PathBuf, Box<dyn Error + Send + Sync>> {
    let own = env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).ok_or("this benchmark is in no folder")?;
    let profile = folder.file_name().ok_or("this benchmark is in no folder")?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--package", "callflow", "--profile"])
        .arg(profile)
        .current_dir(root())
        .status()?;
    match built.success() {
        true => Ok(folder.join(format!("callflow{}", env::consts::EXE_SUFFIX))),
        false => Err("the binary does not build".into()),
    }
}

/// The repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

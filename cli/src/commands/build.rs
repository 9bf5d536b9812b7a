//! `callflow build`: a project as one file.

use std::io::Write;
use std::path::{Path, PathBuf};

use callflow_artifact::encode;

use crate::artifact_file;
use crate::exit::{self, Failure};
use crate::load::load;
use crate::replace::create;
use crate::terminal::{bytes, count};

/// Makes one file of a project: all that a server needs
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The same flows give the same bytes, on every machine and in every folder. Connections, secrets and the values of \
[env] are not in the file: the place where it runs says them, in a callflow.toml beside it.

Examples:
  callflow build                                the project in this folder, as PROJECT.callflow
  callflow build flows -o release/sales.callflow
  callflow build --standalone -o sales          a program that serves it, with nothing else to install")]
pub(crate) struct Build {
    /// A file or folder
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Where to write it; `PROJECT.callflow` in this folder unless given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Make an executable that serves the flows
    #[arg(long)]
    standalone: bool,
}

impl Build {
    /// Writes the file, or leaves the one that is there as it is.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let loaded = load(&self.path, "nothing was built")?;
        let artifact = &loaded.artifact;
        if artifact.flows.is_empty() {
            return Err(Failure::Failed(format!(
                "`{}` has no flow to serve; a flow is written as `on call_finished < … >`",
                self.path.display()
            )));
        }
        let encoded =
            encode::to_bytes(artifact).map_err(|error| Failure::Failed(error.to_string()))?;
        let file = match &self.output {
            Some(file) => file.clone(),
            None => default_name(&artifact.name, self.standalone),
        };
        if matches!(file.extension().and_then(|it| it.to_str()), Some("flow" | "toml")) {
            return Err(Failure::Usage(format!(
                "`{}` is where sources stand; choose another name, such as `{}`",
                file.display(),
                file.with_extension("callflow").display()
            )));
        }
        self.write(&file, &encoded)?;
        exit::say(&format!(
            "{} has {} in {}\nsha256 {}\n",
            file.display(),
            count(artifact.flows.len(), "flow"),
            bytes(encoded.len()),
            encode::fingerprint(&encoded)
        ));
        Ok(())
    }

    fn write(&self, file: &Path, encoded: &[u8]) -> Result<(), Failure> {
        if !self.standalone {
            return create(file, None, |file| file.write_all(encoded));
        }
        let permissions = artifact_file::own_permissions().map_err(|error| {
            Failure::Missing(format!("this program's own file cannot be read: {error}"))
        })?;
        create(file, Some(permissions), |file| artifact_file::append_to_own(file, encoded))
    }
}

/// `sales-calls.callflow`: the project's name, as far as it is one that every system takes.
fn default_name(project: &str, standalone: bool) -> PathBuf {
    let safe = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = project.chars().map(safe).collect();
    let name = match name.trim_start_matches('.') {
        "" => "project",
        name => name,
    };
    match standalone {
        true => format!("{name}{}", std::env::consts::EXE_SUFFIX).into(),
        false => format!("{name}.callflow").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projects_name_becomes_a_files() {
        let shown = |name: &str| default_name(name, false).display().to_string();
        assert_eq!(shown("sales-calls"), "sales-calls.callflow");
        assert_eq!(shown("../My calls/é"), "-My-calls-é.callflow");
        assert_eq!(shown(".."), "project.callflow");
        assert_eq!(default_name("a b", true).file_stem().unwrap(), "a-b");
    }
}

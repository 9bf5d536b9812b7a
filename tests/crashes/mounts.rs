//! Folders that are mounted where only one process and what it begins see them, which nobody needs to be an
//! administrator for. Not every system allows it.

use std::process::{Command, Stdio};

use crate::project::Folder;

/// A command that carries out a shell script in its own world of mounts; the script's arguments are another command.
pub(crate) fn within(script: &str, other: &Command) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]);
    command.arg(other.get_program()).args(other.get_args());
    if let Some(folder) = other.get_current_dir() {
        command.current_dir(folder);
    }
    command.envs(other.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null());
    command
}

/// Whether the system allows what a script does before it carries out its arguments.
pub(crate) fn can(folder: &Folder, script: &str) -> bool {
    let mut nothing = Command::new("true");
    nothing.current_dir(folder.path());
    within(script, &nothing).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

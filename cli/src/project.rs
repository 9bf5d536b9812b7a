//! From a path on the command line to a project: its files and its settings.
//!
//! A path is a `.flow` file or a folder. A folder's flows are the `.flow` files at any depth below it, but for
//! hidden folders and those that are projects of their own. The settings are those of the nearest
//! `callflow.toml`, in the folder or above it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use callflow_compiler::project as compile;
use callflow_compiler::source::Source;
use callflow_compiler::syntax;

use crate::artifact_file;
use crate::exit::Failure;
use crate::settings::{Agent, Settings};

/// The name of the settings' file.
const SETTINGS: &str = "callflow.toml";

/// What is compiled together.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// From the settings, else the folder's or the file's own.
    pub(crate) name: String,
    /// What the files' paths are relative to, as it was typed.
    pub(crate) folder: PathBuf,
    /// In order of their paths.
    pub(crate) files: Vec<Source>,
    /// Of the nearest `callflow.toml`.
    pub(crate) settings: Settings,
}

/// `PATH[:FLOW]`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The file or folder.
    pub(crate) path: PathBuf,
    /// Which of its flows.
    pub(crate) flow: Option<String>,
}

impl Target {
    /// Takes `PATH[:FLOW]` apart. A path that exists is a path, whatever colons it has.
    pub(crate) fn parse(text: &str) -> Target {
        if let Some((path, flow)) = text.rsplit_once(':')
            && !Path::new(text).exists()
            && !path.is_empty()
            && !flow.is_empty()
        {
            return Target { path: path.into(), flow: Some(flow.to_owned()) };
        }
        Target { path: text.into(), flow: None }
    }
}

impl Project {
    /// Reads the project at a path.
    pub(crate) fn load(path: &Path) -> Result<Project, Failure> {
        let found = Found::at(path)?;
        Project::read(path, found.files)
    }

    /// The project that an artifact in a folder was made of, with the settings of the place where it is now.
    pub(crate) fn of_artifact(name: &str, folder: Option<&Path>) -> Result<Project, Failure> {
        let folder = folder.unwrap_or(Path::new(""));
        let settings = settings_of(folder)?;
        Ok(Project {
            name: name.to_owned(),
            folder: tidy(folder).to_owned(),
            files: Vec::new(),
            settings,
        })
    }

    /// What the compiler is given of it. Connections are left out: what is missing of them is told when they are
    /// used, or by `callflow check --connections`.
    pub(crate) fn to_compile(&self) -> compile::Project {
        let names = |entries: &[(String, String)]| {
            Some(entries.iter().map(|(name, _)| name.as_str().into()).collect())
        };
        let agent = |agent: &Agent| compile::Agent {
            name: agent.name.as_str().into(),
            platform: agent.platform.as_deref().map(Into::into),
        };
        let known = &self.settings;
        let settings = compile::Settings {
            timezone: known.timezone.as_deref().map(Into::into),
            platforms: Some(known.platforms.iter().map(|name| name.as_str().into()).collect()),
            environment: names(&known.environment),
            secrets: names(&known.secrets),
            agents: Some(known.agents.iter().map(agent).collect()),
            connections: None,
        };
        let project = compile::Project::new(&*self.name, self.files.clone());
        compile::Project { settings, ..project }
    }

    /// The same with the connections that its settings have, so that those that are missing are told.
    pub(crate) fn to_compile_with_connections(&self) -> compile::Project {
        let connection = |(name, entries): &(String, Vec<(String, String)>)| {
            let kind = entries.iter().find(|(entry, _)| entry == "kind");
            compile::Connection {
                name: name.as_str().into(),
                kind: kind.map(|(_, kind)| kind.as_str().into()),
                scopes: None,
            }
        };
        let mut project = self.to_compile();
        let connections = self.settings.connections.iter().map(connection).collect();
        project.settings.connections = Some(connections);
        project
    }

    /// Reads the project at a path and those in folders below it, for commands that take many.
    pub(crate) fn load_all(path: &Path) -> Result<Vec<Project>, Failure> {
        let found = Found::all(path)?.into_iter();
        found.map(|(path, files)| Project::read(&path, files)).collect()
    }

    /// A source's path for a person: from where the command was called.
    pub(crate) fn shown(&self, source: &str) -> String {
        match source.starts_with("stdlib:") {
            true => source.to_owned(),
            false => self.folder.join(source).display().to_string(),
        }
    }

    fn read(path: &Path, files: Vec<PathBuf>) -> Result<Project, Failure> {
        let folder = match path.is_dir() {
            true => path,
            false => path.parent().unwrap_or(Path::new("")),
        };
        let settings = settings_of(folder)?;
        let sources: Vec<Source> =
            files.iter().map(|file| read_source(file, folder)).collect::<Result<_, _>>()?;
        if let [first, ..] = files.as_slice()
            && sources.iter().all(|source| source.text.trim().is_empty())
        {
            let all =
                if files.len() == 1 { "is empty" } else { "and the files beside it are empty" };
            return Err(Failure::Failed(format!(
                "`{}` {all}; a flow is written as `on call_finished < … >`",
                first.display()
            )));
        }
        let name = settings.name.clone().or_else(|| own_name(path));
        let name = name.unwrap_or_else(|| "project".to_owned());
        Ok(Project { name, folder: tidy(folder).to_owned(), files: sources, settings })
    }
}

/// The `.flow` files at a path, for commands to which each is a text and no more: those of nested projects
/// included, settings not read.
pub(crate) fn flow_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let projects = Found::all(path)?.into_iter();
    Ok(projects.flat_map(|(_, files)| files).map(|file| tidy(&file).to_owned()).collect())
}

/// What a walk over a folder finds.
#[derive(Debug, Default)]
struct Found {
    /// The `.flow` files of the project itself.
    files: Vec<PathBuf>,
    /// Folders below it with a `callflow.toml` of their own.
    projects: Vec<PathBuf>,
}

impl Found {
    /// The files of the project at a path and of those in folders below it; an error where there are none.
    fn all(path: &Path) -> Result<Vec<(PathBuf, Vec<PathBuf>)>, Failure> {
        let mut projects = Vec::new();
        let mut pending = vec![(path.to_owned(), Found::at_or_below(path)?)];
        while let Some((path, found)) = pending.pop() {
            for nested in found.projects.into_iter().rev() {
                let below = Found::at_or_below(&nested)?;
                pending.push((nested, below));
            }
            if !found.files.is_empty() {
                projects.push((path, found.files));
            }
        }
        match projects.is_empty() {
            true => Err(no_flows(path)),
            false => Ok(projects),
        }
    }

    /// The files at a path; an error where there are none.
    fn at(path: &Path) -> Result<Found, Failure> {
        let found = Found::at_or_below(path)?;
        match found.files.is_empty() {
            true => Err(no_flows(path)),
            false => Ok(found),
        }
    }

    /// The files and nested projects at a path, maybe none.
    fn at_or_below(path: &Path) -> Result<Found, Failure> {
        let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if metadata.is_dir() {
            return Found::walk(path).map_err(|(path, error)| unreadable(&path, &error));
        }
        if artifact_file::is_artifact(path) {
            let path = path.display();
            return Err(Failure::Usage(format!(
                "`{path}` is an artifact, which has what flows became and not their text; give the project's \
                 folder, or see with `callflow inspect {path}` what is in it"
            )));
        }
        if path.extension().is_none_or(|extension| extension != "flow") {
            return Err(Failure::Usage(format!(
                "`{}` is no flow; give a file that ends in `.flow`, or a folder with such files",
                path.display()
            )));
        }
        Ok(Found { files: vec![path.to_owned()], projects: Vec::new() })
    }

    fn walk(root: &Path) -> Result<Found, (PathBuf, io::Error)> {
        let mut found = Found::default();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            if folder != root && folder.join(SETTINGS).is_file() {
                found.projects.push(folder);
                continue;
            }
            let entries = fs::read_dir(&folder).map_err(|error| (folder.clone(), error))?;
            for entry in entries {
                let entry = entry.map_err(|error| (folder.clone(), error))?;
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let path = entry.path();
                // The type of the entry itself: a link to a folder is not followed, so that no circle is.
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let skipped = name.starts_with('.') || name == "target" || name == "node_modules";
                match is_folder {
                    true if !skipped => folders.push(path),
                    false if name.ends_with(".flow") && path.is_file() => found.files.push(path),
                    _ => {}
                }
            }
        }
        found.files.sort();
        found.projects.sort();
        Ok(found)
    }
}

/// The settings of the nearest `callflow.toml`, in the folder or above it.
pub(crate) fn settings_of(folder: &Path) -> Result<Settings, Failure> {
    let start = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    // Where the way up cannot be told, only the folder itself is looked at.
    let absolute = fs::canonicalize(start).unwrap_or_else(|_| start.to_owned());
    for ancestor in absolute.ancestors() {
        let file = ancestor.join(SETTINGS);
        if !file.is_file() {
            continue;
        }
        let shown = if ancestor == absolute { tidy(folder).join(SETTINGS) } else { file };
        let text = fs::read_to_string(&shown).map_err(|error| unreadable(&shown, &error))?;
        return Settings::read(&shown, &text).map_err(Failure::Usage);
    }
    Ok(Settings::default())
}

/// Reads a flow's file.
fn read_source(file: &Path, folder: &Path) -> Result<Source, Failure> {
    let text = read_flow(file)?;
    let path = file.strip_prefix(folder).unwrap_or(file);
    Ok(Source { path: path.to_string_lossy().replace('\\', "/").into(), text: text.into() })
}

/// The text of a flow's file.
pub(crate) fn read_flow(file: &Path) -> Result<String, Failure> {
    let length = fs::metadata(file).map_err(|error| unreadable(file, &error))?.len();
    // What the compiler would refuse is not even read.
    if length > syntax::LARGEST as u64 {
        return Err(Failure::Failed(format!(
            "`{}` has {} MB, and a flow's file at most {} MB; split it into several files",
            file.display(),
            length >> 20,
            syntax::LARGEST >> 20
        )));
    }
    let bytes = fs::read(file).map_err(|error| unreadable(file, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let valid = error.as_bytes().get(..offset).unwrap_or_default();
        let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let byte = error.as_bytes().get(offset).copied().unwrap_or_default();
        Failure::Failed(format!(
            "`{}` is not UTF-8: byte 0x{byte:02x} at offset {offset} (line {line}) begins no character; \
             save the file as UTF-8",
            file.display()
        ))
    })
}

/// `callflow check` at its default path should print `sales.flow`, not `./sales.flow`.
fn tidy(folder: &Path) -> &Path {
    folder.strip_prefix(".").unwrap_or(folder)
}

/// The folder's or the file's own name.
fn own_name(path: &Path) -> Option<String> {
    let absolute = fs::canonicalize(path).ok()?;
    Some(absolute.file_stem()?.to_string_lossy().into_owned())
}

fn no_flows(path: &Path) -> Failure {
    Failure::Missing(format!(
        "there is no `.flow` file in `{}`; name the folder that has your flows, or write one",
        path.display()
    ))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => {
            Failure::Missing(format!("there is no `{path}`; check the path's spelling"))
        }
        ErrorKind::PermissionDenied => {
            Failure::Missing(format!("`{path}` may not be read; check its permissions"))
        }
        ErrorKind::InvalidData => {
            Failure::Failed(format!("`{path}` is not UTF-8; save the file as UTF-8"))
        }
        _ => Failure::Missing(format!("`{path}` cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own for a test, removed afterwards.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let id = std::process::id();
            let path = std::env::temp_dir().join(format!("callflow-project-{name}-{id}"));
            fs::create_dir_all(&path).unwrap();
            Scratch(path)
        }

        fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            path
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_colon_parts_path_and_flow() {
        let target = Target::parse("examples/nowhere:qualify.lead");
        assert_eq!(target.path, Path::new("examples/nowhere"));
        assert_eq!(target.flow.as_deref(), Some("qualify.lead"));
        assert_eq!(Target::parse("nowhere").flow, None);
    }

    #[test]
    fn a_folder_has_the_flows_below_it_but_not_other_projects() {
        let scratch = Scratch::new("walk");
        for name in ["b.flow", "a/c.flow", ".hidden/x.flow", "target/y.flow", "own/z.flow"] {
            scratch.write(name, b"on call_finished < >");
        }
        scratch.write("own/callflow.toml", b"name = \"own\"");
        scratch.write("a/notes.txt", b"");
        let project = Project::load(&scratch.0).unwrap();
        let paths: Vec<&str> = project.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a/c.flow", "b.flow"]);
        let names = Project::load_all(&scratch.0).unwrap().into_iter().map(|p| p.name);
        assert_eq!(names.last().as_deref(), Some("own"));
    }

    #[test]
    fn the_nearest_settings_count() {
        let scratch = Scratch::new("nearest");
        scratch.write("callflow.toml", b"name = \"sales\"");
        let file = scratch.write("flows/a.flow", b"on call_finished < >");
        assert_eq!(Project::load(&file).unwrap().name, "sales");
        assert_eq!(Project::load(&scratch.0.join("flows")).unwrap().name, "sales");
    }

    #[test]
    fn files_that_cannot_be_read_are_told() {
        let scratch = Scratch::new("unreadable");
        let latin = scratch.write("latin.flow", b"// caf\n// caf\xe9\n");
        let empty = scratch.write("empty.flow", b" \n");
        let other = scratch.write("notes.txt", b"x");
        let large = scratch.write("large.flow", b"");
        fs::File::options().write(true).open(&large).unwrap().set_len(50 << 20).unwrap();
        fs::create_dir_all(scratch.0.join("none")).unwrap();
        let paths = [latin, empty, other, large, scratch.0.join("none"), scratch.0.join("gone")];
        let failures = paths.iter().map(|path| Project::load(path).unwrap_err());
        let told: Vec<String> =
            failures.map(|failure| format!("{} {failure}", failure.code())).collect();
        let told = told.join("\n").replace(&scratch.0.display().to_string(), "DIR");
        insta::assert_snapshot!(told);
    }
}

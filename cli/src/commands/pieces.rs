//! `callflow pieces`: what can be done, as it is typed.

use std::io::{self, Write};

use callflow_artifact::piece::{Action, Connection, ConnectionKind, Piece, PieceId};
use callflow_compiler::connections;
use callflow_compiler::diagnostics::Diagnostic;
use callflow_compiler::project::Project;
use callflow_compiler::semantics::{self, typed::Program};
use callflow_compiler::source::{Library, Source};
use serde_json::{Value, json};

use super::LIBRARY;
use crate::declaration;
use crate::exit::Failure;
use crate::settings::did_you_mean;
use crate::terminal::{Style, takes_colour};

/// Shows what pieces offer, as they are typed
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    callflow pieces                        all pieces\n  \
    callflow pieces hubspot                its connections and actions\n  \
    callflow pieces hubspot.create_deal    one action in full\n  \
    callflow pieces --search message       actions that have to do with messages")]
pub(crate) struct Pieces {
    /// A piece or one of its actions
    #[arg(value_name = "PIECE[.ACTION]")]
    name: Option<String>,
    /// Only what has these words in its name or description
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Pieces {
    /// Prints pieces or actions, in as much detail as the question was narrow.
    pub(crate) fn execute(&self) -> Result<(), Failure> {
        let catalogue = Catalogue::load()?;
        let stdout = io::stdout();
        let style = Style { colour: takes_colour(&stdout) };
        let text = self.answer(&catalogue, style)?;
        stdout.lock().write_all(text.as_bytes()).map_err(|error| Failure::of_output(&error))
    }

    fn answer(&self, catalogue: &Catalogue, style: Style) -> Result<String, Failure> {
        let Some(name) = &self.name else {
            return Ok(match &self.search {
                Some(words) => self.found(catalogue, catalogue.search(words, None), style),
                None if self.json => pretty(
                    catalogue.pieces().map(|(id, it)| catalogue.piece_json(id, it)).collect(),
                ),
                None => catalogue.overview(style),
            });
        };
        let (piece, action) = match name.split_once('.') {
            Some((piece, action)) => (piece, Some(action)),
            None => (name.as_str(), None),
        };
        let (id, piece) = catalogue.piece(piece)?;
        Ok(match (action, &self.search) {
            (Some(action), _) => {
                let action = catalogue.action(id, piece, action)?;
                match self.json {
                    true => pretty(catalogue.action_json(action)),
                    false => catalogue.action_page(piece, action),
                }
            }
            (None, Some(words)) => self.found(catalogue, catalogue.search(words, Some(id)), style),
            (None, None) if self.json => pretty(catalogue.piece_json(id, piece)),
            (None, None) => catalogue.piece_page(id, piece, style),
        })
    }

    fn found(&self, catalogue: &Catalogue, actions: Vec<&Action>, style: Style) -> String {
        if self.json {
            return pretty(actions.into_iter().map(|it| catalogue.action_json(it)).collect());
        }
        if actions.is_empty() {
            return "no action has these words; `callflow pieces` lists all pieces\n".to_owned();
        }
        actions.into_iter().map(|action| catalogue.action_lines(action, true, style)).collect()
    }
}

/// The standard library, compiled.
struct Catalogue {
    program: Program,
}

impl Catalogue {
    fn load() -> Result<Catalogue, Failure> {
        let sources = LIBRARY.pieces().into_iter().filter_map(|name| LIBRARY.piece(name));
        let checked = semantics::check(Project::new("pieces", sources.collect()), &Prelude);
        match checked.diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
            None => Ok(Catalogue { program: checked.program }),
            Some(Diagnostic { message, .. }) => {
                Err(Failure::Failed(format!("the standard library does not compile: {message}")))
            }
        }
    }

    fn pieces(&self) -> impl Iterator<Item = (PieceId, &Piece)> {
        self.program.pieces.iter().enumerate().map(|(index, it)| (PieceId(index as u32), it))
    }

    fn actions(&self, piece: PieceId) -> impl Iterator<Item = &Action> {
        self.program.actions.iter().filter(move |action| action.piece == piece)
    }

    fn piece(&self, name: &str) -> Result<(PieceId, &Piece), Failure> {
        self.pieces().find(|(_, piece)| piece.name == name).ok_or_else(|| {
            let meant = did_you_mean(name, self.pieces().map(|(_, piece)| piece.name.as_str()));
            let meant = if meant.is_empty() { "; `callflow pieces` lists all" } else { &meant };
            Failure::Usage(format!("there is no piece `{name}`{meant}"))
        })
    }

    fn action(&self, id: PieceId, piece: &Piece, name: &str) -> Result<&Action, Failure> {
        self.actions(id).find(|action| action.name == name).ok_or_else(|| {
            let meant = did_you_mean(name, self.actions(id).map(|action| action.name.as_str()));
            let all = format!("; `callflow pieces {}` lists all", piece.name);
            let meant = if meant.is_empty() { &all } else { &meant };
            Failure::Usage(format!("`{}` has no action `{name}`{meant}", piece.name))
        })
    }

    /// Actions that have every word in their names or descriptions, or in their piece's name.
    fn search(&self, words: &str, within: Option<PieceId>) -> Vec<&Action> {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let fits = |(id, piece): (PieceId, &Piece), action: &Action| {
            let text = format!("{} {} {}", piece.name, action.name, action.doc);
            let text = text.to_lowercase();
            within.is_none_or(|within| within == id) && words.iter().all(|it| text.contains(it))
        };
        self.pieces()
            .flat_map(|piece| self.actions(piece.0).filter(move |action| fits(piece, action)))
            .collect()
    }

    fn overview(&self, style: Style) -> String {
        let width = self.pieces().map(|(_, piece)| piece.name.len()).max().unwrap_or_default();
        let line = |(_, piece): (PieceId, &Piece)| {
            let name = style.bold(&format!("{:width$}", piece.name));
            format!("{name}  {}\n", declaration::summary(&piece.doc))
        };
        self.pieces().map(line).collect()
    }

    fn piece_page(&self, id: PieceId, piece: &Piece, style: Style) -> String {
        let mut out = format!("{}: {}\n", style.bold(&piece.name), piece.doc.trim());
        if let Some(docs) = &piece.docs {
            out.push_str(&format!("{}\n", style.dim(docs)));
        }
        out.push_str(match piece.connections.len() {
            0 => "",
            1 => "\nTo connect, in callflow.toml:\n",
            _ => "\nTo connect, one of these in callflow.toml:\n",
        });
        for connection in &piece.connections {
            out.push('\n');
            for line in connection.doc.lines() {
                out.push_str(&format!("  {}\n", style.dim(&format!("# {line}"))));
            }
            for line in connections::section(&piece.name, piece, connection).lines() {
                out.push_str(&format!("  {line}\n"));
            }
        }
        out.push_str("\nActions:\n\n");
        for action in self.actions(id) {
            out.push_str(&self.action_lines(action, false, style));
        }
        out
    }

    /// The signature and what it does, on a line each.
    fn action_lines(&self, action: &Action, qualified: bool, style: Style) -> String {
        let signature = declaration::broken(action, &self.program.types, "      ");
        let rest = signature.strip_prefix(action.name.as_str()).unwrap_or_default();
        let prefix = match self.program.pieces.get(action.piece.0 as usize) {
            Some(piece) if qualified => format!("{}.", piece.name),
            _ => String::new(),
        };
        let name = style.bold(&format!("{prefix}{}", action.name));
        format!("  {name}{rest}\n      {}\n", declaration::summary(&action.doc))
    }

    fn action_page(&self, piece: &Piece, action: &Action) -> String {
        let mut out = declaration::action(action, &piece.name, &self.program.types);
        for definition in declaration::types_of(action, &self.program.types) {
            out.push('\n');
            out.push_str(&definition);
        }
        out
    }

    fn piece_json(&self, id: PieceId, piece: &Piece) -> Value {
        let connections: Vec<Value> =
            piece.connections.iter().map(|it| connection_json(piece, it)).collect();
        let actions: Vec<Value> = self.actions(id).map(|it| self.action_json(it)).collect();
        json!({
            "piece": piece.name.as_str(),
            "doc": piece.doc.as_str(),
            "docs": piece.docs.as_deref(),
            "connections": connections,
            "actions": actions,
        })
    }

    fn action_json(&self, action: &Action) -> Value {
        let types = &self.program.types;
        let parameters: Vec<Value> = action
            .parameters
            .iter()
            .map(|parameter| {
                json!({
                    "name": parameter.name.as_str(),
                    "type": types.display(parameter.ty),
                    "doc": parameter.doc.as_str(),
                    "declaration": declaration::parameter(parameter, types),
                })
            })
            .collect();
        let scopes: Vec<&str> = action.scopes.iter().map(|scope| scope.as_str()).collect();
        let piece = self.program.pieces.get(action.piece.0 as usize);
        json!({
            "piece": piece.map(|piece| piece.name.as_str()),
            "action": action.name.as_str(),
            "doc": action.doc.as_str(),
            "signature": declaration::signature(action, types),
            "parameters": parameters,
            "result": types.display(action.result),
            "effect": declaration::effect(action.effect),
            "scopes": scopes,
        })
    }
}

fn connection_json(piece: &Piece, connection: &Connection) -> Value {
    let kind = match connection.kind {
        ConnectionKind::OAuth2 => "oauth2",
        ConnectionKind::Key => "key",
        ConnectionKind::Basic => "basic",
        ConnectionKind::None => "none",
    };
    json!({
        "kind": connection.name.as_str(),
        "credentials": kind,
        "doc": connection.doc.as_str(),
        "toml": connections::section(&piece.name, piece, connection),
    })
}

fn pretty(value: Value) -> String {
    format!("{value:#}\n")
}

/// The prelude alone: the pieces themselves are the project whose program is asked for.
struct Prelude;

impl Library for Prelude {
    fn prelude(&self) -> Vec<Source> {
        LIBRARY.prelude()
    }

    fn piece(&self, _: &str) -> Option<Source> {
        None
    }

    fn pieces(&self) -> Vec<&str> {
        Vec::new()
    }
}

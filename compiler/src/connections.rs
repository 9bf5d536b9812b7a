//! Connections: what a project must say of them.

use callflow_artifact::piece::{Connection, ConnectionKind, Piece};

/// The section of `callflow.toml` that makes a connection under a name, ready to be copied. Secrets come from the
/// environment.
pub fn section(name: &str, piece: &Piece, connection: &Connection) -> String {
    let mut out = format!("[connections.{name}]\n");
    if piece.connections.len() > 1 {
        out.push_str(&format!("kind = \"{}\"\n", connection.name));
    }
    for line in settings(name, connection) {
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// One line a setting; what may be left out stands as a comment.
fn settings(name: &str, connection: &Connection) -> Vec<String> {
    let variable = |setting: &str| format!("{name}_{setting}").replace('-', "_").to_uppercase();
    let from_environment = |setting: &str| format!("{setting} = \"${{{}}}\"", variable(setting));
    let declared = connection.settings.iter().map(|setting| {
        let line = match &setting.default {
            Some(default) => format!("# {} = {default:?}", setting.name),
            None if setting.secret => from_environment(&setting.name),
            None => format!("{} = \"…\"", setting.name),
        };
        let line = if setting.optional { format!("# {line}") } else { line };
        match setting.doc.lines().next() {
            Some(doc) => format!("{line}  # {doc}"),
            None => line,
        }
    });
    let implied: &[&str] = match connection.kind {
        ConnectionKind::OAuth2 => &["access_token"],
        ConnectionKind::Basic => &["user", "password"],
        ConnectionKind::Key | ConnectionKind::None => &[],
    };
    let implied = implied
        .iter()
        .filter(|name| connection.settings.iter().all(|setting| setting.name != **name))
        .map(|name| from_environment(name));
    implied.chain(declared).collect()
}

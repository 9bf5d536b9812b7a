//! What pieces declare: base, connections, limits, error map.

use callflow_artifact::Constant;
use callflow_artifact::piece::{
    Connection, ConnectionKind, ERROR_KINDS, ErrorRule, Limit, OAuth2, Piece, PieceId, Place,
    Placement, Setting, Template, TemplatePart,
};
use callflow_artifact::types::{Type, TypeId};
use ecow::EcoString;

use crate::source::{FileId, Location, Span};
use crate::syntax::tree::{
    self, ConnectionEntry, ConnectionItem, Expr, ExprKind, ItemKind, TextPart,
};

use super::checker::Checker;
use super::constant::Purpose;
use super::modules::{Module, Role};
use super::report;
use super::types::TypeScope;

/// The words that a connection's lines begin with.
const DIRECTIVES: [&str; 7] = ["authorize", "token", "refresh", "header", "query", "base", "check"];

impl<'t> Checker<'t> {
    /// Checks the declarations of all pieces.
    pub(super) fn check_pieces(&mut self) {
        let modules = self.modules;
        for module in modules {
            if !matches!(module.role, Role::Piece(_)) {
                continue;
            }
            let Some(id) = self.piece_of(module.file) else { continue };
            let Some(mut piece) = self.pieces.get(id.0 as usize).cloned() else { continue };
            self.check_piece(module, &mut piece);
            if let Some(slot) = self.pieces.get_mut(id.0 as usize) {
                *slot = piece;
            }
        }
    }

    fn check_piece(&mut self, module: &'t Module, piece: &mut Piece) {
        let file = module.file;
        for item in &module.tree.items {
            if let ItemKind::Connection(connection) = &item.kind
                && let Some(connection) = self.connection(file, &item.doc, connection, piece)
            {
                piece.connections.push(connection);
            }
        }
        let mut base_at: Option<Span> = None;
        let mut docs_at: Option<Span> = None;
        for item in &module.tree.items {
            match &item.kind {
                ItemKind::Base(value) => {
                    self.once(file, "base", value.span, &mut base_at);
                    let settings = shared_settings(&piece.connections);
                    piece.base = self.template(file, value, &settings);
                }
                ItemKind::Docs(value) => {
                    self.once(file, "docs", value.span, &mut docs_at);
                    piece.docs = self.setting_text(file, value);
                }
                ItemKind::Limits { requests, per } => {
                    let limit = self.limit(file, requests, per);
                    piece.limits.extend(limit);
                }
                ItemKind::Errors(rules) => {
                    for rule in rules {
                        let rule = self.error_rule(file, rule);
                        piece.errors.push(rule);
                    }
                }
                _ => {}
            }
        }
    }

    fn once(&mut self, file: FileId, what: &str, span: Span, first: &mut Option<Span>) {
        match *first {
            Some(earlier) => {
                let (at, first) = (Location { file, span }, Location { file, span: earlier });
                self.report(report::pieces::twice(what, at, first));
            }
            None => *first = Some(span),
        }
    }

    fn setting_text(&mut self, file: FileId, value: &'t Expr) -> Option<EcoString> {
        match self.constant_of(file, value, Some(TypeId::STRING), Purpose::Setting).1 {
            Some(Constant::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn limit(&mut self, file: FileId, requests: &'t Expr, per: &'t Expr) -> Option<Limit> {
        let count = self.constant_of(file, requests, Some(TypeId::INT), Purpose::Setting).1?;
        let time = self.constant_of(file, per, Some(TypeId::DURATION), Purpose::Setting).1?;
        let (Constant::Int(count), Constant::Duration(time)) = (count, time) else { return None };
        let positive = u32::try_from(count).ok().filter(|&count| count > 0);
        let span = if positive.is_none() { requests.span } else { per.span };
        match positive {
            Some(requests) if time > 0 => Some(Limit { requests, per: time }),
            _ => {
                self.report(report::pieces::limit(Location { file, span }));
                None
            }
        }
    }

    fn error_rule(&mut self, file: FileId, rule: &'t tree::ErrorRule) -> ErrorRule {
        let mut statuses = Vec::with_capacity(rule.statuses.len());
        for status in &rule.statuses {
            let value = self.constant_of(file, status, Some(TypeId::INT), Purpose::Setting).1;
            match value {
                Some(Constant::Int(number)) if (100..=599).contains(&number) => {
                    statuses.push(number as u16);
                }
                Some(_) => {
                    let at = Location { file, span: status.span };
                    self.report(report::pieces::status(at));
                }
                None => {}
            }
        }
        let kind = rule.kind.text.as_str();
        if !kind.is_empty() && !ERROR_KINDS.contains(&kind) {
            let meant = self.nearest(kind, ERROR_KINDS);
            let at = Location { file, span: rule.kind.span };
            self.report(report::pieces::unknown_word(
                "kind of error",
                kind,
                at,
                &ERROR_KINDS,
                meant,
            ));
        }
        ErrorRule { statuses, kind: rule.kind.text.clone() }
    }

    fn connection(
        &mut self,
        file: FileId,
        doc: &EcoString,
        item: &'t ConnectionItem,
        piece: &Piece,
    ) -> Option<Connection> {
        let kind = self.connection_kind(file, &item.kind)?;
        let named = item.name.as_ref().unwrap_or(&item.kind);
        if piece.connections.iter().any(|earlier| earlier.name == named.text) {
            let at = Location { file, span: named.span };
            self.report(report::pieces::connection_twice(at, &named.text));
        }
        let mut connection = Connection {
            kind,
            name: named.text.clone(),
            doc: doc.clone(),
            settings: implied_settings(kind),
            placements: Vec::new(),
            base: None,
            check: None,
            oauth2: None,
        };
        for entry in &item.entries {
            if let ConnectionEntry::Setting(field) = entry {
                let setting = self.setting(file, field);
                if connection.settings.iter().any(|earlier| earlier.name == setting.name) {
                    let at = Location { file, span: field.name.span };
                    self.report(report::pieces::setting_twice(at, &field.name.text));
                    continue;
                }
                connection.settings.push(setting);
            }
        }
        let mut oauth2 =
            OAuth2 { authorize: EcoString::new(), token: EcoString::new(), rotating: false };
        for entry in &item.entries {
            if let ConnectionEntry::Directive { word, values } = entry {
                self.directive(file, word, values, &mut connection, &mut oauth2);
            }
        }
        if kind == ConnectionKind::OAuth2 {
            if oauth2.authorize.is_empty() || oauth2.token.is_empty() {
                let at = Location { file, span: item.kind.span };
                self.report(report::pieces::oauth2_incomplete(at));
            }
            connection.oauth2 = Some(oauth2);
        }
        Some(connection)
    }

    fn connection_kind(&mut self, file: FileId, kind: &tree::Name) -> Option<ConnectionKind> {
        Some(match kind.text.as_str() {
            "oauth2" => ConnectionKind::OAuth2,
            "key" => ConnectionKind::Key,
            "basic" => ConnectionKind::Basic,
            "none" => ConnectionKind::None,
            "" => return None,
            other => {
                let kinds = ["oauth2", "key", "basic", "none"];
                let meant = self.nearest(other, kinds);
                let at = Location { file, span: kind.span };
                self.report(report::pieces::unknown_word("connection", other, at, &kinds, meant));
                return None;
            }
        })
    }

    fn setting(&mut self, file: FileId, field: &'t tree::Field) -> Setting {
        let ty = self.resolve_type(TypeScope { file, parameters: &[] }, &field.ty);
        let optional = matches!(self.types.get(ty), Type::Optional(_));
        let bare = self.types.without_optional(ty);
        if !matches!(bare, TypeId::STRING | TypeId::SECRET | TypeId::UNKNOWN) {
            let (at, found) = (Location { file, span: field.ty.span }, self.name(ty));
            self.report(report::pieces::setting_type(at, &found));
        }
        let default = field.default.as_ref().and_then(|value| self.setting_text(file, value));
        Setting {
            name: field.name.text.clone(),
            secret: bare == TypeId::SECRET,
            default,
            optional,
            doc: field.doc.clone(),
        }
    }

    fn directive(
        &mut self,
        file: FileId,
        word: &'t tree::Name,
        values: &'t [Expr],
        connection: &mut Connection,
        oauth2: &mut OAuth2,
    ) {
        let at = Location { file, span: word.span };
        let is_oauth2 = connection.kind == ConnectionKind::OAuth2;
        match (word.text.as_str(), values) {
            ("authorize" | "token" | "refresh", _) if !is_oauth2 => {
                self.report(report::pieces::only_oauth2(at, &word.text));
            }
            ("authorize", [value]) => {
                oauth2.authorize = self.setting_text(file, value).unwrap_or_default();
            }
            ("token", [value]) => {
                oauth2.token = self.setting_text(file, value).unwrap_or_default();
            }
            ("refresh", [Expr { kind: ExprKind::Name(name), .. }]) if name == "rotating" => {
                oauth2.rotating = true;
            }
            ("header" | "query", [name, value]) => {
                let place = if word.text == "header" { Place::Header } else { Place::Query };
                let name = self.setting_text(file, name);
                let value = self.template(file, value, &connection.settings);
                if let (Some(name), Some(value)) = (name, value) {
                    connection.placements.push(Placement { place, name, value });
                }
            }
            ("base", [value]) => {
                connection.base = self.template(file, value, &connection.settings);
            }
            ("check", [Expr { kind: ExprKind::Name(method), .. }, path]) => {
                let path = self.setting_text(file, path);
                connection.check = path.map(|path| (method.clone(), path));
            }
            ("", _) => {}
            (other, _) if DIRECTIVES.contains(&other) => {
                self.report(report::pieces::directive_form(at, other));
            }
            (other, _) => {
                let meant = self.nearest(other, DIRECTIVES);
                let words = &DIRECTIVES;
                self.report(report::pieces::unknown_word(
                    "connection line",
                    other,
                    at,
                    words,
                    meant,
                ));
            }
        }
    }

    /// A text with settings in it: `"Bearer {token}"`.
    fn template(
        &mut self,
        file: FileId,
        value: &'t Expr,
        settings: &[Setting],
    ) -> Option<Template> {
        let ExprKind::Text(parts) = &value.kind else {
            let text = self.setting_text(file, value)?;
            return Some(Template(vec![TemplatePart::Text(text)]));
        };
        let mut typed = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                TextPart::Text(text) => typed.push(TemplatePart::Text(text.clone())),
                TextPart::Expr(Expr { kind: ExprKind::Name(name), span }) => {
                    if !settings.iter().any(|setting| setting.name == *name) {
                        let known: Vec<&str> = settings.iter().map(|s| s.name.as_str()).collect();
                        let meant = self.nearest(name, known.iter().copied());
                        let at = Location { file, span: *span };
                        self.report(report::pieces::no_such_setting(at, name, &known, meant));
                        return None;
                    }
                    typed.push(TemplatePart::Setting(name.clone()));
                }
                TextPart::Expr(other) => {
                    let at = Location { file, span: other.span };
                    self.report(report::pieces::template_part(at));
                    return None;
                }
            }
        }
        Some(Template(typed))
    }

    /// The type of a setting that an action can read: a `string` where every connection has it for sure.
    pub(super) fn setting_type(&mut self, piece: PieceId, name: &str) -> Option<TypeId> {
        if name == "kind" {
            return Some(TypeId::STRING);
        }
        let connections = &self.pieces.get(piece.0 as usize)?.connections;
        let settings = || connections.iter().map(|c| c.settings.iter().find(|s| s.name == name));
        let secret = settings().flatten().any(|setting| setting.secret);
        if secret || settings().all(|setting| setting.is_none()) {
            return None;
        }
        let certain =
            settings().all(|setting| setting.is_some_and(|s| s.default.is_some() || !s.optional));
        Some(if certain { TypeId::STRING } else { self.types.optional(TypeId::STRING) })
    }

    /// The settings that an action can read, and whether a name is that of a secret.
    pub(super) fn setting_names(
        &self,
        piece: Option<PieceId>,
        name: &str,
    ) -> (Vec<EcoString>, bool) {
        let connections = piece
            .and_then(|piece| self.pieces.get(piece.0 as usize))
            .map(|piece| piece.connections.as_slice())
            .unwrap_or_default();
        let settings = || connections.iter().flat_map(|connection| &connection.settings);
        let secret = settings().any(|setting| setting.secret && setting.name == name);
        let mut names: Vec<EcoString> = vec!["kind".into()];
        for setting in settings().filter(|setting| !setting.secret) {
            if !names.contains(&setting.name) {
                names.push(setting.name.clone());
            }
        }
        (names, secret)
    }
}

/// The settings that a connection has without saying so.
fn implied_settings(kind: ConnectionKind) -> Vec<Setting> {
    let setting = |name: &str, secret, doc: &str| Setting {
        name: name.into(),
        secret,
        default: None,
        optional: false,
        doc: doc.into(),
    };
    match kind {
        ConnectionKind::OAuth2 => {
            vec![setting("access_token", true, "The token that the authorisation server gave")]
        }
        ConnectionKind::Basic => {
            vec![
                setting("user", false, "The user's name"),
                setting("password", true, "The password"),
            ]
        }
        ConnectionKind::Key | ConnectionKind::None => Vec::new(),
    }
}

/// The settings that every connection has, which the piece's base can use.
fn shared_settings(connections: &[Connection]) -> Vec<Setting> {
    let Some((first, others)) = connections.split_first() else { return Vec::new() };
    let shared = |setting: &&Setting| {
        others.iter().all(|other| other.settings.iter().any(|s| s.name == setting.name))
    };
    first.settings.iter().filter(shared).cloned().collect()
}

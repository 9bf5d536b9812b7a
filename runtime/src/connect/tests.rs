use super::*;

fn setting(name: &str, secret: bool, default: Option<&str>) -> piece::Setting {
    piece::Setting {
        name: name.into(),
        secret,
        default: default.map(Into::into),
        optional: false,
        doc: if secret { "Private app access token".into() } else { EcoString::new() },
    }
}

fn connection(
    kind: ConnectionKind,
    name: &str,
    settings: Vec<piece::Setting>,
) -> piece::Connection {
    piece::Connection {
        kind,
        name: name.into(),
        doc: EcoString::new(),
        settings,
        placements: Vec::new(),
        base: None,
        check: None,
        oauth2: None,
    }
}

fn piece(connections: Vec<piece::Connection>) -> Piece {
    Piece {
        name: "hubspot".into(),
        doc: EcoString::new(),
        base: None,
        docs: None,
        connections,
        errors: Vec::new(),
        limits: Vec::new(),
        default_action: None,
        hash: EcoString::new(),
    }
}

fn hubspot() -> Piece {
    piece(vec![
        connection(ConnectionKind::OAuth2, "oauth2", Vec::new()),
        connection(
            ConnectionKind::Key,
            "key",
            vec![
                setting("token", true, None),
                setting("base_url", false, Some("https://api.hubapi.com")),
            ],
        ),
    ])
}

fn connections(entries: &[(&str, &str)]) -> Connections {
    let entries: Vec<_> = entries.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let env = |name: &str| (name == "TOKEN").then(|| "pat-123456".to_owned());
    Connections::from_settings([("hubspot".to_owned(), entries)], &env)
}

fn error(connections: &Connections, piece: &Piece) -> String {
    let error = connections.of(piece).unwrap_err();
    format!("{error}\n--\n{}", error.help)
}

fn need<'a>(piece: &'a Piece, name: &'a str) -> Need<'a> {
    Need { name, piece, actions: Default::default(), scopes: Default::default() }
}

#[test]
fn a_connection_of_another_name() {
    let connections = connections(&[("token", "${TOKEN}")]);
    let piece = hubspot();
    let missing = connections.check(&[need(&piece, "hubspot"), need(&piece, "hubspot-emea")]);
    let missing: Vec<String> = missing.iter().map(|it| format!("{it}\n{}", it.help)).collect();
    insta::assert_snapshot!(missing.join("\n"), @r#"
    the connection `hubspot-emea` of hubspot needs `token`
    add to callflow.toml:

    [connections.hubspot-emea]
    kind = "key"
    # Private app access token
    token = "${HUBSPOT_EMEA_TOKEN}"

    and set HUBSPOT_EMEA_TOKEN in the environment
    "#);
}

#[test]
fn a_key_from_the_environment() {
    let connections = connections(&[("kind", "key"), ("token", "${TOKEN}")]);
    let connection = connections.of(&hubspot()).unwrap().unwrap();
    assert_eq!(connection.secret("token"), Some("pat-123456"));
    assert_eq!(connection.readable("token"), None);
    assert_eq!(connection.readable("base_url"), Some("https://api.hubapi.com"));
    assert_eq!(connection.readable("kind"), Some("key"));
    let bearer =
        Template(vec![TemplatePart::Text("Bearer ".into()), TemplatePart::Setting("token".into())]);
    assert_eq!(connection.render(&bearer).as_deref(), Some("Bearer pat-123456"));
    assert!(!format!("{connection:?} {connections:?}").contains("pat-"));
    assert_eq!(
        connections.redactor(&[need(&hubspot(), "hubspot")]).redact("no pat-123456!"),
        "no ***!"
    );
}

#[test]
fn the_settings_tell_the_kind() {
    let kind = |entries: &[(&str, &str)]| {
        connections(entries).of(&hubspot()).unwrap().unwrap().declared.name.to_string()
    };
    assert_eq!(kind(&[("token", "x")]), "key");
    assert_eq!(kind(&[("access_token", "x")]), "oauth2");
}

#[test]
fn nothing_is_said() {
    insta::assert_snapshot!(error(&Connections::default(), &hubspot()), @r#"
    hubspot needs a connection with `token`
    --
    add to callflow.toml:

    [connections.hubspot]
    kind = "key"
    # Private app access token
    token = "${HUBSPOT_TOKEN}"

    and set HUBSPOT_TOKEN in the environment
    "#);
}

#[test]
fn a_setting_is_missing() {
    insta::assert_snapshot!(error(&connections(&[("kind", "oauth2")]), &hubspot()), @r#"
    hubspot needs a connection with `access_token`
    --
    add to callflow.toml:

    [connections.hubspot]
    kind = "oauth2"
    access_token = "${HUBSPOT_ACCESS_TOKEN}"

    and set HUBSPOT_ACCESS_TOKEN in the environment
    "#);
    let basic = piece(vec![connection(ConnectionKind::Basic, "basic", Vec::new())]);
    insta::assert_snapshot!(error(&connections(&[("user", "ada")]), &basic), @r#"
    hubspot needs a connection with `password`
    --
    add to callflow.toml:

    [connections.hubspot]
    user = "…"
    password = "${HUBSPOT_PASSWORD}"

    and set HUBSPOT_PASSWORD in the environment
    "#);
}

#[test]
fn a_setting_is_empty() {
    let empty = connections(&[("kind", "key"), ("token", "")]);
    assert!(empty.of(&hubspot()).is_err());
}

#[test]
fn a_kind_that_is_none() {
    insta::assert_snapshot!(error(&connections(&[("kind", "magic")]), &hubspot()), @r#"
    hubspot has no connection of kind `magic`
    --
    its kinds are `oauth2`, `key`
    "#);
    insta::assert_snapshot!(error(&connections(&[("tokn", "x")]), &hubspot()), @r#"
    the settings under [connections.hubspot] in callflow.toml fit none of its kinds
    --
    add `kind`, one of `oauth2`, `key`, and its settings
    "#);
}

#[test]
fn a_variable_is_not_set() {
    let connections = connections(&[("kind", "key"), ("token", "a ${TOKEN} ${NO_SUCH}")]);
    insta::assert_snapshot!(error(&connections, &hubspot()), @r#"
    hubspot needs `token`, which callflow.toml takes from the environment variable NO_SUCH, and that is not set
    --
    export NO_SUCH=…
    "#);
    assert_eq!(connections.check(&[need(&hubspot(), "hubspot")]).len(), 1);
}

#[test]
fn text_around_variables_stays() {
    let connections = connections(&[("token", "$a ${TOKEN}-${TOKEN}} ${")]);
    let connection = connections.of(&hubspot()).unwrap().unwrap();
    assert_eq!(connection.secret("token"), Some("$a pat-123456-pat-123456} ${"));
}

#[test]
fn the_sandbox_needs_nothing_and_takes_no_secret() {
    let sandbox = Connections::default().for_sandbox();
    let connection = sandbox.of(&hubspot()).unwrap().unwrap();
    assert_eq!(connection.declared.name, "oauth2");
    let sandbox = connections(&[("kind", "key"), ("token", "${TOKEN}")]).for_sandbox();
    let connection = sandbox.of(&hubspot()).unwrap().unwrap();
    assert_eq!(connection.secret("token"), Some("sandbox"));
    assert_eq!(connection.secret("base_url"), Some("https://api.hubapi.com"));
}

#[test]
fn a_piece_without_connections_needs_none() {
    assert!(Connections::default().of(&piece(Vec::new())).unwrap().is_none());
    let open = connection(ConnectionKind::None, "none", Vec::new());
    let key = connection(ConnectionKind::Key, "key", vec![setting("token", true, None)]);
    let chosen = Connections::default().of(&piece(vec![key, open])).unwrap().unwrap();
    assert_eq!(chosen.declared.name, "none");
}

//! Actions against a server on this machine: what goes out, and what comes back as value or error.

use std::time::Duration;

use callflow_artifact::bytecode::{Op, Reg};
use callflow_artifact::piece::{
    self, ActionBody, ConnectionKind, ErrorRule, Parameter, PieceId, Place, Placement, Setting,
    Template, TemplatePart, TypeParameter,
};
use callflow_artifact::{Constant, Type};
use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::*;
use crate::engine::testing::{Assembly, call, effect, give, toil};
use crate::pieces::network::Network;
use crate::pieces::sandbox::Sandbox;
use crate::pieces::test_server::{Answer, TestServer};
use crate::pieces::{BoxFuture, HttpRequest, HttpResponse, TransportError};
use crate::value::testing::{field, record};

/// A program with the `http` actions, a type `Deal { id: string, amount: decimal? }`, and the piece `crm`, whose
/// base is the server and whose actions post to `/deals` and read from it.
struct World {
    server: TestServer,
    program: Arc<Program>,
    deal: TypeId,
}

/// Where an action of [`World`] stands.
const GET: u32 = 0;
const POST: u32 = 1;
const PUT: u32 = 2;
const CREATE: u32 = 3;
const LIST: u32 = 4;
const REGION: u32 = 5;

async fn world(script: Vec<Answer>) -> World {
    let server = TestServer::start(script).await;
    let mut assembly = Assembly::new();
    let amount = assembly.artifact.types.optional(TypeId::DECIMAL);
    let fields = vec![field("id", TypeId::STRING), field("amount", amount)];
    let deal = record(&mut assembly.artifact.types, "Deal", fields).1;
    let get = assembly.http("get", EffectClass::Read);
    let post = assembly.http("post", EffectClass::Write);
    assembly.http("put", EffectClass::Idempotent);

    let base = server.url("/v1");
    let crm = assembly.piece("crm", |piece| {
        piece.base = Some(Template(vec![TemplatePart::Text(base.into())]));
        piece.errors = vec![ErrorRule { statuses: vec![402], kind: "rejected".into() }];
        piece.connections = vec![key_connection()];
    });
    for (name, http, path, effect) in [
        ("create", post, "/deals", EffectClass::Write),
        ("list", get, "/deals?limit=2", EffectClass::Read),
    ] {
        let body = request_body(&mut assembly, name, http, path, deal);
        assembly.action(crm, name, effect, deal, ActionBody::Function(body));
    }
    let region = region_body(&mut assembly);
    let text = assembly.artifact.types.optional(TypeId::STRING);
    assembly.action(crm, "region", EffectClass::Read, text, ActionBody::Function(region));
    let program = assembly.flow(&[], TypeId::NONE, vec![Op::Stop], vec![]);
    World { server, program: Arc::new(program), deal }
}

impl Assembly {
    /// An action of the `http` piece as the standard library declares it; the piece comes with the first one.
    fn http(&mut self, name: &str, effect: EffectClass) -> ActionId {
        let known = self.artifact.pieces.iter().position(|piece| piece.name == "http");
        let piece = match known {
            Some(index) => PieceId(index as u32),
            None => self.piece("http", |_| {}),
        };
        let result = self.artifact.types.intern(Type::Parameter(0));
        let json = self.artifact.types.optional(TypeId::JSON);
        let headers = self.artifact.types.map(TypeId::STRING);
        let id = self.action(piece, name, effect, result, ActionBody::Native);
        let parameters = [
            ("url", TypeId::STRING),
            ("json", json),
            ("form", json),
            ("query", TypeId::JSON),
            ("headers", headers),
            ("timeout", TypeId::DURATION),
        ];
        let action = &mut self.artifact.actions[id.0 as usize];
        action.parameters = parameters
            .into_iter()
            .map(|(name, ty)| Parameter { name: name.into(), ty, default: None, doc: "".into() })
            .collect();
        action.type_parameters = vec![TypeParameter {
            name: "into".into(),
            type_name: "T".into(),
            default: Some(TypeId::JSON),
            doc: "".into(),
        }];
        id
    }
}

fn key_connection() -> piece::Connection {
    let setting = |name: &str, secret| Setting {
        name: name.into(),
        secret,
        default: None,
        optional: !secret,
        doc: "".into(),
    };
    let bearer = vec![TemplatePart::Text("Bearer ".into()), TemplatePart::Setting("token".into())];
    let place = |place, name: &str, value| Placement { place, name: name.into(), value };
    piece::Connection {
        kind: ConnectionKind::Key,
        name: "key".into(),
        doc: "".into(),
        settings: vec![setting("token", true), setting("region", false)],
        placements: vec![
            place(Place::Header, "Authorization", Template(bearer)),
            place(Place::Query, "region", Template(vec![TemplatePart::Setting("region".into())])),
        ],
        base: None,
        check: None,
        oauth2: None,
    }
}

/// `http.x(path, json: { "name": "Acme" }) as Deal`
fn request_body(
    assembly: &mut Assembly,
    name: &str,
    http: ActionId,
    path: &str,
    deal: TypeId,
) -> FunctionId {
    let json = assembly.artifact.types.intern(Type::Optional(TypeId::JSON));
    let headers = assembly.artifact.types.map(TypeId::STRING);
    let body = match name {
        "create" => Constant::Json(r#"{"name":"Acme"}"#.into()),
        _ => Constant::None,
    };
    let code = vec![
        assembly.load(0, Constant::Text(path.into())),
        assembly.load(1, body),
        assembly.load(2, Constant::None),
        assembly.load(3, Constant::Json("{}".into())),
        assembly.load(4, Constant::Map(vec![])),
        assembly.load(5, Constant::Duration(30_000)),
        call(6, http, &[deal], &[0, 1, 2, 3, 4, 5]),
        give(6),
    ];
    let registers = vec![TypeId::STRING, json, json, TypeId::JSON, headers, TypeId::DURATION, deal];
    assembly.function(name, 0, registers, deal, code, vec![])
}

/// `connection.region`
fn region_body(assembly: &mut Assembly) -> FunctionId {
    let text = assembly.artifact.types.optional(TypeId::STRING);
    let code = vec![
        assembly.load(0, Constant::Text("region".into())),
        effect(1, Effect::Setting, &[0]),
        give(1),
    ];
    assembly.function("region", 0, vec![TypeId::STRING, text], text, code, vec![])
}

impl World {
    fn host(&self, settings: &[(&str, &str)]) -> ActionHost {
        let settings: Vec<_> =
            settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let connections = Connections::from_settings([("crm".to_owned(), settings)], &|_| None);
        let network = Network::new(vec!["127.0.0.1".parse().unwrap()]);
        ActionHost::new(Arc::clone(&self.program), connections, Arc::new(network))
    }

    async fn act(&self, action: u32, types: &[TypeId], arguments: Vec<Value>) -> Outcome {
        let host = self.host(&[("token", "secret-token"), ("region", "eu west")]);
        self.act_on(&host, action, types, arguments).await
    }

    async fn act_on(
        &self,
        host: &ActionHost,
        action: u32,
        types: &[TypeId],
        arguments: Vec<Value>,
    ) -> Outcome {
        Outcome(host.act(&step(ActionId(action), types, arguments)).await)
    }

    fn show(&self, outcome: &Outcome) -> String {
        let text = match &outcome.0 {
            Ok(value) => format!("{value:?}"),
            Err(ActionFailure { error, certainly_without_effect }) => format!(
                "{error}\nstatus {:?}, retry after {:?}, certainly without effect: \
                 {certainly_without_effect}, details {}",
                error.status, error.retry_after, error.details
            ),
        };
        self.server.anonymous(text)
    }
}

struct Outcome(Result<Value, ActionFailure>);

fn step(action: ActionId, types: &[TypeId], arguments: Vec<Value>) -> Step {
    Step {
        connection: None,
        once: None,
        id: 1,
        attempt: 1,
        key: "key".into(),
        action,
        types: types.to_vec(),
        arguments,
        function: FunctionId(0),
        origin: callflow_artifact::bytecode::Origin { start: 0, end: 0 },
    }
}

/// The arguments of an `http` action; `headers` and a timeout of five seconds.
fn arguments(url: String, json: Option<Json>, form: Option<Json>, query: Json) -> Vec<Value> {
    let body = |json: Option<Json>| json.map_or(Value::None, Value::json);
    let headers: IndexMap<_, _> = [("X-Own".into(), Value::text("1"))].into_iter().collect();
    vec![
        Value::text(url),
        body(json),
        body(form),
        Value::json(query),
        Value::Map(Arc::new(headers)),
        Value::Duration(5_000),
    ]
}

/// What a `crm.create` ends in where the server does this.
async fn create(answer: Answer) -> String {
    let world = world(vec![answer]).await;
    let outcome = world.act(CREATE, &[], vec![]).await;
    world.show(&outcome)
}

#[tokio::test]
async fn a_flows_own_request() {
    let world = world(vec![Answer::json(r#"{"id":"7","amount":12.50,"more":1}"#)]).await;
    let url = world.server.url("/x?a=1");
    let query = json!({ "b": [1, true], "none": null, "c": "ä &" });
    let arguments = arguments(url, Some(json!({ "deep": { "n": 1.10 } })), None, query);
    let outcome = world.act(POST, &[world.deal], arguments).await;
    insta::assert_snapshot!(world.show(&outcome), @r#"Record([Text("7"), Decimal(12.50)])"#);
    insta::assert_snapshot!(world.server.anonymous(&world.server.requests()[0]), @r#"
    POST /x?a=1&b=1&b=true&c=%C3%A4%20%26 HTTP/1.1
    user-agent: callflow/0.1.0
    content-type: application/json
    x-own: 1
    accept: */*
    host: 127.0.0.1:PORT
    content-length: 18

    {"deep":{"n":1.1}}
    "#);
}

#[tokio::test]
async fn a_form_and_a_text() {
    let world = world(vec![Answer::http("200 OK", &[], "fine")]).await;
    let form = json!({ "a": { "b": [1, 2] }, "c": [{ "d": "e f" }] });
    let arguments = arguments(world.server.url("/form"), None, Some(form), json!({}));
    let outcome = world.act(POST, &[TypeId::STRING], arguments).await;
    assert_eq!(outcome.0.as_ref().unwrap(), &Value::text("fine"));
    insta::assert_snapshot!(world.server.anonymous(&world.server.requests()[0]), @r#"
    POST /form HTTP/1.1
    user-agent: callflow/0.1.0
    content-type: application/x-www-form-urlencoded
    x-own: 1
    accept: */*
    host: 127.0.0.1:PORT
    content-length: 31

    a[b][]=1&a[b][]=2&c[0][d]=e%20f
    "#);
}

#[tokio::test]
async fn bodies_of_other_types() {
    let body = |body: &'static str, media: &'static str, ty| async move {
        let world = world(vec![Answer::http("200 OK", &[("content-type", media)], body)]).await;
        let arguments = arguments(world.server.url("/"), None, None, json!({}));
        world.show(&world.act(GET, &[ty], arguments).await)
    };
    let outcomes = [
        body("", "application/json", TypeId::JSON).await,
        body("ok", "text/plain; charset=utf-8", TypeId::JSON).await,
        body("<p>ok", "text/html", TypeId::JSON).await,
        body("raw", "text/html", TypeId::BYTES).await,
        body("7", "application/json", TypeId::INT).await,
    ];
    insta::assert_snapshot!(outcomes.join("\n"), @r#"
    Json(Null)
    Json(String("ok"))
    invalid: http.get: the answer of GET http://127.0.0.1:PORT/: this is not JSON: expected value (line 1, column 1); it begins with "<p>ok"
    status Some(200), retry after None, certainly without effect: true, details "<p>ok"
    Bytes([114, 97, 119])
    Int(7)
    "#);
}

#[tokio::test]
async fn a_piece_has_its_base_and_its_credentials() {
    let world = world(vec![Answer::json(r#"{"id":"7"}"#)]).await;
    let outcome = world.act(LIST, &[], vec![]).await;
    insta::assert_snapshot!(world.show(&outcome), @r#"Record([Text("7"), None])"#);
    insta::assert_snapshot!(world.server.anonymous(&world.server.requests()[0]), @r#"
    GET /v1/deals?limit=2&region=eu%20west HTTP/1.1
    user-agent: callflow/0.1.0
    authorization: Bearer secret-token
    accept: */*
    host: 127.0.0.1:PORT
    "#);
}

#[tokio::test]
async fn a_piece_reads_a_setting() {
    let world = world(vec![Answer::Cut]).await;
    assert_eq!(world.act(REGION, &[], vec![]).await.0, Ok(Value::text("eu west")));
    let host = world.host(&[("token", "secret-token")]);
    assert_eq!(world.act_on(&host, REGION, &[], vec![]).await.0, Ok(Value::None));
}

#[tokio::test]
async fn a_connection_is_missing() {
    let world = world(vec![Answer::Cut]).await;
    let outcome = world.act_on(&world.host(&[]), CREATE, &[], vec![]).await;
    insta::assert_snapshot!(world.show(&outcome), @r#"
    auth: crm.create: crm needs a connection with `token`
    status None, retry after None, certainly without effect: true, details {"help":"add to callflow.toml:\n\n[connections.crm]\ntoken = \"${CRM_TOKEN}\"\n\nand set CRM_TOKEN in the environment"}
    "#);
}

#[tokio::test]
async fn answers_that_are_errors() {
    let json = [("content-type", "application/json")];
    let limited = [("retry-after", "30")];
    insta::assert_snapshot!(create(Answer::http("500 Oh", &[], "<html>")).await, @r#"
    unavailable: crm.create: POST http://127.0.0.1:PORT/v1/deals answered 500
    status Some(500), retry after None, certainly without effect: false, details "<html>"
    "#);
    insta::assert_snapshot!(create(Answer::http("429 Slow", &limited, "")).await, @r#"
    rate_limited: crm.create: POST http://127.0.0.1:PORT/v1/deals answered 429
    status Some(429), retry after Some(30000), certainly without effect: true, details null
    "#);
    insta::assert_snapshot!(
        create(Answer::http("400 Bad", &json, r#"{"message":"no such stage"}"#)).await,
        @r#"
    invalid: crm.create: POST http://127.0.0.1:PORT/v1/deals answered 400: no such stage
    status Some(400), retry after None, certainly without effect: true, details {"message":"no such stage"}
    "#
    );
    insta::assert_snapshot!(create(Answer::http("402 Pay", &json, r#"{"code":7}"#)).await, @r#"
    rejected: crm.create: POST http://127.0.0.1:PORT/v1/deals answered 402: { code: 7 }
    status Some(402), retry after None, certainly without effect: true, details {"code":7}
    "#);
    let elsewhere = [("location", "https://elsewhere.test/login?next=1")];
    insta::assert_snapshot!(create(Answer::http("302 Found", &elsewhere, "")).await, @r#"
    rejected: crm.create: POST http://127.0.0.1:PORT/v1/deals answered 302: a redirect to https://elsewhere.test/login, which is not followed
    status Some(302), retry after None, certainly without effect: false, details null
    "#);
}

#[tokio::test]
async fn answers_of_another_shape() {
    insta::assert_snapshot!(create(Answer::json(r#"{"id":"7","amount":"a lot"}"#)).await, @r#"
    invalid: crm.create: the answer of POST http://127.0.0.1:PORT/v1/deals: amount: expected decimal, found "a lot"
    status Some(200), retry after None, certainly without effect: false, details {"id":"7","amount":"a lot"}
    "#);
    insta::assert_snapshot!(create(Answer::json("[]")).await, @r#"
    invalid: crm.create: the answer of POST http://127.0.0.1:PORT/v1/deals: expected Deal, found []
    status Some(200), retry after None, certainly without effect: false, details []
    "#);
    insta::assert_snapshot!(create(Answer::json("{\"id\": ")).await, @r#"
    invalid: crm.create: the answer of POST http://127.0.0.1:PORT/v1/deals: the JSON ends too early (line 1, column 7); it begins with "{\"id\":"
    status Some(200), retry after None, certainly without effect: false, details "{\"id\": "
    "#);
    insta::assert_snapshot!(create(Answer::json("")).await, @r#"
    invalid: crm.create: the answer of POST http://127.0.0.1:PORT/v1/deals: expected Deal, found null
    status Some(200), retry after None, certainly without effect: false, details null
    "#);
}

#[tokio::test]
async fn a_secret_that_comes_back_is_hidden() {
    let answer = r#"{"message":"bad token secret-token"}"#;
    let shown = create(Answer::http("401 No", &[], answer)).await;
    assert!(shown.contains("bad token ***") && !shown.contains("secret-token"), "{shown}");
}

#[tokio::test]
async fn no_answer() {
    insta::assert_snapshot!(create(Answer::Cut).await, @r#"
    outcome_unknown: crm.create: POST http://127.0.0.1:PORT/v1/deals: the connection to 127.0.0.1 broke: connection closed before message completed; whether the request had its effect is not known
    status None, retry after None, certainly without effect: false, details null
    "#);
    let world = world(vec![Answer::Cut]).await;
    let outcome = world.act(LIST, &[], vec![]).await;
    insta::assert_snapshot!(world.show(&outcome), @r#"
    unavailable: crm.list: GET http://127.0.0.1:PORT/v1/deals: the connection to 127.0.0.1 broke: connection closed before message completed
    status None, retry after None, certainly without effect: true, details null
    "#);

    let slow = World { server: TestServer::start(vec![Answer::Silence]).await, ..world };
    let mut timed = arguments(slow.server.url("/"), None, None, json!({}));
    timed[5] = Value::Duration(100);
    for (action, kind) in [(GET, "timeout"), (PUT, "timeout"), (POST, "outcome_unknown")] {
        let outcome = slow.act(action, &[TypeId::JSON], timed.clone()).await;
        let failure = outcome.0.unwrap_err();
        assert_eq!(failure.error.kind.as_str(), kind);
        assert_eq!(failure.certainly_without_effect, action == GET);
    }
}

#[tokio::test]
async fn requests_that_are_not_sent() {
    let world = world(vec![Answer::json("{}")]).await;
    let send = async |url: &str, json: Option<Json>, form: Option<Json>, query: Json| {
        let outcome = world.act(POST, &[TypeId::JSON], arguments(url.into(), json, form, query));
        world.show(&outcome.await)
    };
    let outcomes = [
        send("/deals", None, None, json!({})).await,
        send("http://10.0.0.1/", None, None, json!({})).await,
        send("https://a.test", Some(json!(1)), Some(json!({})), json!({})).await,
        send("https://a.test", None, Some(json!([1])), json!({})).await,
        send("https://a.test", None, None, json!("q")).await,
    ];
    insta::assert_snapshot!(outcomes.join("\n"), @r#"
    invalid: http.post: `/deals` is not absolute: outside a piece's own actions a URL begins with https://
    status None, retry after None, certainly without effect: true, details null
    invalid: http.post: POST http://10.0.0.1/: 10.0.0.1 is not an address of the open internet; to reach it, add "10.0.0.1" to `allow` under [network] in callflow.toml
    status None, retry after None, certainly without effect: true, details null
    invalid: http.post: a request has one body: give `json` or `form`, not both
    status None, retry after None, certainly without effect: true, details null
    invalid: http.post: `form` is to be an object, and is [1]
    status None, retry after None, certainly without effect: true, details null
    invalid: http.post: `query` is to be an object, and is "q"
    status None, retry after None, certainly without effect: true, details null
    "#);
    assert_eq!(world.server.requests().len(), 0);
}

#[tokio::test]
async fn nobody_is_there() {
    let world = world(vec![Answer::Cut]).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let arguments = arguments(format!("http://{free}/"), None, None, json!({}));
    let outcome = world.act(POST, &[TypeId::JSON], arguments).await;
    insta::assert_snapshot!(
        world.show(&outcome).replace(&free.port().to_string(), "PORT"),
        @r#"
    unavailable: http.post: POST http://127.0.0.1:PORT/: cannot connect to 127.0.0.1: Connection refused (os error 111)
    status None, retry after None, certainly without effect: true, details null
    "#
    );
}

#[tokio::test]
async fn a_limit_is_kept() {
    let mut assembly = Assembly::new();
    assembly.http("get", EffectClass::Read);
    assembly.artifact.pieces[0].limits = vec![piece::Limit { requests: 1, per: 300 }];
    let program = assembly.flow(&[], TypeId::NONE, vec![Op::Stop], vec![]);
    let server = TestServer::start(vec![Answer::json("1")]).await;
    let world = World { server, program: Arc::new(program), deal: TypeId::JSON };
    let host = world.host(&[]);
    let start = tokio::time::Instant::now();
    for _ in 0..2 {
        let arguments = arguments(world.server.url("/"), None, None, json!({}));
        assert!(world.act_on(&host, GET, &[TypeId::JSON], arguments).await.0.is_ok());
    }
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn what_a_body_fails_with_may_be_repeated_only_if_nothing_happened() {
    let failed = |kind| {
        Err(ActionFailure {
            error: Error::new(kind, "x"),
            certainly_without_effect: kind != ErrorKind::OutcomeUnknown,
        })
    };
    let certain = |outcomes: &[(EffectClass, Result<Value, ActionFailure>)], kind| {
        let mut traces = Traces::default();
        for (effect, outcome) in outcomes {
            traces.note(*effect, outcome);
        }
        traces.failure(Error::new(kind, "x")).certainly_without_effect
    };
    let (read, write) = (EffectClass::Read, EffectClass::Write);
    let done = || Ok(Value::None);
    // Its own `fail`, after a look at what is there.
    assert!(certain(&[(read, done())], ErrorKind::Unavailable));
    // A request that certainly changed nothing, and one before it that did.
    assert!(certain(&[(write, failed(ErrorKind::Unavailable))], ErrorKind::Unavailable));
    let second = [(write, done()), (write, failed(ErrorKind::Unavailable))];
    assert!(!certain(&second, ErrorKind::Unavailable));
    assert!(!certain(&[(write, failed(ErrorKind::OutcomeUnknown))], ErrorKind::OutcomeUnknown));
    // A limit that is told in a good answer, and what else may be told so.
    assert!(certain(&[(write, done())], ErrorKind::RateLimited));
    assert!(!certain(&[(write, done())], ErrorKind::Unavailable));
    assert!(!certain(&[(write, done()), (write, done())], ErrorKind::RateLimited));
    let limited = [(write, done()), (write, failed(ErrorKind::RateLimited))];
    assert!(!certain(&limited, ErrorKind::RateLimited));
}

#[tokio::test]
async fn a_body_that_computes_lets_others_have_their_turn() {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("maths", |_| {});
    let mut code = toil(&mut assembly, 0, 0, 200_000);
    code.push(give(0));
    let registers = vec![TypeId::INT, TypeId::INT, TypeId::BOOL];
    let body = assembly.function("count", 0, registers, TypeId::INT, code, vec![]);
    let body = ActionBody::Function(body);
    let count = assembly.action(piece, "count", EffectClass::Read, TypeId::INT, body);
    let program = Arc::new(assembly.flow(&[], TypeId::NONE, vec![Op::Stop], vec![]));
    let sandbox = Arc::new(Sandbox::new(Arc::clone(&program)));
    let host = ActionHost::new(program, Connections::default(), sandbox);
    let step = step(count, &[], vec![]);
    let others = async {
        let mut turns = 0;
        loop {
            tokio::task::yield_now().await;
            turns += 1;
            if turns == 5 {
                return;
            }
        }
    };
    tokio::select! {
        outcome = host.act(&step) => panic!("it kept the thread to its end: {outcome:?}"),
        () = others => {}
    }
    assert_eq!(host.act(&step).await, Ok(Value::Int(0)));
}

/// Never answers.
struct Silence;

impl Transport for Silence {
    fn send<'a>(&'a self, _: HttpRequest) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_takes_a_quarter_of_an_hour_at_most() {
    let mut assembly = Assembly::new();
    let (get, post) =
        (assembly.http("get", EffectClass::Read), assembly.http("post", EffectClass::Write));
    let program = Arc::new(assembly.flow(&[], TypeId::NONE, vec![Op::Stop], vec![]));
    let host = ActionHost::new(program, Connections::default(), Arc::new(Silence));
    let arguments = || arguments("https://example.com".into(), None, None, json!({}));
    let mut told = String::new();
    for action in [get, post] {
        let failure = host.act(&step(action, &[TypeId::JSON], arguments())).await.unwrap_err();
        told.push_str(&format!("{}\n", failure.error));
    }
    insta::assert_snapshot!(told, @r"
    timeout: http.get: not done within 15 minutes
    outcome_unknown: http.post: not done within 15 minutes
    ");
}

#[tokio::test]
async fn a_body_that_holds_too_much_fails() {
    let mut assembly = Assembly::new();
    let piece = assembly.piece("maths", |_| {});
    let list = assembly.artifact.types.list(TypeId::STRING);
    let code = vec![
        assembly.load(0, Constant::Text("x".repeat(1 << 20).into())),
        assembly.load(1, Constant::List(vec![])),
        Op::Append { list: Reg(1), item: Reg(0) },
        Op::Jump { to: 2 },
    ];
    let body = assembly.function("hoard", 0, vec![TypeId::STRING, list], list, code, vec![]);
    let body = ActionBody::Function(body);
    let hoard = assembly.action(piece, "hoard", EffectClass::Read, list, body);
    let program = Arc::new(assembly.flow(&[], TypeId::NONE, vec![Op::Stop], vec![]));
    let host = ActionHost::new(program, Connections::default(), Arc::new(Silence));
    let failure = host.act(&step(hoard, &[], vec![])).await.unwrap_err();
    insta::assert_snapshot!(failure.error, @"failed: maths.hoard: the run holds values of more than 64 MB, and may not; keep only the fields that are needed, or let a flow of its own do each part with `run`");
}

//! Forms: the page, what is entered, and that it was asked for here.

use std::fs;
use std::path::Path;

use callflow_runtime::durable::Answer;
use insta::assert_snapshot;
use serde_json::json;

use super::client::{Answer as Got, Request};
use super::desk::House;

const FORM: &str = r#"
/// We call you back within a day.
/// Tell us what it is about.
on form("/callback", title: "Call me <back>", fields: Callback) < log(name) >

type Callback {
  /// How we may address you
  name: string
  email: string
  phone: phone
  born: date?
  size: int = 10
  budget: decimal?
  plan: "basic" | "pro" | "not_sure"
  topics: ["sales" | "support"] = []
  /// When it suits you best
  at: time?
  notes: string?
  tags: [string] = []
  newsletter: bool = true
  address: Address
  contract: file?
}

type Address { street: string, city: string }
"#;

/// A browser's memory of a form: its cookie and the page's token.
struct Browser {
    cookie: String,
    token: String,
    page: String,
}

impl Browser {
    async fn open(house: &House, path: &str) -> Browser {
        let got = Request::new(&format!("GET {path}")).send(house.address).await;
        assert_eq!(got.status, 200, "{}", got.body);
        let cookie = got.header("set-cookie").split(';').next().unwrap().to_owned();
        Browser { cookie, token: token(&got.body), page: got.body }
    }

    async fn send(&self, house: &House, path: &str, fields: &str) -> Got {
        let body = format!("_token={}&{fields}", self.token);
        let request = Request::new(&format!("POST {path}")).header("cookie", &self.cookie);
        request.form(&body).send(house.address).await
    }
}

fn token(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"_token\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A page without what is another each time and without its style. Where a folder for pictures is given, the page is
/// put there.
fn shown(name: &str, page: &str) -> String {
    if let Ok(folder) = std::env::var("CALLFLOW_PAGES") {
        fs::write(Path::new(&folder).join(format!("{name}.html")), page).unwrap();
    }
    let page = page.replace(&token(page), "TOKEN");
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let whole = format!("{before}{after}");
    let lines = whole.lines().filter(|line| !line.trim().is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

const GOOD: &str = "name=Ada&email=a@example.test&phone=%2B1+(415)+555-0111&plan=pro&size=&\
    topics=sales&topics=support&tags=a%0D%0A%0D%0Ab&address.street=Main+1&address.city=Graz&\
    notes=one%0D%0Atwo&at=2026-03-02T09:00&newsletter=yes";

#[tokio::test]
async fn the_page_asks_for_the_record() {
    let house = House::open(FORM).await;
    let got = Request::new("GET /callback").send(house.address).await;
    assert_snapshot!(shown("empty", &got.body));
    let policy = got.header("content-security-policy");
    let (_, rest) = got.body.split_once("<style>").unwrap();
    let style = rest.split("</style>").next().unwrap();
    assert!(policy.contains(&hash(style)), "{policy}");
    assert!(
        policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors 'none'")
    );
    assert_eq!(got.header("referrer-policy"), "no-referrer");
    let cookie = got.header("set-cookie");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
}

fn hash(style: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style))
}

#[tokio::test]
async fn what_is_entered_is_an_event() {
    let house = House::open(FORM).await;
    let browser = Browser::open(&house, "/callback").await;
    let got = browser.send(&house, "/callback", GOOD).await;
    assert_eq!((got.status, got.header("location")), (303, "/callback?sent"), "{}", got.body);
    assert_eq!(
        house.events()[0]["body"],
        json!({
            "name": "Ada",
            "email": "a@example.test",
            "phone": "+14155550111",
            "size": 10,
            "plan": "pro",
            "topics": ["sales", "support"],
            "at": "2026-03-02T09:00:00Z",
            "notes": "one\ntwo",
            "tags": ["a", "b"],
            "newsletter": true,
            "address": { "street": "Main 1", "city": "Graz" },
        })
    );
    let thanks = Request::new("GET /callback?sent").send(house.address).await;
    assert!(thanks.body.contains("Call me &lt;back&gt;"), "{}", thanks.body);

    // The same page sent twice is the same delivery; another page is another one.
    let first = house.last().delivery;
    browser.send(&house, "/callback", GOOD).await;
    assert!(first.is_some() && house.last().delivery == first);
    let other = Browser::open(&house, "/callback").await;
    other.send(&house, "/callback", GOOD).await;
    assert_ne!(house.last().delivery, first);
}

#[tokio::test]
async fn what_is_wrong_is_told_beside_it_and_the_rest_is_kept() {
    let house = House::open(FORM).await;
    let browser = Browser::open(&house, "/callback").await;
    let fields = "name=&email=a@example.test&phone=0664+1234&born=1.1.2000&size=many&budget=x&plan=&\
        notes=%3Cb%3E%22hi%22&address.city=Graz&topics=support";
    let got = browser.send(&house, "/callback", fields).await;
    assert_eq!(got.status, 422);
    assert_snapshot!(shown("wrong", &got.body));
    assert!(house.events().is_empty());
    // The page that came back can be sent.
    let again = Browser { token: token(&got.body), ..browser };
    assert_eq!(again.send(&house, "/callback", GOOD).await.status, 303);
}

#[tokio::test]
async fn only_what_was_asked_for_here_is_taken() {
    let text = format!("{FORM}\nother: on form(\"/other\", fields: Address) < log(city) >");
    let house =
        House::open(&text.replace("on form(\"/callback\"", "a: on form(\"/callback\"")).await;
    let (one, two) =
        (Browser::open(&house, "/callback").await, Browser::open(&house, "/other").await);
    let forged = [
        Browser { token: "".into(), ..Browser::open(&house, "/callback").await },
        Browser { cookie: "".into(), ..Browser::open(&house, "/callback").await },
        Browser { cookie: two.cookie, ..Browser::open(&house, "/callback").await },
        Browser { token: two.token, cookie: one.cookie, page: String::new() },
    ];
    for browser in forged {
        let got = browser.send(&house, "/callback", GOOD).await;
        assert_eq!(got.status, 403);
        assert!(got.body.contains("value=\"Ada\""), "what was entered is kept");
        assert!(!browser.page.contains("value=\"Ada\""));
    }
    assert!(house.events().is_empty());
}

#[tokio::test]
async fn files_come_with_a_form() {
    let house = House::open(FORM).await;
    let browser = Browser::open(&house, "/callback").await;
    let mut body = String::new();
    let pairs = format!("_token={}&{GOOD}", browser.token);
    for (name, value) in pairs.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = value.replace('+', " ").replace("%2B", "+").replace("%0D%0A", "\n");
        body +=
            &format!("--X\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--X\r\ncontent-disposition: form-data; name=\"contract\"; filename=\"c.txt\"\r\ncontent-type: text/plain\r\n\r\nhi\r\n--X--\r\n";
    let request = Request::new("POST /callback").header("cookie", &browser.cookie);
    let got = request.body("multipart/form-data; boundary=X", body).send(house.address).await;
    assert_eq!(got.status, 303, "{}", got.body);
    let file = &house.events()[0]["body"]["contract"];
    assert_eq!((&file["name"], &file["media_type"]), (&json!("c.txt"), &json!("text/plain")));
    assert_eq!(&house.files()[0].content[..], b"hi");
}

#[tokio::test]
async fn what_cannot_be_stored_can_be_sent_again() {
    let house = House::open(FORM).await;
    let browser = Browser::open(&house, "/callback").await;
    house.say(Answer::Refused("the disk is full".into()));
    let got = browser.send(&house, "/callback", GOOD).await;
    assert_eq!(got.status, 503);
    assert!(got.body.contains("value=\"Ada\"") && !got.body.contains("the disk is full"));
}

//! A vendor's own description of its API (OpenAPI 3.1), and what a request breaks of it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::recorder::Recorded;
use super::strict;

/// A description, ready to check requests against.
pub struct Description {
    document: Value,
    /// The components, strict, for references to find.
    components: Value,
    /// The path of the server's URL: `/v1`.
    prefix: String,
}

/// An operation of a description.
pub struct Operation<'a> {
    description: &'a Description,
    /// `POST /crm/v3/objects/0-3`
    pub name: String,
    operation: &'a Value,
    /// The values of the path's parameters, decoded.
    path_values: Vec<(String, String)>,
}

/// The folder with the vendors' descriptions, where it is there.
pub fn folder() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = match std::env::var_os("CALLFLOW_API_DESCRIPTIONS") {
        Some(folder) => workspace.join(folder),
        None => workspace.join("../shared/specs"),
    };
    folder.is_dir().then_some(folder)
}

impl Description {
    /// Reads a vendor's file in the folder.
    pub fn load(folder: &Path, vendor: &str) -> Description {
        let path = folder.join(format!("{vendor}.json"));
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Description::new(serde_json::from_str(&text).expect("a description is JSON"))
    }

    /// A description that is at hand.
    pub fn new(document: Value) -> Description {
        let server = document.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
        let host_on = server.split_once("://").map_or(server, |(_, rest)| rest);
        let prefix = host_on.find('/').map_or("", |slash| &host_on[slash..]).to_owned();
        let mut components = document["components"].clone();
        if let Some(schemas) = components.get_mut("schemas").and_then(Value::as_object_mut) {
            for schema in schemas.values_mut() {
                *schema = strict::part(schema);
            }
        }
        Description { document, components, prefix }
    }

    /// Everything about a request that the description does not allow; empty where all is well.
    pub fn check(&self, request: &Recorded) -> Vec<String> {
        match self.operation(&request.method, &request.path) {
            Some(operation) => operation.check(request),
            None => vec![format!("no operation {} {}", request.method, request.path)],
        }
    }

    /// The operation of a method and a path: of several templates that fit, the one with the fewest parameters.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let path = path.strip_prefix(&self.prefix)?;
        let paths = self.document["paths"].as_object()?;
        let key = method.to_ascii_lowercase();
        paths
            .iter()
            .filter_map(|(template, operations)| {
                let operation = operations.get(&key)?;
                let path_values = match_template(template, path)?;
                let name = format!("{method} {template}");
                Some(Operation { description: self, name, operation, path_values })
            })
            .min_by_key(|operation| operation.path_values.len())
    }

    /// Follows a reference, where the value is one.
    pub fn resolve<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        while let Some(target) = value.get("$ref").and_then(Value::as_str) {
            let pointer = target.trim_start_matches('#');
            value = self.document.pointer(pointer).expect("a reference leads somewhere");
        }
        value
    }

    fn mismatches(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let mut root = strict::used(schema);
        root["components"] = self.components.clone();
        let validator = jsonschema::draft202012::new(&root).expect("a schema that compiles");
        validator
            .iter_errors(value)
            .map(|error| format!("{place}{}: {error}", error.instance_path()))
            .collect()
    }
}

impl<'a> Operation<'a> {
    /// The schema of the body of a successful answer.
    pub fn answer(&self) -> Option<(u16, &'a Value)> {
        let responses = self.operation["responses"].as_object()?;
        let (status, response) = responses.iter().find(|(status, _)| status.starts_with('2'))?;
        let response = self.description.resolve(response);
        let schema = response.pointer("/content/application~1json/schema")?;
        Some((status.parse().ok()?, schema))
    }

    fn check(&self, request: &Recorded) -> Vec<String> {
        let mut problems = Vec::new();
        self.check_parameters(request, &mut problems);
        self.check_credentials(request, &mut problems);
        self.check_body(request, &mut problems);
        problems.into_iter().map(|problem| format!("{}: {problem}", self.name)).collect()
    }

    fn check_parameters(&self, request: &Recorded, problems: &mut Vec<String>) {
        let parameters: Vec<&Value> = self.operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| self.description.resolve(parameter))
            .collect();
        let query = decode_form(&request.query);
        for (name, _) in &query {
            if !parameters.iter().any(|p| p["in"] == "query" && p["name"] == **name) {
                problems.push(format!("query: no parameter `{name}`"));
            }
        }
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap_or_default();
            let place = parameter["in"].as_str().unwrap_or_default();
            let texts: Vec<&str> = match place {
                "query" => values_of(&query, name),
                "path" => values_of(&self.path_values, name),
                "header" => request.header(&name.to_ascii_lowercase()).into_iter().collect(),
                _ => continue,
            };
            if texts.is_empty() {
                if parameter["required"] == true {
                    problems.push(format!("{place}: `{name}` is missing"));
                }
                continue;
            }
            let value = self.description.read(&parameter["schema"], &texts);
            let found = self.description.mismatches(&parameter["schema"], &value, name);
            problems.extend(found.into_iter().map(|problem| format!("{place}: {problem}")));
        }
    }

    fn check_credentials(&self, request: &Recorded, problems: &mut Vec<String>) {
        let document = &self.description.document;
        let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
        let wanted = self.operation.get("security").or_else(|| document.get("security"));
        let named = |name: &str| match wanted.and_then(Value::as_array) {
            Some(wanted) => wanted.iter().any(|option| option.get(name).is_some()),
            None => true,
        };
        let mut usable = schemes.into_iter().flatten().filter(|(name, _)| named(name)).peekable();
        if usable.peek().is_none() {
            return;
        }
        let bearer = || request.header("authorization").is_some_and(|v| v.starts_with("Bearer "));
        let shown = usable.any(|(_, scheme)| match scheme["type"].as_str() {
            Some("apiKey") => {
                let name = scheme["name"].as_str().unwrap_or_default().to_ascii_lowercase();
                request.header(&name).is_some() || (name == "authorization" && bearer())
            }
            _ => bearer(),
        });
        if !shown {
            problems.push("header: no credentials as the description wants them".into());
        }
    }

    fn check_body(&self, request: &Recorded, problems: &mut Vec<String>) {
        let body = self.operation.get("requestBody").map(|body| self.description.resolve(body));
        let Some(body) = body else {
            if !request.body.is_empty() {
                problems.push("body: the operation takes none".into());
            }
            return;
        };
        let content = body["content"].as_object().expect("a body has content");
        if request.body.is_empty() {
            if body["required"] == true {
                problems.push("body: it is missing".into());
            }
            return;
        }
        let header = request.header("content-type").unwrap_or_default();
        let media_type = header.split(';').next().unwrap_or_default().trim();
        let Some(schema) = content.get(media_type).map(|media| &media["schema"]) else {
            let known: Vec<&str> = content.keys().map(String::as_str).collect();
            problems.push(format!("body: `{media_type}` is none of {}", known.join(", ")));
            return;
        };
        let value = match media_type {
            "application/json" => match serde_json::from_slice(&request.body) {
                Ok(value) => value,
                Err(error) => return problems.push(format!("body: {error}")),
            },
            _ => self.description.read_form(schema, &request.body),
        };
        problems.extend(self.description.mismatches(schema, &value, "body"));
    }
}

impl Description {
    /// What the texts of a parameter stand for, by its schema: a number where one is wanted and it is one.
    fn read(&self, schema: &Value, texts: &[&str]) -> Value {
        let schema = self.resolve(schema);
        if schema["type"] == "array" {
            let items = texts.iter().map(|text| self.read(&schema["items"], &[text]));
            return Value::Array(items.collect());
        }
        let text = texts.last().copied().unwrap_or_default();
        let read = || serde_json::from_str::<Value>(text).ok();
        let read = match schema["type"].as_str() {
            Some("integer" | "number") => read().filter(Value::is_number),
            Some("boolean") => read().filter(Value::is_boolean),
            _ => None,
        };
        read.unwrap_or_else(|| json!(text))
    }

    fn read_form(&self, schema: &Value, body: &[u8]) -> Value {
        let pairs = decode_form(&String::from_utf8_lossy(body));
        let properties = &self.resolve(schema)["properties"];
        let mut object = Map::new();
        for (name, _) in &pairs {
            let texts = values_of(&pairs, name);
            object.insert(name.clone(), self.read(&properties[name], &texts));
        }
        Value::Object(object)
    }
}

/// The values of a template's parameters in a path, or none where it does not fit.
fn match_template(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (template, path): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    if template.len() != path.len() {
        return None;
    }
    let mut values = Vec::new();
    for (pattern, segment) in template.into_iter().zip(path) {
        match pattern.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            Some(name) => values.push((name.to_owned(), decode(segment))),
            None if pattern == segment => {}
            None => return None,
        }
    }
    Some(values)
}

fn values_of<'a>(pairs: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
}

/// The pairs of `application/x-www-form-urlencoded`, which a query is too.
pub fn decode_form(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(&name.replace('+', " ")), decode(&value.replace('+', " "))))
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: Option<u8>| byte.and_then(|b| (b as char).to_digit(16));
        let encoded = (byte == b'%').then(|| {
            let mut ahead = rest.clone();
            Some(hex(ahead.next())? * 16 + hex(ahead.next())?)
        });
        match encoded.flatten() {
            Some(value) => {
                bytes.push(value as u8);
                rest.nth(1);
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vendor() -> Description {
        Description::new(json!({
            "servers": [{ "url": "https://api.example.com/v1" }],
            "components": {
                "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
                "schemas": {
                    "Base": { "type": "object", "properties": { "id": { "type": "string" } } },
                    "Deal": {
                        "allOf": [{ "$ref": "#/components/schemas/Base" }],
                        "properties": { "amount": { "type": "number" } },
                        "required": ["amount"],
                    },
                },
            },
            "paths": {
                "/deals": { "post": { "requestBody": { "required": true, "content": {
                    "application/json": { "schema": { "$ref": "#/components/schemas/Deal" } },
                } } } },
                "/deals/mine": { "get": {} },
                "/deals/{id}": {
                    "get": { "parameters": [
                        { "name": "id", "in": "path", "required": true, "schema": { "pattern": "^[0-9]+$" } },
                        { "name": "limit", "in": "query", "required": true, "schema": { "type": "integer" } },
                    ] },
                    "patch": { "requestBody": { "content": { "application/x-www-form-urlencoded": {
                        "schema": { "type": "object", "properties": { "amount": { "type": "number" } } },
                    } } } },
                },
            },
        }))
    }

    fn request(method: &str, target: &str, media_type: &str, body: &str) -> Recorded {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Recorded {
            method: method.into(),
            path: path.into(),
            query: query.into(),
            headers: vec![
                ("authorization".into(), "Bearer x".into()),
                ("content-type".into(), media_type.into()),
            ],
            body: body.into(),
        }
    }

    fn post(body: &str) -> Recorded {
        request("POST", "/v1/deals", "application/json; charset=utf-8", body)
    }

    fn assert_told(request: &Recorded, part: &str) {
        let problems = vendor().check(request);
        assert!(problems.iter().any(|problem| problem.contains(part)), "{problems:?}");
    }

    #[test]
    fn what_is_described_passes() {
        let nothing: Vec<String> = Vec::new();
        assert_eq!(vendor().check(&post(r#"{"id": "a", "amount": 1.5}"#)), nothing);
        assert_eq!(vendor().check(&request("GET", "/v1/deals/12?limit=5", "", "")), nothing);
        assert_eq!(vendor().check(&request("GET", "/v1/deals/mine", "", "")), nothing);
        let form =
            request("PATCH", "/v1/deals/12", "application/x-www-form-urlencoded", "amount=2");
        assert_eq!(vendor().check(&form), nothing);
    }

    #[test]
    fn a_renamed_field_is_caught() {
        assert_told(&post(r#"{"amount": 1, "identity": "a"}"#), "identity");
    }

    #[test]
    fn a_missing_required_field_is_caught() {
        assert_told(&post(r#"{"id": "a"}"#), "\"amount\" is a required property");
    }

    #[test]
    fn a_value_of_another_type_is_caught() {
        assert_told(&post(r#"{"amount": "1"}"#), "is not of type \"number\"");
        let form =
            request("PATCH", "/v1/deals/12", "application/x-www-form-urlencoded", "amount=two");
        assert_told(&form, "is not of type \"number\"");
    }

    #[test]
    fn a_wrong_path_and_a_wrong_method_are_caught() {
        let mut wrong = post(r#"{"amount": 1}"#);
        wrong.path = "/v1/deal".into();
        assert_told(&wrong, "no operation POST /v1/deal");
        assert_told(&request("PUT", "/v1/deals/12", "", ""), "no operation PUT");
        assert_told(&request("GET", "/v1/deals/twelve?limit=5", "", ""), "path: id");
    }

    #[test]
    fn a_wrong_encoding_is_caught() {
        let mut wrong = post("amount=1");
        wrong.headers[1].1 = "application/x-www-form-urlencoded".into();
        assert_told(&wrong, "`application/x-www-form-urlencoded` is none of application/json");
    }

    #[test]
    fn a_body_where_none_belongs_and_none_where_one_does_are_caught() {
        assert_told(&post(""), "body: it is missing");
        assert_told(&request("GET", "/v1/deals/mine", "application/json", "{}"), "takes none");
    }

    #[test]
    fn query_parameters_are_caught() {
        assert_told(
            &request("GET", "/v1/deals/12?limit=5&limits=6", "", ""),
            "no parameter `limits`",
        );
        assert_told(&request("GET", "/v1/deals/12", "", ""), "query: `limit` is missing");
        assert_told(&request("GET", "/v1/deals/12?limit=many", "", ""), "query: limit");
    }

    #[test]
    fn missing_credentials_are_caught() {
        let mut wrong = post(r#"{"amount": 1}"#);
        wrong.headers.remove(0);
        assert_told(&wrong, "no credentials");
    }
}

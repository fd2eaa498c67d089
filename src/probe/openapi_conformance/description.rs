//! A description of an API as JSON, and its operations that can be asked without changing anything.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::probe::openapi::collection::LIMITS;
use crate::probe::yaml_file;
use crate::yaml::{Kind, Node, Style};

/// References that are followed one after the other.
const LONGEST_CHAIN: usize = 32;

/// A description, as JSON.
#[derive(Clone, Debug)]
pub(super) struct Description {
    pub(super) root: Json,
}

/// One GET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Operation {
    /// The path as written, with `{…}`.
    pub(super) template: String,
    /// Path and query to ask; the error names the parameter that nothing says a value for.
    pub(super) path: Result<String, String>,
    /// Whether it requires credentials.
    pub(super) secured: bool,
    /// Whether `TRACE` is documented for its path.
    pub(super) traces: bool,
    /// The parameter by which a caller says how much of a list they want, and its documented maximum.
    pub(super) most: Option<(String, u64)>,
}

/// What is documented for a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Documented {
    /// Media type to JSON pointer of its schema; no pointer where there is no schema.
    pub(super) content: IndexMap<String, Option<String>>,
}

impl Description {
    /// Reads JSON or YAML; the error says why it is no description.
    pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Description, String> {
        let root = match serde_json::from_slice::<Json>(bytes) {
            Ok(root) => root,
            Err(_) => json(&yaml_file::read(name, bytes).map_err(|fault| fault.reason)?),
        };
        let is_one = ["openapi", "swagger"].iter().any(|key| root.get(key).is_some_and(Json::is_string));
        if !is_one || !root.get("paths").is_some_and(Json::is_object) {
            return Err("it describes no API: `openapi` and `paths` are missing".to_owned());
        }
        Ok(Description { root })
    }

    /// Whether its schemas are of OpenAPI 3.1, which are JSON Schema as it is.
    pub(super) fn is_plain(&self) -> bool {
        self.root.get("openapi").and_then(Json::as_str).is_some_and(|version| !version.starts_with("3.0"))
    }

    /// What comes before each path: the path of the first server, or `basePath`.
    pub(super) fn base(&self) -> String {
        let server = self.root.pointer("/servers/0/url").and_then(Json::as_str);
        let written = server.or_else(|| self.root.get("basePath").and_then(Json::as_str)).unwrap_or("/");
        let path = match written.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
            None => written,
        };
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        if path.starts_with('/') && !path.contains('{') { path.to_owned() } else { String::new() }
    }

    /// Every GET, in the order of the description.
    pub(super) fn operations(&self, values: &IndexMap<String, String>) -> Vec<Operation> {
        let paths = self.root.get("paths").and_then(Json::as_object);
        let items = paths.into_iter().flatten().filter(|(path, _)| path.starts_with('/'));
        items.filter_map(|(path, item)| self.operation(path, self.followed(item)?, values)).collect()
    }

    fn operation(&self, template: &str, item: &Json, values: &IndexMap<String, String>) -> Option<Operation> {
        let get = item.get("get").filter(|get| get.is_object())?;
        let lists = [item.get("parameters"), get.get("parameters")];
        let parameters: Vec<&Json> =
            lists.into_iter().flatten().filter_map(Json::as_array).flatten().filter_map(|p| self.followed(p)).collect();
        Some(Operation {
            template: template.to_owned(),
            path: self.filled(template, &parameters, values),
            secured: self.is_secured(get),
            traces: item.get("trace").is_some(),
            most: parameters.iter().find_map(|parameter| self.most(parameter)),
        })
    }

    fn most(&self, parameter: &Json) -> Option<(String, u64)> {
        let name = parameter.get("name").and_then(Json::as_str)?;
        let bounds = LIMITS.contains(&name.to_ascii_lowercase().as_str());
        let schema = parameter.get("schema").and_then(|schema| self.followed(schema)).unwrap_or(parameter);
        let in_query = parameter.get("in").and_then(Json::as_str) == Some("query");
        let maximum = schema.get("maximum").and_then(Json::as_u64)?;
        (bounds && in_query).then(|| (name.to_owned(), maximum))
    }

    /// Whether every alternative of its security asks for something.
    fn is_secured(&self, operation: &Json) -> bool {
        let alternatives = operation.get("security").or_else(|| self.root.get("security")).and_then(Json::as_array);
        let asks = |one: &Json| one.as_object().is_some_and(|schemes| !schemes.is_empty());
        alternatives.is_some_and(|all| !all.is_empty() && all.iter().all(asks))
    }

    fn filled(
        &self,
        template: &str,
        parameters: &[&Json],
        values: &IndexMap<String, String>,
    ) -> Result<String, String> {
        let mut path = template.to_owned();
        let mut query = IndexMap::new();
        for parameter in parameters {
            let text = |key: &str| parameter.get(key).and_then(Json::as_str).unwrap_or_default();
            let name = text("name");
            let needed = parameter.get("required") == Some(&Json::Bool(true));
            let value = || values.get(name).cloned().or_else(|| self.example(parameter)).ok_or_else(|| name.to_owned());
            match text("in") {
                "path" => path = path.replace(&format!("{{{name}}}"), &crate::model::percent_encoded(&value()?)),
                "query" if needed || values.contains_key(name) => {
                    query.insert(name.to_owned(), value()?);
                }
                "header" if needed => return Err(name.to_owned()),
                _ => {}
            }
        }
        if let Some((_, rest)) = path.split_once('{') {
            return Err(rest.split('}').next().unwrap_or_default().to_owned());
        }
        Ok(if query.is_empty() { path } else { format!("{path}?{}", crate::probe::http::login::form(&query)) })
    }

    /// A value that the description itself gives for a parameter.
    fn example(&self, parameter: &Json) -> Option<String> {
        let schema = parameter.get("schema").and_then(|schema| self.followed(schema)).unwrap_or(parameter);
        let named =
            parameter.get("examples").and_then(Json::as_object).and_then(|all| all.values().next()?.get("value"));
        let own = [parameter.get("example"), named, schema.get("example"), schema.get("default")];
        let first = |key: &str| schema.get(key).and_then(Json::as_array).and_then(|all| all.first());
        let found = own.into_iter().flatten().next().or_else(|| first("examples")).or_else(|| first("enum"))?;
        match found {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// What is documented for the answer with this status to a GET of this path; `None` when nothing is.
    pub(super) fn documented(&self, template: &str, status: u16) -> Option<Documented> {
        let item = format!("/paths/{}", escaped(template));
        let item = self.pointer_followed(&item)?;
        let responses = format!("{item}/get/responses");
        let keys =
            [status.to_string(), format!("{}XX", status / 100), format!("{}xx", status / 100), "default".to_owned()];
        let found = keys.iter().map(|key| format!("{responses}/{key}"));
        let at = found.into_iter().find(|pointer| self.root.pointer(pointer).is_some())?;
        let at = self.pointer_followed(&at)?;
        let response = self.root.pointer(&at)?;
        if response.get("schema").is_some() {
            // version 2.0: one schema, whatever `produces` says
            return Some(Documented { content: [("*/*".to_owned(), Some(format!("{at}/schema")))].into() });
        }
        let media = response.get("content").and_then(Json::as_object);
        let content = media.into_iter().flatten().map(|(kind, media)| {
            let pointer = format!("{at}/content/{}/schema", escaped(kind));
            (kind.to_ascii_lowercase(), media.get("schema").is_some().then_some(pointer))
        });
        Some(Documented { content: content.collect() })
    }

    /// Where a pointer leads when references there are followed.
    fn pointer_followed(&self, pointer: &str) -> Option<String> {
        let mut at = pointer.to_owned();
        for _ in 0..LONGEST_CHAIN {
            match self.root.pointer(&at)?.get("$ref").and_then(Json::as_str) {
                None => return Some(at),
                Some(written) => at = written.strip_prefix('#')?.to_owned(),
            }
        }
        None
    }

    fn followed<'a>(&'a self, node: &'a Json) -> Option<&'a Json> {
        match node.get("$ref").and_then(Json::as_str) {
            None => Some(node),
            Some(written) => self.root.pointer(&self.pointer_followed(written.strip_prefix('#')?)?),
        }
    }
}

/// A part of a JSON pointer (RFC 6901).
fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// YAML as JSON, by the core schema of YAML 1.2.
fn json(node: &Node) -> Json {
    match &node.kind {
        Kind::Null => Json::Null,
        Kind::List(items) => Json::Array(items.iter().map(json).collect()),
        Kind::Map(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.text.clone(), json(value))).collect::<Map<_, _>>())
        }
        Kind::Scalar { text, style: Style::Plain } => match text.as_str() {
            "true" | "True" | "TRUE" => Json::Bool(true),
            "false" | "False" | "FALSE" => Json::Bool(false),
            "null" | "Null" | "NULL" | "~" | "" => Json::Null,
            other => {
                let number = serde_json::from_str::<serde_json::Number>(other.strip_prefix('+').unwrap_or(other));
                number.map_or_else(|_| Json::String(other.to_owned()), Json::Number)
            }
        },
        Kind::Scalar { text, .. } => Json::String(text.clone()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const SHOP: &str = "openapi: 3.0.3\nservers: [{url: https://shop.test/api/}]\nsecurity: [{key: []}]\npaths:\n  /orders/{id}:\n    parameters: [{$ref: '#/components/parameters/Id'}]\n    get:\n      responses:\n        200: {$ref: '#/components/responses/Order'}\n        4XX: {description: no}\n  /open:\n    get: {security: [], responses: {default: {description: any}}}\n  /find:\n    get: {parameters: [{in: query, name: q, required: true}], responses: {}}\ncomponents:\n  parameters: {Id: {in: path, name: id, required: true, schema: {type: integer, example: 7}}}\n  responses: {Order: {content: {application/json: {schema: {type: object}}}}}\n";

    #[test]
    fn how_much_of_a_list_may_be_asked_for_is_read() {
        let most = |parameter: &str| {
            let text =
                format!("openapi: 3.1.0\npaths: {{/a: {{get: {{parameters: [{parameter}], responses: {{}}}}}}}}\n");
            Description::read("openapi.yaml", text.as_bytes()).unwrap().operations(&IndexMap::new())[0].most.clone()
        };
        let limit = Some(("Limit".to_owned(), 50));
        assert_eq!(most("{in: query, name: Limit, schema: {maximum: 50}}"), limit);
        assert_eq!(most("{in: query, name: Limit, maximum: 50}"), limit, "as version 2.0 has it");
        assert_eq!(most("{in: query, name: Limit, schema: {}}"), None);
        assert_eq!(most("{in: header, name: Limit, schema: {maximum: 50}}"), None);
        assert_eq!(most("{in: query, name: year, schema: {maximum: 50}}"), None);
    }

    #[test]
    fn operations_are_read_with_what_they_need() {
        let shop = Description::read("openapi.yaml", SHOP.as_bytes()).unwrap();
        let found = shop.operations(&IndexMap::new());
        let read: Vec<_> = found.iter().map(|one| (one.path.clone(), one.secured)).collect();
        assert_eq!(read, [(Ok("/orders/7".into()), true), (Ok("/open".into()), false), (Err("q".into()), true)]);
        let given = [("q".to_owned(), "a b".to_owned()), ("id".to_owned(), "8/9".to_owned())].into();
        let filled = shop.operations(&given);
        assert_eq!(filled[0].path, Ok("/orders/8%2F9".into()));
        assert_eq!(filled[2].path, Ok("/find?q=a+b".into()));
        assert_eq!((shop.base().as_str(), shop.is_plain()), ("/api", false));
    }

    #[test]
    fn an_answer_is_documented_by_status_class_or_default() {
        let shop = Description::read("openapi.yaml", SHOP.as_bytes()).unwrap();
        let order = shop.documented("/orders/{id}", 200).unwrap();
        let pointer = "/components/responses/Order/content/application~1json/schema".to_owned();
        assert_eq!(order.content, [("application/json".to_owned(), Some(pointer))].into());
        assert!(shop.documented("/orders/{id}", 404).is_some() && shop.documented("/open", 418).is_some());
        assert!(shop.documented("/orders/{id}", 500).is_none());
    }

    #[test]
    fn what_is_no_description_says_why() {
        for (text, why) in [("a: 1", "describes no API"), ("openapi: 3.1.0", "describes no API"), ("{", "")] {
            assert!(Description::read("x", text.as_bytes()).unwrap_err().contains(why), "{text}");
        }
        let round = "{\"openapi\": \"3.1.0\", \"paths\": {\"/a\": {\"$ref\": \"#/paths/~1a\"}}}";
        assert!(Description::read("x", round.as_bytes()).unwrap().operations(&IndexMap::new()).is_empty());
    }
}

//! One operation of an API: what it is called, takes and answers.

use crate::yaml::Node;

use super::collection::{Bound, bound};
use super::documents::Documents;

/// Methods that an operation may have (OpenAPI 3.1.1 §4.8.9.1).
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Operation {
    /// `GET /a/{b}`
    pub(super) title: String,
    pub(super) method: String,
    pub(super) path: String,
    /// The file it stands in.
    pub(super) file: String,
    pub(super) line: u32,
    /// `operationId`.
    pub(super) id: Option<String>,
    pub(super) is_described: bool,
    pub(super) has_example: bool,
    /// Answers something other than an error.
    pub(super) has_success: bool,
    /// An answer that has a body says what it looks like.
    pub(super) has_schema: bool,
    /// Documents 401 or 403.
    pub(super) has_refusal: bool,
    /// How the list is bounded that it answers with, if it does.
    pub(super) bound: Option<Bound>,
    /// Parameters of the path that are not declared, and declared ones that the path has not.
    pub(super) lost_parameters: Vec<String>,
    /// Names of security schemes, an inner list for each alternative; `None` when it says nothing itself.
    pub(super) security: Option<Vec<Vec<String>>>,
}

/// Every operation of a description, and how many of its paths lead to what is not here.
pub(super) fn operations(documents: &Documents, file: &str) -> (Vec<Operation>, usize) {
    let (mut found, mut lost) = (Vec::new(), 0);
    let paths = documents.get(file).and_then(|root| root.get("paths"));
    for (path, written) in paths.map(Node::entries).unwrap_or_default() {
        let Some(item) = documents.followed(written) else {
            lost += 1;
            continue;
        };
        for (method, node) in item.entries().iter().filter(|(key, _)| METHODS.contains(&key.text.as_str())) {
            let Some(node) = documents.followed(node) else { continue };
            let place = (method.span.source.file.as_str(), method.span.line);
            found.push(operation(documents, &path.text, item, &method.text, node, place));
        }
    }
    (found, lost)
}

fn operation(
    documents: &Documents,
    path: &str,
    item: &Node,
    method: &str,
    node: &Node,
    (file, line): (&str, u32),
) -> Operation {
    let text = |key: &str| node.get(key).and_then(Node::text).filter(|text| !text.trim().is_empty());
    let responses: Vec<(&str, &Node)> = node
        .get("responses")
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .map(|(code, response)| (code.text.as_str(), documents.followed(response).unwrap_or(response)))
        .collect();
    let is_success = |code: &str| code.starts_with(['1', '2', '3']) || code == "default";
    let successes = || responses.iter().filter(|(code, _)| is_success(code));
    Operation {
        title: format!("{} {path}", method.to_ascii_uppercase()),
        method: method.to_owned(),
        path: path.to_owned(),
        file: file.to_owned(),
        line,
        id: text("operationId").map(str::to_owned),
        is_described: text("summary").or_else(|| text("description")).is_some(),
        has_example: responses.iter().any(|(_, response)| has_example(documents, response))
            || has_example(documents, node),
        has_success: successes().next().is_some(),
        has_schema: successes().any(|(code, response)| is_bodiless(code) || has_schema(response)),
        has_refusal: responses.iter().any(|(code, _)| matches!(*code, "401" | "403" | "4XX" | "default")),
        bound: (method == "get").then(|| bound(documents, item, node, &responses)).flatten(),
        lost_parameters: lost_parameters(documents, path, item, node),
        security: node.get("security").map(requirements),
    }
}

/// 204, 205, 304 and redirects have no body.
fn is_bodiless(code: &str) -> bool {
    matches!(code, "204" | "205") || code.starts_with(['1', '3'])
}

/// A response with a schema: 3.x below its media types, 2.0 itself. A media type without one is a file.
fn has_schema(response: &Node) -> bool {
    let media = response.get("content").map(Node::entries).unwrap_or_default();
    response.get("schema").is_some() || response.get("$ref").is_some() || !media.is_empty()
}

fn has_example(documents: &Documents, node: &Node) -> bool {
    let holds = |node: &Node| {
        ["example", "examples"].iter().any(|key| node.get(key).is_some())
            || node.get("schema").is_some_and(|schema| {
                documents
                    .followed(schema)
                    .is_some_and(|s| ["example", "examples"].iter().any(|key| s.get(key).is_some()))
            })
    };
    let body = node.get("requestBody").and_then(|body| documents.followed(body));
    let media = [Some(node), body].into_iter().flatten().filter_map(|node| node.get("content")).flat_map(Node::entries);
    holds(node) || media.into_iter().any(|(_, media)| holds(media))
}

/// A security requirement list.
pub(super) fn requirements(node: &Node) -> Vec<Vec<String>> {
    node.items().iter().map(|item| item.entries().iter().map(|(key, _)| key.text.clone()).collect()).collect()
}

fn lost_parameters(documents: &Documents, path: &str, item: &Node, node: &Node) -> Vec<String> {
    let lists = [item.get("parameters"), node.get("parameters")].into_iter().flatten();
    let written: Vec<&Node> = lists.flat_map(Node::items).collect();
    let followed: Vec<&Node> = written.iter().filter_map(|parameter| documents.followed(parameter)).collect();
    // A parameter that is not here is not seen, so that nothing can be said of the names.
    if followed.len() < written.len() {
        return Vec::new();
    }
    let declared: Vec<&str> = followed
        .iter()
        .filter(|parameter| parameter.get("in").and_then(Node::text) == Some("path"))
        .filter_map(|parameter| parameter.get("name")?.text())
        .collect();
    let named: Vec<&str> =
        path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
    let missing = named.iter().filter(|name| !declared.contains(name));
    let surplus = declared.iter().filter(|name| !named.contains(name));
    missing.chain(surplus).map(|name| (*name).to_owned()).collect()
}

//! Whether an operation answers with a list, and whether the caller must say, and may not overstate, how long it is.

use crate::yaml::Node;

use super::documents::Documents;

/// Names of parameters that bound a list.
pub(crate) const LIMITS: &[&str] = &[
    "limit",
    "page_size",
    "pagesize",
    "per_page",
    "perpage",
    "size",
    "first",
    "top",
    "$top",
    "count",
    "max_results",
    "maxresults",
    "page[size]",
    "page[limit]",
    "take",
];
/// Names of parameters that only tell which part is meant; how long it is, the service decides.
const PARTS: &[&str] =
    &["cursor", "page", "offset", "after", "page_token", "pagetoken", "page[number]", "page[cursor]"];

/// How a list is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// A parameter with a `maximum`, or the answer with `maxItems`.
    Stated,
    /// A parameter, but nothing says how much it may ask for.
    Open,
    /// Nothing.
    Missing,
}

/// How the list is bounded that a `GET` answers with; `None` when it answers with none, or says `x-bounded: true`.
pub(super) fn bound(
    documents: &Documents,
    item: &Node,
    operation: &Node,
    responses: &[(&str, &Node)],
) -> Option<Bound> {
    if operation.get("x-bounded").and_then(Node::text) == Some("true") {
        return None;
    }
    let answers = responses.iter().filter(|(code, _)| code.starts_with('2'));
    let list = answers.into_iter().find_map(|(_, response)| list(documents, response))?;
    if list.get("maxItems").is_some() {
        return Some(Bound::Stated);
    }
    let lists = [item.get("parameters"), operation.get("parameters")].into_iter().flatten();
    let parameters = lists.flat_map(Node::items).filter_map(|parameter| documents.followed(parameter));
    let mut bound = Bound::Missing;
    for parameter in parameters {
        let name = parameter.get("name").and_then(Node::text).unwrap_or_default().to_ascii_lowercase();
        let schema = parameter.get("schema").and_then(|schema| documents.followed(schema)).unwrap_or(parameter);
        if LIMITS.contains(&name.as_str()) && (schema.get("maximum").is_some() || schema.get("enum").is_some()) {
            return Some(Bound::Stated);
        }
        if LIMITS.contains(&name.as_str()) || PARTS.contains(&name.as_str()) {
            bound = Bound::Open;
        }
    }
    Some(bound)
}

/// The schema of the list in a response: the body itself, or the only list in an object.
fn list<'n>(documents: &'n Documents, response: &'n Node) -> Option<&'n Node> {
    let media = response.get("content").map(Node::entries).unwrap_or_default();
    let json = media.iter().find(|(name, _)| name.text.contains("json")).and_then(|(_, media)| media.get("schema"));
    let schema = documents.followed(json.or_else(|| response.get("schema"))?)?;
    if is_list(schema) {
        return Some(schema);
    }
    let properties = schema.get("properties").map(Node::entries).unwrap_or_default();
    let mut lists =
        properties.iter().filter_map(|(_, property)| documents.followed(property)).filter(|node| is_list(node));
    lists.next().filter(|_| lists.next().is_none())
}

fn is_list(schema: &Node) -> bool {
    schema.get("type").and_then(Node::text) == Some("array")
}

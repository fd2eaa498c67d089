//! Whether a document is what a schema of the description says. Owns `jsonschema`: nothing is fetched, and patterns are
//! matched in linear time.

use jsonschema::{Draft, PatternOptions};
use serde_json::{Map, Value as Json, json};

use super::description::Description;
use crate::model::percent_encoded;

/// Faults of one document that are told.
const MOST_FAULTS: usize = 3;
/// Schemas applied to the same value one inside the other.
const DEEPEST: usize = 64;

/// What a document does wrong, without its values; the error says why the schema cannot be used.
pub(super) fn faults(description: &Description, pointer: &str, document: &Json) -> Result<Vec<String>, String> {
    if is_endless(&description.root, pointer) {
        return Err("its schema refers to itself without end".to_owned());
    }
    let (draft, root) = if description.is_plain() {
        (Draft::Draft202012, description.root.clone())
    } else {
        (Draft::Draft4, translated(&description.root))
    };
    let mut root = match root {
        Json::Object(members) => members,
        _ => Map::new(),
    };
    // A reference is a URI: braces of a path are escaped in it, its slashes are not.
    let fragment = percent_encoded(pointer).replace("%2F", "/");
    root.insert("$ref".to_owned(), json!(format!("#{fragment}")));
    let validator = jsonschema::options()
        .with_draft(draft)
        .with_pattern_options(PatternOptions::regex())
        .build(&Json::Object(root))
        .map_err(|error| format!("its schema cannot be used: {}", error.masked()))?;
    let told = validator.iter_errors(document).map(|error| {
        let at = error.instance_path().to_string();
        format!("`{}`: {}", if at.is_empty() { "/" } else { &at }, error.masked())
    });
    Ok(told.take(MOST_FAULTS).collect())
}

/// OpenAPI 3.0 and 2.0 as JSON Schema draft 4: `nullable` becomes a type beside the others.
fn translated(node: &Json) -> Json {
    match node {
        Json::Array(items) => Json::Array(items.iter().map(translated).collect()),
        Json::Object(members) => {
            let mut own: Map<String, Json> =
                members.iter().map(|(key, value)| (key.clone(), translated(value))).collect();
            let nullable = ["nullable", "x-nullable"].iter().any(|key| members.get(*key) == Some(&Json::Bool(true)));
            if !nullable {
                return Json::Object(own);
            }
            if let Some(Json::Array(values)) = own.get_mut("enum") {
                values.push(Json::Null);
            }
            match own.get("type") {
                Some(Json::String(kind)) => {
                    let kinds = json!([kind, "null"]);
                    own.insert("type".to_owned(), kinds);
                    Json::Object(own)
                }
                _ => json!({"anyOf": [{"type": "null"}, own]}),
            }
        }
        other => other.clone(),
    }
}

/// Whether a schema leads back to itself without going into the value: such a one no document ends.
fn is_endless(root: &Json, pointer: &str) -> bool {
    let mut waiting = vec![(pointer.to_owned(), 0)];
    let mut steps = 0;
    while let Some((at, depth)) = waiting.pop() {
        steps += 1;
        if depth > DEEPEST || steps > 100_000 {
            return true;
        }
        let Some(schema) = root.pointer(&at) else { continue };
        if let Some(to) = schema.get("$ref").and_then(Json::as_str).and_then(|written| written.strip_prefix('#')) {
            waiting.push((to.to_owned(), depth + 1));
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            let count = schema.get(key).and_then(Json::as_array).map_or(0, Vec::len);
            waiting.extend((0..count).map(|index| (format!("{at}/{key}/{index}"), depth + 1)));
        }
        let single = ["not", "if", "then", "else"].into_iter().filter(|key| schema.get(key).is_some());
        waiting.extend(single.map(|key| (format!("{at}/{key}"), depth + 1)));
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn described(version: &str, schemas: &Json) -> Description {
        let text = json!({"openapi": version, "paths": {}, "components": {"schemas": schemas}}).to_string();
        Description::read("x", text.as_bytes()).unwrap()
    }

    const A: &str = "/components/schemas/A";

    #[test]
    fn faults_name_their_place_and_never_the_value() {
        let schemas = json!({"A": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "b": {"$ref": "#/components/schemas/B"}}}, "B": {"enum": ["x"]}});
        let description = described("3.1.0", &schemas);
        assert_eq!(faults(&description, A, &json!({"id": 1, "b": "x"})), Ok(Vec::new()));
        let told = faults(&description, A, &json!({"id": "s3cret", "b": "p4ss"})).unwrap().join("\n");
        assert!(told.contains("`/id`") && told.contains("`/b`"), "{told}");
        assert!(!told.contains("s3cret") && !told.contains("p4ss"), "{told}");
    }

    #[test]
    fn null_is_a_value_where_version_3_0_says_so() {
        let schemas = json!({"A": {"type": "object", "properties": {
            "a": {"type": "string", "nullable": true}, "b": {"nullable": true, "allOf": [{"$ref": "#/components/schemas/B"}]},
            "c": {"type": "string"}, "d": {"type": "number", "maximum": 1, "exclusiveMaximum": true}}}, "B": {"type": "object"}});
        let description = described("3.0.3", &schemas);
        assert_eq!(faults(&description, A, &json!({"a": null, "b": null})), Ok(Vec::new()));
        assert_eq!(faults(&description, A, &json!({"c": null})).unwrap().len(), 1);
        assert_eq!(faults(&description, A, &json!({"d": 1})).unwrap().len(), 1);
    }

    #[test]
    fn a_schema_without_end_or_beyond_is_an_error() {
        let endless = json!({"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}});
        assert!(faults(&described("3.1.0", &endless), A, &json!(1)).unwrap_err().contains("without end"));
        let tree = json!({"A": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/A"}}}});
        assert_eq!(faults(&described("3.1.0", &tree), A, &json!({"next": {"next": {}}})), Ok(Vec::new()));
        let outside = json!({"A": {"$ref": "https://other.test/schema.json"}});
        assert!(faults(&described("3.1.0", &outside), A, &json!(1)).is_err());
        let wrong = json!({"A": {"type": "string", "pattern": "("}});
        assert!(faults(&described("3.1.0", &wrong), A, &json!("a")).is_err());
    }
}

//! The probe over small descriptions.

use crate::model::{Fact, Value};
use crate::probe::trial::{count, observe, percent};

use super::DEF;

const GOOD: &str = "openapi: 3.1.0\ninfo: {title: Shop, version: 2.4.0}\nservers: [{url: \"https://api.shop.test\"}]\nsecurity: [{login: []}]\npaths:\n  /carts/{id}:\n    parameters: [{name: id, in: path, required: true}]\n    get:\n      operationId: readCart\n      summary: Reads a cart\n      responses:\n        \"200\": {description: ok, content: {application/json: {schema: {$ref: \"#/components/schemas/Cart\"}, example: {}}}}\n        \"401\": {description: who are you}\n  /login:\n    post:\n      operationId: login\n      summary: Signs in\n      security: []\n      responses: {\"204\": {description: ok}}\ncomponents:\n  securitySchemes: {login: {type: http, scheme: bearer}}\n  schemas: {Cart: {type: object}}\n";

#[test]
fn a_careful_description_has_only_what_it_says_itself() {
    let seen = observe(&DEF, "{}", &[("openapi.yaml", GOOD)]);
    for (fact, number) in [("files", 1), ("operations", 2), ("paths", 2), ("references", 1), ("secured_operations", 1)]
    {
        assert_eq!(count(&seen, fact), Some(number), "{fact}");
    }
    for (fact, _) in super::facts::COUNTED {
        let expected = if matches!(*fact, "public_operations" | "without_example") { 1 } else { 0 };
        assert_eq!(count(&seen, fact), Some(expected), "{fact}");
    }
    assert_eq!((percent(&seen, "contract_ratio"), percent(&seen, "security_ratio")), (Some(100), Some(100)));
    assert_eq!(seen.facts.get("api_versions"), Fact::Present(Value::List(vec![Value::Text("2.4.0".to_owned())])));
}

#[test]
fn json_and_version_2_are_read_too() {
    let text = "{\"swagger\": \"2.0\", \"host\": \"a.test\", \"schemes\": [\"http\"], \"info\": {\"version\": \"1\"},\n\"securityDefinitions\": {\"k\": {\"type\": \"apiKey\", \"in\": \"query\", \"name\": \"k\"}, \"o\": {\"type\": \"oauth2\", \"flow\": \"implicit\"}},\n\"paths\": {\"/a/{b}\": {\"delete\": {\"operationId\": \"x\", \"security\": [], \"responses\": {\"400\": {}}}, \"get\": {\"operationId\": \"x\", \"responses\": {\"200\": {\"schema\": {}}}}}}}\n";
    let seen = observe(&DEF, "{}", &[("api/swagger.json", text)]);
    for (fact, number) in [
        ("swagger_2", 1),
        ("plain_servers", 1),
        ("query_keys", 1),
        ("weak_flows", 1),
        ("duplicate_operation_ids", 2),
        ("lost_parameters", 2),
        ("without_success_response", 1),
        ("public_writes", 1),
        ("unstated_security", 1),
    ] {
        assert_eq!(count(&seen, fact), Some(number), "{fact}");
    }
}

#[test]
fn references_lead_through_files_of_the_repository() {
    let text = GOOD.replace("\"#/components/schemas/Cart\"", "\"parts.yaml#/Cart\"");
    let parts = ("parts.yaml", "Cart: {type: object}\n");
    let seen = observe(&DEF, "{}", &[("openapi.yaml", text.as_str()), parts]);
    assert_eq!(count(&seen, "broken_references"), Some(0));
    let lost = observe(&DEF, "{}", &[("openapi.yaml", text.as_str())]);
    assert_eq!(count(&lost, "broken_references"), Some(1));
}

#[test]
fn what_is_no_description_does_not_count_and_what_is_broken_is_not_zero() {
    let none = observe(&DEF, "{}", &[("openapi-settings.yaml", "a: 1\n"), ("tests/openapi.yaml", GOOD)]);
    assert_eq!((count(&none, "files"), count(&none, "operations")), (Some(0), None));
    let broken = observe(&DEF, "{}", &[("openapi.yaml", "openapi: 3.1.0\npaths: {a: [\n")]);
    assert_eq!((count(&broken, "parse_errors"), count(&broken, "query_keys")), (Some(1), None));
    let empty = observe(&DEF, "{}", &[("openapi.yaml", "openapi: 3.1.0\npaths: {}\n")]);
    assert_eq!((count(&empty, "files"), count(&empty, "unstated_security")), (Some(1), None));
}

#[test]
fn lists_are_bounded_by_what_the_description_states() {
    let operation = |name: &str, parameters: &str, schema: &str| {
        format!(
            "  /{name}:\n    get:\n      parameters: [{parameters}]\n      responses: {{\"200\": {{content: {{application/json: {{schema: {schema}}}}}}}}}\n"
        )
    };
    let array = "{type: array, items: {type: string}}";
    let page = "{type: object, properties: {items: {type: array}, next: {type: string}}}";
    let text = [
        "openapi: 3.1.0\npaths:\n".to_owned(),
        operation("all", "", array),
        operation("paged", "{name: limit, in: query, schema: {type: integer, maximum: 100}}", page),
        operation("open", "{name: cursor, in: query}", array),
        operation("short", "", "{type: array, maxItems: 12}"),
        operation("one", "", "{type: object, properties: {a: {type: array}, b: {type: array}}}"),
    ]
    .concat();
    let seen = observe(&DEF, "{}", &[("openapi.yaml", text.as_str())]);
    for (fact, number) in [("collections", 4), ("unbounded_collections", 1), ("open_collections", 1)] {
        assert_eq!(count(&seen, fact), Some(number), "{fact}");
    }
    assert_eq!(percent(&seen, "bounded_ratio"), Some(65));
}

#[test]
fn operations_in_other_files_are_read_from_where_they_stand() {
    let root = "openapi: 3.1.0\ninfo: {title: t, version: 1.0.0}\nsecurity: []\npaths:\n  /a/{id}: {$ref: \"paths/a.yaml\"}\n  /b: {$ref: \"paths/b.json#/b\"}\n  /c: {$ref: \"paths/none.yaml\"}\n";
    let a = "parameters: [{$ref: \"../parts.yaml#/id\"}]\nget:\n  responses: {\"200\": {$ref: \"../parts.yaml#/answer\"}}\n";
    let b = "{\"b\": {\"delete\": {\"operationId\": \"x\", \"responses\": {\"404\": {\"$ref\": \"#/none\"}}}}}";
    let parts = "id: {name: id, in: path}\nanswer: {content: {application/json: {schema: {$ref: \"#/list\"}}}}\nlist: {type: array}\n";
    let files =
        [("api/openapi.yaml", root), ("api/paths/a.yaml", a), ("api/paths/b.json", b), ("api/parts.yaml", parts)];
    let seen = observe(&DEF, "{}", &files);
    for (fact, number) in [
        ("operations", 2),
        ("paths", 2),
        ("references", 7),
        ("broken_references", 2),
        ("without_success_response", 1),
        ("collections", 1),
        ("unbounded_collections", 1),
    ] {
        assert_eq!(count(&seen, fact), Some(number), "{fact}");
    }
    assert_eq!(count(&seen, "lost_parameters"), None, "one path is not here");
    let places: Vec<_> = seen.evidence.iter().filter_map(|evidence| evidence.place.as_ref()).collect();
    assert!(places.iter().any(|place| place.file == "api/paths/a.yaml" && place.line == 2), "{places:?}");
}

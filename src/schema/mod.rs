//! JSON Schemas and documents generated from the types, the probes and the catalog; a test keeps the files current.

mod check_page;
mod probe_page;
mod spec_page;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::catalog;
use crate::probe::PROBES;
use crate::spec::document::{Document, PackDoc};

/// JSON Schema of the spec, with every probe's parameters and every catalog id.
pub fn spec() -> Value {
    titled("shipworthy spec", finished(of::<Document>()))
}

/// JSON Schema of a pack.
pub fn pack() -> Value {
    titled("shipworthy pack", finished(of::<PackDoc>()))
}

/// Editors show the title of a schema beside what they offer from it.
fn titled(title: &str, mut schema: Value) -> Value {
    schema["title"] = json!(title);
    schema
}

/// Every generated file: path below the project's root, and its text.
pub fn files() -> Vec<(String, String)> {
    let mut files = vec![
        ("docs/schema/spec.schema.json".to_owned(), pretty(&spec())),
        ("docs/schema/pack.schema.json".to_owned(), pretty(&pack())),
        ("docs/spec-reference.md".to_owned(), spec_page::text(&spec())),
        ("docs/probes.md".to_owned(), probe_page::text()),
    ];
    files.extend(check_page::pages());
    files
}

/// JSON with a line break at its end.
pub fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn of<T: JsonSchema>() -> (SchemaGenerator, Schema) {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.root_schema_for::<T>();
    (generator, schema)
}

/// Puts probes and catalog ids in, and lets keys that start with `x-` through.
fn finished((mut generator, schema): (SchemaGenerator, Schema)) -> Value {
    let mut root = schema.to_value();
    let probe = probe_schema(&mut generator);
    let extra = generator.take_definitions(true);
    if let Some(definitions) = root.get_mut("$defs").and_then(Value::as_object_mut) {
        for (name, definition) in extra {
            definitions.entry(name).or_insert(definition);
        }
        definitions.insert("Probe".to_owned(), probe);
        name_catalog_ids(definitions);
    }
    relax(&mut root);
    root
}

/// One object with a property per probe, exactly one of them: editors then complete keys and explain the right branch.
fn probe_schema(generator: &mut SchemaGenerator) -> Value {
    let mut properties = Map::new();
    for def in PROBES {
        let mut schema = (def.schema)(generator).to_value();
        if let Some(object) = schema.as_object_mut() {
            object.remove("$schema");
            object.remove("title");
            object.insert("description".to_owned(), json!(def.doc));
        }
        properties.insert(def.name.to_owned(), schema);
    }
    json!({
        "description": "One probe with its parameters: a mapping with exactly one key.",
        "type": "object",
        // beside `properties` the bound would make language servers offer nothing for an empty mapping
        "allOf": [{ "minProperties": 1, "maxProperties": 1 }],
        "additionalProperties": false,
        "properties": properties,
    })
}

fn name_catalog_ids(definitions: &mut Map<String, Value>) {
    let uses = definitions.get_mut("CheckDoc").and_then(|check| check.pointer_mut("/properties/use"));
    if let Some(uses) = uses.and_then(Value::as_object_mut) {
        uses.insert("examples".to_owned(), json!(catalog::ids()));
    }
    let pack = definitions.get_mut("IncludeDoc").and_then(|include| include.pointer_mut("/properties/pack"));
    if let Some(pack) = pack.and_then(Value::as_object_mut) {
        pack.insert("examples".to_owned(), json!(catalog::pack_names()));
    }
}

/// Numbers and text as the spec takes them: any plain scalar where text is due; `x-` keys anywhere.
fn relax(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let closed = object.get("additionalProperties") == Some(&Value::Bool(false));
            if closed && object.contains_key("properties") {
                object.insert("patternProperties".to_owned(), json!({ "^x-": true }));
            }
            widen_text(object);
            drop_empty_defaults(object);
            object.values_mut().for_each(relax);
        }
        Value::Array(items) => items.iter_mut().for_each(relax),
        _ => {}
    }
}

/// `default: null` says nothing, and language servers put `null` in for it or fail on it.
fn drop_empty_defaults(object: &mut Map<String, Value>) {
    if object.get("default").is_some_and(Value::is_null) && !object.contains_key("properties") {
        object.remove("default");
    }
}

fn widen_text(object: &mut Map<String, Value>) {
    if object.contains_key("enum") || object.contains_key("const") {
        return;
    }
    match object.get("type") {
        Some(Value::String(kind)) if kind == "string" => {
            object.insert("type".to_owned(), json!(["string", "number", "boolean"]));
        }
        Some(Value::Array(kinds)) if kinds == &[json!("string"), json!("null")] => {
            object.insert("type".to_owned(), json!(["string", "number", "boolean", "null"]));
        }
        _ => {}
    }
}

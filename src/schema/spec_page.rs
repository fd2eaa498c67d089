//! `docs/spec-reference.md`: every key of the spec, from the same schema that editors use.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::probe_page::cell;

pub(super) fn text(schema: &Value) -> String {
    let mut text = String::from(
        "# Spec reference\n\nGenerated from the types. A key that is not here does not exist; keys that start with `x-` are \
         ignored at any level. Where text is due, a plain scalar is taken as written (`1.10`, `no`).\n\n\
         For completion in an editor with a YAML language server, begin a spec with\n\
         `# yaml-language-server: $schema=…/docs/schema/spec.schema.json`.\n",
    );
    section(&mut text, "shipworthy.yaml", schema);
    let mut seen = BTreeSet::new();
    let mut queue = references(schema.get("properties").unwrap_or(&Value::Null));
    while !queue.is_empty() {
        let name = queue.remove(0);
        if !seen.insert(name.clone()) || name == "Probe" {
            continue;
        }
        let Some(definition) = schema.pointer(&format!("/$defs/{name}")) else { continue };
        section(&mut text, &title(&name), definition);
        queue.extend(references(definition));
    }
    text.push_str("\n## probe\n\nA mapping with exactly one key, the kind of probe: see [probes](probes.md).\n");
    text
}

fn section(text: &mut String, name: &str, definition: &Value) {
    let _ = writeln!(text, "\n## {name}\n\n{}\n", description(definition));
    if let Some(words) = words(definition) {
        text.push_str("| word | meaning |\n|---|---|\n");
        for (word, meaning) in words {
            let _ = writeln!(text, "| `{word}` | {} |", cell(&meaning));
        }
        return;
    }
    let Some(properties) = definition.get("properties").and_then(Value::as_object) else { return };
    let required: Vec<&str> = definition
        .get("required")
        .and_then(Value::as_array)
        .map(|r| r.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    text.push_str("| key | shape | meaning |\n|---|---|---|\n");
    for (key, property) in properties {
        let star = if required.contains(&key.as_str()) { " (required)" } else { "" };
        let _ = writeln!(text, "| `{key}`{star} | {} | {} |", shape(property), cell(&description(property)));
    }
}

fn description(value: &Value) -> String {
    value.get("description").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// `#/$defs/AreaDoc` → `AreaDoc`.
fn target(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.rsplit('/').next()
}

fn title(name: &str) -> String {
    let name = name.strip_suffix("Doc").unwrap_or(name);
    let mut title = String::new();
    for (index, c) in name.chars().enumerate() {
        if c.is_uppercase() && index > 0 {
            title.push(' ');
        }
        title.extend(c.to_lowercase());
    }
    title
}

fn link(name: &str) -> String {
    let title = title(name);
    let anchor = title.replace(' ', "-");
    if name == "Probe" { "[probe](probes.md)".to_owned() } else { format!("[{title}](#{anchor})") }
}

fn shape(property: &Value) -> String {
    if let Some(name) = target(property) {
        return link(name);
    }
    if let Some(options) = property.get("anyOf").and_then(Value::as_array) {
        let shapes: Vec<String> =
            options.iter().filter(|option| option.get("type") != Some(&Value::from("null"))).map(shape).collect();
        return shapes.join(" or ");
    }
    if let Some(items) = property.get("items") {
        return format!("list of {}", shape(items));
    }
    if let Some(values) = property.get("additionalProperties").filter(|values| values.is_object()) {
        return format!("mapping: name → {}", shape(values));
    }
    kind(property)
}

fn kind(property: &Value) -> String {
    let kinds: Vec<&str> = match property.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    match kinds.as_slice() {
        kinds if kinds.contains(&"string") => "text".to_owned(),
        kinds if kinds.contains(&"integer") => "whole number".to_owned(),
        kinds if kinds.contains(&"boolean") => "`true` or `false`".to_owned(),
        kinds if kinds.contains(&"array") => "list".to_owned(),
        kinds if kinds.contains(&"object") => "mapping".to_owned(),
        _ => "any".to_owned(),
    }
}

/// The words of an enumeration with their meanings.
fn words(definition: &Value) -> Option<Vec<(String, String)>> {
    if let Some(words) = definition.get("enum").and_then(Value::as_array) {
        return Some(words.iter().filter_map(Value::as_str).map(|word| (word.to_owned(), String::new())).collect());
    }
    let options = definition.get("oneOf").and_then(Value::as_array)?;
    let word = |option: &Value| Some((option.get("const")?.as_str()?.to_owned(), description(option)));
    options.iter().map(word).collect()
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let own = target(value).map(str::to_owned);
            own.into_iter().chain(object.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

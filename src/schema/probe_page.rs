//! `docs/probes.md`: every probe with its parameters and facts.

use std::fmt::Write;

use serde_json::Value;

use crate::model::{FactDecl, FactName, FactType};
use crate::probe::{PROBES, ProbeDef};

pub(super) fn text() -> String {
    let mut text = String::from(
        "# Probes\n\nGenerated from the probes themselves. A probe observes and returns facts; a check expects something of \
         them (see [expectations](expectations.md)). `shipworthy probe KIND --with key=value` runs one by hand.\n\n",
    );
    for def in PROBES {
        let _ = writeln!(text, "- [`{}`](#{}): {}", def.name, def.name, sentence(def.doc));
    }
    for def in PROBES {
        one(&mut text, def);
    }
    text
}

fn one(text: &mut String, def: &ProbeDef) {
    let _ = writeln!(text, "\n## {}\n\n{}\n", def.name, sentence(def.doc));
    parameters(text, &def.parameters());
    if def.example.is_empty() {
        let _ = writeln!(text, "\n```yaml\nprobe: {{ {}: {{}} }}\n```", def.name);
    } else {
        let indented: Vec<String> = def.example.trim_end().lines().map(|line| format!("    {line}")).collect();
        let _ = writeln!(text, "\n```yaml\nprobe:\n  {}:\n{}\n```", def.name, indented.join("\n"));
    }
    facts(text, def);
}

fn parameters(text: &mut String, schema: &Value) {
    if named(schema).next().is_none() {
        text.push_str("It takes no parameters.\n");
        return;
    }
    text.push_str("| parameter | required | meaning |\n|---|---|---|\n");
    rows(text, schema, "");
}

/// A row per parameter, and below one that is made of others a row for each of these.
fn rows(text: &mut String, schema: &Value, within: &str) {
    let required = schema["required"].as_array();
    for (name, property) in named(schema) {
        let doc = property["description"].as_str().unwrap_or_default();
        let needed = if required.is_some_and(|all| all.iter().any(|one| one == name)) { "yes" } else { "" };
        let _ = writeln!(text, "| `{within}{name}` | {needed} | {} |", cell(doc));
        for (part, mark) in parts(property) {
            rows(text, part, &format!("{within}{name}{mark}"));
        }
    }
}

fn named(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// The objects that a parameter is, or that its list or mapping holds, with what leads to them.
fn parts(property: &Value) -> Vec<(&Value, &'static str)> {
    let choices = ["anyOf", "oneOf"].iter().filter_map(|key| property[key].as_array()).flatten();
    let mut all: Vec<_> = choices.flat_map(parts).collect();
    all.push((property, "."));
    all.push((&property["items"], "[]."));
    all.push((&property["additionalProperties"], ".NAME."));
    all.retain(|(schema, _)| named(schema).next().is_some());
    all
}

fn facts(text: &mut String, def: &ProbeDef) {
    let Some(schema) = def.example_facts() else { return };
    text.push_str("\n| fact | type | meaning |\n|---|---|---|\n");
    for decl in &schema.decls {
        let _ = writeln!(text, "| `{}` | {} | {} |", name(decl), kind(&decl.ftype), cell(&sentence(decl.doc)));
    }
}

fn name(decl: &FactDecl) -> String {
    match decl.name {
        FactName::Exact(name) => match decl.ftype {
            FactType::List(_) => format!("{name}[*]"),
            _ => name.to_owned(),
        },
        FactName::Tree(prefix) => format!("{prefix}<path>"),
        FactName::Family(letter) => format!("{letter}<number>"),
    }
}

fn kind(ftype: &FactType) -> String {
    match ftype {
        FactType::Count => "count".to_owned(),
        FactType::Number => "number".to_owned(),
        FactType::Ratio => "ratio (`%`)".to_owned(),
        FactType::Duration => "duration (`ms`, `s`, …)".to_owned(),
        FactType::Size => "size (`B`, `kB`, `MiB`, …)".to_owned(),
        FactType::Rate => "rate (`req/s`)".to_owned(),
        FactType::Throughput => "throughput (`MB/s`)".to_owned(),
        FactType::Bool => "bool".to_owned(),
        FactType::Text => "text".to_owned(),
        FactType::Ordered(words) => {
            format!("one of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" < "))
        }
        FactType::Version => "version".to_owned(),
        FactType::Date => "date".to_owned(),
        FactType::List(inner) => format!("list of {}", kind(inner)),
        FactType::Any => "any".to_owned(),
    }
}

/// A phrase as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let begun: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if begun.ends_with('.') { begun } else { format!("{begun}.") }
}

/// Text for a table cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

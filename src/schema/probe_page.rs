//! `docs/probes.md`: every probe with its parameters and facts.

use std::fmt::Write;
use std::sync::Arc;

use serde_json::Value;

use crate::model::{FactDecl, FactName, FactType, Problems};
use crate::probe::{PROBES, ProbeDef};
use crate::yaml::{self, Source};

pub(super) fn text() -> String {
    let mut text = String::from(
        "# Probes\n\nGenerated from the probes themselves. A probe observes and returns facts; a check expects something of \
         them (see [expectations](expectations.md)). `shipworthy probe KIND --with key=value` runs one by hand.\n\n",
    );
    for def in PROBES {
        let _ = writeln!(text, "- [`{}`](#{}): {}", def.name, def.name, def.doc);
    }
    for def in PROBES {
        one(&mut text, def);
    }
    text
}

fn one(text: &mut String, def: &ProbeDef) {
    let _ = writeln!(text, "\n## {}\n\n{}\n", def.name, def.doc);
    let schema = (def.schema)(&mut schemars::SchemaGenerator::default()).to_value();
    parameters(text, &schema);
    if !def.example.trim().is_empty() {
        let indented: Vec<String> = def.example.trim_end().lines().map(|line| format!("    {line}")).collect();
        let _ = writeln!(text, "\n```yaml\nprobe:\n  {}:\n{}\n```", def.name, indented.join("\n"));
    }
    facts(text, def);
}

fn parameters(text: &mut String, schema: &Value) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|p| !p.is_empty()) else {
        text.push_str("It takes no parameters.\n");
        return;
    };
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|r| r.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    text.push_str("| parameter | required | meaning |\n|---|---|---|\n");
    for (name, property) in properties {
        let doc = property.get("description").and_then(Value::as_str).unwrap_or_default();
        let needed = if required.contains(&name.as_str()) { "yes" } else { "" };
        let _ = writeln!(text, "| `{name}` | {needed} | {} |", cell(doc));
    }
}

fn facts(text: &mut String, def: &ProbeDef) {
    let mut problems = Problems::new();
    let source = Arc::new(Source::new("example", def.example));
    let node = yaml::parse(source).ok().flatten();
    let Some(probe) = node.and_then(|node| (def.decode)(&node, &mut problems)) else { return };
    text.push_str("\n| fact | type | meaning |\n|---|---|---|\n");
    for decl in &probe.facts().decls {
        let _ = writeln!(text, "| `{}` | {} | {} |", name(decl), kind(&decl.ftype), cell(decl.doc));
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

/// Text for a table cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

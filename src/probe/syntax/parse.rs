//! One file, parsed by what its name says it is.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::probe::yaml_file;
use crate::world::text_of;
use crate::yaml::outline;

/// What parsing told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Good,
    /// Line and what the parser says.
    Broken(u32, String),
    /// Line and which key.
    Duplicate(u32, String),
    /// Something fills it in first.
    Template,
    /// No configuration: too large, of a dialect, or a stream of records.
    Data,
}

/// Marks of what is filled in first: Go and Jinja templates, ERB, Cookiecutter.
const MARKS: &[&str] = &["{{", "{%", "<%", "{#"];
/// JSON files that their tools read with comments and trailing commas.
const WITH_COMMENTS: &[&str] = &[
    "tsconfig",
    "jsconfig",
    "devcontainer",
    ".eslintrc",
    ".babelrc",
    ".swcrc",
    "tslint",
    "api-extractor",
    "nx.",
    "turbo.",
    "wrangler",
    "biome",
    "renovate",
    ".jshintrc",
    ".hintrc",
    "deno",
    "rush",
    "config.schema",
];

/// Parses a file.
pub(super) fn parse(path: &str, bytes: &[u8]) -> Parsed {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    let extension = base.rsplit_once('.').map_or("", |(_, extension)| extension);
    let text = text_of(bytes);
    let parsed = match extension {
        "json" => json(path, base, &text),
        "toml" => toml(&text),
        "yaml" | "yml" => yaml(path, bytes),
        _ => Parsed::Data,
    };
    let is_template = || MARKS.iter().any(|mark| text.contains(mark));
    match parsed {
        Parsed::Broken(..) | Parsed::Duplicate(..) | Parsed::Data if is_template() => Parsed::Template,
        parsed => parsed,
    }
}

fn json(path: &str, base: &str, text: &str) -> Parsed {
    let text = text.trim_start_matches('\u{feff}');
    let fault = match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => return Parsed::Good,
        Err(fault) => fault,
    };
    let commented = WITH_COMMENTS.iter().any(|start| base.starts_with(start)) || path.contains(".vscode/");
    let comments = text.lines().any(|line| line.trim_start().starts_with("//") || line.trim_start().starts_with("/*"));
    let mut records = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    if commented || comments || text.trim().is_empty() || records.all(|record| record.is_ok()) {
        return Parsed::Data;
    }
    Parsed::Broken(u32::try_from(fault.line()).unwrap_or(u32::MAX), fault.to_string())
}

fn toml(text: &str) -> Parsed {
    let Err(fault) = text.parse::<::toml::Table>() else { return Parsed::Good };
    let at = fault.span().map_or(0, |span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
    let line = u32::try_from(at).unwrap_or(u32::MAX);
    let message = fault.message().lines().next().unwrap_or_default().to_owned();
    if message.contains("duplicate key") { Parsed::Duplicate(line, message) } else { Parsed::Broken(line, message) }
}

/// What our reader refuses though it is YAML, such as a list as a key, is not judged.
fn yaml(path: &str, bytes: &[u8]) -> Parsed {
    const OURS: &[&str] =
        &["a key must be text", "nested deeper", "no meaning here", "an alias inside", "too many", "more than"];
    if std::str::from_utf8(bytes).is_ok_and(|text| outline(text).is_some()) {
        return Parsed::Good;
    }
    match yaml_file::read_all(path, bytes) {
        Ok(_) => Parsed::Good,
        Err(fault) if OURS.iter().any(|start| fault.reason.contains(start)) => Parsed::Data,
        Err(fault) if fault.reason.starts_with("duplicate key") => Parsed::Duplicate(fault.line, fault.reason),
        // What another parser takes is a dialect, not broken.
        Err(_) if is_yaml_to_others(bytes) => Parsed::Data,
        Err(fault) => Parsed::Broken(fault.line, fault.reason),
    }
}

/// Whether libyaml's grammar takes every document of a file.
fn is_yaml_to_others(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    serde_yaml::Deserializer::from_str(text).all(|document| IgnoredAny::deserialize(document).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(path: &str, text: &str) -> &'static str {
        match parse(path, text.as_bytes()) {
            Parsed::Good => "good",
            Parsed::Broken(..) => "broken",
            Parsed::Duplicate(..) => "duplicate",
            Parsed::Template => "template",
            Parsed::Data => "data",
        }
    }

    #[test]
    fn each_kind_has_its_parser_and_dialects_are_left_alone() {
        for (path, text, expected) in [
            ("a.json", "{\"a\": [1, 2]}", "good"),
            ("a.json", "{\"a\": 1", "broken"),
            ("a.json", "{\"a\": {{ value }}}", "template"),
            ("log.json", "{\"a\": 1}\n{\"a\": 2}\n", "data"),
            (".vscode/settings.json", "{ // here\n}", "data"),
            ("a.yaml", "a: 1\n---\nb: [1, 2]\n", "good"),
            ("a.yaml", "a: 1\n b: 2\n", "broken"),
            ("a.yaml", "a: 1\na: 2\n", "duplicate"),
            ("a.yaml", "? [1, 2]\n: b\n", "data"),
            ("a.yaml", "b: !Ref Bucket\nc: !GetAtt a.b\n", "good"),
            ("a.yaml", "{{- if .Values.a }}\na: 1\n{{- end }}\n", "template"),
            ("a.yaml", "a:\n  b: \"one\n  two\"\n", "data"),
            ("a.toml", "a = 1\n[b]\nc = 2\n", "good"),
            ("a.toml", "a = \n", "broken"),
        ] {
            assert_eq!(outcome(path, text), expected, "{path}: {text}");
        }
        assert_eq!(parse("a.json", b"{\n \"a\" 1\n}"), Parsed::Broken(2, "expected `:` at line 2 column 6".to_owned()));
    }
}

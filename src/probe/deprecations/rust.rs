//! A `Cargo.lock` says nothing of its packages, but which of them the workspace asks for, so that a report's notices find
//! their place.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::notice::{Position, Told};

pub(super) const RUST: &str = "Rust";

/// A `Cargo.lock`. Packages without a source lie here.
pub(super) fn lock(text: &str) -> Result<Told, String> {
    let value: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let packages: Vec<&Value> = value.get("package").and_then(Value::as_array).into_iter().flatten().collect();
    let own = packages.iter().filter(|entry| entry.get("source").is_none());
    let asked = own.filter_map(|entry| entry.get("dependencies").and_then(Value::as_array)).flatten();
    // `name`, or where there are several `name version`, each with its source behind it.
    let asked: BTreeSet<String> =
        asked.filter_map(Value::as_str).map(|text| text.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    let lines: Vec<&str> = text.lines().collect();
    let mut told = Told {
        ecosystem: RUST,
        silent: Some("`Cargo.lock` keeps no notices; a report of `cargo audit` has them"),
        ..Told::default()
    };
    let starts = lines.iter().enumerate().filter(|(_, line)| line.starts_with("[[package]]"));
    for ((at, _), entry) in starts.zip(&packages) {
        let get = |key: &str| entry.get(key).and_then(Value::as_str);
        let (Some(name), Some(version)) = (get("name"), get("version")) else { continue };
        let is_asked = asked.contains(name) || asked.contains(&format!("{name} {version}"));
        let position = if is_asked { Position::Direct } else { Position::Transitive };
        let line = u32::try_from(at + 2).unwrap_or(0);
        told.packages.insert(format!("{name}@{version}"), (position, line));
    }
    Ok(told)
}

//! Composer: its lock keeps what the registry says of abandoned packages; what the project itself asks for stands in its
//! manifest.

use serde_json::Value as Json;

use super::notice::{Kind, Notice, Position, Told};

pub(super) const PHP: &str = "PHP";

/// A `composer.lock`; where its packages stand is told by the manifest beside it.
pub(super) fn lock(text: &str) -> Result<Told, String> {
    let value: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut told = Told { ecosystem: PHP, ..Told::default() };
    for key in ["packages", "packages-dev"] {
        for entry in value[key].as_array().into_iter().flatten() {
            let Some(name) = entry["name"].as_str() else { continue };
            let instead = match &entry["abandoned"] {
                Json::String(instead) => Some(instead.trim().to_owned()).filter(|instead| !instead.is_empty()),
                Json::Bool(true) => None,
                _ => continue,
            };
            told.notices.push(Notice {
                ecosystem: PHP,
                name: name.to_ascii_lowercase(),
                version: entry["version"].as_str().unwrap_or_default().trim_start_matches('v').to_owned(),
                kind: Kind::Deprecated,
                position: Position::Unknown,
                development: key == "packages-dev",
                word: "abandoned",
                text: String::new(),
                instead,
                line: line_of(text, name),
            });
        }
    }
    Ok(told)
}

/// The line of a package's name; 0 where it is written otherwise.
fn line_of(text: &str, name: &str) -> u32 {
    let named = format!("\"name\": \"{name}\"");
    let at = text.lines().position(|line| line.trim_start().starts_with(&named));
    at.and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(0)
}

/// A `composer.json`.
pub(super) fn manifest(text: &str) -> Result<Told, String> {
    let value: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let groups = ["require", "require-dev"].into_iter().filter_map(|key| value[key].as_object());
    let asked = groups.flat_map(|group| group.keys().map(|name| name.to_ascii_lowercase())).collect();
    Ok(Told { ecosystem: PHP, asked, ..Told::default() })
}

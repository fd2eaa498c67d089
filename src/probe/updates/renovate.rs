//! Renovate's configuration (Renovate Docs, Configuration Options), which is JSON5. Presets of Renovate itself are known by
//! name as far as they tell what is looked after and when; those of other repositories are not here to be read.

use std::collections::BTreeSet;

use serde_json::Value;

use super::present;
use super::watch::{Told, Wait, Watch};
use crate::model::Unknown;

/// Deeper configurations are not read: the parser calls itself for every level.
const DEEPEST: usize = 64;
/// Presets that come with Renovate begin with one of these.
const OWN: &[&str] = &[
    "config:",
    ":",
    "abandonments:",
    "customManagers:",
    "default:",
    "docker:",
    "global:",
    "group:",
    "helpers:",
    "mergeConfidence:",
    "monorepo:",
    "npm:",
    "packages:",
    "preview:",
    "regexManagers:",
    "replacements:",
    "schedule:",
    "security:",
    "workarounds:",
];
/// Presets that are rarer than once a month.
const SLOW: &[&str] = &["schedule:quarterly", "schedule:yearly"];

/// Reads a configuration file.
pub(super) fn read(bytes: &[u8]) -> Result<Told, Unknown> {
    let text = String::from_utf8_lossy(bytes);
    let depth = text.bytes().fold((0_usize, 0_usize), |(now, most), byte| match byte {
        b'[' | b'{' => (now + 1, most.max(now + 1)),
        b']' | b'}' => (now.saturating_sub(1), most),
        _ => (now, most),
    });
    if depth.1 > DEEPEST {
        return Err(Unknown::because("it is nested too deeply to be read"));
    }
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = json5::from_str(text).map_err(|error| Unknown::because(format!("it is not JSON5: {error}")))?;
    Ok(told(&value))
}

/// What a configuration says.
pub(super) fn told(config: &Value) -> Told {
    if config["enabled"] == Value::Bool(false) {
        return Told::default();
    }
    let presets = texts(&config["extends"]);
    let off = switched_off(config, &presets);
    let only = config["enabledManagers"].as_array().map(|_| texts(&config["enabledManagers"]));
    let ecosystems = present::of_renovate(|manager| {
        !off.contains(manager) && only.as_ref().is_none_or(|only| only.iter().any(|enabled| enabled == manager))
    });
    let included = texts(&config["includePaths"]);
    let watch = Watch {
        line: 0,
        name: "Renovate".to_owned(),
        ecosystems,
        folders: (!included.is_empty()).then(|| included.iter().map(|glob| folder_of(glob)).collect()),
        excluded: texts(&config["ignorePaths"]),
        wait: wait(config, &presets),
        slow: presets.iter().find(|preset| SLOW.contains(&preset.as_str())).cloned(),
        security_only: false,
        narrowed: None,
        suppression: None,
    };
    Told { watches: vec![watch], broken: Vec::new() }
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// `apps/web/**` and `apps/web/package.json` are about `apps/web`.
fn folder_of(glob: &str) -> String {
    let folder = glob.trim_end_matches("/**").trim_end_matches("/*");
    let file = folder == glob && folder.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if file { folder.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned() } else { folder.to_owned() }
}

/// Managers that the configuration switches off: by their own key, by a preset, or by a rule about nothing else.
fn switched_off(config: &Value, presets: &[String]) -> BTreeSet<String> {
    let keys = config.as_object().into_iter().flatten();
    let mut off: BTreeSet<String> =
        keys.filter(|(_, value)| value["enabled"] == Value::Bool(false)).map(|(key, _)| key.clone()).collect();
    for rule in config["packageRules"].as_array().into_iter().flatten() {
        let narrow = |key: &String| key.starts_with("match") && key != "matchManagers";
        let is_general = rule.as_object().is_some_and(|rule| !rule.keys().any(narrow));
        if rule["enabled"] == Value::Bool(false) && is_general {
            off.extend(texts(&rule["matchManagers"]));
        }
    }
    if off.contains("docker") || presets.iter().any(|preset| preset == "docker:disable") {
        off.extend(["dockerfile".to_owned(), "docker-compose".to_owned()]);
    }
    off
}

/// `minimumReleaseAge: "7 days"`, formerly `stabilityDays: 7`; the least of what rules about everything say counts.
fn wait(config: &Value, presets: &[String]) -> Wait {
    let stated = |of: &Value| {
        let days = of["minimumReleaseAge"].as_str().and_then(in_days);
        days.or_else(|| of["stabilityDays"].as_u64())
    };
    if let Some(days) = stated(config) {
        return Wait::Days(days);
    }
    let rules = config["packageRules"].as_array().into_iter().flatten();
    let about_everything = |rule: &&Value| {
        rule.as_object().is_some_and(|rule| {
            rule.iter().all(|(key, value)| !key.starts_with("match") || texts(value).iter().any(|one| one == "*"))
        })
    };
    if let Some(days) = rules.filter(about_everything).filter_map(stated).min() {
        return Wait::Days(days);
    }
    let foreign = presets.iter().find(|preset| !OWN.iter().any(|own| preset.starts_with(own)));
    match foreign {
        Some(preset) => Wait::Elsewhere(preset.clone()),
        // npm's versions can be withdrawn for three days, which this preset waits for.
        None if presets
            .iter()
            .any(|preset| preset == "config:best-practices" || preset == "security:minimumReleaseAgeNpm") =>
        {
            Wait::Days(3)
        }
        None => Wait::Days(0),
    }
}

/// `7 days`, `2 weeks`, `1 month`, `36 hours` in whole days.
fn in_days(text: &str) -> Option<u64> {
    let digits = text.trim_start().bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text.trim_start()[..digits].parse().ok()?;
    let unit = text.trim_start()[digits..].trim();
    match unit {
        _ if unit.starts_with("hour") || unit == "h" => Some(number / 24),
        _ if unit.starts_with("day") || unit == "d" => Some(number),
        _ if unit.starts_with("week") || unit == "w" => number.checked_mul(7),
        _ if unit.starts_with("month") => number.checked_mul(30),
        _ if unit.starts_with("year") || unit == "y" => number.checked_mul(365),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{folder_of, in_days, read};

    #[test]
    fn ages_are_read_in_days() {
        let read = |text| in_days(text);
        assert_eq!(
            (read("7 days"), read("2 weeks"), read("36 hours"), read("soon")),
            (Some(7), Some(14), Some(1), None)
        );
    }

    #[test]
    fn a_deep_configuration_is_refused_and_not_followed() {
        assert!(read("[".repeat(100_000).as_bytes()).is_err());
        assert!(read(b"{ extends: [").is_err());
    }

    #[test]
    fn an_included_path_names_a_folder() {
        assert_eq!(
            (folder_of("apps/web/**").as_str(), folder_of("apps/web/package.json").as_str()),
            ("apps/web", "apps/web")
        );
    }
}

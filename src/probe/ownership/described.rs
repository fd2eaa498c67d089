//! Files of service catalogues that say who owns a service and how to reach them: Backstage's `catalog-info.yaml`,
//! Datadog's `service.datadog.yaml`, OpsLevel's `opslevel.yml`, Cortex' `cortex.yaml`.

use serde::Deserialize;
use serde_yaml::Value;

/// Names of the files.
pub(super) const FILES: &[&str] = &[
    "catalog-info.yaml",
    "catalog-info.yml",
    "service.datadog.yaml",
    "service.datadog.yml",
    "opslevel.yml",
    "cortex.yaml",
];
/// Documents read of one file.
const MOST_DOCUMENTS: usize = 100;

/// What one file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) owner: Option<String>,
    /// It names a channel, an address or a page.
    pub(super) contact: bool,
}

/// Reads a file; the error says why not.
pub(super) fn read(text: &str) -> Result<Described, String> {
    let mut all = Described::default();
    for document in serde_yaml::Deserializer::from_str(text).take(MOST_DOCUMENTS) {
        let document = Value::deserialize(document).map_err(|error| format!("is no YAML: {error}"))?;
        all.owner = all.owner.or_else(|| owner(&document));
        all.contact |= has_contact(&document);
    }
    Ok(all)
}

fn at<'v>(document: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(document, |value, key| value.get(*key))
}

fn owner(document: &Value) -> Option<String> {
    const PLACES: &[&[&str]] = &[&["spec", "owner"], &["service", "owner"], &["metadata", "owner"], &["team"]];
    let text = PLACES.iter().find_map(|place| at(document, place)?.as_str());
    let listed = at(document, &["info", "x-cortex-owners"]).and_then(|owners| owners.get(0)?.get("name")?.as_str());
    text.or(listed).map(str::trim).filter(|owner| !owner.is_empty() && *owner != "unknown").map(str::to_owned)
}

/// Links, contacts, or an annotation of a chat or a rota.
fn has_contact(document: &Value) -> bool {
    const LISTS: &[&[&str]] =
        &[&["metadata", "links"], &["contacts"], &["links"], &["metadata", "contacts"], &["info", "x-cortex-slack"]];
    const WORDS: &[&str] = &["slack", "pagerduty", "opsgenie", "teams", "email", "on-call"];
    let listed = LISTS.iter().filter_map(|place| at(document, place)).any(|list| {
        list.as_sequence().is_some_and(|list| !list.is_empty()) || list.as_mapping().is_some_and(|map| !map.is_empty())
    });
    let annotations = at(document, &["metadata", "annotations"]).and_then(Value::as_mapping);
    let named = annotations.into_iter().flatten().filter_map(|(key, _)| key.as_str());
    listed || named.into_iter().any(|key| WORDS.iter().any(|word| key.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_and_contacts_of_each_catalogue_are_read() {
        for (text, owner, contact) in [
            ("kind: Component\nspec:\n  owner: team-a\n", Some("team-a"), false),
            ("metadata:\n  links:\n  - url: https://chat.example/a\nspec: {owner: group:b}\n", Some("group:b"), true),
            ("metadata:\n  annotations: {pagerduty.com/service-id: X}\nspec: {owner: unknown}\n", None, true),
            (
                "schema-version: v2\nteam: c\ncontacts:\n- {type: slack, contact: https://chat.example/c}\n",
                Some("c"),
                true,
            ),
            ("service:\n  owner: d\n", Some("d"), false),
            ("info:\n  x-cortex-owners:\n  - {type: group, name: e}\n", Some("e"), false),
            ("kind: Location\n---\nspec: {owner: f}\n", Some("f"), false),
        ] {
            let expected = Described { owner: owner.map(str::to_owned), contact };
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        assert!(read("a: [\n").is_err());
    }
}

//! `composer.json` and `composer.lock`. Composer takes a package from the first repository that has it, unless that is not
//! `canonical` (Composer, "Repository priorities").

use serde_json::Value as Json;

use super::address;
use super::revision::{Fixing, Revision};
use super::told::{Told, line_of, line_with};

/// A `composer.json`.
pub(super) fn manifest(text: &str) -> Result<Told, String> {
    let value: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut told = Told::default();
    let entries = match &value["repositories"] {
        Json::Array(list) => list.iter().collect(),
        Json::Object(table) => table.values().collect(),
        _ => Vec::new(),
    };
    let mut has_folders = false;
    for entry in entries {
        let (kind, Some(url)) = (entry["type"].as_str().unwrap_or_default(), entry["url"].as_str()) else { continue };
        // JSON may escape a slash.
        let line = line_with(text, "url", url).max(line_with(text, "url", &url.replace('/', "\\/")));
        if kind == "path" {
            has_folders = true;
            told.local(line, url, url);
            continue;
        }
        told.registry(line, "the repository", url);
        if kind == "composer" && entry["canonical"] == false {
            let shown = address::masked(url);
            told.find(
                "confusable",
                line,
                &shown,
                format!("`{shown}` is not `canonical`: of one name, others are asked as well"),
            );
        }
    }
    let config = &value["config"];
    for (key, wrong, note) in [
        ("secure-http", false, "`secure-http: false`: packages may be fetched without encryption"),
        ("disable-tls", true, "`disable-tls: true`: nothing is encrypted"),
    ] {
        if config[key] == wrong {
            told.find("unverified", line_of(text, &format!("\"{key}\"")), key, note);
        }
    }
    for table in ["require", "require-dev"] {
        for (name, asked) in value[table].as_object().into_iter().flatten() {
            let Some(asked) = asked.as_str() else { continue };
            let line = line_with(text, &format!("\"{name}\""), ":");
            if let Some(fixing) = fixing(asked).filter(|_| name.contains('/')) {
                let key = format!("composer {name}");
                if has_folders {
                    told.hint(
                        "moving_revisions",
                        line,
                        name,
                        format!("`{name}` `{asked}` may be one of the repositories of type `path`"),
                    );
                } else {
                    told.revision(Revision { line, name: name.clone(), address: name.clone(), key, fixing });
                }
            }
        }
    }
    Ok(told)
}

/// `dev-main`, `dev-main#<commit>`, `2.x-dev`, with or without `as …`; none of a range.
fn fixing(asked: &str) -> Option<Fixing> {
    let asked = asked.split(" as ").next().unwrap_or(asked).trim();
    let (branch, commit) = asked.split_once('#').map_or((asked, None), |(branch, commit)| (branch, Some(commit)));
    let name = branch.strip_prefix("dev-").or_else(|| branch.strip_suffix("-dev"))?;
    if branch.contains(['|', ',', ' ', '^', '~', '>', '<', '@']) {
        return None;
    }
    Some(commit.map_or_else(|| Fixing::Branch(name.to_owned()), |commit| Fixing::of(Some(commit))))
}

/// A `composer.lock`.
pub(super) fn lock(text: &str) -> Result<Told, String> {
    let value: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut told = Told::default();
    for table in ["packages", "packages-dev"] {
        for package in value[table].as_array().into_iter().flatten() {
            let Some(name) = package["name"].as_str() else { continue };
            told.locked += 1;
            if package["source"]["reference"]
                .as_str()
                .or_else(|| package["dist"]["reference"].as_str())
                .is_some_and(super::revision::is_commit)
            {
                told.fixed.insert(format!("composer {name}"));
            }
            if let Some(url) = package["dist"]["url"].as_str().filter(|url| address::is_unencrypted(url)) {
                let line = line_of(text, url).max(line_of(text, &url.replace('/', "\\/")));
                told.encrypted(line, &format!("`{name}` is locked from"), url);
            }
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn branches_and_open_repositories_are_found() {
        let text = "{\"repositories\": [\n{\"type\": \"composer\", \"url\": \"http://php.shop.test\", \"canonical\": false}],\n\"config\": {\"secure-http\": false},\n\"require\": {\"php\": \"^8\", \"a/a\": \"^1\",\n\"b/b\": \"dev-main\", \"c/c\": \"dev-main#0123456789abcdef0123456789abcdef01234567 as 1.0\", \"d/d\": \"2.x-dev\", \"e/e\": \"^1 || dev-main\"}}";
        let told = manifest(text).unwrap();
        let facts: Vec<(&str, u32)> = told.findings.iter().map(|found| (found.fact, found.line)).collect();
        assert_eq!(facts, [("unencrypted", 2), ("confusable", 2), ("unverified", 3)]);
        let seen: Vec<(&str, bool)> =
            told.revisions.iter().map(|r| (r.name.as_str(), r.fixing == Fixing::Commit)).collect();
        assert_eq!(seen, [("b/b", false), ("c/c", true), ("d/d", false)]);
        let lock = lock("{\"packages\": [{\"name\": \"b/b\", \"source\": {\"reference\": \"0123456789abcdef0123456789abcdef01234567\"}, \"dist\": {\"url\": \"http://php.shop.test/b.zip\"}}]}").unwrap();
        assert_eq!((lock.fixed.len(), lock.findings.len()), (1, 1));
    }
}

//! `pyproject.toml`, `uv.toml` and `Pipfile`: requirements, and from which index each may come.

use toml::{Table, Value};

use super::address;
use super::python;
use super::revision::{Fixing, Revision};
use super::told::{Told, line_of, line_with};

fn table(text: &str) -> Result<Table, String> {
    text.parse().map_err(|error: toml::de::Error| error.message().to_owned())
}

fn at<'v>(value: &'v Table, path: &[&str]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(value.get(*first)?, |value, key| value.get(key))
}

fn text_of<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

fn is(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool) == Some(true)
}

/// A list of values, or one.
fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let list =
        value.and_then(Value::as_array).map_or_else(|| value.into_iter().collect(), |list| list.iter().collect());
    <Vec<&Value> as IntoIterator>::into_iter(list)
}

/// A `pyproject.toml`.
pub(super) fn manifest(text: &str) -> Result<Told, String> {
    let value = table(text)?;
    let mut told = Told::default();
    let groups =
        [&["project", "optional-dependencies"][..], &["dependency-groups"], &["tool", "pdm", "dev-dependencies"]];
    let grouped = groups.iter().filter_map(|path| at(&value, path)?.as_table()).flatten().map(|(_, list)| list);
    let lists = [&["project", "dependencies"][..], &["build-system", "requires"], &["tool", "uv", "dev-dependencies"]];
    for requirement in
        grouped.chain(lists.iter().filter_map(|path| at(&value, path))).flat_map(|list| items(Some(list)))
    {
        if let Some(written) = requirement.as_str() {
            python::requirement(&mut told, line_of(text, written), written);
        }
    }
    if let Some(uv) = at(&value, &["tool", "uv"]) {
        of_uv(&mut told, uv, text);
    }
    of_poetry(&mut told, &value, text);
    of_pdm(&mut told, &value, text);
    Ok(told)
}

/// A `uv.toml`.
pub(super) fn uv(text: &str) -> Result<Told, String> {
    let mut told = Told::default();
    of_uv(&mut told, &Value::Table(table(text)?), text);
    Ok(told)
}

/// uv takes a package from the first index that has it, in the order in which they are named and before PyPI, unless it is told
/// to look at all of them (uv, "Searching across multiple indexes").
fn of_uv(told: &mut Told, uv: &Value, text: &str) {
    let places = [Some(uv), uv.get("pip")];
    let is_unsafe =
        places.iter().flatten().any(|at| text_of(at, "index-strategy").is_some_and(|s| s.starts_with("unsafe")));
    for place in places.into_iter().flatten() {
        for url in items(place.get("index-url")).filter_map(Value::as_str) {
            told.registry(line_with(text, "index-url", url), "the index", url);
        }
        for url in items(place.get("extra-index-url")).filter_map(Value::as_str) {
            let line = line_with(text, "extra-index-url", url);
            told.registry(line, "the index", url);
            shared(told, line, url, is_unsafe);
        }
        for url in items(place.get("find-links")).filter_map(Value::as_str) {
            told.encrypted(line_of(text, url), "packages are looked for at", url);
        }
        for host in items(place.get("allow-insecure-host")).filter_map(Value::as_str) {
            if !address::is_local(host.split(':').next().unwrap_or(host)) {
                let line = line_with(text, "allow-insecure-host", host);
                told.find("unverified", line, host, format!("certificates of `{host}` are not checked"));
            }
        }
    }
    for index in items(uv.get("index")) {
        let Some(url) = text_of(index, "url") else { continue };
        let line = line_with(text, "url", url);
        told.registry(line, "the index", url);
        if !is(index, "explicit") && !is(index, "default") {
            shared(told, line, url, is_unsafe);
        }
    }
    for (name, source) in uv.get("sources").and_then(Value::as_table).into_iter().flatten() {
        for source in items(Some(source)) {
            sourced(told, name, source, text);
        }
    }
}

fn shared(told: &mut Told, line: u32, url: &str, is_unsafe: bool) {
    if is_unsafe {
        python::extra(told, line, url, false);
    } else if !address::is_unencrypted(url) {
        let shown = address::masked(url);
        let note = format!(
            "`{shown}` is not `explicit`: uv looks there first for every package, so nothing takes the place of its own"
        );
        told.hint("confusable", line, &shown, note);
    }
}

/// A dependency that a table describes: `{ git = …, rev = … }`, `{ url = … }`, `{ path = … }`.
fn sourced(told: &mut Told, name: &str, source: &Value, text: &str) {
    let get = |key: &str| text_of(source, key);
    if let Some(url) = get("git") {
        told.revision(Revision::at(line_with(text, name, url), name, url, Fixing::of_keys(get)));
    } else if let Some(url) = get("url").or_else(|| get("file")).filter(|url| url.contains("://")) {
        told.archive(line_with(text, name, url), name, url);
    } else if let Some(path) = get("path") {
        told.local(line_with(text, name, path), name, path);
    }
}

/// Tables of Poetry's dependencies, of all groups.
fn poetry_dependencies(value: &Table) -> impl Iterator<Item = (&String, &Value)> {
    let groups = at(value, &["tool", "poetry", "group"]).and_then(Value::as_table).into_iter().flatten();
    let own = ["dependencies", "dev-dependencies"].into_iter().filter_map(|key| at(value, &["tool", "poetry", key]));
    own.chain(groups.filter_map(|(_, group)| group.get("dependencies"))).filter_map(Value::as_table).flatten()
}

/// Poetry looks at all primary sources, and at supplemental ones for what these do not have: whoever publishes the name there
/// is taken (Poetry, "Package sources"). One that says so, by `source`, is from there alone.
fn of_poetry(told: &mut Told, value: &Table, text: &str) {
    let mut bound = Vec::new();
    for (name, asked) in poetry_dependencies(value) {
        for asked in items(Some(asked)) {
            sourced(told, name, asked, text);
            bound.extend(text_of(asked, "source").map(str::to_ascii_lowercase));
        }
    }
    let sources: Vec<&Value> = items(at(value, &["tool", "poetry", "source"])).collect();
    let is_searched = |source: &&&Value| {
        text_of(source, "priority").unwrap_or(if is(source, "secondary") { "secondary" } else { "primary" })
            != "explicit"
    };
    let searched = sources.iter().filter(is_searched).count();
    for source in &sources {
        let (Some(name), url) = (text_of(source, "name"), text_of(source, "url")) else { continue };
        let Some(url) = url else { continue };
        let line = line_with(text, "url", url);
        told.registry(line, "the source", url);
        let priority = text_of(source, "priority").unwrap_or("primary");
        let beside = match priority {
            "explicit" => continue,
            "default" => false,
            "supplemental" | "secondary" => true,
            // Older ones keep PyPI beside what is no default.
            _ => {
                searched > 1 || is(source, "secondary") || source.get("default").and_then(Value::as_bool) == Some(false)
            }
        };
        let is_public = address::host(url).is_some_and(|host| super::registries::is_public(&host));
        if beside && !is_public {
            let shown = address::masked(url);
            if bound.contains(&name.to_ascii_lowercase()) || python::is_of_builds(url) {
                let note = format!("`{shown}` is searched for every package; those that name it come from there alone");
                told.hint("confusable", line, &shown, note);
            } else {
                let note =
                    format!("`{shown}` is searched beside others for every package: not `priority = \"explicit\"`");
                told.find("confusable", line, &shown, note);
            }
        }
    }
}

/// PDM takes the best version of all sources, unless packages are given to one (PDM, "Configure the package indexes").
fn of_pdm(told: &mut Told, value: &Table, text: &str) {
    let sources: Vec<&Value> = items(at(value, &["tool", "pdm", "source"])).collect();
    let ordered =
        at(value, &["tool", "pdm", "resolution", "respect-source-order"]).and_then(Value::as_bool) == Some(true);
    for source in sources {
        let Some(url) = text_of(source, "url") else { continue };
        let line = line_with(text, "url", url);
        told.registry(line, "the source", url);
        unchecked(told, source, text, url);
        let takes_the_place = text_of(source, "name") == Some("pypi");
        let finds_links = text_of(source, "type") == Some("find_links");
        if !takes_the_place && !finds_links && !ordered && source.get("include_packages").is_none() {
            python::extra(told, line, url, false);
        }
    }
}

fn unchecked(told: &mut Told, source: &Value, text: &str, url: &str) {
    if source.get("verify_ssl").and_then(Value::as_bool) == Some(false) && !address::is_unencrypted(url) {
        let shown = address::masked(url);
        let note = format!("`verify_ssl = false`: certificates of `{shown}` are not checked");
        told.find("unverified", line_with(text, "verify_ssl", "false"), &shown, note);
    }
}

/// A `Pipfile`. Pipenv takes what names no index from the first source alone, unless it is told to search all of them.
pub(super) fn pipfile(text: &str) -> Result<Told, String> {
    let value = table(text)?;
    let mut told = Told::default();
    let sources: Vec<&Value> = items(value.get("source")).collect();
    let all = at(&value, &["pipenv", "install_search_all_sources"]).and_then(Value::as_bool) == Some(true);
    for (number, source) in sources.iter().enumerate() {
        let Some(url) = text_of(source, "url") else { continue };
        let line = line_with(text, "url", url);
        told.registry(line, "the source", url);
        unchecked(&mut told, source, text, url);
        if all && number > 0 {
            python::extra(&mut told, line, url, false);
        }
    }
    for key in ["packages", "dev-packages"] {
        for (name, asked) in value.get(key).and_then(Value::as_table).into_iter().flatten() {
            sourced(&mut told, name, asked, text);
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::model::Certainty;

    fn facts(told: &Told) -> Vec<(&str, u32)> {
        let found = told.findings.iter().filter(|found| found.certainty != Certainty::Hint);
        found.map(|found| (found.fact, found.line)).collect()
    }

    #[test]
    fn uv_searches_in_order_unless_told_otherwise() {
        let text = "[[tool.uv.index]]\nname = 'shop'\nurl = 'https://pypi.shop.test/simple'\n[tool.uv.sources]\na = { git = 'https://git.shop.test/a', branch = 'main' }\nb = { path = '../b' }\n";
        let told = manifest(text).unwrap();
        assert_eq!((facts(&told), told.revisions.len(), told.locals.len()), (Vec::new(), 1, 1));
        let mixed = format!("[tool.uv]\nindex-strategy = 'unsafe-best-match'\n{text}");
        assert_eq!(facts(&manifest(&mixed).unwrap()), [("confusable", 5)]);
        let told = uv("extra-index-url = ['http://pypi.shop.test/simple']\nallow-insecure-host = ['pypi.shop.test']\n")
            .unwrap();
        assert_eq!(facts(&told), [("unencrypted", 1), ("unverified", 2)]);
    }

    #[test]
    fn sources_of_poetry_are_explicit_or_searched_for_everything() {
        let of = |more: &str, dependency: &str| {
            let text = format!(
                "[tool.poetry.dependencies]\na = {dependency}\n[[tool.poetry.source]]\nname = 'shop'\nurl = 'https://pypi.shop.test/simple'\n{more}\n"
            );
            facts(&manifest(&text).unwrap()).len()
        };
        assert_eq!(of("priority = 'explicit'", "'1'"), 0);
        assert_eq!(of("priority = 'supplemental'", "'1'"), 1);
        assert_eq!(of("priority = 'supplemental'", "{ version = '1', source = 'shop' }"), 0);
        assert_eq!(of("", "'1'"), 0, "the only one takes the place of PyPI");
        assert_eq!(of("secondary = true", "'1'"), 1);
    }

    #[test]
    fn requirements_and_sources_of_pdm_and_pipenv_are_read() {
        let text = "[project]\ndependencies = ['a @ git+https://git.shop.test/a@main']\n[[tool.pdm.source]]\nname = 'shop'\nurl = 'https://pypi.shop.test/simple'\nverify_ssl = false\n";
        let told = manifest(text).unwrap();
        assert_eq!((facts(&told), told.revisions.len()), (vec![("unverified", 6), ("confusable", 5)], 1));
        let text = "[[source]]\nurl = 'https://pypi.shop.test/simple'\nverify_ssl = false\nname = 'x'\n[packages]\na = { git = 'https://git.shop.test/a.git', ref = 'v1.0' }\n";
        let told = pipfile(text).unwrap();
        assert_eq!(
            (facts(&told), told.revisions[0].fixing.clone()),
            (vec![("unverified", 3)], Fixing::Tag("v1.0".to_owned()))
        );
        assert!(manifest("[").is_err() && pipfile("[").is_err());
    }
}

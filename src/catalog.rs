//! The catalog: rules and packs that ship with the tool, one YAML file each under `checks/`, embedded in the binary.
//!
//! Files are found by id (path without `.yaml`) and parsed on use, so that starting up costs nothing.

use std::sync::{Arc, OnceLock};

use include_dir::{Dir, include_dir};

use crate::model::outcome::Priority;
use crate::model::{Problem, Problems};
use crate::spec::document::PackDoc;
use crate::yaml::{self, Node, Raw, Source};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/checks");

/// Version of this catalog; rules carry the version that brought them in `since`.
pub const VERSION: &str = "1.0";

/// An area that catalog rules land in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaDefault {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Priority.
    pub priority: Priority,
}

/// Ids of all rules, sorted.
pub fn ids() -> &'static [&'static str] {
    static IDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    IDS.get_or_init(|| {
        let mut ids: Vec<&str> = FILES
            .dirs()
            .filter(|dir| dir.path() != "packs")
            .flat_map(|dir| dir.files())
            .filter_map(|file| file.path().to_str()?.strip_suffix(".yaml"))
            .collect();
        ids.sort_unstable();
        ids
    })
}

/// Names of all packs, sorted.
pub fn pack_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = FILES
        .get_dir("packs")
        .into_iter()
        .flat_map(|dir| dir.files())
        .filter_map(|file| file.path().file_name()?.to_str()?.strip_suffix(".yaml"))
        .collect();
    names.sort_unstable();
    names
}

/// The rule of this id as it stands in its file, or `None` when there is none.
///
/// # Errors
/// What is wrong with the file; a test keeps that from happening to shipped rules.
pub fn rule(id: &str) -> Result<Option<Arc<Node>>, Problems> {
    match parse(&format!("{id}.yaml"))? {
        Some(node) if !id.starts_with("packs/") && id.contains('/') => Ok(Some(node)),
        _ => Ok(None),
    }
}

/// The pack of this name, or `None` when there is none.
///
/// # Errors
/// What is wrong with the file; a test keeps that from happening to shipped packs.
pub fn pack(name: &str) -> Result<Option<PackDoc>, Problems> {
    let Some(node) = parse(&format!("packs/{name}.yaml"))? else {
        return Ok(None);
    };
    let mut problems = Problems::new();
    match Raw::<PackDoc>::new(node).decode(&mut problems) {
        Some(pack) if problems.is_empty() => Ok(Some(pack)),
        _ => Err(problems),
    }
}

/// Areas in report order.
pub fn areas() -> &'static [AreaDefault] {
    static AREAS: OnceLock<Vec<AreaDefault>> = OnceLock::new();
    AREAS.get_or_init(|| {
        let mut problems = Problems::new();
        parse("areas.yaml").ok().flatten().and_then(|node| yaml::decode(&node, &mut problems)).unwrap_or_default()
    })
}

fn parse(path: &str) -> Result<Option<Arc<Node>>, Problems> {
    let Some(file) = FILES.get_file(path) else {
        return Ok(None);
    };
    let name = format!("catalog:{path}");
    let text = file.contents_utf8().ok_or_else(|| one(Problem::new(format!("`{name}` is not UTF-8"))))?;
    let source = Arc::new(Source::new(name, text));
    yaml::parse(source).map(|node| node.map(Arc::new))
}

fn one(problem: Problem) -> Problems {
    let mut problems = Problems::new();
    problems.push(problem);
    problems
}

/// The text of a catalog file as shipped, for `explain` and the documentation.
pub fn text(id: &str) -> Option<&'static str> {
    FILES.get_file(format!("{id}.yaml"))?.contents_utf8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_read_from_their_file() {
        assert_eq!(areas().len(), 20);
        assert_eq!(areas()[0].id, "secrets-config");
    }

    #[test]
    fn an_id_that_leads_outside_finds_nothing() {
        for id in ["../Cargo", "packs/container", "areas", "nothing/here", ""] {
            assert!(rule(id).expect("no problem").is_none(), "{id}");
        }
    }
}

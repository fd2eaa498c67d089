//! Whether migrations that a release has brought are as they were: compared with the newest tag of a version before HEAD, without
//! comments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Certainty, Unknown};
use crate::probe::finding::Finding;
use crate::probe::git::version;
use crate::probe::{Look, pipelines};
use crate::world::git_history;

/// Changed files that are compared by content.
const MOST_COMPARED: usize = 50;

/// Changed and deleted migrations since the last release, and its tag.
pub(super) async fn changed(
    look: &Look<'_>,
    migrations: &BTreeSet<&str>,
    folders: &BTreeSet<String>,
) -> Result<(String, Vec<(String, Finding)>), Unknown> {
    let Some(extent) = git_history::extent(look.world) else {
        return Err(Unknown::because("the root lies in no git repository"));
    };
    if !extent.at_top {
        return Err(Unknown::because("tags belong to the whole repository, which begins above the root"));
    }
    if extent.shallow {
        return Err(Unknown::because("the clone is shallow: the last release lies before it"));
    }
    let of_head = git_history::tags_of_head(look.world, look.until.left()).await?;
    // Newest first: a scheme of numbers that was given up may have higher ones.
    let released = |name: &String| version::of(name).is_some_and(|number| !number.contains('-'));
    let Some(tag) = of_head.into_iter().find(released) else {
        return Err(Unknown::because("no tag of a released version leads to HEAD: what was released is not known"));
    };
    let differs = git_history::changed_since_tag(look.world, &tag, look.until.left()).await?;
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let ours = |path: &str| {
        migrations.contains(path) || folders.contains(&folder(path)) || folders.contains(&folder(&folder(path)))
    };
    let mut found = Vec::new();
    let mut gone: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let added: BTreeSet<&str> =
        differs.iter().filter(|(letter, _)| *letter == 'A').map(|(_, path)| path.as_str()).collect();
    let new_names: BTreeSet<&str> = added.iter().map(|path| base(path)).collect();
    for (letter, path) in differs.iter().filter(|(_, path)| ours(path)).take(MOST_COMPARED * 20) {
        match letter {
            'M' if migrations.contains(path.as_str())
                && has_version(path)
                && !leads_back(path)
                && found.len() < MOST_COMPARED =>
            {
                let before = git_history::text_at_tag(look.world, &tag, path, look.until.left()).await?;
                let now = pipelines::read(look.swept, path, pipelines::LARGEST).unwrap_or_default();
                if meaning(path, &before) != meaning(path, &now) {
                    // A program may change and do the same.
                    let certainty = if path.ends_with(".sql") { Certainty::Certain } else { Certainty::Likely };
                    let note = format!("was changed after `{}` had released it", tag);
                    found.push((path.clone(), Finding::new("changed_applied", 0, path.as_str(), note).with(certainty)));
                }
            }
            // A file that lies elsewhere under the same name was moved.
            'D' if is_migration(path) && !new_names.contains(base(path)) => {
                gone.entry(folder(path)).or_default().push(path)
            }
            _ => {}
        }
    }
    for (folder, paths) in gone {
        // Many that go while another comes were squashed into it.
        let squashed =
            paths.len() > 2 && added.iter().any(|path| path.starts_with(&folder)) || !folders.contains(&folder);
        for path in paths {
            let note = format!(
                "was deleted after `{}` had released it{}",
                tag,
                if squashed { ", with others that a newer one may stand for" } else { "" }
            );
            let certainty = if squashed { Certainty::Hint } else { Certainty::Certain };
            found.push((path.to_owned(), Finding::new("changed_applied", 0, path, note).with(certainty)));
        }
    }
    Ok((tag.clone(), found))
}

fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, base)| base)
}

/// A file that went is a migration by its name: it begins with a number, or Flyway's letter and a number.
fn is_migration(path: &str) -> bool {
    let name = base(path).trim_start_matches('V');
    let ends = [".sql", ".py", ".rb", ".ts", ".js", ".php", ".cs", ".exs"];
    name.starts_with(|c: char| c.is_ascii_digit())
        && ends.iter().any(|end| name.ends_with(end))
        && !name.ends_with(".Designer.cs")
}

/// A migration without what changes nothing: comments, imports, annotations, spaces, kinds of quotes, last commas, and in SQL
/// the case of letters.
fn meaning(path: &str, text: &str) -> String {
    static COMMENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?m)/\*(?s:.*?)\*/|"""(?s:.*?)"""|^\s*(?:--|#|//)[^\n]*|\s(?:--|//)\s[^\n]*|\s+#\s[^\n]*|^(?:import|from|using|use|declare)\s?[^\n]*"#)
            .expect("a fixed pattern")
    });
    static ANNOTATION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^(\s*(?:async\s+)?def\s+\w+)\([^\n]*\)[^\n]*:$").expect("a fixed pattern"));
    static SHORT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r",([)\]}])").expect("a fixed pattern"));
    let code = COMMENT.replace_all(text, "").replace('"', "'").replace("class()", "class").replace(": void", "");
    let code = ANNOTATION.replace_all(&code, "$1:");
    let code: String = code.split_whitespace().collect();
    let code = SHORT.replace_all(&code, "$1");
    if path.ends_with(".sql") { code.to_ascii_lowercase() } else { code.replace('\'', "") }
}

/// Whether a file has a version in its name or its folder's: one without is the schema as a whole, which follows them.
fn has_version(path: &str) -> bool {
    path.rsplit('/').take(2).any(|part| part.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a file leads back: no database has applied it.
fn leads_back(path: &str) -> bool {
    ["down.sql", "undo.sql", "rollback.sql", "revert.sql"].iter().any(|end| path.ends_with(end))
        || base(path).starts_with('U') && base(path).contains("__")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::{has_version, meaning};
    use crate::model::Fact;
    use crate::probe::sample::{git, observe_folder, write};
    use crate::probe::trial::count;

    #[test]
    fn a_migration_that_a_release_has_brought_must_stay_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| write(folder.path(), &[(path, text)]);
        let commit = || {
            git(folder.path(), &["add", "-A"]);
            git(folder.path(), &["commit", "-qm", "x"]);
        };
        git(folder.path(), &["init", "-q"]);
        for (name, text) in [
            ("1_a", "create table a (id int);"),
            ("2_b", "create table b (id int);"),
            ("3_c", "create table c (id int);"),
        ] {
            write(&format!("db/migrations/{name}.up.sql"), text);
        }
        commit();
        let unreleased = observe_folder("migrations", "{}", folder.path()).unwrap();
        assert!(matches!(unreleased.facts.get("changed_applied"), Fact::Unobserved(_)));
        git(folder.path(), &["tag", "v1.0.0"]);
        write("db/migrations/1_a.up.sql", "-- the first\ncreate table a (id int);");
        write("db/migrations/2_b.up.sql", "create table b (id bigint);");
        std::fs::remove_file(folder.path().join("db/migrations/3_c.up.sql")).unwrap();
        write("db/migrations/4_d.up.sql", "create table d (id int);");
        commit();
        let seen = observe_folder("migrations", "{}", folder.path()).unwrap();
        assert_eq!(count(&seen, "changed_applied"), Some(2), "one changed, one deleted; a comment is no change");
    }

    #[test]
    fn what_means_the_same_is_no_change() {
        let same = |path: &str, a: &str, b: &str| meaning(path, a) == meaning(path, b);
        assert!(same(
            "1.sql",
            "-- a\ncreate table a (id int);  -- key\n\n",
            "CREATE  TABLE a (id int);\n/* b\n c */\n"
        ));
        assert!(same("1.py", "\"\"\"old\n\"\"\"\nop.x(\"a\")  # y\n", "# z\nimport a\nop.x(\n'a',\n)\n"));
        assert!(same("1.py", "def a(apps: Apps) -> None:\n  x()\n", "def a(apps: StateApps):\n  x()\n"));
        assert!(!same("1.sql", "create table a (id int);", "create table a (id bigint);"));
        assert!(has_version("migrations/2020_a/up.sql") && !has_version("store/LATEST.sql"));
    }
}

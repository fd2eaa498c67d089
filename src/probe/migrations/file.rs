//! One migration: what kind it is, where it stands among the others, what it does, whether it leads back.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::finding::Finding;

use super::{locks, sql};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Whose migration a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sql,
    Alembic,
    Django,
    Rails,
}

/// Whether a migration can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Back {
    Leads,
    /// Not from this line on.
    Ends(u32),
    /// Another file decides: that of the same name with `down`.
    Elsewhere,
    /// It is a way back itself.
    Itself,
}

/// What is kept of one file.
#[derive(Clone, Debug)]
pub(super) struct Migration {
    pub(super) kind: Kind,
    pub(super) hazards: Vec<Finding>,
    pub(super) shows_postgres: bool,
    pub(super) shows_another: bool,
    /// Its name in its graph, and the names it builds on; only where a tool keeps a graph.
    pub(super) revision: Option<String>,
    pub(super) parents: Vec<String>,
    /// It stands for others (a squashed migration of Django).
    pub(super) replaces: bool,
    pub(super) back: Back,
    /// Whether there is anything in it.
    pub(super) is_empty: bool,
}

/// Reads a file; `None` when it is none of a known tool's.
pub(super) fn read(path: &str, text: &str) -> Option<Migration> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    let (stem, extension) = base.rsplit_once('.')?;
    match extension {
        "sql" => Some(sql_file(base, text)),
        "py" if text.contains("down_revision") => Some(alembic(text)),
        "py" if text.contains("migrations.Migration") => Some(django(stem, text)),
        "rb" if text.contains("ActiveRecord::Migration") => Some(rails(text)),
        _ => None,
    }
}

fn plain(kind: Kind, back: Back) -> Migration {
    Migration {
        kind,
        hazards: Vec::new(),
        shows_postgres: false,
        shows_another: false,
        revision: None,
        parents: Vec::new(),
        replaces: false,
        back,
        is_empty: false,
    }
}

/// Whether a file of SQL is a way back by its name: `1_x.down.sql`, `down.sql`, Flyway's `U1__x.sql`.
fn is_down(base: &str) -> bool {
    static UNDO: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^U\d[\w.]*__|(^|[._-])(down|undo|rollback|revert)\.sql$"));
    UNDO.is_match(base)
}

/// Comments quote names in ways that the database does not.
static COMMENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)/\*.*?\*/|(?-s:--.*)"));

fn sql_file(base: &str, text: &str) -> Migration {
    let (forward, down) = sql::forward(text);
    let statements = sql::statements(forward);
    if is_down(base) {
        return Migration { is_empty: statements.is_empty(), ..plain(Kind::Sql, Back::Itself) };
    }
    let hazards = locks::hazards(&statements);
    let code = COMMENT.replace_all(text, " ");
    let line = u32::try_from(forward.matches('\n').count() + 1).unwrap_or(u32::MAX);
    let back = match down.map(|down| !sql::statements(down).is_empty()) {
        Some(true) => Back::Leads,
        Some(false) => Back::Ends(line),
        None => Back::Elsewhere,
    };
    Migration {
        hazards,
        shows_postgres: locks::shows_postgres(&code),
        shows_another: locks::shows_another(&code),
        is_empty: statements.is_empty(),
        ..plain(Kind::Sql, back)
    }
}

fn line_at(text: &str, at: usize) -> u32 {
    u32::try_from(text[..at].matches('\n').count() + 1).unwrap_or(u32::MAX)
}

fn quoted(text: &str) -> Vec<String> {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r#"['"]([^'"]+)['"]"#));
    QUOTED.captures_iter(text).filter_map(|captures| Some(captures.get(1)?.as_str().to_owned())).collect()
}

fn alembic(text: &str) -> Migration {
    static REVISION: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?m)^revision\b[^=\n]*=\s*['"]([^'"]+)['"]"#));
    static PARENTS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^down_revision\b[^=\n]*=\s*(\([^)]*\)|.*)$"));
    static DOWN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?m)^def downgrade\([^)]*\)[^:\n]*:[^\n]*\n((?:[ \t].*\n?|\s*\n)*)"));
    static UP: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?m)^def upgrade\([^)]*\)[^:\n]*:[^\n]*\n((?:[ \t].*\n?|\s*\n)*)"));
    let group = |regex: &Regex| regex.captures(text).and_then(|captures| Some(captures.get(1)?.as_str().to_owned()));
    let back = match DOWN.captures(text) {
        // What changes nothing, as a merge of two heads, has nothing to take back.
        Some(_) if group(&UP).is_some_and(|body| !acts(&body)) => Back::Leads,
        Some(captures) if acts(captures.get(1).map_or("", |body| body.as_str())) => Back::Leads,
        Some(captures) => Back::Ends(line_at(text, captures.get(0).map_or(0, |whole| whole.start()))),
        None => Back::Ends(1),
    };
    Migration {
        revision: group(&REVISION),
        parents: group(&PARENTS).map(|text| quoted(&text)).unwrap_or_default(),
        ..plain(Kind::Alembic, back)
    }
}

/// Whether a Python body does anything: a `pass` under a comment that says why is a decision.
fn acts(body: &str) -> bool {
    let lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut argued = false;
    for line in lines {
        match line {
            "pass" | "..." => {}
            "# ### commands auto generated by Alembic - please adjust! ###" | "# ### end Alembic commands ###" => {}
            _ if line.starts_with('#') || line.starts_with("\"\"\"") => argued = true,
            _ if line.starts_with("raise NotImplementedError") => return argued,
            _ => return true,
        }
    }
    argued
}

fn django(stem: &str, text: &str) -> Migration {
    static DEPENDENCIES: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)\bdependencies\s*=\s*\[(.*?)\]"));
    static ONE_WAY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\bRun(?:Python|SQL)\(\s*[^(),]*,?\s*\)|\bRun(?:Python|SQL)\(\s*\x22{3}[^\x22]*\x22{3},?\s*\)")
    });
    let parents = DEPENDENCIES.captures(text).and_then(|captures| captures.get(1)).map(|list| quoted(list.as_str()));
    let one_way = ONE_WAY.find(text).filter(|found| !found.as_str().contains("noop"));
    let back = one_way.map_or(Back::Leads, |found| Back::Ends(line_at(text, found.start())));
    Migration {
        revision: Some(stem.to_owned()),
        parents: parents.unwrap_or_default(),
        replaces: text.contains("replaces ="),
        ..plain(Kind::Django, back)
    }
}

fn rails(text: &str) -> Migration {
    static UP: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^[ \t]*def (?:self\.)?up\b"));
    static DOWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^[ \t]*def (?:self\.)?down\b"));
    let raises = text.find("IrreversibleMigration");
    let argued = |at: usize| text[..at].lines().rev().take(4).any(|line| line.trim_start().starts_with('#'));
    let back = match (UP.find(text), raises) {
        (_, Some(at)) if !argued(at) => Back::Ends(line_at(text, at)),
        (Some(up), None) if !DOWN.is_match(text) => Back::Ends(line_at(text, up.start())),
        _ => Back::Leads,
    };
    plain(Kind::Rails, back)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn back(path: &str, text: &str) -> Back {
        read(path, text).unwrap().back
    }

    #[test]
    fn the_way_back_is_read_for_each_tool() {
        let alembic = |body: &str| {
            format!("revision = 'b'\ndown_revision = 'a'\n\n\ndef upgrade():\n    op.x()\n\n\ndef downgrade():\n{body}")
        };
        assert_eq!(back("v/a.py", &alembic("    op.drop_column('a', 'x')\n")), Back::Leads);
        assert_eq!(back("v/a.py", &alembic("    pass\n")), Back::Ends(9));
        assert_eq!(back("v/a.py", &alembic("    pass\n").replace("op.x()", "pass")), Back::Leads);
        assert_eq!(back("v/a.py", &alembic("    # the data is gone\n    pass\n")), Back::Leads);
        let django = |operation: &str| {
            format!(
                "class Migration(migrations.Migration):\n    dependencies = [('shop', '0001_initial')]\n    operations = [{operation}]\n"
            )
        };
        assert_eq!(back("m/0002_x.py", &django("migrations.RunPython(fill)")), Back::Ends(3));
        assert_eq!(back("m/0002_x.py", &django("migrations.RunPython(fill, migrations.RunPython.noop)")), Back::Leads);
        assert_eq!(back("m/0002_x.py", &django("migrations.AddField('a', 'b', x())")), Back::Leads);
        let rails = |body: &str| format!("class X < ActiveRecord::Migration[7.1]\n{body}end\n");
        assert_eq!(back("db/migrate/1_x.rb", &rails("  def change\n  end\n")), Back::Leads);
        assert_eq!(back("db/migrate/1_x.rb", &rails("  def up\n  end\n")), Back::Ends(2));
        assert_eq!(back("1_x.sql", "-- +goose Up\nselect 1;\n-- +goose Down\n"), Back::Ends(3));
        assert_eq!(back("1_x.down.sql", "drop table a;"), Back::Itself);
        assert_eq!(back("1_x.up.sql", "create table a (x int);"), Back::Elsewhere);
    }

    #[test]
    fn graphs_are_read_with_several_parents() {
        let merge = read("v/c.py", "revision: str = 'c'\ndown_revision: Union[str, None] = ('a', 'b')\n").unwrap();
        assert_eq!((merge.revision.as_deref(), merge.parents.len()), (Some("c"), 2));
        let django = read(
            "m/0002_x.py",
            "class Migration(migrations.Migration):\n    dependencies = [\n        ('shop', '0001_initial'),\n    ]\n",
        )
        .unwrap();
        assert_eq!(django.parents, ["shop", "0001_initial"]);
    }
}

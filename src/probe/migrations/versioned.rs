//! Whether the schema is versioned as a whole: there are migrations, released ones stay as they are, a step applies them, and
//! nothing else changes the schema.

use std::collections::BTreeSet;

use crate::model::{Certainty, Exact, Fact, Facts, Unknown, Value};
use crate::probe::Look;
use crate::probe::finding::{Finding, Findings, shortened};
use crate::probe::pipelines::{self, What};
use crate::world::{Class, ClassSet, Name, Select, Want, WantId, Wants};

use super::steps::Steps;
use super::{applied, foreign_files, steps};

/// What was seen of it.
pub(super) struct Versioned {
    others: usize,
    findings: Vec<(String, Finding)>,
    /// The tag of the last release, or why what was released is not known.
    released: Result<String, Unknown>,
    runs: Option<bool>,
}

/// Wants for migrations of other tools, for steps, and for pipelines.
pub(super) fn wants(folder: &str, wants: &mut Wants) -> [WantId; 3] {
    let globs = [
        "**/Migrations/*.cs",
        "**/Migrations/*.php",
        "**/changelog*/**/*.{xml,yaml,yml}",
        "**/*changelog*.{xml,yaml,yml}",
    ];
    let usual = globs.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())));
    let named = in_folders().fold(usual, Select::or).of(ClassSet::of(&[Class::Migration, Class::Src])).below(folder);
    let others = Want::sparse(named, "other migrations", |file| {
        Ok(foreign_files::is_one(file.path(), &String::from_utf8_lossy(file.bytes)).then_some(()))
    });
    [wants.add(others), steps::want(folder, wants), pipelines::want(wants)]
}

/// Files of other tools in folders named after migrations.
fn in_folders() -> impl Iterator<Item = Name> {
    let folders = ["migrations", "migration", "migrate"];
    folders.into_iter().flat_map(|folder| {
        foreign_files::EXTENSIONS.iter().map(move |extension| Name::Glob(format!("**/{folder}/**/*.{extension}")))
    })
}

/// Looks; `read` are the migrations that are known otherwise.
pub(super) async fn look<'a>(
    look: &Look<'a>,
    wants: [WantId; 3],
    read: BTreeSet<&'a str>,
) -> Result<Versioned, Unknown> {
    let [other, told, pipelines] = wants;
    for want in wants {
        look.swept.get(want).whole.clone()?;
    }
    let mut found = Vec::new();
    let mut migrations = read;
    let others: Vec<&str> =
        look.swept.get(other).own::<()>().filter(|(_, seen)| seen.is_ok()).map(|(id, _)| look.swept.path(id)).collect();
    migrations.extend(others.iter().copied());
    if let Some(first) = others.first() {
        let note = format!("one of {} migrations of a tool that goes by their whole names", others.len());
        let seen = Finding::new("duplicate_versions", 0, "history", note).with(Certainty::Hint);
        found.push(((*first).to_owned(), seen));
    }
    let folders: BTreeSet<String> =
        migrations.iter().map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()).collect();
    let released = if migrations.is_empty() {
        Err(Unknown::because("there is no migration of a known tool"))
    } else {
        applied::changed(look, &migrations, &folders).await
    };
    let released = released.map(|(tag, changed)| {
        found.extend(changed);
        tag
    });
    let mut deploys = false;
    let mut runs = false;
    for (id, steps) in look.swept.get(told).own::<Steps>() {
        let (Ok(steps), path) = (steps, look.swept.path(id)) else { continue };
        deploys |= steps.deploys.is_some();
        if let Some((line, text)) = &steps.runs {
            runs = true;
            found.push((
                path.to_owned(),
                Finding::new("run_step", *line, path, format!("applies them: `{}`", shortened(text))),
            ));
        }
        for (line, text, sure) in &steps.auto {
            let certainty = if *sure { Certainty::Certain } else { Certainty::Hint };
            let note = format!("the program changes the schema by itself: `{}`", shortened(text));
            found.push((path.to_owned(), Finding::new("auto_schema", *line, text.as_str(), note).with(certainty)));
        }
    }
    let pipelines = pipelines::runs(look.swept, pipelines);
    for run in &pipelines.runs {
        if run.what == What::Command && steps::applies(&run.text) {
            runs = true;
            let note = format!("a pipeline applies them: {}", run.note());
            found.push((run.path.clone(), Finding::new("run_step", run.line, run.text.as_str(), note)));
        }
    }
    // What cannot be read may apply them.
    let is_told = runs || deploys && pipelines.unseen.is_none();
    Ok(Versioned { others: others.len(), findings: found, released, runs: is_told.then_some(runs) })
}

impl Versioned {
    /// The facts, with the findings of order that are known by now.
    pub(super) fn finish(self, files: usize, findings: &mut Findings, facts: &mut Facts) {
        for (path, finding) in self.findings {
            findings.push(&path, finding);
        }
        facts.present("other_files", Value::count(self.others));
        let changed = findings.count("changed_applied");
        let auto = findings.count("auto_schema");
        facts.present("auto_schema", Value::count(auto));
        let all = files + self.others;
        if files == 0 && self.others > 0 {
            // Those tools go by the whole name of a file, which is there once.
            facts.present("duplicate_versions", Value::count(0_u32));
            facts.present("extra_heads", Value::count(0_u32));
        }
        let ordered = findings.count("duplicate_versions") + findings.count("extra_heads") == 0;
        let mut parts = vec![(35, all > 0), (25, all > 0 && ordered)];
        match &self.released {
            Ok(_) => {
                facts.present("changed_applied", Value::count(changed));
                parts.push((15, changed == 0));
            }
            Err(unknown) => facts.set("changed_applied", Fact::Unobserved(unknown.0.clone())),
        }
        match self.runs.filter(|_| all > 0) {
            Some(runs) => {
                facts.present("run_step", Value::Bool(runs));
                parts.push((25, runs));
            }
            None => facts.set(
                "run_step",
                Fact::Unobserved(
                    "no step that applies them is seen, and nothing here says how the program is deployed".to_owned(),
                ),
            ),
        }
        let of = |parts: &[(u64, bool)]| parts.iter().map(|(weight, _)| weight).sum::<u64>();
        let held: Vec<(u64, bool)> = parts.iter().filter(|(_, holds)| *holds).copied().collect();
        let ratio = Exact::ratio(of(&held), of(&parts)).unwrap_or_else(Exact::zero);
        let most = Exact::ratio(20_u64, 100_u64).filter(|_| auto > 0).unwrap_or_else(Exact::one);
        facts.present("versioned_credit", Value::Number(ratio.min(most)));
    }
}

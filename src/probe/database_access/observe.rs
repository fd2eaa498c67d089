//! From digests to facts.

use std::collections::{BTreeMap, BTreeSet};

use super::Digest;
use super::infrastructure::{self, Infrastructure, Use};
use super::user::{self, Connection};
use crate::model::{Certainty, Exact, Fact, Facts, Observation, Value};
use crate::probe::finding::{Finding, Findings};
use crate::probe::purpose;
use crate::probe::terraform::Exposure;
use crate::world::{Swept, WantId};

#[derive(Default)]
struct Seen {
    findings: Findings,
    /// Superusers of databases, with the file that starts each.
    bootstrap: BTreeSet<(String, String)>,
    /// Users that run and that migrate.
    running: BTreeSet<String>,
    migrating: BTreeSet<String>,
}

/// Facts and evidence of the files that a want found.
pub(super) fn observe(swept: &Swept, want: WantId, development: &BTreeSet<String>, exposure: Exposure) -> Observation {
    let mut seen = Seen::default();
    let files: Vec<(&str, &Digest)> = swept
        .get(want)
        .own::<Digest>()
        .filter(|(id, _)| purpose::aside(swept.path(*id), crate::world::Class::Src).is_none())
        .filter(|(id, _)| !is_of_a_pipeline(swept.path(*id)))
        .filter_map(|(id, digest)| Some((swept.path(id), digest.ok()?)))
        .filter(|(path, digest)| !digest.is_for_development && !development.contains(*path))
        .collect();
    seen.bootstrap = files
        .iter()
        .flat_map(|(path, digest)| digest.bootstrap.iter().map(|user| ((*path).to_owned(), user.clone())))
        .collect();
    seen.infrastructure(&files);
    for (path, digest) in &files {
        for connection in &digest.connections {
            seen.connection(path, connection);
        }
        for (line, said) in &digest.wide_grants {
            let finding = Finding::new("wide_grants", *line, said.as_str(), said.as_str()).with(Certainty::Likely);
            seen.findings.push(path, finding);
        }
        for (line, sign) in &digest.roles {
            seen.findings.push(path, Finding::new("roles", *line, sign.as_str(), sign.as_str()));
        }
    }
    seen.finish(exposure)
}

/// Pipelines and workspaces of developers start databases of their own.
fn is_of_a_pipeline(path: &str) -> bool {
    const STARTS: &[&str] = &[
        ".woodpecker",
        ".gitlab-ci",
        ".drone",
        "azure-pipelines",
        "bitbucket-pipelines",
        "appveyor",
        ".appveyor",
        ".travis",
        ".gitpod",
        "cloudbuild",
        "buildspec",
        "skaffold",
    ];
    let lower = path.to_ascii_lowercase();
    lower.split('/').any(|part| {
        STARTS.iter().any(|start| part.starts_with(start))
            || matches!(part, ".circleci" | ".github" | ".buildkite" | "vagrant")
            || part
                .split(['.', '-', '_'])
                .any(|word| matches!(word, "gitpod" | "devcontainer" | "vagrant" | "quickstart"))
    })
}

impl Seen {
    fn connection(&mut self, path: &str, one: &Connection) {
        let Some(user) = &one.user else {
            if !one.is_for_migrations {
                let note = format!("`{}` comes from a variable or a secret", one.setting);
                self.findings.push(path, Finding::new("hidden_connections", one.line, one.setting.as_str(), note));
            }
            return;
        };
        if one.certainty == Certainty::Hint {
            let note = format!("`{}` names `{user}` where nothing else is set", one.setting);
            let fact = if user::is_superuser(user) { "superuser_connections" } else { "connections" };
            let finding = Finding::new(fact, one.line, one.setting.as_str(), note).with(Certainty::Hint);
            self.findings.push(path, finding);
            return;
        }
        if one.is_for_migrations {
            self.migrating.insert(user.clone());
            return;
        }
        self.running.insert(user.clone());
        let note = format!("`{}` connects as `{user}`", one.setting);
        self.findings.push(path, Finding::new("connections", one.line, one.setting.as_str(), note.clone()));
        let why = match () {
            () if user::is_superuser(user) => ", an administrator",
            () if self.bootstrap.contains(&(path.to_owned(), user.clone())) => {
                ", which the image of the database makes superuser (`POSTGRES_USER`)"
            }
            () => return,
        };
        let finding = Finding::new("superuser_connections", one.line, one.setting.as_str(), format!("{note}{why}"));
        self.findings.push(path, finding.with(Certainty::Likely));
    }

    /// Who takes which user in Terraform; what is made and what takes it may stand in several files of a folder.
    fn infrastructure(&mut self, files: &[(&str, &Digest)]) {
        let mut folders: BTreeMap<&str, Vec<(&str, &Infrastructure)>> = BTreeMap::new();
        for (path, digest) in files {
            if let Some(infrastructure) = &digest.infrastructure {
                folders
                    .entry(path.rsplit_once('/').map_or("", |(folder, _)| folder))
                    .or_default()
                    .push((*path, infrastructure));
            }
        }
        for files in folders.into_values() {
            let all = |of: fn(&Infrastructure) -> &Vec<(String, String)>| -> Vec<(String, String)> {
                files.iter().flat_map(|(_, one)| of(one).iter().cloned()).collect()
            };
            let (masters, users) = (all(|one| &one.masters), all(|one| &one.users));
            for (path, infrastructure) in &files {
                for one in &infrastructure.uses {
                    self.taken(path, one, &masters, &users);
                }
                for (line, said) in &infrastructure.wide {
                    let finding = Finding::new("wide_grants", *line, said.as_str(), said.as_str());
                    self.findings.push(path, finding.with(Certainty::Likely));
                }
            }
        }
    }

    fn taken(&mut self, path: &str, one: &Use, masters: &[(String, String)], users: &[(String, String)]) {
        let by_module = one.source.starts_with("module.");
        let master = infrastructure::leads_to(&one.source, masters);
        if master.is_some() || by_module {
            let place = master.map_or(one.source.as_str(), |(place, _)| place.as_str());
            if one.is_for_migrations {
                self.migrating.insert(place.to_owned());
                return;
            }
            self.running.insert(place.to_owned());
            let note = format!("`{}` connects as the user that `{place}` is made with", one.setting);
            for fact in ["connections", "superuser_connections"] {
                let finding = Finding::new(fact, one.line, one.setting.as_str(), note.clone());
                self.findings.push(path, finding.with(Certainty::Likely));
            }
            return;
        }
        let named = infrastructure::leads_to(&one.source, users).map(|(_, name)| name.as_str());
        let literal = named.unwrap_or(&one.source);
        // A variable may be handed on to what makes the database as well as to what uses it.
        if !literal.starts_with('"') || literal.contains('$') {
            return;
        }
        let connection = Connection {
            line: one.line,
            setting: one.setting.clone(),
            user: Some(literal.trim_matches('"').to_owned()),
            is_for_migrations: one.is_for_migrations,
            certainty: Certainty::Likely,
        };
        self.connection(path, &connection);
    }

    fn split(&self) -> Fact {
        let told = !self.running.is_empty() && !self.migrating.is_empty();
        match () {
            () if told => Fact::Present(Value::Bool(self.running.is_disjoint(&self.migrating))),
            () if self.findings.count("roles") > 0 => Fact::Present(Value::Bool(true)),
            () => Fact::Unobserved("nothing here tells who migrates".to_owned()),
        }
    }

    fn finish(mut self, exposure: Exposure) -> Observation {
        let mut facts = Facts::new();
        for (path, line, note) in exposure.open {
            self.findings.push(&path, Finding::new("public_databases", line, note.as_str(), note.clone()));
        }
        for name in
            ["connections", "hidden_connections", "superuser_connections", "wide_grants", "roles", "public_databases"]
        {
            self.findings.set_count(&mut facts, name);
        }
        let count = |name: &str| self.findings.count(name);
        let superusers = count("superuser_connections");
        let why = match () {
            () if superusers > 0 => None,
            () if count("hidden_connections") > 0 => Some("the user comes from a variable or a secret"),
            () if count("connections") == 0 => Some("nothing here names the user of the application"),
            () => None,
        };
        if let Some(why) = why {
            facts.set("superuser_connections", Fact::Unobserved(why.to_owned()));
        }
        let public = count("public_databases");
        if let Some(why) = exposure.unknown.filter(|_| public == 0) {
            facts.set("public_databases", Fact::Unobserved(why));
        }
        let split = self.split();
        let is_private = matches!(facts.get("public_databases"), Fact::Present(_)) && public == 0;
        let is_dedicated = matches!(facts.get("superuser_connections"), Fact::Present(_))
            && superusers == 0
            && count("wide_grants") == 0;
        let is_split = split == Fact::Present(Value::Bool(true));
        let percent = match public {
            0 => 50 * u64::from(is_dedicated) + 20 * u64::from(is_split) + 30 * u64::from(is_private),
            _ => 0,
        };
        facts.set("split", split);
        facts.present("access_credit", Value::Number(Exact::ratio(percent, 100).unwrap_or_else(Exact::zero)));
        Observation { facts, evidence: self.findings.evidence(), requests: 0 }
    }
}

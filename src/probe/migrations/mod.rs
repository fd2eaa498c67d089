//! Probe `migrations`: changes of a database's schema as files: their order, what in them stops the version that runs,
//! whether they lead back. Owns parameters and facts; the breadth of rules is squawk's, whose report `ingest` reads.

mod applied;
pub(crate) mod back;
mod file;
mod foreign_files;
mod locks;
mod observe;
mod sql;
mod steps;
mod versioned;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, glob_parameter};
use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::world::{Class, ClassSet, Select, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

use file::Migration;
use observe::Seen;

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "migrations",
    doc: "Reads migrations of databases (SQL, Alembic, Django, Rails): order, locks, ways back",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: \"db/migrations/*.sql\"\n",
};

/// Parameters of the `migrations` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MigrationsProbe")]
struct Params {
    /// Migrations to read. Default: every `.sql`, `.py` and `.rb` file in a folder named after migrations, Alembic's
    /// `versions`, and `*.up.sql`, `*.down.sql`.
    #[serde(default)]
    glob: Option<Spanned<String>>,
}

struct Migrations {
    glob: Option<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let glob = glob_parameter::checked(params.glob, "db/migrations/*.sql", problems)?;
    Some(Box::new(Migrations { glob }))
}

impl Migrations {
    fn select(&self) -> Select {
        const USUAL: &str =
            "{**/alembic/versions/*.py,**/migrations/*.py,**/*.{up,down}.sql,**/V*__*.sql,**/U*__*.sql}";
        let named = self.glob.as_deref().map(|glob| Select::glob(glob).unwrap_or_else(|_| Select::bases(&[])));
        named.unwrap_or_else(|| {
            let usual = Select::glob(USUAL).unwrap_or_else(|_| Select::bases(&[]));
            usual.of(ClassSet::of(&[Class::Src, Class::Migration, Class::Generated]))
        })
    }

    /// Wants for the migrations themselves.
    fn files(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let read = |select: Select| {
            Want::doc(select.below(folder), "migrations", |file| -> Result<Option<Migration>, Unknown> {
                Ok(file::read(file.path(), &file.text()))
            })
        };
        let mut ids = vec![wants.add(read(self.select()))];
        if self.glob.is_none() {
            let folders = Select::exts(&["sql", "py", "rb"]).of(ClassSet::of(&[Class::Migration]));
            ids.push(wants.add(read(folders)));
        }
        ids
    }
}

impl Probe for Migrations {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let mut decls = vec![
            count("files", "migrations of a known tool, ways back included; 0 when there is none, and then nothing else is observed"),
            count("sql_files", "those in SQL"),
            count("other_files", "migrations of tools in whose languages order and locks are not read: TypeORM, Knex, Sequelize, EF Core, Laravel, Phinx, Doctrine, Ecto, Liquibase"),
            count("duplicate_versions", "migrations with a version that another one of their folder has"),
            count("extra_heads", "ends of a graph of migrations (Alembic, Django) beyond the first"),
            count("judged", "migrations in SQL of PostgreSQL that were searched for hazards: the newest 20 of each folder, its first left out"),
            count("hazards", "all of the hazards below; unobserved when nothing was judged"),
        ];
        decls.extend(locks::FACTS.iter().map(|(name, doc)| count(name, doc)));
        decls.extend([
            count("suppressed", "hazards that a comment `squawk-ignore` or `excluded_rules` in `.squawk.toml` takes out: one that names the rule and says why"),
            count("one_way", "of the newest 20 of each folder those without a way back"),
            FactDecl::new("reversible_ratio", FactType::Ratio, "share of them that lead back; a comment that says why not counts as well"),
        ]);
        decls.extend([
            count("changed_applied", "migrations that the newest tag of a version before HEAD has and that were changed or deleted since, comments, imports and spaces aside; unobserved without such a tag or with a shallow clone"),
            FactDecl::new("run_step", FactType::Bool, "whether a step applies them: a command of a pipeline, image, manifest or release phase, or the program at its start; unobserved where none is seen and nothing here says how the program is deployed"),
            count("auto_schema", "lines that let the program change the schema by itself: `synchronize: true`, `ddl-auto: update`, `EnsureCreated`, and `create_all`, `AutoMigrate`, `sync` where a service starts; files for development and tests left out"),
            FactDecl::new("versioned_credit", FactType::Ratio, "of what was observed: 35 % that there are migrations, 25 % that they have one order, 15 % that released ones were not changed, 25 % for the step; at most 20 % where the program changes the schema by itself"),
        ]);
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("migrations {:?}", self.glob)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let glob = self.glob.clone().unwrap_or_else(|| "**/migrations/**".to_owned());
        Touch { reads: vec![glob], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let mut ids = self.files(folder, wants);
        ids.extend(versioned::wants(folder, wants));
        ids
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let Some((own, others)) = look.wants.split_last_chunk::<3>() else {
                return Err(Unknown::because("the tree was not swept"));
            };
            let mut seen = Seen::looking(&look);
            let mut read = std::collections::BTreeSet::new();
            for want in own {
                let found = look.swept.get(*want);
                found.whole.clone()?;
                for (id, migration) in found.own::<Option<Migration>>() {
                    let path = look.swept.path(id);
                    match migration {
                        Ok(Some(migration)) if read.insert(path) => seen.add(path, migration),
                        Ok(_) => {}
                        Err(unknown) => seen.findings.unread(path, unknown.0.clone()),
                    }
                }
            }
            let versioned = versioned::look(&look, *others, read).await?;
            Ok(seen.finish(versioned))
        })
    }
}

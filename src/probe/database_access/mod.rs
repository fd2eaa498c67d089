//! Probe `database-access`: as whom the application connects to its SQL database, and what that user may. Owns parameters and
//! facts; what a name says is in `user`, what deploys the application in `deployed`, other texts in `written`, SQL in `grants`.

mod deployed;
mod grants;
mod infrastructure;
mod observe;
mod user;
mod written;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, compose, terraform};
use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::world::{Class, ClassSet, FileBytes, Literal, Select, Want, WantId, Wants};
use crate::yaml::Node;

use infrastructure::Infrastructure;
use user::Connection;

/// Parameters of the `database-access` probe: none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DatabaseAccessProbe")]
struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "database-access",
    doc: "Reads as whom an application connects to its SQL database, what SQL grants, and whether a second role migrates",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

/// Where a connection may be written, and what is granted.
const FILES: &str =
    "**/*.{yml,yaml,env,properties,toml,ini,conf,json,sql,py,js,ts,mjs,cjs,go,java,kt,cs,rb,php,rs,prisma,tf}";

/// What one file says.
#[derive(Clone, Debug, Default)]
struct Digest {
    connections: Vec<Connection>,
    /// Line and what is said, of rights that are too wide.
    wide_grants: Vec<(u32, String)>,
    /// Line and sign of a role that has less than the owner's rights, or of one that migrates alone.
    roles: Vec<(u32, String)>,
    /// Users that images of databases make superusers.
    bootstrap: Vec<String>,
    /// What Terraform says.
    infrastructure: Option<Infrastructure>,
    /// Whether its first comment says that it is for development.
    is_for_development: bool,
}

struct DatabaseAccess;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(DatabaseAccess))
}

/// One of these is in every text that the probe reads.
fn words() -> Vec<Literal> {
    user::WORDS.iter().map(|word| word.as_bytes().to_vec().into()).collect()
}

fn digest(file: &FileBytes<'_>) -> Option<Digest> {
    if file.binary || !file.may_hold(0) {
        return None;
    }
    let path = file.path();
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let mut found = if is_yaml { deployed::read(path, file.bytes) } else { Digest::default() };
    if path.ends_with(".sql") {
        grants::read(file, &mut found);
    } else if !is_yaml {
        written::read(file, &mut found);
    }
    if path.ends_with(".tf") {
        found.infrastructure = infrastructure::read(file);
    }
    written::roles(file, &mut found);
    let holds = !found.connections.is_empty()
        || !found.wide_grants.is_empty()
        || !found.roles.is_empty()
        || !found.bootstrap.is_empty()
        || found.infrastructure.is_some();
    holds.then_some(found)
}

impl Probe for DatabaseAccess {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("connections", FactType::Count, "places that name the user as which the application connects to a SQL database: connection strings, variables of its containers, settings; those for development, tests and migrations left out"),
            fact("hidden_connections", FactType::Count, "places that take that user from a secret or a variable"),
            fact("superuser_connections", FactType::Count, "connections as an administrator (`postgres`, `root`, `sa`, `admin`, `rdsadmin`, `system`, `mysql`, `dbo`), as the user that the database's image makes superuser (`POSTGRES_USER`), or as the one that Terraform makes a managed database with; a default of a variable is a hint; unobserved where no user is named, or one is hidden"),
            fact("wide_grants", FactType::Count, "statements in SQL outside of tests that give an application more than it needs: `GRANT ALL`, `SUPERUSER`, `WITH GRANT OPTION`, a host of `%`, and the same of roles in Terraform; to administrators, owners and roles for migrations they are none"),
            fact("roles", FactType::Count, "signs of a role with less than the owner's rights, or of one that migrates: `CREATE ROLE`, `GRANT SELECT`, `MIGRATION_DATABASE_URL`, `directUrl`"),
            fact("split", FactType::Bool, "whether another role migrates than runs; false where both are named and the same, unobserved where nothing tells"),
            fact("public_databases", FactType::Count, "ways in to a database for the whole Internet, as probe `terraform` sees them"),
            fact("access_credit", FactType::Ratio, "50 % for a user of its own without wide rights, 20 % for `split`, 30 % for a database that is not public; 0 % for a public one"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "database-access".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![FILES.to_owned()], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let classes = ClassSet::of(&[Class::Src, Class::Migration]);
        let Ok(select) = Select::glob(FILES) else { return Vec::new() };
        let files = Want::sparse(select.of(classes).below(folder), "database-access", |file| Ok(digest(file)));
        vec![
            wants.add(files.screened(|| vec![words(), user::literals(), written::literals()])),
            compose::want(wants),
            terraform::want(folder, wants),
        ]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [files, compose, terraform] = look.wants else {
                return Err(Unknown::because("the tree was not swept"));
            };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let development = compose::for_development(look.swept, *compose);
            let exposure = terraform::exposure(look.swept, *terraform);
            Ok(observe::observe(look.swept, *files, &development, exposure))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::DEF;
    use crate::model::{Fact, Value};
    use crate::probe::trial::{count, observe, percent};

    #[test]
    fn the_user_of_the_application_counts_and_that_of_the_database_and_of_tools_does_not() {
        let compose = "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://USER:x@db/shop\n  db:\n    image: postgres:18\n    environment:\n      POSTGRES_USER: postgres\n  exporter:\n    image: quay.io/postgres-exporter:1\n    environment:\n      DB_USER: postgres\n";
        let seen =
            |user: &str| observe(&DEF, "{}", &[("compose.prod.yaml", &compose.replace("USER:", &format!("{user}:")))]);
        let own = seen("shop_rw");
        assert_eq!((count(&own, "connections"), count(&own, "superuser_connections")), (Some(1), Some(0)));
        assert_eq!(count(&seen("postgres"), "superuser_connections"), Some(1));
    }

    #[test]
    fn the_user_that_the_image_makes_superuser_is_one() {
        let compose = "services:\n  web:\n    image: shop:1\n    environment:\n      - DB_USERNAME=shop\n  db:\n    image: postgres:18\n    environment:\n      POSTGRES_USER: shop\n";
        assert_eq!(count(&observe(&DEF, "{}", &[("compose.yaml", compose)]), "superuser_connections"), Some(1));
        let mysql = compose.replace("postgres:18", "mysql:9").replace("POSTGRES_USER", "MYSQL_USER");
        assert_eq!(count(&observe(&DEF, "{}", &[("compose.yaml", &mysql)]), "superuser_connections"), Some(0));
    }

    #[test]
    fn a_user_from_a_secret_is_not_seen() {
        let pod = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: shop:1\n          env:\n            - name: DB_USER\n              valueFrom: {secretKeyRef: {name: db, key: user}}\n";
        let seen = observe(&DEF, "{}", &[("deploy/web.yaml", pod)]);
        assert!(matches!(seen.facts.get("superuser_connections"), Fact::Unobserved(_)));
        let literal = pod.replace("valueFrom: {secretKeyRef: {name: db, key: user}}", "value: root");
        assert_eq!(count(&observe(&DEF, "{}", &[("deploy/web.yaml", &literal)]), "superuser_connections"), Some(1));
    }

    #[test]
    fn settings_for_development_say_nothing_about_production() {
        let rails = "default: &default\n  adapter: postgresql\ndevelopment:\n  username: postgres\nproduction:\n  username: shop\n";
        let seen = observe(&DEF, "{}", &[("config/database.yml", rails)]);
        assert_eq!((count(&seen, "connections"), count(&seen, "superuser_connections")), (Some(1), Some(0)));
        let dev = observe(
            &DEF,
            "{}",
            &[("compose.dev.yaml", "services:\n  web:\n    build: .\n    environment:\n      DB_USER: postgres\n")],
        );
        assert_eq!(count(&dev, "connections"), Some(0));
    }

    #[test]
    fn the_user_of_a_database_within_the_program_guards_nothing() {
        let settings = "shop.database.url=jdbc:h2:mem:shop\nshop.database.username=sa\n";
        let seen = |text: &str| count(&observe(&DEF, "{}", &[("shop.properties", text)]), "superuser_connections");
        assert_eq!(seen(settings), None, "nothing connects to a server");
        assert_eq!(seen(&settings.replace("h2:mem:shop", "sqlserver://db/shop")), Some(1));
    }

    #[test]
    fn the_same_user_for_both_is_no_split() {
        let values = "database:\n  username: shop\nmigrations:\n  database:\n    username: OTHER\n";
        let seen = |other: &str| observe(&DEF, "{}", &[("chart/values.yaml", &values.replace("OTHER", other))]);
        assert_eq!(seen("shop").facts.get("split"), Fact::Present(Value::Bool(false)));
        assert_eq!(seen("shop_migrate").facts.get("split"), Fact::Present(Value::Bool(true)));
        let alone = observe(&DEF, "{}", &[("chart/values.yaml", "database:\n  username: shop\n")]);
        assert!(matches!(alone.facts.get("split"), Fact::Unobserved(_)));
    }

    #[test]
    fn credit_is_the_sum_of_what_is_seen_and_nothing_for_a_public_database() {
        let settings = ("config/production.toml", "url = \"postgres://shop_rw:x@db.shop.io/shop\"\n");
        let roles = ("db/roles.sql", "CREATE ROLE shop_rw LOGIN;\nGRANT SELECT, INSERT ON orders TO shop_rw;\n");
        let database =
            |public: &str| format!("resource \"aws_db_instance\" \"a\" {{\n  publicly_accessible = {public}\n}}\n");
        let (private, public) = (database("false"), database("true"));
        let seen = observe(&DEF, "{}", &[settings, roles, ("infra/db.tf", &private)]);
        assert_eq!(percent(&seen, "access_credit"), Some(100));
        assert_eq!(percent(&observe(&DEF, "{}", &[settings, roles]), "access_credit"), Some(70));
        let open = observe(&DEF, "{}", &[settings, roles, ("infra/db.tf", &public)]);
        assert_eq!((count(&open, "public_databases"), percent(&open, "access_credit")), (Some(1), Some(0)));
    }
}

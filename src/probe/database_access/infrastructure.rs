//! Terraform: the user that a managed database is made with, who connects as that user, and roles with too much. Read line by
//! line, comments aside; what is protected or public is probe `terraform`'s.

use std::sync::LazyLock;

use regex::Regex;

use super::user;
use crate::world::{FileBytes, View};

/// What one file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Infrastructure {
    /// Users that databases are made with: where to find them, as `aws_db_instance.main`, and what they are set to.
    pub(super) masters: Vec<(String, String)>,
    /// Users that are made beside them: where to find them, and their names.
    pub(super) users: Vec<(String, String)>,
    /// Who takes a user from somewhere.
    pub(super) uses: Vec<Use>,
    /// Line and what is said, of roles with too much.
    pub(super) wide: Vec<(u32, String)>,
}

/// One setting that takes its user from somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) line: u32,
    pub(super) setting: String,
    /// `aws_db_instance.main.username`, `var.db_username`, or a name in quotes.
    pub(super) source: String,
    pub(super) is_for_migrations: bool,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static HEAD: LazyLock<Regex> = LazyLock::new(|| fixed(r#"^(\w+)(?:\s+"([\w-]+)")?(?:\s+"([\w-]+)")?\s*\{"#));
static PAIR: LazyLock<Regex> = LazyLock::new(|| fixed(r#"^\s*"?([\w.-]+)"?\s*[=:]\s*(.+?),?\s*$"#));
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| fixed(r#"\bname"?\s*[=:]\s*"([^"]+)"(?:\s*,?\s*"?value"?\s*[=:]\s*([^,}]+))?"#));
static VALUE: LazyLock<Regex> = LazyLock::new(|| fixed(r#"^\s*"?value"?\s*[=:]\s*(.+?),?\s*$"#));
/// An expression that is a user: of a database, of a module that makes one, or a variable.
static SOURCE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"\b((?:aws_db_instance|aws_rds_cluster|azurerm_\w+_server|google_sql_user|digitalocean_database_\w+)\.[\w-]+(?:\[[^\]]*\])?\.(?:username|master_username|administrator_login|name|user)|module\.[\w-]+(?:\[[^\]]*\])?\.\w*(?:db_instance|cluster|master|admin)\w*username|(?:var|local)\.[\w.-]+)",
    )
});
static IN_URL: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"\b(?:postgres(?:ql)?|mysql|mariadb|mssql|sqlserver)(?:\+\w+)?://\$\{([^}]+)\}"));

/// Resources that make a database with its first user, and the argument that names that user.
const DATABASES: &[(&str, &str)] = &[
    ("aws_db_instance", "username"),
    ("aws_rds_cluster", "master_username"),
    ("azurerm_postgresql_server", "administrator_login"),
    ("azurerm_postgresql_flexible_server", "administrator_login"),
    ("azurerm_mysql_server", "administrator_login"),
    ("azurerm_mysql_flexible_server", "administrator_login"),
    ("azurerm_mssql_server", "administrator_login"),
];

/// Reads a file; `None` where it says nothing.
pub(super) fn read(file: &FileBytes<'_>) -> Option<Infrastructure> {
    let text = file.text();
    let mut found = Infrastructure::default();
    let mut block = (String::new(), String::new(), String::new());
    let mut name: Option<(u32, String)> = None;
    let mut start = 0;
    for (line, number) in text.split_inclusive('\n').zip(1_u32..) {
        let offset = start + line.len() - line.trim_start().len();
        start += line.len();
        if line.trim().is_empty() || file.regions().at(offset.min(file.bytes.len().saturating_sub(1))) == View::Comments
        {
            continue;
        }
        if let Some(head) = HEAD.captures(line) {
            let part = |at: usize| head.get(at).map_or_else(String::new, |part| part.as_str().to_owned());
            block = (part(1), part(2), part(3));
            name = None;
        }
        let (kind, resource, label) = (block.0.as_str(), block.1.as_str(), block.2.as_str());
        if matches!(kind, "variable" | "output" | "provider" | "terraform" | "data") {
            continue;
        }
        let pair = PAIR.captures(line).map(|pair| (pair[1].to_owned(), pair[2].trim().to_owned()));
        if kind == "resource" && found.of_resource(resource, label, number, pair.as_ref()) {
            continue;
        }
        if let Some(named) = NAMED.captures(line) {
            match named.get(2) {
                Some(value) => found.take(&named[1], value.as_str(), number, &block),
                None => name = Some((number, named[1].to_owned())),
            }
            continue;
        }
        if let (Some((at, setting)), Some(value)) = (&name, VALUE.captures(line))
            && number - at <= 2
        {
            found.take(&setting.clone(), &value[1], number, &block);
            name = None;
            continue;
        }
        if let Some((setting, value)) = pair.or_else(|| interpolated(line)) {
            found.take(&setting, &value, number, &block);
        }
    }
    (found != Infrastructure::default()).then_some(found)
}

/// A user that a script or a template is given: `define('DB_USER', '${aws_db_instance.main.username}')`.
fn interpolated(line: &str) -> Option<(String, String)> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| fixed(r"[\w.-]+"));
    let value = &line[line.find("${")?..];
    let setting = WORD.find_iter(&line[..line.len() - value.len()]).find(|word| user::names_a_user(word.as_str()))?;
    Some((setting.as_str().to_owned(), value.to_owned()))
}

impl Infrastructure {
    /// Whether the line is of a database, a user or a role, whose arguments are no settings of an application.
    fn of_resource(&mut self, resource: &str, label: &str, line: u32, pair: Option<&(String, String)>) -> bool {
        let is = |wanted: &str| pair.filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        if let Some((_, argument)) = DATABASES.iter().find(|(kind, _)| *kind == resource) {
            if let Some(value) = is(argument) {
                self.masters.push((format!("{resource}.{label}"), value.to_owned()));
            }
            return true;
        }
        let administers = || {
            user::is_for_migrations(label) || ["admin", "owner", "root", "dba"].iter().any(|word| label.contains(word))
        };
        match resource {
            "google_sql_user" => {
                if let Some(value) = is("name") {
                    self.users.push((format!("{resource}.{label}"), value.to_owned()));
                }
            }
            "postgresql_role" => {
                let wide = pair.filter(|(name, value)| name == "superuser" && value == "true");
                self.wide.extend(
                    wide.filter(|_| !administers()).map(|_| (line, format!("role `{label}`: superuser = true"))),
                );
            }
            "postgresql_grant" | "mysql_grant" => {
                let wide = is("privileges").filter(|value| value.to_ascii_uppercase().contains("\"ALL"));
                self.wide.extend(
                    wide.filter(|_| !administers())
                        .map(|value| (line, format!("grant `{label}`: privileges = {value}"))),
                );
            }
            "mysql_user" => {
                let wide = is("host").filter(|value| *value == "\"%\"");
                self.wide
                    .extend(wide.filter(|_| !administers()).map(|_| (line, format!("user `{label}`: host = \"%\""))));
            }
            _ => return resource.starts_with("aws_db_") || resource.starts_with("aws_rds_"),
        }
        true
    }

    fn take(&mut self, setting: &str, value: &str, line: u32, block: &(String, String, String)) {
        let in_url =
            IN_URL.captures(value).and_then(|url| SOURCE.find(url.get(1)?.as_str()).map(|one| one.as_str().to_owned()));
        let own = || {
            let whole = SOURCE.find(value).map(|one| one.as_str().to_owned());
            let literal = value.starts_with('"') && !value.contains('$');
            whole.or_else(|| literal.then(|| value.to_owned()))
        };
        let source = in_url.or_else(|| user::names_a_user(setting).then(own).flatten());
        let Some(source) = source else { return };
        let is_for_migrations = user::is_for_migrations(setting) || user::is_for_migrations(&block.2);
        self.uses.push(Use { line, setting: setting.to_owned(), source, is_for_migrations });
    }
}

/// Whether an expression leads to one of these: `aws_db_instance.main[0].username` to `aws_db_instance.main`.
pub(super) fn leads_to<'m>(source: &str, all: &'m [(String, String)]) -> Option<&'m (String, String)> {
    let plain: String = source.split('[').next().unwrap_or(source).to_owned();
    all.iter().find(|(place, value)| {
        let by_place = source == place
            || plain == *place
            || plain.strip_prefix(place.as_str()).is_some_and(|rest| rest.starts_with('.'));
        by_place || (!value.contains("random_") && value == source && !source.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use crate::probe::database_access::DEF;
    use crate::probe::trial::{count, observe};

    const DATABASE: &str =
        "resource \"aws_db_instance\" \"main\" {\n  username = var.db_username\n  publicly_accessible = false\n}\n";

    fn superusers(more: &str) -> Option<i64> {
        count(&observe(&DEF, "{}", &[("infra/main.tf", &format!("{DATABASE}{more}"))]), "superuser_connections")
    }

    #[test]
    fn an_application_that_is_given_the_first_user_of_its_database_connects_as_its_owner() {
        for more in [
            "resource \"aws_lambda_function\" \"shop\" {\n  environment {\n    variables = {\n      DB_USER = aws_db_instance.main.username\n    }\n  }\n}\n",
            "locals {\n  environment = [\n    { name = \"DB_USER\", value = aws_db_instance.main[0].username },\n  ]\n}\n",
            "resource \"helm_release\" \"shop\" {\n  set {\n    name  = \"externalDatabase.user\"\n    value = var.db_username\n  }\n}\n",
            "resource \"aws_instance\" \"shop\" {\n  user_data = <<EOF\ndefine('DB_USERNAME', '${aws_db_instance.main.username}');\nEOF\n}\n",
            "locals {\n  DATABASE_URL = \"postgres://${aws_db_instance.main.username}:${var.password}@${aws_db_instance.main.address}/shop\"\n}\n",
        ] {
            assert_eq!(superusers(more), Some(1), "{more}");
        }
        for more in [
            "# DB_USER = aws_db_instance.main.username\n",
            "module \"rds\" {\n  db_username = var.another\n}\n",
            "output \"db_user\" {\n  value = aws_db_instance.main.username\n}\n",
            "resource \"aws_ecs_task_definition\" \"migrate\" {\n  DB_USER = aws_db_instance.main.username\n}\n",
            "locals {\n  MIGRATION_DB_USER = aws_db_instance.main.username\n}\n",
            "locals {\n  DB_USER = var.app_username\n}\n",
        ] {
            assert_eq!(superusers(more), None, "{more}");
        }
    }

    #[test]
    fn a_user_of_its_own_is_known_by_name() {
        let own = "resource \"google_sql_user\" \"shop\" {\n  name = \"shop_rw\"\n}\nlocals {\n  DB_USER = google_sql_user.shop.name\n}\n";
        let seen = observe(&DEF, "{}", &[("infra/main.tf", own)]);
        assert_eq!((count(&seen, "connections"), count(&seen, "superuser_connections")), (Some(1), Some(0)));
        let root = own.replace("shop_rw", "postgres");
        let seen = observe(&DEF, "{}", &[("infra/main.tf", &root)]);
        assert_eq!(count(&seen, "superuser_connections"), Some(1));
    }

    #[test]
    fn a_role_of_terraform_has_no_more_than_it_needs() {
        let wide = |text: &str| count(&observe(&DEF, "{}", &[("infra/roles.tf", text)]), "wide_grants");
        assert_eq!(wide("resource \"postgresql_role\" \"shop\" {\n  superuser = true\n}\n"), Some(1));
        assert_eq!(wide("resource \"postgresql_role\" \"shop_migrate\" {\n  superuser = true\n}\n"), Some(0));
        assert_eq!(wide("resource \"mysql_grant\" \"shop\" {\n  privileges = [\"ALL PRIVILEGES\"]\n}\n"), Some(1));
        assert_eq!(wide("resource \"mysql_grant\" \"shop\" {\n  privileges = [\"SELECT\"]\n}\n"), Some(0));
    }
}

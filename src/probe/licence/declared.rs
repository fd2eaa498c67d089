//! What a manifest declares as its licence, where the field holds an SPDX expression (SPDX 2.3, annex D; Cargo, npm, PEP 639,
//! Composer, NuGet, RubyGems).

use std::collections::BTreeSet;

use spdx::{Expression, LicenseItem, ParseMode};

use super::text::family;
use crate::model::Unknown;
use crate::world::Select;

/// What is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    /// The line, from 1; 0 where it is not known.
    pub(super) line: u32,
    /// As written; a list of alternatives is joined by `OR`.
    pub(super) expression: String,
}

/// Forms that Cargo, npm and older manifests have, too: `MIT/Apache-2.0`, `GPL-3.0+`, ids without `-only`.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: true,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// Manifests with such a field.
pub(super) fn select() -> Select {
    let mut select = Select::bases(&["Cargo.toml", "package.json", "pyproject.toml", "composer.json"]);
    for extension in ["gemspec", "csproj", "fsproj"] {
        select = select.or(crate::world::Name::Ext(extension.to_owned()));
    }
    select
}

/// What a manifest declares; `None` where it declares nothing, or points to a text. A manifest that cannot be read may declare
/// anything, unless it is a template that was not rendered.
pub(super) fn read(base: &str, text: &str) -> Result<Option<Declared>, Unknown> {
    let expression = match base {
        "Cargo.toml" => table(text).map(|table| cargo(&table)),
        "pyproject.toml" => table(text).map(|table| pyproject(&table)),
        "package.json" | "composer.json" => json(text),
        _ if base.ends_with(".gemspec") => Ok(gemspec(text)),
        _ => Ok(project_file(text)),
    };
    match expression {
        Err(_) if text.contains("{{") || text.contains("<%") => Ok(None),
        expression => Ok(expression?.and_then(|expression| declared(&expression, text))),
    }
}

fn declared(expression: &str, text: &str) -> Option<Declared> {
    let expression = expression.trim().to_owned();
    let points_elsewhere = expression.to_ascii_uppercase().starts_with("SEE LICEN")
        || ["UNLICENSED", "proprietary", ""].contains(&expression.as_str())
        || expression.contains("$(");
    if points_elsewhere {
        return None;
    }
    let line = text.lines().position(|line| line.contains(&expression)).map_or(0, |at| at + 1);
    Some(Declared { line: u32::try_from(line).unwrap_or(0), expression })
}

fn table(text: &str) -> Result<toml::Table, Unknown> {
    text.parse::<toml::Table>().map_err(|fault| {
        let line = fault.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Unknown::because(format!("line {line}: {}", fault.message()))
    })
}

fn cargo(table: &toml::Table) -> Option<String> {
    let of = |package: Option<&toml::Value>| Some(package?.get("license")?.as_str()?.to_owned());
    of(table.get("package")).or_else(|| of(table.get("workspace")?.get("package")))
}

/// PEP 639: a string is an expression; a table is text for people.
fn pyproject(table: &toml::Table) -> Option<String> {
    Some(table.get("project")?.get("license")?.as_str()?.to_owned())
}

fn json(text: &str) -> Result<Option<String>, Unknown> {
    let value: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|fault| Unknown::because(format!("no JSON: {fault}")))?;
    Ok(match &value["license"] {
        serde_json::Value::String(one) => Some(one.clone()),
        serde_json::Value::Array(many) => {
            let many: Vec<&str> = many.iter().filter_map(serde_json::Value::as_str).collect();
            (!many.is_empty()).then(|| many.join(" OR "))
        }
        _ => None,
    })
}

/// `spec.license = "MIT"`, `spec.licenses = ["MIT", "Ruby"]`.
fn gemspec(text: &str) -> Option<String> {
    let line = text.lines().find(|line| {
        line.trim_start().split('=').next().is_some_and(|left| {
            let left = left.trim_end();
            left.ends_with(".license") || left.ends_with(".licenses")
        })
    })?;
    let quoted: Vec<&str> = line.split(['"', '\'']).skip(1).step_by(2).collect();
    (!quoted.is_empty()).then(|| quoted.join(" OR "))
}

fn project_file(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<PackageLicenseExpression>")?;
    Some(rest.split_once('<')?.0.to_owned())
}

impl Declared {
    /// Whether it is an expression.
    pub(super) fn is_valid(&self) -> bool {
        Expression::parse_mode(&self.expression, MODE).is_ok()
    }

    /// Whether these licences are what it asks for. One that is not in SPDX's list cannot be compared, and satisfies.
    pub(super) fn is_satisfied_by(&self, known: &BTreeSet<&str>) -> bool {
        Expression::parse_mode(&self.expression, MODE).is_ok_and(|expression| {
            expression.evaluate(|asked| match &asked.license {
                LicenseItem::Spdx { id, .. } => known.contains(family(id.name)),
                LicenseItem::Other { .. } => true,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn each_manifest_has_its_field() {
        for (base, text, expected) in [
            ("Cargo.toml", "[workspace.package]\nlicense = 'MIT/Apache-2.0'\n", Some("MIT/Apache-2.0")),
            ("Cargo.toml", "[package]\nlicense.workspace = true\n", None),
            ("pyproject.toml", "[project]\nlicense = 'BSD-3-Clause'\n", Some("BSD-3-Clause")),
            ("pyproject.toml", "[project]\nlicense = { text = 'ours' }\n", None),
            ("package.json", "{\"license\": \"SEE LICENSE IN LICENSE\"}", None),
            ("package.json", "{\"license\": \"UNLICENSED\"}", None),
            ("composer.json", "{\"license\": [\"MIT\", \"GPL-3.0-or-later\"]}", Some("MIT OR GPL-3.0-or-later")),
            ("a.gemspec", "Gem::Specification.new do |s|\n  s.licenses = ['MIT', 'Ruby']\n", Some("MIT OR Ruby")),
            ("a.csproj", "<Project><PackageLicenseExpression>MIT</PackageLicenseExpression></Project>", Some("MIT")),
        ] {
            let found =
                read(base, text).expect("it is a manifest").map(|declared| (declared.is_valid(), declared.expression));
            assert_eq!(found, expected.map(|expression| (true, expression.to_owned())), "{text}");
        }
        assert!(
            !read("package.json", "{\"license\": \"Apache License 2\"}")
                .expect("it is JSON")
                .is_some_and(|declared| declared.is_valid())
        );
    }
}

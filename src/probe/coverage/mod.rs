//! Probe `coverage`: reads coverage reports and says which share of the code was executed: in all, by group of paths,
//! and of what changed. This file owns the parameters and the facts; `observe` looks, `format` and its neighbours read.

mod changes;
mod clover;
mod cobertura;
mod coverage_py;
mod credit;
mod evidence;
mod executable;
#[cfg(test)]
mod flavours;
mod format;
mod go_profile;
#[cfg(test)]
mod history;
mod istanbul;
mod jacoco;
mod lcov;
mod llvm_cov;
mod measured;
mod observe;

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::report_file::Written;
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, folder, limits};
use crate::model::{FactDecl, FactSchema, FactType, Grade, Observation, Problems, Unknown};
use crate::world::{WantId, Wants};
use crate::yaml::{Node, Spanned, decode as decode_node};
use credit::Wanted;
use format::Format;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "coverage",
    doc: "Reads coverage reports: which share of the code the tests executed, in all, by group, and of what changed.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "report: coverage.xml\ngroups: { auth: \"src/auth/**\" }\nbase: origin/main\n",
};

/// Parameters of probe `coverage`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CoverageProbe")]
struct Params {
    /// Path or glob of the reports, also below folders that git ignores; several are joined, file by file and line by
    /// line: LCOV, Cobertura, JaCoCo, Clover, coverage.py JSON, Istanbul (full and summary), llvm-cov JSON, Go cover
    /// profile.
    report: Spanned<String>,
    /// The format; by default what the content says.
    #[serde(default)]
    format: Option<Format>,
    /// Groups of files by name, each a glob of paths in the repository: `{ auth: "src/auth/**" }`.
    #[serde(default)]
    groups: IndexMap<String, Spanned<String>>,
    /// A commit, branch or tag; what was changed since it parted from HEAD gives `changed.line`.
    #[serde(default)]
    base: Option<Spanned<String>>,
    /// What share of the lines earns all credit, in percent. Default 80.
    #[serde(default)]
    line_min: Option<Spanned<u8>>,
    /// What share earns none, in percent. Default 40.
    #[serde(default)]
    floor: Option<Spanned<u8>>,
    /// What share of the changed lines has to be executed, in percent. Default 80.
    #[serde(default)]
    changed_min: Option<Spanned<u8>>,
    /// Time limit.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// The probe with its parameters checked.
#[derive(Clone, Debug)]
struct Coverage {
    report: String,
    format: Option<Format>,
    groups: Vec<(String, String)>,
    base: Option<String>,
    wanted: Wanted,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let before = problems.len();
    folder::check_path_or_glob(&params.report, "report", problems);
    folder::check_globs(params.groups.values(), problems);
    if let Some(base) = params.base.as_ref().filter(|base| !is_revision(base)) {
        let problem = base.span.problem(format!("`{}` is no name of a commit", base.value));
        problems.push(problem.help("write a branch, a tag or a commit: `base: origin/main`"));
    }
    let wanted = credit::wanted(&params, problems);
    let timeout = limits::timeout(params.timeout.as_ref(), problems);
    (problems.len() == before).then(|| {
        let groups = params.groups.into_iter().map(|(name, glob)| (name, glob.value)).collect();
        let (report, base) = (params.report.value, params.base.map(|base| base.value));
        Box::new(Coverage { report, format: params.format, groups, base, wanted, timeout }) as Box<dyn Probe>
    })
}

/// Names that git could take for an option or a range are refused.
fn is_revision(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_.-@{}~^+".contains(c);
    !name.is_empty() && !name.starts_with('-') && !name.contains("..") && name.chars().all(allowed)
}

/// Seconds or milliseconds since 1970, as writers of Cobertura and Clover have them.
fn epoch(text: &str) -> Option<Written> {
    const LATEST_SECOND: i64 = 100_000_000_000;
    let number: i64 = text.trim().parse().ok().filter(|number| *number > 0)?;
    let second = if number > LATEST_SECOND { number / 1000 } else { number };
    Some(Written { second, zoned: true })
}

impl Probe for Coverage {
    fn facts(&self) -> FactSchema {
        let decls = vec![
            FactDecl::new("line", FactType::Ratio, "share of the lines (Go: statements) that were executed"),
            FactDecl::new("branch", FactType::Ratio, "share of the branches that were taken"),
            FactDecl::new("covered", FactType::Count, "lines (Go: statements) that were executed"),
            FactDecl::new("total", FactType::Count, "lines (Go: statements) that could be executed"),
            FactDecl::new("files", FactType::Count, "source files that the reports list and that count"),
            FactDecl::new(
                "left_out",
                FactType::Count,
                "files that the reports list and that do not count: the repository does not have them, a program wrote them, or they are somebody else's",
            ),
            FactDecl::new(
                "reported",
                FactType::Ratio,
                "share of the repository's source files that the reports list, among those with endings that they list in which something can be executed",
            ),
            FactDecl::new(
                "overall",
                FactType::Ratio,
                "`line` times `reported`: what is in a file that no report lists counts as not executed",
            ),
            FactDecl::tree("group.", FactType::Ratio, "`group.<name>.line` and `group.<name>.branch` of each group"),
            FactDecl::new("lowest_group", FactType::Ratio, "the least `line` of all groups"),
            FactDecl::new("changed.line", FactType::Ratio, "share of the changed lines that were executed"),
            FactDecl::new("changed.covered", FactType::Count, "changed lines that were executed"),
            FactDecl::new("changed.total", FactType::Count, "changed lines that could be executed"),
            FactDecl::new(
                "changed.unreported",
                FactType::Count,
                "changed source files, with endings that the reports list, that are in none of them",
            ),
            FactDecl::new(
                "changed.short",
                FactType::Count,
                "changed lines that had to be executed as well for `changed_min`; 0 where it is not asked for: without a `base` that git knows, or of fewer than 20 changed lines that could be executed",
            ),
            FactDecl::new(
                "coverage_credit",
                FactType::Ratio,
                "the least of two: `line` from `floor` to `line_min`, and `changed.line` from 0 to `changed_min` where that is asked for; times `reported`",
            )
            .all_from(&["line", "overall"], "line_min", self.wanted.line_share()),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        let Coverage { report, format, groups, base, wanted, timeout: _ } = self;
        format!("coverage {report:?} {format:?} {groups:?} {base:?} {wanted:?}")
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![self.report.clone()], ..Touch::default() }
    }

    fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    fn grade(&self) -> Grade {
        Grade::Ingested
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        executable::declare(folder, wants)
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.look(look))
    }
}

//! Probe `authz`: asks for paths as each role and tenant, and compares who gets the data with who may.
//!
//! Active: it asks for what somebody may not have. GET only. What an answer gives is judged in `authz/cell.rs`.

mod cell;
mod facts;

use std::time::Duration;

use indexmap::IndexSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::cell::{Baseline, Cell, Given, given};
use super::http::fetch::Choice;
use super::http::round::{NO_SUCH_PAGE, Request, Round, body_text, evidence};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::probe::http::place::check_paths;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "authz",
    doc: "Asks for paths as each role and tenant, and reports who gets data that only others may, and who is shut out.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\nmatrix:\n  - { path: /api/users, allow: [admin] }\n  - { path: /api/orders/7, allow: [ada], marker: ada@example.org }\nroles: [admin, ada, bob, none]\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(120);
/// Cells of one observation at most; each is a request.
const MOST_CELLS: usize = 60;

/// Parameters of probe `authz`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuthzProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// Who may have what. Unknown while it is empty.
    #[serde(default)]
    matrix: Vec<RowParams>,
    /// Credentials of the target that are tried on each row, `none` for a stranger; default: all that the rows name, and
    /// `none`.
    #[serde(default)]
    roles: Vec<Spanned<String>>,
    /// When the whole round counts as not answered; default 120 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// Who may have one path.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuthzRow")]
struct RowParams {
    /// Path and query below the target's URL.
    path: Spanned<String>,
    /// Credentials of the target that may have it; all other roles must not.
    allow: Vec<Spanned<String>>,
    /// Text that only the data themselves hold: with it an answer of success that lacks it gives nothing away.
    #[serde(default)]
    marker: Option<Spanned<String>>,
    /// Where in the JSON of the answer the marker stands: `body.owner.email`; default: anywhere.
    #[serde(default)]
    at: Option<Spanned<String>>,
}

/// A row, checked.
#[derive(Clone, Debug, Serialize)]
struct Row {
    path: String,
    allow: Vec<String>,
    marker: Option<String>,
    at: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Authz {
    target: String,
    matrix: Vec<Row>,
    roles: Vec<String>,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    for row in &params.matrix {
        check(row, problems);
    }
    let matrix: Vec<Row> = params.matrix.into_iter().map(row).collect();
    let named: IndexSet<String> = match params.roles.is_empty() {
        true => matrix.iter().flat_map(|row| row.allow.clone()).chain(["none".to_owned()]).collect(),
        false => params.roles.iter().map(|role| role.value.clone()).collect(),
    };
    let roles: Vec<String> = named.into_iter().collect();
    for role in matrix.iter().flat_map(|row| &row.allow).filter(|role| !roles.contains(role)) {
        let wrong = format!("`{role}` may have something, but is not among `roles`");
        problems.push(node.problem(wrong).help("add it, or leave `roles` out"));
    }
    if matrix.len() * roles.len() > MOST_CELLS {
        let wrong = format!("{} paths × {} roles; at most {MOST_CELLS} cells are asked", matrix.len(), roles.len());
        problems.push(node.problem(wrong).help("split the matrix over several checks"));
    }
    Some(Box::new(Inquiry(Authz {
        target: params.target.value,
        matrix,
        roles,
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT),
    })))
}

fn row(params: RowParams) -> Row {
    Row {
        path: params.path.value,
        allow: params.allow.into_iter().map(|role| role.value).collect(),
        marker: params.marker.map(|marker| marker.value),
        at: params.at.map(|at| at.value.trim_start_matches("body.").to_owned()),
    }
}

fn check(row: &RowParams, problems: &mut Problems) {
    check_paths([&row.path], problems);
    if let Some(at) = row.at.as_ref().filter(|at| row.marker.is_none() || !at.starts_with("body.")) {
        let wrong = format!("`at: {}` is not the place of a marker", at.value);
        problems.push(at.span.problem(wrong).help("write `marker: ada@example.org` and `at: body.owner.email`"));
    }
    if let Some(marker) = row.marker.as_ref().filter(|marker| marker.trim().is_empty()) {
        problems.push(marker.span.problem("an empty marker is in every answer").help("leave `marker` out"));
    }
}

impl Authz {
    /// Asks one path as everybody: those who may first, so that there is something to compare with.
    async fn row(
        &self,
        row: &Row,
        nowhere: Option<&str>,
        round: &mut Round<'_>,
        cells: &mut Vec<Cell>,
        places: &mut Vec<Evidence>,
    ) -> Result<(), Unknown> {
        let mut baseline = Baseline::default();
        let (may, may_not): (Vec<&String>, Vec<&String>) = self.roles.iter().partition(|role| row.allow.contains(role));
        for role in may.into_iter().chain(may_not) {
            let choice = chosen(role);
            let fetched = round.ask(Request::get(&row.path, &choice)).await?;
            let allowed = row.allow.contains(role);
            let given = match &fetched.reply {
                Ok(reply) if fetched.failure().is_none() => given(row, reply, fetched.url.as_str(), nowhere, &baseline),
                _ => Given::Unclear(fetched.failure().map_or_else(String::new, ToString::to_string)),
            };
            if allowed && let (Given::Data, Ok(reply)) = (&given, &fetched.reply) {
                baseline.take(reply);
            }
            let cell = Cell { role: role.clone(), path: row.path.clone(), allowed, given, proven: baseline.is_known() };
            if let Some(note) = cell.fault() {
                places.push(Evidence { note: Some(note), ..evidence(&fetched, "GET") });
            }
            cells.push(cell);
        }
        Ok(())
    }
}

fn chosen(role: &str) -> Choice {
    if role == "none" { Choice::None } else { Choice::Named(role.to_owned()) }
}

impl Inquire for Authz {
    const NAME: &'static str = "authz";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.target, self.timeout)
    }

    fn facts(&self) -> FactSchema {
        facts::declared().into()
    }

    fn touch(&self) -> Touch {
        let contact = |path: &str, at_most: usize| Contact::below(&self.target, "GET", path, at_most as u64);
        let rows = self.matrix.iter().map(|row| contact(&row.path, self.roles.len()));
        let contacts = std::iter::once(contact(NO_SUCH_PAGE, 1)).chain(rows).collect();
        let presents = self.roles.iter().filter_map(|role| chosen(role).presented(1)).collect();
        Touch { contacts, presents, active: true, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("the matrix", Permission::Active, Some(&self.target), look.world)?;
        if self.matrix.is_empty() {
            return Err(Unknown::because("no `matrix` says who may have what"));
        }
        let mut round = Round::of(&look, &self.target)?;
        let (nowhere, _) = round.answer(Request::get(NO_SUCH_PAGE, &Choice::None)).await?;
        let nowhere = (nowhere.status == 200).then(|| body_text(&nowhere));
        let mut cells = Vec::new();
        let mut places = Vec::new();
        for row in &self.matrix {
            self.row(row, nowhere.as_deref(), &mut round, &mut cells, &mut places).await?;
        }
        if places.is_empty() {
            let note = format!("{} cells are as they must be", cells.len());
            places.push(Evidence { kind: EvidenceKind::Http, note: Some(note), ..Evidence::default() });
        }
        Ok(round.observed(facts::of(&cells), places))
    }
}

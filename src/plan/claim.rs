//! What documents claim, made comparable with what is measured.

use super::{ClaimMeaning, Finding, PlannedClaim, route};
use crate::expect::units;
use crate::model::report::Claim;
use crate::model::{Exact, Problems};
use crate::spec::document::{CheckDoc, Document};

/// The overall claim and where it stands.
pub(super) fn overall(document: &Document, problems: &mut Problems) -> Option<(Exact, Option<String>)> {
    let claims = document.claims.as_ref()?;
    let overall = claims.overall.as_ref()?;
    Some((super::area::percent(overall, "overall", problems)?, claims.source.clone()))
}

/// What a document says about a check.
pub(super) fn of_check(doc: &CheckDoc, finding: &Finding, problems: &mut Problems) -> Option<PlannedClaim> {
    let claimed = doc.claimed.as_ref()?;
    let meaning = match state(&claimed.value.value) {
        Some(meaning) => meaning,
        None => ClaimMeaning::Value(Box::new(value(&claimed.value, finding, problems)?)),
    };
    let claim = Claim {
        value: claimed.value.value.value.clone(),
        text: claimed.text.clone(),
        source: claimed.source.clone(),
        contradicted: None,
    };
    Some(PlannedClaim { claim, meaning })
}

fn state(text: &str) -> Option<ClaimMeaning> {
    match text {
        "done" => return Some(ClaimMeaning::Done),
        "partial" => return Some(ClaimMeaning::Partial),
        "missing" => return Some(ClaimMeaning::Missing),
        "n/a" => return Some(ClaimMeaning::NotApplicable),
        _ => {}
    }
    let percent = units::percent(text).ok()?;
    Some(match percent {
        p if p >= Exact::whole(100) => ClaimMeaning::Done,
        p if p.is_zero() => ClaimMeaning::Missing,
        _ => ClaimMeaning::Partial,
    })
}

fn value(
    claimed: &crate::spec::document::ClaimedDoc,
    finding: &Finding,
    problems: &mut Problems,
) -> Option<crate::expect::Typed> {
    let Finding::Routes(routes) = finding else {
        if !claimed.value.contains(['=', '<', '>']) {
            problems.push(claimed.value.span.problem(format!("`{}` is not a claim", claimed.value.value)).help(
                "write a percentage (`30 %`), `done`, `partial`, `missing`, `n/a`, or an expectation (`failed = 31`)",
            ));
        }
        return None;
    };
    route::typed(&claimed.value, &routes.first()?.schema, problems)
}

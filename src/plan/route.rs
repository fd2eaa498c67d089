//! The ways a check finds out: probes decoded, expectations typed against their facts.

use super::brought::Brought;
use super::check::Draft;
use super::credit_bound::{self, Fit};
use super::{Finding, PlannedObservation, Route, with};
use crate::expect::{self, Expectation, Fault, Typed, credit};
use crate::model::outcome::Grade;
use crate::model::problem::nearest;
use crate::model::{FactSchema, Problem, Problems};
use crate::probe::{self, Probe, attest};
use crate::spec::document::{AttestDoc, CheckDoc, CreditDoc, ProbeDoc, RouteDoc};
use crate::yaml::{Key, Kind, Node, Raw, Span, Spanned, Style};

/// Full credit, in millionths.
pub(super) const FULL: u32 = 1_000_000;

/// How a check's outcome comes about, as its document says.
pub(super) fn finding(draft: &mut Draft<'_>, rule: &Brought, doc: &CheckDoc, problems: &mut Problems) -> Finding {
    let ways = [doc.probe.is_some(), doc.attest.is_some(), !doc.routes.is_empty(), !doc.any_of.is_empty()];
    if ways.iter().filter(|way| **way).count() > 1 {
        problems.push(
            rule.problem(format!("`{}` has more than one of `probe`, `attest`, `routes`, `any_of`", rule.id))
                .help("keep one; to try several ways, list them under `routes:`, best first"),
        );
        return Finding::Claimed;
    }
    if !doc.routes.is_empty() {
        complain_about_loose_fields(doc, problems);
        let documents: Vec<RouteDoc> = doc.routes.iter().filter_map(|raw| raw.decode(problems)).collect();
        return Finding::Routes(documents.iter().filter_map(|route| one(draft, rule, doc, route, problems)).collect());
    }
    if doc.probe.is_none() && doc.attest.is_none() {
        if let Some(line) = doc.expect.first().or_else(|| condition(doc).first()) {
            problems.push(
                line.span
                    .problem("`expect` without a probe expects something of nothing")
                    .help("add `probe:`, or remove `expect`"),
            );
        }
        return Finding::Claimed;
    }
    let route = RouteDoc {
        probe: doc.probe.clone(),
        attest: doc.attest.clone(),
        expect: doc.expect.clone(),
        credit: doc.credit.clone(),
        cap: None,
    };
    Finding::Routes(one(draft, rule, doc, &route, problems).into_iter().collect())
}

/// What a probe of the check must see for the check to apply.
fn condition(doc: &CheckDoc) -> &[Spanned<String>] {
    doc.when.as_ref().map_or(&[], |when| &when.expect)
}

fn complain_about_loose_fields(doc: &CheckDoc, problems: &mut Problems) {
    if let Some(line) = doc.expect.first() {
        problems
            .push(line.span.problem("with `routes:` each route has its own `expect`").help("move it into the route"));
    }
    if let Some(credit) = &doc.credit {
        problems
            .push(credit.span.problem("with `routes:` each route has its own `credit`").help("move it into the route"));
    }
}

fn one(
    draft: &mut Draft<'_>,
    rule: &Brought,
    check: &CheckDoc,
    doc: &RouteDoc,
    problems: &mut Problems,
) -> Option<Route> {
    let (kind, probe, grade) = match (&doc.probe, &doc.attest) {
        // What waits for an unset variable makes the check unknown; half a text is no parameter yet.
        (Some(raw), None) if !raw.node.missing_below().is_empty() => return None,
        (Some(raw), None) => {
            let Some((kind, probe)) = decode(draft, raw, problems) else {
                complain_about_grammar(&doc.expect, problems);
                return None;
            };
            let probe = fitted(draft, doc, raw, probe, problems)?;
            let grade = probe.grade();
            (kind, probe, grade)
        }
        (None, Some(attestation)) => ("attest", attested(draft, attestation, problems)?, Grade::Attested),
        _ => {
            problems
                .push(rule.problem("a route has exactly one of `probe` and `attest`").help("write one route for each"));
            return None;
        }
    };
    let schema = probe.facts();
    let expect = expectations(rule, doc, kind, &schema, problems);
    let applies = condition(check).iter().filter_map(|line| typed(line, &schema, problems)).collect();
    let credit = doc.credit.as_ref().and_then(|doc| credit_rule(doc, &schema, &expect, problems));
    let cap_ppm = doc.cap.as_ref().and_then(|cap| super::area::percent(cap, "cap", problems)).map_or(FULL, |percent| {
        let ppm = percent * crate::model::Exact::whole(10_000);
        u32::try_from(ppm.floor_i64().unwrap_or(0)).unwrap_or(FULL)
    });
    complain_about_target(draft, rule, probe.as_ref(), problems);
    let observation = observe(draft, rule, kind, probe);
    Some(Route { observation, applies, expect, credit, cap_ppm, grade, schema })
}

/// The probe with the bound of its credit as the check expects it.
fn fitted(
    draft: &Draft<'_>,
    doc: &RouteDoc,
    raw: &Raw<ProbeDoc>,
    probe: Box<dyn Probe>,
    problems: &mut Problems,
) -> Option<Box<dyn Probe>> {
    let schema = probe.facts();
    // What is wrong with a line is told where the check's own expectations are read.
    let mut told = Problems::new();
    let expect: Vec<Typed> = doc.expect.iter().filter_map(|line| typed(line, &schema, &mut told)).collect();
    match credit_bound::fit(doc.credit.as_ref(), raw, &schema, &expect) {
        Fit::Already => Some(probe),
        Fit::With(raw) => decode(draft, &raw, problems).map(|(_, probe)| probe),
        Fit::Not(problem) => {
            problems.push(problem);
            None
        }
    }
}

/// The one probe of a `probe:` mapping, with the spec's defaults put in.
fn decode(draft: &Draft<'_>, raw: &Raw<ProbeDoc>, problems: &mut Problems) -> Option<(&'static str, Box<dyn Probe>)> {
    let entries = raw.node.entries();
    let [(kind, params)] = entries else {
        problems.push(
            raw.node
                .problem(format!("`probe` has {} kinds; it takes exactly one", entries.len()))
                .help("write `probe: { http: { target: api, path: /health } }`; `shipworthy probe` lists the kinds"),
        );
        return None;
    };
    let Some(def) = probe::find(&kind.text) else {
        problems.push(unknown_kind(kind));
        return None;
    };
    let params = with_defaults(draft, &kind.text, params);
    (def.decode)(&params, problems).map(|probe| (def.name, probe))
}

fn unknown_kind(kind: &Key) -> Problem {
    let problem = kind.span.problem(format!("there is no probe `{}`", kind.text));
    match nearest(&kind.text, probe::PROBES.iter().map(|def| def.name)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("`shipworthy probe` lists the kinds"),
    }
}

fn with_defaults(draft: &Draft<'_>, kind: &str, params: &Node) -> Node {
    let defaults = &draft.document().defaults;
    let mut entries: Vec<(Key, Node)> = Vec::new();
    if let Some(timeout) = &defaults.timeout {
        entries.push(entry("timeout", timeout.value.clone(), &timeout.span));
    }
    if let Some(retry) = &defaults.retry {
        entries.push(entry("retry", retry.value.to_string(), &retry.span));
    }
    let key = Key { text: kind.to_owned(), span: params.span.clone() };
    let probe = Node { kind: Kind::Map(vec![(key, params.clone())]), ..params.clone() };
    let check_key = Key { text: "probe".to_owned(), span: params.span.clone() };
    let check = Node { kind: Kind::Map(vec![(check_key, probe)]), ..params.clone() };
    let (check, _) = with::apply(&check, &entries, false);
    check.get("probe").and_then(|probe| probe.get(kind)).cloned().unwrap_or_else(|| params.clone())
}

pub(super) fn entry(key: &str, text: String, span: &Span) -> (Key, Node) {
    let value = Node { span: span.clone(), kind: Kind::Scalar { text, style: Style::Plain }, missing: Vec::new() };
    (Key { text: key.to_owned(), span: span.clone() }, value)
}

fn attested(draft: &Draft<'_>, doc: &Spanned<AttestDoc>, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let statement = attest::Statement {
        statement: doc.statement.clone(),
        by: doc.by.clone(),
        date: doc.date.clone(),
        expires: doc.expires.clone(),
        evidence: doc.evidence.clone(),
    };
    attest::probe(statement, draft.input.today, problems)
}

fn expectations(
    rule: &Brought,
    doc: &RouteDoc,
    kind: &str,
    schema: &FactSchema,
    problems: &mut Problems,
) -> Vec<Typed> {
    if doc.expect.is_empty() && kind == "attest" {
        let typed = expect::parse("valid = true").and_then(|parsed| expect::type_check(&parsed, schema));
        return typed.into_iter().collect();
    }
    // Of an `expect` of another shape its own problem is told already.
    let misshapen = rule.node.get("expect").is_some_and(|node| matches!(node.kind, Kind::Scalar { .. } | Kind::Map(_)));
    if doc.expect.is_empty() && !misshapen {
        let example = schema.decls.first().map_or("exists = true".to_owned(), |_| "…".to_owned());
        problems.push(rule.problem(format!("`{}` expects nothing, so it could not fail", rule.id)).help(format!(
            "add `expect:` with a list of `fact operator value` ({example}); `shipworthy probe {kind}` shows the facts"
        )));
    }
    // A line that waits for an unset variable makes the check unknown; its text is no expectation yet.
    let waits = !rule.node.missing_below().is_empty();
    let lines = doc.expect.iter().filter(|line| !(waits && line.value.contains("${")));
    lines.filter_map(|line| typed(line, schema, problems)).collect()
}

/// What is wrong with expectations whose facts are not known, because their probe is wrong.
fn complain_about_grammar(lines: &[Spanned<String>], problems: &mut Problems) {
    for line in lines.iter().filter(|line| !line.is_empty() && !line.contains("${")) {
        if let Err(fault) = expect::parse(line) {
            problems.push(at_fault(line, &fault));
        }
    }
}

/// One line of an `expect`, parsed and typed, or a problem at its exact place.
pub(super) fn typed(line: &Spanned<String>, schema: &FactSchema, problems: &mut Problems) -> Option<Typed> {
    if line.is_empty() {
        return None;
    }
    let result: Result<Typed, Fault> =
        expect::parse(line).and_then(|parsed: Expectation| expect::type_check(&parsed, schema));
    match result {
        Ok(typed) => Some(typed),
        Err(fault) => {
            problems.push(at_fault(line, &fault));
            None
        }
    }
}

/// A fault as a problem at its place inside the line, where the line was written so that places can be told.
pub(super) fn at_fault(line: &Spanned<String>, fault: &Fault) -> Problem {
    let span = line.span.part_of(line, fault.offset, fault.length);
    let problem = span.problem(fault.message.clone());
    match &fault.help {
        Some(help) => problem.help(help.clone()),
        None => problem.help("see `docs/expectations.md` for the grammar"),
    }
}

fn credit_rule(
    doc: &Spanned<CreditDoc>,
    schema: &FactSchema,
    expect: &[Typed],
    problems: &mut Problems,
) -> Option<credit::TypedCredit> {
    let Some(rule) = rule_of(doc) else {
        problems.push(
            doc.span
                .problem("`credit` has exactly one of `fact`, `ratio`, `linear`, `steps`, `least`")
                .help("such as `credit: { ratio: [passed, total] }`"),
        );
        return None;
    };
    match credit::type_check(&rule, schema, expect) {
        Ok(typed) => Some(typed),
        Err(faults) => {
            for fault in faults {
                let problem = doc.span.problem(fault.message);
                problems.push(problem.help(fault.help.unwrap_or_else(|| "see `docs/expectations.md`".to_owned())));
            }
            None
        }
    }
}

fn rule_of(doc: &CreditDoc) -> Option<credit::CreditRule> {
    let mut rules = Vec::new();
    if let Some(fact) = &doc.fact {
        rules.push(credit::CreditRule::Fact(fact.clone()));
    }
    if let Some([part, whole]) = &doc.ratio {
        rules.push(credit::CreditRule::Ratio(part.clone(), whole.clone()));
    }
    if let Some(linear) = &doc.linear {
        let (fact, from, to) = (linear.fact.clone(), linear.from.clone(), linear.to.clone());
        rules.push(credit::CreditRule::Linear { fact, from, to });
    }
    if let Some(steps) = &doc.steps {
        let steps = steps.iter().map(|step| (step.expect.clone(), step.credit.clone())).collect();
        rules.push(credit::CreditRule::Steps(steps));
    }
    if let Some(least) = &doc.least {
        rules.push(credit::CreditRule::Least(least.iter().map(rule_of).collect::<Option<Vec<_>>>()?));
    }
    if rules.len() == 1 { rules.pop() } else { None }
}

fn complain_about_target(draft: &Draft<'_>, rule: &Brought, probe: &dyn Probe, problems: &mut Problems) {
    let Some(name) = probe.target() else { return };
    if draft.targets.contains_key(name) || draft.document().targets.contains_key(name) {
        return;
    }
    let problem = rule.problem(format!("`{}` asks target `{name}`, which the spec does not have", rule.id));
    problems.push(match nearest(name, draft.document().targets.keys().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("add `targets: {{ {name}: {{ url: https://… }} }}`")),
    });
}

/// Index of the observation: an equal one that is planned already, else a new one.
fn observe(draft: &mut Draft<'_>, rule: &Brought, kind: &'static str, probe: Box<dyn Probe>) -> usize {
    let folder = rule.component.as_ref().map(|(_, folder)| folder.trim_end_matches('/').to_owned()).unwrap_or_default();
    let touch = probe.touch();
    let refused = (!touch.runs.is_empty() && !rule.exec).then(|| {
        let pack = rule.pack.as_deref().unwrap_or("…");
        format!("runs a command; a pack may only with `include: {{ pack: {pack}, exec: true }}`")
    });
    let key = (kind, folder.clone(), probe.key(), refused.clone());
    if let Some(index) = draft.observed.get(&key) {
        return *index;
    }
    draft.observed.insert(key, draft.observations.len());
    let limit = probe.timeout().unwrap_or_else(|| default_limit(kind));
    let lane = probe.lane();
    draft.observations.push(PlannedObservation { kind, probe, folder, limit, touch, lane, refused });
    draft.observations.len() - 1
}

/// 10 min for what runs the user's programs, 10 s for the rest.
fn default_limit(kind: &str) -> std::time::Duration {
    let seconds = if matches!(kind, "command" | "tests" | "drill") { 600 } else { 10 };
    std::time::Duration::from_secs(seconds)
}

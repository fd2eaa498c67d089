//! The reports every renderer is shown: a rich one, a ready one, an inconclusive one, and a hostile one.

use std::collections::BTreeMap;

use shipworthy::model::outcome::{DeciderState, Priority};
use shipworthy::model::report::*;
use shipworthy::model::{Certainty, Grade, Level, Outcome, Place, Severity, Verdict};

pub(crate) fn share(value: f64, exact: &str) -> Share {
    Share { value, exact: exact.to_owned() }
}

pub(crate) fn score(proven: f64, possible: f64, measured: f64, claimed: Option<f64>) -> Score {
    let of = |value: f64| share(value, &format!("{}/10000", (value * 100.0).round()));
    Score { proven: of(proven), possible: of(possible), measured: of(measured), claimed }
}

pub(crate) fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}

pub(crate) fn check(id: &str, area: &str, title: &str, severity: Severity, outcome: Outcome) -> Check {
    let credit_ppm = if outcome == Outcome::Pass { 1_000_000 } else { 0 };
    let known = outcome.is_known();
    Check {
        id: id.to_owned(),
        rule: id.split('@').next().unwrap_or(id).to_owned(),
        area: area.to_owned(),
        title: title.to_owned(),
        severity,
        declared_severity: severity,
        weight: severity.weight().to_string(),
        state: CheckState::Enforced,
        outcome,
        credit_ppm,
        points: None,
        route: None,
        target: None,
        grade: known.then_some(Grade::Measured),
        certainty: known.then_some(Certainty::Certain),
        waiver: None,
        blocked_by: None,
        expectations: Vec::new(),
        facts: BTreeMap::new(),
        reason: None,
        evidence: Vec::new(),
        tags: Vec::new(),
        component: None,
        group: None,
        owner: None,
        phase: None,
        horizon: None,
        effort_days: None,
        claimed: None,
        baseline: BTreeMap::new(),
        resolved: None,
        optional: None,
        any_of: Vec::new(),
        requires: Vec::new(),
        remedy: None,
        reference: None,
        rationale: None,
        declared_at: Place { file: "shipworthy.yaml".to_owned(), line: 40, column: 9 },
        duration_ms: 12,
    }
}

pub(crate) fn expectation(text: &str, fact: &str, expected: &str, actual: &str, outcome: Outcome) -> Expectation {
    Expectation {
        text: text.to_owned(),
        fact: fact.to_owned(),
        expected: expected.to_owned(),
        actual: actual.to_owned(),
        outcome,
    }
}

fn fact(value: impl Into<serde_json::Value>, unit: Option<&str>) -> FactValue {
    FactValue { value: value.into(), unit: unit.map(str::to_owned) }
}

fn area(id: &str, title: &str, priority: Priority, score: Option<Score>) -> Area {
    Area {
        id: id.to_owned(),
        title: title.to_owned(),
        priority,
        weight: priority.weight(),
        score,
        earned: "10".to_owned(),
        applicable: "22".to_owned(),
        claimed: None,
        claimed_text: None,
        min_score_pct: None,
        counts: Counts::default(),
    }
}

/// Counts per area follow from the checks, as they do in a real report.
fn count(report: &mut Report) {
    for area in &mut report.areas {
        let mut counts = Counts::default();
        for check in report.checks.iter().filter(|check| check.area == area.id) {
            match check.outcome {
                Outcome::Pass => counts.passed += 1,
                Outcome::Fail => counts.failed += 1,
                Outcome::Unknown => counts.unknown += 1,
                Outcome::Blocked => counts.blocked += 1,
                Outcome::NotApplicable => counts.not_applicable += 1,
            }
            let failed = check.outcome == Outcome::Fail;
            counts.waived += u32::from(failed && check.waiver.is_some());
            counts.disabled += u32::from(check.state == CheckState::Disabled);
            let blocks = failed && check.waiver.is_none() && check.severity == Severity::Blocker;
            counts.blockers += u32::from(blocks && check.state == CheckState::Enforced);
        }
        area.counts = counts;
    }
}

fn empty(name: &str, verdict: Verdict) -> Report {
    Report {
        schema: SCHEMA,
        tool: Tool { name: "shipworthy".to_owned(), version: "0.1.0".to_owned() },
        system: System { name: name.to_owned(), owner: text("platform-team"), target_date: None, tier: Some(2) },
        run: Run {
            id: "2026-11-20T13-14-35Z-4f2a".to_owned(),
            started_at: "2026-11-20T13:14:35Z".to_owned(),
            duration_ms: 8_412,
            spec: SpecRef { path: "shipworthy.yaml".to_owned(), sha256: "9f86d081884c7d659a2feaa0c55ad015".repeat(2) },
            catalog: "1.0".to_owned(),
            requests: 37,
            files: 412,
            ..Run::default()
        },
        verdict,
        exit: Exit { code: verdict.exit_code(), question: "ready".to_owned() },
        reasons: Vec::new(),
        verdict_line: String::new(),
        rules: ReportRules { fail_on: Severity::Blocker, min_score_pct: 70.0, require_measured_pct: 80.0 },
        deciders: Vec::new(),
        score: None,
        areas: Vec::new(),
        components: Vec::new(),
        groups: Vec::new(),
        checks: Vec::new(),
        gates: Vec::new(),
        next_actions: Vec::new(),
        roadmap: Roadmap::default(),
        risks: Vec::new(),
        waivers: Vec::new(),
        claims: Claims::default(),
        team: Vec::new(),
        costs: Vec::new(),
        sections: Vec::new(),
        trend: Vec::new(),
        problems: Vec::new(),
    }
}

fn decide(report: &mut Report, kind: DeciderKind, subject: &str, state: DeciderState, words: &str) {
    report.deciders.push(Decider { kind, subject: subject.to_owned(), state, text: words.to_owned() });
    if state != DeciderState::Met {
        report.reasons.push(words.to_owned());
    }
}

/// Nothing failed.
pub(crate) fn ready() -> Report {
    let mut report = empty("Harbour", Verdict::Ready);
    report.verdict_line = "ready: no blocker failed, 100.0 ≥ 70, 100 % measured ≥ 80".to_owned();
    report.score = Some(score(100.0, 100.0, 100.0, None));
    report.areas = vec![area("security", "Security", Priority::Critical, Some(score(100.0, 100.0, 100.0, None)))];
    let mut csp = check("http/csp", "security", "A content security policy is set", Severity::High, Outcome::Pass);
    csp.expectations = vec![expectation(
        "header.content-security-policy exists",
        "header.content-security-policy",
        "exists",
        "default-src 'self'",
        Outcome::Pass,
    )];
    report.checks = vec![csp];
    count(&mut report);
    report
}

/// Nothing could be looked at.
pub(crate) fn inconclusive() -> Report {
    let mut report = empty("Harbour", Verdict::Inconclusive);
    report.verdict_line = "inconclusive: 0.0 … 100.0 against 70, 0 % measured < 80".to_owned();
    report.score = Some(score(0.0, 100.0, 0.0, Some(95.0)));
    report.areas = vec![area("security", "Security", Priority::Critical, Some(score(0.0, 100.0, 0.0, None)))];
    for name in ["http/csp", "http/hsts"] {
        let mut unknown = check(name, "security", "A header is set", Severity::High, Outcome::Unknown);
        unknown.reason = text("API_URL is not set");
        report.checks.push(unknown);
    }
    decide(
        &mut report,
        DeciderKind::RequireMeasured,
        "overall",
        DeciderState::Undecided,
        "0.0 % is measured, 80 % are required",
    );
    count(&mut report);
    report
}

/// Everything a report can hold.
pub(crate) fn rich() -> Report {
    let mut report = empty("Clarion", Verdict::NotReady);
    report.system.target_date = text("2026-12-15");
    report.run.environment = text("staging");
    report.run.commit = text("3f1c2d9be0a7415c8d6b2f0e9a1c4d7788990011");
    report.run.dirty = Some(true);
    report.verdict_line = "not ready: 2 blockers failed, 41.6 < 70, 83.3 % measured ≥ 80".to_owned();
    decide(
        &mut report,
        DeciderKind::Check,
        "profiles-need-a-login",
        DeciderState::Failed,
        "blocker `profiles-need-a-login` fails: status in [401, 403], actual 200",
    );
    decide(
        &mut report,
        DeciderKind::Check,
        "backend-suite@catalog",
        DeciderState::Failed,
        "blocker `backend-suite@catalog` fails: failed = 0, actual 31",
    );
    decide(
        &mut report,
        DeciderKind::MinScore,
        "overall",
        DeciderState::Failed,
        "the score is 41.6 … 58.3, 70 is required",
    );
    decide(&mut report, DeciderKind::Gate, "gate-1", DeciderState::Undecided, "gate `gate-1` is due and undecided");
    decide(
        &mut report,
        DeciderKind::RequireMeasured,
        "overall",
        DeciderState::Met,
        "83.3 % is measured, 80 % are required",
    );
    report.score = Some(score(41.66, 58.33, 83.33, Some(75.0)));
    report.areas = rich_areas();
    report.checks = rich_checks();
    report.components = vec![RollUp {
        id: "services/cart".to_owned(),
        title: "Cart".to_owned(),
        score: Some(score(50.0, 50.0, 100.0, None)),
        counts: Counts::default(),
        share_pct: None,
    }];
    report.gates = rich_gates();
    report.next_actions = rich_actions();
    report.roadmap = rich_roadmap();
    report.risks = vec![
        Risk {
            title: "Backend test failures delay the plan".to_owned(),
            level: "high".to_owned(),
            effect: text("2..4 w"),
            mitigation: text("dedicated sprint"),
            watch: vec!["backend-suite@catalog".to_owned()],
            state: Outcome::Fail,
        },
        Risk {
            title: "Vendor API changes".to_owned(),
            level: "low".to_owned(),
            effect: None,
            mitigation: None,
            watch: vec![],
            state: Outcome::Unknown,
        },
    ];
    report.waivers = rich_waivers();
    report.claims = rich_claims();
    report.team = vec![TeamRow {
        role: "Backend".to_owned(),
        name: text("J. Doe"),
        fte: text("1.5"),
        duration: text("16 w"),
        note: None,
    }];
    report.costs = vec![CostRow {
        item: "Hosting".to_owned(),
        amount: "200..400 EUR".to_owned(),
        period: text("month"),
        note: text("two regions"),
    }];
    report.sections = vec![Section {
        title: "Recommended tools".to_owned(),
        body: "- **Renovate** for updates\n- k6 for load\n\nSee [the list](docs/tools.md).".to_owned(),
    }];
    report.trend = vec![
        TrendPoint { at: "2026-11-01T08:00:00Z".to_owned(), proven: Some(30.2), verdict: Verdict::NotReady },
        TrendPoint { at: "2026-11-10T08:00:00Z".to_owned(), proven: Some(38.9), verdict: Verdict::NotReady },
    ];
    report.problems = vec![ReportProblem {
        level: Level::Warning,
        text: "area `tests` rests on one rule".to_owned(),
        help: text("add a second check"),
        place: Some(Place { file: "shipworthy.yaml".to_owned(), line: 88, column: 3 }),
    }];
    count(&mut report);
    report
}

fn rich_areas() -> Vec<Area> {
    let mut security =
        area("security", "Security hardening", Priority::Critical, Some(score(41.66, 58.33, 83.33, None)));
    security.claimed = Some(30.0);
    security.min_score_pct = Some(80.0);
    let mut performance = area("performance", "Performance", Priority::High, Some(score(0.0, 66.66, 33.33, None)));
    performance.claimed = Some(75.0);
    let tests = area("tests", "Tests and quality assurance", Priority::High, Some(score(45.93, 45.93, 100.0, None)));
    let mut docs = area("documentation", "Documentation", Priority::Low, None);
    docs.claimed_text = text("complete");
    vec![security, performance, tests, docs]
}

fn rich_checks() -> Vec<Check> {
    use Outcome::{Blocked, Fail, NotApplicable, Pass, Unknown};
    let mut login =
        check("profiles-need-a-login", "security", "/api/profiles refuses anonymous callers", Severity::Blocker, Fail);
    login.expectations = vec![expectation("status in [401, 403]", "status", "one of 401, 403", "200", Fail)];
    login.facts = BTreeMap::from([("status".to_owned(), fact(200, None)), ("time".to_owned(), fact(7.25, Some("ms")))]);
    login.evidence = vec![Evidence {
        kind: EvidenceKind::Http,
        url: text("http://127.0.0.1:8000/api/profiles"),
        status: Some(200),
        note: text("answered 12 profiles to a caller without credentials"),
        ..Evidence::default()
    }];
    login.points = Some(Points { got: 0.0, lost: 14.81, possible: 14.81 });
    login.effort_days = Some([1.0, 2.0]);
    login.phase = text("week-5");
    login.owner = text("@security");
    login.remedy = text("require a session on every route below /api, and answer 401 without one");
    login.reference = text("https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html");
    login.claimed = Some(Claim {
        value: "done".to_owned(),
        text: text("✅ API secured with JWT"),
        source: text("PLAN.md:20"),
        contradicted: Some(true),
    });
    login.target = text("api");

    let mut csp = check("http/csp", "security", "A content security policy is set", Severity::High, Pass);
    csp.expectations = vec![expectation(
        "header.content-security-policy exists",
        "header.content-security-policy",
        "exists",
        "default-src 'self'",
        Pass,
    )];
    csp.evidence = vec![Evidence {
        kind: EvidenceKind::Http,
        url: text("http://127.0.0.1:8000/"),
        status: Some(200),
        ..Evidence::default()
    }];
    csp.claimed = Some(Claim {
        value: "open".to_owned(),
        text: text("[ ] Add security headers"),
        source: text("PLAN.md:31"),
        contradicted: Some(true),
    });

    let mut secret = check("repo/no-secrets", "security", "No secrets in the source", Severity::High, Fail);
    secret.expectations = vec![expectation("count = 0", "count", "0", "5", Fail)];
    secret.evidence = (1..=5)
        .map(|line| Evidence {
            place: Some(Place { file: "services/cart/settings.py".to_owned(), line: line * 11, column: 8 }),
            note: text("a key in source"),
            fingerprint: Some(format!("secret-{line}")),
            certainty: Certainty::Likely,
            ..Evidence::default()
        })
        .collect();
    secret.severity = Severity::High;
    secret.declared_severity = Severity::Blocker;
    secret.certainty = Some(Certainty::Likely);
    secret.remedy = text("move the values to the secret store and rotate them");
    secret.points = Some(Points { got: 0.0, lost: 7.4, possible: 7.4 });
    secret.effort_days = Some([0.5, 0.5]);

    let mut hsts =
        check("tls/certificate", "security", "The certificate is valid for 30 days", Severity::High, Unknown);
    hsts.reason = text("API_URL is not set");
    let mut pentest = check("pen-test", "security", "Penetration test passed", Severity::Medium, Unknown);
    pentest.reason = text("the attestation expired on 2026-10-01");
    pentest.evidence = vec![Evidence {
        kind: EvidenceKind::Attestation,
        place: Some(Place::file("docs/pentest.pdf")),
        age_s: Some(4_400_000),
        note: text("J. Doe on 2026-07-01"),
        ..Evidence::default()
    }];

    let mut load =
        check("api-under-load", "performance", "The API holds 50 requests per second", Severity::High, Blocked);
    load.blocked_by = text("profiles-need-a-login");
    load.reason = text("`profiles-need-a-login` did not pass");
    load.requires = vec!["profiles-need-a-login".to_owned()];
    load.baseline = BTreeMap::from([("throughput".to_owned(), "9.7 req/s".to_owned())]);
    load.expectations = vec![
        expectation("p95 < 100 ms", "p95", "below 100 ms", "not observed", Unknown),
        expectation("throughput >= 50 req/s", "throughput", "at least 50 req/s", "not observed", Unknown),
    ];
    let mut latency =
        check("http/latency-smoke", "performance", "A single request answers in time", Severity::High, Fail);
    latency.expectations = vec![expectation("time <= 300 ms", "time", "at most 300 ms", "412.07 ms", Fail)];
    latency.facts = BTreeMap::from([("time".to_owned(), fact(412.07, Some("ms")))]);
    latency.points = Some(Points { got: 0.0, lost: 7.4, possible: 7.4 });
    latency.remedy = text("profile the slowest phase; the report's facts show which one it is");

    let mut suite = check("backend-suite@catalog", "tests", "The backend suite passes", Severity::Blocker, Fail);
    suite.credit_ppm = 918_635;
    suite.expectations = vec![
        expectation("failed = 0", "failed", "0", "31", Fail),
        expectation("passed >= 350", "passed", "at least 350", "350", Pass),
    ];
    suite.evidence = vec![Evidence {
        kind: EvidenceKind::Report,
        place: Some(Place { file: "catalog.xml".to_owned(), line: 2, column: 3 }),
        argv: Some(vec!["pytest".to_owned(), "-q".to_owned()]),
        exit_code: Some(1),
        age_s: Some(8),
        ..Evidence::default()
    }];
    suite.points = Some(Points { got: 13.6, lost: 1.2, possible: 14.81 });
    suite.weight = "8/2".to_owned();
    suite.claimed = Some(Claim {
        value: "failed = 31".to_owned(),
        text: text("31 failing"),
        source: text("PLAN.md:22"),
        contradicted: Some(false),
    });
    suite.grade = Some(Grade::Ingested);
    suite.phase = text("week-5");
    let mut cart = check("backend-suite@cart", "tests", "The backend suite passes", Severity::Blocker, Fail);
    cart.waiver = Some(0);
    cart.weight = "8/2".to_owned();
    cart.component = text("services/cart");
    cart.expectations = vec![expectation("failed = 0", "failed", "0", "12", Fail)];

    let mut announced = check("ci/pinned-actions", "tests", "Actions are pinned to a commit", Severity::Medium, Fail);
    announced.state = CheckState::Announced;
    announced.evidence = vec![Evidence {
        place: Some(Place { file: ".github/workflows/ci.yml".to_owned(), line: 14, column: 15 }),
        ..Evidence::default()
    }];
    announced.remedy = text("pin each action to a full commit hash");
    let mut licence = check("gov/licence", "documentation", "A licence file is present", Severity::Low, NotApplicable);
    licence.state = CheckState::Disabled;
    licence.reason = text("closed source");
    let mut openapi =
        check("docs/openapi", "documentation", "An OpenAPI description is present", Severity::Low, NotApplicable);
    openapi.reason = text("no HTTP API in this repository");
    vec![login, csp, secret, hsts, pentest, load, latency, suite, cart, announced, licence, openapi]
}

fn rich_gates() -> Vec<Gate> {
    vec![
        Gate {
            id: "gate-1".to_owned(),
            title: "Security validation".to_owned(),
            due: true,
            from: text("2026-11-08"),
            outcome: Outcome::Unknown,
            expectations: vec![
                expectation(
                    "check.pen-test.outcome = pass",
                    "check.pen-test.outcome",
                    "pass",
                    "unknown",
                    Outcome::Unknown,
                ),
                expectation(
                    "area.security.score >= 50 %",
                    "area.security.score",
                    "at least 50 %",
                    "41.6 … 58.3 %",
                    Outcome::Unknown,
                ),
            ],
        },
        Gate {
            id: "gate-2".to_owned(),
            title: "Launch".to_owned(),
            due: false,
            from: text("2026-12-14"),
            outcome: Outcome::Fail,
            expectations: vec![expectation(
                "checks.blocker.failed = 0",
                "checks.blocker.failed",
                "0",
                "2",
                Outcome::Fail,
            )],
        },
    ]
}

fn rich_actions() -> Vec<NextAction> {
    let action = |check: &str, title: &str, remedy: Option<String>, gain: f64, blocker: bool| NextAction {
        check: check.to_owned(),
        title: title.to_owned(),
        remedy,
        gain: Some(gain),
        effort_days: None,
        unblocks: vec![],
        unblocks_points: None,
        blocker,
        outcome: Outcome::Fail,
    };
    let mut login = action(
        "profiles-need-a-login",
        "/api/profiles refuses anonymous callers",
        text("require a session on every route below /api, and answer 401 without one"),
        14.81,
        true,
    );
    login.effort_days = Some(2.0);
    login.unblocks = vec!["api-under-load".to_owned()];
    login.unblocks_points = Some(7.4);
    let mut tls = action("tls/certificate", "The certificate is valid for 30 days", text("set API_URL"), 7.4, false);
    tls.outcome = Outcome::Unknown;
    vec![
        login,
        action("backend-suite@catalog", "The backend suite passes", None, 1.2, true),
        action(
            "repo/no-secrets",
            "No secrets in the source",
            text("move the values to the secret store and rotate them"),
            7.4,
            false,
        ),
        tls,
    ]
}

fn rich_roadmap() -> Roadmap {
    Roadmap {
        phases: vec![
            Phase {
                id: "week-5".to_owned(),
                title: "Security and performance".to_owned(),
                start: text("2026-11-02"),
                end: text("2026-11-08"),
                gate: text("gate-1"),
                passed: 0,
                total: 2,
                earliest_finish: text("2026-11-24"),
                slip_days: Some(16),
            },
            Phase {
                id: "launch".to_owned(),
                title: "Launch".to_owned(),
                start: text("2026-12-01"),
                end: text("2026-12-14"),
                gate: text("gate-2"),
                passed: 0,
                total: 0,
                earliest_finish: None,
                slip_days: None,
            },
        ],
        critical_path: vec!["profiles-need-a-login".to_owned(), "api-under-load".to_owned()],
        critical_path_days: Some(2.0),
        earliest_finish: text("2026-12-17"),
        target_date: text("2026-12-15"),
        without_effort: 3,
        slip_days: Some(2),
    }
}

fn rich_waivers() -> Vec<Waiver> {
    let waiver = |check: &str, covers: &[&str], state: WaiverState, expires: &str, days_left: i64| Waiver {
        check: check.to_owned(),
        covers: covers.iter().map(|id| (*id).to_owned()).collect(),
        accept: vec!["failed <= 31".to_owned()],
        reason: "legacy suite".to_owned(),
        owner: text("@qa"),
        approver: text("@cto"),
        since: text("2026-03-01"),
        expires: expires.to_owned(),
        ticket: text("OPS-12"),
        state,
        days_left: Some(days_left),
    };
    vec![
        waiver("backend-suite@cart", &["backend-suite@cart"], WaiverState::Active, "2026-12-02", 12),
        waiver("container/*", &[], WaiverState::Unused, "2027-06-30", 222),
        waiver("http/latency-smoke", &[], WaiverState::Expired, "2026-10-31", -20),
    ]
}

fn rich_claims() -> Claims {
    let contradiction = |subject: &str, claim: &str, source: &str, measured: &str| Contradiction {
        subject: subject.to_owned(),
        claim: claim.to_owned(),
        source: text(source),
        measured: measured.to_owned(),
    };
    Claims {
        contradicted: vec![
            contradiction(
                "profiles-need-a-login",
                "✅ API secured with JWT",
                "PLAN.md:20",
                "fail: status in [401, 403], actual 200",
            ),
            contradiction("overall", "75 %", "PRODUCTION_READINESS.md:4", "41.6 … 58.3 %"),
        ],
        unproven: 12,
        better_than_claimed: vec![contradiction("http/csp", "[ ] Add security headers", "PLAN.md:31", "pass")],
    }
}

/// Text that tries to be more than text, in every place a report has for text.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> | `x` ]]> \u{1b}[31mred\u{7} \u{202e}txt\n::error::gotcha\n# title\n---\n![i](http://evil.example/x.png) [a](javascript:alert(1)) & \"q\" 'q' %0A 中文字 ";

/// A report made of hostile text.
pub(crate) fn hostile() -> Report {
    let mut report = rich();
    let hostile = format!("{HOSTILE}{}", "verylongword".repeat(30));
    let mut value = serde_json::to_value(&report).expect("serializes");
    let keep = [
        "schema",
        "started_at",
        "verdict",
        "state",
        "outcome",
        "severity",
        "declared_severity",
        "priority",
        "grade",
        "certainty",
        "kind",
        "level",
        "fail_on",
        "proven",
        "possible",
        "measured",
        "exact",
        "weight",
        "id",
        "area",
        "earned",
        "applicable",
        "blocked_by",
    ];
    poison(&mut value, &hostile, &keep);
    value["claims"]["contradicted"][0]["measured"] = hostile.clone().into();
    report = serde_json::from_value(value).expect("is a report");
    report
}

fn poison(value: &mut serde_json::Value, hostile: &str, keep: &[&str]) {
    match value {
        serde_json::Value::String(text) => *text = hostile.to_owned(),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| poison(item, hostile, keep)),
        serde_json::Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                if !(keep.contains(&key.as_str()) && member.is_string()) {
                    poison(member, hostile, keep);
                }
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

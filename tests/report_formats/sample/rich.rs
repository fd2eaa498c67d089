//! A report that holds everything a report can hold.

use std::collections::BTreeMap;

use shipworthy::model::outcome::{DeciderState, Priority};
use shipworthy::model::report::*;
use shipworthy::model::{Certainty, Grade, Level, Outcome, Place, Severity, Verdict};

use super::outlook::{rich_actions, rich_claims, rich_gates, rich_roadmap, rich_waivers};
use super::{area, check, count, decide, empty, expectation, fact, score, text};

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
        lacks_pct: None,
    }];
    report.groups = vec![RollUp {
        id: "Week 5 / Headers".to_owned(),
        title: "Week 5 / Headers".to_owned(),
        score: Some(score(50.0, 75.0, 75.0, None)),
        counts: Counts::default(),
        share_pct: Some(15.0),
        lacks_pct: Some(12.34),
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
    let member = |role: &str, name, fte| TeamRow {
        role: role.to_owned(),
        name,
        fte: text(fte),
        duration: text("16 w"),
        note: None,
    };
    report.team = vec![member("Backend", text("J. Doe"), "1.5"), member("Security", None, "0.25")];
    let cost = |item: &str, amount: &str, note| CostRow {
        item: item.to_owned(),
        amount: amount.to_owned(),
        period: text("month"),
        note,
    };
    report.costs = vec![cost("Hosting", "200..400 EUR", text("two regions")), cost("Backups", "50 EUR", None)];
    report.sections = vec![Section {
        title: "Recommended tools".to_owned(),
        body: "- **Renovate** for updates\n- k6 for load\n\nSee [the list](docs/tools.md).".to_owned(),
    }];
    report.trend = vec![trend_point("2026-11-01T08:00:00Z", 30.2), trend_point("2026-11-10T08:00:00Z", 38.9)];
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
    login.horizon = text("this week");
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

    csp.resolved = Some(Resolved { date: "2026-03-02".to_owned(), evidence: text("set by the proxy") });

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
    pentest.any_of = vec!["tls/certificate".to_owned(), "http/csp".to_owned()];
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

fn trend_point(at: &str, proven: f64) -> TrendPoint {
    TrendPoint { at: at.to_owned(), proven: Some(proven), verdict: Verdict::NotReady, passed: None, total: None }
}

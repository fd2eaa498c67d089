//! The rich report's gates, actions, phases, waivers and claims.

use shipworthy::model::Outcome;
use shipworthy::model::report::*;

use super::{expectation, text};

pub(super) fn rich_gates() -> Vec<Gate> {
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

pub(super) fn rich_actions() -> Vec<NextAction> {
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

pub(super) fn rich_roadmap() -> Roadmap {
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
                best_finish: text("2026-11-20"),
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
                best_finish: None,
                slip_days: None,
            },
        ],
        critical_path: vec!["profiles-need-a-login".to_owned(), "api-under-load".to_owned()],
        critical_path_days: Some(2.0),
        declared_path: Some(DeclaredPath {
            checks: vec!["api-under-load".to_owned()],
            open: vec!["api-under-load".to_owned()],
            omits: vec!["profiles-need-a-login".to_owned()],
            days: None,
        }),
        earliest_finish: text("2026-12-17"),
        best_finish: text("2026-12-14"),
        forecast: None,
        capacity: Some(1.5),
        target_date: text("2026-12-15"),
        without_effort: 3,
        slip_days: Some(2),
    }
}

pub(super) fn rich_waivers() -> Vec<Waiver> {
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

pub(super) fn rich_claims() -> Claims {
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

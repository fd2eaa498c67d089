//! Sections of what people need who run a system: runbooks, deploying, incidents, recovery, on call. Data only.

use super::kinds::{Need, brief, need};

pub(super) const RUNBOOK: &[Need] = &[
    brief(
        "symptom",
        &[
            "symptom",
            "alert",
            "trigger",
            "detect",
            "when",
            "what is seen",
            "overview",
            "summary",
            "description",
            "meaning",
            "what happened",
        ],
    ),
    brief("impact", &["impact", "severity", "effect", "consequence", "who is affected", "meaning"]),
    need(
        "diagnosis",
        &["diagnos", "investigat", "check", "triage", "debug", "troubleshoot", "find", "verify the", "cause"],
    ),
    need(
        "mitigation",
        &[
            "mitigat",
            "fix",
            "resol",
            "remed",
            "recover",
            "restart",
            "steps",
            "action",
            "procedure",
            "solution",
            "restor",
            "failover",
            "scale",
        ],
    ),
    brief(
        "escalation",
        &["escalat", "rollback", "roll back", "revert", "contact", "call", "owner", "if it does not help"],
    ),
    brief(
        "verification",
        &["verif", "confirm", "validat", "afterwards", "make sure", "resolved", "healthy", "check that"],
    ),
];
pub(super) const DEPLOYMENT: &[Need] = &[
    brief("environments", &["environment", "staging", "production", "where", "target", "infrastructure", "hosts"]),
    brief(
        "access",
        &["prerequisite", "access", "requirement", "before", "permission", "setup", "credential", "prepar"],
    ),
    need("deploying", &["deploy", "release", "steps", "rollout", "ship", "publish", "install"]),
    brief("migrations", &["migrat", "database", "schema", "data"]),
    brief("verification", &["verif", "smoke", "check", "validat", "test", "after", "monitor", "health"]),
    brief("rollback", &["rollback", "roll back", "rolling back", "revert", "undo", "back out", "previous version"]),
];
pub(super) const INCIDENT: &[Need] = &[
    need("severities", &["severit", "priorit", "classif", "level", "sev"]),
    brief("declaring", &["declar", "report", "detect", "start", "trigger", "open an incident", "how to", "response"]),
    brief("roles", &["role", "responsib", "commander", "team", "who"]),
    brief("communication", &["communicat", "status page", "notif", "stakeholder", "customer", "update"]),
    brief("security", &["security", "breach", "data protection", "legal", "regulator", "privacy"]),
    brief("review", &["postmortem", "post mortem", "retrospective", "review", "learn", "after", "follow"]),
];
pub(super) const DISASTER: &[Need] = &[
    brief("scenarios", &["scope", "scenario", "disaster", "threat", "risk", "what is covered", "overview"]),
    brief("objectives", &["rto", "rpo", "objective", "recovery time", "recovery point", "target"]),
    brief("roles", &["role", "responsib", "contact", "team", "who"]),
    need("recovery", &["recover", "restor", "steps", "procedure", "failover", "runbook"]),
    brief("order", &["order", "dependenc", "sequence", "priorit", "recovery steps", "steps"]),
    brief("communication", &["communicat", "notif", "status page", "contact", "stakeholder", "whom to tell"]),
    brief("validation", &["validat", "verif", "check", "integrity"]),
    brief("return", &["return", "back to normal", "failback", "fail back", "normal operation", "afterwards"]),
    brief("exercise", &["exercise", "test", "drill", "rehears", "last", "practice", "history"]),
];
pub(super) const ON_CALL: &[Need] = &[
    brief("schedule", &["schedule", "rotation", "rota", "who is on call", "shift", "calendar", "on call"]),
    brief("second line", &["secondary", "second line", "backup", "escalat", "if nobody"]),
    brief("escalation", &["escalat", "if nobody", "no answer", "paging", "order of calls"]),
    brief("hours", &["hours", "coverage", "response time", "expectation", "acknowledg", "sla"]),
    brief("handover", &["handover", "hand over", "handoff", "hand off", "start of shift", "end of shift"]),
    brief("limits", &["compensat", "limit", "workload", "time off", "rest", "sustain"]),
];

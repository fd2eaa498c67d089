//! Sections of records: what somebody wrote down after a rehearsal, a review or a decision. Data only; the other kinds
//! are in `kinds`.

use super::kinds::{Need, brief};

pub(super) const RESTORE_TEST: &[Need] = &[
    brief("backup", &["backup", "dump", "snapshot", "source", "scope", "what was restored"]),
    brief("people", &["who", "people", "team", "participants", "performed by", "roles", "owner"]),
    brief("steps", &["steps", "procedure", "restor", "how", "runbook"]),
    brief("duration", &["duration", "rto", "recovery time", "time taken", "timeline", "how long", "result", "figures"]),
    brief("loss", &["rpo", "recovery point", "data loss", "loss", "result", "figures"]),
    brief("integrity", &["integrity", "verif", "check", "validat"]),
    brief("issues", &["issue", "problem", "finding", "follow", "action", "lesson", "learn"]),
];
pub(super) const ACCESS_REVIEW: &[Need] = &[
    brief("roles", &["role", "who", "access", "permission", "administrator", "inventory", "privilege"]),
    brief("authentication", &["mfa", "authenticat", "second factor", "two factor", "2fa", "sso", "login", "passkey"]),
    brief("emergency access", &["break glass", "emergency", "just in time", "elevation", "temporary", "on demand"]),
    brief("joiners and leavers", &["joiner", "leaver", "onboard", "offboard", "lifecycle", "revo", "staff changes"]),
    brief("review", &["review", "audit", "last checked", "history", "attest"]),
];
pub(super) const PENETRATION_TEST: &[Need] = &[
    brief("tester", &["tester", "by whom", "who", "vendor", "company", "team", "independen"]),
    brief("scope", &["scope", "target", "systems", "what was tested"]),
    brief("method", &["method", "approach", "standard", "owasp", "how"]),
    brief("findings", &["finding", "result", "severit", "vulnerab", "summary", "issues"]),
    brief("retest", &["retest", "remediat", "closed", "status", "follow", "fix"]),
];
pub(super) const READINESS_REVIEW: &[Need] = &[
    brief("version", &["version", "release", "commit", "build", "scope"]),
    brief("objectives", &["tier", "slo", "objective", "service level", "target"]),
    brief("reviewers", &["reviewer", "participant", "attend", "sign off", "signed", "approv", "who"]),
    brief("risks", &["risk", "open", "issue", "concern", "condition", "action"]),
    brief("decision", &["decision", "outcome", "verdict", "result", "go no go", "go/no go", "conclusion"]),
];
pub(super) const CAPACITY_PLAN: &[Need] = &[
    brief("traffic", &["traffic", "demand", "load", "growth", "forecast", "expected", "peak"]),
    brief("instance", &["instance", "per replica", "per node", "benchmark", "measured", "one server", "unit"]),
    brief("bottleneck", &["bottleneck", "limit", "constraint", "saturat"]),
    brief("scaling", &["scal", "trigger", "autoscal", "headroom", "maximum"]),
    brief("quotas", &["quota", "dependenc", "connection", "rate limit", "database", "third"]),
    brief("cost", &["cost", "budget", "spend", "price"]),
];
pub(super) const RESILIENCE_TEST: &[Need] = &[
    brief("hypothesis", &["hypothes", "expect", "goal", "objective", "purpose", "question"]),
    brief("scope", &["scope", "environment", "target", "systems", "where", "participants"]),
    brief("fault", &["fault", "fail", "inject", "scenario", "experiment", "what was done", "steps", "outage"]),
    brief("observed", &["observ", "result", "outcome", "what happened", "measure", "timeline"]),
    brief("actions", &["action", "follow", "lesson", "learn", "improve", "next"]),
];
pub(super) const RETENTION: &[Need] = &[
    brief("data", &["data", "class", "categor", "what", "scope", "record", "log"]),
    brief("period", &["period", "retention", "how long", "keep", "schedule", "duration"]),
    brief("deletion", &["delet", "eras", "purg", "dispos", "expir", "mechanism", "how"]),
    brief("owner", &["owner", "responsib", "who", "contact", "review"]),
];
pub(super) const DEPENDENCIES: &[Need] = &[
    brief("list", &["dependenc", "external", "services", "upstream", "inventory", "overview"]),
    brief("criticality", &["critical", "importance", "sla", "tier", "availab"]),
    brief("behaviour", &["behav", "fallback", "degrad", "when", "fail", "down", "outage", "mitigat"]),
    brief("limits", &["timeout", "retr", "circuit", "limit", "deadline"]),
];
pub(super) const REDUNDANCY: &[Need] = &[
    brief("components", &["component", "part", "service", "inventory", "critical path", "overview"]),
    brief("instances", &["instance", "replica", "zone", "region", "capacity", "n+1", "redundan"]),
    brief("failover", &["failover", "fail over", "switch", "takeover", "recover", "automatic"]),
    brief("accepted", &["single point", "accepted", "risk", "exception", "limit", "known"]),
];
pub(super) const SECRET_ROTATION: &[Need] = &[
    brief("inventory", &["inventory", "secret", "class", "key", "what", "list"]),
    brief("owner", &["owner", "responsib", "who", "contact"]),
    brief("period", &["period", "schedule", "rotat", "how often", "interval", "expir"]),
    brief("procedure", &["procedure", "how to", "steps", "rotating", "revok", "leak", "emergency"]),
];

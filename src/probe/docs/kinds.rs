//! Kinds of documents and the sections that each needs, with the words by which headings name them. Data only.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{operations, records};

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// What it is, how to get, run, test and configure it, and whom to ask.
    Readme,
    /// What to do when something fails; each page is judged on its own.
    Runbook,
    /// How a version reaches production, is verified and taken back.
    Deployment,
    /// What happens when something is wrong: severities, roles, words to the outside, the review after it.
    Incident,
    /// How to recover from the loss of a region, an account or data.
    DisasterRecovery,
    /// Who is woken, and how it goes on when nobody answers.
    OnCall,
    /// How to report a vulnerability.
    Security,
    /// How to contribute.
    Contributing,
    /// Parts, data and decisions.
    Architecture,
    /// What may be attacked, and what is done about it.
    ThreatModel,
    /// Which personal data is kept, why and for how long.
    Privacy,
    /// What is promised about availability and speed.
    Objectives,
    /// A whole documentation: pages to learn from, to act by, to look up in, to understand with.
    Documentation,
    /// What a model is for, how it was measured, and where it ends.
    ModelCard,
    /// A rehearsed restore: which backup, by whom, how long, how much was lost.
    RestoreTest,
    /// Who may do what in production, how they are known, when that was last looked at.
    AccessReview,
    /// The summary of a penetration test by somebody independent.
    PenetrationTest,
    /// The review before a launch: version, reviewers, risks, decision.
    ReadinessReview,
    /// Expected traffic, what an instance bears, where scaling ends.
    CapacityPlan,
    /// A rehearsed failure: hypothesis, fault, what was seen, what follows.
    ResilienceTest,
    /// Which data is kept how long, and how it is deleted.
    Retention,
    /// What the system depends on, and what it does when that fails.
    Dependencies,
    /// Parts, their instances and zones, and how each fails over.
    Redundancy,
    /// Which secrets there are, who owns them and when they are changed.
    SecretRotation,
}

/// A section that a kind needs.
pub(super) struct Need {
    /// Its name in facts and messages.
    pub(super) name: &'static str,
    /// One of these stands in a heading, as whole words from their start.
    pub(super) words: &'static [&'static str],
    /// Whether a heading alone, or a link with such a text, will do.
    pub(super) brief: bool,
}

pub(super) const fn need(name: &'static str, words: &'static [&'static str]) -> Need {
    Need { name, words, brief: false }
}

pub(super) const fn brief(name: &'static str, words: &'static [&'static str]) -> Need {
    Need { name, words, brief: true }
}

const DOCUMENTATION: &[Need] = &[
    brief(
        "tutorial",
        &[
            "tutorial",
            "getting started",
            "get started",
            "quick start",
            "quickstart",
            "first steps",
            "learn",
            "your first",
            "introduction",
        ],
    ),
    brief(
        "guides",
        &["how to", "guide", "runbook", "cookbook", "recipe", "deploy", "install", "troubleshoot", "setup", "set up"],
    ),
    brief(
        "reference",
        &["reference", "api", "configuration", "command", "option", "cli", "settings", "schema", "glossary"],
    ),
    brief(
        "explanation",
        &["concept", "architecture", "design", "overview", "background", "explan", "why", "principle", "decision"],
    ),
];
const README: &[Need] = &[
    brief(
        "purpose",
        &[
            "about",
            "overview",
            "introduction",
            "what is",
            "what it is",
            "features",
            "why",
            "description",
            "purpose",
            "highlights",
        ],
    ),
    brief(
        "installation",
        &[
            "install",
            "setup",
            "set up",
            "getting started",
            "get started",
            "quick start",
            "quickstart",
            "prerequisite",
            "requirements",
            "download",
            "build",
            "deploy",
            "host",
            "how to run",
        ],
    ),
    brief(
        "running",
        &[
            "run",
            "running",
            "start",
            "quick start",
            "quickstart",
            "getting started",
            "get started",
            "usage",
            "local",
            "develop",
            "hacking",
            "how to",
            "demo",
            "install",
            "docker",
        ],
    ),
    brief("tests", &["test"]),
    brief(
        "usage or deployment",
        &[
            "usage",
            "use ",
            "using",
            "example",
            "how to",
            "tutorial",
            "deploy",
            "production",
            "operat",
            "docker",
            "kubernetes",
            "helm",
            "host",
            "guide",
            "api",
            "command",
            "demo",
            "screenshots",
            "documentation",
            "docs",
        ],
    ),
    brief(
        "configuration",
        &["config", "settings", "environment", "options", "variables", "documentation", "docs", "flags"],
    ),
    brief(
        "support",
        &[
            "support",
            "contact",
            "help",
            "community",
            "contribut",
            "maintainer",
            "owner",
            "issues",
            "questions",
            "feedback",
            "discussion",
            "discord",
            "slack",
            "bugs",
        ],
    ),
    brief("licence", &["licen", "copyright", "legal"]),
];
const SECURITY: &[Need] = &[
    brief("reporting", &["report", "contact", "disclos", "vulnerab", "how to"]),
    brief("scope", &["scope", "supported", "version", "in scope"]),
    brief(
        "response",
        &["response", "timeline", "process", "handling", "what to expect", "sla", "remediation", "policy"],
    ),
];
const CONTRIBUTING: &[Need] = &[
    brief(
        "setting up",
        &["set up", "setup", "develop", "getting started", "environment", "prerequisite", "install", "build"],
    ),
    brief("tests", &["test", "check", "ci", "quality", "lint"]),
    brief(
        "changes",
        &["pull request", "merge request", "submit", "commit", "contribut", "workflow", "process", "patch", "branch"],
    ),
];
const ARCHITECTURE: &[Need] = &[
    brief("context", &["context", "overview", "introduction", "goal", "purpose", "scope", "summary", "background"]),
    brief(
        "components",
        &[
            "component",
            "module",
            "service",
            "container",
            "part",
            "layer",
            "structure",
            "building block",
            "design",
            "package",
        ],
    ),
    brief("data", &["data", "storage", "database", "schema", "model", "flow", "persist", "state"]),
    brief("dependencies", &["depend", "external", "integration", "interface", "third", "api", "protocol"]),
    brief("decisions", &["decision", "adr", "trade", "why", "rationale", "alternative", "principle"]),
    brief(
        "failures",
        &[
            "fail", "fault", "resilien", "reliab", "error", "availab", "security", "trust", "threat", "deploy",
            "operat", "scal",
        ],
    ),
];
const THREATS: &[Need] = &[
    brief("assets", &["asset", "data", "scope", "what we protect", "overview", "system"]),
    brief(
        "boundaries",
        &["bound", "trust", "entry", "surface", "interface", "actor", "attacker", "diagram", "data flow"],
    ),
    need("threats", &["threat", "stride", "attack", "abuse", "risk"]),
    brief("mitigations", &["mitigat", "control", "countermeasure", "defen", "protect", "measure"]),
];
const PRIVACY: &[Need] = &[
    need("data", &["data", "element", "categor", "inventory", "what we collect", "information"]),
    brief("purpose", &["purpose", "legal", "basis", "why", "use"]),
    brief("recipients", &["recipient", "processor", "third", "shar", "transfer", "vendor"]),
    brief("retention", &["retention", "keep", "how long", "delet", "storage period"]),
    brief("rights", &["right", "export", "eras", "access", "request", "subject"]),
];
const OBJECTIVES: &[Need] = &[
    brief("indicators", &["sli", "indicator", "measure", "metric", "what we measure", "how"]),
    brief("targets", &["slo", "objective", "target", "availab", "latency", "goal"]),
    brief("consequences", &["budget", "policy", "consequence", "breach", "alert", "when", "owner"]),
];
const MODEL_CARD: &[Need] = &[
    brief("use", &["intended", "use", "purpose", "application", "overview", "description", "summary"]),
    brief("data", &["data", "training", "dataset"]),
    need("measurements", &["metric", "evaluation", "performance", "result", "quantitative", "benchmark"]),
    brief("limits", &["limit", "bias", "risk", "ethic", "caveat", "out of scope", "fairness"]),
];

impl Kind {
    /// Its sections.
    pub(super) fn needs(self) -> &'static [Need] {
        match self {
            Kind::Readme => README,
            Kind::Runbook => operations::RUNBOOK,
            Kind::Deployment => operations::DEPLOYMENT,
            Kind::Incident => operations::INCIDENT,
            Kind::DisasterRecovery => operations::DISASTER,
            Kind::OnCall => operations::ON_CALL,
            Kind::Security => SECURITY,
            Kind::Contributing => CONTRIBUTING,
            Kind::Architecture => ARCHITECTURE,
            Kind::ThreatModel => THREATS,
            Kind::Privacy => PRIVACY,
            Kind::Objectives => OBJECTIVES,
            Kind::Documentation => DOCUMENTATION,
            Kind::ModelCard => MODEL_CARD,
            Kind::RestoreTest => records::RESTORE_TEST,
            Kind::AccessReview => records::ACCESS_REVIEW,
            Kind::PenetrationTest => records::PENETRATION_TEST,
            Kind::ReadinessReview => records::READINESS_REVIEW,
            Kind::CapacityPlan => records::CAPACITY_PLAN,
            Kind::ResilienceTest => records::RESILIENCE_TEST,
            Kind::Retention => records::RETENTION,
            Kind::Dependencies => records::DEPENDENCIES,
            Kind::Redundancy => records::REDUNDANCY,
            Kind::SecretRotation => records::SECRET_ROTATION,
        }
    }

    /// Whether its commands are what it is there for.
    pub(super) fn shows_commands(self) -> bool {
        matches!(self, Kind::Readme | Kind::Deployment)
    }

    /// Whether each page must have them, not all pages together.
    pub(super) fn by_page(self) -> bool {
        matches!(self, Kind::Runbook | Kind::ModelCard)
    }

    /// Whether the first paragraph says what it is, without a heading of its own.
    pub(super) fn opens_with_purpose(self) -> bool {
        matches!(self, Kind::Readme)
    }
}

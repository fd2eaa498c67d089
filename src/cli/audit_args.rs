//! What the command line says of an audit: the spec, the selection, what is allowed, and where reports go.

use std::path::PathBuf;

use clap::Args;

/// Where reports go.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct OutputArgs {
    /// Format for the screen.
    #[arg(long, value_name = "FORMAT", default_value = "terminal", help_heading = "Output")]
    pub(super) format: String,
    /// Also write a format to a file; `-` is standard output. Repeatable.
    #[arg(short, long = "output", value_name = "FORMAT=PATH", help_heading = "Output")]
    pub(super) outputs: Vec<String>,
    /// Show the arithmetic behind every score.
    #[arg(long, help_heading = "Output")]
    pub(super) explain_score: bool,
}

/// Earlier runs.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct HistoryArgs {
    /// An earlier JSON report of the system, or a folder of them, for the trend and the forecast. Repeatable.
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    pub(super) history: Vec<PathBuf>,
}

/// Which spec, and what its variables are.
#[derive(Args, Clone, Debug)]
pub(super) struct SpecArgs {
    /// The spec.
    #[arg(long, value_name = "FILE", default_value = "shipworthy.yaml", help_heading = "Spec")]
    pub(super) spec: PathBuf,
    /// Root of the repository; default the folder of the spec.
    #[arg(long, value_name = "DIR", help_heading = "Spec")]
    pub(super) root: Option<PathBuf>,
    /// Environment of the spec to use.
    #[arg(long, value_name = "NAME", help_heading = "Spec")]
    pub(super) env: Option<String>,
    /// Set a variable of the spec. Repeatable.
    #[arg(long = "var", value_name = "NAME=VALUE", help_heading = "Spec")]
    pub(super) vars: Vec<String>,
    /// A policy that is merged last and may only tighten.
    #[arg(long, value_name = "FILE", help_heading = "Spec")]
    pub(super) policy: Option<PathBuf>,
    /// An unset environment variable is an error.
    #[arg(long, help_heading = "Spec")]
    pub(super) require_env: bool,
    /// Audit as if it were this day (YYYY-MM-DD, UTC).
    #[arg(long, value_name = "DATE", help_heading = "Spec")]
    pub(super) as_of: Option<String>,
}

/// What part of the plan to judge.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct SelectArgs {
    /// Judge only these: `area:security`, `check:http/*`, `tag:`, `severity:`, `phase:`, `component:`, `route:static`.
    #[arg(long, value_name = "SELECTOR", help_heading = "Selection")]
    pub(super) only: Vec<String>,
    /// Leave these out.
    #[arg(long, value_name = "SELECTOR", help_heading = "Selection")]
    pub(super) skip: Vec<String>,
    /// Judge just this gate, due or not.
    #[arg(long, value_name = "ID", help_heading = "Selection")]
    pub(super) gate: Option<String>,
    /// The strict view: waivers are listed but lift nothing.
    #[arg(long, help_heading = "Selection")]
    pub(super) no_waivers: bool,
}

/// What an audit may do.
#[derive(Args, Clone, Debug)]
pub(super) struct PermitArgs {
    /// Run no commands; checks that need one are unknown.
    #[arg(long, help_heading = "Safety")]
    pub(super) no_exec: bool,
    /// Contact nothing; live checks are unknown.
    #[arg(long, help_heading = "Safety")]
    pub(super) offline: bool,
    /// No active probes, whatever targets allow.
    #[arg(long, help_heading = "Safety")]
    pub(super) no_active: bool,
    /// Active and load probes also on protected environments.
    #[arg(long, help_heading = "Safety")]
    pub(super) allow_protected: bool,
    /// Lift the caps on load (60 s, 2000 requests a second, 256 connections) for this host. Repeatable.
    #[arg(long = "i-own-this-target", value_name = "HOST", help_heading = "Safety")]
    pub(super) own: Vec<String>,
    /// Threads, and file probes at a time; default by the machine.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), help_heading = "Safety")]
    pub(super) workers: Option<u16>,
    /// Limit of the whole run, such as `10 min`.
    #[arg(long, value_name = "DURATION", help_heading = "Safety")]
    pub(super) limit: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    pub(super) spec: SpecArgs,
    #[command(flatten)]
    pub(super) select: SelectArgs,
    #[command(flatten)]
    pub(super) permit: PermitArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) history: HistoryArgs,
    /// Show on standard error how long each check took.
    #[arg(long, conflicts_with = "replay", help_heading = "Output")]
    pub(super) timings: bool,
    /// Keep what was observed in a file, for `--replay`.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) record: Option<PathBuf>,
    /// Look at nothing: judge what `--record` kept, at the moment it was seen.
    #[arg(long, value_name = "FILE", conflicts_with = "record", help_heading = "Output")]
    pub(super) replay: Option<PathBuf>,
}

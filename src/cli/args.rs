//! What the command line looks like.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::exit::TABLE;
use super::lint::FailOn;

/// Is this system ready for production, and if not, what is in the way?
#[derive(Debug, Parser)]
#[command(name = "shipworthy", version, after_help = TABLE, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub(super) look: LookArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The whole command line, for completions, the manual and the documentation.
pub fn command() -> clap::Command {
    Cli::command()
}

/// How output looks.
#[derive(Args, Clone, Debug)]
pub(super) struct LookArgs {
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, help_heading = "Output")]
    pub(super) color: When,
    /// Columns to use; default the terminal's, else 80.
    #[arg(long, global = true, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..=400), help_heading = "Output")]
    pub(super) width: Option<u16>,
    /// Only the verdict and its reasons.
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub(super) quiet: bool,
    /// Everything that was seen.
    #[arg(short, long, global = true, help_heading = "Output")]
    pub(super) verbose: bool,
    /// Only ASCII signs.
    #[arg(long, global = true, help_heading = "Output")]
    pub(super) ascii: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Audit an embedded sample system, live; nothing to install.
    Demo(DemoArgs),
    /// Look at a repository and write a spec for it.
    Init(InitArgs),
    /// Turn a readiness document into a spec, or print every statement it makes.
    Import(ImportArgs),
    /// Find contradictions inside a readiness document.
    Lint(LintArgs),
    /// Write what was measured back into a readiness document; shows the difference unless told to write.
    Sync(SyncArgs),
    /// Audit a system against its spec.
    Audit(AuditArgs),
    /// Show what an audit would read, run and contact, before anything happens.
    Plan(PlanArgs),
    /// Run one probe by hand and show its facts; without a kind, list the probes.
    Probe(ProbeArgs),
    /// Explain a catalog rule, and what it would look at here.
    Explain(ExplainArgs),
    /// Check a spec and show every mistake at once.
    Validate(ValidateArgs),
    /// List the catalog's rules and packs.
    Catalog(CatalogArgs),
    /// Render a stored JSON report in other formats.
    Report(ReportArgs),
    /// Compare two stored JSON reports: is the later one no worse?
    Compare(CompareArgs),
    /// Work with plugins.
    Plugin(PluginArgs),
    /// Print a JSON Schema or a generated document.
    Schema(SchemaArgs),
    /// Print shell completions.
    Completions(CompletionsArgs),
    /// Print the manual page.
    Man,
}

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
    /// Keep what was observed in a file, for `--replay`.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) record: Option<PathBuf>,
    /// Look at nothing: judge what `--record` kept, at the moment it was seen.
    #[arg(long, value_name = "FILE", conflicts_with = "record", help_heading = "Output")]
    pub(super) replay: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct DemoArgs {
    /// Audit the repaired twin, which is ready.
    #[arg(long)]
    pub(super) fixed: bool,
    /// Audit the system of a real readiness document instead: abc, castiel, catalynx, clarion or clo.
    #[arg(long, value_name = "NAME")]
    pub(super) system: Option<String>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct InitArgs {
    /// The repository.
    #[arg(default_value = ".")]
    pub(super) root: PathBuf,
    /// Write the spec here; default `shipworthy.yaml` in the repository; `-` prints it.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Replace an existing spec.
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    /// The document, in Markdown.
    pub(super) file: PathBuf,
    /// Print every statement of the document instead of a spec.
    #[arg(long, value_name = "FORMAT", value_parser = ["json"])]
    pub(super) inventory: Option<String>,
    /// Merge the document onto this spec, and show the difference: what was edited there stays.
    #[arg(long, value_name = "SPEC", conflicts_with = "inventory")]
    pub(super) onto: Option<PathBuf>,
    /// Write the merged spec.
    #[arg(long, requires = "onto")]
    pub(super) write: bool,
}

#[derive(Args, Debug)]
pub(super) struct LintArgs {
    /// The document, in Markdown.
    pub(super) file: PathBuf,
    /// How to print what was found.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "sarif", "markdown"])]
    pub(super) format: String,
    /// End with 1 from this severity on.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::High)]
    pub(super) fail_on: FailOn,
    /// Accept what a rule finds, with the reason: `L02: agreed`. Repeatable.
    #[arg(long, value_name = "RULE: REASON")]
    pub(super) allow: Vec<String>,
    /// Also tell what is past on this day (`2026-04-30`).
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct SyncArgs {
    /// The document, in Markdown.
    pub(super) file: PathBuf,
    /// A stored JSON report; default: audit now.
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// Write the document.
    #[arg(long, conflicts_with = "check")]
    pub(super) write: bool,
    /// Change nothing; end with 1 if a linked line says more than was measured.
    #[arg(long)]
    pub(super) check: bool,
    #[command(flatten)]
    pub(super) spec: SpecArgs,
    #[command(flatten)]
    pub(super) permit: PermitArgs,
}

#[derive(Args, Debug)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) spec: SpecArgs,
    #[command(flatten)]
    pub(super) select: SelectArgs,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args, Debug)]
pub(super) struct ProbeArgs {
    /// Kind of probe.
    pub(super) kind: Option<String>,
    /// A parameter; the value is read as YAML. Repeatable.
    #[arg(long = "with", value_name = "KEY=VALUE")]
    pub(super) with: Vec<String>,
    /// Parameters from a YAML file.
    #[arg(long, value_name = "FILE")]
    pub(super) with_file: Option<PathBuf>,
    /// What may be done to the target, as `allow:` of a spec says it. Repeatable.
    #[arg(long, value_name = "WHAT", value_parser = ["active", "load"], help_heading = "Safety")]
    pub(super) allow: Vec<String>,
    /// Lift the caps on load (60 s, 2000 requests a second, 256 connections) for this host. Repeatable.
    #[arg(long = "i-own-this-target", value_name = "HOST", help_heading = "Safety")]
    pub(super) own: Vec<String>,
    /// Root of the repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) root: PathBuf,
    /// `text` or `json`.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub(super) format: String,
}

#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// Rule id, such as `container/non-root-user`.
    pub(super) id: String,
    /// The repository it would look at.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) root: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    pub(super) spec: SpecArgs,
    /// Print the spec as it is after includes, environments and variables, with where each value came from.
    #[arg(long)]
    pub(super) effective: bool,
}

#[derive(Args, Debug)]
pub(super) struct CatalogArgs {
    /// Only rules that came after this catalog version.
    #[arg(long, value_name = "VERSION")]
    pub(super) since: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args, Debug)]
pub(super) struct ReportArgs {
    /// A JSON report.
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// End with the exit code of the stored run.
    #[arg(long)]
    pub(super) exit_code: bool,
}

#[derive(Args, Debug)]
pub(super) struct CompareArgs {
    /// The earlier JSON report.
    pub(super) before: PathBuf,
    /// The later JSON report.
    pub(super) after: PathBuf,
    /// `text` or `markdown`.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "markdown"])]
    pub(super) format: String,
}

#[derive(Args, Debug)]
pub(super) struct PluginArgs {
    #[command(subcommand)]
    pub(super) command: PluginCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PluginCommand {
    /// Check that a command speaks the plugin protocol.
    Test {
        /// Input it can answer, as JSON.
        #[arg(long, value_name = "JSON", default_value = "{}")]
        input: String,
        /// Root of the repository it is given.
        #[arg(long, value_name = "DIR", default_value = ".")]
        root: PathBuf,
        /// Limit of each run.
        #[arg(long, value_name = "DURATION", default_value = "10 s")]
        limit: String,
        /// The plugin and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        run: Vec<String>,
    },
}

#[derive(Args, Debug)]
pub(super) struct SchemaArgs {
    /// What to print.
    #[arg(value_enum, default_value_t = SchemaKind::Spec)]
    pub(super) kind: SchemaKind,
}

/// Schemas and generated documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaKind {
    /// JSON Schema of the spec.
    Spec,
    /// JSON Schema of a pack.
    Pack,
    /// JSON Schema of the JSON report.
    Report,
}

#[derive(Args, Debug)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

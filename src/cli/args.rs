//! What the command line looks like.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

pub(super) use super::audit_args::{AuditArgs, HistoryArgs, OutputArgs, PermitArgs, SelectArgs, SpecArgs};
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

#[derive(Args, Debug)]
pub(super) struct DemoArgs {
    /// Audit the repaired twin, which is ready.
    #[arg(long)]
    pub(super) fixed: bool,
    /// Audit the system of a real readiness document instead.
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(crate::demo::System::names()))]
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
    /// Whether catalog rules that measure just what the text says, from files alone, are put to work, or all are comments.
    #[arg(long, value_name = "HOW", value_enum, default_value_t = ProposeArg::Active, conflicts_with = "inventory")]
    pub(super) propose: ProposeArg,
    /// Merge the document onto this spec, and show the difference: what was edited there stays.
    #[arg(long, value_name = "SPEC", conflicts_with = "inventory")]
    pub(super) onto: Option<PathBuf>,
    /// Write the merged spec.
    #[arg(long, requires = "onto")]
    pub(super) write: bool,
}

/// What becomes of rules that measure just what the text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ProposeArg {
    /// They are put to work beside the claim.
    Active,
    /// They are comments, as all other proposals.
    Comment,
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
    #[command(flatten)]
    pub(super) history: HistoryArgs,
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

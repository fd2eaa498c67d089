//! The command line: the only code that prints, reads the environment, and draws progress. One file per command.

mod args;
mod audit;
mod audit_args;
mod catalog;
mod compare;
mod completions;
mod console;
mod demo;
mod exit;
mod explain;
mod history;
mod import;
mod init;
mod input;
mod lint;
mod output;
mod plan;
mod plugin;
mod probe;
pub mod problem_text;
mod progress;
mod report;
mod schema;
mod setup;
mod sync;
mod timings;
mod validate;

use std::process::ExitCode;

use clap::Parser;

pub use args::{Cli, command};
pub use exit::Exit;

use args::Command;
use console::Console;

/// Parses the arguments, runs the command, and says how it ended.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error).into(),
    };
    let console = Console::new(&cli.look);
    let result = match cli.command {
        Command::Demo(arguments) => demo::run(&arguments, &console),
        Command::Init(arguments) => init::run(&arguments, &console),
        Command::Import(arguments) => import::run(&arguments, &console),
        Command::Lint(arguments) => lint::run(&arguments, &console),
        Command::Sync(arguments) => sync::run(&arguments, &console),
        Command::Audit(arguments) => audit::run(&arguments, &console),
        Command::Plan(arguments) => plan::run(&arguments, &console),
        Command::Probe(arguments) => probe::run(&arguments, &console),
        Command::Explain(arguments) => explain::run(&arguments, &console),
        Command::Validate(arguments) => validate::run(&arguments, &console),
        Command::Catalog(arguments) => catalog::run(&arguments, &console),
        Command::Report(arguments) => report::run(&arguments, &console),
        Command::Compare(arguments) => compare::run(&arguments, &console),
        Command::Plugin(arguments) => plugin::run(&arguments, &console),
        Command::Schema(arguments) => schema::run(&arguments, &console),
        Command::Completions(arguments) => completions::run(&arguments, &console),
        Command::Man => completions::man(&console),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            console.error(&format!("{error:#}"));
            exit::of_error(&error).into()
        }
    }
}

fn usage(error: &clap::Error) -> Exit {
    // Help and version are no error, and a closed pipe is nothing to talk about.
    let _ = error.print();
    if error.use_stderr() { Exit::WrongQuestion } else { Exit::Yes }
}

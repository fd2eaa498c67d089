//! Parse, call, return the exit code.

fn main() -> std::process::ExitCode {
    shipworthy::cli::main()
}

//! Exit codes: one table for every command, whatever the format.

use std::process::ExitCode;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: yes.
    Yes,
    /// 1: no.
    No,
    /// 2: the question was wrong: usage, spec, unreadable input.
    WrongQuestion,
    /// 3: cannot tell.
    CannotTell,
    /// 4: our fault, or an output could not be written.
    Fault,
    /// 130: interrupted; what was measured is still reported.
    Interrupted,
}

impl Exit {
    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Yes => 0,
            Exit::No => 1,
            Exit::WrongQuestion => 2,
            Exit::CannotTell => 3,
            Exit::Fault => 4,
            Exit::Interrupted => 130,
        }
    }

    /// The exit of a stored or fresh report's code.
    pub fn from_code(code: u8) -> Exit {
        match code {
            0 => Exit::Yes,
            1 => Exit::No,
            2 => Exit::WrongQuestion,
            3 => Exit::CannotTell,
            130 => Exit::Interrupted,
            _ => Exit::Fault,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// The user's question was wrong; ends with 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct WrongQuestion(pub(super) String);

/// The exit for an error that reached the top.
pub(super) fn of_error(error: &anyhow::Error) -> Exit {
    if error.downcast_ref::<WrongQuestion>().is_some() { Exit::WrongQuestion } else { Exit::Fault }
}

/// The table shown by `--help`.
pub(super) const TABLE: &str = "Exit codes:
  0    yes: ready, valid, rendered, no worse
  1    no: not ready, worse
  2    the question was wrong: usage, spec, unreadable input
  3    cannot tell: too little could be observed
  4    our fault, or an output could not be written
  130  interrupted; what was measured is still reported";

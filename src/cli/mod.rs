//! The only code that prints, reads arguments and the environment, and draws progress.

pub mod problem_text;

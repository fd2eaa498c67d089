//! The parameter `glob` of probes that read files of one kind: checked where it is written.

use crate::model::Problems;
use crate::yaml::Spanned;

/// The glob, if one is given and it is one; the error is already reported.
pub(crate) fn checked(glob: Option<Spanned<String>>, example: &str, problems: &mut Problems) -> Option<Option<String>> {
    let Some(glob) = glob else { return Some(None) };
    match crate::world::check_glob(&glob.value) {
        Ok(()) => Some(Some(glob.value)),
        Err(reason) => {
            let problem = glob.span.problem(format!("`{}` is not a glob: {reason}", glob.value));
            problems.push(problem.help(format!("write a glob such as `{example}`")));
            None
        }
    }
}

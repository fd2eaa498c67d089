//! Paths and globs of parameters: below the root, or below the component's folder.

use crate::model::Problems;
use crate::world::check_glob;
use crate::yaml::Spanned;

/// A path of a parameter as a path below the root.
pub(crate) fn join(folder: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// Reports a path that cannot lie below the root.
pub(crate) fn check_path(path: &Spanned<String>, key: &str, problems: &mut Problems) {
    if path.trim().is_empty() {
        problems.push(path.span.problem(format!("`{key}` is empty")).help(format!("write `{key}: docs/runbook.md`")));
    } else if super::command::leaves_root(path) {
        let message = format!("`{}` leads out of the repository", path.value);
        problems.push(path.span.problem(message).help(format!("`{key}` is relative to the root of the repository")));
    }
}

/// Reports a path or glob that cannot lie below the root, or cannot work.
pub(crate) fn check_path_or_glob(given: &Spanned<String>, key: &str, problems: &mut Problems) {
    check_path(given, key, problems);
    check_globs([given], problems);
}

/// Reports globs that cannot work.
pub(crate) fn check_globs<'a>(globs: impl IntoIterator<Item = &'a Spanned<String>>, problems: &mut Problems) {
    for glob in globs {
        if let Err(wrong) = check_glob(glob) {
            let help = "`*` stays within one part, `**` crosses parts, `{a,b}` is a choice: `src/**/*.{js,ts}`";
            problems.push(glob.span.problem(wrong).help(help));
        }
    }
}

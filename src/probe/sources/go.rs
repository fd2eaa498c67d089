//! `go.mod`, and what the environment tells Go to trust.

use super::told::{Told, line_with};
use crate::probe::manifest::directives;

/// A `go.mod`: what takes the place of a module.
pub(super) fn manifest(text: &str) -> Told {
    let mut told = Told::default();
    for words in directives(text, "replace") {
        let Some(arrow) = words.iter().position(|word| *word == "=>") else { continue };
        let (Some(module), Some(by)) = (words.first(), words.get(arrow + 1)) else { continue };
        let line = line_with(text, module, by);
        if by.starts_with('.') || by.starts_with('/') {
            told.local(line, module, by);
        } else if by != module {
            let note = format!("`{module}` is replaced by `{by}`; its sum is in `go.sum`");
            told.hint("forks", line, module, note);
        }
    }
    told
}

/// A setting of Go in an environment.
pub(super) fn variable(told: &mut Told, line: u32, name: &str, value: &str) {
    let all = |value: &str| value.split(',').any(|pattern| matches!(pattern, "*" | "*/*"));
    let note = match name {
        "GOINSECURE" => {
            format!("`GOINSECURE={value}`: those modules may be fetched without encryption and without a check")
        }
        "GONOSUMCHECK" if !matches!(value, "0" | "false") => format!("`GONOSUMCHECK={value}`: sums are not checked"),
        "GOSUMDB" if value == "off" => {
            "`GOSUMDB=off`: sums of new modules are not compared with what others see".to_owned()
        }
        "GONOSUMDB" | "GONOSUMDB*" if all(value) => {
            format!("`{name}={value}`: no sum is compared with what others see")
        }
        "GONOSUMDB" => {
            return told.hint(
                "unverified",
                line,
                name,
                format!("`GONOSUMDB={value}`: of these no sum is compared with what others see"),
            );
        }
        "GOFLAGS" if value.contains("-insecure") => {
            format!("`GOFLAGS={value}`: modules may be fetched without encryption")
        }
        "GOPROXY" => return told.encrypted(line, "the proxy", value.split([',', '|']).next().unwrap_or(value)),
        _ => return,
    };
    told.find("unverified", line, name, note);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replacement_is_a_folder_or_a_fork() {
        let told = manifest(
            "module m\n\nreplace (\n\ta.test/x => ../x\n\ta.test/y v1.0.0 => b.test/y v1.1.0\n\ta.test/z => a.test/z v1.2.0\n)\n",
        );
        assert_eq!((told.locals.len(), told.locals[0].line, told.findings.len(), told.findings[0].line), (1, 4, 1, 5));
    }

    #[test]
    fn what_switches_checks_off_for_everything_is_found() {
        let found = |name: &str, value: &str| {
            let mut told = Told::default();
            variable(&mut told, 1, name, value);
            told.findings.iter().filter(|found| found.certainty != crate::model::Certainty::Hint).count()
        };
        assert_eq!([found("GOSUMDB", "off"), found("GOINSECURE", "*"), found("GOFLAGS", "-insecure")], [1, 1, 1]);
        assert_eq!(
            [
                found("GOSUMDB", "sum.golang.org"),
                found("GONOSUMDB", "git.shop.test/*"),
                found("GOFLAGS", "-mod=vendor")
            ],
            [0, 0, 0]
        );
        assert_eq!(
            [found("GOPROXY", "http://proxy.shop.test"), found("GOPROXY", "https://proxy.shop.test,direct")],
            [1, 0]
        );
    }
}

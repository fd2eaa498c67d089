//! Variables that Jenkins fills with credentials: `environment { X = credentials('id') }` for what stands around that block, and
//! `withCredentials([...]) { }` for what stands in it (documentation, "Handling credentials" and "Credentials Binding").

use std::sync::LazyLock;

use regex::Regex;

use super::Program;
use crate::probe::pipelines::variable::{Source, Variable};

/// Those that are set at a place.
pub(super) fn set(program: &Program, path: &str, at: usize) -> Vec<Variable> {
    static ASSIGNED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?m)^\s*(\w+)\s*=\s*credentials\s*\("#).expect("a fixed pattern"));
    static BOUND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\b(?:variable|password\w*|passphrase\w*|secretKeyVariable|keyFileVariable)\s*:\s*["'](\w+)["']"#)
            .expect("a fixed pattern")
    });
    let mut found = Vec::new();
    let mut add = |name: &str, at: usize| {
        let line = program.text[..at].bytes().filter(|byte| *byte == b'\n').count() + 1;
        found.push(Variable::filled(path, u32::try_from(line).unwrap_or(0), name, Source::Secret));
    };
    for block in program.blocks.iter().filter(|block| block.head.ends_with("environment")) {
        if !program.around(block.open).next().is_some_and(|around| around.has(at)) {
            continue;
        }
        let text = &program.text[block.open + 1..block.close];
        for name in ASSIGNED.captures_iter(text).filter_map(|found| found.get(1)) {
            // Of a user and a password the second has a name of its own.
            add(name.as_str(), block.open + 1 + name.start());
            add(&format!("{}_PSW", name.as_str()), block.open + 1 + name.start());
        }
    }
    for block in program.around(at).filter(|block| block.head.contains("withCredentials")) {
        let head = &program.text[block.from..block.open];
        for name in BOUND.captures_iter(head).filter_map(|found| found.get(1)) {
            add(name.as_str(), block.from + name.start());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_where_they_are_set() {
        let text = "pipeline {\n  environment {\n    KEY = credentials('k')\n    A = 'b'\n  }\n  stages {\n    stage('x') {\n      steps {\n        withCredentials([usernamePassword(credentialsId: 'c', usernameVariable: 'U', passwordVariable: 'P')]) {\n          sh 'one'\n        }\n        sh 'two'\n      }\n    }\n  }\n}\n";
        let program = Program::of(text);
        let at = |word: &str| {
            let set = set(&program, "Jenkinsfile", program.text.find(word).expect("it is there"));
            set.iter().map(|one| format!("{}:{}", one.name, one.line)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!((at("'one'"), at("'two'")), ("KEY:3 KEY_PSW:3 P:9".to_owned(), "KEY:3 KEY_PSW:3".to_owned()));
    }
}

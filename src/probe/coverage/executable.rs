//! Source files in which nothing can be executed, by language: they are in no report of a tool, and that is no gap. Lines
//! count as executable where the tools count them: bodies of functions, and in scripts every statement (JaCoCo leaves out
//! interfaces, Go cover profiles list blocks of functions, Istanbul statements).

use std::collections::BTreeSet;

use crate::probe::Look;
use crate::world::{Class, ClassSet, FileId, Pattern, Select, View, Want, WantId, Wants};

/// Endings, and what code of them holds where something can be executed. Files with other endings count in any case.
const KINDS: &[(&[&str], &str)] = &[
    (&["go"], r"\bfunc\b"),
    (&["rs"], r"\bfn\s+\w+[^;{]*\{"),
    (&["java"], r"\)\s*(throws\s+[\w.,\s]+)?\{|->|\bstatic\s*\{|=\s*new\b"),
    (&["kt"], r"\bfun\b[^\n{=]*[{=]|\bclass\s+\w+\s*\(|\bobject\b|\bget\(\)"),
    (&["cs"], r"\)\s*(where\s[^{;]*)?\{|=>|\b[gs]et\s*[;{]"),
    (
        &["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "vue", "svelte"],
        r"(?m)\bfunction\b[^;\n]*\{|\bclass\s+\w+|\benum\s+\w+|^[ \t]*(export\s+)?(const|let|var)\s[^;\n]*=|^[ \t]*export\s+default\s|^[\w$.]+\(|^(if|for|while|try)\b",
    ),
    (&["py", "rb"], r"\S"),
    (&["php"], r"\bfunction\b[^;{]*\{|\bfn\s*\("),
];

/// One want for each of them.
pub(super) fn declare(folder: &str, wants: &mut Wants) -> Vec<WantId> {
    let want = |(endings, pattern): &(&[&str], &str)| {
        let select = Select::exts(endings).of(ClassSet::of(&[Class::Src])).below(folder);
        Pattern::new(pattern).ok().map(|pattern| wants.add(Want::hits(select, pattern, View::Code, 1)))
    };
    KINDS.iter().filter_map(want).collect()
}

/// The files that were seen to hold something to execute, and those that could not be read, which may.
pub(super) struct Executable(BTreeSet<FileId>);

impl Executable {
    /// What the sweep saw of the wants of [`declare`].
    pub(super) fn seen(look: &Look<'_>) -> Executable {
        let found = look.wants.iter().map(|want| look.swept.get(*want));
        let ids = found.flat_map(|found| found.hits().map(|(id, _)| id).chain(found.unread().map(|(id, _)| id)));
        Executable(ids.collect())
    }

    /// Whether a report had to list this file.
    pub(super) fn holds(&self, id: FileId, ending: &str) -> bool {
        self.0.contains(&id) || !KINDS.iter().any(|(endings, _)| endings.contains(&ending))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::probe::pattern::constant;

    fn executes(ending: &str, code: &str) -> bool {
        let (_, pattern) = KINDS.iter().find(|(endings, _)| endings.contains(&ending)).unwrap();
        constant(pattern).is_match(code.as_bytes())
    }

    #[test]
    fn declarations_execute_nothing_and_bodies_do() {
        for (ending, code) in [
            ("go", "package a\n\ntype A struct {\n\tB int `json:\"b\"`\n}\n\nconst C = 1\n"),
            ("rs", "mod a;\npub use a::B;\n#[derive(Debug)]\npub struct C(u8);\npub trait D {\n    fn e(&self);\n}\n"),
            ("java", "package a;\n\n@Target(TYPE)\npublic interface A {\n  int b(int c) throws D;\n}\n"),
            ("kt", "interface A {\n    fun b(c: Int): Int\n}\n"),
            ("cs", "namespace A;\npublic interface IB\n{\n    int C(int d);\n}\n"),
            (
                "ts",
                "import { A } from './a';\nexport * from './b';\nexport type C = (d: A) => void;\nexport interface E {\n  f(g: string): void;\n}\n",
            ),
            ("py", "\n"),
            ("php", "<?php\ninterface A {\n    public function b(int $c): int;\n}\n"),
        ] {
            assert!(!executes(ending, code), "{ending}: {code}");
        }
        for (ending, code) in [
            ("go", "package a\n\nfunc (b *B) C() {}\n"),
            ("rs", "impl A {\n    fn b(&self) -> u8 {\n        1\n    }\n}\n"),
            ("java", "class A {\n  int b(int c) throws D, E {\n    return c;\n  }\n}\n"),
            ("kt", "fun a(b: Int) = b + 1\n"),
            ("cs", "class A\n{\n    int B(int c)\n    {\n        return c;\n    }\n}\n"),
            ("ts", "export const a = (b: number) => b + 1;\n"),
            ("js", "app.listen(3000);\n"),
            ("py", "import os\n"),
            ("php", "<?php\nclass A {\n    public function b(): int { return 1; }\n}\n"),
        ] {
            assert!(executes(ending, code), "{ending}: {code}");
        }
    }
}

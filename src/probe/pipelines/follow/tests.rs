//! Where commands lead.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::*;

fn start(text: &str, folder: &str) -> Command {
    let folder = Some(folder.to_owned());
    Command { path: "ci.yml".to_owned(), line: 1, text: text.to_owned(), folder, is_whole: false }
}

fn with<T>(files: &[(&str, &str)], text: &str, folder: &str, ask: impl FnOnce(&Files<'_>, Vec<Command>) -> T) -> T {
    let read = |path: &str, _: u64| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
    let files = Files::new(&read);
    let found = follow(&files, start(text, folder));
    ask(&files, found)
}

/// Whether what a command leads to is all it does.
pub(super) fn whole(files: &[(&str, &str)], text: &str) -> bool {
    with(files, text, "", |_, found| found[0].is_whole)
}

/// Why a command may lead to more than is seen.
pub(super) fn missed(files: &[(&str, &str)], text: &str) -> Option<String> {
    with(files, text, "", |files, _| files.missed())
}

pub(super) fn ends(files: &[(&str, &str)], text: &str, folder: &str) -> Vec<String> {
    let shown = |command: Command| format!("{}:{} {}", command.path, command.line, command.text);
    with(files, text, folder, |_, found| found.into_iter().skip(1).map(shown).collect())
}

#[test]
fn a_script_of_a_package_leads_to_others() {
    let files = [(
        "web/package.json",
        "{\"scripts\": {\n\"test\": \"vitest\",\n\"pretest\": \"npm run lint\",\n\"lint\": \"eslint .\"}}",
    )];
    assert_eq!(
        ends(&files, "npm test", "web"),
        ["web/package.json:2 vitest", "web/package.json:3 npm run lint", "web/package.json:4 eslint ."]
    );
    assert_eq!(ends(&files, "cd web && yarn lint", ""), ["web/package.json:4 eslint ."]);
    assert!(ends(&files, "npm run build", "web").is_empty());
}

#[test]
fn a_target_leads_to_its_recipe_and_to_what_it_needs() {
    let files = [("Makefile", "all: build\n\ncheck: vet\n\t@echo ok\nvet:\n\tgo vet ./...\nbuild:\n\tgo build\n")];
    assert_eq!(ends(&files, "make check", ""), ["Makefile:4 echo ok", "Makefile:6 go vet ./..."]);
    assert_eq!(ends(&files, "make", ""), ["Makefile:8 go build"]);
    let files = [("justfile", "lint:\n    ruff check\n\ntest:\n    pytest\n")];
    assert_eq!(ends(&files, "just lint", ""), ["justfile:2 ruff check"]);
    let files = [("Makefile", "lint:\n\t-@ruff check\n\t@- mypy .\n\tpytest -x\n")];
    assert_eq!(
        ends(&files, "make lint", ""),
        ["Makefile:2 ruff check || true", "Makefile:3 mypy . || true", "Makefile:4 pytest -x"]
    );
}

#[test]
fn a_program_that_a_variable_names_is_followed() {
    let files = [
        ("Makefile", "all:\n\t@$(MAKE) check\ncheck:\n\t@${HATCH} run style\n\t$(PREFIX)mypy .\n"),
        ("pyproject.toml", "[tool.hatch.envs.default.scripts]\nstyle = \"ruff check src\"\n"),
    ];
    assert_eq!(
        ends(&files, "make all", ""),
        ["Makefile:2 make check", "Makefile:4 hatch run style", "pyproject.toml:2 ruff check src", "Makefile:5 mypy ."]
    );
}

#[test]
fn an_environment_of_tox_is_found_by_name() {
    let files = [(
        "tox.ini",
        "[testenv]\ncommands = pytest x\n[testenv:lint]\ndeps = ruff\ncommands = ruff check .\n[testenv:docs]\ncommands = sphinx-build a\n",
    )];
    let found = ends(&files, "tox -e lint", "");
    assert!(
        found.contains(&"tox.ini:5 ruff check .".to_owned()) && !found.iter().any(|line| line.contains("sphinx")),
        "{found:?}"
    );
}

#[test]
fn a_script_file_is_read() {
    let files = [
        ("scripts/check", "#!/bin/sh\n# eslint\n${PREFIX}ruff check src\n"),
        ("composer.json", "{\"scripts\": {\"lint\": [\"@stan\"], \"stan\": \"phpstan\"}}"),
    ];
    assert_eq!(ends(&files, "./scripts/check", "")[..1], ["scripts/check:3 prefix ruff check src"]);
    assert_eq!(ends(&files, "composer lint", ""), ["composer.json:1 composer stan", "composer.json:1 phpstan"]);
}

#[test]
fn a_script_that_is_only_named_is_not_run() {
    let files = [("ci/check.sh", "ruff check src\n")];
    for text in
        ["zip -r a.zip ci/check.sh", "sudo chmod +x ci/check.sh", "[ -x ci/check.sh ]", "shellcheck ci/check.sh"]
    {
        assert!(ends(&files, text, "").is_empty(), "{text}");
    }
    for text in
        ["bash ci/check.sh", "chmod +x ci/check.sh && ci/check.sh", "CI=1 xvfb-run ci/check.sh", "sh -c 'ci/check.sh'"]
    {
        assert_eq!(ends(&files, text, ""), ["ci/check.sh:1 ruff check src"], "{text}");
    }
}

#[test]
fn a_task_names_others_and_is_no_call_itself() {
    let files = [(
        "Taskfile.yml",
        "version: '3'\ntasks:\n  check:\n    deps: [types]\n    cmds:\n      - task: lint\n  lint:\n    cmds:\n      - ruff check\n  types:\n    cmds: [mypy]\n",
    )];
    let found = ends(&files, "task check", "");
    assert!(found.contains(&"Taskfile.yml:9 ruff check".to_owned()), "{found:?}");
    assert!(found.iter().any(|line| line.contains("mypy")), "{found:?}");
}

#[test]
fn a_command_knows_the_folder_it_runs_in() {
    let read =
        |path: &str, _: u64| (path == "web/package.json").then(|| "{\"scripts\": {\"lint\": \"eslint .\"}}".to_owned());
    let found = follow(&Files::new(&read), start("npm --prefix web run lint", ""));
    let folders: Vec<Option<&str>> = found.iter().map(|command| command.folder.as_deref()).collect();
    assert_eq!(folders, [Some(""), Some("web")]);
}

#[test]
fn however_many_commands_lead_there_a_file_is_read_once() {
    let scripts: Vec<String> =
        (0..3000).map(|at| format!("\"s{at}\": \"npm run s{} && make t{at}\"", at + 1)).collect();
    let json = format!("{{\"scripts\": {{\n{}\n}}}}", scripts.join(",\n"));
    let make: String = (0..3000).map(|at| format!("t{at}: t{}\n\tnpm run s{at}\n", at + 1)).collect();
    let reads: RefCell<BTreeMap<String, usize>> = RefCell::default();
    let read = |path: &str, _: u64| {
        *reads.borrow_mut().entry(path.to_owned()).or_default() += 1;
        match path {
            "package.json" => Some(json.clone()),
            "Makefile" => Some(make.clone()),
            _ => None,
        }
    };
    let files = Files::new(&read);
    let found: usize = (0..3000).map(|at| follow(&files, start(&format!("npm run s{at}"), "")).len()).sum();
    assert!(found > 3000 * 5, "{found}");
    let most = reads.borrow().values().copied().max();
    assert_eq!(most, Some(1), "{:?}", reads.borrow());
}

#[test]
fn a_script_of_a_workspace_is_found_where_it_lies() {
    let web = "{\"scripts\": {\n\"lint\": \"eslint .\"}}";
    let files = [("package.json", "{}"), ("web/package.json", web), ("packages/ui/package.json", web)];
    assert_eq!(ends(&files, "sh -c 'npm run lint --workspace web'", ""), ["web/package.json:2 eslint ."]);
    assert_eq!(ends(&files, "pnpm --filter @acme/ui run lint", ""), ["packages/ui/package.json:2 eslint ."]);
}

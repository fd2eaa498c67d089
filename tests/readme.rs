//! The documentation is true: the commands in README.md and docs/ are run, and the paths they name exist.
//!
//! A fenced `console` block holds commands after `$ `. An HTML comment before a block says more:
//! `<!-- test: exit=1 -->` the commands end with this code (default 0); `<!-- test: folder=demo -->` they run in the
//! repaired sample repository while its service runs (default: the document's own folder, empty at first);
//! `<!-- test: file=NAME -->` the block is the text of this file in the document's folder;
//! `<!-- test: skip=REASON -->` it is not run; `<!-- test: screen=demo -->` it is what the demo shows, which
//! `UPDATE=1 cargo test --test readme` puts there.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fenced block of a document.
struct Block {
    place: String,
    language: String,
    notes: BTreeMap<String, String>,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The documents written by hand; generated ones have tests of their own.
fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md")];
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    found.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    found.sort();
    found
}

fn blocks(document: &Path) -> Vec<Block> {
    let text = fs::read_to_string(document).unwrap();
    let name = document.strip_prefix(root()).unwrap().display();
    let mut found: Vec<Block> = Vec::new();
    let mut notes = BTreeMap::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        match (open.take(), trimmed.strip_prefix("```")) {
            (Some(block), Some(_)) => found.push(block),
            (Some(mut block), None) => {
                let indent = block.notes.get("indent").map_or(0, |spaces| spaces.parse().unwrap());
                block.text.push_str(line.get(indent..).unwrap_or(""));
                block.text.push('\n');
                open = Some(block);
            }
            (None, Some(language)) => {
                let mut own = std::mem::take(&mut notes);
                own.insert("indent".into(), (line.len() - line.trim_start().len()).to_string());
                let place = format!("{name}:{}", index + 1);
                open = Some(Block { place, language: language.into(), notes: own, text: String::new() });
            }
            (None, None) if trimmed.starts_with("<!-- test:") => notes = read_notes(trimmed),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{name}: a fenced block is not closed");
    found
}

fn read_notes(comment: &str) -> BTreeMap<String, String> {
    let inner = comment.trim_start_matches("<!-- test:").trim_end_matches("-->").trim();
    if let Some(reason) = inner.strip_prefix("skip=") {
        return BTreeMap::from([("skip".to_owned(), reason.to_owned())]);
    }
    inner
        .split_whitespace()
        .map(|note| {
            let (name, value) = note.split_once('=').unwrap_or_else(|| panic!("`{note}` is not name=value"));
            assert!(["exit", "folder", "file", "screen"].contains(&name), "unknown note `{name}`");
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

/// The commands of a block: what stands after `$ `, continued over lines that end in `\`, without its comment.
fn commands(block: &Block) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut continued = false;
    for line in block.text.lines() {
        let part = if continued { Some(line.trim()) } else { line.strip_prefix("$ ") };
        let Some(part) = part else { continue };
        let plain = part.split("  #").next().unwrap().trim();
        let text = plain.trim_end_matches('\\').trim();
        match found.last_mut() {
            Some(last) if continued => *last = format!("{last} {text}"),
            _ => found.push(text.to_owned()),
        }
        continued = plain.ends_with('\\');
    }
    found
}

/// The repaired sample repository, with its service running.
struct Demo {
    folder: tempfile::TempDir,
    _service: shipworthy::demo::Running,
}

impl Demo {
    fn new() -> Demo {
        let folder = tempfile::tempdir().unwrap();
        let service = shipworthy::demo::start(true).unwrap();
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        shipworthy::demo::unpack(true, folder.path(), today).unwrap();
        let spec = folder.path().join("shipworthy.yaml");
        let text = fs::read_to_string(&spec).unwrap();
        assert!(text.contains("http://127.0.0.1:8000"));
        fs::write(&spec, text.replace("http://127.0.0.1:8000", &service.base_url)).unwrap();
        Demo { folder, _service: service }
    }
}

/// Runs `shipworthy …` through a shell, so that redirections work as a reader would type them.
fn run(command: &str, folder: &Path) -> (Option<i32>, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_shipworthy"));
    let mut paths = vec![binary.parent().unwrap().to_owned()];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).current_dir(folder).env("PATH", std::env::join_paths(paths).unwrap());
    let output = shell.env("CI", "true").stdin(std::process::Stdio::null()).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), said)
}

#[test]
fn commands_in_the_documents_run_and_end_as_they_say() {
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    let demo = Demo::new();
    let mut ran = 0;
    let mut wrong = Vec::new();
    for document in documents() {
        let own = tempfile::tempdir().unwrap();
        for block in blocks(&document) {
            if let Some(file) = block.notes.get("file") {
                let path = own.path().join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, &block.text).unwrap();
            }
            if block.language != "console" || block.notes.contains_key("skip") {
                continue;
            }
            let expected: i32 = block.notes.get("exit").map_or(0, |code| code.parse().unwrap());
            let in_demo = block.notes.get("folder").is_some_and(|folder| folder == "demo");
            let folder = if in_demo { demo.folder.path() } else { own.path() };
            for command in commands(&block) {
                if command.starts_with("cargo ") {
                    // Not run from inside a test: that would build within a build. The pipeline runs them instead.
                    if !ci.contains(&command) {
                        wrong.push(format!("{}: .ci/run does not run `{command}`", block.place));
                    }
                    continue;
                }
                if !command.starts_with("shipworthy ") {
                    wrong.push(format!("{}: mark `{command}` with skip", block.place));
                    continue;
                }
                let (code, said) = run(&command, folder);
                ran += 1;
                if code != Some(expected) {
                    wrong.push(format!("{}: `{command}` ended with {code:?}, not {expected}:\n{said}", block.place));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(ran >= 5, "only {ran} commands were found");
}

/// The parts of the demo's screen that a newcomer is shown: down to the areas, and what to do next.
fn demo_screen() -> String {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = run("shipworthy demo --width 80 --color never 2>/dev/null", folder.path());
    assert_eq!(code, Some(1), "{said}");
    let mut shown = Vec::new();
    let mut keep = true;
    for line in said.lines() {
        match line {
            line if line.starts_with("Failed ") => {
                keep = false;
                shown.push("[…]");
                shown.push("");
            }
            "Next actions" => keep = true,
            "" if shown.contains(&"Next actions") => keep = false,
            _ => {}
        }
        if keep {
            shown.push(line.trim_end());
        }
    }
    shown.join("\n").trim().to_owned() + "\n"
}

/// A screen without the line that says when, and how long it took.
fn timeless(screen: &str) -> Vec<&str> {
    screen.lines().filter(|line| !line.contains(" UTC · ")).collect()
}

#[test]
fn the_screen_in_the_readme_is_what_the_demo_shows() {
    let readme = root().join("README.md");
    let block = blocks(&readme).into_iter().find(|block| block.notes.contains_key("screen")).unwrap();
    let screen = demo_screen();
    if timeless(&block.text) == timeless(&screen) {
        return;
    }
    assert!(std::env::var_os("UPDATE").is_some(), "stale; run `UPDATE=1 cargo test --test readme`:\n{screen}");
    let text = fs::read_to_string(&readme).unwrap();
    let fence = "<!-- test: screen=demo -->\n```text\n";
    fs::write(&readme, text.replacen(&format!("{fence}{}", block.text), &format!("{fence}{screen}"), 1)).unwrap();
}

#[test]
fn paths_and_links_in_the_documents_exist() {
    let mut wrong = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let name = document.strip_prefix(root()).unwrap().display().to_string();
        let folder = document.parent().unwrap();
        for link in linked(&text) {
            if !folder.join(&link).exists() {
                wrong.push(format!("{name}: the link `{link}` leads nowhere"));
            }
        }
        for path in named(&text) {
            if !root().join(&path).exists() {
                wrong.push(format!("{name}: there is no `{path}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Targets of relative links, without their anchors.
fn linked(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let relative =
        targets.filter(|target| !target.contains("://") && !target.starts_with('#') && !target.contains(' '));
    relative.map(|target| target.split('#').next().unwrap().to_owned()).collect()
}

/// Paths of this repository in backticks; those with a placeholder or wildcard are not paths.
fn named(text: &str) -> Vec<String> {
    let top = ["src/", "checks/", "fixtures/", "tests/", "benches/", ".ci/"];
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let paths = quoted.filter(|word| top.iter().any(|start| word.starts_with(start)));
    paths.filter(|path| !path.contains(['<', '*', '…', ' ', '{'])).map(str::to_owned).collect()
}

#[test]
fn the_exit_codes_in_the_readme_and_in_the_table_agree() {
    let codes = |path: &str| -> Vec<String> {
        let text = fs::read_to_string(root().join(path)).unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
        let cells = rows.filter_map(|row| row.split_once(" | ").map(|(code, rest)| (code.to_owned(), rest.to_owned())));
        let numbered = cells.filter(|(code, _)| code.parse::<u8>().is_ok());
        numbered.map(|(code, rest)| format!("{code} {}", rest.split(" |").next().unwrap().trim())).collect()
    };
    let table = codes("docs/exit-codes.md");
    assert_eq!(table.len(), 6);
    assert_eq!(codes("README.md"), table);
}

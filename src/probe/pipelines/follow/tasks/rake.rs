//! Rake: the tasks of a `Rakefile`, each with its own block and with the tasks that it needs. Ruby is read by its lines: a
//! block ends with the `end` that stands where its task does.

use std::sync::LazyLock;

use regex::Regex;

use super::super::words::calls;
use super::super::{Follow, Place, fixed, number};

/// Tasks that lead to others.
const DEPTH: u32 = 8;

/// One task.
#[derive(Debug)]
struct Task {
    name: String,
    needs: Vec<String>,
    /// Its lines with their numbers, from 1.
    lines: Vec<(u32, String)>,
}

impl Follow<'_, '_> {
    pub(super) fn rake(&mut self, text: &str, folder: &str, depth: u32) {
        for call in calls(text, &["rake", "rails"]) {
            let Some((path, file)) = self.text(folder, &["Rakefile", "rakefile", "Rakefile.rb"]) else { continue };
            let tasks = read(&file);
            let asked = call.words.iter().filter(|word| !word.starts_with('-') && !word.contains('='));
            let mut asked: Vec<&str> = asked.map(|word| word.split('[').next().unwrap_or("")).collect();
            if asked.is_empty() && call.program == "rake" {
                asked.push("default");
            }
            for name in asked {
                self.rule(&tasks, name, (&path, folder), (depth, DEPTH));
            }
        }
    }

    fn rule(&mut self, tasks: &[Task], name: &str, (path, folder): (&str, &str), (depth, left): (u32, u32)) {
        let Some(left) = left.checked_sub(1) else { return };
        // What a namespace adds to a name is not read.
        let short = name.rsplit(':').next().unwrap_or(name);
        for task in tasks.iter().filter(|task| task.name == short || task.name == name) {
            if !self.is_new(path, &format!("{}:{}", task.name, task.lines.first().map_or(0, |(line, _)| *line))) {
                continue;
            }
            task.needs.iter().for_each(|need| self.rule(tasks, need, (path, folder), (depth, left)));
            for (line, text) in &task.lines {
                self.take(Place { path, line: *line, folder, is_known: true }, text, depth - 1);
            }
        }
    }
}

/// `task name: [:a, :b] do`, `task :name => "a"`.
static TASK: LazyLock<Regex> =
    LazyLock::new(|| fixed(r#"^(\s*)(?:task|multitask)[\s(]+(?:name:\s*)?[:"']?([\w:-]*\w)["']?(.*)$"#));
/// `RSpec::Core::RakeTask.new(:spec) do |task|`.
static CLASS: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r#"^(\s*)(?:\w+\s*=\s*)?([A-Z][\w:]*(?:Task|Tasks))\.(?:new|create)(?:[\s(]+[:"']([\w:-]+))?(.*)$"#)
});
/// `Rake::Task["name"].invoke`.
static INVOKED: LazyLock<Regex> = LazyLock::new(|| fixed(r#"Task\[[:"']+([\w:-]+)["']?\]\.(?:invoke|execute)"#));

fn read(text: &str) -> Vec<Task> {
    let lines: Vec<&str> = text.lines().collect();
    let mut tasks = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let block = |indent: &str, rest: &str| block(&lines, at, indent, rest);
        if let Some(found) = CLASS.captures(line) {
            let class = &found[2];
            let name = found.get(3).map_or_else(|| of_class(class), |name| name.as_str());
            let mut own = vec![(number(at), format!("{class} {name}"))];
            own.extend(block(&found[1], &found[4]).0);
            tasks.push(Task { name: name.to_owned(), needs: Vec::new(), lines: own });
        } else if let Some(found) = TASK.captures(line) {
            let (own, invoked) = block(&found[1], &found[3]);
            let mut needs = needs(&found[3]);
            needs.extend(invoked);
            tasks.push(Task { name: found[2].to_owned(), needs, lines: own });
        }
    }
    tasks
}

/// The name of a task that is made without one.
fn of_class(class: &str) -> &'static str {
    match class {
        _ if class.contains("RSpec") => "spec",
        _ if class.contains("RuboCop") => "rubocop",
        _ => "test",
    }
}

/// The tasks that stand behind a task's name.
fn needs(rest: &str) -> Vec<String> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| fixed(r"[\w:-]*\w"));
    let code = rest.split('#').next().unwrap_or("");
    let code = code.split(" do").next().unwrap_or("").split('{').next().unwrap_or("");
    let listed = match (code.split_once("=>"), code.strip_prefix(':')) {
        (Some((_, listed)), _) => listed,
        (None, Some(listed)) => listed,
        (None, None) => return Vec::new(),
    };
    let listed = listed.replace("%w", " ").replace("%i", " ");
    let words = WORD.find_iter(&listed).map(|word| word.as_str().trim_start_matches(':').to_owned());
    words.filter(|word| !word.is_empty()).collect()
}

/// The commands of a block that begins on a line, and the tasks that it calls.
fn block(lines: &[&str], at: usize, indent: &str, rest: &str) -> (Vec<(u32, String)>, Vec<String>) {
    static OPENS: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?:\bdo|\{)\s*(?:\|[^|]*\|)?\s*(.*)$"));
    let (mut own, mut invoked) = (Vec::new(), Vec::new());
    let Some(opens) = OPENS.captures(rest) else { return (own, invoked) };
    let is_end = |line: &&str| {
        let inner = line.strip_prefix(indent).unwrap_or("");
        inner.starts_with("end") || inner.starts_with('}')
    };
    let is_inline = opens[1].trim_end().ends_with(['}']) || opens[1].trim_end().ends_with("end");
    let below = lines[at + 1..].iter().take_while(|line| !is_end(line)).enumerate();
    let below = below.map(|(more, line)| (at + 1 + more, *line)).take(if is_inline { 0 } else { usize::MAX });
    for (at, line) in [(at, &opens[1])].into_iter().chain(below) {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') || text == "}" {
            continue;
        }
        invoked.extend(INVOKED.captures_iter(text).map(|found| found[1].to_owned()));
        let text = text.replace(['"', '\'', ',', '[', ']', '{', '}', '='], " ");
        own.push((number(at), text.trim().to_owned()));
    }
    (own, invoked)
}

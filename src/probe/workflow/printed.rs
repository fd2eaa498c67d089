//! What the scripts of other systems' pipelines print: a secret, the whole environment, or each command with its values. Systems
//! take secrets that they know out of the log, and what a variable holds is not in the file: where only its name says that it is
//! one, that it is printed is likely; it is certain where the pipeline says so.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::model::Certainty;
use crate::probe::finding::{Finding, shortened};
use crate::probe::pipelines::variable::{Source, Variable};
use crate::probe::pipelines::{Run, System};
use crate::probe::secret_name::is_secret_name;

use super::script::{self, Command, Macros};

/// Whether a variable is named as one that holds a secret; narrower than for files of settings, where a `KEY` is one.
pub(super) fn names_a_secret(name: &str) -> bool {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:^|_)(?:token|secret|password|passwd|pword|api_?key|private_key|access_key|secret_key|passphrase)(?:_|$)",
        )
        .expect("a fixed pattern")
    });
    static CAMEL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"([a-z0-9])([A-Z])").expect("a fixed pattern"));
    let name = CAMEL.replace_all(name, "${1}_$2").replace(['-', '.'], "_");
    let names_it = |name: &str| WORD.is_match(name) && is_secret_name(name);
    names_it(&name) || names_it(&name.to_ascii_lowercase().replace("apikey", "api_key"))
}

/// Which variables of a step hold secrets.
struct Secrets<'r> {
    set: &'r [Variable],
    system: System,
    /// Variables that its script fills with what is written there.
    written: BTreeSet<&'r str>,
}

impl Secrets<'_> {
    /// How sure it is that a variable is one: systems take what they know as a secret out of the log, and of a name alone it is
    /// not known whether they do.
    fn certainty(&self, name: &str) -> Option<Certainty> {
        let own = self.set.iter().find(|one| one.name == name);
        if own.is_some_and(|one| one.source != Source::File) {
            return Some(Certainty::Certain);
        }
        if own.is_some_and(Variable::is_written) || self.written.contains(name) {
            return None;
        }
        // Shells know variables of their own in small letters; macros and PowerShell know no such difference.
        let is_own = !self.knows_small() && name.bytes().any(|byte| byte.is_ascii_lowercase());
        (!is_own && names_a_secret(name)).then_some(Certainty::Likely)
    }

    fn knows_small(&self) -> bool {
        matches!(self.system, System::Azure | System::AppVeyor)
    }

    /// The first that a command names.
    fn of<'c>(&self, command: &'c Command) -> Option<(&'c str, Certainty)> {
        static PERCENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"%(\w+)%").expect("a fixed pattern"));
        let of_cmd = PERCENT.captures_iter(&command.text).filter_map(|found| found.get(1)).map(|name| name.as_str());
        let names = command.names.iter().map(String::as_str).chain(of_cmd);
        names.filter_map(|name| Some((name, self.certainty(name)?))).max_by_key(|(_, certainty)| *certainty)
    }
}

/// What the script of a step prints: a secret, its whole environment, or each command with its values (`set -x`).
pub(super) fn printed(step: &[&Run]) -> Vec<(String, Finding)> {
    let system = System::of(&step[0].pipeline);
    // Groovy and several systems put a sign before the `$` that the shell is to see.
    let texts: Vec<String> = step.iter().map(|run| run.text.replace("\\$", "$").replace("$$", "$")).collect();
    let texts: Vec<&str> = match system {
        System::Jenkins | System::Drone | System::Buildkite | System::CloudBuild => {
            texts.iter().map(String::as_str).collect()
        }
        _ => step.iter().map(|run| run.text.as_str()).collect(),
    };
    let lines: Vec<(u32, &str)> = step.iter().zip(&texts).map(|(run, text)| (run.line, *text)).collect();
    let commands = script::commands(&lines, Macros(system == System::Azure));
    let secrets = Secrets { set: &step[0].set, system, written: assignments(&lines) };
    let has_secret = step[0].set.iter().any(|one| secrets.certainty(&one.name).is_some())
        || system != System::Azure && commands.iter().any(|command| secrets.of(command).is_some());
    let mut found = Vec::new();
    let mut is_traced = false;
    for (at, command) in commands.iter().enumerate() {
        if let Some(on) = traces(command) {
            is_traced = on;
            continue;
        }
        let shown = format!("`{}`", shortened(&text_at(&lines, command.line)));
        let mut add = |fact, subject: &str, note: String, certainty| {
            found.push((step[0].path.clone(), Finding::new(fact, command.line, subject, note).with(certainty)));
        };
        if let Some(what) = gives(command) {
            add("echoed_secrets", what, format!("{what} is printed: {shown}"), Certainty::Certain);
        } else if let Some((name, certainty)) = prints(command, &secrets) {
            add("echoed_secrets", name, format!("`{name}` is printed: {shown}"), certainty);
        } else if let Some((name, _)) = secrets.of(command).filter(|_| is_traced) {
            let note = format!("`set -x` prints `{name}` with the command: {shown}");
            add("traced_secrets", name, note, Certainty::Likely);
            is_traced = false;
        } else if has_secret && dumps(command, commands.get(at + 1)) {
            let note = format!("the whole environment is printed, secrets with it: {shown}");
            add("traced_secrets", "environment", note, Certainty::Likely);
        }
    }
    found
}

fn text_at(lines: &[(u32, &str)], line: u32) -> String {
    lines.iter().find(|(own, _)| *own == line).map_or("", |(_, text)| *text).to_owned()
}

/// Names that a script fills with what it says itself.
fn assignments<'l>(lines: &[(u32, &'l str)]) -> BTreeSet<&'l str> {
    static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:^|[\s;&])(\w+)=(?:"[^"$`%]*"|'[^']*'|[^\s"'$`;&|%]+)(?:[\s;&]|$)"#).expect("a fixed pattern")
    });
    let names = lines.iter().flat_map(|(_, text)| ASSIGNED.captures_iter(text));
    names.filter_map(|found| found.get(1)).map(|name| name.as_str()).collect()
}

/// The secret that a command prints.
fn prints<'c>(command: &'c Command, secrets: &Secrets<'_>) -> Option<(&'c str, Certainty)> {
    // `##vso[…]` speaks to the agent, which does not print it.
    if command.is_taken || command.text.contains("##vso[") {
        return None;
    }
    match command.program() {
        "echo" | "printf" | "Write-Host" | "Write-Output" => secrets.of(command).filter(|_| !is_of_variable(command)),
        "printenv" => {
            let name = command.words().nth(1)?;
            Some((name, secrets.certainty(name)?))
        }
        _ => None,
    }
}

/// Commands that answer with a key or a token, by the reference of each, and what that is.
const GIVE: &[(&str, &str)] = &[
    ("aws configure export-credentials", "a key of AWS"),
    ("aws ecr get-login-password", "the password of a registry of AWS"),
    ("aws sts assume-role", "a key of AWS"),
    ("aws sts assume-role-with-web-identity", "a key of AWS"),
    ("aws sts get-session-token", "a key of AWS"),
    ("gcloud auth print-access-token", "a token of Google Cloud"),
    ("gcloud auth application-default print-access-token", "a token of Google Cloud"),
    ("az account get-access-token", "a token of Azure"),
];

/// The key or token that a command answers with, where nothing takes it.
fn gives(command: &Command) -> Option<&'static str> {
    if command.is_taken || command.text.contains("--query") {
        return None;
    }
    let words: Vec<&str> = command.words().collect();
    let is_one = |text: &str| text.split(' ').enumerate().all(|(at, word)| words.get(at) == Some(&word));
    GIVE.iter().find(|(text, _)| is_one(text)).map(|(_, what)| *what)
}

/// `printf -v NAME` fills a variable.
fn is_of_variable(command: &Command) -> bool {
    command.program() == "printf" && command.words().nth(1) == Some("-v")
}

/// Whether `set` switches on (or off) that each command is shown with its values before it runs.
fn traces(command: &Command) -> Option<bool> {
    let mut words = command.words();
    if words.next() != Some("set") {
        return None;
    }
    let words: Vec<&str> = words.collect();
    let has = |sign: char| {
        let is_flag = |word: &&str| word.starts_with(sign) && word[1..].contains('x') && !word.starts_with("--");
        words.iter().any(is_flag) || words.windows(2).any(|two| two == [format!("{sign}o").as_str(), "xtrace"])
    };
    match (has('-'), has('+')) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Whether a command prints all variables: alone, or sorted.
fn dumps(command: &Command, next: Option<&Command>) -> bool {
    let words: Vec<&str> = command.words().collect();
    let is_dump = match words[..] {
        ["env" | "printenv" | "set" | "export" | "SET"] | ["export", "-p"] | ["declare", "-x"] => true,
        ["Get-ChildItem" | "gci" | "dir" | "ls", env] => env.trim_end_matches(['\\', '*']).eq_ignore_ascii_case("env:"),
        _ => false,
    };
    let is_sorted = next.is_some_and(|next| next.line == command.line && next.text.trim() == "sort" && !next.is_taken);
    is_dump && (!command.is_taken || is_sorted && !command.text.contains('>'))
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::model::Certainty;
    use crate::probe::trial::{count, observe};

    /// Lines of what is printed, `?` where that is likely.
    fn seen(path: &str, text: &str) -> Vec<String> {
        let seen = observe(&DEF, "{}", &[(path, text)]);
        let facts = ["echoed_secrets", "traced_secrets"];
        let own = seen.evidence.iter().filter(|one| facts.iter().any(|fact| one.fact.as_deref() == Some(fact)));
        let own: Vec<_> = own.filter(|one| !one.note.as_deref().unwrap_or("").starts_with("looked at")).collect();
        let counted: i64 = facts.iter().filter_map(|fact| count(&seen, fact)).sum();
        assert_eq!(usize::try_from(counted), Ok(own.len()), "{text}");
        let mark = |certainty| if certainty == Certainty::Certain { "" } else { "?" };
        own.iter()
            .map(|one| format!("{}{}", one.place.as_ref().map_or(0, |place| place.line), mark(one.certainty)))
            .collect()
    }

    fn gitlab(script: &str) -> Vec<String> {
        let lines: String = script.lines().map(|line| format!("    {line}\n")).collect();
        seen(".gitlab-ci.yml", &format!("t:\n  script:\n  - |\n{lines}"))
    }

    #[test]
    fn a_secret_is_printed_where_each_system_names_it() {
        for (path, text, lines) in [
            (".gitlab-ci.yml", "t: {script: ['echo $CI_JOB_TOKEN']}\n", "1?"),
            (".gitlab-ci.yml", "t: {script: [make], variables: {CI_DEBUG_TRACE: 'true'}}\n", "1"),
            (".gitlab-ci.yml", "t: {script: ['echo $V'], secrets: {V: {vault: a/b/c}}}\n", "1"),
            (
                ".drone.yml",
                "kind: pipeline\nsteps: [{name: t, environment: {V: {from_secret: v}}, commands: ['echo $${V}']}]\n",
                "2",
            ),
            ("azure-pipelines.yml", "trigger: [main]\nsteps: [{script: 'echo $(nugetApiKey)'}]\n", "2?"),
            ("azure-pipelines.yml", "trigger: [main]\nsteps: [{pwsh: 'Write-Host $env:API_TOKEN'}]\n", "2?"),
            (
                "Jenkinsfile",
                "withCredentials([string(credentialsId: 'c', variable: 'V')]) {\n  sh \"echo ${V}\"\n}\n",
                "2",
            ),
            ("cloudbuild.yaml", "steps: [{name: x, secretEnv: [V], script: 'echo $$V'}]\n", "1"),
            ("buildspec.yml", "env: {secrets-manager: {V: a:b}}\nphases: {build: {commands: ['printenv V']}}\n", "2"),
            (".gitlab-ci.yml", "t: {script: ['aws configure export-credentials --format env']}\n", "1"),
            (
                ".circleci/config.yml",
                "jobs: {t: {steps: [run: 'echo $NPM_TOKEN']}}\nworkflows: {w: {jobs: [t]}}\n",
                "1?",
            ),
        ] {
            assert_eq!(seen(path, text), [lines], "{path}: {text}");
        }
    }

    #[test]
    fn what_prints_no_value_of_a_secret_is_none() {
        for script in [
            "echo $CACHE_KEY $TOKEN_TTL $MAX_TOKENS $token",
            "echo \"${API_TOKEN:+set}\"",
            "echo \"$API_TOKEN\" > ~/.token",
            "echo \"$API_TOKEN\" | docker login -u x --password-stdin",
            "API_TOKEN=abc\necho $API_TOKEN",
            "env",
            "aws ecr get-login-password | docker login --username AWS --password-stdin x.test",
            "C=$(aws sts assume-role --role-arn x)\naws sts get-caller-identity",
            "eval $(aws configure export-credentials --format env)",
            "set -x\nmake",
            "set -x\nset +x\ncurl -H \"x: $API_TOKEN\" a.test",
            "env | grep CI_ \ncurl -H \"x: $API_TOKEN\" a.test",
        ] {
            assert!(gitlab(script).is_empty(), "{script}");
        }
        let azure =
            "trigger: [main]\nsteps: [{script: 'echo ##vso[task.setvariable variable=x;issecret=true]$(apiToken)'}]\n";
        assert!(seen("azure-pipelines.yml", azure).is_empty());
    }

    #[test]
    fn the_environment_is_printed_where_the_job_has_a_secret() {
        for script in ["env\ncurl -H \"x: $API_TOKEN\" a.test", "printenv | sort\ncurl -H \"x: $API_TOKEN\" a.test"] {
            assert_eq!(gitlab(script), ["4?"], "{script}");
        }
    }

    #[test]
    fn a_traced_script_prints_what_it_names_once() {
        let script = "set -euxo pipefail\necho $API_TOKEN | docker login --password-stdin\ncurl -u a:$API_TOKEN b.test";
        assert_eq!(gitlab(script), ["5?"]);
    }
}

//! Secrets that pipelines of other systems than GitHub's show: what their scripts print, and what is written down in them.
//! Hands over of all secrets (`inherited_secrets`, `all_secrets`) and those of a whole workflow are words of GitHub's alone: in
//! other systems a variable of the settings reaches every job anyway, and no file says so. Workflows of Forgejo and Gitea are
//! read as those of GitHub (`exposure`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::report::Evidence;
use crate::model::{Certainty, Place};
use crate::probe::finding::Finding;
use crate::probe::pipelines::variable::Variable;
use crate::probe::pipelines::{Pipelines, Run, System, What};
use crate::probe::secret_name::{is_secret_value, masked};
use crate::probe::secrets::tokens;
use crate::probe::yaml_file;

use super::printed::{names_a_secret, printed};
use super::view::Workflow;
use super::{exposure, recognised};

/// `echoed_secrets`, `traced_secrets` and `literal_secrets` with their files, each place once. `text` gives the text of a pipeline's file.
pub(super) fn findings(pipelines: &Pipelines, text: &dyn Fn(&str) -> Option<String>) -> Vec<(String, Finding)> {
    let mut found: Vec<(String, Finding)> = Vec::new();
    for path in files(pipelines) {
        let Some(text) = text(path) else { continue };
        let own = match System::of(path) {
            System::Forgejo => of_workflow(path, &text),
            _ => written_tokens(&text),
        };
        found.extend(own.into_iter().map(|finding| (path.to_owned(), finding)));
    }
    found.extend(pipelines.passwords.iter().filter_map(password));
    for step in steps(pipelines) {
        found.extend(printed(&step));
        found.extend(step.iter().filter_map(|run| told(run)));
        found.extend(debug_trace(step[0]));
        found.extend(assigned(&step));
    }
    let mut known = BTreeSet::new();
    found.retain(|(path, finding)| known.insert((path.clone(), finding.line, finding.fact, finding.subject.clone())));
    found
}

/// What a line begins with that does no work by itself.
const LEADS: &[&str] = &[
    "#", "if ", "for ", "while ", "set ", "echo ", "export ", "cd ", "case ", "[", "{", "}", "(", "-", "then", "else",
    "fi", "done", "true", "false", "exit ",
];

/// What was looked at, for who asks what it is that shows no secret.
pub(super) fn seen(pipelines: &Pipelines) -> Option<Evidence> {
    // What a workflow tells an action is none of its commands.
    let of_actions: BTreeSet<usize> = actions(pipelines).map(|run| run.step).collect();
    let is_own = |run: &&Run| run.what == What::Command && run.by.is_none() && !of_actions.contains(&run.step);
    let mut commands: Vec<&Run> = pipelines.runs.iter().filter(is_own).collect();
    if commands.is_empty() {
        commands = pipelines.runs.iter().filter(|run| run.what == What::Action).collect();
    }
    let is_plain = |run: &&&Run| !LEADS.iter().any(|word| run.text.trim_start().starts_with(word));
    let first = commands.iter().find(is_plain).or(commands.first())?;
    let more = commands.len() - 1;
    let count: BTreeSet<&str> = commands.iter().map(|run| &*run.pipeline).collect();
    let rest = match (more, count.len()) {
        (0, _) => String::new(),
        (1, 1) => ", and one more command of this pipeline".to_owned(),
        (more, 1) => format!(", and {more} more commands of this pipeline"),
        (more, count) => format!(", and {more} more commands of {count} pipelines"),
    };
    Some(Evidence {
        place: Some(Place { file: first.path.clone(), line: first.line, column: 0 }),
        note: Some(format!("looked at {}{rest}", first.note())),
        fact: Some("echoed_secrets".to_owned()),
        ..Evidence::default()
    })
}

/// Steps of workflows that use an action.
fn actions(pipelines: &Pipelines) -> impl Iterator<Item = &Run> {
    let is_workflow = |run: &&Run| matches!(System::of(&run.pipeline), System::GitHub | System::Forgejo);
    pipelines.runs.iter().filter(is_workflow).filter(|run| run.what == What::Action)
}

/// Files of other systems' pipelines, those that they bring among them.
fn files(pipelines: &Pipelines) -> BTreeSet<&str> {
    let brought = pipelines.runs.iter().filter(|run| run.by.is_none()).map(|run| run.path.as_str());
    let all = pipelines.files.keys().map(String::as_str).chain(brought);
    let is_action = |path: &str| ["action.yml", "action.yaml"].contains(&path.rsplit('/').next().unwrap_or(path));
    all.filter(|path| !path.starts_with(".github/") && !is_action(path)).collect()
}

/// The commands that each step of another system's pipeline has in the file, in order.
fn steps(pipelines: &Pipelines) -> Vec<Vec<&Run>> {
    let mut steps: BTreeMap<usize, Vec<&Run>> = BTreeMap::new();
    let is_elsewhere = |run: &&Run| !matches!(System::of(&run.pipeline), System::GitHub | System::Forgejo);
    let own = pipelines.runs.iter().filter(|run| run.what == What::Command && run.by.is_none());
    own.filter(is_elsewhere).for_each(|run| steps.entry(run.step).or_default().push(run));
    steps.into_values().collect()
}

fn of_workflow(path: &str, text: &str) -> Vec<Finding> {
    let Ok(root) = yaml_file::read(path, text.as_bytes()) else { return Vec::new() };
    Workflow::of(&root).map(|workflow| exposure::findings(&workflow)).unwrap_or_default()
}

fn written_tokens(text: &str) -> Vec<Finding> {
    let found = tokens(text.as_bytes()).into_iter().map(|token| {
        let line = text[..token.offset].bytes().filter(|byte| *byte == b'\n').count() + 1;
        let note = format!("a {} is written down: {}", token.title, masked(&token.value));
        let line = u32::try_from(line).unwrap_or(0);
        Finding::new("literal_secrets", line, token.id, note).with(token.certainty)
    });
    found.collect()
}

/// A registry's password for the image that something runs in.
fn password(given: &Variable) -> Option<(String, Finding)> {
    let is_real = given.is_written() && is_secret_value("PASSWORD", &given.value) && !given.value.contains("<<");
    let note = format!("a password of the container registry is written down: {}", masked(&given.value));
    is_real.then(|| (given.path.clone(), Finding::new("literal_secrets", given.line, "registry password", note)))
}

/// What commands are told that is a password or a token, by their documentation.
static TOLD: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let built = |text: &str| Regex::new(text).expect("a fixed pattern");
    let all: &[(&str, &str)] = &[
        (
            r#"\b(?:docker|podman|buildah|skopeo|crane|helm\s+registry)\s+(?:auth\s+)?login\b[^|;&]*?\s(?:-p|--password)[\s=]+["']?([^\s"']+)"#,
            "a password of the container registry",
        ),
        (r#"\bsshpass\s+-p\s*["']?([^\s"']+)"#, "a password of another machine"),
        (
            r#"\baz\s+login\b[^|;&]*\s--service-principal\b[^|;&]*?\s(?:-p|--password)[\s=]+["']?([^\s"']+)"#,
            "a password of Azure",
        ),
        (r#"\btwine\s+upload\b[^|;&]*?\s(?:-p|--password)[\s=]+["']?([^\s"']+)"#, "a token of a registry of packages"),
        // Older tokens have no letters in front that would tell them.
        (r#"sonar\.(?:login|token)=["']?((?:sq[apu]_)?[0-9a-f]{40})\b"#, "a token of SonarQube"),
    ];
    all.iter().map(|(text, what)| (built(text), *what)).collect()
});

/// A password or a token that a command is told as it is.
fn told(run: &Run) -> Option<(String, Finding)> {
    if run.text.trim_start().starts_with('#') {
        return None;
    }
    let (value, what) =
        TOLD.iter().find_map(|(told, what)| Some((told.captures(&run.text)?.get(1)?.as_str(), *what)))?;
    let is_here = ["localhost", "127.0.0.1"].iter().any(|host| run.text.contains(host));
    let is_real = !value.contains(['$', '%', '<', '`', '(']) && !is_here && is_secret_value("PASSWORD", value);
    let note = format!("{what} is written down: {}", masked(value));
    is_real.then(|| (run.path.clone(), Finding::new("literal_secrets", run.line, what, note)))
}

/// GitLab prints every variable of a job with it ("Debug CI/CD variables", documentation).
fn debug_trace(run: &Run) -> Option<(String, Finding)> {
    let of_gitlab = System::of(&run.pipeline) == System::GitLab;
    let one = run.set.iter().find(|one| of_gitlab && one.name == "CI_DEBUG_TRACE" && is_on(&one.value))?;
    let note = "`CI_DEBUG_TRACE` prints every variable and secret of the job";
    Some((one.path.clone(), Finding::new("echoed_secrets", one.line, "CI_DEBUG_TRACE", note)))
}

fn is_on(value: &str) -> bool {
    matches!(value.trim(), "true" | "1")
}

/// Variables with the name of a secret and a value that looks made at random, in jobs that run no tests: what a test needs is
/// often written down, and opens nothing.
fn assigned(step: &[&Run]) -> Vec<(String, Finding)> {
    if step.iter().any(|run| recognised::runs_tests(&run.text)) {
        return Vec::new();
    }
    let set = step[0].set.iter().filter(|one| one.is_written() && names_a_secret(&one.name) && is_random(&one.value));
    let real = set.filter(|one| is_secret_value(&one.name, &one.value));
    let of = |one: &Variable| {
        let note = format!("`{}` is written down: {}", one.name, masked(&one.value));
        let finding = Finding::new("literal_secrets", one.line, one.name.as_str(), note);
        (one.path.clone(), finding.with(Certainty::Likely))
    };
    real.map(of).collect()
}

/// Letters of both cases, or letters, and several digits, without a word that says what it is for.
fn is_random(value: &str) -> bool {
    const SHORTEST: usize = 20;
    const WORDS: &[&str] = &["test", "secret", "password", "passwd", "changeme", "dev", "local", "ci-", "demo", "key"];
    let lower = value.to_ascii_lowercase();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let kinds: BTreeSet<u8> = value.bytes().collect();
    let is_one_word = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte));
    value.len() >= SHORTEST
        && is_one_word
        && digits >= 3
        && letters >= 5
        && kinds.len() >= 10
        && !WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::model::Certainty;
    use crate::probe::trial::{count, observe, percent};

    /// Secrets that are printed and that are written down, and the credit.
    fn seen(path: &str, text: &str) -> (Option<i64>, Option<i64>, Option<i64>) {
        let seen = observe(&DEF, "{}", &[(path, text)]);
        (count(&seen, "echoed_secrets"), count(&seen, "literal_secrets"), percent(&seen, "secret_credit"))
    }

    #[test]
    fn what_is_written_down_is_found_in_each_system() {
        let token = ["gh", "p_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"].concat();
        for (path, text) in [
            (".gitlab-ci.yml", format!("t: {{script: [make], variables: {{T: {token}}}}}\n")),
            ("ci/transaction.yml", format!("jobs: [{{name: t, plan: [{{get: r, trigger: true}}, {{task: t, params: {{T: {token}}}, config: {{run: {{path: make}}}}}}]}}]\n")),
            (".circleci/config.yml", "jobs: {t: {docker: [{image: a/b, auth: {username: u, password: hunter2hunter}}], steps: [run: make]}}\nworkflows: {w: {jobs: [t]}}\n".to_owned()),
            ("bitbucket-pipelines.yml", "image: {name: a/b, username: u, password: hunter2hunter}\npipelines: {default: [{step: {script: [make]}}]}\n".to_owned()),
            (".drone.yml", "kind: pipeline\nsteps: [{name: t, commands: ['docker login -u u -p hunter2hunter r.test']}]\n".to_owned()),
            ("Jenkinsfile", "sh 'mvn sonar:sonar -Dsonar.login=0925129cf435c63164d3e63c9f9d88ea9f9d7f05'\n".to_owned()),
            (".gitlab-ci.yml", "t: {script: ['sshpass -p hunter2hunter ssh a@b.test ls']}\n".to_owned()),
            ("azure-pipelines.yml", "trigger: [main]\nvariables: [{name: DEPLOY_TOKEN, value: Zq81mPw0rT56yLkV2nBx}]\nsteps: [{script: make}]\n".to_owned()),
        ] {
            let (_, literal, credit) = seen(path, &text);
            assert_eq!((literal, credit), (Some(1), Some(0)), "{path}");
        }
    }

    #[test]
    fn what_stands_for_a_secret_or_opens_a_test_database_is_none() {
        for (path, text) in [
            (
                ".circleci/config.yml",
                "jobs: {t: {docker: [{image: a/b, auth: {username: u, password: $PW}}, {image: postgres, environment: {POSTGRES_PASSWORD: postgres}}], steps: [run: make]}}\nworkflows: {w: {jobs: [t]}}\n",
            ),
            (".drone.yml", "kind: pipeline\nsteps: [{name: t, commands: ['docker login -u u -p $${PW} r.test']}]\n"),
            (
                "azure-pipelines.yml",
                "trigger: [main]\nvariables: [{name: DEPLOY_TOKEN, value: $(token)}, {name: API_TOKEN, value: dummy}]\nsteps: [{script: make}]\n",
            ),
            (".gitlab-ci.yml", "t: {script: [pytest], variables: {SECRET_TOKEN: Zq81mPw0rT56yLkV2nBx}}\n"),
        ] {
            assert_eq!(seen(path, text), (Some(0), Some(0), Some(100)), "{path}");
        }
    }

    #[test]
    fn that_none_is_shown_is_known_only_where_all_was_read() {
        assert_eq!(seen("Jenkinsfile", "sh 'make'\n"), (None, None, None));
        assert_eq!(seen("Jenkinsfile", "sh 'echo $API_TOKEN'\n"), (Some(1), None, Some(50)));
        assert_eq!(seen(".gitlab-ci.yml", "include: {project: a/b, file: c.yml}\nt: {script: [make]}\n").0, None);
        let github = (".github/workflows/ci.yml", "on: push\njobs: {t: {runs-on: x, steps: [{run: make}]}}\n");
        let both = |other: (&str, &str)| count(&observe(&DEF, "{}", &[github, other]), "echoed_secrets");
        assert_eq!(
            (both((".gitlab-ci.yml", "t: {script: [make]}\n")), both(("Jenkinsfile", "sh 'x'\n"))),
            (Some(0), None)
        );
        assert_eq!(both((".gitlab-ci.yml", "t: {script: ['echo $API_TOKEN']}\n")), Some(1));
    }

    #[test]
    fn a_pass_names_what_was_looked_at() {
        let seen = observe(&DEF, "{}", &[(".gitlab-ci.yml", "t: {script: [make, 'docker login -p $T x']}\n")]);
        let looked =
            seen.evidence.iter().find(|one| one.fact.as_deref() == Some("echoed_secrets")).expect("it is there");
        assert_eq!(looked.note.as_deref(), Some("looked at `make`, and one more command of this pipeline"));
        assert_eq!(looked.certainty, Certainty::Certain);
    }

    #[test]
    fn workflows_of_forgejo_are_read_as_those_of_github() {
        let text = "on: push\njobs: {t: {runs-on: x, steps: [{run: 'echo ${{ secrets.TOKEN }}'}]}}\n";
        assert_eq!(seen(".forgejo/workflows/ci.yml", text), (Some(1), Some(0), Some(50)));
    }
}

//! Travis CI: the phases of a build and of each job under `jobs.include`, which takes from the top what it does not say. After
//! its documentation ("Customizing the build, safelisting or blocklisting branches"; "Conditional builds, stages and jobs";
//! "Conditions"): pushes and pull requests start builds, and the branch of a pull request is the one that it goes to.

use super::super::order::Order;
use super::super::starts::expression::{self, Value, of_requests, target};
use super::super::starts::{Event, Started, Starts, branches};
use super::super::step::{Given, Lines, Reading, Step, joined, listed, named, script, text, written};
use super::super::variable::variables;
use super::documents;
use crate::probe::pipelines::LARGEST;
use crate::yaml::Node;

/// Phases whose failure ends a build, in order.
const PHASES: &[&str] = &["before_install", "install", "before_script", "script"];

/// What a build runs where `script` is not said, by language (its documentation's pages for each).
const DEFAULTS: &[(&str, &str)] = &[
    ("c", "./configure && make && make test"),
    ("cpp", "./configure && make && make test"),
    ("dart", "dart test"),
    ("elixir", "mix test"),
    ("go", "go test ./..."),
    ("haskell", "cabal test"),
    ("node_js", "npm test"),
    ("perl", "make test"),
    ("php", "phpunit"),
    ("ruby", "rake"),
    ("rust", "cargo test"),
    ("scala", "sbt test"),
];

/// The same for languages of the Java platform ("Building a Java project"): by the build file that is there, the first one wins.
const BUILDS: &[(&str, &str)] = &[
    ("gradlew", "./gradlew check"),
    ("build.gradle", "gradle check"),
    ("build.gradle.kts", "gradle check"),
    ("mvnw", "./mvnw test -B"),
    ("pom.xml", "mvn test -B"),
    ("build.xml", "ant test"),
];

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    let mut reading = Reading::default();
    let starts = by_branches(root).and(&by_condition(text(root, "if")));
    let jobs = root.get("jobs").or_else(|| root.get("matrix"));
    let included = jobs.and_then(|jobs| jobs.get("include").or(Some(jobs)));
    let own: Vec<&Node> = included.map(Node::items).unwrap_or_default().iter().collect();
    let allowed = jobs.and_then(|jobs| jobs.get("allow_failures")).map(Node::items).unwrap_or_default();
    // Without jobs of its own, or with a matrix beside them, what stands at the top is a job.
    let is_expanded = own.is_empty()
        || ["env", "python", "node_js", "go", "rvm", "php", "jdk", "rust", "os"]
            .iter()
            .any(|key| root.get(key).is_some_and(|node| node.items().len() > 1));
    let listed_stages = root.get("stages").map(Node::items).unwrap_or_default().iter();
    let mut stages: Vec<String> =
        listed_stages.filter_map(|stage| stage.text().or_else(|| text(stage, "name"))).map(str::to_lowercase).collect();
    let mut rank = |stage: &str| {
        let stage = stage.to_lowercase();
        stages.iter().position(|known| *known == stage).unwrap_or_else(|| {
            stages.push(stage);
            stages.len() - 1
        })
    };
    if is_expanded {
        step(given, root, None, (false, &starts), rank("test"), &mut reading);
    }
    let mut current = "test";
    for job in own {
        // A job without a stage is of the one before it (documentation, "Build Stages").
        current = text(job, "stage").unwrap_or(current);
        let is_soft = allowed.iter().any(|entry| matches(entry, job));
        let stage = text(job, "stage").and_then(|name| stage(root, name));
        let by_stage = by_condition(stage.and_then(|stage| text(stage, "if")));
        let starts = starts.and(&by_stage).and(&by_condition(text(job, "if")));
        step(given, root, Some(job), (is_soft, &starts), rank(current), &mut reading);
    }
    Ok(Some(reading))
}

fn stage<'n>(root: &'n Node, name: &str) -> Option<&'n Node> {
    root.get("stages")?.items().iter().find(|stage| text(stage, "name") == Some(name))
}

/// Whether an entry of `allow_failures` is met by a job: each of its keys says the same there.
fn matches(entry: &Node, job: &Node) -> bool {
    let same = |one: &Node, other: &Node| texts(one) == texts(other);
    let mut keys = entry.entries().iter();
    !entry.entries().is_empty() && keys.all(|(key, value)| job.get(&key.text).is_some_and(|own| same(value, own)))
}

fn texts(node: &Node) -> Vec<&str> {
    let mut all: Vec<&str> = node.text().into_iter().collect();
    node.items().iter().for_each(|item| all.extend(texts(item)));
    all
}

/// `branches`: those that are built, or those that are not.
fn by_branches(root: &Node) -> Starts {
    let Some(branches) = root.get("branches") else { return Starts::always() };
    let only = if branches.entries().is_empty() { Some(branches) } else { branches.get("only") };
    let any = |list: &Node, event| branches::any(listed(list).iter().filter_map(Node::text), event);
    Starts::each(|event| {
        let taken = only.map_or(Started::Yes, |only| any(only, event));
        taken.and(branches.get("except").map_or(Started::Yes, |except| any(except, event).negated()))
    })
}

fn by_condition(condition: Option<&str>) -> Starts {
    let Some(condition) = condition else { return Starts::always() };
    Starts::each(|event| {
        expression::holds(condition, &|name| {
            Some(match name.to_ascii_lowercase().as_str() {
                "type" => Value::Text(
                    if of_requests(event, Value::Some) == Value::Null { "push" } else { "pull_request" }.to_owned(),
                ),
                "branch" => target(event),
                "head_branch" => of_requests(event, Value::OtherBranch),
                "tag" => Value::Null,
                "fork" => Value::Text("false".to_owned()),
                "commit_message" | "sender" => Value::Some,
                "repo" | "head_repo" | "os" | "dist" | "group" | "sudo" | "language" => {
                    Value::Unknown(format!("`{name}` decides, whose value is not in the file"))
                }
                _ => return None,
            })
        })
    })
}

/// What a build runs that does not say so.
fn default(given: &Given<'_>, language: &str) -> Option<&'static str> {
    if matches!(language, "java" | "groovy" | "kotlin" | "android") {
        let found = BUILDS.iter().find(|(file, _)| (given.read)(file, LARGEST).is_some());
        return found.map(|(_, command)| *command);
    }
    DEFAULTS.iter().find(|(name, _)| *name == language).map(|(_, command)| *command)
}

fn step(
    given: &Given<'_>,
    root: &Node,
    job: Option<&Node>,
    (is_soft, starts): (bool, &Starts),
    rank: usize,
    reading: &mut Reading,
) {
    let get = |key: &str| job.and_then(|job| job.get(key)).or_else(|| root.get(key));
    let mut lines: Lines = Vec::new();
    for phase in PHASES {
        if let Some(node) = get(phase).filter(|node| !matches!(node.text(), Some("true" | "skip" | "false"))) {
            written(node, &mut lines);
        }
    }
    let language = get("language");
    if let (Some(language), None) = (language, get("script"))
        && let Some(command) = default(given, language.text().unwrap_or(""))
    {
        lines.push((language.span.line, command.to_owned()));
    }
    let line = lines.first().map_or(1, |(line, _)| *line);
    let (path, lines) = (given.path.to_owned(), joined(&lines));
    let env = [root.get("env"), root.get("env").and_then(|env| env.get("global")), job.and_then(|job| job.get("env"))];
    let own = Step {
        path,
        line,
        lines,
        set: variables(env),
        job: job.map(|job| named(job, &["name", "stage"])).unwrap_or_default(),
        is_soft,
        starts: starts.clone(),
        order: Some(Order { id: format!("line {line}"), ..Order::ranked(rank) }),
        ..Step::default()
    };
    let providers = get("deploy").map(listed).unwrap_or_default();
    let deployments: Vec<Step> = providers.iter().filter_map(|provider| deployment(&own, provider)).collect();
    reading.steps.push(own);
    reading.steps.extend(deployments);
}

/// What a build does after its script (documentation, "Deployment"): never for a pull request, and unless it says for which
/// branch, for the default one.
fn deployment(build: &Step, provider: &Node) -> Option<Step> {
    let name = provider.text().or_else(|| text(provider, "provider"))?;
    let line = provider.get("provider").unwrap_or(provider).span.line;
    let lines = match provider.get("script").filter(|_| name == "script") {
        Some(own) => script(own),
        None => vec![(line, format!("dpl --provider={name}"))],
    };
    let on = provider.get("on");
    let of = |key: &str| on.and_then(|on| on.get(key));
    let named: Vec<&str> = of("branch").map(listed).unwrap_or_default().iter().filter_map(Node::text).collect();
    let is_any = of("all_branches").and_then(Node::text) == Some("true");
    let is_tagged = of("tags").and_then(Node::text) == Some("true");
    let starts = build.starts.and(&Starts::each(|event| match event {
        Event::Request => Started::No,
        _ if is_tagged => Started::No,
        _ if is_any => Started::Yes,
        Event::Default if named.is_empty() => Started::Yes,
        Event::Branch if named.is_empty() => Started::No,
        Event::Branch | Event::Default => branches::any(named.iter().copied(), event),
    }));
    let waited = build.order.clone().unwrap_or_default();
    let branches = named.iter().map(|name| (*name).to_owned()).collect();
    let order = Order { id: String::new(), needs: [waited.id.clone()].into(), branches, ..waited };
    Some(Step { line, lines, starts, order: Some(order), is_soft: false, ..build.clone() })
}

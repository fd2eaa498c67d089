//! Azure Pipelines: stages, jobs and steps with the templates of the repository. After the YAML schema reference (`trigger`,
//! `pr`): without `trigger` every push starts a pipeline, and without `pr` every pull request does, unless the repository lies
//! in Azure Repos, where a policy of the branch decides and `pr` says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::super::order::{Order, Waiting};
use super::super::starts::expression::{self, Value};
use super::super::starts::{Event, Started, Starts, branches};
use super::super::step::{Given, Reading, Step, is_true, listed, named, script, text, told};
use super::super::variable::{Variable, below, variables};
use super::documents;
use crate::probe::builds::join;
use crate::probe::pipelines::LARGEST;
use crate::yaml::Node;

/// Templates in templates that are followed (the system's own limit is 100 files).
const DEPTH: u32 = 8;
/// Templates of one pipeline.
const MOST_TEMPLATES: usize = 300;

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    // A file that only others use has neither; what starts by itself says when, or does something and is named after it.
    let starts =
        ["trigger", "pr", "schedules", "resources", "pool", "extends"].iter().any(|key| root.get(key).is_some());
    let does = ["stages", "jobs", "steps", "extends"].iter().any(|key| root.get(key).is_some());
    let base = given.path.rsplit_once('/').map_or(given.path, |(_, base)| base);
    let is_named = base.trim_start_matches('.').starts_with("azure-pipelines");
    let is_start = starts || is_named && root.get("parameters").is_none();
    if !(does && is_start) {
        return Ok(None);
    }
    let mut pipeline =
        Pipeline { given, reading: Reading::default(), templates: 0, waits: Waiting::default(), last_stage: None };
    let here = Here { path: given.path.to_owned(), starts: started(root), depth: DEPTH, ..Here::default() };
    pipeline.walk(root, &here);
    Ok(Some(pipeline.reading))
}

/// The events that start it.
fn started(root: &Node) -> Starts {
    Starts::each(|event| match (event, root.get("trigger"), root.get("pr")) {
        (Event::Request, _, Some(pr)) => by_branches(pr, event),
        (Event::Request, _, None) => Started::open(
            "no `pr` is there: on GitHub and Bitbucket each pull request starts it, in Azure Repos a policy decides",
        ),
        (_, Some(trigger), _) => by_branches(trigger, event),
        (_, None, _) => Started::Yes,
    })
}

/// `none`, a list of branches, or `branches` with those that are taken and left out; with `tags` alone no branch starts it.
fn by_branches(node: &Node, event: Event) -> Started {
    if node.text() == Some("none") {
        return Started::No;
    }
    let branches = node.get("branches");
    let of = |key: &str| branches.and_then(|branches| branches.get(key));
    let any = |list: &Node| branches::any(listed(list).iter().filter_map(Node::text), event);
    let taken = match (of("include").or(branches), node.items()) {
        (Some(list), _) if of("include").is_some() || !list.items().is_empty() => any(list),
        (None, [_, ..]) => any(node),
        (None, _) if node.text().is_some() => any(node),
        (None, _) if node.get("tags").is_some() => Started::No,
        _ => Started::Yes,
    };
    taken.and(of("exclude").map_or(Started::Yes, |list| any(list).negated()))
}

/// Where the walk is.
#[derive(Clone, Debug, Default)]
struct Here {
    path: String,
    job: String,
    is_soft: bool,
    starts: Starts,
    depth: u32,
    values: BTreeMap<String, String>,
    /// What the pipeline, its stage and its job set.
    set: Vec<Variable>,
    order: Order,
}

struct Pipeline<'g> {
    given: &'g Given<'g>,
    reading: Reading,
    templates: usize,
    /// What each stage, and each job by its stage, waits for.
    waits: Waiting,
    /// The stage that was looked at last.
    last_stage: Option<String>,
}

/// Keys below which stages, jobs and steps stand.
const BELOW: &[&str] = &[
    "stages",
    "jobs",
    "steps",
    "strategy",
    "runOnce",
    "rolling",
    "canary",
    "preDeploy",
    "deploy",
    "routeTraffic",
    "postRouteTraffic",
    "extends",
];

/// Keys of a step that are a script.
const SCRIPTS: &[&str] = &["script", "bash", "pwsh", "powershell"];

impl Pipeline<'_> {
    fn walk(&mut self, node: &Node, here: &Here) {
        if here.depth == 0 {
            return;
        }
        node.items().iter().for_each(|item| self.walk(item, here));
        if let Some(template) = text(node, "template") {
            return self.template(template, node, here);
        }
        let condition = text(node, "condition").unwrap_or("");
        if condition.trim() == "false" {
            return;
        }
        let own = named(node, &["job", "deployment"]);
        let order = self.order(node, &own, &here.order);
        let mut set = here.set.clone();
        set.extend(variables([node.get("variables")]));
        let here = Here {
            order,
            set,
            job: if own.is_empty() { here.job.clone() } else { own },
            is_soft: here.is_soft || is_true(node, "continueOnError"),
            starts: here.starts.and(&by_condition(condition)),
            ..here.clone()
        };
        if SCRIPTS.iter().any(|key| node.get(key).is_some()) || node.get("task").is_some() {
            return self.step(node, &here);
        }
        for (key, below) in node.entries() {
            // `${{ if … }}:` stands where a list's items stand.
            if BELOW.contains(&key.text.as_str()) || key.text.starts_with("${{") {
                self.walk(below, &here);
            }
        }
    }

    fn step(&mut self, node: &Node, here: &Here) {
        let inputs = node.get("inputs");
        let own = SCRIPTS.iter().find_map(|key| node.get(key));
        let lines = own.map_or_else(|| task(node), script);
        let lines = lines.into_iter().map(|(line, text)| (line, filled(&text, &here.values))).collect::<Vec<_>>();
        let folder = ["workingDirectory", "workingDir", "cwd"]
            .iter()
            .find_map(|key| text(node, key).or_else(|| inputs.and_then(|inputs| text(inputs, key))));
        let folder = folder.map(|folder| filled(folder, &here.values)).unwrap_or_default();
        self.reading.steps.push(Step {
            path: here.path.clone(),
            line: lines.first().map_or(node.span.line, |(line, _)| *line),
            folder: below_sources(&folder),
            lines,
            uses: text(node, "task").map(str::to_owned),
            with: told(inputs),
            told: below(inputs),
            set: variables([node.get("env")]).into_iter().chain(here.set.iter().cloned()).collect(),
            job: here.job.clone(),
            is_soft: here.is_soft,
            starts: here.starts.clone(),
            order: Some(here.order.clone()),
            ..Step::default()
        });
    }

    /// Where what stands below a node stands: a stage waits for the one before it unless it says for which, a job of a stage
    /// for none unless it does (YAML schema reference, `dependsOn`).
    fn order(&mut self, node: &Node, job: &str, around: &Order) -> Order {
        let named = node.get("dependsOn").map(listed).map(|list| list.iter().filter_map(Node::text).map(str::to_owned));
        let named: Option<BTreeSet<String>> = named.map(Iterator::collect);
        let mut order = around.clone();
        if let Some(stage) = node.get("stage") {
            order.stage = stage.text().map_or_else(|| format!("line {}", stage.span.line), str::to_owned);
            let direct = named.unwrap_or_else(|| self.last_stage.iter().cloned().collect());
            order.needs = self.waits.order("", 0, Some(&direct)).needs;
            self.waits.add(&order.stage, 0, Some(direct));
            self.last_stage = Some(order.stage.clone());
        } else if !job.is_empty() {
            order.id = job.to_owned();
            // Jobs of several stages may have one name: that of a stage stands before it, which no job has.
            let own = |name: &str| format!("{}/{name}", around.stage);
            let direct: BTreeSet<String> = named.unwrap_or_default().iter().map(|name| own(name)).collect();
            let all = self.waits.order("", 0, Some(&direct)).needs;
            self.waits.add(&own(job), 0, Some(direct));
            let start = format!("{}/", around.stage);
            order.needs.extend(all.iter().filter_map(|name| name.strip_prefix(&start)).map(str::to_owned));
        }
        let environment = node.get("environment").filter(|_| node.get("deployment").is_some());
        if let Some(name) = environment.and_then(|node| node.text().or_else(|| text(node, "name"))) {
            order.environment = Some(name.to_owned());
            (order.is_declared, order.is_held) = (true, true);
        }
        order
    }

    fn template(&mut self, name: &str, node: &Node, here: &Here) {
        let given = node.get("parameters");
        // Steps and jobs may be given as parameters.
        for (_, value) in given.map(Node::entries).unwrap_or_default() {
            self.walk(value, &Here { depth: here.depth - 1, ..here.clone() });
        }
        let name = filled(name, &here.values);
        let (path, repository) = name.split_once('@').unwrap_or((&name, "self"));
        if repository != "self" {
            let path = here.path.clone();
            let (uses, with) = (Some(name.clone()), told(given));
            let line = node.span.line;
            return self.reading.foreign.push(Step {
                path,
                line,
                uses,
                with,
                starts: here.starts.clone(),
                ..Step::default()
            });
        }
        let folder = here.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let whole = match path.strip_prefix('/') {
            Some(path) => Some(path.to_owned()),
            None => join(folder, path),
        };
        self.templates += 1;
        let text = whole.as_deref().filter(|_| self.templates <= MOST_TEMPLATES);
        let Some((path, text)) = text.and_then(|path| Some((path, (self.given.read)(path, LARGEST)?))) else {
            let (at, line) = (&here.path, node.span.line);
            return self.reading.miss(format!("`{at}:{line}` uses `{name}`, which is not in this repository"));
        };
        match documents(&Given { path, text: &text, ..*self.given }) {
            Ok(documents) => {
                let values = values(documents.first(), given, &here.values);
                let here = Here { path: path.to_owned(), depth: here.depth - 1, values, ..here.clone() };
                documents.iter().for_each(|root| self.walk(root, &here));
            }
            Err(reason) => self.reading.miss(format!("`{path}` could not be read: {reason}")),
        }
    }
}

/// The events at which a condition lets something run (documentation, "Expressions" and "Predefined variables").
fn by_condition(condition: &str) -> Starts {
    if condition.trim().is_empty() {
        return Starts::always();
    }
    Starts::each(|event| {
        let is_request = event == Event::Request;
        expression::holds(condition, &|name| {
            Some(match name.to_ascii_lowercase().as_str() {
                "build.reason" if is_request => Value::Text("PullRequest".to_owned()),
                "build.reason" => Value::Text("IndividualCI".to_owned()),
                "build.sourcebranch" if is_request => Value::Text("refs/pull/1/merge".to_owned()),
                "build.sourcebranch" | "build.sourcebranchname" => expression::source(event),
                "system.pullrequest.targetbranch" | "system.pullrequest.targetbranchname" => {
                    expression::of_requests(event, Value::DefaultBranch)
                }
                "system.pullrequest.isfork" => Value::Text("False".to_owned()),
                "true" => Value::Text("true".to_owned()),
                "false" => Value::Text("false".to_owned()),
                name if name.starts_with("system.pullrequest.") => expression::of_requests(event, Value::Some),
                _ => return None,
            })
        })
    })
}

/// The commands of a task that runs some.
fn task(node: &Node) -> Vec<(u32, String)> {
    let Some(inputs) = node.get("inputs") else {
        let name = text(node, "task").unwrap_or("").to_ascii_lowercase();
        return if name.starts_with("maven@") { vec![(node.span.line, "mvn package".to_owned())] } else { Vec::new() };
    };
    let of = |key: &str| text(inputs, key).unwrap_or("");
    let name = text(node, "task").unwrap_or("").split('@').next().unwrap_or("").to_ascii_lowercase();
    let one = |text: String| vec![(node.span.line, text)];
    match name.as_str() {
        "cmdline" | "bash" | "powershell" | "shellscript" | "azurecli" | "batchscript" => {
            match inputs.get("script").or_else(|| inputs.get("inlineScript")) {
                Some(own) => script(own),
                None => {
                    let file =
                        ["filePath", "scriptPath", "filename"].iter().map(|key| of(key)).find(|file| !file.is_empty());
                    one(format!("{} {}", file.unwrap_or(""), of("arguments")))
                }
            }
        }
        "npm" if of("command") == "custom" => one(format!("npm {}", of("customCommand"))),
        "npm" => one(format!("npm {}", if of("command").is_empty() { "install" } else { of("command") })),
        "yarn" => one(format!("yarn {}", of("arguments"))),
        "maven" => {
            one(format!("mvn {} {}", if of("goals").is_empty() { "package" } else { of("goals") }, of("options")))
        }
        "gradle" => one(format!("gradle {}", if of("tasks").is_empty() { "build" } else { of("tasks") })),
        "dotnetcorecli" => one(format!("dotnet {} {} {}", of("command"), of("custom"), of("arguments"))),
        "msbuild" | "vsbuild" => one(format!("msbuild {}", of("solution"))),
        "kubernetesmanifest" if matches!(of("action"), "" | "deploy" | "promote") => one("kubectl apply".to_owned()),
        "kubernetes" => one(format!("kubectl {} {}", of("command"), of("arguments"))),
        "helmdeploy" => one(format!("helm {}", of("command"))),
        "azurewebapp" | "azurermwebappdeployment" | "azurewebappcontainer" => one("az webapp deploy".to_owned()),
        "azurefunctionapp" | "azurefunctionappcontainer" => one("az functionapp deploy".to_owned()),
        "azurecontainerapps" => one("az containerapp up".to_owned()),
        "azurestaticwebapp" => one("az staticwebapp deploy".to_owned()),
        "azureresourcemanagertemplatedeployment" => one("az deployment group create".to_owned()),
        "cloudformationcreateorupdatestack" => one("aws cloudformation deploy".to_owned()),
        "beanstalkdeployapplication" => one("eb deploy".to_owned()),
        "iiswebappdeploymentonmachinegroup" => one("az webapp deploy".to_owned()),
        name if name.starts_with("terraformtask") || name == "terraformcli" => {
            one(format!("terraform {}", of("command")))
        }
        "grunt" | "gulp" => one(format!("{name} {}", of("targets"))),
        _ => Vec::new(),
    }
}

/// Values of a template's parameters: as given, else by their defaults.
fn values(root: Option<&Node>, given: Option<&Node>, outer: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let declared = root.and_then(|root| root.get("parameters"));
    for item in declared.map(Node::items).unwrap_or_default() {
        if let (Some(name), Some(value)) = (text(item, "name"), text(item, "default")) {
            values.insert(name.to_owned(), value.to_owned());
        }
    }
    let mapped = declared.into_iter().chain(given).flat_map(Node::entries);
    values.extend(mapped.filter_map(|(key, node)| Some((key.text.clone(), filled(node.text()?, outer)))));
    values
}

/// A text with `${{ parameters.x }}` as its value.
fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    static PARAMETER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\$\{\{\s*parameters\.([\w-]+)\s*\}\}").expect("a fixed pattern"));
    let value = |found: &regex::Captures<'_>| values.get(&found[1]).cloned().unwrap_or_else(|| found[0].to_owned());
    PARAMETER.replace_all(text, value).into_owned()
}

/// A folder from the root: sources lie where these variables say.
fn below_sources(folder: &str) -> String {
    static SOURCES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^\$\((?:build\.sourcesdirectory|system\.defaultworkingdirectory|build\.repository\.localpath)\)/?",
        )
        .expect("a fixed pattern")
    });
    let below = SOURCES.replace(folder, "").replace('\\', "/");
    let below = below.trim_start_matches("./").trim_end_matches('/');
    if below == "." || below.starts_with('/') { String::new() } else { below.to_owned() }
}

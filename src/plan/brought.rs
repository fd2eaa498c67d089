//! Gathers the rules a spec asks for: packs, components, areas, then `override`, `take` and `disable`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{PlanInput, adjust, id, with};
use crate::catalog;
use crate::model::problem::nearest;
use crate::model::{Problem, Problems};
use crate::spec::document::{CheckDoc, Document, PackDoc};
use crate::yaml::{self, Key, Kind, Node, Span, Spanned};

/// A rule on its way to becoming a check: the merged node, and where it came from.
#[derive(Clone)]
pub(super) struct Brought {
    /// Fields of the check, `use` and `with` already resolved.
    pub(super) node: Node,
    /// The rule's id; for the user's own the check's id.
    pub(super) rule: String,
    /// Its id in the plan.
    pub(super) id: String,
    /// Area that holds it; `None` until packs' checks are placed.
    pub(super) area: Option<String>,
    /// The pack that brought it.
    pub(super) pack: Option<String>,
    /// Whether it is the anchor of a pack that brings it: that pack's subject is required.
    pub(super) anchors: bool,
    /// Whether commands may run: the user named them, or included the pack with `exec: true`.
    pub(super) exec: bool,
    /// Component id and folder.
    pub(super) component: Option<(String, String)>,
    /// Why it is disabled.
    pub(super) disabled: Option<String>,
    /// Runs only because something requires it.
    pub(super) prerequisite: bool,
    /// How many instances share its weight.
    pub(super) share_of: u32,
    /// Where the spec (or pack) names it.
    pub(super) span: Span,
}

/// All rules the spec asks for, and the ids of checks that are too broken to be rules, so that what names those is not
/// taken for a second mistake.
pub(super) fn gather(input: &PlanInput<'_>, problems: &mut Problems) -> (Vec<Brought>, Vec<String>) {
    let document = &input.loaded.document;
    let mut broken = Vec::new();
    let mut brought = from_packs(document, problems);
    brought.extend(from_components(document, problems));
    let mut brought = without_twins(brought, problems);
    brought.iter_mut().filter(|rule| rule.anchors).for_each(require_subject);
    // What selects among the checks of packs says nothing of worth while a pack is missing.
    let mut unheard = Problems::new();
    let heard = if all_packs_exist(document) { &mut *problems } else { &mut unheard };
    take(document, &mut brought, heard);
    brought.extend(from_areas(document, &mut broken, problems));
    let heard = if all_packs_exist(document) { &mut *problems } else { &mut unheard };
    let policy = input.loaded.policy.as_ref().map(|policy| policy.file.as_str());
    adjust::overrides(document, policy, &mut brought, heard);
    adjust::disable(document, policy, &mut brought, heard);
    unique(&brought, problems);
    (brought, broken)
}

fn all_packs_exist(document: &Document) -> bool {
    let included = document.include.iter().filter_map(|include| include.pack.as_ref());
    let of_components = document.components.values().flat_map(|component| &component.packs);
    let names = catalog::pack_names();
    included.chain(of_components).all(|name| names.contains(&name.value.as_str()))
}

fn from_packs(document: &Document, problems: &mut Problems) -> Vec<Brought> {
    let mut brought = Vec::new();
    for include in &document.include {
        let Some(name) = &include.pack else { continue };
        let Some(pack) = load_pack(name, problems) else { continue };
        let parameters = include.with.as_ref().map(|raw| raw.node.entries().to_vec()).unwrap_or_default();
        let mut used = vec![false; parameters.len()];
        for entry in &pack.checks {
            let Some(mut rule) = resolve(&entry.node, problems) else { continue };
            let (node, found) = with::apply(&rule.node, &parameters, true);
            used.iter_mut().zip(found).for_each(|(used, found)| *used |= found);
            rule.node = node;
            rule.pack = Some(name.value.clone());
            rule.anchors = is_anchor(&pack, &rule);
            rule.exec = include.exec.unwrap_or(false);
            rule.span = name.span.clone();
            brought.push(rule);
        }
        report_unused(&parameters, &used, &format!("no check of pack `{}` takes a parameter", name.value), problems);
    }
    brought
}

fn from_components(document: &Document, problems: &mut Problems) -> Vec<Brought> {
    let mut brought = Vec::new();
    for (id, component) in &document.components {
        let target = component
            .target
            .as_ref()
            .map(|target| (Key { text: "target".into(), span: target.span.clone() }, scalar(target)));
        let parameters: Vec<(Key, Node)> = target.into_iter().collect();
        for name in &component.packs {
            let Some(pack) = load_pack(name, problems) else { continue };
            for entry in &pack.checks {
                let Some(mut rule) = resolve(&entry.node, problems) else { continue };
                rule.node = with::apply(&rule.node, &parameters, true).0;
                rule.anchors = is_anchor(&pack, &rule);
                rule.id = format!("{}@{id}", rule.id);
                rule.pack = Some(name.value.clone());
                rule.span = name.span.clone();
                rule.component = Some((id.clone(), component.path.value.clone()));
                brought.push(rule);
            }
        }
    }
    brought
}

fn scalar(text: &Spanned<String>) -> Node {
    let kind = Kind::Scalar { text: text.value.clone(), style: crate::yaml::Style::Plain };
    Node { span: text.span.clone(), kind, missing: Vec::new() }
}

fn is_anchor(pack: &PackDoc, rule: &Brought) -> bool {
    pack.anchor.as_ref().is_some_and(|anchor| anchor.value == rule.rule)
}

/// Takes the condition away under which an anchor would not apply: without the subject of its pack it fails, or deleting
/// the subject would raise the score.
fn require_subject(rule: &mut Brought) {
    let Kind::Map(fields) = &mut rule.node.kind else { return };
    for (_, when) in fields.iter_mut().filter(|(key, _)| key.text == "when") {
        if let Kind::Map(conditions) = &mut when.kind {
            conditions.retain(|(key, _)| key.text != "expect");
        }
    }
}

fn load_pack(name: &Spanned<String>, problems: &mut Problems) -> Option<PackDoc> {
    match catalog::pack(name) {
        Ok(Some(pack)) => Some(pack),
        Ok(None) => {
            let names = catalog::pack_names();
            let help = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`shipworthy catalog` lists them, after the rules".to_owned(),
            };
            problems.push(name.span.problem(format!("there is no pack `{}`", name.value)).help(help));
            None
        }
        Err(found) => {
            problems.extend(found);
            None
        }
    }
}

/// A check node with its `use` and `with` resolved against the catalog.
fn resolve(entry: &Arc<Node>, problems: &mut Problems) -> Option<Brought> {
    let Some(uses) = entry.get("use") else {
        return own(entry, problems);
    };
    let rule_id = match uses.text() {
        Some(text) => text.to_owned(),
        None => {
            problems.push(uses.problem("`use` names one catalog rule").help("write `use: http/hsts`"));
            return None;
        }
    };
    for key in ["probe", "attest", "routes"] {
        if let Some(other) = entry.get(key) {
            problems.push(
                other
                    .problem(format!("a check has exactly one of `use`, `probe`, `attest`, `routes`; this has `use` and `{key}`"))
                    .help("use `with:` to change parameters of the rule's probe, or write a check of your own without `use`"),
            );
            return None;
        }
    }
    let rule = find_rule(&rule_id, &uses.span, problems)?;
    let fields: Vec<(Key, Node)> =
        entry.entries().iter().filter(|(key, _)| key.text != "use" && key.text != "with").cloned().collect();
    let top = Node { kind: Kind::Map(fields), ..entry.as_ref().clone() };
    let merged = rule.overlaid(&top);
    let parameters = entry.get("with").map(|node| node.entries().to_vec()).unwrap_or_default();
    let (node, used) = with::apply(&merged, &parameters, true);
    report_unused(&parameters, &used, &format!("the probe of `{rule_id}` takes no parameter"), problems);
    let id = top.get("id").and_then(Node::text).unwrap_or(&rule_id).to_owned();
    Some(Brought { rule: rule_id, id, span: entry.span.clone(), ..blank(node) })
}

fn own(entry: &Arc<Node>, problems: &mut Problems) -> Option<Brought> {
    let Some(id) = entry.get("id").and_then(Node::text) else {
        problems.push(
            entry
                .problem("this check has no `id`")
                .help("give it one, such as `id: backend-suite`, or `use:` a catalog rule"),
        );
        return None;
    };
    if let Some(with) = entry.get("with") {
        problems.push(with.problem("`with` goes with `use`").help("write the parameters under the probe itself"));
    }
    let id = id.to_owned();
    Some(Brought { rule: id.clone(), id, span: entry.span.clone(), exec: true, ..blank(entry.as_ref().clone()) })
}

fn blank(node: Node) -> Brought {
    Brought {
        span: node.span.clone(),
        node,
        rule: String::new(),
        id: String::new(),
        area: None,
        pack: None,
        anchors: false,
        exec: false,
        component: None,
        disabled: None,
        prerequisite: false,
        share_of: 1,
    }
}

fn find_rule(rule_id: &str, span: &Span, problems: &mut Problems) -> Option<Arc<Node>> {
    match catalog::rule(rule_id) {
        Ok(Some(node)) => Some(node),
        Ok(None) => {
            let problem = span.problem(format!("there is no catalog rule `{rule_id}`"));
            problems.push(match nearest(rule_id, catalog::ids().iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("`shipworthy catalog` lists them"),
            });
            None
        }
        Err(found) => {
            problems.extend(found);
            None
        }
    }
}

pub(super) fn report_unused(parameters: &[(Key, Node)], used: &[bool], who: &str, problems: &mut Problems) {
    for ((key, _), used) in parameters.iter().zip(used) {
        if !used {
            problems.push(key.span.problem(format!("{who} `{}`", key.text)).help(
                "`with` sets probe parameters only; other fields of a check stand beside `use`, or under `override`",
            ));
        }
    }
}

/// A rule that a check of this plan requires and that nothing else brought.
pub(super) fn prerequisite(rule_id: &str, component: Option<(String, String)>, span: &Span) -> Option<Brought> {
    let node = catalog::rule(rule_id).ok().flatten()?;
    let id = match &component {
        Some((component, _)) => format!("{rule_id}@{component}"),
        None => rule_id.to_owned(),
    };
    Some(Brought {
        rule: rule_id.to_owned(),
        id,
        prerequisite: true,
        component,
        span: span.clone(),
        ..blank(node.as_ref().clone())
    })
}

/// Two packs may bring the same rule if it comes out the same.
fn without_twins(brought: Vec<Brought>, problems: &mut Problems) -> Vec<Brought> {
    let mut kept: Vec<Brought> = Vec::new();
    for rule in brought {
        match kept.iter_mut().find(|other| other.id == rule.id) {
            None => kept.push(rule),
            Some(other) if plain(&other.node) == plain(&rule.node) => {
                other.exec |= rule.exec;
                other.anchors |= rule.anchors;
            }
            Some(other) => {
                let (first, second) = (other.pack.clone().unwrap_or_default(), rule.pack.clone().unwrap_or_default());
                problems.push(
                    rule.span
                        .problem(format!(
                            "packs `{first}` and `{second}` bring `{}` with different parameters",
                            rule.id
                        ))
                        .help("give both includes the same `with`, or `use` the rule yourself with an `id`"),
                );
            }
        }
    }
    kept
}

/// A node without its places, to compare meanings.
fn plain(node: &Node) -> serde_json::Value {
    match &node.kind {
        Kind::Null => serde_json::Value::Null,
        Kind::Scalar { text, .. } => serde_json::Value::String(text.clone()),
        Kind::List(items) => serde_json::Value::Array(items.iter().map(plain).collect()),
        Kind::Map(entries) => {
            let sorted: BTreeMap<&str, serde_json::Value> =
                entries.iter().map(|(key, value)| (key.text.as_str(), plain(value))).collect();
            serde_json::to_value(sorted).unwrap_or_default()
        }
    }
}

fn from_areas(document: &Document, broken: &mut Vec<String>, problems: &mut Problems) -> Vec<Brought> {
    let mut brought = Vec::new();
    for (area_id, area) in &document.areas {
        for check in &area.checks {
            let Some(mut rule) = resolve(&check.node, problems) else {
                broken.extend(["id", "use"].iter().filter_map(|key| check.node.get(key)?.text()).map(str::to_owned));
                continue;
            };
            rule.area = Some(area_id.clone());
            rule.exec = true;
            brought.push(rule);
        }
    }
    brought
}

fn take(document: &Document, brought: &mut [Brought], problems: &mut Problems) {
    for (area_id, area) in &document.areas {
        for pattern in &area.take {
            let ids: Vec<&str> = brought.iter().map(|rule| rule.id.as_str()).collect();
            for index in id::Ids::of(&ids).select(pattern, "`take`", problems) {
                match &brought[index].area {
                    Some(other) if other != area_id => {
                        let message = format!("`{}` is taken by area `{other}` already", brought[index].id);
                        problems.push(
                            pattern
                                .span
                                .problem(message)
                                .help("a check stands in one area: narrow one of the two `take`"),
                        );
                    }
                    _ => brought[index].area = Some(area_id.clone()),
                }
            }
        }
    }
}

fn unique(brought: &[Brought], problems: &mut Problems) {
    let mut first: BTreeMap<&str, &Brought> = BTreeMap::new();
    for rule in brought {
        let Some(other) = first.get(rule.id.as_str()) else {
            first.insert(&rule.id, rule);
            continue;
        };
        let message = match &other.pack {
            Some(pack) => format!("`{}` is a second check of this id: pack `{pack}` brings it already", rule.id),
            None => format!("`{}` is a second check of this id; the first is at {}", rule.id, other.span.place()),
        };
        let help = "give this one an `id:` of its own, or change the first with `override`";
        problems.push(rule.span.problem(message).help(help));
    }
}

impl Brought {
    /// Whether the policy file brought it.
    pub(super) fn is_of_policy(&self, policy: Option<&str>) -> bool {
        self.pack.is_some() && policy.is_some_and(|file| self.span.source.file == file)
    }

    /// Decodes its fields; blanks stand in for wrong ones, so that the rest is looked at too.
    pub(super) fn decode(&self, problems: &mut Problems) -> Option<CheckDoc> {
        yaml::decode_with_blanks(&self.node, problems)
    }

    /// A problem at it.
    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        self.node.span.problem(message)
    }
}

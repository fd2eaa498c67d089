//! One dashboard: the digest that the sweep keeps.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::second;
use crate::probe::unrendered::{self, Fault};
use crate::probe::yaml_file::{self, YamlFault};
use crate::world::text_of;
use crate::yaml::{Kind, Node};

/// What is known of one dashboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dashboard {
    pub(super) title: Option<String>,
    pub(super) panels: usize,
    /// Titles of panels that ask for nothing.
    pub(super) without_query: Vec<String>,
    pub(super) datasources: BTreeSet<String>,
    /// Positions of the signals that a query speaks of.
    pub(super) signals: BTreeSet<usize>,
}

/// The golden signals (SRE book, chapter 6), by name.
pub(super) const SIGNALS: [&str; 4] = ["errors", "latency", "saturation", "traffic"];

static PATTERNS: LazyLock<[Regex; 4]> = LazyLock::new(|| {
    [
        r#"(?i)error|fail|5\.\.|5xx|exception"#,
        r"(?i)histogram_quantile|latency|duration|response_time|_seconds_(bucket|sum)|percentile",
        r"(?i)cpu|memory|filesystem|disk|queue|pool|heap|goroutines|in_?flight|connections|saturat|utili[sz]ation",
        r"(?i)(request|call|message|job|hit|http|grpc|rpc|quer(y|ies))[a-z_]*(_total|_count|_rate)|throughput|\brps\b|\bqps\b",
    ]
    .map(|pattern| Regex::new(pattern).expect("a fixed pattern"))
});

/// Kinds of panel that show no data.
pub(super) const SILENT: &[&str] =
    &["row", "text", "news", "welcome", "dashlist", "alertlist", "annolist", "gettingstarted"];

/// What every dashboard has, also one that cannot be read, and what stands for one.
pub(super) fn questions() -> Vec<Vec<Vec<u8>>> {
    let marks = ["\"schemaVersion\"", "schemaVersion:", ELSEWHERE, "grafonnet", "grafanaDashboards"];
    vec![marks.iter().chain(second::MARKS).map(|mark| mark.as_bytes().to_vec()).collect()]
}

/// An object of Grafana's operator, whose dashboard may be an address.
const ELSEWHERE: &str = "GrafanaDashboard";
/// How deep below the top of a document dashboards are looked for.
const DEEPEST: usize = 8;

/// The dashboards of a file: a JSON file is one, YAML may hold several, as texts or as they are.
pub(super) fn read(path: &str, bytes: &[u8]) -> Result<Vec<Dashboard>, Fault> {
    unrendered::jsonnet(path)?;
    let text = text_of(bytes);
    let holds = |word: &str| text.contains(word);
    let is_json = path.ends_with(".json");
    let is_second = second::MARKS.iter().any(|mark| holds(mark));
    let is_object = !is_json && holds(ELSEWHERE);
    if !is_object && !is_second && (!holds("schemaVersion") || !(holds("panels") || holds("rows"))) {
        return Ok(Vec::new());
    }
    if is_json {
        return Ok(of_json(&text, 0)?.into_iter().collect());
    }
    let documents = yaml_file::read_all(path, bytes).map_err(|fault| unrendered::fault(fault, &text))?;
    let mut found = Vec::new();
    documents.iter().try_for_each(|document| within(document, DEEPEST, &mut found))?;
    let kind = |document: &Node| document.get("kind").and_then(Node::text) == Some(ELSEWHERE);
    if found.is_empty() && documents.iter().any(kind) {
        return Err(Fault::Unrendered("an object that takes its dashboard from elsewhere".to_owned()));
    }
    Ok(found)
}

/// A dashboard as JSON that begins below this line.
fn of_json(text: &str, above: u32) -> Result<Option<Dashboard>, Fault> {
    let root: Value = serde_json::from_str(text).map_err(|fault| {
        let line = above + u32::try_from(fault.line()).unwrap_or(0);
        unrendered::fault(YamlFault { line, reason: fault.to_string() }, text)
    })?;
    Ok(of_value(&root))
}

/// Dashboards anywhere in a document of YAML.
fn within(node: &Node, deep: usize, found: &mut Vec<Dashboard>) -> Result<(), Fault> {
    if let Some(text) = node.text().filter(|text| text.contains("\"schemaVersion\"") && text.contains("\"panels\"")) {
        found.extend(of_json(text, node.span.line.saturating_sub(1))?);
        return Ok(());
    }
    if let Some(elements) = node.get("elements")
        && elements.entries().iter().any(|(_, element)| element.get("kind").is_some())
        && let Some(dashboard) = second::of_value(&value(node))
    {
        found.push(dashboard);
        return Ok(());
    }
    if node.get("schemaVersion").is_some() && (node.get("panels").is_some() || node.get("rows").is_some()) {
        found.extend(of_value(&value(node)));
        return Ok(());
    }
    let below = node.entries().iter().map(|(_, value)| value).chain(node.items());
    if deep == 0 { Ok(()) } else { below.into_iter().try_for_each(|inner| within(inner, deep - 1, found)) }
}

/// A node as JSON; what is written like a whole number is one.
fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Scalar { text, .. } => {
            text.parse::<u32>().map_or_else(|_| Value::String(text.clone()), |number| Value::Number(number.into()))
        }
        Kind::List(items) => Value::Array(items.iter().map(value).collect()),
        Kind::Map(entries) => {
            Value::Object(entries.iter().map(|(key, inner)| (key.text.clone(), value(inner))).collect())
        }
    }
}

/// `None` is JSON that is no dashboard.
fn of_value(root: &Value) -> Option<Dashboard> {
    // The API wraps a dashboard into `dashboard`.
    let root = root.get("dashboard").filter(|inner| inner.is_object()).unwrap_or(root);
    if let Some(dashboard) = second::of_value(root) {
        return Some(dashboard);
    }
    if root.get("schemaVersion").is_none_or(|version| !version.is_number())
        || (root.get("panels").is_none() && root.get("rows").is_none())
    {
        return None;
    }
    let title = root.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
    let mut dashboard = Dashboard { title: title.map(str::to_owned), ..Dashboard::default() };
    let mut waiting: Vec<&Value> = list(root, "panels").iter().chain(list(root, "rows")).collect();
    while let Some(panel) = waiting.pop() {
        waiting.extend(list(panel, "panels"));
        dashboard.panel(panel);
    }
    dashboard.without_query.sort();
    Some(dashboard)
}

pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl Dashboard {
    fn panel(&mut self, panel: &Value) {
        let kind = panel.get("type").and_then(Value::as_str).unwrap_or("row");
        if kind == "row" {
            return;
        }
        self.panels += 1;
        self.datasource(panel);
        let targets = list(panel, "targets");
        // A library panel has its queries elsewhere.
        if targets.is_empty() && !SILENT.contains(&kind) && panel.get("libraryPanel").is_none() {
            let title = panel.get("title").and_then(Value::as_str).unwrap_or(kind);
            self.without_query.push(title.to_owned());
        }
        for target in targets {
            self.datasource(target);
            self.asks("", target);
        }
    }

    /// A query, and the kind of source it goes to, where that is known.
    pub(super) fn asks(&mut self, source: &str, query: &Value) {
        self.source(source);
        let texts = ["expr", "query", "rawSql", "target", "expression"];
        for text in texts.iter().filter_map(|key| query.get(key)?.as_str()) {
            let spoken = PATTERNS.iter().enumerate().filter(|(_, pattern)| pattern.is_match(text));
            self.signals.extend(spoken.map(|(at, _)| at));
        }
    }

    fn datasource(&mut self, owner: &Value) {
        let kind = owner.get("datasource").and_then(|source| source.get("type")).and_then(Value::as_str);
        self.source(kind.unwrap_or_default());
    }

    fn source(&mut self, kind: &str) {
        if !matches!(kind, "" | "grafana" | "datasource") {
            self.datasources.insert(kind.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str, text: &str) -> Dashboard {
        let mut found = read(path, text.as_bytes()).expect("it can be read");
        assert_eq!(found.len(), 1, "{path}");
        found.remove(0)
    }

    #[test]
    fn panels_are_found_in_rows_old_and_new() {
        let text = r#"{"title": "Shop", "schemaVersion": 39, "rows": [{"panels": [{"type": "graph", "targets": [{"expr": "rate(http_requests_total{code=~\"5..\"}[5m])"}]}]}],
            "panels": [{"type": "row", "panels": [{"type": "stat", "title": "Empty", "datasource": {"type": "prometheus"}}, {"type": "text"}]}]}"#;
        let dashboard = one("a.json", text);
        assert_eq!((dashboard.panels, dashboard.without_query.as_slice()), (3, &["Empty".to_owned()][..]));
        let signals: Vec<&str> = dashboard.signals.iter().map(|at| SIGNALS[*at]).collect();
        assert_eq!(signals, ["errors", "traffic"]);
        assert!(dashboard.datasources.contains("prometheus"));
    }

    #[test]
    fn objects_of_kubernetes_hold_dashboards_as_texts_or_as_they_are() {
        let json = r#"{"__inputs": [], "title": "Shop", "schemaVersion": 39, "panels": [{"type": "stat", "targets": [{"expr": "up"}]}]}"#;
        let map = format!("kind: ConfigMap\ndata:\n  shop.json: |\n    {json}\n  note: text\n");
        let operator = format!("kind: GrafanaDashboard\nspec:\n  json: >\n    {json}\n");
        let list = format!("kind: List\nitems:\n- kind: GrafanaDashboard\n  spec: {{json: '{json}'}}\n");
        let own = format!("apiVersion: dashboard.grafana.app/v1beta1\nkind: Dashboard\nspec: {json}\n");
        for text in [map.as_str(), &operator, &list, &own] {
            let dashboard = one("a.yaml", text);
            assert_eq!((dashboard.title.as_deref(), dashboard.panels), (Some("Shop"), 1), "{text}");
        }
        let broken = map.replace("\"panels\": [{", "\"panels\": [");
        assert!(matches!(read("a.yaml", broken.as_bytes()), Err(Fault::Broken { line: 4.., .. })));
    }

    #[test]
    fn what_has_to_be_rendered_or_lies_elsewhere_is_no_mistake() {
        let address = "kind: GrafanaDashboard\nspec:\n  url: https://dash.test/shop.json\n";
        let chart = "{{ if .Values.on }}\nkind: ConfigMap\ndata:\n  a.json: '{\"schemaVersion\": 1, \"panels\": []}'\n{{ end }}\n";
        for (path, text) in [("a.yaml", address), ("a.yaml", chart)] {
            assert!(matches!(read(path, text.as_bytes()), Err(Fault::Unrendered(_))), "{path}: {text}");
        }
        assert!(matches!(read("a.jsonnet", b"grafonnet"), Err(Fault::Source(_))));
    }

    #[test]
    fn other_files_are_no_dashboards_and_broken_json_says_where() {
        for (path, text) in [
            ("a.json", "{\"panels\": []}"),
            ("a.json", "{\"schemaVersion\": \"v2\", \"panels\": []}"),
            ("a.yaml", "schemaVersion: 2.2\nrows: many\n"),
            (
                "a.yaml",
                "apiVersion: 1\nproviders:\n- {name: shop, options: {path: /dashboards, schemaVersion: panels}}\n",
            ),
        ] {
            assert_eq!(read(path, text.as_bytes()), Ok(Vec::new()), "{text}");
        }
        let Err(Fault::Broken { line, reason }) = read("a.json", b"{\"schemaVersion\": 1, \"panels\": [") else {
            panic!("it is broken");
        };
        assert!(line == 1 && reason.contains("line 1"), "{reason}");
        let deep = format!("{{\"schemaVersion\": 1, \"panels\": {}", "[".repeat(50_000));
        assert!(read("a.json", deep.as_bytes()).is_err());
    }
}

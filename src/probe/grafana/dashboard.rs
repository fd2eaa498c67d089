//! One dashboard: the digest that the sweep keeps.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memmem;
use regex::Regex;
use serde_json::Value;

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
const SILENT: &[&str] = &["row", "text", "news", "welcome", "dashlist", "alertlist", "annolist", "gettingstarted"];

/// What every dashboard has, also one that cannot be read.
pub(super) fn questions() -> Vec<Vec<Vec<u8>>> {
    vec![vec![b"\"schemaVersion\"".to_vec()]]
}

/// Reads a file; `Ok(None)` is JSON that is no dashboard.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Dashboard>, String> {
    let has = |word: &str| memmem::find(bytes, word.as_bytes()).is_some();
    if !has("\"schemaVersion\"") || !(has("\"panels\"") || has("\"rows\"")) {
        return Ok(None);
    }
    let root: Value = serde_json::from_slice(bytes).map_err(|fault| fault.to_string())?;
    // The API wraps a dashboard into `dashboard`.
    let root = root.get("dashboard").filter(|inner| inner.is_object()).unwrap_or(&root);
    if root.get("schemaVersion").is_none_or(|version| !version.is_number()) {
        return Ok(None);
    }
    let title = root.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
    let mut dashboard = Dashboard { title: title.map(str::to_owned), ..Dashboard::default() };
    let mut waiting: Vec<&Value> = list(root, "panels").iter().chain(list(root, "rows")).collect();
    while let Some(panel) = waiting.pop() {
        waiting.extend(list(panel, "panels"));
        dashboard.panel(panel);
    }
    dashboard.without_query.sort();
    Ok(Some(dashboard))
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
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
            let texts = ["expr", "query", "rawSql", "target", "expression"];
            for text in texts.iter().filter_map(|key| target.get(key)?.as_str()) {
                let spoken = PATTERNS.iter().enumerate().filter(|(_, pattern)| pattern.is_match(text));
                self.signals.extend(spoken.map(|(at, _)| at));
            }
        }
    }

    fn datasource(&mut self, owner: &Value) {
        let kind = owner.get("datasource").and_then(|source| source.get("type")).and_then(Value::as_str);
        self.datasources.extend(kind.filter(|kind| !matches!(*kind, "grafana" | "datasource")).map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_are_found_in_rows_old_and_new() {
        let text = r#"{"title": "Shop", "schemaVersion": 39, "rows": [{"panels": [{"type": "graph", "targets": [{"expr": "rate(http_requests_total{code=~\"5..\"}[5m])"}]}]}],
            "panels": [{"type": "row", "panels": [{"type": "stat", "title": "Empty", "datasource": {"type": "prometheus"}}, {"type": "text"}]}]}"#;
        let dashboard = read(text.as_bytes()).expect("it is JSON").expect("a dashboard");
        assert_eq!((dashboard.panels, dashboard.without_query.as_slice()), (3, &["Empty".to_owned()][..]));
        let signals: Vec<&str> = dashboard.signals.iter().map(|at| SIGNALS[*at]).collect();
        assert_eq!(signals, ["errors", "traffic"]);
        assert!(dashboard.datasources.contains("prometheus"));
    }

    #[test]
    fn other_json_is_no_dashboard_and_broken_json_says_where() {
        assert_eq!(read(b"{\"panels\": []}"), Ok(None));
        let fault = read(b"{\"schemaVersion\": 1, \"panels\": [").expect_err("it is broken");
        assert!(fault.contains("line 1"), "{fault}");
        let deep = format!("{{\"schemaVersion\": 1, \"panels\": {}", "[".repeat(50_000));
        assert!(read(deep.as_bytes()).is_err());
    }
}

//! Dashboards of the second schema, which names its panels and keeps their places apart (Grafana 13, "V2 Resource":
//! `spec.elements.<name>.spec.data.spec.queries`), bare or as an object of Kubernetes. Leaves to `dashboard` what is made of
//! a query.

use serde_json::Value;

use super::dashboard::{Dashboard, SILENT, list};

/// What every dashboard of this schema says.
pub(super) const MARKS: &[&str] = &["dashboard.grafana.app/v2", "PanelQuery"];

/// `None` is something else.
pub(super) fn of_value(root: &Value) -> Option<Dashboard> {
    let spec = root.get("spec").filter(|spec| spec.get("elements").is_some()).unwrap_or(root);
    let elements = spec.get("elements")?.as_object()?;
    let is_named = root.get("apiVersion").and_then(Value::as_str).is_some_and(|version| version.starts_with(MARKS[0]));
    if !is_named && !elements.values().any(is_panel) {
        return None;
    }
    let title = spec.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
    let mut dashboard = Dashboard { title: title.map(str::to_owned), ..Dashboard::default() };
    for element in elements.values() {
        take(element, &mut dashboard);
    }
    dashboard.without_query.sort();
    Some(dashboard)
}

fn kind(value: &Value) -> &str {
    value.get("kind").and_then(Value::as_str).unwrap_or_default()
}

fn is_panel(element: &Value) -> bool {
    matches!(kind(element), "Panel" | "LibraryPanel")
}

/// What a panel shows: `group` of a `VizConfig`, or its `kind` in the first drafts; the same of a query.
fn group(value: Option<&Value>) -> &str {
    let Some(value) = value else { return "" };
    value.get("group").and_then(Value::as_str).unwrap_or(kind(value))
}

fn take(element: &Value, dashboard: &mut Dashboard) {
    if !is_panel(element) {
        return;
    }
    dashboard.panels += 1;
    let spec = element.get("spec").unwrap_or(&Value::Null);
    let queries = spec.get("data").and_then(|data| data.get("spec")).map_or(&[][..], |data| list(data, "queries"));
    let shows = group(spec.get("vizConfig"));
    if queries.is_empty() && kind(element) == "Panel" && !SILENT.contains(&shows) {
        let title = spec.get("title").and_then(Value::as_str).unwrap_or(shows);
        dashboard.without_query.push(title.to_owned());
    }
    for query in queries.iter().filter_map(|query| query.get("spec")?.get("query")) {
        dashboard.asks(group(Some(query)), query.get("spec").unwrap_or(query));
    }
}

#[cfg(test)]
mod tests {
    use super::super::dashboard::{SIGNALS, read};

    const BETA: &str = r#"{"apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard", "spec": {"title": "Shop", "elements": {
        "panel-1": {"kind": "Panel", "spec": {"title": "Errors", "data": {"kind": "QueryGroup", "spec": {"queries": [
            {"kind": "PanelQuery", "spec": {"query": {"kind": "DataQuery", "group": "prometheus", "spec": {"expr": "rate(http_requests_total{code=~\"5..\"}[5m])"}}}}]}},
            "vizConfig": {"kind": "VizConfig", "group": "timeseries"}}},
        "panel-2": {"kind": "Panel", "spec": {"title": "Empty", "data": {"kind": "QueryGroup", "spec": {"queries": []}}, "vizConfig": {"kind": "VizConfig", "group": "stat"}}},
        "panel-3": {"kind": "Panel", "spec": {"title": "Note", "vizConfig": {"kind": "text"}}},
        "panel-4": {"kind": "LibraryPanel", "spec": {"title": "Shared"}}}, "layout": {"kind": "GridLayout"}}}"#;

    #[test]
    fn panels_and_queries_are_read_from_elements() {
        let found = read("shop.json", BETA.as_bytes()).expect("it can be read");
        let [dashboard] = found.as_slice() else { panic!("one dashboard") };
        assert_eq!((dashboard.title.as_deref(), dashboard.panels), (Some("Shop"), 4));
        assert_eq!(dashboard.without_query, ["Empty"]);
        let signals: Vec<&str> = dashboard.signals.iter().map(|at| SIGNALS[*at]).collect();
        assert_eq!(signals, ["errors", "traffic"]);
        assert!(dashboard.datasources.contains("prometheus"));
    }

    #[test]
    fn the_first_drafts_the_bare_model_and_yaml_are_the_same() {
        let draft = "apiVersion: dashboard.grafana.app/v2alpha1\nkind: Dashboard\nspec:\n  title: Shop\n  elements:\n    panel-1:\n      kind: Panel\n      spec:\n        data:\n          spec:\n            queries:\n            - kind: PanelQuery\n              spec: {query: {kind: prometheus, spec: {expr: up}}}\n";
        let wrapped = "kind: GrafanaManifest\nspec:\n  template:\n    apiVersion: dashboard.grafana.app/v2beta1\n    spec:\n      title: Shop\n      elements: {panel-1: {kind: Panel, spec: {data: {spec: {queries: [{kind: PanelQuery, spec: {query: {group: prometheus, spec: {expr: up}}}}]}}}}}\n";
        let bare = r#"{"title": "Shop", "elements": {"panel-1": {"kind": "Panel", "spec": {"data": {"spec": {"queries": [{"kind": "PanelQuery", "spec": {"query": {"group": "prometheus", "spec": {"expr": "up"}}}}]}}}}}}"#;
        for (path, text) in [("a.yaml", draft), ("a.yaml", wrapped), ("a.json", bare)] {
            let found = read(path, text.as_bytes()).expect("it can be read");
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].title.as_deref(), found[0].panels), (Some("Shop"), 1), "{text}");
            assert!(found[0].datasources.contains("prometheus") && found[0].without_query.is_empty(), "{text}");
        }
    }

    #[test]
    fn elements_of_something_else_are_no_panels() {
        let other = r#"{"note": "PanelQuery", "elements": {"he": {"kind": "Gas"}}}"#;
        assert_eq!(read("periodic.json", other.as_bytes()), Ok(Vec::new()));
    }
}

//! What makes a page one that can be installed: its manifest (W3C Web Application Manifest), and how its service worker is
//! served.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

use crate::world::net::{Reply, Url};

/// Ways to be shown that are those of an application (install criteria of Chromium).
const DISPLAYS: &[&str] = &["standalone", "fullscreen", "minimal-ui"];
/// A worker that is kept longer pins its users to a broken release (Service Workers §9.1, 24 h).
const LONGEST: u64 = 86_400;

static REGISTERED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"serviceWorker\s*\.\s*register\(\s*["'`]([^"'`$]+)["'`]"#).ok());

/// The address of the worker that scripts register.
pub(super) fn worker_path(scripts: &str) -> Option<String> {
    Some(REGISTERED.as_ref()?.captures(scripts)?.get(1)?.as_str().to_owned())
}

/// What is wrong with how a worker is served.
pub(super) fn worker_problems(reply: &Reply) -> Vec<String> {
    if reply.status != 200 {
        return vec![format!("status {}", reply.status)];
    }
    let kind = reply.header("content-type").unwrap_or_default().to_lowercase();
    let control = reply.header("cache-control").unwrap_or_default().to_lowercase();
    let age = control.split(',').find_map(|directive| directive.trim().strip_prefix("max-age=")?.parse::<u64>().ok());
    let asked_again = control.contains("no-cache") || control.contains("no-store");
    let problems = [
        ("no script", !kind.contains("javascript")),
        ("kept longer than a day", !asked_again && age.is_some_and(|age| age > LONGEST)),
    ];
    problems.into_iter().filter(|(_, wrong)| *wrong).map(|(problem, _)| problem.to_owned()).collect()
}

/// What a manifest at this address lacks.
pub(super) fn manifest_problems(text: &str, at: &Url) -> Vec<String> {
    let Ok(Json::Object(manifest)) = serde_json::from_str::<Json>(text.trim_start_matches('\u{feff}')) else {
        return vec!["no JSON".to_owned()];
    };
    let manifest = Json::Object(manifest);
    let words = |name: &str| manifest[name].as_str().is_some_and(|text| !text.trim().is_empty());
    let icons = icons(&manifest);
    let sized = |size: &str| icons.iter().any(|icon| icon.sizes.iter().any(|given| given == size || given == "any"));
    let problems = [
        ("name", !words("name") && !words("short_name")),
        ("start_url", !words("start_url")),
        ("start_url outside scope", !in_scope(&manifest, at)),
        ("display", !manifest["display"].as_str().is_some_and(|display| DISPLAYS.contains(&display))),
        ("icon 192x192", !sized("192x192")),
        ("icon 512x512", !sized("512x512")),
        ("maskable icon", !icons.iter().any(|icon| icon.maskable)),
        ("theme_color", !words("theme_color")),
    ];
    problems.into_iter().filter(|(_, wrong)| *wrong).map(|(problem, _)| problem.to_owned()).collect()
}

struct Icon {
    sizes: Vec<String>,
    maskable: bool,
}

fn icons(manifest: &Json) -> Vec<Icon> {
    let icon = |icon: &Json| {
        let words = |name: &str| icon[name].as_str().unwrap_or_default().to_lowercase();
        let sizes = words("sizes").split_whitespace().map(str::to_owned).collect();
        Icon { sizes, maskable: words("purpose").split_whitespace().any(|purpose| purpose == "maskable") }
    };
    manifest["icons"].as_array().map(|icons| icons.iter().map(icon).collect()).unwrap_or_default()
}

/// Whether what is opened lies within what counts as the application; the default scope is the folder of the start.
fn in_scope(manifest: &Json, at: &Url) -> bool {
    let join = |name: &str| manifest[name].as_str().and_then(|address| at.join(address).ok());
    match (join("start_url"), join("scope")) {
        (Some(start), Some(scope)) => start.origin() == scope.origin() && start.path().starts_with(scope.path()),
        (Some(start), None) => start.origin() == at.origin(),
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn problems(text: &str) -> Vec<String> {
        manifest_problems(text, &Url::parse("https://shop.test/app/m.webmanifest").unwrap())
    }

    const WHOLE: &str = r##"{"name": "Shop", "start_url": "/app/", "scope": "/app/", "display": "standalone", "theme_color": "#fff",
        "icons": [{"src": "a.png", "sizes": "192x192"}, {"src": "b.png", "sizes": "512x512", "purpose": "any maskable"}]}"##;

    #[test]
    fn a_manifest_is_told_what_it_lacks() {
        assert!(problems(WHOLE).is_empty(), "{:?}", problems(WHOLE));
        assert_eq!(problems("<html>"), ["no JSON"]);
        assert_eq!(problems(&WHOLE.replace("standalone", "browser")), ["display"]);
        assert_eq!(
            problems(&WHOLE.replace("\"/app/\", \"scope\"", "\"/shop/\", \"scope\"")),
            ["start_url outside scope"]
        );
        assert_eq!(
            problems(&WHOLE.replace("any maskable", "any").replace("192x192", "48x48")),
            ["icon 192x192", "maskable icon"]
        );
        assert_eq!(problems("{}").len(), 7);
    }

    #[test]
    fn a_registered_worker_is_found_in_scripts() {
        for (script, path) in [
            ("navigator.serviceWorker.register('/sw.js').then(f)", Some("/sw.js")),
            ("if (x) navigator.serviceWorker\n .register( \"./sw.js\" )", Some("./sw.js")),
            ("navigator.serviceWorker.register(`/${name}.js`)", None),
            ("register('/sw.js')", None),
        ] {
            assert_eq!(worker_path(script).as_deref(), path, "{script}");
        }
    }
}

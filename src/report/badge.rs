//! A badge: as shields.io endpoint JSON (<https://shields.io/badges/endpoint-badge>) and as a picture of its own.

use serde::Serialize;

use super::text::{one_line, width};
use super::{FormatDef, Style, figures};
use crate::model::Verdict;
use crate::model::report::Report;

/// `badge`
pub(super) static FORMAT: FormatDef = FormatDef {
    name: "badge",
    doc: "shields.io endpoint JSON: verdict and score",
    extension: "json",
    render: endpoint,
};

/// `badge-svg`
pub(super) static SVG_FORMAT: FormatDef =
    FormatDef { name: "badge-svg", doc: "the badge as a picture that needs no service", extension: "svg", render: svg };

const LABEL: &str = "readiness";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    schema_version: u8,
    label: &'static str,
    message: String,
    color: &'static str,
    is_error: bool,
}

fn endpoint(report: &Report, _: &Style) -> Vec<u8> {
    let badge = Endpoint {
        schema_version: 1,
        label: LABEL,
        message: message(report),
        color: color(report.verdict).0,
        is_error: report.verdict == Verdict::NotReady,
    };
    let mut bytes = serde_json::to_vec_pretty(&badge).expect("plain values always serialize");
    bytes.push(b'\n');
    bytes
}

fn message(report: &Report) -> String {
    let mut words = report.verdict.words().to_owned();
    if report.run.interrupted {
        words.push_str(", interrupted");
    }
    match &report.score {
        Some(score) => format!("{words} · {}", figures::interval(score, "…")),
        None => words,
    }
}

/// The colour by its shields.io name, and dark enough for white text (WCAG AA, 4.5 : 1).
fn color(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Ready => ("brightgreen", "#1a7f37"),
        Verdict::NotReady => ("red", "#b42318"),
        Verdict::Inconclusive => ("yellow", "#8a6100"),
    }
}

fn svg(report: &Report, _: &Style) -> Vec<u8> {
    let message = one_line(&message(report));
    let [left, right] = [LABEL, message.as_str()].map(|text| width(text) * 7 + 12);
    let total = left + right;
    let middle = left + right / 2;
    let (_, fill) = color(report.verdict);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" aria-label="{LABEL}: {message}">
<title>{LABEL}: {message}</title>
<rect width="{total}" height="20" rx="3" fill="#444"/>
<path d="M{left} 0h{inner}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{inner}z" fill="{fill}"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{label_middle}" y="14">{LABEL}</text>
<text x="{middle}" y="14">{message}</text>
</g>
</svg>
"##,
        inner = right - 3,
        label_middle = left / 2,
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_a_colour_of_its_own() {
        let colors = [Verdict::Ready, Verdict::NotReady, Verdict::Inconclusive].map(color);
        assert!(colors[0] != colors[1] && colors[1] != colors[2] && colors[0] != colors[2]);
    }
}

//! Probe `build-info`: whether a running instance tells which version or commit it is, where services usually do.
//!
//! Owns the requests and what counts as an answer. What only configures it is the business of `build-stamps`.

use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::fetch::Choice;
use super::http::place::{Given, Place, check_paths};
use super::http::round::{Request, Round, body_text};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::report::Evidence;
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::Reply;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "build-info",
    doc: "Asks a running instance which version or commit it is, where services usually tell: `/version`, `/info`, `/actuator/info`, health, metrics, headers.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /version\n",
};

/// Where services tell it.
const PATHS: &[&str] = &["/version", "/info", "/actuator/info", "/healthz", "/health", "/metrics"];

/// Parameters of probe `build-info`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BuildInfoProbe")]
struct Params {
    /// The target to ask.
    target: Spanned<String>,
    /// The one path that tells it, in place of the usual ones.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// When it counts as not answered; default 40 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct BuildInfo {
    place: Place,
    paths: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    check_paths(&params.path, problems);
    let given = Given::of(&params.target, None, None, params.timeout.as_ref());
    let place = Place::of(&given, problems);
    let own = params.path.map(|path| vec![path.value]);
    let paths = own.unwrap_or_else(|| PATHS.iter().map(|path| (*path).to_owned()).collect());
    Some(Box::new(Inquiry(BuildInfo { place, paths })))
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// What an answer tells, if it does.
fn told(path: &str, is_own: bool, reply: &Reply) -> Option<String> {
    let is_page = reply.header("content-type").is_some_and(|media| media.contains("html"));
    let body = || (reply.status == 200 && !is_page).then(|| body_text(reply));
    in_headers(&reply.headers).or_else(|| in_body(path, is_own, &body()?))
}

/// A version or a commit.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| fixed(r"\b(?:v?\d+\.\d+\.\d+[\w.+-]*|[0-9a-f]{7,40})\b"));

fn in_headers(headers: &[(String, String)]) -> Option<String> {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| fixed(r"^x-(?:\w+-)?(?:version|revision|commit|build|release|git-\w+|sha)$"));
    let tells = |name: &str, value: &str| {
        NAME.is_match(name)
            && PLAIN.is_match(value)
            && !["api-version", "aspnet"].iter().any(|other| name.contains(other))
    };
    headers.iter().find(|(name, value)| tells(name, value)).map(|(name, value)| format!("{name}: {value}"))
}

fn in_body(path: &str, is_own: bool, body: &str) -> Option<String> {
    static KEYED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r#"(?i)"(?:\w*version|commit\w*|revision|git\w*|sha\w*|build\w*|release)"\s*:\s*(?:\{[^}]*?:\s*)?"(?:v?\d+\.\d+[\w.+-]*|[0-9a-f]{7,40})""#,
        )
    });
    static METRIC: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r#"(?m)^(\w*build_info)\{[^}\n]*\b(?:version|revision|commit|git_sha|sha)="[^"\n]+"[^}\n]*\}"#)
    });
    let found = if path.ends_with("metrics") {
        // The runtime's own is there in every program.
        METRIC.find_iter(body).find(|found| !found.as_str().starts_with("go_build_info"))
    } else if is_own || path == "/version" {
        PLAIN.find(body)
    } else {
        KEYED.find(body)
    };
    found.map(|found| crate::probe::finding::shortened(found.as_str()))
}

impl Inquire for BuildInfo {
    const NAME: &'static str = "build-info";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        vec![
            fact("identity", FactType::Text, "Version or commit as it tells it, with the path; unobserved where none of the paths that were asked does, for another one may."),
            fact("is_silent", FactType::Bool, "Whether none of the paths tells it, of an instance that answers."),
        ].into()
    }

    fn touch(&self) -> Touch {
        let contacts = self.paths.iter().map(|path| crate::probe::Contact::below(&self.place.target, "GET", path, 1));
        Touch { contacts: contacts.collect(), presents: self.place.presents(), ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut round = Round::of(&look, &self.place.target)?;
        let is_own = self.paths.len() == 1;
        let mut facts = Facts::new();
        let mut evidence = Vec::new();
        for path in &self.paths {
            let (reply, place) = round.answer(Request::get(path, &Choice::Default)).await?;
            if matches!(reply.status, 429 | 503) {
                return Err(Unknown::because(format!("GET {path} gives {}", reply.status)));
            }
            let found = told(path, is_own, &reply);
            let note = found
                .as_ref()
                .map_or_else(|| "does not tell version or commit".to_owned(), |told| format!("tells `{told}`"));
            evidence.push(Evidence { note: Some(note), ..place });
            if let Some(told) = found {
                facts.present("identity", Value::Text(told));
                facts.present("is_silent", Value::Bool(false));
                let last = evidence.split_off(evidence.len() - 1);
                return Ok(round.observed(facts, last));
            }
        }
        facts.set(
            "identity",
            Fact::Unobserved(format!("{} does not tell version or commit; another path may", self.paths.join(", "))),
        );
        facts.present("is_silent", Value::Bool(true));
        Ok(round.observed(facts, evidence))
    }
}

#[cfg(test)]
mod tests {
    use super::{in_body, in_headers};

    #[test]
    fn a_version_or_commit_is_told_apart_from_other_numbers() {
        let tells = |path: &str, body: &str| in_body(path, false, body).is_some();
        assert!(tells("/version", "1.4.2\n"));
        assert!(tells("/actuator/info", r#"{"git":{"commit":{"id":"0c1f2d3"}},"build":{"version":"1.4.2"}}"#));
        assert!(tells("/healthz", r#"{"status":"ok","version":"1.4.2"}"#));
        assert!(tells("/metrics", "shop_build_info{revision=\"0c1f2d3\",version=\"1.4.2\"} 1\n"));
        assert!(!tells("/metrics", "go_build_info{version=\"(devel)\"} 1\n"));
        assert!(!tells("/healthz", r#"{"status":"ok","uptime":1200000}"#));
        let header = |name: &str, value: &str| in_headers(&[(name.to_owned(), value.to_owned())]).is_some();
        assert!(header("x-app-version", "1.4.2") && header("x-commit", "0c1f2d3"));
        assert!(
            !header("x-powered-by", "1.4.2")
                && !header("x-api-version", "1.4.2")
                && !header("x-aspnet-version", "4.0.30319")
        );
    }
}

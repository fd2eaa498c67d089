//! Probe `security_headers`: scores a site as the MDN HTTP Observatory does (algorithms 4, 5 and 6), and tells what the
//! Observatory is blind to.
//!
//! Owns the parameters and the facts. Visiting is in `retrieve.rs`, what was seen in `seen.rs`, each test in a file of
//! its own, points and grades in `scored.rs`.

mod cookies;
mod csp;
pub(super) mod domain;
mod integrity;
mod judged;
mod own;
mod page;
mod policy;
mod preload;
mod retrieve;
mod scored;
mod scripting;
mod seen;
mod single;
mod transport;

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::judged::{Rated, rate};
use self::own::Profile;
use self::preload::{Preloads, SNAPSHOT};
use self::retrieve::{MOST_REDIRECTS, ORIGIN, Retrieved, retrieve};
use self::scored::{Algorithm, GRADES};
use super::http::fetch::{Address, Choice, Fetch, aim};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::http::place::check_paths;
use crate::probe::http::round::NO_SUCH_PAGE;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "security_headers",
    doc: "Scores a site's headers, cookies, scripts and redirects as the MDN HTTP Observatory does, and more.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: site\npath: /\nalgorithm: 6\n",
};

/// What browsers ask for when they open a page.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
/// When nothing is said: three visits of up to ten seconds each.
const USUAL_TIMEOUT: Duration = Duration::from_secs(30);

/// Parameters of probe `security_headers`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SecurityHeadersProbe")]
struct Params {
    /// The target to visit, over http and https. Where its URL names a port, the other scheme is asked only if the target
    /// gives its port (`http_port`, `https_port`).
    target: Spanned<String>,
    /// Path below the target's URL. Default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Version of the Observatory's algorithm: 4, 5 or 6 (default).
    #[serde(default)]
    algorithm: Option<Spanned<u8>>,
    /// What is expected of fact `missing`: `html` (default) or `api`, a service that never serves a page.
    #[serde(default)]
    profile: Profile,
    /// HSTS preload list to use instead of the one that ships: Chromium's JSON, or a host per line.
    #[serde(default)]
    preload_list: Option<Spanned<String>>,
    /// `none` or the name of credentials of the target; without it the target's `default`, if there is one.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole scan counts as not answered; default 30 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct SecurityHeaders {
    address: Address,
    algorithm: Algorithm,
    profile: Profile,
    preload_list: Option<String>,
    credentials: Choice,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let path = params.path.as_ref().map_or("/", |path| path.value.as_str());
    check_paths(&params.path, problems);
    let algorithm = params.algorithm.as_ref().map_or(Some(Algorithm::Six), |given| Algorithm::of(given.value));
    if let (None, Some(given)) = (algorithm, &params.algorithm) {
        problems.push(given.span.problem(format!("there is no algorithm {}", given.value)).help("4, 5 or 6"));
    }
    Some(Box::new(Inquiry(SecurityHeaders {
        address: Address::Target { name: params.target.value.clone(), path: path.to_owned() },
        algorithm: algorithm.unwrap_or(Algorithm::Six),
        profile: params.profile,
        preload_list: params.preload_list.map(|list| list.value),
        credentials: match params.credentials.as_deref() {
            None => Choice::Default,
            Some("none") => Choice::None,
            Some(name) => Choice::Named(name.to_owned()),
        },
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT),
    })))
}

impl SecurityHeaders {
    /// For the plan: the page that cannot exist.
    fn nowhere(&self) -> Contact {
        self.address.beside(NO_SUCH_PAGE).contact("GET", 1)
    }

    fn observation(&self, retrieved: &Retrieved, preloads: &Preloads) -> Observation {
        let scan = &retrieved.scan;
        let mut facts = Facts::new();
        facts.present("reachable", Value::Bool(scan.visit().is_some()));
        facts.present("algorithm", Value::count(self.algorithm.number()));
        let Some(visit) = scan.visit() else {
            let failure = retrieved.failure.as_ref();
            facts.present("error", Value::Text(failure.map_or("closed", |failure| failure.kind.word()).to_owned()));
            facts.set_reason(failure.map_or_else(|| "no answer".to_owned(), |failure| format!("no answer: {failure}")));
            let evidence = vec![self.evidence(retrieved, failure.map(ToString::to_string))];
            return Observation { facts, evidence, requests: retrieved.requests };
        };
        facts.set("error", Fact::Absent);
        facts.present("status", Value::count(visit.answer.status));
        own::set(&mut facts, scan, self.profile, (preloads, ORIGIN));
        let rated = rate(scan, self.algorithm, preloads);
        let evidence = self.say(&mut facts, retrieved, rated);
        Observation { facts, evidence, requests: retrieved.requests }
    }

    fn say(&self, facts: &mut Facts, retrieved: &Retrieved, rated: Result<Rated, String>) -> Vec<Evidence> {
        let number = self.algorithm.number();
        let rated = match rated {
            Ok(rated) => rated,
            Err(why) => {
                facts.set_reason(why.clone());
                return vec![self.evidence(retrieved, Some(format!("algorithm {number}: no score, {why}")))];
            }
        };
        facts.present("score", Value::count(rated.score));
        facts.present("grade", Value::Text(rated.grade.to_owned()));
        facts.present("tests.", tests(&rated, self.algorithm));
        let mut notes = vec![format!("algorithm {number}: {} points, grade {}", rated.score, rated.grade)];
        notes.extend(retrieved.notes.iter().cloned());
        if self.preload_list.is_none() && rated.tests.iter().any(|(_, scored)| scored.result == "hsts-preloaded") {
            notes.push(format!("preload list of {SNAPSHOT}"));
        }
        let mut evidence = vec![self.evidence(retrieved, Some(notes.join("; ")))];
        for (name, scored) in rated.tests.iter().filter(|(_, scored)| scored.modifier(self.algorithm) < 0) {
            let note = format!("{name}: {} ({})", scored.result, scored.modifier(self.algorithm));
            evidence.push(self.evidence(retrieved, Some(note)));
        }
        evidence
    }

    fn evidence(&self, retrieved: &Retrieved, note: Option<String>) -> Evidence {
        let visit = retrieved.scan.visit();
        let url = visit.and_then(|visit| visit.hops.last()).map(|hop| hop.url.to_string());
        Evidence {
            kind: EvidenceKind::Http,
            url: url.or_else(|| Some(self.address.shown())),
            status: visit.map(|visit| visit.answer.status),
            note,
            ..Evidence::default()
        }
    }
}

fn tests(rated: &Rated, algorithm: Algorithm) -> Value {
    let test = |(name, scored): &(&'static str, scored::Scored)| {
        let members = IndexMap::from([
            ("result".to_owned(), Value::Text(scored.result.to_owned())),
            ("modifier".to_owned(), Value::Number(Exact::whole(scored.modifier(algorithm)))),
            ("pass".to_owned(), Value::Bool(scored.pass)),
        ]);
        ((*name).to_owned(), Value::Map(members))
    };
    Value::Map(rated.tests.iter().map(test).collect())
}

fn declared() -> Vec<FactDecl> {
    let texts = FactType::List(Box::new(FactType::Text));
    let flag = FactType::Bool;
    vec![
        FactDecl::new("reachable", flag.clone(), "Whether the site answered over https or http."),
        FactDecl::new(
            "error",
            FactType::Text,
            "Why neither answered, as fact `error` of probe `http`; absent if one did.",
        ),
        FactDecl::new("status", FactType::Count, "Status of the answer that is scored: over https if that answers."),
        FactDecl::new("score", FactType::Number, "0 and more; unobserved unless the status is 2xx, 3xx, 401 or 403."),
        FactDecl::new("grade", FactType::Ordered(GRADES), "From `F` to `A+`."),
        FactDecl::new("algorithm", FactType::Count, "Version of the algorithm: 4, 5 or 6."),
        FactDecl::tree(
            "tests.",
            FactType::Any,
            "Each test by its name: `tests.cookies.result`, `.modifier` (points), `.pass`.",
        ),
        FactDecl::new(
            "redirection",
            FactType::Text,
            "Result of test `redirection`, whatever the status; unobserved when the http port was not asked, or the host is a loopback address.",
        ),
        FactDecl::new(
            "redirection_permanent",
            flag.clone(),
            "Whether the first answer over http is a permanent redirect (301, 308), or nothing answers there; unobserved as `redirection`.",
        ),
        FactDecl::new(
            "hsts.valid",
            flag.clone(),
            "Whether browsers keep what HSTS says: one header, a whole number of seconds; absent without HSTS.",
        ),
        FactDecl::new("hsts.max_age", FactType::Duration, "What HSTS really says; absent without a number."),
        FactDecl::new("hsts.subdomains", flag.clone(), "Whether HSTS includes subdomains; absent without HSTS."),
        FactDecl::new("hsts.preload", flag.clone(), "Whether HSTS asks for the preload list; absent without HSTS."),
        FactDecl::new(
            "hsts.everywhere",
            flag.clone(),
            "Whether redirects over https and the answer to a page that cannot exist send HSTS, too; absent without HSTS.",
        ),
        FactDecl::new("hsts.preloaded", flag.clone(), "Whether the host is on the preload list."),
        FactDecl::new("html", flag.clone(), "Whether the answer is a page."),
        FactDecl::new("csp.set", flag.clone(), "Whether a policy is enforced, by a header or by the page."),
        FactDecl::new("csp.report_only", flag.clone(), "Whether there is one that only reports."),
        FactDecl::new(
            "csp.inline",
            flag.clone(),
            "Whether it lets inline scripts run, or those of any host; true without a policy. Beside a nonce or hash, and with \
             `'strict-dynamic'`, what browsers then ignore does not count.",
        ),
        FactDecl::new(
            "csp.eval",
            flag.clone(),
            "Whether it lets text run as script (`'unsafe-eval'`); true without a policy.",
        ),
        FactDecl::new(
            "csp.unset",
            texts.clone(),
            "Of `object-src` and `base-uri` those that limit nothing: plugins, and where relative addresses lead.",
        ),
        FactDecl::new(
            "csp.nonce_reused",
            flag.clone(),
            "Whether a nonce comes again when the page is asked for once more; false without a nonce.",
        ),
        FactDecl::new(
            "lesser_gaps",
            texts.clone(),
            "Of `Cross-Origin-Opener-Policy`, `Permissions-Policy` and the absence of obsolete headers (`X-XSS-Protection` \
             other than 0, `Public-Key-Pins`, `Expect-CT`, `Feature-Policy`) those a page lacks; none for what is no page.",
        ),
        FactDecl::new(
            "framing",
            flag.clone(),
            "Whether it says who may show it in a frame: `frame-ancestors` other than `*`, or `X-Frame-Options`; true for \
             what is no page.",
        ),
        FactDecl::new("nosniff", flag.clone(), "Whether browsers are told not to guess its type."),
        FactDecl::new(
            "leaks_referrer",
            flag.clone(),
            "Whether `Referrer-Policy` lets whole addresses go to other sites; without one browsers keep them.",
        ),
        FactDecl::new(
            "cors.credentials_for_any_origin",
            flag,
            "Whether a preflight from a foreign origin is allowed with credentials; the Observatory never says so.",
        ),
        FactDecl::new("disclosure", texts.clone(), "Header lines that name the software behind the site."),
        FactDecl::new("missing", texts, "Protections of the profile that are not there or say nothing, by name."),
    ]
}

impl Inquire for SecurityHeaders {
    const NAME: &'static str = "security_headers";

    fn whom(&self) -> Whom<'_> {
        self.address.whom(self.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        // each visit may be made again without verification
        let contact = |verb: &str, visits: u64| self.address.contact(verb, visits * (MOST_REDIRECTS as u64 + 1));
        let presents = self.credentials.presented(1).into_iter().collect();
        let contacts = vec![contact("GET", 4), contact("OPTIONS", 1), self.address.contact("GET", 1), self.nowhere()];
        Touch { contacts, presents, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let fetch = Fetch {
            address: &self.address,
            method: "GET",
            headers: &BTreeMap::from([("accept".to_owned(), ACCEPT.to_owned())]),
            body: None,
            credentials: &self.credentials,
            redirects: 0,
        };
        let aim = aim(&fetch, look.world, look.until).await?;
        let given = self.preload_list.as_ref().map(|list| look.world.root.join(list));
        let given = given.map(|path| Preloads::from_file(&path)).transpose()?;
        let preloads = given.as_ref().unwrap_or_else(|| Preloads::shipped());
        let retrieved = retrieve(&aim, look.until).await?;
        Ok(self.observation(&retrieved, preloads))
    }
}

//! Probes observe and return facts; they never judge. This file owns the trait and the one registry.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::model::{FactSchema, Observation, Problems, Suppressions, Unknown};
use crate::world::{Deadline, Swept, WantId, Wants, World};
use crate::yaml::{self, Node, Source};

mod alert;
mod amqp;
pub mod attest;
mod auth_required;
mod authz;
mod bill;
mod brute_force;
mod build_info;
mod build_stamps;
mod builds;
mod code;
mod command;
mod compose;
mod cookies;
mod cors;
mod coverage;
mod csrf;
mod data;
mod database_access;
mod delivery;
mod deprecations;
mod disclosure;
mod dns;
mod dockerfile;
mod docs;
mod drill;
mod endoflife;
mod endpoint;
mod error_format;
pub(crate) mod evidence;
mod exposed_paths;
mod file;
mod file_kind;
mod finding;
pub(crate) mod folder;
mod foreign;
mod forged_token;
mod fresh;
mod git;
mod gitlab;
mod glob_parameter;
mod gradle_script;
mod grafana;
mod grpc_health;
mod health;
mod html_tokens;
pub(crate) mod http;
mod image;
mod ingest;
mod injection;
mod inquiry;
mod installs;
mod kubernetes;
mod licence;
mod limits;
mod lint;
mod load;
mod logs;
mod malformed;
mod manifest;
mod markup;
mod metrics;
mod migrations;
mod mysql;
mod nats;
mod openapi;
mod openapi_conformance;
mod ownership;
mod pattern;
mod percent;
mod permission;
mod pipelines;
pub mod plugin;
mod postgres;
mod pre_commit_ci;
mod prometheus_rules;
mod promql;
mod purpose;
mod python;
mod rate_limit;
mod redis;
#[cfg(test)]
mod registry_tests;
mod release;
mod report_file;
mod report_json;
mod report_paths;
mod resources;
mod rollback;
mod runner;
mod runtime;
#[cfg(test)]
pub(crate) mod sample;
mod secret_guards;
mod secret_name;
mod secrets;
mod security_headers;
mod security_txt;
mod service;
mod session;
mod settings;
mod signs;
mod sources;
mod sse;
mod super_linter;
mod suppression;
mod syntax;
mod tcp;
mod terraform;
mod tests;
mod text;
mod tls;
mod trace;
#[cfg(test)]
mod trial;
mod unrendered;
mod updates;
mod variables;
mod waivers;
mod websocket;
mod wildcard;
mod workflow;
mod xml_text;
mod xml_walk;
mod yaml_file;

/// A future that a probe returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A kind of probe: what the registry, the schema and the documentation know of it.
pub struct ProbeDef {
    /// Its key under `probe:`.
    pub name: &'static str,
    /// What it observes, in one sentence.
    pub doc: &'static str,
    /// JSON Schema of its parameters.
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    /// Parameters from a spec; `None` when a problem was added.
    pub decode: fn(&Node, &mut Problems) -> Option<Box<dyn Probe>>,
    /// A complete, valid example of its parameters in YAML, for documentation and tests; empty when it takes none.
    pub example: &'static str,
}

impl ProbeDef {
    /// JSON Schema of its parameters on its own, nothing in it a reference.
    pub fn parameters(&self) -> serde_json::Value {
        let settings = schemars::generate::SchemaSettings::default();
        let mut generator = settings.with(|settings| settings.inline_subschemas = true).into_generator();
        (self.schema)(&mut generator).to_value()
    }

    /// The facts that its example gives.
    pub fn example_facts(&self) -> Option<FactSchema> {
        let example = if self.example.is_empty() { "{}" } else { self.example };
        let node = yaml::parse(Arc::new(Source::new("example", example))).ok().flatten()?;
        Some((self.decode)(&node, &mut Problems::new())?.facts())
    }
}

/// Which queue an observation waits in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Reads files only: any number at a time.
    Free,
    /// One at a time per target, spaced.
    Target(String),
    /// Child processes: one at a time unless the check says `parallel`.
    Process,
    /// Load, drills: last and alone.
    Quiet,
}

/// What an observation would touch, for `plan` and for the permits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touch {
    /// Paths and globs it reads.
    pub reads: Vec<String>,
    /// Commands it runs (argv).
    pub runs: Vec<Vec<String>>,
    /// Requests it sends: target name or URL, with method, path and how many at most.
    pub contacts: Vec<Contact>,
    /// Credentials of its target that it presents; each that is a login is a request more.
    pub presents: Vec<Presented>,
    /// Needs `allow: [active]`.
    pub active: bool,
    /// Needs `allow: [load]`.
    pub load: bool,
}

/// Requests to one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Name of a target; `None` when `url` is whole.
    pub target: Option<String>,
    /// URL, or the path below the target.
    pub url: String,
    /// `GET`, `connect`, …
    pub verb: String,
    /// How many requests at most.
    pub at_most: u64,
}

impl Contact {
    /// So many requests at most for a path below a target.
    pub fn below(target: &str, verb: &str, path: &str, at_most: u64) -> Contact {
        Contact { target: Some(target.to_owned()), url: path.to_owned(), verb: verb.to_owned(), at_most }
    }
}

/// Credentials that are presented to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Their name in the spec.
    pub credentials: String,
    /// How many times at most it logs in with them, where they are a login.
    pub at_most: u64,
}

/// What a probe is given to look with.
pub struct Look<'a> {
    /// Component folder it is confined to, `/`-separated, no trailing slash; empty is the whole root. Relative paths
    /// and globs in its parameters start there.
    pub folder: &'a str,
    /// The outside.
    pub world: &'a World,
    /// What the sweep found.
    pub swept: &'a Swept,
    /// What [`Probe::declare`] returned.
    pub wants: &'a [WantId],
    /// When it must be done.
    pub until: Deadline,
    /// What suppressions in files do.
    pub suppressions: Suppressions,
}

/// A probe with its parameters.
pub trait Probe: Send + Sync {
    /// Facts it offers with these parameters.
    fn facts(&self) -> FactSchema;
    /// Parameters after defaults, in one canonical text: equal keys are observed once.
    fn key(&self) -> String;
    /// Where it queues.
    fn lane(&self) -> Lane;
    /// What it would touch.
    fn touch(&self) -> Touch;
    /// Its own time limit, if the spec gave one (`timeout:`).
    fn timeout(&self) -> Option<std::time::Duration> {
        None
    }
    /// How good its evidence is.
    fn grade(&self) -> crate::model::Grade {
        crate::model::Grade::Measured
    }
    /// Whether it can look at something else when it may not run its command; its evidence is then weaker
    /// ([`crate::model::Facts::weaken`]).
    fn looks_without_running(&self) -> bool {
        false
    }
    /// Name of the target it talks to.
    fn target(&self) -> Option<&str> {
        None
    }
    /// What it wants of the tree below `folder`, asked before anything is read.
    fn declare(&self, _folder: &str, _wants: &mut Wants) -> Vec<WantId> {
        Vec::new()
    }
    /// Looks. Every wait in it ends at `look.until`.
    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>>;
}

/// Every kind of probe, by name.
pub static PROBES: &[&ProbeDef] = &[
    &alert::DEF,
    &amqp::DEF,
    &auth_required::DEF,
    &authz::DEF,
    &bill::DEF,
    &brute_force::DEF,
    &build_info::DEF,
    &build_stamps::DEF,
    &code::DEF,
    &command::DEF,
    &compose::DEF,
    &cookies::DEF,
    &cors::DEF,
    &coverage::DEF,
    &csrf::DEF,
    &data::DEF,
    &database_access::DEF,
    &delivery::DEF,
    &deprecations::DEF,
    &disclosure::DEF,
    &dns::DEF,
    &dockerfile::DEF,
    &docs::DEF,
    &drill::DEF,
    &error_format::DEF,
    &exposed_paths::DEF,
    &file::DEF,
    &forged_token::DEF,
    &fresh::DEF,
    &git::DEF,
    &gitlab::DEF,
    &grafana::DEF,
    &grpc_health::DEF,
    &health::DEF,
    &http::DEF,
    &ingest::DEF,
    &injection::DEF,
    &installs::DEF,
    &kubernetes::DEF,
    &licence::DEF,
    &lint::DEF,
    &load::DEF,
    &logs::DEF,
    &malformed::DEF,
    &manifest::DEF,
    &markup::DEF,
    &metrics::DEF,
    &migrations::DEF,
    &mysql::DEF,
    &nats::DEF,
    &openapi::DEF,
    &openapi_conformance::DEF,
    &ownership::DEF,
    &plugin::DEF,
    &postgres::DEF,
    &prometheus_rules::DEF,
    &promql::DEF,
    &rate_limit::DEF,
    &redis::DEF,
    &release::DEF,
    &resources::DEF,
    &rollback::DEF,
    &runtime::DEF,
    &secret_guards::DEF,
    &secrets::DEF,
    &security_headers::DEF,
    &security_txt::DEF,
    &session::DEF,
    &settings::DEF,
    &signs::DEF,
    &sources::DEF,
    &sse::DEF,
    &syntax::DEF,
    &tcp::DEF,
    &terraform::DEF,
    &tests::DEF,
    &text::DEF,
    &tls::DEF,
    &trace::DEF,
    &updates::DEF,
    &waivers::DEF,
    &websocket::DEF,
    &workflow::DEF,
];

/// The probe of this name.
pub fn find(name: &str) -> Option<&'static ProbeDef> {
    PROBES.iter().copied().find(|def| def.name == name)
}

//! Where to look: live systems, how to present oneself to them, environments and components.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::yaml::{Raw, Spanned};

/// A live system.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetDoc {
    /// Where it is: `http(s)://…`, `postgres://…`, `host:port`.
    pub url: Spanned<String>,
    /// Request headers sent with every request; no credentials here.
    #[serde(default)]
    pub headers: IndexMap<String, Spanned<String>>,
    /// Ways to present oneself, by name; `default` is used unless a probe says otherwise.
    #[serde(default)]
    pub credentials: IndexMap<String, Spanned<CredentialDoc>>,
    /// What we may do beyond ordinary requests: `active` (malformed input, bursts, unlinked paths), `load`.
    #[serde(default)]
    pub allow: Vec<Spanned<AllowDoc>>,
    /// HTTP requests that one audit sends at most, load left out. Default: 30 unless the target allows `active` or is on
    /// this machine.
    #[serde(default)]
    pub max_requests: Option<Spanned<u64>>,
    /// Origins `allow`, `headers` and `credentials` are good for, when the host comes from a variable; `*` for a port.
    #[serde(default)]
    pub origins: Vec<Spanned<String>>,
    /// Addresses to use instead of DNS: host → address, or address:port; host `*` is every other one.
    #[serde(default)]
    pub resolve: IndexMap<String, Spanned<String>>,
    /// Where URLs with `http` and no port lead, instead of port 80.
    #[serde(default)]
    pub http_port: Option<Spanned<u16>>,
    /// Where URLs with `https` and no port lead, instead of port 443.
    #[serde(default)]
    pub https_port: Option<Spanned<u16>>,
    /// Proxy that every request goes through, `http://host:port`.
    #[serde(default)]
    pub proxy: Option<Spanned<String>>,
    /// PEM file with the authorities to trust instead of the public ones, or the certificate of the service itself.
    #[serde(default)]
    pub ca_file: Option<Spanned<String>>,
    /// TLS client certificate that goes with every request, whatever the credentials.
    #[serde(default)]
    pub client_cert: Option<ClientCertDoc>,
}

/// What a target may suffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AllowDoc {
    /// Malformed input, bursts, unlinked paths, failed logins.
    Active,
    /// Load.
    Load,
}

/// One way to present oneself; exactly one key.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialDoc {
    /// A bearer token.
    #[serde(default)]
    pub bearer: Option<String>,
    /// User and password.
    #[serde(default)]
    pub basic: Option<BasicDoc>,
    /// Any other header.
    #[serde(default)]
    pub header: Option<HeaderDoc>,
    /// A cookie, `name=value`.
    #[serde(default)]
    pub cookie: Option<String>,
    /// A TLS client certificate.
    #[serde(default)]
    pub client_cert: Option<ClientCertDoc>,
    /// A login by POST, made before the request: its token, or else its cookies, go along.
    #[serde(default)]
    pub login: Option<LoginDoc>,
}

/// How to log in; exactly one of `form` and `json`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginDoc {
    /// Path below the target's URL, such as `/login`.
    pub path: Spanned<String>,
    /// Page that the form stands on, if it gives a token that must come back: it is asked for first, and its cookies, hidden
    /// fields and token go along.
    #[serde(default)]
    pub page: Option<Spanned<String>>,
    /// Fields of a form.
    #[serde(default)]
    pub form: Option<IndexMap<String, String>>,
    /// Members of a JSON object.
    #[serde(default)]
    pub json: Option<IndexMap<String, String>>,
    /// Where the JSON of the answer has the token, such as `body.access_token`; without it the answer's cookies count.
    #[serde(default)]
    pub token: Option<Spanned<String>>,
}

/// User and password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicDoc {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

/// A header that carries a credential.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderDoc {
    /// Field name.
    pub name: String,
    /// Field value.
    pub value: String,
}

/// A TLS client certificate.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCertDoc {
    /// PEM file with the chain.
    pub cert: String,
    /// PEM file with the private key.
    pub key: String,
}

/// What differs in an environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentDoc {
    /// Values that replace those of `vars`.
    #[serde(default)]
    pub vars: IndexMap<String, Spanned<String>>,
    /// Fields that replace those of targets.
    #[serde(default)]
    pub targets: IndexMap<String, Raw<TargetDoc>>,
    /// Refuse active and load probes; implied for `prod*` and `live`.
    #[serde(default)]
    pub protected: Option<bool>,
}

/// A part of a monorepo.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentDoc {
    /// Folder, relative to the root.
    pub path: Spanned<String>,
    /// Title in reports.
    #[serde(default)]
    pub title: Option<String>,
    /// Target its live checks use.
    #[serde(default)]
    pub target: Option<Spanned<String>>,
    /// Packs whose checks become instances scoped to the path.
    #[serde(default)]
    pub packs: Vec<Spanned<String>>,
}

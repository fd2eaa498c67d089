//! Patterns of what belongs to one deployment and stands in code: addresses of one environment, models without a version
//! (catalogue `config/externalised`, `ml/versioned-models`). Data only.

use super::guard::{Context, Guard};
use super::language::Lang::{self, DotNet, Go, Java, Js, Kotlin, Php, Python, Ruby, Rust};
use super::rules::{Rule, guarded, rule};
use super::span::Span;
use crate::model::Certainty::Likely;
use crate::world::View;

const ADDRESS: &str = "environment_addresses";
const MODEL: &str = "unversioned_models";

/// Facts that count them.
pub(super) const FACTS: &[(&str, &str)] = &[
    (
        ADDRESS,
        "string literals with an address of one environment: hosts of managed datastores, private addresses with a port, hosts \
         named after production or staging; addresses that every deployment shares are none",
    ),
    (
        MODEL,
        "models that are fetched by a name whose content may change: `from_pretrained` and `hf_hub_download` without `revision`, \
         `torch.hub.load` without a tag, `models:/…/latest`",
    ),
];

const SERVERS: &[Lang] = &[Rust, Python, Js, Go, Java, Kotlin, DotNet, Ruby, Php];

/// Addresses that are the same everywhere, and those that only explain.
const SHARED: &[&str] = &[
    "kubernetes.default",
    "metadata.google.internal",
    "host.docker.internal",
    "host.containers.internal",
    "ec2.internal",
    "example.",
    "e.g.",
];

const fn address(pattern: &'static str) -> Rule {
    let context = Context { needs: &[], safe: SHARED, eased: &["argparse", "flag.String", "clap::"], server: false };
    let rule = guarded(rule(ADDRESS, SERVERS, Likely, pattern), Guard::Without(Span::Statement, context));
    Rule { view: View::Strings, ..rule }
}

const fn unversioned(pattern: &'static str, safe: &'static [&'static str]) -> Rule {
    let context = Context { needs: &[], safe, eased: &[], server: false };
    guarded(rule(MODEL, &[Python], Likely, pattern), Guard::Without(Span::Brackets, context))
}

/// The table.
pub(super) static RULES: &[Rule] = &[
    address(
        r"\b[a-z0-9][\w-]*(\.[\w-]+)*\.(rds\.amazonaws\.com|cache\.amazonaws\.com|redshift\.amazonaws\.com|database\.windows\.net|redis\.cache\.windows\.net|servicebus\.windows\.net|mongodb\.net)\b",
    ),
    address(r"\b[a-z][a-z0-9-]{2,}\.[a-z][a-z0-9-]{2,}\.svc\.cluster\.local\b"),
    address(r"\b(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}:\d{2,5}\b"),
    address(
        r"\b(https?|postgres(ql)?|mysql|redis|amqps?|mongodb)(\+\w+)?://([^\s/@'\x22]*@)?([\w-]+\.)*(prod|production|staging|internal|corp|intranet)(\.[\w-]+)*\.[a-z]{2,}\b",
    ),
    unversioned(r#"\.from_pretrained\(\s*['"][A-Za-z0-9][\w.-]*/[\w.-]+['"]"#, &["revision"]),
    unversioned(r#"\b(hf_hub_download|snapshot_download)\("#, &["revision"]),
    unversioned(r#"\btorch\.hub\.load\(\s*['"][\w.-]+/[\w.-]+['"]"#, &[]),
    Rule { view: View::Strings, ..unversioned(r"\bmodels:/[\w.-]+/(?i:latest)\b", &[]) },
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::probe::sample;
    use crate::probe::trial::count;

    fn found(fact: &str, text: &str) -> i64 {
        let seen = sample::observe("code", "{}", &[("app/a.py", text)]).unwrap();
        count(&seen, fact).unwrap()
    }

    #[test]
    fn addresses_of_one_environment_are_found_and_shared_ones_are_not() {
        for text in [
            "DB = 'shop.abc123.eu-west-1.rds.amazonaws.com'\n",
            "URL = 'http://10.2.3.4:8080/orders'\n",
            "URL = 'https://api.staging.shop.io/'\n",
            "URL = 'http://cart.shop.svc.cluster.local'\n",
        ] {
            assert_eq!(found("environment_addresses", text), 1, "{text}");
        }
        for text in [
            "URL = 'https://api.stripe.com/v1'\n",
            "URL = 'http://metadata.google.internal/computeMetadata'\n",
            "SUFFIX = '.rds.amazonaws.com'\n",
            "URL = 'http://localhost:8080'\n",
            "# http://10.2.3.4:8080\nx = 1\n",
            "NET = '10.0.0.0/8'\n",
            "URL = 'https://api-prod.vendor.app/graphql'\n",
            "URL = 'https://github.com/shop/production'\n",
        ] {
            assert_eq!(found("environment_addresses", text), 0, "{text}");
        }
    }

    #[test]
    fn a_model_is_fixed_by_its_revision() {
        let loads = "m = AutoModel.from_pretrained('org/name')\nn = AutoModel.from_pretrained('org/name', revision='5c5f4a1')\no = AutoModel.from_pretrained('./model')\n";
        assert_eq!(found("unversioned_models", loads), 1);
        assert_eq!(found("unversioned_models", "m = torch.hub.load('org/repo', 'x')\n"), 1);
        assert_eq!(found("unversioned_models", "m = torch.hub.load('org/repo:v1.2', 'x')\n"), 0);
    }
}

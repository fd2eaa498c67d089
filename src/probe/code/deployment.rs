//! Patterns of what belongs to one deployment and stands in code: addresses of one environment, models without a version
//! (catalogue `config/externalised`, `ml/versioned-models`). Data only.

use super::address::Address::{self, Datastore, Host, Number, Resource};
use super::guard::{Context, Guard};
use super::language::Lang::{self, DotNet, Go, Java, Js, Kotlin, Php, Python, Ruby, Rust};
use super::rules::{Rule, anywhere, guarded, rule};
use super::span::Span;
use crate::model::Certainty::Likely;
use crate::world::View;

const ADDRESS: &str = "environment_addresses";
const BRANCH: &str = "environment_branches";
const MODEL: &str = "unversioned_models";

/// Facts that count them.
pub(super) const FACTS: &[(&str, &str)] = &[
    (
        ADDRESS,
        "string literals with an address of one environment: hosts of managed datastores, connection strings with a host, \
         private addresses with a port and public ones, hosts named after production or staging, resources of a cloud account; \
         addresses that every deployment shares, that explain, and the framework's settings by environment are none",
    ),
    (
        BRANCH,
        "conditions on the name of the environment (`env == \"production\"`, `Rails.env.production?`, `IsDevelopment()`); in \
         browsers, where it is the mode of the build, and in the framework's settings only hints",
    ),
    (
        MODEL,
        "models that are fetched by a name whose content may change: `from_pretrained` and `hf_hub_download` without `revision`, \
         `torch.hub.load` without a tag, `models:/…/latest`",
    ),
];

const SERVERS: &[Lang] = &[Rust, Python, Js, Go, Java, Kotlin, DotNet, Ruby, Php];

const fn address(kind: Address, pattern: &'static str) -> Rule {
    let rule = guarded(rule(ADDRESS, SERVERS, Likely, pattern), Guard::Address(kind));
    Rule { view: View::Strings, ..rule }
}

const fn branch(langs: &'static [Lang], pattern: &'static str) -> Rule {
    anywhere(guarded(rule(BRANCH, langs, Likely, pattern), Guard::Environment))
}

const fn unversioned(pattern: &'static str, safe: &'static [&'static str]) -> Rule {
    let context = Context { needs: &[], safe, eased: &[], server: false };
    guarded(rule(MODEL, &[Python], Likely, pattern), Guard::Without(Span::Brackets, context))
}

/// The table.
pub(super) static RULES: &[Rule] = &[
    address(
        Host,
        r"\b[a-z0-9][\w-]*(\.[\w-]+)*\.((rds|cache|redshift|docdb|es)\.amazonaws\.com|database\.windows\.net|database\.azure\.com|redis\.cache\.windows\.net|servicebus\.windows\.net|documents\.azure\.com|vault\.azure\.net|mongodb\.net|neon\.tech|aivencloud\.com)\b",
    ),
    address(Host, r"\b[a-z][a-z0-9-]{2,}\.[a-z][a-z0-9-]{2,}\.svc\.cluster\.local\b"),
    address(Number, r"\b(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}:\d{2,5}\b"),
    address(Number, r"://(\d{1,3}\.){3}\d{1,3}:\d{2,5}\b"),
    address(Number, r"^.\d{1,3}(\.\d{1,3}){3}:\d{2,5}\b"),
    address(
        Host,
        r"\b(https?|postgres(ql)?|mysql|redis|amqps?|mongodb)(\+\w+)?://([^\s/@'\x22]*@)?([\w-]+\.)*(prod|production|staging|internal|corp|intranet)(\.[\w-]+)*\.[a-z]{2,}\b",
    ),
    address(
        Host,
        r"^.(db|database|postgres(ql)?|pg|mysql|mariadb|mongo(db)?|redis|cache|kafka|rabbit(mq)?|amqp|elastic(search)?|api|smtp|mail|ldap|vault|consul|nats)[\w-]*(\.[\w-]+)*\.(prod|production|staging|internal|corp|intranet)(\.[\w-]+)*\.(com|net|org|io|dev|cloud|local|lan|internal|corp)(:\d{2,5})?.$",
    ),
    address(
        Datastore,
        r"\b(jdbc:)?(postgres(ql)?|mysql|mariadb|mssql|sqlserver|rediss?|amqps?|mongodb|clickhouse|nats|ldaps?)(\+\w+)?://([^\s/@'\x22{}]*@)?[A-Za-z0-9][\w.-]*",
    ),
    address(Datastore, r"@tcp\([A-Za-z0-9][\w.-]*"),
    address(
        Datastore,
        r"(?i)\b(server|data source|host)\s*=\s*[a-z0-9][\w.:,\\-]*;[^'\x22{}]{0,80}\b(database|initial catalog|user id|uid|username)\s*=",
    ),
    address(Resource, r"\barn:aws[\w-]*:s3:::[a-z0-9][\w.-]+"),
    address(Resource, r"\barn:aws[\w-]*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:"),
    branch(
        &[Js, Python, Go, Java, Kotlin, DotNet, Ruby, Php, Rust],
        r#"(?i)\b(\w+[._-])*(app_?|node_?|rails_?|rack_?|flask_?|go_?|deploy(ment)?_?|run_?)?(env|environment|env_?name|stage)(\(\)|\.name|['"`]?[\])]|\.as_str\(\))*\s*([=!]=?==?|\bin\b|\bis\b)\s*[(\[{]?\s*['"`](prod|production|staging|stage|preprod|uat|qa|dev|development)['"`]"#,
    ),
    branch(
        &[Js, Python, Go, Java, Kotlin, DotNet, Ruby, Php, Rust],
        r#"(?i)['"`](prod|production|staging|stage|preprod|uat|qa|dev|development)['"`](\.equals(ignorecase)?\(|\s*[=!]=?==?\s*)\$?\b(\w+[._])*(app_?|node_?|deploy(ment)?_?|run_?)?(env|environment|env_?name|stage)\b"#,
    ),
    branch(&[Ruby], r"\b(Rails|Hanami)\.env\.(production|staging|development)\?"),
    branch(&[DotNet], r"\bIs(Production|Staging|Development)\(\)"),
    branch(
        &[Php],
        r#"\b(app\(\)->|App::)(environment\(\s*\[?\s*['"](production|prod|staging|local|development)|isProduction\(|isLocal\()"#,
    ),
    branch(&[Js], r"\bimport\.meta\.env\.(PROD|DEV)\b"),
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
            "URL = '203.0.114.9:9200'\n",
            "URL = 'http://185.12.3.4:8080/x'\n",
            "URL = 'redis://cache:6379/0'\n",
            "URL = 'postgresql+psycopg://app:x@pg.shop.io/shop'\n",
            "URL = 'jdbc:postgresql://orders-db:5432/orders'\n",
            "URL = 'db-1.internal.shop.com'\n",
            "URL = os.environ.get('DB', 'postgres://u:p@db.shop.io/x')\n",
            "B = 'arn:aws:s3:::shop-invoices/*'\n",
            "Q = 'arn:aws:sqs:eu-west-1:812345678901:orders'\n",
            "D = 'Server=sql1.shop.io,1433;Database=shop;User Id=app'\n",
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
            "URL = os.environ.get('REDIS', 'redis://cache:6379/0')\n",
            "URL = 'postgres://localhost/x'\n",
            "URL = 'postgres://user:pass@host/db'\n",
            "URL = f'postgres://{user}@{host}/db'\nV = 'amqp://guest:guest@%s:5672/' % host\n",
            "U = '1.2.3.4:80'\nV = '8.8.8.8:53'\nW = '239.255.255.250:1900'\nX = '127.0.0.1:80'\n",
            "def f():\n    \"\"\"\n    f('redis://cache:6379')\n    \"\"\"\n",
            "CSP = \"connect-src https://api.staging.shop.io\"\n",
            "help='such as redis://cache:6379'\n",
            "A = 'arn:aws:iam::aws:policy/ReadOnlyAccess'\nB = 'arn:aws:s3:::my-bucket'\n",
            "logging.getLogger('shop.internal.api')\n",
            "K = 'api.production.title'\n",
            "URL = 'https://github.com/shop/production'\n",
        ] {
            assert_eq!(found("environment_addresses", text), 0, "{text}");
        }
    }

    #[test]
    fn settings_by_environment_are_allowed_unless_they_hold_a_secret() {
        let of = |path: &str, text: &str| {
            let seen = sample::observe("code", "{}", &[(path, text)]).unwrap();
            count(&seen, "environment_addresses").unwrap()
        };
        let host = "HOST = 'shop.abc.eu-west-1.rds.amazonaws.com'\n";
        assert_eq!(of("shop/settings/production.py", host), 0);
        assert_eq!(of("shop/settings.py", host), 1);
        assert_eq!(of("shop/settings/production.py", &format!("{host}DB_PASSWORD = 'hunter22'\n")), 1);
    }

    #[test]
    fn branches_on_the_name_of_the_environment_are_counted() {
        let of = |path: &str, text: &str| {
            let seen = sample::observe("code", "{}", &[(path, text)]).unwrap();
            count(&seen, "environment_branches").unwrap()
        };
        assert_eq!(
            of("a.py", "if settings.ENVIRONMENT == 'production':\n    x()\nif env in ('prod', 'x'):\n    y()\n"),
            2
        );
        assert_eq!(of("a.ts", "if (process.env.NODE_ENV === 'production') x();\nif ('dev' === config.env) y();\n"), 2);
        assert_eq!(of("a.go", "package a\nfunc f() { if os.Getenv(\"APP_ENV\") == \"staging\" { x() } }\n"), 1);
        assert_eq!(of("app/a.rb", "x if Rails.env.production?\n"), 1);
        assert_eq!(of("config/environments/production.rb", "x if Rails.env.production?\n"), 0);
        assert_eq!(of("a.cs", "if (env.IsDevelopment()) x();\n"), 1);
        assert_eq!(of("Program.cs", "if (env.IsDevelopment()) x();\n"), 0);
        assert_eq!(of("web/components/a.tsx", "const x = process.env.NODE_ENV === 'production';\n"), 0);
        assert_eq!(of("a.py", "env = 'production'\nif env == 'test':\n    x()\n"), 0);
    }

    #[test]
    fn a_model_is_fixed_by_its_revision() {
        let loads = "m = AutoModel.from_pretrained('org/name')\nn = AutoModel.from_pretrained('org/name', revision='5c5f4a1')\no = AutoModel.from_pretrained('./model')\n";
        assert_eq!(found("unversioned_models", loads), 1);
        assert_eq!(found("unversioned_models", "m = torch.hub.load('org/repo', 'x')\n"), 1);
        assert_eq!(found("unversioned_models", "m = torch.hub.load('org/repo:v1.2', 'x')\n"), 0);
    }
}

//! Whether a program reads its settings at all, and datastores that it connects to where it does not (catalogue T9,
//! `config/externalised`). Owns the patterns of both and the credit.

use super::language::Lang::{DotNet, Go, Java, Js, Kotlin, Php, Python, Ruby, Rust};
use super::rules::{Rule, anywhere, rule};
use crate::model::Certainty::Likely;
use crate::model::{Exact, FactDecl, FactType, Facts, Value};
use crate::probe::finding::Findings;

/// Marks of reading settings: no fact, but what decides about [`UNREAD`].
pub(super) const READS: &str = "configuration_reads";
/// Connections to datastores while no settings are read.
pub(super) const UNREAD: &str = "unconfigured_connections";

/// Facts that count them.
pub(super) const FACTS: &[(&str, &str)] = &[(
    UNREAD,
    "calls that connect to a datastore, in source of which no file reads the environment, options, a file of settings or a \
     store of secrets; 0 where one does",
)];

/// The declaration of the credit.
pub(super) fn declaration() -> FactDecl {
    FactDecl::new(
        "configuration_credit",
        FactType::Ratio,
        "100 % less 15 % for each of `environment_addresses`, and for more than five `environment_branches`; at most 40 % \
         with `unconfigured_connections`",
    )
}

/// More conditions on the environment's name than these are one counter-sign.
const FEW_BRANCHES: usize = 5;

/// Sets it, once everything is counted.
pub(super) fn sum(findings: &mut Findings, facts: &mut Facts) {
    let branched = findings.count("environment_branches") > FEW_BRANCHES;
    let signs = findings.count("environment_addresses") + usize::from(branched);
    let least = 100_usize.saturating_sub(signs.saturating_mul(15));
    let percent = if findings.count(UNREAD) > 0 { least.min(40) } else { least };
    let ratio = Exact::ratio(percent as u64, 100).unwrap_or_else(Exact::zero);
    facts.present("configuration_credit", Value::Number(ratio));
}

const fn reads(langs: &'static [super::language::Lang], pattern: &'static str) -> Rule {
    anywhere(rule(READS, langs, Likely, pattern))
}

/// The tables.
pub(super) static RULES: &[Rule] = &[
    reads(
        &[Python],
        r"\benviron\b|\bgetenv\(|\bdotenv\b|\bdecouple\b|\bBaseSettings\b|\bdynaconf\b|\bargparse\b|\bclick\b|\btyper\b|\bconfigparser\b|\btomllib\b|\bhydra\b|\bomegaconf\b|\bsecretmanager\b|\bhvac\b|\bdjango\.conf\b|\bsys\.argv\b|\bfrom_(object|pyfile|prefixed_env)\(|\babsl\b|\byaml\.\w*load|[cC]onfig\w*\.(json|ya?ml|toml|ini)|\bparameters\.get\(|\bsettings\.\w+",
    ),
    reads(
        &[Js],
        r#"\bprocess\.env\b|\bimport\.meta\.env\b|\bDeno\.env\b|\bBun\.env\b|\bprocess\.argv\b|\bConfigService\b|['"](node:)?(dotenv|config|nconf|convict|yargs|commander|rc|cosmiconfig)['"]|[cC]onfig\w*\.(json|ya?ml|toml)|\bSecretsManager|\bSSMClient|\bstd/flags|\benv\.[A-Z]"#,
    ),
    reads(
        &[Rust],
        r"\benv::(var|vars|args)|\benvy::|\bfigment\b|\bconfig::|\bclap\b|\bdotenvy?\b|\bconfique\b|\btoml::from_str|\bserde_yaml|\boption_env!",
    ),
    reads(
        &[Go],
        r#"\bos\.(Getenv|LookupEnv|Environ|Args)\b|"flag"|\bviper\b|\bpflag\b|\bcobra\b|\bkoanf\b|\bcleanenv\b|\benvconfig\b|\bkong\b|\burfave/cli|caarlos0/env|\bgodotenv\b|\btoml\.Decode|\byaml\.(v[23]|Unmarshal|NewDecoder)|[cC]onfig\w*\.(json|ya?ml|toml)|\bini\.Load"#,
    ),
    reads(
        &[Java, Kotlin],
        r#"\bSystem\.(getenv|getProperty)\b|@Value\b|@ConfigurationProperties\b|@ConfigProperty\b|@SpringBootApplication\b|\bProperties\(\)|\bConfigFactory\b|\bEnvironment\b|\bgetResourceAsStream\b|\bJndi|\bInitialContext\b|\bargs\b|\bapplication\.(ya?ml|properties|conf)|\bBuildConfig\b|@QuarkusMain|\bConfigProvider\b"#,
    ),
    reads(
        &[DotNet],
        r#"\bIConfiguration\b|\bConfiguration\b|\bConfigurationManager\b|\bGetEnvironmentVariable\b|\bIOptions\b|\bGetConnectionString\b|\bargs\b|\bappsettings\b"#,
    ),
    reads(
        &[Ruby],
        r"\bENV\b|\bARGV\b|\bOptionParser\b|\bRails\.(application|configuration|configure)|\bcredentials\b|\bYAML\.\w*load|\bSettings\.|\bdry/configurable|\bconfigatron\b|\bFiglet\b",
    ),
    reads(
        &[Php],
        r#"\bgetenv\(|\benv\(|\$_(ENV|SERVER)\b|\bconfig\(|\bConfig::|\bDotenv\b|\bparse_ini_file\b|\$argv\b|\b(require|include)(_once)?\b[^;\n]*(config|settings)|%env\("#,
    ),
    rule(
        UNREAD,
        &[Python],
        Likely,
        r"\b(create_(async_)?engine|psycopg2?\.connect|asyncpg\.(connect|create_pool)|pymysql\.connect|MySQLdb\.connect|mysql\.connector\.connect|pymongo\.MongoClient|redis\.(Redis|StrictRedis|from_url)|pyodbc\.connect)\(",
    ),
    rule(
        UNREAD,
        &[Js],
        Likely,
        r"\b(mysql2?\.create(Connection|Pool)|mongoose\.connect|new pg\.(Pool|Client)|MongoClient\.connect|new MongoClient|new Sequelize|new DataSource|new Redis)\(",
    ),
    rule(
        UNREAD,
        &[Go],
        Likely,
        r"\b(sqlx?\.(Open|Connect|MustConnect|OpenDB)|gorm\.Open|pgx(pool)?\.(New|Connect)|mongo\.Connect|redis\.NewClient)\(",
    ),
    rule(
        UNREAD,
        &[Rust],
        Likely,
        r"\b((Pg|MySql)Pool(Options)?::(new|connect)\w*|tokio_postgres::connect|PgConnection::establish|redis::Client::open)\(",
    ),
    rule(
        UNREAD,
        &[Java, Kotlin],
        Likely,
        r"\b(DriverManager\.getConnection|MongoClients\.create|new (Hikari(DataSource|Config)|JedisPool|Jedis))\(",
    ),
    rule(UNREAD, &[DotNet], Likely, r"\bnew (Npgsql|Sql|MySql)Connection\("),
    rule(
        UNREAD,
        &[Ruby],
        Likely,
        r"\b(PG\.connect|PG::Connection\.(new|open)|Mysql2::Client\.new|Sequel\.connect|Redis\.new)\b",
    ),
    rule(UNREAD, &[Php], Likely, r"\bnew \\?PDO\(|\b(mysqli_connect|pg_connect)\(|\bnew mysqli\("),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::probe::sample;
    use crate::probe::trial::{count, percent};

    #[test]
    fn a_datastore_needs_settings_that_are_read_somewhere() {
        let connect = ("app/db.py", "import psycopg\nc = psycopg.connect('dbname=shop')\n");
        let seen = sample::observe("code", "{}", &[connect]).unwrap();
        assert_eq!(count(&seen, "unconfigured_connections"), Some(1));
        assert_eq!(percent(&seen, "configuration_credit"), Some(40));
        let settings = ("app/main.py", "import os\nNAME = os.environ['NAME']\n");
        let seen = sample::observe("code", "{}", &[connect, settings]).unwrap();
        assert_eq!(count(&seen, "unconfigured_connections"), Some(0));
        assert_eq!(percent(&seen, "configuration_credit"), Some(100));
        let commented = ("app/main.py", "# os.environ['NAME']\n");
        let seen = sample::observe("code", "{}", &[connect, commented]).unwrap();
        assert_eq!(count(&seen, "unconfigured_connections"), Some(1));
    }

    #[test]
    fn each_address_and_many_branches_cost_the_same() {
        let addresses = "A = 'http://10.2.3.4:80'\nB = 'http://10.2.3.5:80'\n";
        let seen = sample::observe("code", "{}", &[("a.py", addresses)]).unwrap();
        assert_eq!(percent(&seen, "configuration_credit"), Some(70));
        let branches = "if env == 'production': pass\n".repeat(6);
        let seen = sample::observe("code", "{}", &[("a.py", &branches)]).unwrap();
        assert_eq!(percent(&seen, "configuration_credit"), Some(85));
    }
}

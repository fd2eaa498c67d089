//! Patterns of data that becomes code: parsers that run what they read, queries and commands glued together from
//! variables, models that execute on load (catalogue `input/unsafe-parsers`, `input/injection-patterns`,
//! `ml/safe-loading`). Narrow on purpose: what needs data flow is a specialist's. Data only.

use super::guard::{Context, Guard};
use super::language::Lang::{self, DotNet, Go, Java, Js, Kotlin, Php, Python, Ruby};
use super::rules::{Rule, anywhere, guarded, rule};
use super::span::Span;
use crate::model::Certainty::{Hint, Likely};

const PARSER: &str = "unsafe_parsers";
const INJECTION: &str = "injections";
const MODEL: &str = "unsafe_model_loads";

/// Facts that count them.
pub(super) const FACTS: &[(&str, &str)] = &[
    (
        PARSER,
        "parsers that can run or fetch what they read: `yaml.load` without a safe loader, `pickle.loads`, `ObjectInputStream`, \
         `BinaryFormatter`, `Marshal.load`, `unserialize`; loading a file of one's own is only a hint",
    ),
    (
        INJECTION,
        "queries, shell commands and code that are built from text and variables where they run; identifiers of tables and \
         columns, and escaped values, are only hints",
    ),
    (MODEL, "models that can run code when they are loaded: `trust_remote_code=True`, `weights_only=False`"),
];

const fn query(langs: &'static [Lang], pattern: &'static str) -> Rule {
    guarded(rule(INJECTION, langs, Likely, pattern), Guard::Interpolated)
}

const fn parser(langs: &'static [Lang], pattern: &'static str) -> Rule {
    rule(PARSER, langs, Likely, pattern)
}

const fn lacking(
    rule: Rule,
    needs: &'static [&'static str],
    safe: &'static [&'static str],
    eased: &'static [&'static str],
) -> Rule {
    guarded(rule, Guard::Without(Span::Brackets, Context { needs, safe, eased, server: false }))
}

/// Files that the program wrote itself, and messages between its own processes.
const OWN_FILES: &[&str] = &["cache", "Cache", "multiprocessing", "checkpoint", "hmac", "HMAC"];

/// The table.
pub(super) static RULES: &[Rule] = &[
    lacking(
        parser(&[Python], r"\byaml\.load(_all)?\("),
        &[],
        &["SafeLoader", "BaseLoader", "safe_load", "YAML("],
        &["ruamel", "SafeLoader", "_yaml import", ". import yaml"],
    ),
    parser(&[Python], r"\byaml\.(unsafe_load|full_load|unsafe_load_all)\("),
    lacking(parser(&[Python], r"\b(c?[pP]ickle|dill|cloudpickle)\.loads\("), &[], &[], OWN_FILES),
    rule(PARSER, &[Python], Hint, r"\b(c?[pP]ickle|dill|cloudpickle|joblib)\.load\("),
    lacking(parser(&[Python], r"\bmarshal\.loads?\("), &["import marshal"], &[], OWN_FILES),
    parser(&[Python], r"\bjsonpickle\.decode\("),
    parser(&[Python], r"\bresolve_entities\s*=\s*True\b"),
    lacking(
        parser(&[Java, Kotlin], r"\b(new\s+)?ObjectInputStream\("),
        &["readObject("],
        &[],
        &["setObjectInputFilter", "resolveClass"],
    ),
    parser(&[Java, Kotlin], r"\bnew\s+XMLDecoder\("),
    parser(&[Java, Kotlin], r"\b\w*[mM]apper\w*(\(\))?\.enableDefaultTyping\("),
    rule(PARSER, &[Java, Kotlin], Hint, r"\bnew\s+Yaml\(\s*\)"),
    rule(PARSER, &[Java, Kotlin], Hint, r"\bDocumentBuilderFactory\.newInstance\(\)"),
    parser(&[DotNet], r"\bnew\s+(BinaryFormatter|NetDataContractSerializer|LosFormatter|SoapFormatter)\("),
    parser(&[DotNet], r"\bTypeNameHandling\.(All|Auto|Objects)\b"),
    lacking(parser(&[Ruby], r"\bMarshal\.load\("), &[], &[], OWN_FILES),
    parser(&[Ruby], r"\b(YAML|Psych)\.unsafe_load\("),
    parser(&[Ruby], r"\bOj\.load\([^)\n]*mode:\s*:object"),
    lacking(parser(&[Php], r"\bunserialize\(\s*(base64_decode\(\s*)?\$_(GET|POST|COOKIE|REQUEST)\b"), &[], &[], &[]),
    lacking(rule(PARSER, &[Php], Hint, r"\bunserialize\(\s*\$\w+"), &[], &["allowed_classes"], &[]),
    parser(&[Php], r"\bLIBXML_NOENT\b"),
    lacking(parser(&[Js], r"\bunserialize\("), &["node-serialize"], &[], &[]),
    query(
        &[Python],
        r#"\.(execute|executemany|executescript)\(\s*(f|F|rf|fr)("""|'''|"|')\s*(?i:select|insert|update|delete|drop|alter|create|replace|with)\b[^"']*\{"#,
    ),
    query(
        &[Python],
        r#"\.(execute|executemany|executescript)\(\s*("""|'''|"|')\s*(?i:select|insert|update|delete)\b[^"']*("""|'''|"|')\s*(%\s*[\w(]|\+\s*\w|\.format\()"#,
    ),
    query(
        &[Js],
        r"\.(query|execute|raw|queryRawUnsafe|\$queryRawUnsafe|\$executeRawUnsafe)\(\s*`\s*(?i:select|insert|update|delete)\b[^`]*\$\{",
    ),
    query(&[Js], r#"\.(query|execute|raw)\(\s*("|')(?i:select|insert|update|delete)\b[^"'\n]*("|')\s*\+\s*\w"#),
    query(
        &[Go],
        r#"\.(Query|QueryRow|Exec)(Context)?\([^;\n]{0,60}fmt\.Sprintf\(\s*["`]\s*(?i:select|insert|update|delete)\b[^"`]*%[sv]"#,
    ),
    query(
        &[Go],
        r#"\.(Query|QueryRow|Exec)(Context)?\((\s*\w+\s*,)?\s*"(?i:select|insert|update|delete)\b[^"\n]*"\s*\+\s*\w"#,
    ),
    query(
        &[Java, Kotlin],
        r#"\b(createQuery|createNativeQuery|executeQuery|executeUpdate|prepareStatement|queryForObject|queryForList)\(\s*"(?i:select|insert|update|delete|from)\b[^"\n]*"\s*\+\s*\w"#,
    ),
    query(&[DotNet], r#"\b(FromSqlRaw|ExecuteSqlRaw|ExecuteSqlRawAsync|SqlQueryRaw)(<\w+>)?\(\s*\$@?""#),
    query(&[DotNet], r#"\bnew\s+(Sql|Npgsql|MySql|Sqlite)Command\(\s*(\$@?"[^"]*\{|(@?"[^"\n]*"\s*\+\s*)+[A-Za-z_(])"#),
    query(&[Ruby], r#"\.(where|find_by_sql|execute|exec_query|select_all)\(?\s*"[^"\n]*#\{[^"\n]*"\s*(,|\)|\r?\n|$)"#),
    query(&[Php], r#"->(query|exec|prepare|get_results|get_var)\(\s*"\s*(?i:select|insert|update|delete)\b[^"]*\$\w"#),
    query(&[Php], r#"->(query|exec|prepare)\(\s*(?:"[^"\n]*"|'[^'\n]*')\s*\.\s*\$_(GET|POST|COOKIE|REQUEST)\b"#),
    guarded(
        rule(
            INJECTION,
            &[Python],
            Likely,
            r#"\bsubprocess\.(run|call|Popen|check_call|check_output|getoutput)\(\s*(f["'][^"'\n]*\{|["'][^"'\n]*["']\s*(%|\+)|["'][^"'\n]*["']\.format\()"#,
        ),
        Guard::Shell,
    ),
    guarded(
        rule(
            INJECTION,
            &[Python],
            Likely,
            r#"\bos\.(system|popen)\(\s*(f["'][^"'\n]*\{|["'][^"'\n]*["']\s*(%|\+)|["'][^"'\n]*["']\.format\()"#,
        ),
        Guard::Interpolated,
    ),
    lacking(
        rule(INJECTION, &[Js], Likely, r"(?m)(^|[^.\w])(exec|execSync)\(\s*`[^`\n]*\$\{"),
        &["child_process"],
        &[],
        &["escape", "quote"],
    ),
    lacking(
        rule(
            INJECTION,
            &[Php],
            Likely,
            r#"(?m)(^|[^\w>:$\\])(exec|shell_exec|system|passthru|popen)\(\s*"[^"\n]*\$\w"#,
        ),
        &[],
        &[],
        &["escapeshell"],
    ),
    lacking(
        rule(
            INJECTION,
            &[Php],
            Likely,
            r"(?m)(^|[^\w>:$\\])(eval|exec|shell_exec|system|passthru)\(\s*\$_(GET|POST|COOKIE|REQUEST)\b",
        ),
        &[],
        &[],
        &[],
    ),
    query(&[Go], r#"\bexec\.Command(Context)?\([^)"\n]*"(sh|bash)",\s*"-c",\s*(fmt\.Sprintf\(|"[^"\n]*"\s*\+)"#),
    query(&[Java, Kotlin], r#"\bgetRuntime\(\)\.exec\(\s*("[^"\n]*"\s*\+|String\.format\()"#),
    guarded(rule(INJECTION, &[Python], Likely, r"(?m)(^|[^.\w])eval\(\s*(request|input|self\.request)\b"), Guard::None),
    rule(INJECTION, &[Python], Hint, r"(?m)(^|[^.\w])(eval|exec)\(\s*[a-z]\w*\s*[,)]"),
    rule(INJECTION, &[Js], Likely, r"(?m)(^|[^.\w$])eval\(\s*(req|request|ctx|event)\."),
    rule(INJECTION, &[Js], Hint, r"(?m)(^|[^.\w$])eval\(\s*[a-zA-Z_$]"),
    rule(INJECTION, &[Js], Hint, r"\bnew\s+Function\(\s*[a-z_$]"),
    query(&[Python], r#"\b(mark_safe|Markup)\(\s*f["'][^"'\n]*\{"#),
    rule(MODEL, &[Python], Likely, r"\btrust_remote_code\s*=\s*True\b"),
    rule(MODEL, &[Python], Likely, r"\bweights_only\s*=\s*False\b"),
    rule(MODEL, &[Python], Likely, r"\bload_model\([^()\n]*\bsafe_mode\s*=\s*False\b"),
    rule(MODEL, &[Python], Likely, r"\benable_unsafe_deserialization\(\)"),
    lacking(rule(MODEL, &[Python], Hint, r"\btorch\.load\("), &["torch"], &["weights_only"], &[]),
    rule(MODEL, &[Python], Hint, r"\bnp\.load\([^()\n]*\ballow_pickle\s*=\s*True\b"),
    anywhere(rule(MODEL, &[Python], Likely, r"\ballow_dangerous_deserialization\s*=\s*True\b")),
];

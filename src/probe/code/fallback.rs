//! Patterns of signing keys and passwords that have a default in the source (catalogue `config/no-default-credentials`).
//! Data only.

use super::guard::Guard;
use super::language::Lang::{DotNet, Go, Java, Js, Kotlin, Php, Python, Ruby};
use super::rules::{Rule, guarded, rule};
use crate::model::Certainty::{Certain, Likely};

const FACT: &str = "default_credentials";

/// The fact that counts them.
pub(super) const FACTS: &[(&str, &str)] = &[(
    FACT,
    "signing keys and passwords with a value that stands in the source: `django-insecure-…`, or a default for when their \
     variable is not set; the first is certain, defaults are likely",
)];

/// What a developer chooses for the own machine is a hint.
const fn fallback(lang: &'static [super::language::Lang], pattern: &'static str) -> Rule {
    guarded(rule(FACT, lang, Likely, pattern), Guard::Option)
}

/// The table.
pub(super) static RULES: &[Rule] = &[
    guarded(rule(FACT, &[Python], Certain, r#"(?m)^SECRET_KEY\s*=\s*['"]django-insecure-"#), Guard::Settings),
    guarded(
        rule(
            FACT,
            &[Python],
            Likely,
            r#"(?m)^SECRET_KEY\s*=\s*['"](?i:dev|secret|change[-_ ]?(me|this)|password|test)['"]"#,
        ),
        Guard::Settings,
    ),
    fallback(
        &[Python],
        r#"\b(environ\.get|getenv)\(\s*['"]\w*(SECRET_KEY|_SECRET|SIGNING_KEY|PASSWORD)['"]\s*,\s*['"][^'"\n]{1,60}['"]"#,
    ),
    fallback(
        &[Js],
        r#"\bprocess\.env\.\w*(SECRET_KEY|SECRET|SIGNING_KEY|PASSWORD)\s*(\|\||\?\?)\s*['"`][^'"`\n]{1,60}['"`]"#,
    ),
    fallback(
        &[Go],
        r#"\b\w*[gG]et[eE]nv\w*\(\s*"\w*(SECRET_KEY|_SECRET|SIGNING_KEY|PASSWORD)"\s*,\s*"[^"\n]{1,60}"\s*\)"#,
    ),
    fallback(&[Java, Kotlin], r#"@Value\(\s*"\$\{[\w.-]*(secret|password|signing-key):[^}"\n]{1,60}\}"#),
    fallback(
        &[Ruby],
        r#"\bENV(\.fetch\(\s*['"]\w*(SECRET_KEY_BASE|_SECRET|PASSWORD)['"]\s*,|\[['"]\w*(SECRET_KEY_BASE|_SECRET|PASSWORD)['"]\]\s*\|\|)\s*['"][^'"\n]{1,60}['"]"#,
    ),
    fallback(&[Php], r#"\benv\(\s*['"]\w*(APP_KEY|_SECRET|PASSWORD)['"]\s*,\s*['"][^'"\n]{1,60}['"]"#),
    fallback(
        &[DotNet],
        r#"(?i)\bconfig(uration)?\[\s*"[\w:]*(secret|signingkey|password)"\s*\]\s*\?\?\s*"[^"\n]{1,60}""#,
    ),
];

//! Patterns of credentials treated without care: weak password hashes, tokens that are read but not verified, secrets in
//! log lines (catalogue `auth/password-hashing`, `auth/token-verification`, `obs/no-sensitive-logs`). Data only.

use super::guard::{Context, Guard};
use super::language::Lang::{DotNet, Go, Java, Js, Kotlin, Php, Python, Ruby, Rust};
use super::rules::{Rule, anywhere, guarded, rule};
use super::span::Span;
use crate::model::Certainty::{Certain, Hint, Likely};

pub(super) const HASH: &str = "weak_password_hashes";
const TOKEN: &str = "unverified_tokens";
const LOG: &str = "sensitive_logs";

/// Facts that count them.
pub(super) const FACTS: &[(&str, &str)] = &[
    (
        HASH,
        "passwords hashed with MD5, SHA-1, SHA-2 alone or not at all, or with a work factor that is too low; a look-up of leaked \
         passwords is none",
    ),
    (TOKEN, "tokens read without checking their signature; reading a token before it is verified is only a hint"),
    (LOG, "log calls with an argument that is named like a password, key or card; words in the message do not count"),
];

/// A leaked-password service is asked by the start of a SHA-1: that hash is no store.
const fn hash(rule: Rule) -> Rule {
    let context = Context { needs: &[], safe: &[], eased: &["pwned", "Pwned", "breach", "gravatar"], server: false };
    guarded(rule, Guard::Without(Span::Brackets, context))
}

const fn unverified(rule: Rule, eased: &'static [&'static str]) -> Rule {
    guarded(rule, Guard::Without(Span::Statement, Context { needs: &[], safe: &[], eased, server: false }))
}

/// The table.
pub(super) static RULES: &[Rule] = &[
    hash(rule(
        HASH,
        &[Python],
        Likely,
        r"\bhashlib\.(md5|sha1|sha224|sha256|sha384|sha512)\(\s*(\w+\.)*\w*(?i:passw(or)?d|passphrase)\w*\b",
    )),
    rule(
        HASH,
        &[Python],
        Likely,
        r"(?m)^[ \t]*['\x22]?PASSWORD_HASHERS['\x22]?\s*=\s*[\[(]\s*['\x22]django\.contrib\.auth\.hashers\.(Unsalted)?(MD5|SHA1)PasswordHasher",
    ),
    rule(HASH, &[Python], Likely, r"\bgensalt\(\s*(rounds\s*=\s*)?[4-9]\s*\)"),
    hash(rule(
        HASH,
        &[Js],
        Likely,
        r#"\bcreateHash\(\s*['"](md5|sha1|sha256|sha512)['"]\s*\)\s*\.update\(\s*(\w+\.)*\w*(?i:passw(or)?d|passphrase)\w*\b"#,
    )),
    rule(HASH, &[Js], Likely, r"\bbcrypt(js)?\.(hash|hashSync)\([^(),\n]*,\s*[1-9]\s*[,)]"),
    hash(rule(HASH, &[Php], Likely, r#"(?m)(^|[^\w>:])(md5|sha1)\(\s*\$\w*(?i:passw(or)?d)\w*"#)),
    hash(rule(HASH, &[Php], Likely, r#"\bhash\(\s*['"](md5|sha1|sha256|sha512)['"]\s*,\s*\$\w*(?i:passw(or)?d)\w*"#)),
    hash(rule(
        HASH,
        &[Go],
        Likely,
        r"\b(md5|sha1|sha256|sha512)\.Sum(224|256|384|512)?\(\s*\[\]byte\(\s*(\w+\.)*\w*(?i:passw(or)?d)\w*",
    )),
    rule(HASH, &[Go], Likely, r"\bbcrypt\.GenerateFromPassword\([^;\n]*,\s*(bcrypt\.MinCost|[4-9])\s*\)"),
    rule(HASH, &[Java, Kotlin], Certain, r"\bNoOpPasswordEncoder\b"),
    rule(HASH, &[Java, Kotlin], Likely, r"\bnew\s+(Md5|Sha|Standard|MessageDigest)PasswordEncoder\("),
    hash(rule(
        HASH,
        &[Ruby],
        Likely,
        r"\bDigest::(MD5|SHA1|SHA256|SHA512)\.(hexdigest|digest|base64digest)\(\s*(\w+\.)*\w*(?i:passw(or)?d)\w*",
    )),
    hash(rule(HASH, &[DotNet], Likely, r"\b(MD5|SHA1|SHA256|SHA512)\.HashData\([^;\n]{0,40}\b\w*(?i:passw(or)?d)\w*")),
    anywhere(rule(TOKEN, &[Python], Likely, r#"['"]verify_signature['"]\s*:\s*False\b"#)),
    unverified(rule(TOKEN, &[Python], Likely, r"\bjwt\.decode\([^()\n]*\bverify\s*=\s*False\b"), &[]),
    rule(TOKEN, &[Python], Likely, r#"\balgorithms\s*=\s*\[\s*['"](?i:none)['"]"#),
    rule(TOKEN, &[Js], Likely, r#"\balgorithms\s*:\s*\[\s*['"]none['"]"#),
    guarded(
        rule(TOKEN, &[Js], Likely, r"\bjwt\.decode\("),
        Guard::Without(
            Span::Statement,
            Context {
                needs: &["'jsonwebtoken'", "\"jsonwebtoken\""],
                safe: &[],
                eased: &["jwt.verify("],
                server: true,
            },
        ),
    ),
    unverified(rule(TOKEN, &[Go], Likely, r"\.ParseUnverified\("), &["jwt.Parse(", "ParseWithClaims(", ".Verify("]),
    rule(TOKEN, &[Rust], Likely, r"\binsecure_disable_signature_validation\(\)"),
    rule(TOKEN, &[Rust], Likely, r"\bdangerous_insecure_decode\w*\("),
    rule(TOKEN, &[DotNet], Likely, r"\bRequireSignedTokens\s*=\s*false\b"),
    rule(TOKEN, &[DotNet], Likely, r"\bValidate(Lifetime|IssuerSigningKey)\s*=\s*false\b"),
    rule(TOKEN, &[DotNet], Hint, r"\bValidate(Audience|Issuer)\s*=\s*false\b"),
    rule(TOKEN, &[Java, Kotlin], Likely, r"\.(setSkipSignatureVerification|setSkipAllValidators)\(\)"),
    rule(TOKEN, &[Ruby], Likely, r"\bJWT\.decode\(?\s*[^,\n]+,\s*nil\s*,\s*false\b"),
    rule(
        LOG,
        &[Python],
        Likely,
        r#"\b(logging|logger|log|LOG|_logger)\.(debug|info|warning|warn|error|exception|critical)\([^\n]*["']\s*,([^"'\n]*[,\s.(])?(password|passwd|secret_key|client_secret|api_key|private_key|access_token|refresh_token|credit_card|card_number|cvv|cvc|iban|ssn)\s*[,)]"#,
    ),
    rule(
        LOG,
        &[Python],
        Likely,
        r#"\b(logging|logger|log|LOG|_logger)\.(debug|info|warning|warn|error|exception|critical)\(\s*[fF]["'][^"'\n]*\{(\w+\.)*(password|passwd|secret_key|client_secret|api_key|private_key|access_token|refresh_token|credit_card|card_number|cvv|cvc|iban|ssn)(![rsa])?\}"#,
    ),
    rule(
        LOG,
        &[Python],
        Likely,
        r"\b(logging|logger|log|LOG|_logger)\.(debug|info|warning|warn|error|critical)\([^\n]*\bdict\(os\.environ\)",
    ),
    rule(
        LOG,
        &[Js],
        Likely,
        r#"\b(console|logger|log)\.(log|debug|info|warn|error|trace)\([^\n]*["'`]\s*,([^"'`\n]*[,\s.(])?(password|passwd|secretKey|clientSecret|apiKey|privateKey|accessToken|refreshToken|creditCard|cardNumber|cvv|cvc|iban|ssn)\s*[,)]"#,
    ),
    rule(
        LOG,
        &[Js],
        Likely,
        r"\b(console|logger|log)\.(log|debug|info|warn|error|trace)\(\s*`[^`\n]*\$\{(\w+\.)*(password|passwd|secretKey|clientSecret|apiKey|privateKey|accessToken|refreshToken|creditCard|cardNumber|cvv|cvc|iban|ssn)\}",
    ),
    rule(
        LOG,
        &[Go],
        Likely,
        r#"\b(log|logger|slog|logrus|glog|klog|zap)\.\w+\([^\n]*"\s*,([^"\n]*[,\s.(])?((?i:passw(or)?d)|secretKey|clientSecret|apiKey|privateKey|accessToken|refreshToken|cardNumber|cvv|iban|ssn)\s*[,)]"#,
    ),
    rule(
        LOG,
        &[Java, Kotlin],
        Likely,
        r#"\b(log|logger|LOG|LOGGER)\.(trace|debug|info|warn|error)\([^\n]*"\s*[,+]([^"\n]*[,\s.(+])?(password|passwd|secretKey|clientSecret|apiKey|privateKey|accessToken|refreshToken|cardNumber|cvv|iban|ssn)\s*[,)+]"#,
    ),
    rule(
        LOG,
        &[DotNet],
        Likely,
        r#"\b_?[lL]og(ger)?\.Log(Trace|Debug|Information|Warning|Error|Critical)\([^\n]*"\s*,([^"\n]*[,\s.(])?(?i:password|secretKey|clientSecret|apiKey|privateKey|accessToken|refreshToken|cardNumber|cvv|iban|ssn)\s*[,)]"#,
    ),
    rule(
        LOG,
        &[Ruby],
        Likely,
        r##"\b([rR]ails\.logger|logger)\.(debug|info|warn|error|fatal)[ (]+"[^"\n]*#\{(\w+\.)*(password|passwd|secret_key|client_secret|api_key|private_key|access_token|refresh_token|card_number|cvv|iban|ssn)\}"##,
    ),
    rule(
        LOG,
        &[Php],
        Likely,
        r#"\b(Log::|logger\(\)->|\$?this->logger->)(debug|info|notice|warning|error|critical)\(\s*"[^"\n]*\{?\$(\w+->)*(password|passwd|secretKey|clientSecret|apiKey|privateKey|accessToken|cardNumber|cvv|iban)\b"#,
    ),
];

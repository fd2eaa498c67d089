//! What scripts, Dockerfiles and pipelines tell package managers: settings of Go, switches of pip and npm.

use std::sync::LazyLock;

use regex::Regex;

use super::told::{Told, numbered};
use super::{address, go, python};

/// Texts of which a file must have one to be read.
pub(super) const MARKS: &[&str] = &[
    "GOINSECURE",
    "GONOSUM",
    "GOSUMDB",
    "GOFLAGS",
    "GOPROXY",
    "trusted-host",
    "TRUSTED_HOST",
    "extra-index-url",
    "EXTRA_INDEX_URL",
    "INDEX_URL",
    "--index-url",
    "--registry",
    "registry http",
    "CONFIG_REGISTRY",
    "strict-ssl",
    "strict_ssl",
];

static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"\b(GOINSECURE|GONOSUMDB|GONOSUMCHECK|GOSUMDB|GOFLAGS|GOPROXY)\b["']?\s*(?:[:?]?=|:|\s)\s*["']?([^"'\s;&]+)"#,
    )
    .expect("a fixed pattern")
});
static SWITCH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:--(trusted-host|extra-index-url)[= ]|\bPIP_(TRUSTED_HOST|EXTRA_INDEX_URL)["']?\s*[:=]\s*|\bglobal\.(trusted-host|extra-index-url)\s+)["']?([^"'\s;&|]+)"#)
        .expect("a fixed pattern")
});
static REGISTRY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:--(?:index-url|registry)[= ]|\bregistry\s+|\bPIP_INDEX_URL["']?\s*[:=]\s*|(?i:\bnpm_config_registry)["']?\s*[:=]\s*)["']?(http://[^"'\s;&|]+)"#)
        .expect("a fixed pattern")
});
static UNCHECKED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i)\bstrict[-_]ssl["']?\s*[ =:]\s*["']?false"#).expect("a fixed pattern"));

/// Reads one; none where it tells nothing.
pub(super) fn read(text: &str) -> Option<Told> {
    let mut told = Told::default();
    for (line, content) in numbered(text) {
        let content = content.trim();
        if content.starts_with('#') || content.starts_with("//") || content.starts_with("echo ") {
            continue;
        }
        for found in VARIABLE.captures_iter(content) {
            go::variable(&mut told, line, &found[1], &found[2]);
        }
        for found in SWITCH.captures_iter(content) {
            let option =
                found.get(1).or_else(|| found.get(2)).or_else(|| found.get(3)).map_or("", |name| name.as_str());
            let option = option.to_ascii_lowercase().replace('_', "-");
            // uv asks indexes in order, unless it is told to look at all.
            if option == "extra-index-url" && content.contains("uv pip") && !content.contains("unsafe-") {
                continue;
            }
            // A host in a variable may be the machine itself.
            let is_hidden = found[4].contains('$') && option == "trusted-host";
            let is_here = address::host(&found[4]).is_some_and(|host| address::is_local(&host));
            if !is_hidden && !is_here {
                python::apply(&mut told, line, &option, &found[4], content.contains("--require-hashes"));
            }
        }
        for found in REGISTRY.captures_iter(content) {
            told.encrypted(line, "the registry", &found[1]);
        }
        if UNCHECKED.is_match(content) && (content.contains("npm") || content.contains("yarn")) {
            told.find(
                "unverified",
                line,
                "strict-ssl",
                "`strict-ssl false`: certificates of the registry are not checked",
            );
        }
    }
    told.named.clear();
    (!told.findings.is_empty()).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_in_scripts_are_read_and_comments_are_not() {
        let text = "# GOSUMDB=off\nENV GOINSECURE git.shop.test\nexport GOFLAGS=-mod=vendor\nRUN pip install --trusted-host pypi.shop.test x\nRUN npm config set strict-ssl false\n      GOSUMDB: 'off'\nPIP_EXTRA_INDEX_URL=https://pypi.shop.test/simple\npip install --trusted-host $HOST x\n";
        let told = read(text);
        let seen: Vec<(&str, u32)> =
            told.iter().flat_map(|told| &told.findings).map(|found| (found.fact, found.line)).collect();
        assert_eq!(
            seen,
            [("unverified", 2), ("unverified", 4), ("unverified", 5), ("unverified", 6), ("confusable", 7)]
        );
        let told =
            read("npm ci --registry http://npm.shop.test/\npip install -r r.txt --index-url http://localhost:3141/\n");
        assert_eq!(told.iter().flat_map(|told| &told.findings).count(), 1);
        assert!(read("uv pip install torch --extra-index-url https://pypi.shop.test/simple\n").is_none());
        assert!(read("export GOPROXY=https://go.shop.test,direct\n").is_none());
    }
}

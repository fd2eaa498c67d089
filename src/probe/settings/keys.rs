//! Names of settings that code reads from its environment, language by language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::world::{FileBytes, View};

/// Names read in one file, each with the line where it is read first; and whether a name is put together.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    pub(super) names: BTreeMap<String, u32>,
}

/// Name of a setting: capitals, digits and underscores.
const NAME: &str = "([A-Z][A-Z0-9_]{1,79})";

/// Endings of source files, and how their languages read the environment. `@` stands for the name.
#[rustfmt::skip]
const FORMS: &[(&[&str], &str)] = &[
    (&["py"], r#"\bos\.environ\[\s*['"]@['"]|\bos\.environ\.(?:get|pop|setdefault)\(\s*['"]@['"]|\bos\.getenv\(\s*['"]@['"]|\benviron\[\s*['"]@['"]|\bgetenv\(\s*['"]@['"]|\benv(?:\.\w+)?\(\s*['"]@['"]|\bconfig\(\s*['"]@['"]"#),
    (&["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte"], r#"\bprocess\.env\.@\b|\bprocess\.env\[\s*['"]@['"]|\bimport\.meta\.env\.@\b|\bDeno\.env\.get\(\s*['"]@['"]|\bBun\.env\.@\b"#),
    (&["rs"], r#"\benv::(?:var|var_os)\(\s*"@"|\benv\s*=\s*"@""#),
    (&["go"], r#"\bos\.(?:Getenv|LookupEnv)\(\s*"@"|\b(?:env|envconfig):"@[",]"#),
    (&["java", "kt"], r#"\bSystem\.getenv\(\s*"@""#),
    (&["cs"], r#"\bEnvironment\.GetEnvironmentVariable\(\s*"@""#),
    (&["rb"], r#"\bENV\[\s*['"]@['"]|\bENV\.fetch\(\s*['"]@['"]"#),
    (&["php"], r#"\b(?:env|getenv)\(\s*['"]@['"]|\$_(?:ENV|SERVER)\[\s*['"]@['"]"#),
];

/// Every ending.
pub(super) fn extensions() -> Vec<&'static str> {
    FORMS.iter().flat_map(|(endings, _)| endings.iter().copied()).collect()
}

static COMPILED: LazyLock<Vec<(&'static [&'static str], Regex)>> = LazyLock::new(|| {
    let compile = |form: &str| Regex::new(&form.replace('@', NAME)).expect("a fixed pattern");
    FORMS.iter().map(|(endings, form)| (*endings, compile(form))).collect()
});

/// Names that the platform, the runtime or a standard sets; nobody documents them again.
fn is_of_platform(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "PATH",
        "HOME",
        "PORT",
        "HOST",
        "CI",
        "TZ",
        "HOSTNAME",
        "USER",
        "USERNAME",
        "LOGNAME",
        "SHELL",
        "LANG",
        "TERM",
        "PWD",
        "TMP",
        "TEMP",
        "TMPDIR",
        "EDITOR",
        "PAGER",
        "DISPLAY",
        "COLUMNS",
        "LINES",
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR",
        "COLORTERM",
        "DEBUG",
        "NODE_ENV",
        "NODE_OPTIONS",
        "RAILS_ENV",
        "RACK_ENV",
        "APP_ENV",
        "FLASK_ENV",
        "DJANGO_SETTINGS_MODULE",
        "ENV",
        "ENVIRONMENT",
        "RUST_LOG",
        "RUST_BACKTRACE",
        "GOPATH",
        "GOROOT",
        "GOMAXPROCS",
        "GOOS",
        "GOARCH",
        "JAVA_HOME",
        "APPDATA",
        "LOCALAPPDATA",
        "PROGRAMFILES",
        "SYSTEMROOT",
        "WINDIR",
        "COMSPEC",
        "USERPROFILE",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "MODE",
        "PROD",
        "DEV",
        "SSR",
        "BASE_URL",
        "BASE",
        "TEST",
        "REMOTE_ADDR",
        "REQUEST_METHOD",
        "REQUEST_URI",
        "HTTPS",
        "SERVER_NAME",
        "SCRIPT_NAME",
        "DOCUMENT_ROOT",
        "QUERY_STRING",
        "SERVER_PORT",
        "REQUEST_TIME",
        "REQUEST_TIME_FLOAT",
        "SCRIPT_FILENAME",
        "PHP_SELF",
        "SERVER_PROTOCOL",
        "CONTENT_TYPE",
        "CONTENT_LENGTH",
        "SECRET_KEY_BASE",
        "BUNDLE_GEMFILE",
        "VIRTUAL_ENV",
        "OUT_DIR",
        "TARGET",
        "PROFILE",
        "HEROKU_APP_NAME",
        "DYNO",
        "VERCEL",
        "VERCEL_ENV",
        "VERCEL_URL",
        "NETLIFY",
        "SOURCE_VERSION",
        "K_SERVICE",
        "POD_NAME",
        "POD_NAMESPACE",
        "POD_IP",
        "NODE_NAME",
        "INVOCATION_ID",
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "WATCHDOG_PID",
        "LISTEN_FDS",
        "LISTEN_PID",
        "JEST_WORKER_ID",
        "VITEST",
        "PYTEST_CURRENT_TEST",
    ];
    const STARTS: &[&str] = &[
        "KUBERNETES_",
        "AWS_",
        "OTEL_",
        "PYTHON",
        "GITHUB_",
        "GITLAB_",
        "CI_",
        "CARGO_",
        "DEP_",
        "NPM_",
        "XDG_",
        "LC_",
        "HTTP_",
        "SSH_",
        "GOOGLE_",
        "GCLOUD_",
        "AZURE_",
        "WEBSITE_",
        "FLY_",
        "RAILWAY_",
        "RENDER_",
        "VERCEL_GIT_",
        "DOTNET_",
        "ASPNETCORE_",
        "REDIRECT_",
        "SYSTEMD_",
        "GIT_",
        "DOCKER_",
        "TERM_",
        "RUSTC",
        "RUSTFLAGS",
        "COLORFGBG",
    ];
    NAMES.contains(&name) || STARTS.iter().any(|start| name.starts_with(start))
}

/// The names that a source file reads, comments aside.
pub(super) fn read(file: &FileBytes<'_>) -> Read {
    let extension = file.path().rsplit_once('.').map_or("", |(_, extension)| extension);
    let mut read = Read::default();
    let Some((_, form)) = COMPILED.iter().find(|(endings, _)| endings.contains(&extension)) else { return read };
    for captures in form.captures_iter(file.bytes) {
        let Some(name) = captures.iter().skip(1).flatten().next() else { continue };
        if file.regions().at(name.start()) == View::Comments {
            continue;
        }
        let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
        if is_of_platform(&text) || text.ends_with('_') {
            continue;
        }
        let breaks = file.bytes[..name.start()].iter().filter(|byte| **byte == b'\n').count();
        read.names.entry(text).or_insert_with(|| u32::try_from(breaks + 1).unwrap_or(u32::MAX));
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_compiles_and_takes_a_name() {
        assert_eq!(COMPILED.len(), FORMS.len());
        assert!(COMPILED.iter().all(|(_, form)| !form.is_match(b"")));
    }

    #[test]
    fn names_of_the_platform_are_no_settings_of_the_program() {
        assert!(is_of_platform("AWS_REGION") && is_of_platform("PATH"));
        assert!(!is_of_platform("DATABASE_URL"));
    }
}

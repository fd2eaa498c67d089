//! Names of settings that code reads from its environment, language by language.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::bytes::Regex;

use crate::world::{FileBytes, View};

/// Names read in one file, each with the line where it is read first; and whether a name is put together.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    pub(super) names: BTreeMap<String, u32>,
}

/// Name of a setting: capitals, digits and underscores.
const NAME: &str = "([A-Z][A-Z0-9_]{1,79})";

/// How the languages of some endings read the environment.
struct Form {
    endings: &'static [&'static str],
    /// `@` stands for the name.
    pattern: &'static str,
    /// Of which one is in every text that the pattern matches; `\s` begins with six bytes of ASCII and four others.
    words: &'static [&'static [u8]],
    regex: OnceLock<Regex>,
}

const fn form(endings: &'static [&'static str], pattern: &'static str, words: &'static [&'static [u8]]) -> Form {
    Form { endings, pattern, words, regex: OnceLock::new() }
}

#[rustfmt::skip]
static FORMS: [Form; 8] = [
    form(&["py"], r#"\bos\.environ\[\s*['"]@['"]|\bos\.environ\.(?:get|pop|setdefault)\(\s*['"]@['"]|\bos\.getenv\(\s*['"]@['"]|\benviron\[\s*['"]@['"]|\bgetenv\(\s*['"]@['"]|\benv(?:\.\w+)?\(\s*['"]@['"]|\bconfig\(\s*['"]@['"]"#, &[b"environ", b"getenv(", b"env(", b"env.", b"config("]),
    form(&["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte"], r#"\bprocess\.env\.@\b|\bprocess\.env\[\s*['"]@['"]|\bimport\.meta\.env\.@\b|\bDeno\.env\.get\(\s*['"]@['"]|\bBun\.env\.@\b"#, &[b"process.env", b"import.meta.env", b"Deno.env", b"Bun.env"]),
    form(&["rs"], r#"\benv::(?:var|var_os)\(\s*"@"|\benv\s*=\s*"@""#, &[b"env::var", b"env=", b"env\t", b"env\n", b"env\x0b", b"env\x0c", b"env\r", b"env ", b"env\xc2", b"env\xe1", b"env\xe2", b"env\xe3"]),
    form(&["go"], r#"\bos\.(?:Getenv|LookupEnv)\(\s*"@"|\b(?:env|envconfig):"@[",]"#, &[b"os.Getenv", b"os.LookupEnv", b"env:\"", b"envconfig:\""]),
    form(&["java", "kt"], r#"\bSystem\.getenv\(\s*"@""#, &[b"System.getenv"]),
    form(&["cs"], r#"\bEnvironment\.GetEnvironmentVariable\(\s*"@""#, &[b"Environment.GetEnvironmentVariable"]),
    form(&["rb"], r#"\bENV\[\s*['"]@['"]|\bENV\.fetch\(\s*['"]@['"]"#, &[b"ENV[", b"ENV.fetch"]),
    form(&["php"], r#"\b(?:env|getenv)\(\s*['"]@['"]|\$_(?:ENV|SERVER)\[\s*['"]@['"]"#, &[b"env(", b"getenv(", b"$_ENV[", b"$_SERVER["]),
];

impl Form {
    fn regex(&self) -> &Regex {
        self.regex.get_or_init(|| Regex::new(&self.pattern.replace('@', NAME)).expect("a fixed pattern"))
    }
}

fn form_of(path: &str) -> Option<usize> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    FORMS.iter().position(|form| form.endings.contains(&extension))
}

/// Every ending.
pub(super) fn extensions() -> Vec<&'static str> {
    FORMS.iter().flat_map(|form| form.endings.iter().copied()).collect()
}

/// The questions that [`read`] asks of a file before it looks closer: one per form.
pub(super) fn questions() -> Vec<Vec<Vec<u8>>> {
    FORMS.iter().map(|form| form.words.iter().map(|word| word.to_vec()).collect()).collect()
}

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
        "NODE",
        "VITEST",
        "PYTEST_CURRENT_TEST",
    ];
    const STARTS: &[&str] = &[
        "KUBERNETES_",
        "AWS_",
        "OTEL_",
        "PYTHON",
        "GITHUB_",
        "RUNNER_",
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

/// The names that a source file reads, comments aside; nothing when there is none.
pub(super) fn read(file: &FileBytes<'_>) -> Option<Read> {
    let form = form_of(file.path()).filter(|form| file.may_hold(*form))?;
    let mut read = Read::default();
    for captures in FORMS[form].regex().captures_iter(file.bytes) {
        let Some(name) = captures.iter().skip(1).flatten().next() else { continue };
        if file.regions().at(name.start()) == View::Comments {
            continue;
        }
        let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
        let behind = file.bytes[name.end()..].trim_ascii_start();
        if behind.starts_with(b"=") && !behind.starts_with(b"==") && !behind.starts_with(b"=>") {
            continue;
        }
        if is_of_platform(&text) || text.ends_with('_') {
            continue;
        }
        let breaks = file.bytes[..name.start()].iter().filter(|byte| **byte == b'\n').count();
        read.names.entry(text).or_insert_with(|| u32::try_from(breaks + 1).unwrap_or(u32::MAX));
    }
    (!read.names.is_empty()).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_compiles_and_takes_a_name() {
        assert!(FORMS.iter().all(|form| !form.regex().is_match(b"") && form.regex().captures_len() > 1));
    }

    #[rustfmt::skip]
    const READ: &[(&str, &[&str])] = &[
        ("a.py", &["os.environ['X_Y']", "os.environ.get( \"X_Y\"", "os.environ.setdefault('X_Y'", "os.getenv('X_Y'", "environ['X_Y']", "getenv('X_Y'", "env('X_Y'", "env.str('X_Y'", "config('X_Y'"]),
        ("a.ts", &["process.env.X_Y", "process.env['X_Y'", "import.meta.env.X_Y", "Deno.env.get('X_Y'", "Bun.env.X_Y"]),
        ("a.rs", &["env::var(\"X_Y\"", "env::var_os(\"X_Y\"", "env=\"X_Y\"", "env = \"X_Y\"", "env\t=\"X_Y\"", "env\n= \"X_Y\"", "env\u{a0}=\"X_Y\"", "env\u{1680}=\"X_Y\"", "env\u{2003}=\"X_Y\"", "env\u{3000}=\"X_Y\""]),
        ("a.go", &["os.Getenv(\"X_Y\"", "os.LookupEnv(\"X_Y\"", "env:\"X_Y\"", "envconfig:\"X_Y,"]),
        ("a.kt", &["System.getenv( \"X_Y\""]),
        ("a.cs", &["Environment.GetEnvironmentVariable(\"X_Y\""]),
        ("a.rb", &["ENV['X_Y'", "ENV.fetch('X_Y'"]),
        ("a.php", &["env('X_Y'", "getenv('X_Y'", "$_ENV['X_Y'", "$_SERVER['X_Y'"]),
    ];

    #[test]
    fn every_way_to_read_a_setting_holds_a_word_of_its_form() {
        for (path, texts) in READ {
            let form = &FORMS[form_of(path).expect("an ending of a form")];
            for text in *texts {
                assert!(form.regex().is_match(text.as_bytes()), "{text}");
                assert!(form.words.iter().any(|word| memchr::memmem::find(text.as_bytes(), word).is_some()), "{text}");
            }
        }
    }

    #[test]
    fn each_blank_of_unicode_begins_with_a_byte_that_the_words_know() {
        let rust = &FORMS[form_of("a.rs").expect("an ending of a form")];
        for blank in ('\0'..='\u{ffff}').filter(|c| c.is_whitespace()) {
            let text = format!("env{blank}=\"X_Y\"");
            assert!(rust.regex().is_match(text.as_bytes()));
            assert!(rust.words.iter().any(|word| text.as_bytes().starts_with(word)), "{blank:?}");
        }
    }

    #[test]
    fn names_of_the_platform_are_no_settings_of_the_program() {
        assert!(is_of_platform("AWS_REGION") && is_of_platform("PATH"));
        assert!(!is_of_platform("DATABASE_URL"));
    }
}

//! Kinds of files with secrets that a repository uses, and where they would lie: an environment file where something reads one
//! or an example of one is, private keys and credentials that code names, Terraform's state, the key of Rails' credentials.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::builds::join;
use crate::world::{Class, ClassSet, FileBytes, Name, Select, Swept, Want, WantId, Wants};

/// What one file says about others that hold secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Line on which an environment file is read.
    reads_env: Option<u32>,
    /// Whether it is what offers to read one.
    offers_env: bool,
    /// An example of an environment file that is to be copied, with its line.
    example: Option<(String, u32)>,
    /// Paths of keys and credentials that it names, with their lines.
    names: Vec<(String, u32)>,
    /// Whether Terraform runs in its folder: line of a provider, and whether its state lies elsewhere.
    provider: Option<u32>,
    remote_state: bool,
}

/// A kind that is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its name in notes.
    pub(super) name: String,
    /// What shows that it is in use: path and line.
    pub(super) place: (String, u32),
    /// Where such a file would lie, by preference; one of them has to be ignored.
    pub(super) paths: Vec<String>,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Names of examples of environment files.
pub(super) const EXAMPLES: &[&str] = &[
    ".env.example",
    ".env.sample",
    ".env.dist",
    ".env.template",
    ".env-example",
    ".env.tpl",
    "env.example",
    ".env.defaults",
];

/// The want for all that tells of secrets.
pub(super) fn want(folder: &str, wants: &mut Wants) -> WantId {
    const EXTENSIONS: &[&str] = &[
        "py",
        "js",
        "mjs",
        "cjs",
        "ts",
        "tsx",
        "go",
        "rs",
        "rb",
        "php",
        "java",
        "kt",
        "cs",
        "ex",
        "exs",
        "sh",
        "yml",
        "yaml",
        "json",
        "toml",
        "tf",
        "tofu",
        "properties",
        "conf",
        "cfg",
    ];
    let select = EXTENSIONS.iter().fold(
        Select::bases(&[
            "Makefile",
            "justfile",
            "Justfile",
            "Procfile",
            "Taskfile.yml",
            "README.md",
            "CONTRIBUTING.md",
        ]),
        |select, extension| select.or(Name::Ext((*extension).to_owned())),
    );
    let classes = ClassSet::of(&[Class::Src, Class::Tooling, Class::Docs]);
    let locks = ["**/*lock*", "**/locales/**", "**/package.json", "**/*.schema.json", "**/clippy.toml"];
    let read = |file: &FileBytes<'_>| {
        let worth = Worth { env: file.may_hold(0), names: file.may_hold(1), terraform: file.may_hold(2) };
        Ok(if worth == Worth::default() { None } else { told(file.path(), &file.text(), worth) })
    };
    let want = Want::sparse(select.of(classes).except(locks).below(folder), "secret guards", read);
    wants.add(want.screened(|| [ENV, NAMED, TERRAFORM].map(literals).to_vec()))
}

fn literals(words: &[&str]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

/// What a file may say, by the literals in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Worth {
    env: bool,
    names: bool,
    terraform: bool,
}

/// One of these is in every text that reads, offers or copies an environment file.
const ENV: &[&str] = &[
    "dotenv",
    "Dotenv",
    "DotEnv",
    "read_env",
    "env_file",
    "--env-file",
    "loadEnvFile",
    "func Load(filenames",
    " .env",
    "\t.env",
    "/.env",
];
/// One of these is in every text that names a key, a keystore or credentials.
const NAMED: &[&str] = &[
    ".pem",
    ".key\"",
    ".key'",
    ".key ",
    ".key\t",
    ".key\r",
    ".key,",
    ".key;",
    ".key)",
    "credentials.json",
    "client_secret",
    "service_account",
    "service-account",
    ".p12",
    ".pfx",
    ".jks",
    ".keystore",
];
/// One of these is in every text that tells where Terraform runs and keeps its state.
const TERRAFORM: &[&str] = &["provider", "backend", "cloud"];

/// Keys, keystores and credentials that a line names with a folder.
fn paths_in(line: &str) -> impl Iterator<Item = String> {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r#"["'=\s:]((?:\.{0,2}/)?(?:[\w.-]+/)*(?:[\w.-]*(?:key|priv|private)[\w.-]*\.pem|[\w.-]*[\w-]\.key|(?:[\w-]*credentials|client_secrets?|[\w-]*service[-_]account[\w-]*)\.json|[\w-]+\.(?:p12|pfx|jks|keystore)))["'\s,;)]"#,
        )
    });
    NAMES.captures_iter(line).map(|found| found[1].to_owned()).filter(|path| path.contains('/'))
}

/// What a file says, if anything.
fn told(path: &str, text: &str, worth: Worth) -> Option<Told> {
    static READS: LazyLock<Regex> = LazyLock::new(|| {
        fixed(concat!(
            r#"\bload_dotenv\s*\(|\bdotenv\.config\s*\(|["']dotenv/config["']|\bgodotenv\.(?:Load|Overload|Read)\s*\(|\bdotenvy?::dotenv(?:_override|_iter)?\b"#,
            r#"|\bDotenv::(?:createImmutable|createMutable|createUnsafe\w*)|\bDotenv\.(?:load|overload)\b|\bDotEnv\.(?:Load|Env)\w*\s*\(|\benviron\.Env\.read_env\s*\(|\.read_env\s*\(|\benv_file\s*=\s*\(?\s*["'][^"']*\.env["']"#,
            r#"|^\s*(?:-\s+)?env_file:\s*(?:\[?\s*["']?(?:\./)?\.env["']?\s*\]?)\s*$|--env-file[=\s]+(?:\./)?\.env\b|^\s*-?include\s+\.env\b|\bsource\s+(?:\./)?\.env\b|^\s*set\s+dotenv-load\b|\bloadEnvFile\s*\("#,
        ))
    });
    static PROVIDER: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r#"^\s*provider\s+"(?:aws|google|azurerm|hcloud|digitalocean|kubernetes|cloudflare|scaleway|openstack|vsphere|oci)"\s*\{"#,
        )
    });
    static REMOTE: LazyLock<Regex> = LazyLock::new(|| fixed(r#"^\s*(?:backend\s+"(?:\w+)"|cloud)\s*\{"#));
    static COPIED: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r"\bcp\s+(?:-\w+\s+)?((?:[\w-]+/)*\.env[.-](?:example|sample|dist|template))\s+\S*\.env\b")
    });
    let mut told = Told::default();
    /// In code a path alone is no use: it is read there.
    static OPENS: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"(?i)read_?file|\bopen\w*\(|load\w*\(|\bFile\w*\(|keypair|ssl|tls|https?\b|createReadStream|from_file|credential",
        )
    });
    const ENDS: &[&str] = &[".pem", ".key", ".json", ".p12", ".pfx", ".jks", ".keystore"];
    let is_code = ["py", "js", "mjs", "cjs", "ts", "tsx", "go", "rs", "rb", "php", "java", "kt", "cs", "ex", "exs"]
        .iter()
        .any(|extension| path.rsplit_once('.').is_some_and(|(_, own)| own == *extension));
    let is_prose = path.ends_with(".md");
    let is_terraform = path.ends_with(".tf") || path.ends_with(".tofu");
    if !(worth.env || worth.names && !is_prose || worth.terraform && is_terraform) {
        return None;
    }
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if !is_prose && trimmed.starts_with('#')
            || trimmed.starts_with("//")
            || trimmed.starts_with('*')
            || line.len() > 2000
        {
            continue;
        }
        let number = u32::try_from(at + 1).unwrap_or(0);
        if is_terraform {
            told.remote_state |= REMOTE.is_match(line) && !line.contains("\"local\"");
            if told.provider.is_none() && PROVIDER.is_match(line) {
                told.provider = Some(number);
            }
            continue;
        }
        let offers = ["def load_dotenv(", "fn dotenv(", "func Load(filenames"];
        told.offers_env |= worth.env && offers.iter().any(|start| line.contains(start));
        if worth.env
            && told.example.is_none()
            && let Some(found) = COPIED.captures(line)
        {
            told.example = Some((found[1].to_owned(), number));
        }
        if is_prose {
            continue;
        }
        if worth.env && told.reads_env.is_none() && READS.is_match(line) {
            told.reads_env = Some(number);
        }
        let names = worth.names && told.names.len() < 20 && ENDS.iter().any(|end| line.contains(end));
        if names && (!is_code || OPENS.is_match(line)) {
            told.names.extend(paths_in(line).map(|path| (path, number)));
        }
    }
    (told != Told::default()).then_some(told)
}

/// A file of this name in a folder and in each above it.
fn upwards(folder: &str, name: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut at = folder;
    loop {
        paths.push(if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") });
        if at.is_empty() {
            return paths;
        }
        at = at.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

fn add(kinds: &mut BTreeMap<String, Kind>, name: String, place: (String, u32), paths: Vec<String>) {
    kinds.entry(name.clone()).or_insert(Kind { name, place, paths });
}

/// The kinds that are in use, each with the place that shows it.
pub(super) fn in_use(swept: &Swept, folder: &str, want: WantId) -> Vec<Kind> {
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    let below = |path: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let own = swept
        .tree()
        .entries()
        .iter()
        .filter(|entry| matches!(entry.class, Class::Src | Class::Tooling) && below(&entry.path));
    for entry in own {
        if EXAMPLES.contains(&entry.base()) {
            let path = join(entry.folder(), ".env").unwrap_or_default();
            // `env.example` may become `env` as well.
            let bare = join(entry.folder(), "env").filter(|_| entry.base().starts_with("env"));
            add(&mut kinds, path.clone(), (entry.path.clone(), 0), std::iter::once(path).chain(bare).collect());
        }
        if entry.path.ends_with("config/credentials.yml.enc") {
            let path = join(entry.folder(), "master.key").unwrap_or_default();
            add(&mut kinds, path.clone(), (entry.path.clone(), 0), vec![path]);
        }
    }
    let has_example = !kinds.is_empty();
    let offers = swept.get(want).own::<Told>().any(|(_, told)| told.is_ok_and(|told| told.offers_env));
    let mut states: BTreeMap<String, (String, u32)> = BTreeMap::new();
    let mut remote: Vec<String> = Vec::new();
    for (id, told) in swept.get(want).own::<Told>() {
        let (Ok(told), path, here) = (told, swept.path(id), swept.tree().entry(id).folder()) else { continue };
        if let Some(line) = told.reads_env.filter(|_| !has_example && !offers) {
            add(&mut kinds, ".env".to_owned(), (path.to_owned(), line), upwards(here, ".env"));
        }
        for (named, line) in &told.names {
            let is_relative = !named.starts_with('/');
            let paths: Vec<String> = [join("", named), join(here, named)].into_iter().flatten().collect();
            let is_here = paths.iter().any(|path| swept.tree().find(path).is_some());
            let base = named.rsplit('/').next().unwrap_or(named);
            let is_public = ["public", "pub.", "example", "sample", "test", "dummy", "fake", "localhost"]
                .iter()
                .any(|word| named.contains(word));
            if is_relative && !is_here && !is_public {
                let end = base.rsplit('.').next().unwrap_or(base);
                add(&mut kinds, format!("*.{end} ({base})"), (path.to_owned(), *line), paths);
            }
        }
        if let Some(line) = told.provider {
            states.entry(here.to_owned()).or_insert((path.to_owned(), line));
        }
        if told.remote_state {
            remote.push(here.to_owned());
        }
    }
    let local = states.into_iter().find(|(here, _)| !remote.contains(here));
    if let Some((here, place)) = local {
        add(&mut kinds, "*.tfstate".to_owned(), place, join(&here, "terraform.tfstate").into_iter().collect());
    }
    kinds.into_values().collect()
}

/// Examples of environment files that are to be copied: where that is said, and the paths that it may mean.
pub(super) fn copied(swept: &Swept, want: WantId) -> Vec<((String, u32), Vec<String>)> {
    let told = swept.get(want).own::<Told>().filter_map(|(id, told)| {
        let (name, line) = told.ok()?.example.clone()?;
        let here = swept.tree().entry(id).folder();
        let paths: Vec<String> = [join("", &name), join(here, &name)].into_iter().flatten().collect();
        Some(((swept.path(id).to_owned(), line), paths))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::{Worth, told};

    const ALL: Worth = Worth { env: true, names: true, terraform: true };

    #[test]
    fn what_reads_an_environment_file_is_seen() {
        for (path, text) in [
            ("a.py", "load_dotenv()\n"),
            ("a.js", "import 'dotenv/config';\n"),
            ("compose.yml", "    env_file: .env\n"),
            ("Makefile", "include .env\n"),
            ("a.py", "    model_config = SettingsConfigDict(env_file=\".env\")\n"),
        ] {
            assert_eq!(told(path, text, ALL).and_then(|told| told.reads_env), Some(1), "{text}");
        }
        assert_eq!(told("a.py", "# load_dotenv()\n", ALL), None);
    }

    #[test]
    fn keys_that_code_names_are_seen_and_properties_are_not() {
        let names = |text: &str| told("a.ts", text, ALL).map_or_else(Vec::new, |told| told.names);
        assert_eq!(names("readFileSync('certs/server.key')"), [("certs/server.key".to_owned(), 1)]);
        assert_eq!(names("open('keys/private-key.pem')"), [("keys/private-key.pem".to_owned(), 1)]);
        assert!(names("const k = item.key; x = 'cert.pem'").is_empty());
    }
}

//! One line of a script: whether it installs a project's dependencies, and whether as the lock file says. What counts as
//! locked is each tool's own documentation.

/// A tool that installs what a manifest declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tool {
    Npm,
    Yarn,
    Pnpm,
    Bun,
    Uv,
    Pdm,
    Pipenv,
    Cargo,
    Bundler,
    Composer,
    Dotnet,
}

impl Tool {
    /// The files in which it locks.
    pub(super) fn locks(self) -> &'static [&'static str] {
        match self {
            Tool::Npm => &["package-lock.json", "npm-shrinkwrap.json"],
            Tool::Yarn => &["yarn.lock"],
            Tool::Pnpm => &["pnpm-lock.yaml"],
            Tool::Bun => &["bun.lock", "bun.lockb"],
            Tool::Uv => &["uv.lock"],
            Tool::Pdm => &["pdm.lock"],
            Tool::Pipenv => &["Pipfile.lock"],
            Tool::Cargo => &["Cargo.lock"],
            Tool::Bundler => &["Gemfile.lock"],
            Tool::Composer => &["composer.lock"],
            Tool::Dotnet => &["packages.lock.json"],
        }
    }

    /// All of them.
    pub(super) const ALL: &'static [Tool] = &[
        Tool::Npm,
        Tool::Yarn,
        Tool::Pnpm,
        Tool::Bun,
        Tool::Uv,
        Tool::Pdm,
        Tool::Pipenv,
        Tool::Cargo,
        Tool::Bundler,
        Tool::Composer,
        Tool::Dotnet,
    ];
}

/// Where a command runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// Names of variables that are set there.
    pub(super) set: Vec<String>,
    /// A pipeline, which sets `CI`.
    pub(super) in_pipeline: bool,
}

impl Surroundings {
    fn has(&self, names: &[&str]) -> bool {
        self.set.iter().any(|set| names.contains(&set.as_str()))
    }

    fn is_ci(&self) -> bool {
        self.in_pipeline || self.has(&["CI"])
    }
}

/// An install of a project's dependencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Install {
    pub(super) tool: Tool,
    /// Whether it takes what the lock file says or fails.
    pub(super) is_locked: bool,
    pub(super) command: String,
}

/// The installs on a line of a shell script.
pub(super) fn installs(line: &str, here: &Surroundings) -> Vec<Install> {
    let commands = line.split(['\n', ';', '|', '&']).filter(|part| !part.trim_start().starts_with('#'));
    commands.filter_map(|command| install(command, here)).collect()
}

fn install(command: &str, here: &Surroundings) -> Option<Install> {
    let all: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches(['"', '\'', '(', ')', '`'])).collect();
    let is_lead = |word: &&str| {
        matches!(*word, "sudo" | "exec" | "env" | "time" | "if" | "then" | "do" | "else" | "!" | "corepack")
            || is_assignment(word)
    };
    let lead = all.iter().take_while(|word| is_lead(word)).count();
    let mut here = here.clone();
    let names = all[..lead].iter().filter_map(|word| word.split_once('='));
    here.set.extend(names.map(|(name, _)| name.to_owned()));
    let (program, rest) = all[lead..].split_first()?;
    let (tool, is_locked) = judged(program, rest, &here)?;
    Some(Install { tool, is_locked, command: all[lead..].join(" ") })
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The tool, and whether it is told to keep to its lock file; `None` for what installs no project.
fn judged(program: &str, rest: &[&str], here: &Surroundings) -> Option<(Tool, bool)> {
    let has = |flags: &[&str]| rest.iter().any(|word| flags.contains(word));
    let verb = positional(rest).first().copied();
    let install = matches!(verb, Some("install" | "i"));
    match (program, verb) {
        ("npm", Some("ci" | "clean-install" | "install-clean")) => Some((Tool::Npm, true)),
        ("npm", _) if install && is_whole(rest) => Some((Tool::Npm, false)),
        ("yarn", None | Some("install")) if is_whole(rest) && !has(&["--version", "-v"]) => {
            let told = has(&["--frozen-lockfile", "--immutable", "--pure-lockfile"]);
            Some((Tool::Yarn, told || here.has(&["YARN_ENABLE_IMMUTABLE_INSTALLS", "YARN_IMMUTABLE_INSTALLS"])))
        }
        ("pnpm", Some("fetch" | "ci")) => Some((Tool::Pnpm, true)),
        ("pnpm", _) if install && is_whole(rest) => {
            let told = has(&["--frozen-lockfile"]);
            let free = has(&["--no-frozen-lockfile", "--no-lockfile", "--frozen-lockfile=false", "--fix-lockfile"]);
            Some((Tool::Pnpm, told || (here.is_ci() && !free)))
        }
        ("bun", Some("ci")) => Some((Tool::Bun, true)),
        ("bun", _) if install && is_whole(rest) => Some((Tool::Bun, has(&["--frozen-lockfile"]))),
        ("uv", Some("sync")) => {
            Some((Tool::Uv, has(&["--locked", "--frozen"]) || here.has(&["UV_LOCKED", "UV_FROZEN"])))
        }
        ("pdm", Some("sync")) => Some((Tool::Pdm, true)),
        ("pdm", Some("install")) => Some((Tool::Pdm, has(&["--frozen-lockfile", "--check", "--no-lock"]))),
        ("pipenv", Some("sync")) => Some((Tool::Pipenv, true)),
        ("pipenv", Some("install")) if is_whole(rest) => Some((Tool::Pipenv, has(&["--deploy", "--ignore-pipfile"]))),
        ("cargo", Some("build" | "install")) if has(&["--release", "-r", "--path"]) => {
            Some((Tool::Cargo, has(&["--locked", "--frozen"])))
        }
        ("bundle" | "bundler", None | Some("install")) => {
            let frozen = ["BUNDLE_FROZEN", "BUNDLE_DEPLOYMENT"];
            Some((Tool::Bundler, has(&["--frozen", "--deployment"]) || here.has(&frozen)))
        }
        ("composer", Some("install")) => Some((Tool::Composer, true)),
        ("composer", Some("update")) if is_whole(rest) && !has(&["--lock"]) => Some((Tool::Composer, false)),
        ("dotnet", Some("restore")) => {
            Some((Tool::Dotnet, has(&["--locked-mode"]) || rest.contains(&"-p:RestoreLockedMode=true")))
        }
        _ => None,
    }
}

/// Options whose value is a word of its own.
const WITH_VALUE: &[&str] = &[
    "--prefix",
    "--workspace",
    "-w",
    "--registry",
    "--cache",
    "--loglevel",
    "--omit",
    "--include",
    "--cwd",
    "-C",
    "--dir",
    "--filter",
    "-F",
    "--network-timeout",
    "--store-dir",
    "--cache-folder",
    "--python",
    "--only",
    "--reporter",
    "-d",
    "--working-dir",
    "--modules-folder",
    "--mutex",
    "--network-concurrency",
    "--lockfile-dir",
];

/// Whether all that is declared is installed: no package is named, and nothing for the whole machine.
fn is_whole(rest: &[&str]) -> bool {
    let elsewhere = |word: &&str| matches!(*word, "-g" | "--global" | "--location=global" | "--help" | "-h");
    !rest.iter().any(elsewhere) && positional(rest).len() <= 1
}

/// Words that are neither options, nor their values, nor where the output goes.
fn positional<'w>(rest: &[&'w str]) -> Vec<&'w str> {
    let mut found = Vec::new();
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        match *word {
            option if WITH_VALUE.contains(&option) => {
                words.next();
            }
            word if word.starts_with(['-', '>', '<', '\\']) || word.starts_with("2>") => {}
            "true" | "false" => {}
            word => found.push(word),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn one(line: &str, here: &Surroundings) -> Option<bool> {
        let all = installs(line, here);
        assert!(all.len() < 2, "{all:?}");
        all.first().map(|install| install.is_locked)
    }

    #[test]
    fn what_takes_the_lock_file_or_fails_is_locked() {
        let here = Surroundings::default();
        for (line, locked) in [
            ("npm ci --omit=dev", true),
            ("npm install", false),
            ("npm i --omit dev --prefix web", false),
            ("sudo npm install --legacy-peer-deps", false),
            ("yarn install --frozen-lockfile", true),
            ("yarn", false),
            ("yarn --production --network-timeout 100000", false),
            ("YARN_ENABLE_IMMUTABLE_INSTALLS=true yarn", true),
            ("pnpm install --frozen-lockfile", true),
            ("pnpm i --prod", false),
            ("CI=1 pnpm i", true),
            ("bun install --frozen-lockfile", true),
            ("bun install", false),
            ("uv sync --frozen --no-dev", true),
            ("uv sync", false),
            ("UV_LOCKED=1 uv sync", true),
            ("pipenv install --system --deploy", true),
            ("pipenv install", false),
            ("pdm install --prod", false),
            ("pdm sync --prod", true),
            ("cargo build --release --locked", true),
            ("cargo build --release", false),
            ("then env CC=clang cargo build -r --target x", false),
            ("cargo install --path . --root /out", false),
            ("bundle install --jobs 4", false),
            ("BUNDLE_FROZEN=1 bundle", true),
            ("composer install --no-dev", true),
            ("composer update", false),
            ("dotnet restore --locked-mode", true),
            ("dotnet restore Shop.sln", false),
        ] {
            assert_eq!(one(line, &here), Some(locked), "{line}");
        }
    }

    #[test]
    fn what_names_a_package_or_installs_none_is_no_install_of_a_project() {
        let here = Surroundings::default();
        for line in [
            "npm install -g pnpm@9",
            "npm install express",
            "npm run install-things",
            "yarn build",
            "yarn --version",
            "yarn add left-pad",
            "pnpm add -D vite",
            "bun install typescript",
            "pipenv install requests",
            "cargo build",
            "cargo install cargo-deny --locked-in",
            "bundle exec rake",
            "composer update acme/shop",
            "composer update --lock",
            "# npm install",
            "echo npm install",
            "go build ./...",
            "pip install -r requirements.txt",
        ] {
            assert_eq!(one(line, &here), None, "{line}");
        }
    }

    #[test]
    fn a_pipeline_freezes_what_its_tools_freeze_there() {
        let here = Surroundings { in_pipeline: true, ..Surroundings::default() };
        assert_eq!(one("pnpm install", &here), Some(true));
        assert_eq!(one("pnpm install --no-frozen-lockfile", &here), Some(false));
        assert_eq!(one("yarn install", &here), Some(false));
        assert_eq!(one("npm install", &here), Some(false));
    }

    #[test]
    fn every_command_of_a_line_is_looked_at() {
        let all = installs("apt-get update && npm ci --omit=dev; (cd web && yarn) | tee log", &Surroundings::default());
        let seen: Vec<_> = all.iter().map(|one| (one.tool, one.is_locked)).collect();
        assert_eq!(seen, [(Tool::Npm, true), (Tool::Yarn, false)]);
    }
}

//! Ecosystems: their manifests, the lock files that go with them, and which manifests need one (catalogue, table T2).

use super::script_manifests;

/// A package ecosystem.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ecosystem {
    /// Name, as evidence prints it.
    pub(super) name: &'static str,
    /// Base names of manifests.
    pub(super) manifests: &'static [&'static str],
    /// Base names of lock files, any of which will do.
    pub(super) locks: &'static [&'static str],
    /// How the lock is made, for the note.
    pub(super) command: &'static str,
}

/// All that are judged. Maven has no lock file: exact versions are its lock.
pub(super) const ECOSYSTEMS: &[Ecosystem] = &[
    Ecosystem { name: "Rust", manifests: &["Cargo.toml"], locks: &["Cargo.lock"], command: "cargo generate-lockfile" },
    Ecosystem {
        name: "Node",
        manifests: &["package.json"],
        locks: &["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"],
        command: "npm install --package-lock-only",
    },
    Ecosystem {
        name: "Python",
        manifests: &["pyproject.toml", "Pipfile", "requirements.txt", "setup.py", "setup.cfg"],
        locks: &["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"],
        command: "uv lock",
    },
    Ecosystem { name: "Go", manifests: &["go.mod"], locks: &["go.sum"], command: "go mod tidy" },
    Ecosystem { name: "Ruby", manifests: &["Gemfile"], locks: &["Gemfile.lock"], command: "bundle lock" },
    Ecosystem {
        name: "PHP",
        manifests: &["composer.json"],
        locks: &["composer.lock"],
        command: "composer update --lock",
    },
    Ecosystem { name: "Maven", manifests: &["pom.xml"], locks: &[], command: "mvn versions:resolve-ranges" },
    Ecosystem {
        name: "Gradle",
        manifests: &["build.gradle", "build.gradle.kts"],
        locks: &["gradle.lockfile", "verification-metadata.xml"],
        command: "gradle dependencies --write-locks",
    },
    Ecosystem {
        name: "NuGet",
        manifests: &["Directory.Packages.props", "packages.config"],
        locks: &["packages.lock.json"],
        command: "dotnet restore --use-lock-file",
    },
    Ecosystem { name: "Elixir", manifests: &["mix.exs"], locks: &["mix.lock"], command: "mix deps.get" },
    Ecosystem { name: "Erlang", manifests: &["rebar.config"], locks: &["rebar.lock"], command: "rebar3 lock" },
    Ecosystem {
        name: "Swift",
        manifests: &["Package.swift"],
        locks: &["Package.resolved"],
        command: "swift package resolve",
    },
    Ecosystem { name: "Dart", manifests: &["pubspec.yaml"], locks: &["pubspec.lock"], command: "dart pub get" },
    Ecosystem { name: "CocoaPods", manifests: &["Podfile"], locks: &["Podfile.lock"], command: "pod install" },
    Ecosystem { name: "others", manifests: script_manifests::UNREAD, locks: &[], command: "" },
];

/// Extensions of manifests that are named after what they build, with their ecosystem.
pub(super) const PROJECTS: &[(&str, &str)] = &[("csproj", "NuGet"), ("fsproj", "NuGet"), ("vbproj", "NuGet")];

/// Extensions of source in the languages of these ecosystems: where there is none, nothing needs a manifest.
pub(super) const SOURCES: &[&str] = &[
    "rs", "js", "jsx", "mjs", "cjs", "ts", "tsx", "vue", "svelte", "py", "go", "rb", "php", "java", "kt", "scala",
    "groovy", "cs", "fs", "vb", "ex", "exs", "dart",
];

/// The ecosystem of a manifest or lock file.
pub(super) fn of(base: &str) -> Option<&'static Ecosystem> {
    let project = base.rsplit_once('.').and_then(|(_, ext)| PROJECTS.iter().find(|(known, _)| *known == ext));
    ECOSYSTEMS.iter().find(|ecosystem| {
        ecosystem.manifests.contains(&base)
            || ecosystem.locks.contains(&base)
            || project.is_some_and(|(_, name)| *name == ecosystem.name)
    })
}

/// What a manifest says about whether it needs a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It has dependencies and is deployed or run from here.
    Lock,
    /// It has no dependencies of its own, or says nothing of them.
    Nothing,
    /// It would name every dependency, and names none.
    Free,
    /// A library: its users choose the versions.
    Library,
    /// A `requirements.txt`: each line fixes its version, or not.
    Lines {
        /// Lines with an exact version.
        exact: usize,
        /// Lines without.
        open: Vec<(u32, String)>,
    },
    /// A manifest whose exact versions are its lock; lines whose version is decided at install time.
    Versions {
        /// Such lines.
        open: Vec<(u32, String)>,
    },
    /// It could not be read.
    Unknown(String),
}

/// Reads a manifest.
pub(super) fn need(base: &str, bytes: &[u8]) -> Need {
    let Ok(text) = std::str::from_utf8(bytes) else { return Need::Unknown("it is not UTF-8".to_owned()) };
    match base {
        "package.json" | "composer.json" => json(base, text),
        "Cargo.toml" => cargo(text),
        "pyproject.toml" => pyproject(text),
        "requirements.txt" => requirements(text),
        "setup.py" | "setup.cfg" if text.contains("install_requires") => Need::Library,
        "setup.py" | "setup.cfg" => Need::Nothing,
        "pom.xml" => versions(
            &without_tool_versions(text),
            "<version>",
            &["<version>[", "<version>(", "<version>LATEST", "<version>RELEASE"],
        ),
        "build.gradle" | "build.gradle.kts" => {
            versions(&without_arguments(text), ":", &[":+", ".+\"", ".+'", "latest.release", "latest.integration"])
        }
        "go.mod" if text.lines().any(|line| line.trim_start().starts_with("require")) => Need::Lock,
        "go.mod" => Need::Free,
        "Gemfile" => gemfile(text),
        "Pipfile" => has(section(text, &["[packages]"]).any(|line| line.contains('='))),
        "packages.config" => versions(text, "<package ", &["version=\"[", "version=\"("]),
        _ if of(base).is_some_and(|ecosystem| ecosystem.name == "NuGet") => nuget(text),
        _ => script_manifests::need(base, text).unwrap_or(Need::Nothing),
    }
}

/// Versions that NuGet decides at install time: floating ones and ranges. Central versions are in a file of their own.
fn nuget(text: &str) -> Need {
    const MOVING: &[&str] = &["Version=\"*", ".*\"", "Version=\"[", "Version=\"("];
    let text = &one_version_as_written(text);
    match (versions(text, "<PackageReference", MOVING), versions(text, "<PackageVersion", MOVING)) {
        (Need::Versions { open: mut all }, Need::Versions { open }) => {
            all.extend(open);
            Need::Versions { open: all }
        }
        (Need::Nothing, other) | (other, _) => other,
    }
}

/// `[1.2.3]` is the one version 1.2.3 (NuGet, version ranges); only a comma makes it a range.
fn one_version_as_written(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, part) in text.split("Version=\"[").enumerate() {
        let inside = part.split_once('"').map_or("", |(version, _)| version);
        let one = inside.ends_with(']') && !inside.contains([',', '*']);
        match number {
            0 => {}
            _ if one => out.push_str("Version=\""),
            _ => out.push_str("Version=\"["),
        }
        out.push_str(part);
    }
    out
}

/// A Gradle script without lines that hand arguments to a compiler or a program: `-H:+Name` is no version.
fn without_arguments(text: &str) -> String {
    let is_argument =
        |line: &str| line.contains("\"-") || line.contains("'-") || line.to_ascii_lowercase().contains("args");
    text.lines().map(|line| if is_argument(line) { "" } else { line }).collect::<Vec<_>>().join("\n")
}

fn has(dependencies: bool) -> Need {
    if dependencies { Need::Lock } else { Need::Nothing }
}

fn json(base: &str, text: &str) -> Need {
    let value: serde_json::Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return Need::Unknown(format!("it is not JSON: {error}")),
    };
    let filled = |key: &str| value.get(key).and_then(|v| v.as_object()).is_some_and(|map| !map.is_empty());
    let text_of = |key: &str| value.get(key).and_then(|v| v.as_str()).unwrap_or("");
    if base == "composer.json" {
        let platform_only = |key: &str| {
            value
                .get(key)
                .and_then(|v| v.as_object())
                .is_none_or(|map| map.keys().all(|name| name == "php" || name.starts_with("ext-")))
        };
        return match text_of("type") {
            "library" | "symfony-bundle" | "composer-plugin" | "metapackage" => Need::Library,
            _ => has(!(platform_only("require") && platform_only("require-dev"))),
        };
    }
    if !(filled("dependencies")
        || filled("devDependencies")
        || filled("optionalDependencies")
        || value.get("workspaces").is_some())
    {
        return Need::Nothing;
    }
    // What is published for others to import is a library; `private` says that it is not.
    let private = value.get("private").and_then(serde_json::Value::as_bool) == Some(true);
    let published = !text_of("name").is_empty() && !text_of("version").is_empty();
    let imported = ["main", "exports", "module", "types"].iter().any(|key| value.get(*key).is_some())
        || value.get("files").is_some();
    if !private && published && imported && value.get("bin").is_none() { Need::Library } else { Need::Lock }
}

/// Lines of the named sections of a TOML-like file.
fn section<'t>(text: &'t str, names: &'t [&'t str]) -> impl Iterator<Item = &'t str> {
    let mut inside = false;
    text.lines().map(str::trim).filter(move |line| {
        if line.starts_with('[') {
            inside = names.contains(line);
            return false;
        }
        inside && !line.is_empty() && !line.starts_with('#')
    })
}

fn cargo(text: &str) -> Need {
    // A crate that builds a program has `src/main.rs` or `[[bin]]`; which of them is looked up by the caller.
    let names = ["[dependencies]", "[dev-dependencies]", "[build-dependencies]", "[workspace.dependencies]"];
    let listed = section(text, &names).next().is_some();
    let tables = text
        .lines()
        .any(|line| line.trim_start().starts_with("[dependencies.") || line.trim_start().starts_with("[target."));
    has(listed || tables || text.contains("[workspace]"))
}

fn pyproject(text: &str) -> Need {
    let poetry =
        section(text, &["[tool.poetry.dependencies]"]).any(|line| line.contains('=') && !line.starts_with("python"));
    let listed = text
        .lines()
        .any(|line| line.trim_start().starts_with("dependencies") && line.contains('[') && !line.contains("[]"));
    let groups = text.contains("[dependency-groups]")
        || text.contains("[project.optional-dependencies]")
        || text.contains("[tool.poetry.group");
    if !(poetry || listed || groups) {
        return Need::Nothing;
    }
    // A package that can be built and has no application section is meant for others to install.
    let built = text.contains("[build-system]") && text.contains("[project]");
    if built { Need::Library } else { Need::Lock }
}

fn gemfile(text: &str) -> Need {
    if text.lines().any(|line| line.trim_start().starts_with("gemspec")) {
        return Need::Library;
    }
    has(text.lines().any(|line| line.trim_start().starts_with("gem ")))
}

/// Lines that name a version, and those whose version is decided at install time.
fn versions(text: &str, mark: &str, moving: &[&str]) -> Need {
    let mut exact = 0;
    let mut open = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| line.contains(mark)) {
        let line = line.trim();
        if moving.iter().any(|word| line.contains(word)) {
            open.push((u32::try_from(at + 1).unwrap_or(0), line.to_owned()));
        } else {
            exact += 1;
        }
    }
    if exact == 0 && open.is_empty() { Need::Nothing } else { Need::Versions { open } }
}

/// A `pom.xml` without the versions of Java and Maven themselves that it asks for: they are no dependencies.
fn without_tool_versions(text: &str) -> String {
    let mut inside = false;
    let kept = text.lines().map(|line| {
        inside |= line.contains("<requireJavaVersion") || line.contains("<requireMavenVersion");
        let kept = if inside { "" } else { line };
        inside &= !(line.contains("</requireJavaVersion") || line.contains("</requireMavenVersion"));
        kept
    });
    kept.collect::<Vec<_>>().join("\n")
}

fn requirements(text: &str) -> Need {
    let mut exact = 0;
    let mut open = Vec::new();
    let joined = text.replace("\\\n", "  ");
    for (at, line) in joined.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or("").trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with('-') {
            continue;
        }
        let fixed = (line.contains("==") && !line.contains("==*") && !line.contains(".*"))
            || line.contains("===")
            || line.contains(" @ ");
        if fixed {
            exact += 1;
        } else {
            open.push((u32::try_from(at + 1).unwrap_or(0), line.split([' ', ';']).next().unwrap_or(line).to_owned()));
        }
    }
    if exact == 0 && open.is_empty() { Need::Nothing } else { Need::Lines { exact, open } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_of_dotnet_fix_versions_or_float() {
        let fixed = "<PackageReference Include=\"Serilog\" Version=\"4.2.0\" />\n<PackageReference Include=\"A\" />\n";
        assert_eq!(need("Shop.csproj", fixed.as_bytes()), Need::Versions { open: Vec::new() });
        let floating = "<PackageVersion Include=\"Serilog\" Version=\"4.*\" />\n";
        assert!(
            matches!(need("Directory.Packages.props", floating.as_bytes()), Need::Versions { open } if open.len() == 1)
        );
        let one = "<PackageReference Include=\"A\" Version=\"[13.3.4]\" />\n";
        assert_eq!(need("Shop.csproj", one.as_bytes()), Need::Versions { open: Vec::new() });
        let range = "<PackageReference Include=\"A\" Version=\"[13.3.4,)\" />\n";
        assert!(matches!(need("Shop.csproj", range.as_bytes()), Need::Versions { open } if open.len() == 1));
        assert_eq!(need("Shop.csproj", b"<Project Sdk=\"Microsoft.NET.Sdk\" />\n"), Need::Nothing);
    }

    #[test]
    fn the_java_that_a_build_asks_for_is_no_dependency() {
        let pom = "<dependency>\n<version>1.2</version>\n</dependency>\n<requireJavaVersion>\n<version>[21,22)</version>\n</requireJavaVersion>\n";
        assert_eq!(need("pom.xml", pom.as_bytes()), Need::Versions { open: Vec::new() });
        let open = "<dependency>\n<version>[1,2)</version>\n</dependency>\n";
        assert!(matches!(need("pom.xml", open.as_bytes()), Need::Versions { open } if open.len() == 1));
    }

    #[test]
    fn libraries_and_empty_manifests_need_no_lock() {
        assert_eq!(
            need("package.json", br#"{"name":"x","version":"1.0.0","main":"i.js","dependencies":{"a":"1"}}"#),
            Need::Library
        );
        assert_eq!(need("package.json", br#"{"private":true,"dependencies":{"a":"1"}}"#), Need::Lock);
        assert_eq!(need("package.json", br#"{"type":"module"}"#), Need::Nothing);
        assert_eq!(need("setup.py", b"setup(install_requires=['requests'])\n"), Need::Library);
        assert_eq!(need("setup.py", b"setup()\n"), Need::Nothing);
        assert_eq!(need("go.mod", b"module x\n"), Need::Free);
        assert_eq!(need("go.mod", b"module x\nrequire y v1.0.0\n"), Need::Lock);
        assert_eq!(need("Gemfile", b"gemspec\ngem 'rake'\n"), Need::Library);
        assert_eq!(
            need("composer.json", br#"{"type":"project","require":{"php":"^8.2","laravel/framework":"^12"}}"#),
            Need::Lock
        );
        assert_eq!(need("Cargo.toml", b"[package]\nname='x'\n[dependencies]\nserde='1'\n"), Need::Lock);
        assert!(matches!(need("package.json", b"{"), Need::Unknown(_)));
    }

    #[test]
    fn a_moving_version_of_a_maven_or_gradle_file_is_open() {
        assert_eq!(need("pom.xml", b"<version>1.2.3</version>"), Need::Versions { open: Vec::new() });
        assert!(matches!(need("pom.xml", b"<version>[1,2)</version>"), Need::Versions { open } if open.len() == 1));
        assert!(
            matches!(need("build.gradle", b"implementation 'a:b:1.+'"), Need::Versions { open } if open.len() == 1)
        );
        let arguments = b"implementation 'a:b:1.2'\nbuildArgs.add(\"-H:+ReportExceptionStackTraces\")\n";
        assert_eq!(need("build.gradle.kts", arguments), Need::Versions { open: Vec::new() });
    }

    #[test]
    fn requirement_lines_are_exact_or_open() {
        let text = b"# c\nflask==3.0.0\nrequests>=2  # x\n-r base.txt\nurllib3\n";
        assert_eq!(
            need("requirements.txt", text),
            Need::Lines { exact: 1, open: vec![(3, "requests>=2".into()), (5, "urllib3".into())] }
        );
    }
}

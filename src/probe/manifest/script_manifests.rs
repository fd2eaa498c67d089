//! Manifests that are programs or terms of their language (`mix.exs`, `Package.swift`, `Podfile`, `rebar.config`), and Dart's:
//! a few marks tell whether they need a lock file. Also those of ecosystems that are not read at all.

use super::ecosystem::Need;

/// Manifests of ecosystems that are known and not read: nothing is known of their locks.
pub(in crate::probe) const UNREAD: &[&str] = &[
    "build.sbt",
    "stack.yaml",
    "cabal.project",
    "deps.edn",
    "project.clj",
    "dune-project",
    "cpanfile",
    "shard.yml",
    "conanfile.txt",
    "conanfile.py",
    "vcpkg.json",
    "build.zig.zon",
    "gleam.toml",
];

/// Whether a manifest of this name needs a lock file; `None` for other names.
pub(super) fn need(base: &str, text: &str) -> Option<Need> {
    let need = match base {
        "mix.exs" => locked(text.contains("{:"), text.contains("package:")),
        "Package.swift" => locked(text.contains(".package("), is_swift_library(text)),
        "pubspec.yaml" => {
            locked(has_dart_dependencies(text), !text.lines().any(|line| line.starts_with("publish_to:")))
        }
        "Podfile" => locked(text.lines().any(|line| line.trim_start().starts_with("pod ")), false),
        "rebar.config" => locked(has_erlang_dependencies(text), false),
        _ if UNREAD.contains(&base) => Need::Unknown("locks of its ecosystem are not read".to_owned()),
        _ => return None,
    };
    Some(need)
}

fn locked(dependencies: bool, library: bool) -> Need {
    match (dependencies, library) {
        (false, _) => Need::Nothing,
        (true, true) => Need::Library,
        (true, false) => Need::Lock,
    }
}

/// It offers a library and no program; a target that runs, and a program to measure or show it with, are there for its
/// developers.
fn is_swift_library(text: &str) -> bool {
    const ASIDE: &[&str] = &["Test", "Benchmark", "Example", "Demo", "Sample"];
    let mut programs = text.split(".executable(").skip(1).map(|rest| rest.split(')').next().unwrap_or(rest));
    text.contains(".library(") && programs.all(|program| ASIDE.iter().any(|word| program.contains(word)))
}

/// A line below `dependencies:` that is no part of the SDK.
fn has_dart_dependencies(text: &str) -> bool {
    let below = text.lines().skip_while(|line| line.trim_end() != "dependencies:").skip(1);
    let mut listed = below.take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
    listed.any(|line| line.starts_with("  ") && !line.starts_with("   ") && !line.contains("flutter:"))
}

/// `{deps, [` with something in it.
fn has_erlang_dependencies(text: &str) -> bool {
    let after = text.split_once("{deps,").map(|(_, rest)| rest.trim_start().trim_start_matches('[').trim_start());
    after.is_some_and(|rest| !rest.starts_with(']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_need_a_lock_and_libraries_do_not() {
        let swift = ".library(name: \"A\")\n.package(url: \"https://x.example/b\", from: \"1.0.0\")";
        for (base, text, expected) in [
            ("mix.exs", "defp deps do\n[{:phoenix, \"~> 1.7\"}]\nend", Need::Lock),
            ("mix.exs", "package: package(),\n[{:plug, \"~> 1.0\"}]", Need::Library),
            ("mix.exs", "defp deps, do: []", Need::Nothing),
            ("Package.swift", swift, Need::Library),
            ("Package.swift", &format!("{swift}\n.executableTarget(name: \"Development\")"), Need::Library),
            ("Package.swift", &format!("{swift}\n.executable(name: \"PerformanceTest\")"), Need::Library),
            ("Package.swift", &format!("{swift}\n.executable(name: \"serve\")"), Need::Lock),
            ("Package.swift", ".executableTarget(name: \"A\")\n.package(url: \"x\")", Need::Lock),
            (
                "pubspec.yaml",
                "publish_to: none\ndependencies:\n  flutter:\n    sdk: flutter\n  http: ^1.0.0\n",
                Need::Lock,
            ),
            ("pubspec.yaml", "dependencies:\n  http: ^1.0.0\n", Need::Library),
            (
                "pubspec.yaml",
                "publish_to: none\ndependencies:\n  flutter:\n    sdk: flutter\ndev_dependencies:\n  x: 1\n",
                Need::Nothing,
            ),
            ("Podfile", "target 'A' do\n  pod 'B'\nend\n", Need::Lock),
            ("rebar.config", "{deps, [\n  {cowboy, \"2.10.0\"}\n]}.", Need::Lock),
            ("rebar.config", "{deps, []}.", Need::Nothing),
        ] {
            assert_eq!(need(base, text), Some(expected), "{base}: {text}");
        }
        assert!(matches!(need("build.sbt", "x"), Some(Need::Unknown(_))) && need("Cargo.toml", "").is_none());
    }
}

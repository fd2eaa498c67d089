//! Signs that a bill of materials is made by the build: a tool that writes one, called in a pipeline or a script, or a plugin of
//! the build.

use crate::world::{Class, ClassSet, Name, Pattern, Select, View, Want};

/// Pipelines, scripts, and manifests with plugins.
const PLACES: &[&str] = &[
    ".github/workflows/*.{yml,yaml}",
    ".github/actions/**/*.{yml,yaml}",
    "{.gitlab-ci.yml,.gitlab/**/*.{yml,yaml},.circleci/config.yml,azure-pipelines*.yml,Jenkinsfile,cloudbuild.{yml,yaml},.drone.yml,.woodpecker/*.{yml,yaml},.woodpecker.yml,.buildkite/*.{yml,yaml}}",
    "{**/Makefile,**/*.mk,**/justfile,Taskfile.{yml,yaml},.goreleaser.{yml,yaml},.goreleaser*.{yml,yaml},tox.ini,noxfile.py,Earthfile,docker-bake.hcl,dist-workspace.toml}",
    "{scripts,script,hack,ci,.ci,release,build,tools,bin}/**/*",
    "**/{pom.xml,build.gradle,build.gradle.kts,libs.versions.toml,package.json,composer.json,Directory.Build.props,Directory.Build.targets}",
    "**/*.{csproj,fsproj,sh}",
    "{Cargo.toml,pyproject.toml}",
];

/// What the tools are called by (their own documentation), each with what makes it write a document.
const CALLS: &[&str] = &[
    r"anchore/sbom-action@",
    r"\bsyft\b[^\n]{0,200}(?:cyclonedx|spdx|syft-json)",
    r"\bsyft\s+(?:scan|packages|attest)\b",
    r"\btrivy\b[^\n]{0,300}--format[= ](?:cyclonedx|spdx(?:-json)?)\b",
    r#"^\s*format:\s*["']?(?:cyclonedx|spdx|spdx-json|cyclonedx-json)\b"#,
    r"@cyclonedx/(?:cyclonedx-npm|bom|cdxgen|webpack-plugin|yarn-plugin-cyclonedx)\b",
    r"\bcyclonedx-(?:npm|bom|py|gomod|php|conan|ruby|node|maven-plugin|php-composer|gradle-plugin)\b",
    r"\bCycloneDX/(?:gh-\w+-generate-sbom|cdxgen-action)",
    r"\bcdxgen\b",
    r"\bcargo[- ](?:cyclonedx|sbom)\b",
    r"\bdotnet[- ](?:tool run dotnet-)?CycloneDX\b",
    r"--sbom(?:[= ](?:true|generator=\S+|spdx|cyclonedx)|\s*\\?$)",
    r"--attest[= ]\S*type=sbom",
    r#"^\s*sbom:\s*["']?(?:true|generator=)"#,
    r"actions/attest-sbom@|\bsbom-path:",
    r"\bsbom-tool\b|Microsoft\.Sbom\.Targets",
    r"\bnpm sbom\b|\bpnpm sbom\b",
    r"\buv export\b[^\n]{0,200}cyclonedx",
    r"\bpip-audit\b[^\n]{0,200}cyclonedx",
    r"\bspdx-sbom-generator\b|\bspdx-maven-plugin\b|\borg\.spdx\.sbom\b",
    r"\borg\.cyclonedx\.bom\b",
    r"\bbom generate\b",
    r"^sboms:",
    r"\bko\s+(?:build|publish|resolve|apply)\b",
    r"^cargo-cyclonedx\s*=\s*true",
    r"\bcyclonedx_\w+\b|\bsbom4python\b|\bjake sbom\b",
];

/// What must be searched.
pub(super) fn want(folder: &str) -> Option<Want> {
    let select = PLACES.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())));
    let select = select.of(ClassSet::of(&[Class::Src, Class::Tooling])).below(folder);
    let pattern = Pattern::new(&format!("(?m){}", CALLS.join("|"))).ok()?;
    Some(Want::hits(select, pattern, View::Uncommented, MOST_HITS))
}

/// Matches that are kept of a file.
const MOST_HITS: u16 = 3;

/// For what the probe touches.
pub(super) fn places() -> impl Iterator<Item = String> {
    PLACES.iter().map(|place| (*place).to_owned())
}

/// Whether the line only says something, declares a tool that nothing calls there, or switches it off.
pub(super) fn is_idle(line: &str) -> bool {
    let line = line.trim_start_matches(['-', ' ']);
    let says = ["#", "//", "echo ", "name:", "description:", "<!--", "* "].iter().any(|start| line.starts_with(start));
    let declares = ["\"@cyclonedx/", "\"cyclonedx/", "\"cyclonedx-"].iter().any(|start| line.starts_with(start));
    says || declares || line.contains("--sbom=none") || line.contains("--sbom=false")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn calls_of_the_tools_are_known_and_other_words_are_not() {
        let pattern = regex::Regex::new(&format!("(?m){}", CALLS.join("|"))).unwrap();
        for line in [
            "      - uses: anchore/sbom-action@v0",
            "syft . -o cyclonedx-json=sbom.cdx.json",
            "trivy image --quiet --format cyclonedx -o sbom.json shop",
            "          format: 'spdx-json'",
            "npx @cyclonedx/cyclonedx-npm --output-file bom.json",
            "docker buildx build --sbom=true .",
            "          sbom: true",
            "sboms:",
            "ko build ./cmd/shop",
            "<artifactId>cyclonedx-maven-plugin</artifactId>",
            "    id(\"org.cyclonedx.bom\") version \"2.3.0\"",
        ] {
            assert!(pattern.is_match(line), "{line}");
        }
        for line in
            ["sbom: false", "docker build .", "grype sbom:./sbom.json", "format: sarif", "cargo auditable build"]
        {
            assert!(!pattern.is_match(line), "{line}");
        }
        assert!(is_idle("\"@cyclonedx/cyclonedx-npm\": \"^4.0.0\",") && is_idle("\"cyclonedx-bom>=7\","));
        assert!(is_idle("# syft .") && is_idle("- name: Run syft") && !is_idle("- run: syft ."));
    }
}

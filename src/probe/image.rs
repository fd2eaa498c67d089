//! Container image references: their parts, how firmly they are pinned, and which user a known base starts as.
//! Knows no Dockerfile and no compose file; both hand their references here.

use std::sync::LazyLock;

use regex::Regex;

/// How firmly a reference names one image. Steps of the ladder in percent: 100, 70, 50, 30, 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pin {
    /// No tag, or one that moves: `latest`, `stable`, `alpine`.
    Floating,
    /// Only a major version or a code name: `20`, `bookworm`.
    Major,
    /// `3.12`
    Minor,
    /// `3.12.4`, a date or a commit.
    Version,
    /// `@sha256:…`
    Digest,
}

impl Pin {
    /// The step in percent.
    pub(crate) fn percent(self) -> u32 {
        match self {
            Pin::Floating => 0,
            Pin::Major => 30,
            Pin::Minor => 50,
            Pin::Version => 70,
            Pin::Digest => 100,
        }
    }

    /// What the step is, in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Pin::Floating => "no fixed tag",
            Pin::Major => "major version only",
            Pin::Minor => "minor version only",
            Pin::Version => "full version",
            Pin::Digest => "digest",
        }
    }
}

/// User that a container starts as when nothing sets one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaseUser {
    /// Uid 0.
    Root,
    /// Any other, by number.
    NonRoot,
    /// We do not know this image.
    Unknown,
}

/// A reference taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageRef {
    /// Name with registry, without `docker.io/` and `library/`, lower case.
    pub(crate) name: String,
    /// Tag, if written.
    pub(crate) tag: Option<String>,
    /// Digest, if written.
    pub(crate) digest: Option<String>,
}

impl ImageRef {
    /// Takes `registry/name:tag@digest` apart.
    pub(crate) fn parse(text: &str) -> ImageRef {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        let after_slash = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest[after_slash..].find(':') {
            Some(at) => (&rest[..after_slash + at], Some(rest[after_slash + at + 1..].to_owned())),
            None => (rest, None),
        };
        let mut name = name.to_ascii_lowercase();
        for prefix in
            ["docker.io/", "index.docker.io/", "registry-1.docker.io/", "library/", "public.ecr.aws/docker/library/"]
        {
            if let Some(short) = name.strip_prefix(prefix) {
                name = short.to_owned();
            }
        }
        ImageRef { name, tag, digest }
    }

    /// How firmly it is pinned.
    pub(crate) fn pin(&self) -> Pin {
        if self.digest.as_deref().is_some_and(|digest| digest.starts_with("sha256:") && digest.len() == 71) {
            return Pin::Digest;
        }
        self.tag.as_deref().map_or(Pin::Floating, pin_of_tag)
    }

    /// User it starts as, where we know the image.
    pub(crate) fn user(&self) -> BaseUser {
        let tag = self.tag.as_deref().unwrap_or("");
        let name = self.name.as_str();
        if tag.split(['-', '_']).any(|word| matches!(word, "nonroot" | "chiseled" | "unprivileged" | "rootless")) {
            return BaseUser::NonRoot;
        }
        if NON_ROOT.iter().any(|prefix| name.starts_with(prefix)) || name.contains("unprivileged") {
            return BaseUser::NonRoot;
        }
        if ROOT.binary_search(&name).is_ok() || ROOT_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            return BaseUser::Root;
        }
        BaseUser::Unknown
    }
}

/// Images whose configuration sets a numeric user other than 0 (their publishers' documentation).
const NON_ROOT: &[&str] = &[
    "cgr.dev/chainguard/glibc-dynamic",
    "cgr.dev/chainguard/go",
    "cgr.dev/chainguard/jdk",
    "cgr.dev/chainguard/jre",
    "cgr.dev/chainguard/nginx",
    "cgr.dev/chainguard/node",
    "cgr.dev/chainguard/php",
    "cgr.dev/chainguard/python",
    "cgr.dev/chainguard/ruby",
    "cgr.dev/chainguard/static",
    "nginxinc/nginx-unprivileged",
];

/// Images whose configuration sets no user, by prefix.
const ROOT_PREFIXES: &[&str] = &[
    "gcr.io/distroless/",
    "ghcr.io/astral-sh/uv",
    "mcr.microsoft.com/dotnet/",
    "mcr.microsoft.com/playwright",
    "nvidia/cuda",
    "registry.access.redhat.com/ubi10/ubi",
    "registry.access.redhat.com/ubi8/ubi",
    "registry.access.redhat.com/ubi9/ubi",
];

/// Images whose configuration sets no user, so that they start as root; sorted.
const ROOT: &[&str] = &[
    "almalinux",
    "alpine",
    "amazoncorretto",
    "amazonlinux",
    "archlinux",
    "buildpack-deps",
    "busybox",
    "caddy",
    "centos",
    "clojure",
    "composer",
    "dart",
    "debian",
    "denoland/deno",
    "docker",
    "dunglas/frankenphp",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "golang",
    "gradle",
    "haskell",
    "httpd",
    "ibmjava",
    "julia",
    "kalilinux/kali-rolling",
    "maven",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "openjdk",
    "opensuse/leap",
    "opensuse/tumbleweed",
    "oraclelinux",
    "oven/bun",
    "perl",
    "photon",
    "php",
    "postgres",
    "pypy",
    "python",
    "r-base",
    "redhat/ubi8",
    "redhat/ubi9",
    "redis",
    "rockylinux",
    "ruby",
    "rust",
    "rustlang/rust",
    "sapmachine",
    "swift",
    "tiangolo/uvicorn-gunicorn-fastapi",
    "tomcat",
    "ubuntu",
];

/// Code names of releases, which stay on one major version.
const CODE_NAMES: &[&str] = &[
    "bionic", "bookworm", "bullseye", "buster", "focal", "forky", "jammy", "jessie", "noble", "oracular", "plucky",
    "precise", "questing", "resolute", "stretch", "trixie", "trusty", "wheezy", "xenial",
];

static COMMIT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^(sha-|sha256-|git-)?[0-9a-f]{7,64}$").expect("a fixed pattern"));
static VERSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[-_.])[vV]?(\d+(?:\.\d+)*)").expect("a fixed pattern"));
static DATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|\D)20\d\d[-.]?[01]\d[-.]?[0-3]\d(?:\D|$)").expect("a fixed pattern"));

fn pin_of_tag(tag: &str) -> Pin {
    // The name of a processor is no version.
    let tag = &tag.replace("x86_64", "amd64").replace("x86-64", "amd64");
    if DATE.is_match(tag) || (COMMIT.is_match(tag) && tag.bytes().any(|b| b.is_ascii_alphabetic()) && tag.len() >= 7) {
        return Pin::Version;
    }
    let first = tag.split(['-', '_']).next().unwrap_or(tag);
    if matches!(
        first,
        "latest" | "stable" | "edge" | "main" | "master" | "lts" | "nightly" | "canary" | "current" | "rolling"
    ) {
        return Pin::Floating;
    }
    let Some(found) = VERSION.captures(tag).and_then(|captures| captures.get(1)) else {
        let is_release = |word: &str| CODE_NAMES.contains(&word) || is_windows_release(word);
        let named = tag.split(['-', '_']).any(is_release);
        return if named { Pin::Major } else { Pin::Floating };
    };
    // `node:alpine3.20` and `node:slim-2` say nothing of node; the version must open the tag or follow its first word.
    match found.as_str().split('.').count() {
        1 => Pin::Major,
        2 => Pin::Minor,
        _ => Pin::Version,
    }
}

/// `ltsc2022`: the long-term release of Windows of that year.
fn is_windows_release(word: &str) -> bool {
    word.strip_prefix("ltsc").is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_taken_apart_with_registry_port_and_digest() {
        let image = ImageRef::parse("registry.test:5000/team/app:1.2@sha256:abc");
        assert_eq!(image.name, "registry.test:5000/team/app");
        assert_eq!(image.tag.as_deref(), Some("1.2"));
        assert_eq!(image.digest.as_deref(), Some("sha256:abc"));
        assert_eq!(ImageRef::parse("docker.io/library/node").name, "node");
    }

    #[test]
    fn the_ladder_follows_how_much_a_tag_fixes() {
        let digest = format!("node:20@sha256:{}", "a".repeat(64));
        for (text, pin) in [
            ("node", Pin::Floating),
            ("node:latest", Pin::Floating),
            ("ghcr.io/blackdex/rust-musl:x86_64-musl-stable-1.97.1", Pin::Version),
            ("node:lts-alpine3.20", Pin::Floating),
            ("node:alpine", Pin::Floating),
            ("node:20", Pin::Major),
            ("debian:bookworm-slim", Pin::Major),
            ("ubuntu:trusty", Pin::Major),
            ("mcr.microsoft.com/windows/servercore:ltsc2022", Pin::Major),
            ("python:3.12-slim", Pin::Minor),
            ("ubuntu:24.04", Pin::Minor),
            ("python:3.12.4-slim-bookworm", Pin::Version),
            ("debian:bookworm-20240904-slim", Pin::Version),
            ("minio/minio:RELEASE.2024-01-16T16-07-38Z", Pin::Version),
            ("ghcr.io/x/y:v1.2.3", Pin::Version),
            ("ghcr.io/x/y:sha-3f2a9bc", Pin::Version),
            (digest.as_str(), Pin::Digest),
        ] {
            assert_eq!(ImageRef::parse(text).pin(), pin, "{text}");
        }
    }

    #[test]
    fn known_bases_have_a_user_and_others_are_not_guessed() {
        for (text, user) in [
            ("node:20", BaseUser::Root),
            ("gcr.io/distroless/static:nonroot", BaseUser::NonRoot),
            ("gcr.io/distroless/static", BaseUser::Root),
            ("mcr.microsoft.com/dotnet/aspnet:8.0-noble-chiseled", BaseUser::NonRoot),
            ("nginxinc/nginx-unprivileged:1.27", BaseUser::NonRoot),
            ("internal.test/base:1", BaseUser::Unknown),
        ] {
            assert_eq!(ImageRef::parse(text).user(), user, "{text}");
        }
    }

    #[test]
    fn the_list_of_root_images_is_sorted() {
        assert!(ROOT.is_sorted());
    }
}

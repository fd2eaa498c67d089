//! The public registries of the ecosystems: the hosts that locks name where nobody chose another.

/// Hosts, with those that serve the files, and the older names of both.
const PUBLIC: &[&str] = &[
    "registry.npmjs.org",
    "registry.npmjs.com",
    "registry.yarnpkg.com",
    "npm.jsr.io",
    "pypi.org",
    "pypi.python.org",
    "files.pythonhosted.org",
    "index.crates.io",
    "crates.io",
    "static.crates.io",
    "rubygems.org",
    "index.rubygems.org",
    "api.nuget.org",
    "www.nuget.org",
    "nuget.org",
    "repo.packagist.org",
    "packagist.org",
    "repo1.maven.org",
    "repo.maven.apache.org",
    "plugins.gradle.org",
    "proxy.golang.org",
];

/// Whether a host is that of a public registry.
pub(super) fn is_public(host: &str) -> bool {
    PUBLIC.contains(&host)
}

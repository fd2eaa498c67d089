//! The public registries of the ecosystems: the sites that locks name where nobody chose another.

/// Sites by name and top-level domain; every host below one is its owner's: the index, the files, and older names of both.
const PUBLIC: &[(&str, &str)] = &[
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("yarnpkg", "com"),
    ("jsr", "io"),
    ("pypi", "org"),
    ("pypi.python", "org"),
    ("pythonhosted", "org"),
    ("crates", "io"),
    ("rubygems", "org"),
    ("nuget", "org"),
    ("packagist", "org"),
    ("maven", "org"),
    ("maven.apache", "org"),
    ("gradle", "org"),
    ("golang", "org"),
];

/// Whether a host is that of a public registry.
pub(super) fn is_public(host: &str) -> bool {
    PUBLIC.iter().any(|(name, top)| {
        let below = host.strip_suffix(top).and_then(|rest| rest.strip_suffix('.'));
        let left = below.and_then(|rest| rest.strip_suffix(name));
        left.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_a_public_site_is_public_and_one_that_only_ends_alike_is_not() {
        for (name, top) in PUBLIC {
            assert!(is_public(&format!("{name}.{top}")) && is_public(&format!("files.{name}.{top}")));
            assert!(!is_public(&format!("my{name}.{top}")) && !is_public(&format!("{name}.{top}.shop.test")));
        }
        assert!(!is_public("registry.shop.test") && !is_public("org"));
    }
}

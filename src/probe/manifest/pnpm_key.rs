//! How pnpm's lock names a package: `name@1.0.0(peer@2)`, `/name@1.0.0`, or before version 6 `/name/1.0.0_peer`.

/// Name and version of a key of `packages:`; `None` for what is no version of a registry.
pub(in crate::probe) fn package_of(key: &str) -> Option<(&str, &str)> {
    let key = key.trim_start_matches('/');
    let scope = if key.starts_with('@') { key.find('/')? + 1 } else { 0 };
    let at = scope + key[scope..].find(['@', '/'])?;
    let (name, version) = (&key[..at], &key[at + 1..]);
    let version = version.split(['(', '_']).next().unwrap_or(version);
    version.starts_with(|c: char| c.is_ascii_digit()).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::package_of;

    #[test]
    fn a_key_of_any_version_names_a_package() {
        for (key, package) in [
            ("/b/1.0.0_peer@2.0.0", Some(("b", "1.0.0"))),
            ("/@s/b/1.0.0", Some(("@s/b", "1.0.0"))),
            ("/@s/7zip@1.0.0(react@19.0.0)", Some(("@s/7zip", "1.0.0"))),
            ("a_b@1.0.0", Some(("a_b", "1.0.0"))),
            ("x@https://shop.test/x.tgz", None),
            ("github.com/shop/x/0123", None),
        ] {
            assert_eq!(package_of(key), package, "{key}");
        }
    }
}

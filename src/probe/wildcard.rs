//! Patterns of `*` (any text) and `?` (one character), as filters of names have them.

/// Whether the whole name matches a pattern of `*` and `?`; in steps bounded by the product of their lengths.
pub(super) fn like(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_must_match_the_whole_name() {
        assert!(like("*orders*", "a.orders.b") && like("a.?", "a.b") && like("DL3008", "DL3008") && like("*", ""));
        assert!(!like("orders", "a.orders") && !like("a.?", "a.bc") && !like("a*b", "abc"));
        assert!(!like(&"*a".repeat(200), &"a".repeat(150)), "and in time");
    }
}

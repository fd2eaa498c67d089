//! Files that keep credentials in a known place, told by their names. Asked of every file, so nothing is allocated.

/// `.env` and its kin.
pub(super) fn is_env_file(path: &str) -> bool {
    let base = base(path);
    ends_in(base, b".env") || base.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b".env."))
}

/// Whether the file may be one of a tool that keeps a credential in it.
pub(super) fn may_be_of_a_tool(path: &str) -> bool {
    let base = base(path);
    matches!(base.first(), Some(b'.' | b'_')) || ends_in(base, b"kubeconfig") || ends_in(base, b".tfstate")
}

fn base(path: &str) -> &[u8] {
    path.rsplit_once('/').map_or(path, |(_, base)| base).as_bytes()
}

fn ends_in(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

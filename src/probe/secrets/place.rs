//! Files that keep credentials in a known place, told by their names, and values that say they are for development. Names
//! are asked of every file, so nothing is allocated for them.

/// `.env` and its kin.
pub(super) fn is_env_file(path: &str) -> bool {
    let base = base(path);
    ends_in(base, b".env") || base.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b".env."))
}

/// Whether the file may be one of a tool that keeps a credential in it.
pub(super) fn may_be_of_a_tool(path: &str) -> bool {
    let base = base(path);
    matches!(base.first(), Some(b'.' | b'_'))
        || ends_in(base, b"kubeconfig")
        || ends_in(base, b".tfstate")
        || ends_in(path.as_bytes(), b".docker/config.json")
}

fn base(path: &str) -> &[u8] {
    path.rsplit_once('/').map_or(path, |(_, base)| base).as_bytes()
}

fn ends_in(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// Settings that frameworks load while developing and testing only: `config/dev.exs`, `appsettings.Development.json`.
pub(super) fn is_settings_for_development(path: &str) -> bool {
    let (folders, base) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = base.to_ascii_lowercase();
    let mut words = lower.split(['.', '-', '_']);
    let named = words.any(|word| ["dev", "development", "test"].contains(&word));
    named && (lower.starts_with("appsettings.") || folders.split('/').any(|folder| folder == "config"))
}

/// Characters from which a value in `.env` is beyond doubt a credential; shorter ones are words to begin with.
pub(super) const SHORTEST_SURE: usize = 8;

/// Whether a value of a file for local work says so itself: `dev_primary_key`.
pub(super) fn is_for_development(value: &str) -> bool {
    let mut words = value.split(['_', '-', '.', ' ']);
    words.any(|word| {
        ["dev", "development", "local", "test", "dummy", "fake"].contains(&word.to_ascii_lowercase().as_str())
    })
}

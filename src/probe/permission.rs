//! What a target has to allow before a probe does it, asked by the probe itself, whoever runs it.

use super::http::fetch;
use crate::model::Unknown;
use crate::world::World;

/// What a target has to allow before it is done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permission {
    /// Requests that may change something, bursts, malformed input.
    Active,
    /// Load.
    Load,
}

impl Permission {
    fn word(self) -> &'static str {
        match self {
            Permission::Active => "active",
            Permission::Load => "load",
        }
    }
}

/// Whether this may be done to the target; the reason if not.
pub(super) fn permitted(
    what: &str,
    permission: Permission,
    target: Option<&str>,
    world: &World,
) -> Result<(), Unknown> {
    let no = |reason: String| Err(Unknown::because(format!("{what} not sent: {reason}")));
    let word = permission.word();
    if !world.permit.active {
        return no("--no-active".to_owned());
    }
    let Some(name) = target else {
        let help = format!("write `target:` instead of `url:`, and `allow: [{word}]` there");
        return no(format!("only a target can allow it; {help}"));
    };
    let target = fetch::target(name, world)?;
    if let Some(reason) = &target.allow_reason {
        return no(reason.clone());
    }
    let allowed = match permission {
        Permission::Active => target.allow_active,
        Permission::Load => target.allow_load,
    };
    if !allowed {
        return no(format!("target `{name}` does not say `allow: [{word}]`"));
    }
    if target.protected && !world.permit.protected {
        return no("the environment is protected (`--allow-protected` lifts that)".to_owned());
    }
    Ok(())
}

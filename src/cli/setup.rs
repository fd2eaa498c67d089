//! From arguments to what the library wants: options, a runtime, signals.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::args::{PermitArgs, SelectArgs, SpecArgs};
use super::console::{self, Console};
use super::exit::{Exit, WrongQuestion};
use crate::audit::{self, AuditOptions, NotPrepared, Prepared};
use crate::expect::units;
use crate::run::Stop;
use crate::world::Permit;

/// Everything allowed that is allowed by default.
const DEFAULT_PERMIT: Permit = Permit { exec: true, network: true, active: true, protected: false };

/// Options of an audit from its arguments.
pub(super) fn options(spec: &SpecArgs, select: &SelectArgs, permit: Option<&PermitArgs>) -> Result<AuditOptions> {
    let shown = spec.spec.display().to_string();
    if !spec.spec.is_file() {
        return Err(WrongQuestion(format!(
            "there is no spec at `{shown}`\nhelp: `shipworthy init` writes one; `--spec FILE` names another"
        ))
        .into());
    }
    let file = spec.spec.canonicalize().with_context(|| format!("cannot open `{shown}`"))?;
    let root = match &spec.root {
        Some(root) => folder(root)?,
        None => file.parent().unwrap_or(Path::new(".")).to_owned(),
    };
    let as_of = spec.as_of.as_deref().map(units::date).transpose();
    let as_of = as_of.map_err(|message| WrongQuestion(format!("--as-of: {message}")))?;
    Ok(AuditOptions {
        root,
        spec: spec.spec.clone(),
        spec_shown: shown,
        root_implied: spec.root.is_none().then(|| elsewhere(&file)).flatten(),
        environment: spec.env.clone(),
        vars: spec.vars.iter().map(|text| pair(text)).collect::<Result<_>>()?,
        policy: spec.policy.clone(),
        require_env: spec.require_env,
        process_env: console::environment(),
        only: select.only.clone(),
        skip: select.skip.clone(),
        gate: select.gate.clone(),
        ignore_waivers: select.no_waivers,
        permit: permit.map_or(DEFAULT_PERMIT, allowed),
        owned: permit.map(|permit| permit.own.clone()).unwrap_or_default(),
        now: now(),
        as_of,
        workers: permit.and_then(|permit| permit.workers).map_or_else(audit::default_workers, usize::from),
        limit: limit(permit)?,
        flags: flags(spec, select, permit),
        replay: None,
        timings: false,
    })
}

/// The folder of a spec, where that is not the working directory.
fn elsewhere(spec: &Path) -> Option<String> {
    let folder = spec.parent()?;
    let here = Path::new(".").canonicalize().ok()?;
    (here != folder).then(|| folder.display().to_string())
}

/// Says which folder is audited where that is easy to take for another one.
pub(super) fn name_root(options: &AuditOptions, console: &Console) {
    if let Some(root) = &options.root_implied {
        console.note(&format!(
            "note: the root is `{root}`, the folder of the spec\nhelp: `--root .` takes the working directory"
        ));
    }
}

fn allowed(permit: &PermitArgs) -> Permit {
    Permit {
        exec: !permit.no_exec,
        network: !permit.offline,
        active: !permit.no_active,
        protected: permit.allow_protected,
    }
}

fn limit(permit: Option<&PermitArgs>) -> Result<Duration> {
    match permit.and_then(|permit| permit.limit.as_deref()) {
        None => Ok(audit::DEFAULT_LIMIT),
        Some(text) => units::std_duration(text).map_err(|message| WrongQuestion(format!("--limit: {message}")).into()),
    }
}

fn flags(spec: &SpecArgs, select: &SelectArgs, permit: Option<&PermitArgs>) -> Vec<String> {
    let set = |flag: bool, name: &str| flag.then(|| name.to_owned());
    let mut flags: Vec<String> = Vec::new();
    if let Some(permit) = permit {
        flags.extend(set(permit.no_exec, "--no-exec"));
        flags.extend(set(permit.offline, "--offline"));
        flags.extend(set(permit.no_active, "--no-active"));
        flags.extend(set(permit.allow_protected, "--allow-protected"));
        flags.extend(permit.own.iter().map(|host| format!("--i-own-this-target {host}")));
    }
    flags.extend(set(select.no_waivers, "--no-waivers"));
    flags.extend(select.gate.as_ref().map(|gate| format!("--gate {gate}")));
    flags.extend(spec.as_of.as_ref().map(|day| format!("--as-of {day}")));
    flags.extend(set(spec.require_env, "--require-env"));
    flags.extend(spec.policy.as_ref().map(|policy| format!("--policy {}", policy.display())));
    flags
}

fn pair(text: &str) -> Result<(String, String)> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(WrongQuestion(format!("`--var {text}` sets nothing\nhelp: write `--var name=value`")).into()),
    }
}

/// The canonical path of a folder.
pub(super) fn folder(path: &Path) -> Result<PathBuf> {
    let shown = path.display();
    if !path.is_dir() {
        return Err(WrongQuestion(format!("`{shown}` is no folder")).into());
    }
    path.canonicalize().with_context(|| format!("cannot open `{shown}`"))
}

/// The moment that counts as now: read here, once.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// Prepares a plan, or shows why there is none.
pub(super) fn prepare(options: &AuditOptions, console: &Console) -> Result<Result<Prepared, Exit>> {
    match audit::prepare(options) {
        Ok(prepared) => Ok(Ok(prepared)),
        Err(NotPrepared::Problems(problems)) => {
            console.problems(&problems.sorted());
            Ok(Err(Exit::WrongQuestion))
        }
        Err(NotPrepared::Error(error)) => Err(error),
    }
}

/// A runtime for the engine; end it with `shutdown_background`, so that nothing that hangs is waited for.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}

/// Asks to stop when the user or the system does; must be called inside the runtime.
pub(super) fn stop_on_signal(stop: &Stop) {
    let interrupted = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.request("interrupted");
        }
    });
    #[cfg(unix)]
    {
        let terminated = stop.clone();
        tokio::spawn(async move {
            let kind = tokio::signal::unix::SignalKind::terminate();
            if let Ok(mut signal) = tokio::signal::unix::signal(kind) {
                signal.recv().await;
                terminated.request("interrupted");
            }
        });
    }
}

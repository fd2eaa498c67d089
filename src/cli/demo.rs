//! `shipworthy demo`: the sample system, audited live.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::args::{DemoArgs, SelectArgs, SpecArgs};
use super::console::Console;
use super::exit::Exit;
use super::output::Outputs;
use super::{audit, setup};
use crate::demo::{self, System};
use crate::report::Verbosity;

pub(super) fn run(arguments: &DemoArgs, console: &Console) -> Result<Exit> {
    let outputs = Outputs::open(&arguments.output)?;
    let folder = Folder::new()?;
    let system = match &arguments.system {
        Some(name) => Some(System::named(name).with_context(|| format!("there is no system `{name}`"))?),
        None => None,
    };
    let service = match system {
        Some(system) => system.start(arguments.fixed),
        None => demo::start(arguments.fixed),
    };
    let service = service.context("cannot start the sample service")?;
    let spec = SpecArgs {
        spec: folder.path.join("shipworthy.yaml"),
        root: None,
        env: None,
        vars: vec![format!("base_url={}", service.base_url)],
        policy: None,
        require_env: false,
        as_of: None,
    };
    let today = setup::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let unpacked = match system {
        Some(system) => system.unpack(arguments.fixed, &folder.path, today),
        None => demo::unpack(arguments.fixed, &folder.path, today),
    };
    unpacked.context("cannot unpack the sample repository")?;
    let mut options = setup::options(&spec, &SelectArgs::default(), None)?;
    options.spec_shown = "shipworthy.yaml".to_owned();
    options.root_implied = None;
    // The sample must not depend on what happens to be set here.
    options.process_env.retain(|name, _| name == "PATH");
    let prepared = match setup::prepare(&options, console)? {
        Ok(prepared) => prepared,
        Err(_) => anyhow::bail!("the sample's own spec is wrong; please report this"),
    };
    if console.style.verbosity != Verbosity::Quiet {
        let which = if arguments.fixed { "repaired" } else { "flawed" };
        console.note(&format!("auditing the {which} sample at {} and its repository", service.base_url));
    }
    let report = audit::execute(&options, &prepared, console)?.report;
    outputs.write(&report, console)?;
    Ok(Exit::from_code(report.exit.code))
}

/// A folder of our own below the system's temporary one; removed when dropped.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Result<Folder> {
        let name = format!("shipworthy-demo-{}-{}", std::process::id(), setup::now().as_nanosecond());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).with_context(|| format!("cannot make `{}`", path.display()))?;
        Ok(Folder { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that cannot be removed is the system's to clean.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

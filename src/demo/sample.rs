//! The samples by name: Harbour, and the systems of the readiness documents that this tool was made for.

use std::io;
use std::path::Path;

use include_dir::{Dir, include_dir};
use jiff::civil::Date;

use super::serve::Running;
use super::{start_script, unpack};

static SYSTEMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/systems");

/// The documents and the spec that both states of a system share.
const SHARED: [&str; 2] = ["PRODUCTION_READINESS.md", "shipworthy.yaml"];

/// A system in two states: as its document describes it, and repaired.
#[derive(Clone, Copy, Debug)]
pub struct System {
    folder: &'static Dir<'static>,
}

impl System {
    /// The system of this name.
    pub fn named(name: &str) -> Option<System> {
        SYSTEMS.get_dir(name).filter(|folder| folder.get_file(folder.path().join(SHARED[1])).is_some()).map(System::of)
    }

    /// The names of all systems, sorted.
    pub fn names() -> Vec<&'static str> {
        let names = SYSTEMS.dirs().filter_map(|folder| folder.path().file_name()?.to_str());
        names.filter(|name| System::named(name).is_some()).collect()
    }

    fn of(folder: &'static Dir<'static>) -> System {
        System { folder }
    }

    /// Starts its service, if it has one, on a free loopback port.
    ///
    /// # Errors
    /// When no port, thread or runtime is to be had, or its script is wrong.
    pub fn start(self, fixed: bool) -> io::Result<Running> {
        let path = self.folder.path().join(format!("{}.service.yaml", state(fixed)));
        let file = self.folder.get_file(&path).and_then(include_dir::File::contents_utf8);
        let text = file.ok_or_else(|| io::Error::other(format!("`{}` is missing", path.display())))?;
        start_script(text).map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display())))
    }

    /// Writes its repository below `to`, which must exist, as if it had been written this week.
    ///
    /// # Errors
    /// Whatever the file system says, with the path.
    pub fn unpack(self, fixed: bool, to: &Path, today: Date) -> io::Result<()> {
        let shift = unpack::weeks_since_written(today);
        let folder = |name: &&str| self.folder.get_dir(self.folder.path().join(name));
        // What every repaired system has to be operated by; its own files come on top.
        let operated = SYSTEMS.get_dir("operated").filter(|_| fixed);
        for tree in operated.into_iter().chain(["both", state(fixed)].iter().filter_map(folder)) {
            unpack::write(tree, tree.path(), to, shift)?;
        }
        for file in SHARED.iter().filter_map(|name| self.folder.get_file(self.folder.path().join(name))) {
            unpack::write_file(file, self.folder.path(), to, shift)?;
        }
        Ok(())
    }
}

fn state(fixed: bool) -> &'static str {
    if fixed { "repaired" } else { "flawed" }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_system_starts_and_unpacks_in_both_states() {
        assert!(!System::names().is_empty());
        for name in System::names() {
            let system = System::named(name).unwrap();
            for fixed in [false, true] {
                let folder = tempfile::tempdir().unwrap();
                system.unpack(fixed, folder.path(), jiff::civil::date(2026, 3, 2)).unwrap();
                assert!(folder.path().join("shipworthy.yaml").is_file(), "{name}");
                assert!(system.start(fixed).unwrap().base_url.starts_with("http://127.0.0.1:"), "{name}");
            }
        }
    }

    #[test]
    fn a_folder_without_a_spec_is_no_system() {
        assert!(System::named("nowhere").is_none());
    }
}

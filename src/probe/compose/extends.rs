//! What a compose file takes from others: services that it extends, and files that it includes
//! (Compose specification, `extends` and `include`). Reads those files; judging them is the business of `judge`.

use std::collections::BTreeMap;

use super::judge::{Judged, OF_IMAGES, Part, judge};
use super::service::expanded_with;
use crate::model::Value;
use crate::probe::builds::join;
use crate::probe::data;
use crate::probe::variables::Variables;
use crate::world::Swept;

/// Services that may extend one another in a row.
const LONGEST_ROW: usize = 16;
/// Compose files that are read because another names them.
const MOST_FILES: usize = 200;
/// Largest of them.
const LARGEST: u64 = 2 * 1024 * 1024;

/// Compose files that others name, each read once.
pub(super) struct Others<'s> {
    swept: &'s Swept,
    read: BTreeMap<String, Result<Judged, String>>,
}

impl<'s> Others<'s> {
    pub(super) fn new(swept: &'s Swept) -> Others<'s> {
        Others { swept, read: BTreeMap::new() }
    }

    /// The services of a file that are started, with what they take from others; and why something cannot be known.
    pub(super) fn started(&mut self, path: &str, judged: &Judged) -> (Vec<Part>, Vec<String>) {
        self.read.entry(path.to_owned()).or_insert_with(|| Ok(judged.clone()));
        let (mut parts, mut unknown) = (Vec::new(), Vec::new());
        for part in judged.parts.iter().filter(|part| part.is_started()) {
            parts.push(match self.completed(path, part, LONGEST_ROW) {
                Ok(part) => part,
                Err(reason) => {
                    unknown.push(format!("service `{}` extends another: {reason}", part.service.name));
                    part.clone()
                }
            });
        }
        (parts, unknown)
    }

    /// The values that `.env` in the folder of a compose file gives to its variables, where it is in the repository
    /// (Compose, "Set, use and manage variables in a Compose file with interpolation").
    pub(super) fn environment(&self, path: &str) -> Option<Variables> {
        const LARGEST_ENVIRONMENT: u64 = 64 * 1024;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let file = join(folder, ".env").filter(|file| self.swept.tree().find(file).is_some())?;
        let text = self.swept.read(&file, LARGEST_ENVIRONMENT).ok()?;
        let entries = data::environment(&String::from_utf8_lossy(&text))?;
        let mut variables = Variables::default();
        for (name, value) in entries {
            if let Value::Text(text) = value {
                let value = expanded_with(&variables, &text).ok();
                variables.set(&name, value);
            }
        }
        Some(variables)
    }

    /// A file that another names.
    pub(super) fn file(&mut self, path: &str) -> Result<Judged, String> {
        if !self.read.contains_key(path) {
            let judged = if self.read.len() < MOST_FILES { self.load(path) } else { Err("too many files".to_owned()) };
            self.read.insert(path.to_owned(), judged);
        }
        self.read[path].clone()
    }

    fn load(&self, path: &str) -> Result<Judged, String> {
        let bytes = self.swept.read(path, LARGEST).map_err(|unknown| unknown.to_string())?;
        match judge(path, &bytes) {
            Ok(Some(judged)) => Ok(judged),
            Ok(None) => Err(format!("`{path}` is no compose file")),
            Err(fault) => Err(format!("`{path}`:{}: {}", fault.line, fault.reason)),
        }
    }

    fn completed(&mut self, path: &str, part: &Part, left: usize) -> Result<Part, String> {
        let Some(extends) = &part.service.extends else { return Ok(part.clone()) };
        if left == 0 {
            return Err(format!("more than {LONGEST_ROW} extend one another"));
        }
        let file = match &extends.file {
            None => path.to_owned(),
            Some(file) => file.clone()?,
        };
        let judged = self.file(&file)?;
        let base = judged.parts.iter().find(|base| base.service.name == extends.service);
        let base = base.ok_or_else(|| format!("`{file}` has no service `{}`", extends.service))?;
        let base = self.completed(&file, base, left - 1)?;
        Ok(over(part.clone(), base))
    }
}

/// A service over the one that it extends: what it says itself wins, what is dangerous below stays dangerous.
fn over(mut part: Part, base: Part) -> Part {
    let own_image = part.service.image.is_some() || part.service.build.is_some();
    let undone =
        |fact: &str| own_image && OF_IMAGES.contains(&fact) || part.service.denies_privileged && fact == "privileged";
    part.findings.extend(base.findings.into_iter().filter(|(_, finding)| !undone(finding.fact)));
    if !own_image {
        part.pin = base.pin;
    }
    let disabled = part.service.health_disabled;
    part.service.complete(&base.service);
    part.service.has_health &= !disabled;
    part
}

//! Which versions are current: what manifests state, and the highest released one that a tag names of each product. For probes
//! that ask whether something is of this release.

use super::number::{Number, number};
use super::product;
use super::stated::Source;
use super::{Release, read, tags};
use crate::model::Unknown;
use crate::probe::Look;
use crate::probe::finding::Findings;
use crate::world::{WantId, Wants, git_history};

/// The versions that are current.
#[derive(Debug, Default)]
pub(in crate::probe) struct Current {
    known: Vec<(String, Number)>,
}

impl Current {
    /// What must be swept for it.
    pub(in crate::probe) fn want(folder: &str, wants: &mut Wants) -> WantId {
        Release::manifests(folder, wants)
    }

    /// Looks at manifests and tags; none is known where either could not be seen.
    pub(in crate::probe) async fn look(look: &Look<'_>, manifests: WantId) -> Result<Current, Unknown> {
        let mut findings = Findings::default();
        let stated = read(look, manifests, &mut findings);
        // A number that a product never kept may be written into a document all the same.
        let mut known: Vec<(String, Number)> = Vec::new();
        for (_, stated) in &stated {
            if let Source::Here(text) = &stated.version {
                known.extend(number(text).map(|number| (text.clone(), number)));
            }
        }
        let mut products = product::gather(stated, look.folder, look.swept);
        if !findings.is_whole() {
            return Ok(Current::default());
        }
        // Outside of git there is none.
        if git_history::extent(look.world).is_some() {
            match tags(look).await {
                Ok(tags) => product::give_tags(&mut products, &tags, look.folder.is_empty()),
                Err(_) => return Ok(Current::default()),
            }
        }
        known.extend(products.into_iter().filter_map(|product| product.tag));
        Ok(Current { known })
    }

    /// These versions.
    #[cfg(test)]
    pub(in crate::probe) fn of(versions: &[&str]) -> Current {
        Current { known: versions.iter().filter_map(|text| Some(((*text).to_owned(), number(text)?))).collect() }
    }

    /// One of them, where a version is surely none of them.
    pub(in crate::probe) fn other_than(&self, version: &str) -> Option<&str> {
        let number = number(version).filter(|number| !number.is_nothing())?;
        // `2.1` may stand for whatever is the newest of it.
        let series: Result<Vec<u64>, _> = version.trim_start_matches(['v', 'V']).split('.').map(str::parse).collect();
        let series = series.ok().filter(|series| series.len() == 2);
        let is_known = self.known.iter().any(|(_, known)| {
            known.is_same(&number) || series.as_deref().is_some_and(|series| known.begins_with(series))
        });
        let highest = self.known.iter().max_by(|(_, a), (_, b)| a.cmp(b));
        highest.filter(|_| !is_known).map(|(text, _)| text.as_str())
    }
}

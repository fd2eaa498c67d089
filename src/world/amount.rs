//! How many files there are of each extension, and how long they are together: counted once, however many ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::class::Class;
use super::sweep::Swept;
use super::tree::FileId;

/// Files of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub files: usize,
    /// Their bytes together.
    pub bytes: u64,
}

/// Amounts by extension; files without one are left out.
type ByExtension = BTreeMap<String, Amount>;

/// What was counted so far, by folder and class.
#[derive(Default)]
pub(super) struct Counted(Mutex<BTreeMap<(String, Class), Arc<ByExtension>>>);

impl Swept {
    /// The files of a class below a folder, links left out.
    pub fn amounts(&self, folder: &str, class: Class) -> Arc<BTreeMap<String, Amount>> {
        let mut counted = self.counted.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.entry((folder.to_owned(), class)).or_insert_with(|| Arc::new(self.count(folder, class))).clone()
    }

    fn count(&self, folder: &str, class: Class) -> ByExtension {
        let mut amounts = ByExtension::new();
        for (id, entry) in (0..).map(FileId).zip(self.tree().entries()) {
            let below = entry.path.strip_prefix(folder);
            let is_below = folder.is_empty() || below.is_some_and(|rest| rest.starts_with('/'));
            let extension = entry.base().rsplit_once('.').map(|(_, extension)| extension);
            let (true, false, Some(extension)) = (is_below, entry.link, extension) else { continue };
            if self.class(id) != class {
                continue;
            }
            if !amounts.contains_key(extension) {
                amounts.insert(extension.to_owned(), Amount::default());
            }
            if let Some(amount) = amounts.get_mut(extension) {
                *amount = Amount { files: amount.files + 1, bytes: amount.bytes + entry.size };
            }
        }
        amounts
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::super::tree::Tree;
    use super::super::want::Wants;
    use super::*;

    #[test]
    fn files_of_a_class_are_counted_below_a_folder_alone() {
        let files =
            [("a/x.py", "12"), ("a/b/y.py", "345"), ("a/tests/t.py", "6"), ("ab/z.py", "7"), ("a/Makefile", "")];
        let swept = super::super::sweep::run(
            &Arc::new(Tree::from_memory(files)),
            &Wants::default(),
            1,
            &AtomicBool::new(false),
        );
        let of = |folder: &str, class| swept.amounts(folder, class).get("py").copied();
        assert_eq!(of("a", Class::Src), Some(Amount { files: 2, bytes: 5 }));
        assert_eq!(of("", Class::Src), Some(Amount { files: 3, bytes: 6 }));
        assert_eq!((of("a", Class::Test), of("b", Class::Src)), (Some(Amount { files: 1, bytes: 1 }), None));
        assert_eq!(swept.amounts("a", Class::Src).len(), 1);
    }
}

//! Generated documents and schemas are current.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// `UPDATE=1 cargo test --test generated` writes them.
#[test]
fn generated_docs_and_schemas_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = shipworthy::schema::files();
    let update = std::env::var("UPDATE").is_ok();
    let mut stale = Vec::new();
    for (path, text) in &files {
        let file = root.join(path);
        if std::fs::read_to_string(&file).ok().as_deref() == Some(text) {
            continue;
        }
        if update {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text).unwrap();
        } else {
            stale.push(path.clone());
        }
    }
    stale.extend(leftovers(root, &files, update));
    assert!(stale.is_empty(), "stale: {stale:#?}\nrun `UPDATE=1 cargo test --test generated`");
}

/// Pages of rules that are no longer in the catalog.
fn leftovers(root: &Path, files: &[(String, String)], update: bool) -> Vec<String> {
    let known: BTreeSet<PathBuf> = files.iter().map(|(path, _)| root.join(path)).collect();
    let pages = walkdir::WalkDir::new(root.join("docs/checks"));
    let found = pages.into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    let extra: Vec<PathBuf> = found.map(walkdir::DirEntry::into_path).filter(|path| !known.contains(path)).collect();
    if update {
        extra.iter().for_each(|path| std::fs::remove_file(path).unwrap());
        return Vec::new();
    }
    extra.iter().map(|path| path.display().to_string()).collect()
}

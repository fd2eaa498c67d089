//! Programs without source in the repository, told by their first bytes (Scorecard Binary-Artifacts), and folders of installed
//! packages. Owns their facts; what is in archives is found in `archive`.

use sha2::{Digest as _, Sha256};

use super::{Sums, archive};
use crate::model::{Certainty, Exact, Fact, FactDecl, FactType, Value};
use crate::probe::finding::Finding;
use crate::world::{Class, ClassSet, FileBytes, Found, Name, Select, View};

/// Larger programs are named as not judged.
pub(super) const LARGEST: u64 = 16 * 1024 * 1024;
/// Files that are large, binary and no programs.
pub(super) const MEDIA: &[&str] = &[
    "**/*.{png,jpg,jpeg,gif,webp,avif,ico,icns,bmp,tif,tiff,psd,svg,pdf,mp3,mp4,mov,webm,ogg,wav,avi}",
    "**/*.{woff,woff2,ttf,otf,eot,bz2,xz,zst,db,sqlite,sqlite3,parquet,csv,json,onnx,pt,safetensors,pkl,npy}",
];
/// Checksums of the wrappers that Gradle published.
static WRAPPERS: &str = include_str!("gradle-wrappers.txt");

const PROGRAM: &str = "binaries";
const WRAPPER: &str = "unknown_wrappers";
const MODULE: &str = "prebuilt_modules";
const INSTALLED: &str = "installed_packages";

/// Their declarations.
pub(super) fn declarations() -> [FactDecl; 5] {
    let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
    [
        count(
            PROGRAM,
            "programs without source, told by their first bytes (ELF, PE, Mach-O, Java, WebAssembly, compiled Python), and archives \
             with such names; wrappers of build tools aside",
        ),
        count(
            WRAPPER,
            "`gradle-wrapper.jar` whose SHA-256 is none of those that Gradle published up to August 2026; that of Maven is a hint",
        ),
        count(
            MODULE,
            "WebAssembly modules of a repository that builds WebAssembly itself, as its scripts or manifests say",
        ),
        count(INSTALLED, "folders of installed packages in the repository: `node_modules`, `vendor/bundle`"),
        FactDecl::new(
            "binary_credit",
            FactType::Ratio,
            "100 % less 25 % for each of `binaries` and `installed_packages`, 10 % for each of `prebuilt_modules`; at most 50 % with \
             `unknown_wrappers`",
        ),
    ]
}

/// What kind of program a file is, if it is one.
pub(super) fn read(file: &FileBytes<'_>) -> Vec<Finding> {
    let base = file.entry.base();
    let size = file.entry.size;
    let Some(kind) = kind(file.bytes, base) else {
        let inside = archive::program(file.bytes, base);
        let note = |name: String| Finding::new(PROGRAM, 0, "archive", format!("archive with `{name}`, {size} bytes"));
        return inside.map(note).into_iter().collect();
    };
    let note = format!("{kind}, {size} bytes");
    if base == "gradle-wrapper.jar" {
        let finding = |certainty, note| vec![Finding::new(WRAPPER, 0, kind, note).with(certainty)];
        return match published(file.bytes) {
            Some(version) => {
                finding(Certainty::Hint, format!("{note}: the wrapper that Gradle published with {version}"))
            }
            None => finding(Certainty::Certain, format!("{note}: no wrapper that Gradle published")),
        };
    }
    // Whether it is the published one cannot be told from here.
    let certainty = if base == "maven-wrapper.jar" { Certainty::Hint } else { Certainty::Certain };
    vec![Finding::new(PROGRAM, 0, kind, note).with(certainty)]
}

/// The newest version of Gradle that has this wrapper.
fn published(bytes: &[u8]) -> Option<&'static str> {
    let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    WRAPPERS.lines().find_map(|line| line.strip_prefix(sum.as_str())).map(str::trim)
}

fn kind(bytes: &[u8], base: &str) -> Option<&'static str> {
    let extension = base.rsplit_once('.').map_or("", |(_, extension)| extension);
    match bytes {
        [0x7F, b'E', b'L', b'F', ..] => Some("ELF program or library"),
        [b'M', b'Z', ..] if is_pe(bytes) => Some("Windows program or library"),
        [0xFE, 0xED, 0xFA, 0xCE | 0xCF, ..] | [0xCE | 0xCF, 0xFA, 0xED, 0xFE, ..] => Some("Mach-O program or library"),
        [0xCA, 0xFE, 0xBA, 0xBE, ..] if extension == "class" => Some("Java class"),
        [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 1..=8, ..] => Some("Mach-O program or library"),
        [0, b'a', b's', b'm', ..] => Some(WASM),
        [b'P', b'K', 3, 4, ..] if matches!(extension, "jar" | "war" | "ear") => Some("Java archive"),
        [_, _, b'\r', b'\n', ..] if matches!(extension, "pyc" | "pyo") => Some("compiled Python"),
        _ => None,
    }
}

const WASM: &str = "WebAssembly module";

/// The offset at 0x3C leads to `PE\0\0`.
fn is_pe(bytes: &[u8]) -> bool {
    let Some(at) = bytes.get(0x3C..0x40) else { return false };
    let at = u32::from_le_bytes([at[0], at[1], at[2], at[3]]) as usize;
    bytes.get(at..at.saturating_add(4)) == Some(b"PE\0\0")
}

/// Files in which the building of WebAssembly would be written.
pub(super) fn building() -> Select {
    let select = Select::bases(&[
        "Makefile",
        "justfile",
        "Justfile",
        "package.json",
        "Cargo.toml",
        "CMakeLists.txt",
        "Dockerfile",
    ]);
    let exts = ["sh", "mk", "yml", "yaml", "mjs", "ps1", "bat"];
    exts.iter().fold(select, |select, ext| select.or(Name::Ext((*ext).to_owned())))
}

/// Words of tools that build it.
pub(super) const BUILDERS: &[&str] = &[
    "wasm-pack",
    "wasm-bindgen",
    "wasm32",
    "emcc",
    "emcmake",
    "emscripten",
    "tinygo",
    "GOARCH=wasm",
    "asc ",
    "wasi-sdk",
    "wat2wasm",
    "cdylib",
];

/// Whether a file says so; comments do not.
pub(super) fn builds_wasm(file: &FileBytes<'_>) -> Option<bool> {
    let says = |word: &str| {
        memchr::memmem::find_iter(file.bytes, word.as_bytes()).any(|at| file.regions().at(at) != View::Comments)
    };
    (file.may_hold(0) && BUILDERS.iter().any(|word| says(word))).then_some(true)
}

impl Sums<'_> {
    pub(super) fn binaries(&mut self, found: &Found, built: &Found) {
        let mut unread = None;
        let is_built = built.own::<bool>().any(|(_, built)| matches!(built, Ok(true)));
        for (id, result) in found.own::<Vec<Finding>>() {
            // What a program wrote may be large and odd, but nobody edits it.
            if self.swept.class(id) == Class::Generated && result.is_err() {
                continue;
            }
            let path = self.swept.path(id).to_owned();
            match result {
                Ok(findings) => {
                    let module = |finding: &Finding| finding.subject == WASM && is_built;
                    let found = findings.iter().map(|finding| {
                        let fact = if module(finding) { MODULE } else { finding.fact };
                        Finding { fact, ..finding.clone() }
                    });
                    self.findings.extend(&path, found.collect::<Vec<_>>());
                }
                Err(unknown) if may_be_a_program(&path) => {
                    let note = format!("could not be judged: {}", unknown.0);
                    self.findings.push(&path, Finding::new(PROGRAM, 0, "unread", note).with(Certainty::Hint));
                    unread = Some(format!("not judged: {}", unknown.0));
                }
                Err(_) => {}
            }
        }
        self.installed();
        if found.scanned == 0 && self.findings.count(INSTALLED) == 0 {
            return;
        }
        for name in [PROGRAM, WRAPPER, MODULE, INSTALLED] {
            let fact = match (self.findings.count(name), &unread) {
                (0, Some(reason)) => Fact::Unobserved(reason.clone()),
                (count, _) => Fact::Present(Value::count(count)),
            };
            self.facts.set(name, fact);
        }
        let count = |name: &str| self.findings.count(name) as u64;
        let lost = 25 * (count(PROGRAM) + count(INSTALLED)) + 10 * count(MODULE);
        let most = if count(WRAPPER) > 0 { 50 } else { 100 };
        let percent = 100_u64.saturating_sub(lost).min(most);
        self.facts.set(
            "binary_credit",
            Exact::ratio(percent, 100).map_or(Fact::Absent, |ratio| Fact::Present(Value::Number(ratio))),
        );
    }

    /// Folders of installed packages, each once, by the first file in it.
    fn installed(&mut self) {
        let select = Select::any(ClassSet::of(&[Class::Vendored])).below(self.folder);
        let mut roots: Vec<String> = Vec::new();
        for id in self.swept.tree().select(&select) {
            let path = self.swept.path(id);
            let Some(root) = installed_below(path) else { continue };
            if !roots.iter().any(|known| known == root) {
                roots.push(root.to_owned());
            }
        }
        for root in roots {
            let note = format!("`{root}`: installed packages in the repository");
            self.findings.push(&root, Finding::new(INSTALLED, 0, root.as_str(), note));
        }
    }
}

/// The folder of installed packages that a path lies in; what tests keep is none.
fn installed_below(path: &str) -> Option<&str> {
    const ASIDE: &[&str] =
        &["test", "tests", "fixtures", "fixture", "testdata", "__fixtures__", "__tests__", "examples", "spec"];
    let mut end = 0;
    let mut before = "";
    for part in path.split('/') {
        let is_root = part == "node_modules" || (part == "bundle" && before == "vendor");
        end += part.len();
        if is_root && end < path.len() {
            return Some(&path[..end]);
        }
        if ASIDE.contains(&part) {
            return None;
        }
        end += 1;
        before = part;
    }
    None
}

/// Whether a file too large to be looked into may be a program by its name.
fn may_be_a_program(path: &str) -> bool {
    const ENDINGS: &[&str] =
        &["exe", "dll", "so", "dylib", "jar", "war", "ear", "class", "wasm", "node", "bin", "zip", "tgz", "gz", "tar"];
    let base = path.rsplit('/').next().unwrap_or(path);
    base.rsplit_once('.').is_none_or(|(_, ending)| ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::code::DEF;
    use crate::probe::trial::{count, observe, percent};

    #[test]
    fn programs_are_told_by_their_first_bytes() {
        assert_eq!(kind(b"\x7FELF\x02", "tool"), Some("ELF program or library"));
        assert_eq!(kind(b"\0asm\x01", "a.wasm"), Some("WebAssembly module"));
        assert_eq!(kind(b"PK\x03\x04", "a.jar"), Some("Java archive"));
        assert_eq!(kind(b"PK\x03\x04", "fonts.zip"), None);
        assert_eq!(kind(b"MZ is how this text begins", "a.txt"), None);
        assert_eq!(kind(b"\x89PNG", "a.png"), None);
    }

    #[test]
    fn each_program_costs_a_quarter_and_a_pointer_to_one_nothing() {
        let elf = "\u{7f}ELF\u{2}";
        let seen = observe(&DEF, "{}", &[("bin/a", elf), ("bin/b", elf), ("src/a.c", "int a;\n")]);
        assert_eq!((count(&seen, "binaries"), percent(&seen, "binary_credit")), (Some(2), Some(50)));
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
        let seen = observe(&DEF, "{}", &[("bin/a", pointer)]);
        assert_eq!((count(&seen, "binaries"), percent(&seen, "binary_credit")), (Some(0), Some(100)));
    }

    #[test]
    fn a_wrapper_that_nobody_published_is_worth_half() {
        let seen = observe(&DEF, "{}", &[("gradle/wrapper/gradle-wrapper.jar", "PK\u{3}\u{4}")]);
        assert_eq!((count(&seen, "unknown_wrappers"), percent(&seen, "binary_credit")), (Some(1), Some(50)));
        assert!(WRAPPERS.lines().any(|line| line.ends_with(" 9.6.1")));
    }

    #[test]
    fn a_module_that_a_script_builds_costs_little() {
        let module = ("web/a.wasm", "\0asm\u{1}");
        let alone = observe(&DEF, "{}", &[module]);
        assert_eq!((count(&alone, "binaries"), percent(&alone, "binary_credit")), (Some(1), Some(75)));
        let built = observe(&DEF, "{}", &[module, ("build.sh", "wasm-pack build\n")]);
        assert_eq!((count(&built, "prebuilt_modules"), percent(&built, "binary_credit")), (Some(1), Some(90)));
    }

    #[test]
    fn installed_packages_are_told_by_their_folder() {
        assert_eq!(installed_below("web/node_modules/a/index.js"), Some("web/node_modules"));
        assert_eq!(installed_below("vendor/bundle/ruby/a.rb"), Some("vendor/bundle"));
        assert_eq!(installed_below("tests/node_modules/a/index.js"), None);
        assert_eq!(installed_below("vendor/github.com/a/b.go"), None);
        let seen =
            observe(&DEF, "{}", &[("node_modules/a/index.js", "x"), ("node_modules/b/index.js", "x"), ("a.js", "y")]);
        assert_eq!(count(&seen, "installed_packages"), Some(1));
    }
}

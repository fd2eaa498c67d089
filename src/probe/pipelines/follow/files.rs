//! The files that commands lead to: each is read once and parsed once, however many commands lead there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::probe::python::outline::{self, Outline};

use super::package::Package;
use super::table::{self, Item};
use super::targets::Targets;
use super::{Command, Read};

/// A larger script is not followed, in bytes.
const LARGEST: u64 = 256 * 1024;

/// What one command leads to.
#[derive(Default)]
pub(super) struct Led {
    pub(super) commands: Vec<Command>,
    /// Whether that is all it does.
    pub(super) is_whole: bool,
}

type Cache<T> = RefCell<BTreeMap<String, Rc<T>>>;

/// Files of the repository, for following commands.
pub(crate) struct Files<'r> {
    read: &'r Read<'r>,
    texts: RefCell<BTreeMap<String, Option<Rc<str>>>>,
    packages: Cache<Package>,
    targets: Cache<Targets>,
    /// Files of Python, or why they cannot be read.
    outlines: Cache<Result<Outline, String>>,
    /// Files of TOML, or why they cannot be read.
    tables: Cache<Result<Item, String>>,
    /// Where commands lead, by folder and text.
    led: RefCell<BTreeMap<(String, String), Rc<Led>>>,
    /// Why a command may lead to more than is seen: the first reason.
    missed: RefCell<Option<String>>,
}

impl<'r> Files<'r> {
    pub(crate) fn new(read: &'r Read<'r>) -> Files<'r> {
        let (packages, targets) = (RefCell::default(), RefCell::default());
        let (outlines, tables) = (RefCell::default(), RefCell::default());
        let (texts, led, missed) = (RefCell::default(), RefCell::default(), RefCell::default());
        Files { read, texts, packages, targets, outlines, tables, led, missed }
    }

    /// Reads without keeping, for what is no script.
    pub(crate) fn reader(&self) -> &'r Read<'r> {
        self.read
    }

    /// The text of a file.
    pub(super) fn text(&self, path: &str) -> Option<Rc<str>> {
        if let Some(known) = self.texts.borrow().get(path) {
            return known.clone();
        }
        let text = (self.read)(path, LARGEST).map(Rc::from);
        self.texts.borrow_mut().insert(path.to_owned(), text.clone());
        text
    }

    /// The scripts of a `package.json` or `composer.json`.
    pub(super) fn package(&self, path: &str, text: &str) -> Rc<Package> {
        kept(&self.packages, path, || Package::of(text))
    }

    /// The targets of a file with such.
    pub(super) fn targets(&self, path: &str, text: &str) -> Rc<Targets> {
        kept(&self.targets, path, || Targets::of(path, text))
    }

    /// What a file of Python defines.
    pub(super) fn outline(&self, path: &str, text: &str) -> Rc<Result<Outline, String>> {
        kept(&self.outlines, path, || outline::outline(path, text))
    }

    /// The values of a file of TOML.
    pub(super) fn table(&self, path: &str, text: &str) -> Rc<Result<Item, String>> {
        kept(&self.tables, path, || table::read(path, text))
    }

    /// Notes why a command may lead to more than is seen.
    pub(super) fn miss(&self, reason: String) {
        self.missed.borrow_mut().get_or_insert(reason);
    }

    /// Why a command that was followed may lead to more than is seen.
    pub(crate) fn missed(&self) -> Option<String> {
        self.missed.borrow().clone()
    }

    /// Where a command in a folder leads, worked out once.
    pub(super) fn led(&self, (folder, text): (&str, &str), follow: impl FnOnce() -> Led) -> Rc<Led> {
        let key = (folder.to_owned(), text.to_owned());
        if let Some(known) = self.led.borrow().get(&key) {
            return known.clone();
        }
        let led = Rc::new(follow());
        self.led.borrow_mut().insert(key, led.clone());
        led
    }
}

fn kept<T>(cache: &Cache<T>, path: &str, make: impl FnOnce() -> T) -> Rc<T> {
    if let Some(known) = cache.borrow().get(path) {
        return known.clone();
    }
    let made = Rc::new(make());
    cache.borrow_mut().insert(path.to_owned(), made.clone());
    made
}

//! The lexical rules of each language.

use super::want::View;

pub(super) struct Language {}

pub(super) fn of_path(_path: &str, _bytes: &[u8]) -> Option<&'static Language> {
    None
}

pub(super) fn lex(_language: &Language, _bytes: &[u8]) -> Vec<(u32, View)> {
    vec![(0, View::Code)]
}

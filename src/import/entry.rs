//! A document as entries: one for each bullet, row, heading and line, with where it stands, and what nothing was said of.

use super::blocks::{Block, BlockKind, blocks};
use super::decode::Decoded;
use super::surroundings::Surroundings;
use super::{Inventory, Leftover, read};
use crate::model::Statement;

/// A document with its entries.
pub(super) struct Reading {
    pub(super) inventory: Inventory,
    /// One per item that statements name.
    pub(super) entries: Vec<Entry>,
}

/// What an entry looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Heading,
    Bullet,
    Line,
    Row,
    Code,
}

/// One bullet, row, heading or line, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) line: u32,
    pub(super) shape: Shape,
    /// Its text with its signs.
    pub(super) text: String,
    /// Its strong lead.
    pub(super) lead: Option<String>,
    /// Its pieces of code: files, paths, commands.
    pub(super) code: Vec<String>,
    /// The bullet, line or heading it is nested below.
    pub(super) parent: Option<usize>,
    /// The headings above, outermost first, without the title.
    pub(super) headings: Vec<usize>,
    /// Whether it introduces a list.
    pub(super) label: bool,
    /// The line that introduces its list.
    pub(super) label_entry: Option<usize>,
    pub(super) phase: Option<usize>,
}

/// Everything that a decoded document says.
pub(super) fn reading(decoded: Decoded) -> Reading {
    let found = blocks(&decoded.text);
    let around = Surroundings::of(&found.blocks);
    let statements = read::statements(&found.blocks, &around);
    let leftovers = leftovers(&found.blocks, &statements, &around, &decoded.text);
    let entries = found.blocks.iter().enumerate().map(|(index, block)| entry(index, block, &around)).collect();
    let (title, directives) = (around.title.clone(), found.directives);
    Reading { inventory: Inventory { encoding: decoded.notes, title, statements, leftovers, directives }, entries }
}

fn entry(index: usize, block: &Block, around: &Surroundings) -> Entry {
    let place = &around.places[index];
    let shape = match block.kind {
        BlockKind::Heading { .. } => Shape::Heading,
        BlockKind::Item { .. } => Shape::Bullet,
        BlockKind::Line => Shape::Line,
        BlockKind::Row { .. } => Shape::Row,
        BlockKind::Code => Shape::Code,
    };
    let text = match &block.kind {
        BlockKind::Row { cells, .. } => {
            cells.iter().map(|cell| cell.text().trim().to_owned()).collect::<Vec<_>>().join(" | ")
        }
        _ => block.text.text().trim().to_owned(),
    };
    Entry {
        line: block.line,
        shape,
        text,
        lead: block.text.strong_lead(),
        code: block.text.code(),
        parent: place.parent,
        headings: place.headings.clone(),
        label: around.is_label(index),
        label_entry: place.label,
        phase: place.phase,
    }
}

/// Blocks that no statement carries.
fn leftovers(blocks: &[Block], statements: &[Statement], around: &Surroundings, text: &str) -> Vec<Leftover> {
    let mut carried: Vec<bool> = (0..blocks.len()).map(|index| around.is_label(index)).collect();
    for statement in statements {
        if let Some(slot) = carried.get_mut(statement.item) {
            *slot = true;
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    let shown = |block: &Block| match block.kind {
        BlockKind::Code => lines.get(block.line as usize - 1).map_or_else(String::new, |line| line.trim().to_owned()),
        _ => block.text.text().trim().to_owned(),
    };
    let left = blocks.iter().zip(&carried).filter(|(_, carried)| !**carried).map(|(block, _)| block);
    left.map(|block| Leftover { line: block.line, text: shown(block) }).collect()
}

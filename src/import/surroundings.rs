//! Where each block stands: the headings above, the line that introduces its list, its phase, its outer bullet.

use std::collections::HashMap;

use super::blocks::{Block, BlockKind};
use super::phase;
use super::read::tidy;
use super::remark;
use super::words;

/// Where one block stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// Texts of the headings above, outermost first, without the title.
    pub(super) section: Vec<String>,
    /// The headings above, outermost first, without the title.
    pub(super) headings: Vec<usize>,
    /// The nearest heading.
    pub(super) heading: Option<usize>,
    /// The line that introduces the list or table it is in.
    pub(super) label: Option<usize>,
    /// The bullet, line or heading it is nested below.
    pub(super) parent: Option<usize>,
    /// The part of the plan it is in.
    pub(super) phase: Option<usize>,
}

/// Where all blocks stand.
pub(super) struct Surroundings {
    pub(super) title: Option<String>,
    pub(super) places: Vec<Around>,
    labels: Vec<bool>,
    phases: Vec<bool>,
    criteria: Vec<bool>,
    tasks: Vec<bool>,
    risks: Vec<bool>,
}

/// Whether a heading, label or column introduces criteria. `Metrics` alone tells how things are, `Success metrics` how they
/// must become.
pub(super) fn names_criteria(text: &str) -> bool {
    let lower = text.to_lowercase();
    names_any(&lower, "criteria") || (names_any(&lower, "metric") && names_any(&lower, "success"))
}

/// Whether a text holds a word of a list; short ones as whole words.
fn names_any(lower: &str, list: &str) -> bool {
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    words::list(list).into_iter().any(|criterion| {
        // Short words of alphabets stand alone: `мета` is not in `метод`.
        if criterion.chars().count() <= 4 && criterion.chars().all(|c| u32::from(c) < 0x590) {
            words.contains(&criterion) || words.contains(&format!("{criterion}s").as_str())
        } else {
            lower.contains(criterion)
        }
    })
}

/// Whether a heading, label or column is about what may go wrong.
pub(super) fn names_risks(text: &str) -> bool {
    let lower = text.to_lowercase().replace("risk management", "").replace("risikomanagement", "");
    words::list("risk").into_iter().any(|word| lower.contains(word))
}

/// Whether a heading, label or bullet is about what is done against risks.
pub(super) fn names_mitigations(text: &str) -> bool {
    let lower = text.to_lowercase();
    words::list("mitigation").into_iter().any(|word| lower.contains(word))
}

/// Whether a heading is over a part that repeats the others.
fn names_summary(text: &str) -> bool {
    let lower = text.to_lowercase();
    words::list("summary").into_iter().any(|word| lower.contains(word))
}

/// Whether a heading or label introduces what is to be reached at a time.
fn names_milestones(text: &str) -> bool {
    let lower = text.to_lowercase();
    words::list("milestone").into_iter().any(|word| lower.contains(word))
}

impl Surroundings {
    pub(super) fn of(blocks: &[Block]) -> Surroundings {
        let mut walk = Walk::new(blocks);
        for index in 0..blocks.len() {
            walk.step(index);
        }
        walk.around
    }

    pub(super) fn is_label(&self, index: usize) -> bool {
        self.labels[index]
    }

    pub(super) fn opens_phase(&self, index: usize) -> bool {
        self.phases[index]
    }

    pub(super) fn is_criterion(&self, index: usize) -> bool {
        self.criteria[index]
    }

    pub(super) fn is_task(&self, index: usize) -> bool {
        self.tasks[index]
    }

    /// Whether a block stands in a list of risks.
    pub(super) fn is_risk(&self, index: usize) -> bool {
        self.risks[index]
    }

    /// Whether a mark there is on something that is still to be reached: `Targets`, not `Targets reached`.
    pub(super) fn is_ahead(&self, index: usize, blocks: &[Block]) -> bool {
        let place = &self.places[index];
        let reached = |text: &str| {
            let lower = text.to_lowercase();
            words::list("reached").into_iter().any(|word| lower.contains(word))
        };
        let label = place.label.map(|label| blocks[label].text.text());
        let text = blocks[index].text.text();
        let key = text.split_once([':', '：']).map_or("", |(key, _)| key).to_lowercase();
        let tells_what_is = |text: &str| names_any(text, "as it is");
        if tells_what_is(&key) || label.as_ref().is_some_and(|label| tells_what_is(&label.to_lowercase())) {
            return false;
        }
        self.criteria[index] && !place.section.iter().chain(label.iter()).any(|text| reached(text))
    }

    /// Whether a bullet stands in a list of milestones.
    pub(super) fn is_milestone(&self, index: usize, blocks: &[Block]) -> bool {
        let place = &self.places[index];
        let named = place.section.last().is_some_and(|heading| names_milestones(heading))
            || place.label.is_some_and(|label| names_milestones(&blocks[label].text.text()));
        named && matches!(blocks[index].kind, BlockKind::Item { .. })
    }

    /// The words around a block that tell what its numbers mean.
    pub(super) fn context(&self, index: usize, blocks: &[Block]) -> String {
        let place = &self.places[index];
        let label = place.label.map_or_else(String::new, |label| blocks[label].text.text());
        format!("{} {label}", place.section.last().map_or("", String::as_str))
    }
}

struct Walk<'a> {
    blocks: &'a [Block],
    around: Surroundings,
    title: Option<usize>,
    /// Open headings, with their depth.
    headings: Vec<(u8, usize)>,
    /// The last line that may introduce a list.
    pending: Option<usize>,
    /// What introduced each list or table.
    labels: HashMap<usize, Option<usize>>,
    /// Parts of the plan that are open: depth of the heading, or none for a line or bullet.
    phases: Vec<(Option<u8>, usize)>,
}

impl<'a> Walk<'a> {
    fn new(blocks: &'a [Block]) -> Walk<'a> {
        let title = title(blocks);
        let around = Surroundings {
            title: title.map(|index| tidy(&blocks[index].text.text())),
            places: Vec::with_capacity(blocks.len()),
            labels: vec![false; blocks.len()],
            phases: vec![false; blocks.len()],
            criteria: vec![false; blocks.len()],
            tasks: vec![false; blocks.len()],
            risks: vec![false; blocks.len()],
        };
        Walk { blocks, around, title, headings: Vec::new(), pending: None, labels: HashMap::new(), phases: Vec::new() }
    }

    fn step(&mut self, index: usize) {
        let blocks = self.blocks;
        let block = &blocks[index];
        let text = block.text.text();
        if let BlockKind::Heading { depth } = block.kind {
            self.headings.retain(|(open, _)| *open < depth);
            self.phases.retain(|(open, _)| open.is_some_and(|open| open < depth));
            self.pending = None;
        }
        let mut place = self.place(index, block);
        if matches!(block.kind, BlockKind::Line) {
            self.labels_list(index, block, &text);
        }
        let criteria = place.section.iter().rev().take(2).any(|heading| names_criteria(heading))
            || place.label.is_some_and(|label| names_criteria(&blocks[label].text.text()));
        self.around.criteria[index] = criteria;
        if self.may_open_phase(index, block) && phase::opened_by(&text).is_some() {
            self.around.phases[index] = true;
        }
        self.around.tasks[index] = self.is_task(index, block, &place);
        let around = place.label.map_or_else(String::new, |label| blocks[label].text.text());
        let headings = place.section.iter().rev().take(2).cloned().collect::<Vec<_>>().join(" ");
        self.around.risks[index] = names_risks(&around) || names_risks(&headings);
        if self.around.phases[index] {
            self.open_phase(index, block);
        }
        if let BlockKind::Heading { depth } = block.kind {
            place.parent = self.headings.last().map(|(_, heading)| *heading);
            if self.title != Some(index) {
                self.headings.push((depth, index));
            }
        }
        self.around.places.push(place);
    }

    fn place(&mut self, index: usize, block: &Block) -> Around {
        let section = self.headings.iter().map(|(_, heading)| tidy(&self.blocks[*heading].text.text())).collect();
        let heading = self.headings.last().map(|(_, heading)| *heading);
        let label = block.list.and_then(|list| match block.outer {
            Some(_) => None,
            None => *self.labels.entry(list).or_insert(self.pending),
        });
        let loose = block.list.is_none() && block.outer.is_none() && matches!(block.kind, BlockKind::Item { .. });
        let label = label.or(self.pending.filter(|_| loose));
        let outer = block.outer.filter(|outer| *outer != index);
        let inherited = outer.and_then(|outer| self.around.places[outer].label);
        let phase =
            outer.filter(|outer| self.around.phases[*outer]).or_else(|| self.phases.last().map(|(_, phase)| *phase));
        let headings = self.headings.iter().map(|(_, heading)| *heading).collect();
        Around { section, headings, heading, label: label.or(inherited), parent: outer.or(label).or(heading), phase }
    }

    /// A line that ends in a colon or is all strong introduces the list that follows.
    fn labels_list(&mut self, index: usize, block: &Block, text: &str) {
        let text = text.trim_end();
        let introduces = block.outer.is_none() && (text.ends_with([':', '：']) || block.text.is_strong());
        self.around.labels[index] = introduces;
        self.pending = introduces.then_some(index);
        if introduces {
            self.phases.retain(|(depth, _)| depth.is_some());
        }
    }

    fn may_open_phase(&self, index: usize, block: &Block) -> bool {
        match block.kind {
            BlockKind::Heading { .. } => self.title != Some(index),
            BlockKind::Line => self.around.labels[index],
            BlockKind::Item { .. } => {
                block.text.is_strong() || block.text.strong_lead().is_some_and(|lead| phase::is_bare(&lead))
            }
            _ => false,
        }
    }

    fn open_phase(&mut self, index: usize, block: &Block) {
        match block.kind {
            BlockKind::Heading { depth } => self.phases.push((Some(depth), index)),
            BlockKind::Line => self.phases.push((None, index)),
            _ => {}
        }
    }

    /// A bullet directly in a part of the plan, in a list that is not about something else.
    fn is_task(&self, index: usize, block: &Block, place: &Around) -> bool {
        if !matches!(block.kind, BlockKind::Item { .. }) {
            return false;
        }
        let of_a_choice =
            place.label.is_some_and(|label| remark::alternative(&self.blocks[label].text.text(), "").is_some());
        let in_phase = place.phase.is_some() || self.around.phases[index];
        let nested = block.outer.is_some_and(|outer| !self.around.phases[outer]);
        let about = place.label.map_or_else(String::new, |label| self.blocks[label].text.text().to_lowercase());
        let heading = place.section.last().map_or_else(String::new, |heading| heading.to_lowercase());
        let else_about = words::list("no task").into_iter().any(|word| about.contains(word) || heading.contains(word));
        let holds_tasks = block.text.is_strong() && self.around.phases[index];
        let summed_up = place.section.first().is_some_and(|top| names_summary(top));
        in_phase && !nested && !of_a_choice && !else_about && !holds_tasks && !summed_up
    }
}

/// The title: the last of the headings of depth 1 that open the document.
fn title(blocks: &[Block]) -> Option<usize> {
    let depth = |block: &Block| match block.kind {
        BlockKind::Heading { depth } => Some(depth),
        _ => None,
    };
    let first = blocks.iter().position(|block| depth(block) == Some(1))?;
    let run = blocks[first..].iter().take_while(|block| depth(block) == Some(1)).count();
    let earlier = blocks[..first].iter().any(|block| depth(block).is_some());
    (!earlier).then_some(first + run - 1)
}

#[cfg(test)]
mod tests {
    use super::names_criteria;

    #[test]
    fn short_words_are_whole() {
        for heading in ["Мета", "Цели", "Success metrics", "Ziele", "KPIs"] {
            assert!(names_criteria(heading), "{heading}");
        }
        for heading in ["Методи розгортання", "Целостность данных", "Quality metrics", "Excellence"]
        {
            assert!(!names_criteria(heading), "{heading}");
        }
    }
}

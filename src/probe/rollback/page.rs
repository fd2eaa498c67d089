//! What one page of prose says about taking a version back: sections with what stands in them, days of rehearsals, and a policy
//! that the schema only goes forward. Headings are read by probe `docs`.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::probe::docs::{days_on, page};
use crate::world::{Class, ClassSet, FileBytes, Select, Want, WantId, Wants};

/// Pages.
pub(super) const PAGES: &str = "**/*.{md,mdx,rst,adoc}";

/// A section about taking a version back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) line: u32,
    /// The first command in it.
    pub(super) command: Option<String>,
    /// Whether it speaks of data, schema or migrations.
    pub(super) speaks_of_data: bool,
}

/// What one page says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) sections: Vec<Section>,
    /// Days of rehearsals with their lines.
    pub(super) rehearsals: Vec<(u32, Date)>,
    /// The line that says that the schema only goes forward.
    pub(super) forward: Option<u32>,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"\b(roll(ing)? ?backs?\b|rolling (it|a \w+|the \w+) back\b|revert(ing)? (a|the|to)\b|downgrad)")
});
/// A rollback of something else: of a transaction, of a savepoint; and the notes of a release.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"\b(transactions?|savepoints?|commits?|unit of work|sql|api|interface|endpoint|attacks?|protection|proposal|prs?|pull requests?|rbac|permissions?|cancel|emails?|templates?)\b",
    )
});
/// A name in code, a key of a configuration or a command with its arguments, described as such.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)`[\w.-]*(rollback|revert|downgrade)[\w.-]*(\(\))?`|\w[._]\w*(rollback|revert|downgrade)|(rollback|revert|downgrade)[._(]\w?|<[^>]+>",
    )
});
static BACK: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?i)\broll(ed|ing|s)?[ -]?backs?\b|\brolled\b[^|.\n]{1,40}\bback\b"));
static REHEARSED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?i)\b(rehears\w*|drill(s|ed)?|exercised?|exercises|game[ -]?days?|practi[cs]ed|tested|tried|dry[ -]run)\b")
});
/// What is only intended, or did not happen.
static INTENDED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\b(planned|next|schedul\w*|todo|tbd|due|upcoming|will|should|must|not yet|never|before|until|by)\b|\[ \]|(\bnot|n't) (been )?(yet )?(rehears|test|drill|exercis|practi|tried)|^\W*(\d+\W+)?(run|perform|conduct|hold|do|rehearse|practi[cs]e)\s+(a|an|the|\w* ?(drill|rollback))\b|^\W*(last[ _-]?)?(updated|reviewed|verified|created|revised|modified|effective|version|written|author)\b",
    )
});
/// Columns of a table of a page's own revisions.
static REVISIONS: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?i)\|\W*(version|revision|author|changes?|change description|reviewer)\W*\|"));
static DATA: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?i)\b(migrat\w*|schemas?|databases?|db|data|backwards?[ -]compatib\w*|expand[ -](and[ -])?contract)\b")
});
static FORWARD: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\b(migrations?|schemas?|databases?)\b[^.\n]{0,100}\b(forward[- ]only|roll(ing)?[- ]forward)\b|\b(forward[- ]only|roll(ing)?[- ]forward)\b[^.\n]{0,100}\b(migrations?|schemas?|databases?)\b|expand (and|/|→|->|,)?\s*(then )?(migrate[^.\n]{0,20})?contract",
    )
});
static INLINE: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"``?((?:\./|\S*/)?[\w.-]*[a-z][\w./-]*(?: [^`\n]+)|\./[^`\n]+)`"));
/// Pages that tell what happened, or what is new: their days and headings are of something else.
static TOLD: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)(^|/)(changelogs?|changes|history|news|releases?|release[-_]?notes?|whats-?new|blogs?|_posts|adrs?|decisions|rfcs?|proposals?|enhancements?|post-?mortems?)([^/]*\.\w+$|/)",
    )
});
static RECORD: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?i)(^|[/._-])(drills?|rehearsals?|game-?days?|exercises?)([/._-]|$)"));

/// The want for pages.
pub(super) fn declare(folder: &str, wants: &mut Wants) -> WantId {
    let select = Select::glob(PAGES).unwrap_or_else(|_| Select::bases(&[]));
    let select = select.of(ClassSet::of(&[Class::Docs, Class::Src, Class::Tooling])).below(folder);
    let words = ["roll", "Roll", "ROLL", "evert", "owngrad", "orward", "xpand"];
    let screen = move || vec![words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>()];
    wants.add(Want::sparse(select, "rollback page", |file| Ok(of_file(file))).screened(screen))
}

fn of_file(file: &FileBytes<'_>) -> Option<Page> {
    if !file.may_hold(0) || TOLD.is_match(file.path()) {
        return None;
    }
    let page = read(file.path(), &file.text());
    (page != Page::default()).then_some(page)
}

/// Reads a page.
pub(super) fn read(path: &str, text: &str) -> Page {
    let headings = page::read(path, text.as_bytes()).sections;
    let lines: Vec<&str> = text.lines().collect();
    let mut page = Page { forward: first(&lines, &FORWARD), ..Page::default() };
    let matter = front_matter(&lines);
    let is_named = headings.iter().any(|heading| heading.level == 1 && heading.line as usize > matter);
    page.sections.extend(of_matter(&lines, matter).filter(|section| !is_named && section.command.is_some()));
    for (at, heading) in headings.iter().enumerate().filter(|(_, heading)| heading.line as usize > matter) {
        let written = lines.get((heading.line as usize).saturating_sub(1)).copied().unwrap_or_default();
        if !TITLE.is_match(&heading.title) || OTHER.is_match(&heading.title) || NAME.is_match(written) {
            continue;
        }
        let next = headings[at + 1..].iter().find(|next| next.level <= heading.level);
        let from = lines.len().min(heading.line as usize);
        let to = next.map_or(lines.len(), |next| (next.line as usize).saturating_sub(1)).clamp(from, lines.len());
        page.sections.push(section(heading.title.clone(), heading.line, &lines[from..to]));
    }
    rehearsals(path, &headings, &lines, &mut page);
    page
}

/// Lines of the front matter, with its marks: its last line and the mark below look like a heading, and are none.
fn front_matter(lines: &[&str]) -> usize {
    let is_mark = |line: &&str| line.trim_end() == "---";
    let Some((_, rest)) = lines.split_first().filter(|(first, _)| is_mark(first)) else { return 0 };
    rest.iter().position(is_mark).map_or(0, |at| at + 2)
}

/// A page whose title stands in its front matter alone is one section, where it says how: a title alone may be of an outage.
fn of_matter(lines: &[&str], matter: usize) -> Option<Section> {
    let titled = lines[..matter].iter().zip(1_u32..).find_map(|(line, number)| {
        let title = line.strip_prefix("title:")?.trim().trim_matches(['"', '\'']).to_lowercase();
        (TITLE.is_match(&title) && !OTHER.is_match(&title) && !NAME.is_match(line)).then_some((title, number))
    });
    titled.map(|(title, line)| section(title, line, &lines[matter..]))
}

fn first(lines: &[&str], pattern: &Regex) -> Option<u32> {
    lines.iter().zip(1_u32..).find(|(line, _)| pattern.is_match(line)).map(|(_, number)| number)
}

fn section(title: String, line: u32, body: &[&str]) -> Section {
    let speaks_of_data = DATA.is_match(&title) || body.iter().any(|line| DATA.is_match(line));
    Section { title, line, command: command(body), speaks_of_data }
}

/// The first line of a block of commands, of another block, or a command within a line.
fn command(body: &[&str]) -> Option<String> {
    let mut other: Option<String> = None;
    let mut inline: Option<String> = None;
    let (mut after_blank, mut in_block) = (true, false);
    for (at, line) in body.iter().enumerate() {
        let trimmed = line.trim_start();
        if let Some(mark) = block(trimmed) {
            in_block = !in_block && matches!(mark, Mark::Fence | Mark::Shell);
            if in_block || matches!(mark, Mark::Literal) {
                let first = body[at + 1..].iter().map(|line| line.trim()).find(|line| !is_remark(line));
                let first = first.unwrap_or(trimmed).to_owned();
                if matches!(mark, Mark::Shell) {
                    return Some(first);
                }
                other = other.or(Some(first));
            }
        } else if !in_block {
            if trimmed.starts_with("$ ") || (after_blank && line.starts_with("    ") && !is_item(trimmed)) {
                return Some(trimmed.to_owned());
            }
            let found = INLINE.captures(line).and_then(|found| Some(found.get(1)?.as_str().to_owned()));
            inline = inline.or(found);
        }
        after_blank = trimmed.is_empty();
    }
    other.or(inline)
}

/// What begins or ends a block of code.
enum Mark {
    /// One that shows a shell.
    Shell,
    /// Another one, or the end.
    Fence,
    /// One that ends where the indentation does.
    Literal,
}

fn block(line: &str) -> Option<Mark> {
    const SHELLS: &[&str] = &["sh", "bash", "shell", "console", "zsh", "powershell", "shell-session", "terminal"];
    for fence in ["```", "~~~"] {
        if let Some(info) = line.strip_prefix(fence) {
            let language = info.trim_start_matches(['`', '~', ' ']).split([' ', ',', '{']).next().unwrap_or_default();
            return Some(if SHELLS.contains(&language) { Mark::Shell } else { Mark::Fence });
        }
    }
    if line.starts_with("----") {
        return Some(Mark::Fence);
    }
    let is_literal = [".. code", "{% highlight", "<pre"].iter().any(|mark| line.starts_with(mark))
        || (line.trim_end().ends_with("::") && !line.starts_with(".."));
    is_literal.then_some(Mark::Literal)
}

/// An empty line, an option of a block, or a comment.
fn is_remark(line: &str) -> bool {
    line.is_empty() || line.starts_with([':', '#']) || line.starts_with("//")
}

fn is_item(line: &str) -> bool {
    line.starts_with(['-', '*', '+', '|', '>']) || line.starts_with(|c: char| c.is_ascii_digit() || c.is_uppercase())
}

/// Days on lines that say, by themselves, by the headings above them or by the name of their page, that going back was rehearsed.
fn rehearsals(path: &str, headings: &[page::Section], lines: &[&str], page: &mut Page) {
    let is_record = RECORD.is_match(path);
    let base = path.rsplit('/').next().unwrap_or(path);
    if base.to_ascii_lowercase().contains("template") {
        return;
    }
    if is_record && BACK.is_match(base) {
        page.rehearsals.extend(days_on(base).map(|day| (0, day)));
    }
    let mut above: Vec<&page::Section> = Vec::new();
    // The names of the columns of the table that a line is of.
    let mut columns = "";
    let mut next = headings.iter().peekable();
    for (line, number) in lines.iter().zip(1_u32..) {
        while let Some(heading) = next.next_if(|heading| heading.line <= number) {
            above.retain(|open| open.level < heading.level);
            above.push(heading);
        }
        let is_rule = line.contains("--") && line.contains('|');
        columns = match (line.contains('|'), is_rule) {
            (false, _) => "",
            (true, true) => lines.get((number as usize).wrapping_sub(2)).copied().unwrap_or_default(),
            (true, false) => columns,
        };
        let Some(day) = days_on(line).last() else { continue };
        if INTENDED.is_match(line) || REVISIONS.is_match(columns) {
            continue;
        }
        let titles = || above.iter().map(|heading| heading.title.as_str());
        let speaks =
            [line, columns, base].iter().any(|text| BACK.is_match(text)) || titles().any(|title| TITLE.is_match(title));
        let done = is_record
            || [line, columns].iter().any(|text| REHEARSED.is_match(text))
            || titles().any(|title| REHEARSED.is_match(title));
        if speaks && done {
            page.rehearsals.push((number, day));
        }
    }
}

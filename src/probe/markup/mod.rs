//! Probe `markup`: the few facts about accessibility that templates show before a browser does. A stand-in: whether text
//! is readable, buttons are named and focus moves well is for axe, whose report `ingest` reads.

mod tag;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings, shortened};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, folder};
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::lex::Regions;
use crate::world::{ClassSet, Select, View, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

use tag::{Tag, tags};

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "markup",
    doc: "Reads HTML, JSX, Vue, Svelte and templates: texts of images, languages and titles of pages, zoom, tab order",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "exclude: [\"legacy/**\"]\n",
};

/// Parameters of the `markup` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MarkupProbe")]
struct Params {
    /// Globs of files to leave out. Templates of mails are always left out.
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
}

struct Markup {
    exclude: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let before = problems.len();
    folder::check_globs(&params.exclude, problems);
    let exclude = params.exclude.into_iter().map(|glob| glob.value).collect();
    (problems.len() == before).then(|| Box::new(Markup { exclude }) as Box<dyn Probe>)
}

const EXTENSIONS: &[&str] = &[
    "html",
    "htm",
    "xhtml",
    "jsx",
    "tsx",
    "vue",
    "svelte",
    "astro",
    "erb",
    "hbs",
    "ejs",
    "twig",
    "cshtml",
    "jsp",
    "jinja",
    "j2",
    "njk",
    "blade.php",
    "heex",
];
const MAILS: &[&str] = &["**/*mail*/**", "**/*mail*", "**/*newsletter*"];

#[rustfmt::skip]
const COUNTED: &[(&str, &str)] = &[
    ("images_without_text", "`img` without `alt`; an empty one is right for decoration (WCAG 2.2 1.1.1, axe image-alt)"),
    ("pages_without_language", "`html` without `lang` (WCAG 2.2 3.1.1, axe html-has-lang)"),
    ("pages_without_title", "whole pages without `title` (WCAG 2.2 2.4.2, axe document-title)"),
    ("fixed_zoom", "viewports that forbid to zoom in (WCAG 2.2 1.4.4, axe meta-viewport)"),
    ("frames_without_title", "`iframe` without `title` (WCAG 2.2 4.1.2, axe frame-title)"),
    ("forced_tab_order", "elements with a positive `tabindex` (axe tabindex)"),
];

/// What is kept of a file: elements that were judged, and what is wrong.
#[derive(Clone, Debug, Default)]
struct Judged {
    elements: usize,
    findings: Vec<Finding>,
}

impl Probe for Markup {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let mut decls = vec![
            count("files", "files with markup that ships"),
            count("elements", "elements in them that were judged; 0 when there is none, and then nothing else is observed; those that a spread or a template completes are not judged"),
        ];
        decls.extend(COUNTED.iter().map(|(name, doc)| count(name, doc)));
        decls.push(FactDecl::new("good_ratio", FactType::Ratio, "share of the elements with nothing of this wrong"));
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("markup -{:?}", self.exclude)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![format!("**/*.{{{}}}", EXTENSIONS.join(","))], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let left_out = self.exclude.iter().cloned().chain(MAILS.iter().map(|glob| (*glob).to_owned()));
        let Ok(select) = Select::glob(&format!("**/*.{{{}}}", EXTENSIONS.join(","))) else { return Vec::new() };
        let select = select.of(ClassSet::SRC).except(left_out).below(folder);
        vec![wants.add(Want::doc(select, "markup", |file| {
            let scripted = [".tsx", ".jsx"].iter().any(|end| file.path().ends_with(end));
            Ok(judge(&if scripted { rendered(file.path(), &file.text()) } else { file.text().into_owned() }))
        }))]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            let found = look.swept.get(*want);
            found.whole.clone()?;
            let mut findings = Findings::default();
            let (mut files, mut elements) = (0, 0);
            for (id, judged) in found.own::<Judged>() {
                let path = look.swept.path(id);
                match judged {
                    Ok(judged) => {
                        files += 1;
                        elements += judged.elements;
                        findings.extend(path, judged.findings.iter().cloned());
                    }
                    Err(unknown) => findings.unread(path, unknown.0.clone()),
                }
            }
            Ok(sum(files, elements, findings))
        })
    }
}

fn sum(files: usize, elements: usize, mut findings: Findings) -> Observation {
    let mut facts = Facts::new();
    findings.set_number(&mut facts, "files", files);
    findings.set_number(&mut facts, "elements", elements);
    if elements == 0 {
        facts.set_reason("there is no element to judge");
        return Observation { facts, evidence: findings.evidence(), requests: 0 };
    }
    let wrong: usize = COUNTED.iter().map(|(fact, _)| findings.count(fact)).sum();
    for (fact, _) in COUNTED {
        findings.set_count(&mut facts, fact);
    }
    let counted: Vec<&str> = COUNTED.iter().map(|(fact, _)| *fact).collect();
    findings.sum_up(&counted, "good_ratio");
    let ratio = Exact::ratio(elements.saturating_sub(wrong) as u64, elements as u64);
    facts.set("good_ratio", ratio.map_or(Fact::Absent, |ratio| Fact::Present(Value::Number(ratio))));
    Observation { facts, evidence: findings.evidence(), requests: 0 }
}

/// What a script shows: without template literals, which hold code for others to copy, and without comments.
fn rendered(path: &str, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (view, range) in Regions::of(path, text.as_bytes()).iter() {
        let inside = text.get(range.clone()).filter(|_| view == View::Strings).unwrap_or_default();
        if inside.starts_with('`') || inside.ends_with('`') || inside.contains('\n') {
            bytes[range].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
    }
    without_line_comments(&String::from_utf8_lossy(&bytes))
}

/// A script with its lines that are comments left empty: they speak of tags.
fn without_line_comments(text: &str) -> String {
    let kept = text.lines().map(|line| {
        let start = line.trim_start();
        if start.starts_with("//") || start.starts_with("* ") || start.starts_with("/*") { "" } else { line }
    });
    kept.collect::<Vec<_>>().join("\n")
}

fn judge(text: &str) -> Judged {
    let mut judged = Judged::default();
    let all = tags(text);
    for tag in &all {
        let Some(fault) = fault(tag) else { continue };
        judged.elements += 1;
        let Some((fact, what)) = fault else { continue };
        let shown = shortened(&format!("<{}{}>", tag.name, tag.attributes));
        judged.findings.push(Finding::new(fact, tag.line, shown.as_str(), format!("{what}: `{shown}`")));
    }
    if let Some(page) = all.iter().find(|tag| tag.name == "html").filter(|_| is_whole(text)) {
        judged.elements += 1;
        if !all.iter().any(|tag| tag.name.eq_ignore_ascii_case("title")) {
            judged.findings.push(Finding::new("pages_without_title", page.line, "html", "a page without `title`"));
        }
    }
    judged
}

/// A page that no template completes.
fn is_whole(text: &str) -> bool {
    const MARKS: &[&str] =
        &["export ", "{{", "{%", "<%", "<?", "@section", "@yield", "@include", "{#", "%sveltekit", "<slot", "@Render"];
    let has = |word: &str| text.contains(word);
    has("<head") && has("</head>") && !MARKS.iter().any(|mark| has(mark))
}

/// What is wrong with a tag: `None` when it is not judged, `Some(None)` when nothing is.
fn fault(tag: &Tag<'_>) -> Option<Option<(&'static str, &'static str)>> {
    let has = |names: &[&str]| tag.has(names);
    let value = |name: &str| value_of(tag.attributes, name);
    if value("tabindex").or_else(|| value("tabIndex")).is_some_and(|value| value.parse().is_ok_and(|at: i32| at > 0)) {
        return Some(Some(("forced_tab_order", "a tab order of its own")));
    }
    let lacks = |fact, what, names: &[&str]| match has(names) {
        true => Some(None),
        false if tag.is_open() => None,
        false => Some(Some((fact, what))),
    };
    match tag.name {
        "img" => {
            let hidden = value("role").is_some_and(|role| matches!(role, "presentation" | "none"))
                || value("aria-hidden").is_some_and(|value| value == "true");
            if hidden {
                return Some(None);
            }
            lacks("images_without_text", "an image without `alt`", &["alt", "aria-label", "aria-labelledby", "title"])
        }
        "html" => lacks("pages_without_language", "a page without `lang`", &["lang", "xml:lang"]),
        "iframe" => {
            lacks("frames_without_title", "a frame without `title`", &["title", "aria-label", "aria-hidden", "hidden"])
        }
        "meta" if value("name") == Some("viewport") => {
            let content = value("content")?.replace(' ', "").to_ascii_lowercase();
            let largest = content.split([',', ';']).find_map(|part| part.strip_prefix("maximum-scale="));
            let fixed = content.contains("user-scalable=no")
                || content.contains("user-scalable=0")
                || largest.and_then(|scale| scale.parse::<f32>().ok()).is_some_and(|scale| scale < 2.0);
            Some(fixed.then_some(("fixed_zoom", "a viewport that forbids to zoom in")))
        }
        _ => None,
    }
}

/// The literal value of an attribute.
fn value_of<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let at = attributes.match_indices(name).map(|(at, _)| at).find(|at| {
        *at > 0
            && attributes.as_bytes()[at - 1].is_ascii_whitespace()
            && attributes[at + name.len()..].trim_start().starts_with('=')
    })?;
    let rest = attributes[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.strip_prefix('{').unwrap_or(rest);
    match rest.as_bytes().first()? {
        mark @ (b'"' | b'\'') => rest[1..].split(char::from(*mark)).next(),
        _ => rest.split(|c: char| c.is_whitespace() || matches!(c, '}' | '/' | '>')).next(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::model::Fact;
    use crate::probe::sample;
    use crate::probe::trial::count;

    #[test]
    fn each_fault_is_counted_and_what_is_right_is_not() {
        let bad = "<html>\n<head><meta name=\"viewport\" content=\"width=device-width, maximum-scale=1\"></head>\n<img src=a>\n<iframe src=b></iframe>\n<a tabindex=\"3\">x</a>\n</html>\n";
        let good = "<html lang=en>\n<head><title>x</title><meta name='viewport' content='width=device-width'></head>\n<img src=a alt=''>\n<iframe title=x src=b></iframe>\n<a tabindex=\"-1\">x</a>\n</html>\n";
        let seen = sample::observe("markup", "{}", &[("web/a.html", bad)]).unwrap();
        let facts = COUNTED.iter().map(|(fact, _)| count(&seen, fact).unwrap()).collect::<Vec<_>>();
        assert_eq!(facts, [1, 1, 1, 1, 1, 1]);
        assert!(judge(good).findings.is_empty(), "{:?}", judge(good).findings);
    }

    #[test]
    fn code_that_a_script_shows_is_no_page() {
        let shown = "const code = `<div>\n  <iframe src=\"${url}\"\n frameborder=0>\n</iframe>`;\nexport default () => <iframe src={url} />\n";
        let seen = sample::observe("markup", "{}", &[("web/a.tsx", shown)]).unwrap();
        assert_eq!(count(&seen, "frames_without_title"), Some(1), "{:?}", seen.evidence);
        assert_eq!(seen.evidence[0].place.as_ref().unwrap().line, 5);
    }

    #[test]
    fn components_spreads_and_templates_are_not_judged() {
        for text in [
            "<Image src={a} />",
            "<img {...props} />",
            "<img <%= attributes %>>",
            "<html {{ attributes }}>",
            "<img src={a} role=\"presentation\" />",
        ] {
            assert!(judge(text).findings.is_empty(), "{text}");
        }
        let none = sample::observe("markup", "{}", &[("web/a.html", "<p>x</p>"), ("mails/b.html", "<img>")]).unwrap();
        assert!(matches!(none.facts.get("good_ratio"), Fact::Unobserved(_)));
    }
}

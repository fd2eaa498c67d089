//! Hostile text stays text in every format, and no line outgrows the terminal.

use shipworthy::report::{FORMATS, Style, Verbosity};
use unicode_width::UnicodeWidthStr;

use super::{rendered, sample};

/// Without colours and links, as a terminal shows it.
fn stripped(text: &str) -> String {
    let escapes = regex::Regex::new("\u{1b}\\[[0-9;]*m|\u{1b}\\]8;;[^\u{1b}]*\u{1b}\\\\").unwrap();
    escapes.replace_all(text, "").into_owned()
}

#[test]
fn no_line_exceeds_the_width() {
    for report in [sample::rich(), sample::ready(), sample::inconclusive(), sample::hostile()] {
        for width in [40, 50, 60, 66, 72, 80, 100, 120, 200] {
            for (color, unicode) in [(false, true), (true, true), (true, false)] {
                for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
                    let style = Style { width, color, unicode, verbosity, hyperlinks: color };
                    for line in stripped(&rendered("terminal", &report, &style)).lines() {
                        assert!(line.width() <= width, "{} > {width}: {line}", line.width());
                    }
                }
            }
        }
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    for report in [sample::rich(), sample::hostile()] {
        let plain = Style { verbosity: Verbosity::Verbose, ..Style::default() };
        let colored = Style { color: true, hyperlinks: true, ..plain };
        assert_eq!(stripped(&rendered("terminal", &report, &colored)), rendered("terminal", &report, &plain));
    }
}

#[test]
fn our_own_signs_stay_in_ascii_when_asked() {
    let mut report = sample::ready();
    report.verdict_line = "ready".to_owned();
    let style = Style { unicode: false, ..Style::default() };
    assert!(rendered("terminal", &report, &style).is_ascii());
}

#[test]
fn no_format_lets_control_or_reordering_characters_through() {
    let report = sample::hostile();
    assert!(sample::HOSTILE.contains('\u{1b}') && sample::HOSTILE.contains('\u{202e}'));
    for format in FORMATS {
        let text = rendered(format.name, &report, &Style::default());
        // JSON spells control characters out itself and keeps every other character, so that it can be read back.
        let hidden =
            |letter: &char| *letter != '\n' && letter.is_control() || (*letter == '\u{202e}' && format.name != "json");
        assert_eq!(text.chars().find(hidden), None, "{}", format.name);
    }
}

#[test]
fn html_keeps_tags_as_text_and_runs_and_loads_nothing() {
    let text = rendered("html", &sample::hostile(), &Style::default());
    for forbidden in ["<script", "<img", "href=\"javascript:", " onerror", "src=", "@import", "url("] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    assert!(text.contains("&#60;script&#62;alert(1)"));
}

#[test]
fn markdown_keeps_tags_links_tables_and_headings_as_text() {
    let text = rendered("markdown", &sample::hostile(), &Style::default());
    for line in text.lines() {
        let outside_code: String = line.split('`').step_by(2).collect();
        for (at, _) in outside_code.match_indices("<script") {
            assert_eq!(outside_code.as_bytes().get(at.wrapping_sub(1)), Some(&b'\\'), "{line}");
        }
    }
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert!(headings.iter().all(|line| !line.starts_with("# title") && !line.starts_with("## title")), "{headings:?}");
    assert!(!text.contains(" [a](javascript"));
    // As many columns in every row of a table as in its head.
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<&str> = text.lines().collect();
    for pair in rows.windows(2).filter(|pair| pair.iter().all(|line| line.starts_with("| "))) {
        assert_eq!(cells(pair[0]), cells(pair[1]), "{pair:?}");
    }
}

#[test]
fn a_workflow_command_cannot_be_smuggled_in() {
    let text = rendered("github", &sample::hostile(), &Style::default());
    for line in text.lines() {
        assert!(["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)), "{line}");
        assert!(!line.contains("%0A::"), "{line}");
    }
    for kind in ["::error ", "::warning ", "::notice "] {
        assert!(text.lines().filter(|line| line.starts_with(kind)).count() <= 10);
    }
}

#[test]
fn xml_formats_stay_well_formed() {
    for name in ["junit", "badge-svg"] {
        let text = rendered(name, &sample::hostile(), &Style::default());
        let mut reader = quick_xml::Reader::from_str(&text);
        reader.config_mut().check_end_names = true;
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(quick_xml::events::Event::Start(tag)) => assert_ne!(tag.name().as_ref(), "script"),
                Ok(_) => {}
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
}

//! Snapshots of every format, and files to look at: `REPORT_SAMPLES=some/folder cargo test --test report_formats`.

use shipworthy::report::{FORMATS, Style, Verbosity};

use super::{rendered, sample};

#[test]
fn the_terminal_report_looks_right_at_every_width() {
    for width in [60, 80, 120] {
        let style = Style { width, ..Style::default() };
        insta::assert_snapshot!(format!("terminal_{width}"), rendered("terminal", &sample::rich(), &style));
    }
    let plain = Style { unicode: false, ..Style::default() };
    insta::assert_snapshot!("terminal_ascii", rendered("terminal", &sample::rich(), &plain));
}

#[test]
fn the_terminal_report_says_less_or_more_when_asked() {
    let quiet = Style { verbosity: Verbosity::Quiet, ..Style::default() };
    insta::assert_snapshot!("terminal_quiet", rendered("terminal", &sample::rich(), &quiet));
    let verbose = Style { verbosity: Verbosity::Verbose, color: true, hyperlinks: true, ..Style::default() };
    insta::assert_snapshot!(
        "terminal_verbose_color",
        rendered("terminal", &sample::rich(), &verbose).replace('\u{1b}', "␛")
    );
    for (name, report) in [("ready", sample::ready()), ("inconclusive", sample::inconclusive())] {
        insta::assert_snapshot!(format!("terminal_{name}"), rendered("terminal", &report, &Style::default()));
    }
}

#[test]
fn every_other_format_looks_right() {
    for format in FORMATS.iter().filter(|format| format.name != "terminal") {
        insta::assert_snapshot!(format.name, rendered(format.name, &sample::rich(), &Style::default()));
    }
}

#[test]
fn samples_can_be_written_out_to_look_at() {
    let Some(folder) = std::env::var_os("REPORT_SAMPLES").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    let reports = [
        ("rich", sample::rich()),
        ("ready", sample::ready()),
        ("inconclusive", sample::inconclusive()),
        ("hostile", sample::hostile()),
    ];
    for (name, report) in reports {
        for format in FORMATS {
            let bytes = (format.render)(&report, &Style::default());
            std::fs::write(folder.join(format!("{name}.{}.{}", format.name, format.extension)), bytes).unwrap();
        }
        for width in [60, 80, 120] {
            let style = Style { width, color: true, hyperlinks: false, ..Style::default() };
            std::fs::write(folder.join(format!("{name}.{width}.ansi")), rendered("terminal", &report, &style)).unwrap();
        }
    }
}

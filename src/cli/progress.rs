//! Progress on standard error: bars on a terminal, plain lines in CI, nothing when piped.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::console::ProgressKind;
use crate::run::Progress;

/// Most observations shown as running at a time.
const MOST_SHOWN: usize = 4;
/// How often running times are redrawn.
const TICK: Duration = Duration::from_millis(200);

/// A display that can be finished.
pub(super) enum Display {
    /// Bars.
    Bars(Bars),
    /// Lines.
    Lines,
    /// Nothing.
    None,
}

pub(super) struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    running: Mutex<BTreeMap<usize, Option<ProgressBar>>>,
}

/// Starts a display for this many observations.
pub(super) fn start(kind: ProgressKind, observations: usize) -> Arc<Display> {
    Arc::new(match kind {
        ProgressKind::None => Display::None,
        ProgressKind::Lines => Display::Lines,
        ProgressKind::Bars => {
            let all = MultiProgress::new();
            let total = all.add(ProgressBar::new(observations as u64));
            total.set_style(style("{bar:24} {pos}/{len} observed {elapsed}"));
            total.enable_steady_tick(TICK);
            Display::Bars(Bars { all, total, running: Mutex::default() })
        }
    })
}

/// Takes the display away.
pub(super) fn finish(display: &Display) {
    if let Display::Bars(bars) = display {
        for bar in bars.running.lock().unwrap_or_else(PoisonError::into_inner).values().flatten() {
            bar.finish_and_clear();
        }
        bars.total.finish_and_clear();
        let _ = bars.all.clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Progress for Display {
    fn began(&self, observation: usize, what: &str) {
        let what: String = what.chars().filter(|c| !c.is_control()).take(100).collect();
        match self {
            Display::None => {}
            Display::Lines => {
                let _ = writeln!(std::io::stderr().lock(), "observing {what}");
            }
            Display::Bars(bars) => {
                let mut running = bars.running.lock().unwrap_or_else(PoisonError::into_inner);
                let shown = running.values().flatten().count();
                let bar = (shown < MOST_SHOWN).then(|| {
                    let bar = bars.all.add(ProgressBar::new_spinner());
                    bar.set_style(style("  {wide_msg} {elapsed}"));
                    bar.set_message(what);
                    bar.enable_steady_tick(TICK);
                    bar
                });
                running.insert(observation, bar);
            }
        }
    }

    fn ended(&self, observation: usize) {
        if let Display::Bars(bars) = self {
            let mut running = bars.running.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(bar) = running.remove(&observation).flatten() {
                bar.finish_and_clear();
            }
            bars.total.inc(1);
        }
    }
}

//! The arithmetic of a stored report, in steps that a reader can redo by hand.
//!
//! Takes nothing but the report: weights, outcomes and credits are in it. Where its own numbers differ, it says so.

use super::weigh::{FULL_CREDIT, Interval, Seen, Sums, fraction, percent};
use crate::model::report::{Area, Check, CheckState, Report, Score};
use crate::model::{Exact, Outcome};

/// Decimals shown of a number that has no more; any other is shown as a fraction.
const MOST_DECIMALS: u32 = 8;

/// The text of `--explain-score`.
pub fn explain(report: &Report) -> String {
    let mut text = String::from("How the score comes about\n");
    let mut scored = Vec::new();
    for area in &report.areas {
        let interval = explain_area(&mut text, report, area);
        if let Some(interval) = interval.filter(|_| area.score.is_some()) {
            scored.push((area, interval));
        }
    }
    explain_overall(&mut text, report, &scored);
    text.push_str(
        "\nEverything above is exact but two things: a credit was rounded down to millionths once, when its check was\n\
         judged, and a percentage is rounded down to 0.1 where it is printed here (to 0.01 in JSON). Thresholds are\n\
         compared with the exact fractions.\n",
    );
    text
}

/// One line of an area's table.
struct Row {
    id: String,
    outcome: &'static str,
    product: String,
    earned: String,
    note: String,
}

/// A check's weight where it counts, and what was seen of it.
fn counted(check: &Check) -> Option<(Exact, Seen)> {
    let weight = Exact::parse_fraction(&check.weight)?;
    let scored = check.state == CheckState::Enforced && check.outcome != Outcome::NotApplicable && !weight.is_zero();
    let credit_ppm = match check.outcome {
        Outcome::Pass => FULL_CREDIT,
        Outcome::Fail => check.credit_ppm,
        Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable => 0,
    };
    scored.then_some((weight, Seen { outcome: check.outcome, credit_ppm }))
}

fn explain_area(text: &mut String, report: &Report, area: &Area) -> Option<Interval> {
    text.push_str(&format!("\n{} (area weight {}): weight × credit = earned\n", plain(&area.id), area.weight));
    let mut rows = Vec::new();
    let (mut sums, mut left_out) = (Sums::new(), Vec::new());
    for check in report.checks.iter().filter(|check| check.area == area.id) {
        match counted(check) {
            Some((weight, seen)) => {
                sums.add(&weight, seen);
                rows.push(row(check, &weight, seen));
            }
            None => left_out.push(format!("{} ({})", plain(&check.id), why_not_counted(check))),
        }
    }
    push_table(text, &rows);
    if !left_out.is_empty() {
        text.push_str(&format!("  not counted: {}\n", left_out.join(", ")));
    }
    let Some(interval) = sums.interval() else {
        text.push_str("  nothing applies, so the area has no score and leaves the overall mean\n");
        return None;
    };
    let (earned, open, applicable) = sums.parts();
    text.push_str(&format!(
        "  earned {}, still open {}, applicable {}\n",
        number(earned),
        number(open),
        number(applicable)
    ));
    push_ratio(text, "proven", &bracketed(earned), applicable, &interval.proven);
    push_ratio(text, "possible", &format!("({} + {})", number(earned), number(open)), applicable, &interval.possible);
    push_ratio(
        text,
        "measured",
        &format!("({} - {})", number(applicable), number(open)),
        applicable,
        &interval.measured,
    );
    match &area.score {
        Some(stored) => push_difference(text, &interval, stored),
        None => text.push_str("  only partly selected, so the report shows no score for it\n"),
    }
    Some(interval)
}

fn row(check: &Check, weight: &Exact, seen: Seen) -> Row {
    let credit = fraction(seen.credit_ppm, FULL_CREDIT);
    let note = if seen.is_open() { format!("still open: {}", number(weight)) } else { String::new() };
    Row {
        id: plain(&check.id),
        outcome: check.outcome.word(),
        product: format!("{} × {}", number(weight), number(&credit)),
        earned: number(&(weight * &credit)),
        note,
    }
}

fn why_not_counted(check: &Check) -> &'static str {
    match check.state {
        CheckState::Announced => "announced",
        CheckState::Prerequisite => "prerequisite",
        CheckState::Disabled => "disabled",
        CheckState::Enforced if check.outcome == Outcome::NotApplicable => "n/a",
        CheckState::Enforced => "weight 0",
    }
}

fn push_table(text: &mut String, rows: &[Row]) {
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (ids, products, earned) = (width(|row| &row.id), width(|row| &row.product), width(|row| &row.earned));
    for Row { id, outcome, product, earned: sum, note } in rows {
        let line = format!("  {id:ids$}  {outcome:7}  {product:products$} = {sum:earned$}  {note}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

fn push_ratio(text: &mut String, name: &str, numerator: &str, denominator: &Exact, result: &Exact) {
    let denominator = bracketed(denominator);
    text.push_str(&format!("  {name:8} = {numerator} / {denominator} = {result} = {} %\n", shown(result)));
}

fn explain_overall(text: &mut String, report: &Report, scored: &[(&Area, Interval)]) {
    text.push_str("\noverall\n");
    let weights: Exact = scored.iter().map(|(area, _)| Exact::whole(area.weight)).sum();
    let Some(stored) = &report.score else {
        let why =
            if report.run.selection.is_some() { "only a part of the plan was selected" } else { "nothing applies" };
        text.push_str(&format!("  no overall score: {why}\n"));
        return;
    };
    let mut means = Vec::new();
    for (name, of) in parts_of_a_score() {
        let terms: Vec<String> =
            scored.iter().map(|(area, score)| format!("{} × {}", area.weight, of(score))).collect();
        let sum: Exact = scored.iter().map(|(area, score)| &Exact::whole(area.weight) * of(score)).sum();
        let Some(mean) = sum.checked_div(&weights) else { continue };
        let shown = shown(&mean);
        text.push_str(&format!("  {name:8} = ({}) / {} = {mean} = {shown} %\n", terms.join(" + "), number(&weights)));
        means.push(mean);
    }
    if let [proven, possible, measured] = means.as_slice() {
        let overall = Interval { proven: proven.clone(), possible: possible.clone(), measured: measured.clone() };
        push_difference(text, &overall, stored);
    }
}

type Part = fn(&Interval) -> &Exact;

fn parts_of_a_score() -> [(&'static str, Part); 3] {
    [("proven", |score| &score.proven), ("possible", |score| &score.possible), ("measured", |score| &score.measured)]
}

/// A report that was changed by hand, or written by another version, is not explained away.
fn push_difference(text: &mut String, computed: &Interval, stored: &Score) {
    let pairs = [
        ("proven", &computed.proven, &stored.proven),
        ("possible", &computed.possible, &stored.possible),
        ("measured", &computed.measured, &stored.measured),
    ];
    for (name, computed, stored) in pairs {
        if Exact::parse_fraction(&stored.exact).as_ref() != Some(computed) {
            text.push_str(&format!(
                "  the report itself says {name} {}, which its checks do not give\n",
                plain(&stored.exact)
            ));
        }
    }
}

/// A number with few decimals as such, any other as its fraction.
fn number(number: &Exact) -> String {
    number.exact_decimal(MOST_DECIMALS).unwrap_or_else(|| number.to_string())
}

/// The same as a part of a quotient.
fn bracketed(number: &Exact) -> String {
    let text = self::number(number);
    if text.contains('/') { format!("({text})") } else { text }
}

fn shown(fraction: &Exact) -> String {
    percent(fraction).floor_fixed(1)
}

/// Text of a stored report without control characters.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

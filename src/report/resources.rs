//! Sums over the team and the costs, where everything that the spec says of them can be added.

use crate::model::Exact;
use crate::model::report::{CostRow, TeamRow};

/// Person-weeks of one row: full-time equivalents times the weeks they stay.
pub(super) fn person_weeks(row: &TeamRow) -> Option<String> {
    weeks_of(row).map(shown)
}

/// Person-weeks of the whole team; none unless each row tells its own.
pub(super) fn team_weeks(team: &[TeamRow]) -> Option<String> {
    let weeks: Option<Vec<Exact>> = team.iter().map(weeks_of).collect();
    weeks.filter(|weeks| weeks.len() > 1).map(|weeks| shown(weeks.into_iter().sum()))
}

/// What one sum of money is for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Total {
    /// `2000..3900 USD`.
    pub amount: String,
    /// `month`, `year`, `once`.
    pub period: String,
}

/// Sums by currency and period, in the order in which they first appear; none unless every amount can be added.
pub(super) fn cost_totals(costs: &[CostRow]) -> Vec<Total> {
    let amounts: Option<Vec<Amount>> = costs.iter().map(amount_of).collect();
    let mut totals: Vec<Amount> = Vec::new();
    for amount in amounts.into_iter().flatten() {
        match totals.iter_mut().find(|total| (&total.currency, &total.period) == (&amount.currency, &amount.period)) {
            Some(total) => total.add(&amount),
            None => totals.push(amount),
        }
    }
    if costs.len() == totals.len() {
        return Vec::new();
    }
    totals.into_iter().map(Amount::total).collect()
}

fn weeks_of(row: &TeamRow) -> Option<Exact> {
    let equivalents = Exact::parse_decimal(row.fte.as_deref()?.trim())?;
    let weeks = Exact::parse_decimal(row.duration.as_deref()?.trim().strip_suffix('w')?.trim())?;
    Some(&equivalents * &weeks)
}

#[derive(Clone, Debug)]
struct Amount {
    least: Exact,
    most: Exact,
    currency: String,
    period: String,
}

impl Amount {
    fn add(&mut self, other: &Amount) {
        self.least = &self.least + &other.least;
        self.most = &self.most + &other.most;
    }

    fn total(self) -> Total {
        let (least, most) = (shown(self.least), shown(self.most));
        let range = if least == most { least } else { format!("{least}..{most}") };
        Total { amount: format!("{range} {}", self.currency), period: self.period }
    }
}

/// `500..1000 USD`, `200 EUR`.
fn amount_of(row: &CostRow) -> Option<Amount> {
    let (numbers, currency) = row.amount.trim().rsplit_once(' ')?;
    let (least, most) = numbers.split_once("..").unwrap_or((numbers, numbers));
    let number = |text: &str| Exact::parse_decimal(text.trim());
    let (least, most) = (number(least)?, number(most)?);
    Some(Amount { least, most, currency: currency.to_owned(), period: row.period.clone().unwrap_or_default() })
}

fn shown(number: Exact) -> String {
    number.floor_decimals(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(fte: &str, duration: &str) -> TeamRow {
        let text = |text: &str| Some(text.to_owned());
        TeamRow { role: "any".to_owned(), name: None, fte: text(fte), duration: text(duration), note: None }
    }

    fn cost(amount: &str, period: &str) -> CostRow {
        CostRow { item: "any".to_owned(), amount: amount.to_owned(), period: Some(period.to_owned()), note: None }
    }

    fn totals(costs: &[CostRow]) -> Vec<String> {
        cost_totals(costs).into_iter().map(|total| format!("{} per {}", total.amount, total.period)).collect()
    }

    #[test]
    fn half_a_person_for_sixteen_weeks_is_eight_person_weeks() {
        assert_eq!(person_weeks(&member("0.5", "16 w")).as_deref(), Some("8"));
        assert_eq!(person_weeks(&member("0.25", "3 w")).as_deref(), Some("0.75"));
        assert_eq!(person_weeks(&member("half", "16 w")), None);
        assert_eq!(person_weeks(&member("1", "until spring")), None);
    }

    #[test]
    fn ranges_are_added_by_currency_and_period() {
        let costs = [cost("500..1000 USD", "month"), cost("200 EUR", "once"), cost("800..1500 USD", "month")];
        assert_eq!(totals(&costs), ["1300..2500 USD per month", "200 EUR per once"]);
    }

    #[test]
    fn one_amount_that_is_no_number_leaves_no_total() {
        assert_eq!(totals(&[cost("500 USD", "month"), cost("much USD", "month")]), Vec::<String>::new());
        assert_eq!(totals(&[cost("500 USD", "month")]), Vec::<String>::new(), "nothing to add");
    }
}

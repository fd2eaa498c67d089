//! From cells to facts.

use super::cell::{Cell, Outcome};
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Value};

/// The facts. What leaks stands; that all is right needs every cell to have said so.
pub(super) fn of(cells: &[Cell]) -> Facts {
    let mut facts = Facts::new();
    let titles = |outcome: Outcome| {
        let named = cells.iter().filter(|cell| cell.outcome() == outcome).map(|cell| Value::Text(cell.title()));
        named.collect::<Vec<Value>>()
    };
    let unclear = titles(Outcome::Unclear);
    let why = cells.iter().find(|cell| cell.outcome() == Outcome::Unclear).and_then(Cell::fault);
    let leaks = titles(Outcome::Leaks);
    let open = why.filter(|_| leaks.is_empty());
    let right = titles(Outcome::Right).len();
    let share = Exact::ratio(right, cells.len()).map_or(Fact::Absent, |share| Fact::Present(Value::Number(share)));
    let or_unknown = |fact: Fact| open.clone().map_or(fact, Fact::Unobserved);
    facts.set("leaks", or_unknown(Fact::Present(Value::List(leaks))));
    facts.set("enforced", or_unknown(share));
    facts.present("shut", Value::List(titles(Outcome::Shut)));
    facts.present("unclear", Value::List(unclear));
    facts.present("cells", Value::count(cells.len()));
    facts
}

/// Every fact, for the registry.
#[rustfmt::skip] // One line each, as a table.
pub(super) fn declared() -> Vec<FactDecl> {
    let cells = || FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new("leaks", cells(), "Cells, as `role → path`, in which somebody gets data that only others may have; unobserved when none does and one says nothing."),
        FactDecl::new("shut", cells(), "Cells in which somebody who may have the data gets none."),
        FactDecl::new("unclear", cells(), "Cells that say nothing: another answer of success, an error, or a refusal where nobody was seen to get the data."),
        FactDecl::new("enforced", FactType::Ratio, "Share of the cells that are as they must be; unobserved when nothing leaks and a cell says nothing."),
        FactDecl::new("cells", FactType::Count, "Cells of the matrix."),
    ]
}

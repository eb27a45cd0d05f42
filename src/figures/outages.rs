//! What availability comes to as rows: each client, what costs the most time, and what may not fail.

use super::rows::{Row, a_year, availability, uptime};
use crate::analysis::findings::unit_name;
use crate::analysis::{Answer, ClientAvailability};
use crate::engine::Unit;

/// A row about parts of the design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfUnits {
    /// Names of the parts, and a time a year.
    pub row: Row,
    /// The first part, to show it.
    pub unit: Option<Unit>,
}

/// Share of the time that requests are answered, for all clients together and, where there are several, for each.
pub fn answered(answer: &Answer) -> Vec<Row> {
    let found = &answer.availability;
    let mut rows = availability(found);
    if found.clients.len() > 1 {
        rows.extend(found.clients.iter().flat_map(|client| of_client(answer, client)));
    }
    rows
}

fn of_client(answer: &Answer, found: &ClientAvailability) -> Vec<Row> {
    let name = &answer.topology.place(found.node as usize).name;
    match (found.reads, found.writes) {
        (Some(reads), Some(writes)) => vec![
            Row::new(format!("{name}, reads"), uptime(reads)),
            Row::new(format!("{name}, writes"), uptime(writes)),
        ],
        (_, _) => vec![Row::new(name.clone(), uptime(found.both))],
    }
}

/// What costs the most time, worst first; what costs less than a second a year is not worth a row.
pub fn costliest(answer: &Answer, most: usize) -> Vec<OfUnits> {
    const A_SECOND_A_YEAR: f64 = 1.0 / (365.25 * 86_400.0);
    let parts = answer.availability.parts.iter().filter(|part| part.costs >= A_SECOND_A_YEAR);
    parts.take(most).map(|part| of_units(answer, &part.units, part.costs)).collect()
}

/// What may not fail: single parts and pairs, with the time a year for which they are down.
pub fn may_not_fail(answer: &Answer, most: usize) -> Vec<OfUnits> {
    let cuts = answer.availability.cuts.iter().take(most);
    cuts.map(|cut| of_units(answer, &cut.units, cut.chance)).collect()
}

fn of_units(answer: &Answer, units: &[Unit], share: f64) -> OfUnits {
    let names: Vec<String> = units.iter().map(|unit| unit_name(&answer.topology, *unit)).collect();
    OfUnits { row: Row::new(names.join(" and "), a_year(share)), unit: units.first().copied() }
}

//! All blocks of a design, and all its links, as tables that sort by any figure: what the canvas shows, in words.

use std::cmp::Ordering;

use super::{Kind, NOTHING, sentence_case};
use crate::analysis::Answer;
use crate::blocks;
use crate::design::Design;
use crate::report::{LinkReport, NodeReport, Report, State, Times};
use crate::sorted;
use crate::topology::{Place, Station};

/// A column: what stands over it, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// What a first click on it brings up: the largest figure, or the first word.
    pub falls_first: bool,
}

/// The columns of [`blocks`].
pub const OF_BLOCKS: [Column; 12] = [
    words("Block", "What you call it."),
    words("Kind", "What kind of block it is."),
    figures(
        "State",
        "By the work that is asked of it: calm, busy, hot, saturated; or down, and single point of failure.",
    ),
    figures("Rate", "Calls that arrive each second; of a client, those that it sends."),
    figures("Load", "Work that is asked of it, as a share of what it can do."),
    figures("p50", "Half of its replies take at most this long."),
    figures("p95", "95 % of its replies take at most this long."),
    figures("p99", "99 % of its replies take at most this long."),
    figures("Failed", "Share of the calls that it turned away; of a client, of those that failed."),
    figures("Available", "Share of the time that one instance of it works."),
    figures("Cost", "Dollars a month."),
    words("Calls", "The blocks that it calls, in this order."),
];

/// The columns of [`links`].
pub const OF_LINKS: [Column; 6] = [
    words("From", "The block that calls."),
    words("To", "The block that is called."),
    words("Carries", "Which requests go along it, and when."),
    figures("Rate", "Calls along it each second."),
    figures("Failed", "Share of the calls that came back as a failure, or not in time."),
    figures("Retries", "Calls each second that are repetitions."),
];

const fn words(name: &'static str, doc: &'static str) -> Column {
    Column { name, doc, falls_first: false }
}

const fn figures(name: &'static str, doc: &'static str) -> Column {
    Column { name, doc, falls_first: true }
}

/// One row: a block or a link, with one cell for each column.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Id of the block or link.
    pub id: u32,
    /// In the order of the columns.
    pub cells: Vec<Cell>,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// State of a block, and whether losing an instance of it is felt.
    State(State, bool),
    /// A figure.
    Figure(f64, Kind),
    /// Nothing is known, or there is nothing to know.
    Empty,
}

impl Cell {
    fn figure(value: Option<f64>, kind: Kind) -> Cell {
        value.filter(|value| value.is_finite()).map_or(Cell::Empty, |value| Cell::Figure(value, kind))
    }

    /// What a person reads.
    pub fn text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::State(state, false) => sentence_case(state.name()),
            Cell::State(state, true) => format!("{}, single point of failure", sentence_case(state.name())),
            Cell::Figure(value, kind) => kind.show(*value),
            Cell::Empty => NOTHING.to_owned(),
        }
    }

    /// Rising; `None` where one of them is empty.
    fn compare(&self, other: &Cell) -> Option<Ordering> {
        match (self, other) {
            (Cell::Figure(a, _), Cell::Figure(b, _)) => Some(a.total_cmp(b)),
            (Cell::State(a, single), Cell::State(b, other)) => Some((a, single).cmp(&(b, other))),
            (Cell::Text(a), Cell::Text(b)) => Some(a.to_lowercase().cmp(&b.to_lowercase())),
            (_, _) => None,
        }
    }
}

/// Sorts by a column, rising or falling. What is empty stands last either way, and equals keep their order.
pub fn sort(lines: &mut [Line], column: usize, falling: bool) {
    sorted::sort_by(lines, |a, b| {
        let (a, b) = (&a.cells[column], &b.cells[column]);
        match a.compare(b) {
            Some(order) if falling => order.reverse(),
            Some(order) => order,
            None => (*a == Cell::Empty).cmp(&(*b == Cell::Empty)),
        }
    });
}

/// All blocks in the order in which they were drawn, with the figures of this report, whoever found them.
pub fn blocks(design: &Design, answer: &Answer, report: &Report) -> Vec<Line> {
    let line = |node: &crate::design::Node| {
        let kind = blocks::find(&node.block).map_or("Unknown block", |block| block.about().name);
        let called: Vec<&str> = design
            .links
            .iter()
            .filter(|link| link.from == node.id)
            .map(|link| design.title_of(link.to))
            .collect();
        let mut cells = vec![Cell::Text(design.title(node).to_owned()), Cell::Text(kind.to_owned())];
        cells.extend(figures_of(answer, report, answer.topology.index_of(node.id)));
        let called = called.join(", ");
        cells.push(if called.is_empty() { Cell::Empty } else { Cell::Text(called) });
        Line { id: node.id.0, cells }
    };
    design.nodes.iter().map(line).collect()
}

/// State, rate, load, times, failures, availability and cost of a station; all empty for a block that is none.
fn figures_of(answer: &Answer, report: &Report, index: Option<usize>) -> [Cell; 9] {
    let found = index.and_then(|index| Some((index, report.nodes.get(index)?)));
    let Some((index, found)) = found else { return std::array::from_fn(|_| Cell::Empty) };
    let place = answer.topology.place(index);
    let (rate, failed, times, works) = match &place.station {
        Station::Source(_) => {
            let (calls, failed) = sent_by(answer, report, index);
            let only = answer.availability.clients.len() == 1;
            (Some(calls), failed, report.total.latency.filter(|_| only), None)
        }
        Station::Observer => (None, None, None, Some(place)),
        Station::Router(_)
        | Station::Server(_)
        | Station::Cache(_)
        | Station::Store(_)
        | Station::Queue(_) => (Some(found.offered), turned_away(found), found.latency, Some(place)),
    };
    let time = |pick: fn(&Times) -> f64| Cell::figure(times.as_ref().map(pick), Kind::Time);
    let single = answer.single_point(index).is_some();
    [
        works.map_or(Cell::Empty, |_| Cell::State(found.state, single)),
        Cell::figure(rate, Kind::Rate),
        Cell::figure(found.load, Kind::Share),
        time(|times| times.p50.value),
        time(|times| times.p95.value),
        time(|times| times.p99.value),
        Cell::figure(failed, Kind::Share),
        Cell::figure(works.map(works_of_the_time), Kind::Share),
        Cell::figure(answer.cost.nodes.get(index).copied(), Kind::Money),
    ]
}

/// Calls that a client sends [1/s], and the share of them that fail.
fn sent_by(answer: &Answer, report: &Report, index: usize) -> (f64, Option<f64>) {
    let links = || answer.topology.outgoing[index].iter().filter_map(|edge| report.links.get(edge.index()));
    let calls: f64 = links().map(|link| link.calls).sum();
    (calls, share(links().map(|link| link.failures).sum(), calls))
}

fn turned_away(found: &NodeReport) -> Option<f64> {
    share(found.dropped.iter().sum(), found.offered)
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| (part / whole).min(1.0))
}

/// Mean time to failure over the time from one failure to the next.
fn works_of_the_time(place: &Place) -> f64 {
    let life = &place.life;
    life.provided.unwrap_or_else(|| {
        if life.mttf_s.is_finite() { life.mttf_s / (life.mttf_s + life.mttr_s) } else { 1.0 }
    })
}

/// All links in the order in which they are called.
pub fn links(design: &Design, answer: &Answer, report: &Report) -> Vec<Line> {
    let routes = answer.topology.graph.edge_indices().map(|edge| edge.index());
    let routes = sorted::map(routes.map(|route| (answer.topology.route(route).id, route)));
    let line = |link: &crate::design::Link| {
        let found = routes.get(&link.id).and_then(|route| report.links.get(*route));
        let figure = |of: fn(&LinkReport) -> Option<f64>, kind| Cell::figure(found.and_then(of), kind);
        let carries = match blocks::link::in_words(&link.values) {
            all if all.is_empty() => "everything".to_owned(),
            some => some,
        };
        let cells = vec![
            Cell::Text(design.title_of(link.from).to_owned()),
            Cell::Text(design.title_of(link.to).to_owned()),
            Cell::Text(carries),
            figure(|link| Some(link.calls), Kind::Rate),
            figure(|link| share(link.failures, link.calls), Kind::Share),
            figure(|link| Some(link.retries), Kind::Rate),
        ];
        Line { id: link.id.0, cells }
    };
    design.links.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{analysis, share as json};

    const SHOP: &str = r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","rate":300,"reads":1},
        {"id":2,"block":"app-server","name":"web","service_ms":5,"mttf_h":99,"mttr_h":1},
        {"id":3,"block":"sql-database","name":"Books","read_ms":1},
        {"id":4,"block":"from-the-future"}],
        "links":[[1,2],[2,3,{"ops":"reads"}]]}"#;

    fn shop() -> (Design, Answer) {
        let design = json::from_json(SHOP).expect("a design").design;
        let answer = analysis::answer(&design);
        (design, answer)
    }

    fn column(name: &str) -> usize {
        OF_BLOCKS.iter().position(|column| column.name == name).expect("a column")
    }

    fn ids(lines: &[Line]) -> Vec<u32> {
        lines.iter().map(|line| line.id).collect()
    }

    #[test]
    fn every_block_has_a_row_with_its_figures_in_words() {
        let (design, answer) = shop();
        let lines = blocks(&design, &answer, &answer.report);
        assert!(lines.iter().all(|line| line.cells.len() == OF_BLOCKS.len()));
        let text = |line: usize, name: &str| lines[line].cells[column(name)].text();
        assert_eq!((text(0, "Rate").as_str(), text(0, "Calls").as_str()), ("300/s", "web"));
        // 300/s × 5 ms on two cores are 75 % of what they can do: busy; it works 99 of 100 hours.
        assert_eq!(text(1, "Load"), "75 %");
        assert_eq!(text(1, "Available"), "99 %");
        assert_eq!(text(1, "State"), "Busy, single point of failure");
        assert_eq!((text(0, "State"), text(0, "Available")), (NOTHING.to_owned(), NOTHING.to_owned()));
        assert_eq!(text(3, "Kind"), "Unknown block");
        assert!(lines[3].cells[2..].iter().all(|cell| *cell == Cell::Empty));
        assert_eq!(
            lines[0].cells[column("p99")],
            Cell::Figure(answer.report.total.latency.expect("answers").p99.value, Kind::Time)
        );
    }

    #[test]
    fn a_table_sorts_by_figures_and_by_words_and_what_is_empty_stands_last_either_way() {
        let (design, answer) = shop();
        let mut lines = blocks(&design, &answer, &answer.report);
        sort(&mut lines, column("Load"), true);
        assert_eq!(ids(&lines)[0], 2);
        assert_eq!(ids(&lines)[2..], [1, 4]);
        sort(&mut lines, column("Load"), false);
        assert_eq!(ids(&lines), [3, 2, 1, 4]);
        sort(&mut lines, column("Block"), false);
        // Books before Client before web, whatever is written large; the unknown one is called by its kind.
        let order: Vec<u32> = ids(&lines).into_iter().filter(|id| *id != 4).collect();
        assert_eq!(order, [3, 1, 2]);
        sort(&mut lines, column("State"), true);
        assert_eq!(ids(&lines)[0], 2);
    }

    #[test]
    fn links_say_who_calls_whom_how_often_and_which_calls_fail() {
        let (design, mut answer) = shop();
        let failing = &mut Arc::make_mut(&mut answer.report).links[1];
        failing.failures = failing.calls / 4.0;
        let lines = links(&design, &answer, &answer.report);
        let text = |line: usize| lines[line].cells.iter().map(Cell::text).collect::<Vec<_>>();
        assert_eq!(text(0), ["Client", "web", "everything", "300/s", "0 %", "0/s"]);
        assert_eq!(text(1)[..2], ["web", "Books"]);
        assert_eq!(text(1)[4], "25 %");
    }
}

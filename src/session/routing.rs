//! How far each link bends out of its way: apart from its twins, and around cards that it would run through.

use std::collections::BTreeMap;

use super::geometry::{self, CARD, Curve, Rect};
use crate::design::{Design, Link, NodeId};

/// Links between the same two blocks run this far apart [canvas units].
const LANE: f64 = 28.0;
/// Steps in which a link looks for a way around.
const STEP: f64 = CARD[1] / 2.0;
/// Most steps to either side: beyond it the way around is harder to follow than the way through.
const STEPS: i32 = 7;
/// A link in whose neighborhood more cards stand than this finds no way around them.
const MOST_AROUND: usize = 24;
/// Room that a link keeps to a card.
const ROOM: f64 = 4.0;
/// Points of a curve that are looked at.
const POINTS: i32 = 24;
/// Side of a cell of the map in which cards are looked up.
const CELL: f64 = 512.0;

/// The bend of each link, in list order, for [`geometry::curve`]; of a design as it appears (see
/// [`apparent`](super::collapse::apparent)).
pub fn bends(design: &Design) -> Vec<f64> {
    Map::of(design).bends(design)
}

/// The nearest bend at which nothing is in the way.
fn around(lane: f64, clear: impl Fn(f64) -> Option<bool>) -> Option<f64> {
    let steps = (1..=STEPS).flat_map(|step| [lane + f64::from(step) * STEP, lane - f64::from(step) * STEP]);
    steps.into_iter().find(|bend| clear(*bend) == Some(true))
}

/// What keeps each link apart from those between the same two blocks or boxes: nothing alone, half a lane to either side for two.
fn lanes(design: &Design) -> Vec<f64> {
    let lane = |(place, count): (u32, u32)| LANE * (f64::from(place) - f64::from(count - 1) / 2.0);
    twins(design).into_iter().map(lane).collect()
}

/// The place of each link among those between the same two blocks or boxes, and how many these are.
pub(super) fn twins(design: &Design) -> Vec<(u32, u32)> {
    let at = |id: NodeId| design.node(id).map(|node| node.at);
    let ends: Vec<_> = design.links.iter().map(|link| (at(link.from), at(link.to))).collect();
    let mut counts = BTreeMap::new();
    let mut place = |ends: &(Option<[i32; 2]>, Option<[i32; 2]>)| {
        let count: &mut u32 = counts.entry(*ends).or_default();
        *count += 1;
        *count - 1
    };
    let places: Vec<u32> = ends.iter().map(&mut place).collect();
    ends.iter().zip(places).map(|(ends, place)| (place, counts[ends])).collect()
}

/// Where the cards of a design as it appears are, for links that look for a way around them and for labels between them.
pub(super) struct Map {
    /// Cards by the cells that they touch.
    cells: BTreeMap<[i32; 2], Vec<usize>>,
    cards: Vec<Rect>,
}

impl Map {
    pub(super) fn of(design: &Design) -> Map {
        let card = |node: &crate::design::Node| geometry::card(node.at).grown(ROOM);
        let mut map = Map { cells: BTreeMap::new(), cards: design.nodes.iter().map(card).collect() };
        for (index, card) in map.cards.iter().enumerate() {
            for cell in cells(card) {
                map.cells.entry(cell).or_default().push(index);
            }
        }
        map
    }

    /// The [`bends`] of the links of the same design.
    pub(super) fn bends(&self, design: &Design) -> Vec<f64> {
        let bend = |(link, lane): (&Link, f64)| {
            let ends = || Some((design.node(link.from)?.at, design.node(link.to)?.at));
            let Some((from, to)) = ends().filter(|(from, to)| from != to) else { return lane };
            let ends = [from, to].map(|at| geometry::card(at).grown(ROOM));
            let clear = |bend: f64| self.is_clear(&geometry::curve(from, to, bend), &ends);
            match clear(lane) {
                Some(true) | None => lane,
                Some(false) => around(lane, clear).unwrap_or(lane),
            }
        };
        design.links.iter().zip(lanes(design)).map(bend).collect()
    }

    /// The cards in the cells that this touches, some of them twice; each with the room that a link keeps to it.
    pub(super) fn near(&self, rect: &Rect) -> Vec<&Rect> {
        let inside = cells(rect).filter_map(|cell| self.cells.get(&cell));
        inside.flatten().map(|index| &self.cards[*index]).collect()
    }

    /// Whether a link runs through no card but those at its ends; `None` where there are too many to say.
    fn is_clear(&self, curve: &Curve, ends: &[Rect; 2]) -> Option<bool> {
        let bounds = curve.bounds();
        let mut near: Vec<usize> = Vec::new();
        for cell in cells(&bounds) {
            near.extend(self.cells.get(&cell).into_iter().flatten());
            if near.len() > 4 * MOST_AROUND {
                return None;
            }
        }
        let others = near.iter().map(|index| &self.cards[*index]);
        let others: Vec<&Rect> =
            others.filter(|card| !ends.contains(card) && card.overlaps(&bounds)).collect();
        let points = || (0..=POINTS).map(|point| curve.at(f64::from(point) / f64::from(POINTS)));
        let clear = || !points().any(|point| others.iter().any(|card| card.contains(point)));
        (others.len() <= MOST_AROUND).then(clear)
    }
}

fn cells(rect: &Rect) -> impl Iterator<Item = [i32; 2]> {
    let [low, high] = [rect.min, rect.max].map(|corner| corner.map(|value| (value / CELL).floor() as i32));
    (low[0]..=high[0]).flat_map(move |x| (low[1]..=high[1]).map(move |y| [x, y]))
}

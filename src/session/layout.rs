//! Auto-layout: layers from left to right along the calls, as few crossings as the library finds, groups apart.
//!
//! The contents of each group are laid out first, and the group is then one large box among its neighbors, so that no two
//! frames overlap. Links that lead back through a loop are the only ones that run from right to left.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use petgraph::stable_graph::StableDiGraph;
use rust_sugiyama::configure::{Config, CrossingMinimization, RankingType};

use super::geometry::{self, CARD, FRAME_ROOM, GRID, Point};
use crate::design::{Design, GroupId, NodeId};
use crate::sorted;

/// From one column to the next, besides the cards: what a link with its label needs.
const BETWEEN_COLUMNS: f64 = 79.0;
/// From one row to the next, besides the cards.
const BETWEEN_ROWS: f64 = 29.0;
/// Height that a link takes which passes a column.
const PASSING: f64 = 40.0;
/// Beyond so many things side by side, swapping neighbors to save crossings takes too long.
const MOST_TO_SWAP: usize = 100;

/// What is laid out as one box: a block, or a group with all that is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Block(NodeId),
    Group(GroupId),
}

/// Blocks with their places from a corner of their own, and the room that they take.
#[derive(Debug, Default)]
struct Laid {
    places: Vec<(NodeId, Point)>,
    size: [f64; 2],
}

/// New places for all blocks, on the grid; the top left corner of all stays where it is.
pub fn layered(design: &Design) -> Vec<(NodeId, [i32; 2])> {
    let Some(bounds) = geometry::bounds(&design.nodes) else { return Vec::new() };
    let laid = inside(design, None);
    let corner = [0, 1].map(|axis| {
        let least = laid.places.iter().map(|(_, at)| at[axis]).fold(f64::INFINITY, f64::min);
        bounds.min[axis] - least
    });
    let place = |(id, at): &(NodeId, Point)| {
        (*id, [0, 1].map(|axis| super::gesture::on_grid(at[axis] + corner[axis])))
    };
    laid.places.iter().map(place).collect()
}

/// What lies directly in a group, or in none.
fn inside(design: &Design, scope: Option<GroupId>) -> Laid {
    let mut boxes: BTreeMap<Item, Laid> = BTreeMap::new();
    for node in design.nodes.iter().filter(|node| node.group == scope) {
        boxes.insert(Item::Block(node.id), Laid { places: vec![(node.id, [0.0, 0.0])], size: CARD });
    }
    for group in design.groups.iter().filter(|group| group.parent == scope) {
        let laid = inside(design, Some(group.id));
        if !laid.places.is_empty() {
            boxes.insert(Item::Group(group.id), framed(laid));
        }
    }
    let places = layers(design, scope, &boxes);
    stack(boxes, places)
}

/// With the room of a frame around it.
fn framed(laid: Laid) -> Laid {
    let moved = |(id, at): (NodeId, Point)| (id, at.map(|value| value + FRAME_ROOM));
    let size = laid.size.map(|side| side + 2.0 * FRAME_ROOM);
    Laid { places: laid.places.into_iter().map(moved).collect(), size }
}

/// Parts that nothing connects, each with the middle of its boxes.
type Parts = Vec<Vec<(Item, Point)>>;

/// The boxes in layers. The library draws from top to bottom: across is down there, and down across.
fn layers(design: &Design, scope: Option<GroupId>, boxes: &BTreeMap<Item, Laid>) -> Parts {
    let mut graph: StableDiGraph<Item, ()> = StableDiGraph::new();
    // In the order in which they stand from top to bottom, which the library keeps where crossings leave it the choice.
    let mut order: Vec<Item> = boxes.keys().copied().collect();
    sorted::sort_by_key(&mut order, |item| (height(design, boxes, *item), *item));
    let at: BTreeMap<Item, NodeIndex> =
        sorted::map(order.into_iter().map(|item| (item, graph.add_node(item))));
    for (from, to) in links(design, scope, boxes) {
        graph.add_edge(at[&from], at[&to], ());
    }
    // The library's network simplex goes round in circles on some graphs; as far left as possible always ends.
    let config = Config {
        minimum_length: 1,
        vertex_spacing: 0.0,
        dummy_vertices: true,
        dummy_size: PASSING,
        ranking_type: RankingType::Up,
        c_minimization: CrossingMinimization::Barycenter,
        transpose: boxes.len() <= MOST_TO_SWAP,
    };
    let size = |_: NodeIndex, item: &Item| {
        let [wide, high] = boxes[item].size;
        (high + BETWEEN_ROWS, wide + BETWEEN_COLUMNS)
    };
    let laid = rust_sugiyama::from_graph(&graph, &size, &config);
    let part = |(places, ..): (Vec<(NodeIndex, (f64, f64))>, f64, f64)| {
        places.into_iter().map(|(index, (down, across))| (graph[index], [across, down])).collect()
    };
    laid.into_iter().map(part).collect()
}

/// How far down the highest block of a box stands today.
fn height(design: &Design, boxes: &BTreeMap<Item, Laid>, item: Item) -> i32 {
    let places = boxes[&item].places.iter().filter_map(|(id, _)| design.node(*id));
    places.map(|node| node.at[1]).min().unwrap_or(0)
}

/// Which box calls which, each pair once.
fn links(design: &Design, scope: Option<GroupId>, boxes: &BTreeMap<Item, Laid>) -> BTreeSet<(Item, Item)> {
    let home = |id: NodeId| {
        let node = design.node(id)?;
        let chain = node.group.map_or_else(Vec::new, |group| geometry::ancestors(design, group));
        if node.group == scope {
            return Some(Item::Block(id));
        }
        let below = chain.into_iter().find(|group| design.group(*group).is_some_and(|g| g.parent == scope));
        below.map(Item::Group).filter(|item| boxes.contains_key(item))
    };
    let pairs = design.links.iter().filter_map(|link| Some((home(link.from)?, home(link.to)?)));
    sorted::set(pairs.filter(|(from, to)| from != to))
}

/// The parts below each other, the largest first, their boxes opened.
fn stack(boxes: BTreeMap<Item, Laid>, mut parts: Parts) -> Laid {
    sorted::sort_by_key(&mut parts, |part| {
        (std::cmp::Reverse(part.len()), part.iter().map(|one| one.0).min())
    });
    let mut all = Laid::default();
    for part in parts {
        let corner =
            |(item, middle): &(Item, Point)| [0, 1].map(|axis| middle[axis] - boxes[item].size[axis] / 2.0);
        let least = [0, 1].map(|axis| part.iter().map(|one| corner(one)[axis]).fold(f64::INFINITY, f64::min));
        let top = if all.places.is_empty() { 0.0 } else { all.size[1] + BETWEEN_ROWS + f64::from(GRID) };
        for one in &part {
            let at = [corner(one)[0] - least[0], corner(one)[1] - least[1] + top];
            let Laid { places, size } = &boxes[&one.0];
            all.places.extend(places.iter().map(|(id, inner)| (*id, [at[0] + inner[0], at[1] + inner[1]])));
            all.size = [0, 1].map(|axis| all.size[axis].max(at[axis] + size[axis]));
        }
    }
    all
}

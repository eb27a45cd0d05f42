//! What a card shows of its block whatever runs: names, kinds, what an answer says of it.

use std::collections::BTreeMap;

use headroom::analysis::{Answer, Loss, Spof};
use headroom::blocks;
use headroom::design::{Design, Node, NodeId};
use headroom::engine::Unit;
use headroom::sorted;
use headroom::topology::Problem;

/// What a card shows whatever runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Face {
    /// What the person calls it.
    pub title: String,
    /// Name of its kind.
    pub kind: &'static str,
    /// Symbol in the sprite.
    pub icon: &'static str,
    /// Instances drawn; 0 for what has none (a client).
    pub instances: u32,
    /// What losing it costs, when it is a single point of failure.
    pub spof: Option<Loss>,
    /// What the engines left out or read differently about it.
    pub problem: Option<String>,
    /// A link may start here.
    pub makes_calls: bool,
    /// A link may end here.
    pub accepts_calls: bool,
    /// Its place among the blocks, from 1, and how many there are.
    pub place: (usize, usize),
    /// Links that lead to it.
    pub links_in: usize,
}

/// What an answer says of each block, by id.
pub struct Known<'a> {
    instances: BTreeMap<NodeId, u32>,
    spofs: BTreeMap<NodeId, Loss>,
    problems: BTreeMap<NodeId, &'a str>,
}

impl<'a> Known<'a> {
    /// That of one answer.
    pub fn of(answer: &'a Answer) -> Self {
        let places = || answer.topology.places();
        let problem = |problem: &'a Problem| Some((problem.node?, &problem.text[..]));
        let spof = |spof: &Spof| match spof.unit {
            Unit::Instance { node, .. } => Some((answer.topology.place(node as usize).id, spof.loss)),
            Unit::Block { .. } | Unit::Group { .. } => None,
        };
        // Of several about one block, the first counts.
        Known {
            instances: sorted::map(places().map(|(_, place)| (place.id, place.servers.instances))),
            spofs: sorted::map(answer.spofs.iter().rev().filter_map(spof)),
            problems: sorted::map(answer.problems.iter().rev().filter_map(problem)),
        }
    }
}

/// The face of one block, without its place.
pub fn face(design: &Design, node: &Node, known: &Known) -> Face {
    let block = blocks::find(&node.block);
    let about = block.map(|block| block.about());
    Face {
        title: design.title(node).to_owned(),
        kind: about.map_or("Unknown block", |about| about.name),
        icon: about.map_or("unknown", |about| about.icon),
        instances: known.instances.get(&node.id).copied().unwrap_or(0),
        spof: known.spofs.get(&node.id).copied(),
        problem: known.problems.get(&node.id).map(|text| (*text).to_owned()),
        makes_calls: about.is_none_or(|about| about.makes_calls),
        accepts_calls: about.is_none_or(|about| about.accepts_calls),
        place: (0, 0),
        links_in: 0,
    }
}

/// How many links lead to each block.
pub fn links_in(design: &Design) -> BTreeMap<NodeId, usize> {
    let mut counts = BTreeMap::new();
    for link in &design.links {
        *counts.entry(link.to).or_insert(0) += 1;
    }
    counts
}

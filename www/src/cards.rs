//! One set of signals per block and per link, so that a change wakes only what it concerns.
//!
//! Signals are counted references: they live as long as the entry here or a view that shows them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use headroom::analysis::{Answer, Loss, Spof};
use headroom::blocks;
use headroom::design::{Design, Link, LinkId, Node, NodeId};
use headroom::engine::Unit;
use headroom::job::{Frame, LinkFrame, NodeFrame};
use headroom::report::State;
use headroom::session::Selection;
use headroom::session::collapse::{Boxes, apparent};
use headroom::session::labels::{self, Room};
use headroom::sorted;
use headroom::topology::Problem;
use leptos::prelude::*;

use crate::state::App;

/// Signals of all blocks and links.
#[derive(Clone, Copy)]
pub struct Cards {
    /// Blocks on the canvas in drawing order, without those in collapsed groups: what a keyed list iterates over.
    pub order: RwSignal<Vec<NodeId>>,
    /// Links on the canvas in drawing order.
    pub link_order: RwSignal<Vec<LinkId>>,
    /// All blocks.
    pub all: RwSignal<Vec<NodeId>>,
    /// All links.
    pub all_links: RwSignal<Vec<LinkId>>,
    /// Told whenever any block has moved: under a hand those that did, otherwise none.
    pub moves: RwSignal<Vec<NodeId>>,
    /// Told whenever any block or link shows something else: figures, name, selection.
    pub looks: RwSignal<()>,
    /// The link under the pointer.
    pub hovered: RwSignal<Option<LinkId>>,
    nodes: StoredValue<BTreeMap<NodeId, NodeCard>>,
    links: StoredValue<BTreeMap<LinkId, LinkCard>>,
    /// The design as it appeared when it was followed last.
    drawn: StoredValue<Option<Arc<Design>>>,
}

/// Signals of one block.
#[derive(Clone)]
pub struct NodeCard {
    /// The block.
    pub id: NodeId,
    /// Position of the top left corner [canvas units], also in the middle of a drag; in a collapsed group that of its box.
    pub at: ArcRwSignal<[i32; 2]>,
    /// What does not depend on a run.
    pub face: ArcRwSignal<Face>,
    /// Live figures while a run has some, else the steady ones.
    pub figures: ArcRwSignal<Figures>,
    /// Whether it is selected.
    pub selected: ArcRwSignal<bool>,
}

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
    /// Its place among the blocks and its links, in words: “3 of 7, 2 links in”.
    pub standing: String,
}

/// Figures of one block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// The figures, whoever found them.
    pub now: NodeFrame,
    /// State by offered load.
    pub state: State,
    /// Whether a running simulation found them.
    pub live: bool,
}

/// Signals of one link.
#[derive(Clone)]
pub struct LinkCard {
    /// Caller and callee.
    pub ends: ArcRwSignal<(NodeId, NodeId)>,
    /// How far it bends out of its way [canvas units] (see `routing::bends`).
    pub bend: ArcRwSignal<f64>,
    /// The room for its label; under a hand as it was before.
    pub room: ArcRwSignal<Room>,
    /// What it carries and when, in a few words; empty when everything always.
    pub carries: ArcRwSignal<String>,
    /// Calls and failures.
    pub figures: ArcRwSignal<LinkFrame>,
    /// Whether it is selected.
    pub selected: ArcRwSignal<bool>,
}

impl Cards {
    pub(crate) fn new() -> Self {
        Cards {
            order: RwSignal::new(Vec::new()),
            link_order: RwSignal::new(Vec::new()),
            all: RwSignal::new(Vec::new()),
            all_links: RwSignal::new(Vec::new()),
            moves: RwSignal::new(Vec::new()),
            looks: RwSignal::new(()),
            nodes: StoredValue::new(BTreeMap::new()),
            links: StoredValue::new(BTreeMap::new()),
            drawn: StoredValue::new(None),
            hovered: RwSignal::new(None),
        }
    }

    /// Signals of a block; `None` once it is removed.
    pub fn node(&self, id: NodeId) -> Option<NodeCard> {
        self.nodes.with_value(|nodes| nodes.get(&id).cloned())
    }

    /// Signals of a link; `None` once it is removed.
    pub fn link(&self, id: LinkId) -> Option<LinkCard> {
        self.links.with_value(|links| links.get(&id).cloned())
    }

    /// Looks at every block on the canvas.
    pub fn each_node(&self, look: impl FnMut(&NodeCard)) {
        self.nodes.with_value(|nodes| {
            self.order.with_untracked(|order| order.iter().filter_map(|id| nodes.get(id)).for_each(look));
        });
    }

    /// Looks at every link on the canvas with the blocks at its ends.
    pub fn each_link(&self, mut look: impl FnMut(LinkId, &LinkCard, [&NodeCard; 2])) {
        let order = self.link_order.read_untracked();
        self.nodes.with_value(|nodes| {
            self.links.with_value(|links| {
                for (id, link) in order.iter().filter_map(|id| Some((*id, links.get(id)?))) {
                    let (from, to) = link.ends.get_untracked();
                    if let (Some(from), Some(to)) = (nodes.get(&from), nodes.get(&to)) {
                        look(id, link, [from, to]);
                    }
                }
            });
        });
    }

    /// Follows the design: adds, removes, moves and renames.
    pub(crate) fn sync(&self, app: &App) {
        let design = app.session.with_value(|session| session.design().clone());
        let (boxes, seen) = (Boxes::of(&design), apparent(&design));
        self.nodes.update_value(|nodes| {
            let there: BTreeSet<NodeId> = sorted::set(design.nodes.iter().map(|node| node.id));
            nodes.retain(|id, _| there.contains(id));
            for node in &seen.nodes {
                let card = nodes.entry(node.id).or_insert_with(|| NodeCard::new(node));
                put(&card.at, node.at);
            }
        });
        let drawn = self.drawn.get_value();
        self.links.update_value(|links| {
            let there: BTreeSet<LinkId> = sorted::set(design.links.iter().map(|link| link.id));
            links.retain(|id, _| there.contains(id));
            for link in &design.links {
                let card = links.entry(link.id).or_insert_with(|| LinkCard::new(link));
                put(&card.ends, (link.from, link.to));
                put(&card.carries, blocks::link::in_words(&link.values));
            }
            // Ways around cards take their time: they are looked for when something has come, gone or moved.
            if drawn.is_none_or(|drawn| !lies_alike(&drawn, &seen)) {
                for (link, (bend, room)) in seen.links.iter().zip(labels::laid(&seen)) {
                    put(&links[&link.id].bend, bend);
                    put(&links[&link.id].room, room);
                }
                self.moves.set(Vec::new());
            }
        });
        put_order(self.moves, Vec::new());
        let free = design.nodes.iter().map(|node| node.id).filter(|id| boxes.home(*id).is_none());
        put_order(self.order, free.collect());
        put_order(self.link_order, seen.links.iter().map(|link| link.id).collect());
        put_order(self.all, design.nodes.iter().map(|node| node.id).collect());
        put_order(self.all_links, design.links.iter().map(|link| link.id).collect());
        self.drawn.set_value(Some(match seen {
            Cow::Borrowed(_) => Arc::clone(&design),
            Cow::Owned(seen) => Arc::new(seen),
        }));
        self.faces(&design, &app.answer.get_untracked());
        self.select(&app.selection.get_untracked());
    }

    /// Follows a drag.
    pub(crate) fn moved(&self, design: &Design, ids: &[NodeId]) {
        let boxes = Boxes::of(design);
        for id in ids {
            if let (Some(node), Some(card)) = (design.node(*id), self.node(*id)) {
                put(&card.at, boxes.place(node));
            }
        }
        self.moves.set(ids.to_vec());
    }

    /// Follows the selection.
    pub(crate) fn select(&self, selection: &Selection) {
        self.nodes.with_value(|nodes| {
            for (id, card) in nodes {
                put(&card.selected, selection.nodes.contains(id));
            }
        });
        self.links.with_value(|links| {
            for (id, card) in links {
                put(&card.selected, selection.links.contains(id));
            }
        });
        self.looks.notify();
    }

    /// Follows names, kinds and analyses.
    pub(crate) fn faces(&self, design: &Design, answer: &Answer) {
        let links_in = links_in(design);
        let known = Known::of(answer);
        self.nodes.with_value(|nodes| {
            for (index, node) in design.nodes.iter().enumerate() {
                if let Some(card) = nodes.get(&node.id) {
                    let links = links_in.get(&node.id).copied().unwrap_or(0);
                    let standing = format!("{} of {}, {}", index + 1, design.nodes.len(), in_words(links));
                    put(&card.face, Face { standing, ..face(design, node, &known) });
                }
            }
        });
        self.looks.notify();
    }

    /// Follows the figures: the running simulation's where they fit the topology, else the steady ones.
    pub(crate) fn figures(&self, answer: &Answer, live: Option<&Frame>) {
        let live = live.filter(|frame| frame.fits(&answer.topology));
        let steady = live.is_none().then(|| Frame::of(&answer.report, &answer.topology));
        let Some(frame) = live.or(steady.as_ref()) else { return };
        self.nodes.with_value(|nodes| {
            for ((_, place), now) in answer.topology.places().zip(&frame.nodes) {
                if let Some(card) = nodes.get(&place.id) {
                    put(&card.figures, Figures { now: *now, state: now.state(), live: live.is_some() });
                }
            }
        });
        self.links.with_value(|links| {
            for (index, now) in frame.links.iter().enumerate() {
                if let Some(card) = links.get(&answer.topology.route(index).id) {
                    put(&card.figures, *now);
                }
            }
        });
        self.looks.notify();
    }
}

impl NodeCard {
    fn new(node: &Node) -> Self {
        NodeCard {
            id: node.id,
            at: ArcRwSignal::new(node.at),
            face: ArcRwSignal::new(Face::default()),
            figures: ArcRwSignal::new(Figures::default()),
            selected: ArcRwSignal::new(false),
        }
    }
}

impl LinkCard {
    fn new(link: &Link) -> Self {
        LinkCard {
            ends: ArcRwSignal::new((link.from, link.to)),
            bend: ArcRwSignal::new(0.0),
            room: ArcRwSignal::new(Room { line: 0.0, stack: 0.0 }),
            carries: ArcRwSignal::new(String::new()),
            figures: ArcRwSignal::new(LinkFrame::default()),
            selected: ArcRwSignal::new(false),
        }
    }
}

impl Default for Figures {
    fn default() -> Self {
        Figures { now: NodeFrame::default(), state: State::Calm, live: false }
    }
}

/// What an answer says of each block, by id.
struct Known<'a> {
    instances: BTreeMap<NodeId, u32>,
    spofs: BTreeMap<NodeId, Loss>,
    problems: BTreeMap<NodeId, &'a str>,
}

impl<'a> Known<'a> {
    fn of(answer: &'a Answer) -> Self {
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

fn face(design: &Design, node: &Node, known: &Known) -> Face {
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
        standing: String::new(),
    }
}

/// Whether the same blocks stand in the same places, and the same links lead from and to the same blocks.
fn lies_alike(a: &Design, b: &Design) -> bool {
    let same_node = |(a, b): (&Node, &Node)| (a.id, a.at) == (b.id, b.at);
    let same_link = |(a, b): (&Link, &Link)| (a.id, a.from, a.to) == (b.id, b.from, b.to);
    (a.nodes.len(), a.links.len()) == (b.nodes.len(), b.links.len())
        && a.nodes.iter().zip(&b.nodes).all(same_node)
        && a.links.iter().zip(&b.links).all(same_link)
}

fn links_in(design: &Design) -> BTreeMap<NodeId, usize> {
    let mut counts = BTreeMap::new();
    for link in &design.links {
        *counts.entry(link.to).or_insert(0) += 1;
    }
    counts
}

fn in_words(links_in: usize) -> String {
    match links_in {
        0 => "no links in".to_owned(),
        1 => "1 link in".to_owned(),
        count => format!("{count} links in"),
    }
}

/// Writes a signal only when the value is another one.
pub fn put<T: PartialEq + Clone + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

/// The same for a list.
pub(crate) fn put_order<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<Vec<T>>, value: Vec<T>) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

//! One set of signals per block and per link, so that a change wakes only what it concerns.
//!
//! Signals are counted references: they live as long as the entry here or a view that shows them.

mod face;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use headroom::analysis::Answer;
use headroom::blocks;
use headroom::design::{Design, Link, LinkId, Node, NodeId};
use headroom::job::{Frame, LinkFrame, NodeFrame};
use headroom::report::State;
use headroom::session::collapse::{Boxes, apparent};
use headroom::session::labels::Room;
use headroom::session::{Selection, routing};
use headroom::sorted;
use leptos::prelude::*;

use crate::state::App;
pub use face::Face;
use face::{Known, face, links_in};

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
    /// Told whenever blocks or links have come, gone or been put elsewhere; under a hand not yet.
    pub places: RwSignal<()>,
    /// Told whenever any block or link shows something else: figures, name, selection.
    pub looks: RwSignal<()>,
    /// How many requests one dot of the moving traffic stands for.
    pub per_dot: RwSignal<f64>,
    /// The link under the pointer.
    pub hovered: RwSignal<Option<LinkId>>,
    nodes: StoredValue<BTreeMap<NodeId, NodeCard>>,
    links: StoredValue<BTreeMap<LinkId, LinkCard>>,
    /// The design when it was followed last.
    drawn: StoredValue<Option<Drawn>>,
}

/// A design that was followed.
#[derive(Clone)]
struct Drawn {
    design: Arc<Design>,
    /// As it appears, with blocks in their boxes.
    seen: Arc<Design>,
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
    /// The room for its label.
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
            places: RwSignal::new(()),
            looks: RwSignal::new(()),
            nodes: StoredValue::new(BTreeMap::new()),
            links: StoredValue::new(BTreeMap::new()),
            drawn: StoredValue::new(None),
            per_dot: RwSignal::new(1.0),
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
        let before = self.drawn.get_value();
        renew(self.moves, Vec::new());
        match &before {
            Some(before) if before.differs_in_values(&design) => self.carry(&before.design, &design),
            _ => self.draw(app, &design, before.as_ref()),
        }
    }

    /// Follows what links carry: what else a parameter means is for the answer to say.
    fn carry(&self, before: &Design, design: &Arc<Design>) {
        self.links.with_value(|links| {
            let changed =
                design.links.iter().zip(&before.links).filter(|(now, old)| now.values != old.values);
            for (link, _) in changed {
                if let Some(card) = links.get(&link.id) {
                    put(&card.carries, blocks::link::in_words(&link.values));
                }
            }
        });
        self.drawn.update_value(|drawn| drawn.iter_mut().for_each(|drawn| drawn.design = Arc::clone(design)));
    }

    fn draw(&self, app: &App, design: &Arc<Design>, before: Option<&Drawn>) {
        let (boxes, seen) = (Boxes::of(design), apparent(design));
        self.nodes.update_value(|nodes| {
            let there: BTreeSet<NodeId> = sorted::set(design.nodes.iter().map(|node| node.id));
            nodes.retain(|id, _| there.contains(id));
            for node in &seen.nodes {
                let card = nodes.entry(node.id).or_insert_with(|| NodeCard::new(node));
                put(&card.at, node.at);
            }
        });
        self.links.update_value(|links| {
            let there: BTreeSet<LinkId> = sorted::set(design.links.iter().map(|link| link.id));
            links.retain(|id, _| there.contains(id));
            for link in &design.links {
                let card = links.entry(link.id).or_insert_with(|| LinkCard::new(link));
                put(&card.ends, (link.from, link.to));
                put(&card.carries, blocks::link::in_words(&link.values));
            }
            // Ways around cards take their time: they are looked for when something has come, gone or moved.
            if before.is_none_or(|before| !lies_alike(&before.seen, &seen)) {
                for (link, bend) in seen.links.iter().zip(routing::bends(&seen)) {
                    put(&links[&link.id].bend, bend);
                }
                self.moves.set(Vec::new());
                self.places.notify();
            }
        });
        let free = design.nodes.iter().map(|node| node.id).filter(|id| boxes.home(*id).is_none());
        renew(self.order, free.collect());
        renew(self.link_order, seen.links.iter().map(|link| link.id).collect());
        renew(self.all, design.nodes.iter().map(|node| node.id).collect());
        renew(self.all_links, design.links.iter().map(|link| link.id).collect());
        let seen = match seen {
            Cow::Borrowed(_) => Arc::clone(design),
            Cow::Owned(seen) => Arc::new(seen),
        };
        self.drawn.set_value(Some(Drawn { design: Arc::clone(design), seen }));
        self.faces(design, &app.answer.get_untracked());
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
                    let place = (index + 1, design.nodes.len());
                    let links_in = links_in.get(&node.id).copied().unwrap_or(0);
                    put(&card.face, Face { place, links_in, ..face(design, node, &known) });
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

impl Drawn {
    /// Whether this one has the same blocks and links in the same places, called the same.
    fn differs_in_values(&self, design: &Design) -> bool {
        let old = &self.design;
        let same_node = |(a, b): (&Node, &Node)| a.block == b.block && a.name == b.name && a.group == b.group;
        lies_alike(old, design)
            && old.nodes.iter().zip(&design.nodes).all(same_node)
            && old.groups == design.groups
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

/// Writes a signal only when the value is another one.
pub fn put<T: PartialEq + Clone + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

/// The same for one that everybody shares.
pub(crate) fn renew<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

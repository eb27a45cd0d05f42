//! Which block is meant, where a hand pointed at the box of a collapsed group that holds several.

use super::geometry::Point;
use super::{Effect, Panel, Session, Wish, collapse, connect, groups};
use crate::blocks;
use crate::design::{Design, Edit, LinkId, NodeId};

/// What a person chooses from.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Where the link was dropped [canvas units].
    pub at: Point,
    /// The possibilities.
    pub options: Vec<Meant>,
}

/// One of the possibilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meant {
    /// A new link, from and to these blocks.
    Link(NodeId, NodeId),
    /// A placed link, now from and to these blocks.
    Reconnect(LinkId, NodeId, NodeId),
    /// A new block, linked to one of these.
    Add(Wish),
}

impl Choice {
    /// How each possibility reads: by the one block in which all differ, else by both; and in small print what it is.
    pub fn words(&self, design: &Design) -> Vec<(String, String)> {
        let ends: Vec<_> = self.options.iter().map(Meant::ends).collect();
        let alike =
            |end: fn(&(NodeId, NodeId)) -> NodeId| ends.windows(2).all(|pair| end(&pair[0]) == end(&pair[1]));
        let [one_caller, one_callee] = [alike(|ends| ends.0), alike(|ends| ends.1)];
        let words = |(from, to): &(NodeId, NodeId)| match (one_caller, one_callee) {
            (true, _) => (design.title_of(*to).to_owned(), about(design, *to)),
            (false, true) => (design.title_of(*from).to_owned(), about(design, *from)),
            (false, false) => {
                (format!("{} → {}", design.title_of(*from), design.title_of(*to)), String::new())
            }
        };
        ends.iter().map(words).collect()
    }

    /// Does the only thing that can be meant, or asks.
    pub(super) fn settle(self, session: &mut Session) -> Vec<Effect> {
        match self.options[..] {
            [] => Vec::new(),
            [meant] => session.take(meant),
            _ => vec![Effect::Open(Panel::Choose(self))],
        }
    }
}

impl Meant {
    /// Caller and callee; a new block stands for its partner.
    fn ends(&self) -> (NodeId, NodeId) {
        match *self {
            Meant::Link(from, to) | Meant::Reconnect(_, from, to) => (from, to),
            Meant::Add(wish) => wish.partner.map_or((NodeId(0), NodeId(0)), |(id, _)| (id, id)),
        }
    }
}

impl Session {
    /// Does what was chosen.
    pub fn take(&mut self, meant: Meant) -> Vec<Effect> {
        match meant {
            Meant::Link(from, to) => connect::link(self, from, to),
            Meant::Reconnect(id, from, to) => {
                let mut effects = self.edit(&Edit::Reconnect(id, from, to));
                effects.extend(connect::linked(self, &effects, from, to));
                effects
            }
            Meant::Add(wish) => vec![Effect::Open(Panel::QuickAdd(wish))],
        }
    }
}

/// Of which kind a block is, and in which group inside of its box.
fn about(design: &Design, id: NodeId) -> String {
    let Some(node) = design.node(id) else { return String::new() };
    let kind = blocks::find(&node.block).map_or("", |block| block.about().name);
    let home = collapse::Boxes::of(design).home(id);
    match node.group.filter(|group| Some(*group) != home) {
        Some(group) => format!("{kind}, in {}", groups::title(design, group)),
        None => kind.to_owned(),
    }
}

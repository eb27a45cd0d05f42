//! Collapsed groups: each is one box of the size of a card in the place of all that is inside. Here alone stands where a
//! block appears, and which links are seen.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::geometry;
use super::{Effect, Session, groups};
use crate::design::{Design, Edit, Group, GroupId, Link, Node, NodeId};
use crate::{figures, sorted};

/// The boxes of a design and what they hide.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Boxes {
    /// The box in which each hidden block is.
    homes: BTreeMap<NodeId, GroupId>,
    /// Top left corner of each box.
    places: BTreeMap<GroupId, [i32; 2]>,
}

/// What stands in one place of the canvas and takes links there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// A block that is seen itself.
    Block(NodeId),
    /// The box of a collapsed group.
    Box(GroupId),
}

impl Spot {
    /// What to call it.
    pub fn title(self, design: &Design) -> String {
        match self {
            Spot::Block(id) => design.title_of(id).to_owned(),
            Spot::Box(id) => groups::title(design, id),
        }
    }
}

impl Boxes {
    /// Of this design: the outermost collapsed groups that hold something. A box stands where the corner of what is inside
    /// would be, and so moves with it.
    pub fn of(design: &Design) -> Boxes {
        let mut boxes = Boxes::default();
        if !design.groups.iter().any(|group| group.collapsed) {
            return boxes;
        }
        for node in &design.nodes {
            let chain = node.group.map_or_else(Vec::new, |group| geometry::ancestors(design, group));
            let is_collapsed = |id: &&GroupId| design.group(**id).is_some_and(|group| group.collapsed);
            if let Some(home) = chain.iter().rev().find(is_collapsed) {
                boxes.homes.insert(node.id, *home);
                let corner = boxes.places.entry(*home).or_insert(node.at);
                *corner = [corner[0].min(node.at[0]), corner[1].min(node.at[1])];
            }
        }
        boxes
    }

    /// The box that hides this block.
    pub fn home(&self, id: NodeId) -> Option<GroupId> {
        self.homes.get(&id).copied()
    }

    /// Where this block appears: its own place, or that of its box.
    pub fn place(&self, node: &Node) -> [i32; 2] {
        self.home(node.id).and_then(|home| self.places.get(&home).copied()).unwrap_or(node.at)
    }

    /// What is seen of this block.
    pub fn spot(&self, id: NodeId) -> Spot {
        self.home(id).map_or(Spot::Block(id), Spot::Box)
    }

    /// The blocks that are met at this spot.
    pub fn blocks(&self, spot: Spot) -> Vec<NodeId> {
        match spot {
            Spot::Block(id) => vec![id],
            Spot::Box(id) => {
                self.homes.iter().filter(|(_, home)| **home == id).map(|(node, _)| *node).collect()
            }
        }
    }

    /// Top left corner of what stands at this spot; `None` when it is gone.
    pub fn corner(&self, design: &Design, spot: Spot) -> Option<[i32; 2]> {
        match spot {
            Spot::Block(id) => design.node(id).map(|node| node.at),
            Spot::Box(id) => self.places.get(&id).copied(),
        }
    }

    /// Whether a link is inside of one box.
    pub fn hides(&self, link: &Link) -> bool {
        let home = self.home(link.from);
        home.is_some() && home == self.home(link.to)
    }

    /// Each box with its top left corner.
    pub fn places(&self) -> impl Iterator<Item = (GroupId, [i32; 2])> {
        self.places.iter().map(|(id, at)| (*id, *at))
    }
}

/// The design as it appears: hidden blocks stand where their boxes stand, right inside the groups around these, and what
/// is inside of a box has no links.
pub fn apparent(design: &Design) -> Cow<'_, Design> {
    let boxes = Boxes::of(design);
    if boxes.homes.is_empty() {
        return Cow::Borrowed(design);
    }
    let mut seen = design.clone();
    for node in &mut seen.nodes {
        if let Some(home) = boxes.home(node.id) {
            node.at = boxes.place(node);
            node.group = design.group(home).and_then(|group| group.parent);
        }
    }
    seen.links.retain(|link| !boxes.hides(link));
    Cow::Owned(seen)
}

/// The group to collapse or expand from here: the selected one, or that around what is selected; a block that is hidden
/// has its box.
pub(super) fn target(session: &Session) -> Option<GroupId> {
    let boxed = || session.selection.single_node().and_then(|id| Boxes::of(session.design()).home(id));
    session.selection.group.or_else(boxed).or_else(|| groups::outer(session))
}

/// Collapses this group, or expands it, and selects it.
pub(super) fn toggle(session: &mut Session, id: GroupId) -> Vec<Effect> {
    let Some(group) = session.design().group(id).cloned() else { return Vec::new() };
    let collapsed = !group.collapsed;
    let (title, count) = (groups::title(session.design(), id), geometry::members(session.design(), id).len());
    let mut effects = session.edit(&Edit::ChangeGroup(Group { collapsed, ..group }));
    if effects.contains(&Effect::Document) {
        effects.extend(session.select(groups::only(id)));
        let word = if collapsed { "collapsed" } else { "expanded" };
        effects.push(Effect::Announce(format!(
            "{title} is {word}, {}.",
            figures::counted(count as u32, "block")
        )));
    }
    effects
}

/// The blocks that are seen themselves.
pub(super) fn seen(design: &Design) -> impl Iterator<Item = &Node> {
    let boxes = Boxes::of(design);
    design.nodes.iter().filter(move |node| boxes.home(node.id).is_none())
}

/// What is beside the dragged blocks: the cards that are seen, and the boxes, but for those that move along.
pub(super) fn cards_but(design: &Design, dragged: &[NodeId]) -> Vec<geometry::Rect> {
    let boxes = Boxes::of(design);
    let dragged = sorted::set(dragged.iter().copied());
    let along = sorted::set(dragged.iter().filter_map(|id| boxes.home(*id)));
    let stays = seen(design).filter(|node| !dragged.contains(&node.id)).map(|node| node.at);
    let others = boxes.places().filter(|(id, _)| !along.contains(id)).map(|(_, at)| at);
    stays.chain(others).map(geometry::card).collect()
}

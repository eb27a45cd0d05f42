//! Groups by hand: drawn around the selection, dissolved, and joined or left by the blocks that are dragged.

use crate::blocks::param::Values;
use std::collections::BTreeSet;

use super::geometry::{self, Rect};
use super::{Effect, Selection, Session};
use crate::design::{Design, Edit, Group, GroupId, GroupKind, NodeId};
use crate::figures;

/// Draws a group around the selected blocks and selects it.
pub(super) fn draw(session: &mut Session) -> Vec<Effect> {
    let chosen = session.selection.nodes.clone();
    draw_around(session, &chosen)
}

/// Draws a group around these blocks and selects it. Groups that are wholly among them lie in it, and it lies in the group
/// that holds them and more; where no kind of group fits there, it lies in theirs.
pub(super) fn draw_around(session: &mut Session, chosen: &BTreeSet<NodeId>) -> Vec<Effect> {
    let design = session.design();
    if chosen.is_empty() {
        return vec![Effect::Refuse("No block lies wholly inside: draw the group around blocks.".to_owned())];
    }
    let Some(plan) = plan(design, chosen) else {
        let text =
            "No kind of group fits here: a region holds zones, a zone holds hosts, a host holds no groups.";
        return vec![Effect::Refuse(text.to_owned())];
    };
    let Plan { kind, parent, groups, nodes } = plan;
    let id = design.next_group_id();
    let count = design.groups.iter().filter(|group| group.kind == kind).count() + 1;
    let group = Group {
        id,
        kind,
        name: format!("{} {count}", kind.name()),
        parent,
        collapsed: false,
        values: Values::default(),
    };
    let text = format!("Drew {} around {}.", group.name, figures::counted(chosen.len() as u32, "block"));
    let inner = groups.into_iter().filter_map(|inner| design.group(inner));
    let inner = inner.map(|inner| Edit::ChangeGroup(Group { parent: Some(id), ..inner.clone() }));
    let members = nodes.into_iter().map(|node| Edit::SetGroup(node, Some(id)));
    let edit = Edit::All(std::iter::once(Edit::AddGroup(group)).chain(inner).chain(members).collect());
    let mut effects = session.edit(&edit);
    if effects.contains(&Effect::Document) {
        effects.extend(session.select(only(id)));
        effects.push(Effect::Announce(text));
    }
    effects
}

/// Removes the selected group; what was inside stays, in the group around it.
pub(super) fn dissolve(session: &mut Session) -> Vec<Effect> {
    let Some(id) = session.selection.group else { return Vec::new() };
    let text = format!("{} is dissolved.", title(session.design(), id));
    let mut effects = session.edit(&Edit::RemoveGroup(id));
    if effects.contains(&Effect::Document) {
        effects.push(Effect::Announce(text));
    }
    effects
}

/// The group to select from here: around the selected block, or around the selected group.
pub(super) fn outer(session: &Session) -> Option<GroupId> {
    let (design, selection) = (session.design(), &session.selection);
    match selection.group {
        Some(id) => design.group(id)?.parent,
        None => common(design, &selection.nodes.iter().copied().collect::<Vec<_>>()),
    }
}

/// Selects the group around what is selected.
pub(super) fn select_outer(session: &mut Session) -> Vec<Effect> {
    outer(session).map_or_else(Vec::new, |id| select(session, id))
}

/// Selects this group and says what it is.
pub(super) fn select(session: &mut Session, id: GroupId) -> Vec<Effect> {
    let count = geometry::members(session.design(), id).len();
    let is_collapsed = session.design().group(id).is_some_and(|group| group.collapsed);
    let word = if is_collapsed { ", collapsed" } else { "" };
    let text = format!("{}{word}, {}.", title(session.design(), id), figures::counted(count as u32, "block"));
    let mut effects = session.select(only(id));
    effects.push(Effect::Announce(text));
    effects
}

/// What to call a group: “zone a”, also where the name already says what it is.
pub fn title(design: &Design, id: GroupId) -> String {
    let Some(group) = design.group(id) else { return String::new() };
    let word = group.kind.name();
    match group.name.as_str() {
        "" => word.to_owned(),
        name if name.to_ascii_lowercase().contains(word) => name.to_owned(),
        name => format!("{word} {name}"),
    }
}

/// Exactly this group.
pub(super) fn only(id: GroupId) -> Selection {
    Selection { group: Some(id), ..Selection::default() }
}

/// The frames that decide where dragged blocks belong.
#[derive(Debug, Clone, Default)]
pub(super) struct Homes {
    /// Frames as the drag began: a block that stays inside stays in its group.
    before: Vec<(GroupId, Rect)>,
    /// Frames of the blocks that are not dragged, the outermost first: a block is dropped in these.
    others: Vec<(GroupId, Rect)>,
    /// A single block is dragged.
    alone: bool,
}

impl Homes {
    /// For a drag of these blocks.
    pub(super) fn of(design: &Design, dragged: &BTreeSet<NodeId>) -> Homes {
        let mut rest = design.clone();
        rest.nodes.retain(|node| !dragged.contains(&node.id));
        let (before, others) = (geometry::frames(design), geometry::frames(&rest));
        Homes { before, others, alone: dragged.len() == 1 }
    }

    /// Whether no group is drawn that a block could join or leave.
    pub(super) fn is_empty(&self) -> bool {
        self.before.is_empty()
    }

    /// Whether the dragged blocks are all of this group.
    pub(super) fn moves_along(&self, own: Option<GroupId>) -> bool {
        own.is_some_and(|own| self.others.iter().all(|home| home.0 != own))
    }

    /// The group of a block that was in `own` and whose card is dropped here. A block stays while it touches its
    /// group's frame, joins the innermost frame that holds its center, and keeps a group that moves along as a whole.
    pub(super) fn home(&self, own: Option<GroupId>, at: [i32; 2]) -> Option<GroupId> {
        let card = geometry::card(at);
        let within = self.others.iter().rev().find(|(_, frame)| frame.contains(card.center()));
        let Some(own) = own else { return within.map(|home| home.0) };
        let Some((_, others)) = self.others.iter().find(|home| home.0 == own) else {
            // The whole group moves along; only a block alone can leave it empty.
            return within.filter(|_| self.alone).map_or(Some(own), |home| Some(home.0));
        };
        let touches = self.before.iter().any(|(id, frame)| *id == own && frame.overlaps(&card));
        let is_outer = |frame: &Rect| frame.contains(others.min) && frame.contains(others.max);
        if touches && within.is_none_or(|home| is_outer(&home.1)) {
            Some(own)
        } else {
            within.map(|home| home.0)
        }
    }
}

/// A group to be drawn: its kind, what it lies in, and what is put right into it.
struct Plan {
    kind: GroupKind,
    parent: Option<GroupId>,
    groups: Vec<GroupId>,
    nodes: Vec<NodeId>,
}

/// Where a group around these blocks fits: outside of the groups that are wholly among them, else inside the outermost of
/// those that hold all of them.
fn plan(design: &Design, chosen: &BTreeSet<NodeId>) -> Option<Plan> {
    let is_whole = |id: &GroupId| geometry::members(design, *id).iter().all(|node| chosen.contains(node));
    let shared = shared(design, &chosen.iter().copied().collect::<Vec<_>>());
    let (whole, more): (Vec<GroupId>, Vec<GroupId>) = shared.into_iter().partition(is_whole);
    let outside = more.first().copied();
    let parents = std::iter::once(outside).chain(whole.into_iter().rev().map(Some));
    parents.into_iter().find_map(|parent| {
        let (groups, nodes) = parts(design, chosen, parent, is_whole);
        let inside = groups.iter().filter_map(|id| design.group(*id)).map(|group| group.kind).max();
        let kind = kind_between(inside, parent.and_then(|id| design.group(id)))?;
        Some(Plan { kind, parent, groups, nodes })
    })
}

/// These blocks as the largest groups inside `parent` that are wholly among them, and the rest as they are.
fn parts(
    design: &Design,
    chosen: &BTreeSet<NodeId>,
    parent: Option<GroupId>,
    is_whole: impl Fn(&GroupId) -> bool,
) -> (Vec<GroupId>, Vec<NodeId>) {
    let (mut groups, mut nodes) = (Vec::new(), Vec::new());
    for node in chosen.iter().filter_map(|id| design.node(*id)) {
        let chain = node.group.map_or_else(Vec::new, |group| geometry::ancestors(design, group));
        let inside = chain.into_iter().take_while(|id| Some(*id) != parent && is_whole(id));
        match inside.last() {
            None => nodes.push(node.id),
            Some(group) if groups.contains(&group) => {}
            Some(group) => groups.push(group),
        }
    }
    (groups, nodes)
}

/// The innermost group that holds all of these blocks.
fn common(design: &Design, nodes: &[NodeId]) -> Option<GroupId> {
    shared(design, nodes).first().copied()
}

/// The groups that hold all of these blocks, innermost first.
fn shared(design: &Design, nodes: &[NodeId]) -> Vec<GroupId> {
    let chains = nodes.iter().map(|id| {
        let group = design.node(*id).and_then(|node| node.group);
        group.map_or_else(Vec::new, |group| geometry::ancestors(design, group))
    });
    let shared = chains.reduce(|kept, chain| kept.into_iter().filter(|id| chain.contains(id)).collect());
    shared.unwrap_or_default()
}

/// What is drawn first around groups of at most this kind and inside this one.
fn kind_between(inside: Option<GroupKind>, parent: Option<&Group>) -> Option<GroupKind> {
    let outer = parent.map(|parent| parent.kind);
    let kind = match (inside, outer) {
        (None, None | Some(GroupKind::Region)) | (Some(GroupKind::Host), _) => GroupKind::Zone,
        (None, Some(_)) => GroupKind::Host,
        (Some(GroupKind::Zone), _) => GroupKind::Region,
        (Some(GroupKind::Region), _) => return None,
    };
    outer.is_none_or(|outer| kind < outer).then_some(kind)
}

//! Drawing a link: by dragging from a handle, by clicking one handle and then a block, or by keys alone.

use super::geometry::{self, CARD, Point};
use super::gesture::{Draft, distance, on_grid};
use super::{Effect, Panel, Session, Wish, collapse, place};
use crate::blocks;
use crate::blocks::param::Values;
use crate::design::{Design, Edit, Link, LinkId, NodeId, edit};

/// A handle this near takes the link [px].
pub(super) const SNAP: f64 = 20.0;
/// The end of a selected link can be taken this far around it [px].
pub(super) const GRIP: f64 = 10.0;

/// A link that is being drawn.
#[derive(Debug, Clone)]
pub(super) struct Connecting {
    /// The end that stands.
    from: NodeId,
    /// The standing end is the callee.
    backwards: bool,
    /// The free end [canvas units].
    to: Point,
    snapped: Option<NodeId>,
    refused: Option<(NodeId, String)>,
    /// All blocks that would take it: from left to right, then from top to bottom.
    valid: Vec<NodeId>,
    way: Way,
    /// The link whose end is moved; `None` draws a new one.
    moved: Option<LinkId>,
}

/// How a link is being drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A button or finger is down.
    Drag,
    /// One handle was clicked, a second click completes.
    Click,
    /// By arrow keys.
    Keys,
}

impl Connecting {
    pub(super) fn draft(&self) -> Draft {
        Draft::Link {
            from: self.from,
            backwards: self.backwards,
            to: self.to,
            snapped: self.snapped,
            valid: self.valid.clone(),
            refused: self.refused.clone(),
        }
    }

    pub(super) fn is_by_keys(&self) -> bool {
        self.way == Way::Keys
    }

    /// The link that would be drawn to this block.
    fn link_to(&self, design: &Design, other: NodeId) -> Link {
        let (from, to) = if self.backwards { (other, self.from) } else { (self.from, other) };
        match self.moved.and_then(|id| design.link(id)) {
            Some(link) => Link { from, to, ..link.clone() },
            None => new_link(design, design.next_link_id(), from, to),
        }
    }

    /// Which block the free end would go to at this point: the nearest handle, else the card under it.
    fn nearest(&self, design: &Design, at: Point, zoom: f64) -> Option<NodeId> {
        let handle = |at| if self.backwards { geometry::out_handle(at) } else { geometry::in_handle(at) };
        let others = collapse::seen(design).filter(|node| node.id != self.from);
        let away = others.map(|node| (distance(handle(node.at), at), node.id));
        let nearest = away.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|nearest| nearest.0 <= SNAP / zoom);
        // Its own card is where a drag begins and gives up.
        let under = || geometry::node_at(design, at).filter(|id| *id != self.from);
        nearest.map(|(_, id)| id).or_else(under)
    }
}

/// A new link with what a link drawn from this block starts with.
pub(super) fn new_link(design: &Design, id: LinkId, from: NodeId, to: NodeId) -> Link {
    let block = design.node(from).and_then(|node| blocks::find(&node.block));
    let values = Values::of(block.map_or(&[][..], |block| block.about().initial_link));
    Link { id, from, to, values }
}

/// Begins a link at a handle.
pub(super) fn start(
    session: &mut Session,
    from: NodeId,
    backwards: bool,
    way: Way,
    at: Point,
) -> Vec<Effect> {
    let design = session.design();
    let allowed = if backwards { edit::may_reach(design, from) } else { edit::may_leave(design, from) };
    if let Err(refusal) = allowed {
        return vec![Effect::Refuse(refusal.0)];
    }
    begin(session, from, backwards, way, at, None);
    let mut effects = vec![Effect::Draft];
    if way == Way::Click {
        effects.push(Effect::Announce(how_to(session, "Click a block to connect, Escape leaves.")));
    }
    effects
}

/// Takes the end of a placed link off its block; false when the link is gone.
pub(super) fn start_reconnect(session: &mut Session, id: LinkId, at_callee: bool) -> bool {
    let design = session.design();
    let Some(link) = design.link(id) else { return false };
    let (stands, goes) = if at_callee { (link.from, link.to) } else { (link.to, link.from) };
    let Some(node) = design.node(goes) else { return false };
    let at = if at_callee { geometry::in_handle(node.at) } else { geometry::out_handle(node.at) };
    begin(session, stands, !at_callee, Way::Drag, at, Some(id));
    true
}

/// Begins a link from the selected block, by keys; the nearest target is chosen first.
pub(super) fn start_by_keys(session: &mut Session) -> Vec<Effect> {
    let Some(from) = session.selection.single_node() else { return Vec::new() };
    let Some(at) = session.design().node(from).map(|node| geometry::out_handle(node.at)) else {
        return Vec::new();
    };
    let mut effects = start(session, from, false, Way::Keys, at);
    let Some(connecting) = session.connecting() else { return effects };
    if connecting.valid.is_empty() {
        let title = session.design().title_of(from).to_owned();
        session.connecting = None;
        return vec![Effect::Refuse(format!("No block here can take a link from {title}."))];
    }
    let design = session.design();
    let away = |id: &&NodeId| {
        let place = design.node(**id).map_or(at, |node| geometry::in_handle(node.at));
        (distance(place, at) * 1e3) as u64
    };
    let first = connecting.valid.iter().min_by_key(away).copied().unwrap_or(from);
    let text = how_to(session, "Arrows choose, Enter connects, Escape leaves.");
    effects.push(Effect::Announce(text));
    effects.extend(choose(session, first));
    effects
}

/// Goes to the next or the previous target.
pub(super) fn step(session: &mut Session, forward: bool) -> Vec<Effect> {
    let Some(connecting) = session.connecting() else { return Vec::new() };
    let count = connecting.valid.len();
    let now = connecting.valid.iter().position(|id| Some(*id) == connecting.snapped).unwrap_or(0);
    let next = (now + if forward { 1 } else { count - 1 }) % count.max(1);
    choose(session, connecting.valid[next])
}

/// Connects to the target that is chosen or snapped to.
pub(super) fn complete(session: &mut Session) -> Vec<Effect> {
    let Some(connecting) = session.connecting.take() else { return Vec::new() };
    let Some(other) = connecting.snapped else { return vec![Effect::Draft] };
    let link = connecting.link_to(session.design(), other);
    let edit = match connecting.moved {
        Some(id) => Edit::Reconnect(id, link.from, link.to),
        None => Edit::AddLink(Link { id: session.fresh_link_id(), ..link.clone() }),
    };
    let mut effects = vec![Effect::Draft];
    effects.extend(session.edit(&edit));
    if effects.contains(&Effect::Document) {
        let (from, to) = (session.design().title_of(link.from), session.design().title_of(link.to));
        effects.push(Effect::Announce(format!("Linked {from} to {to}.")));
    }
    effects
}

/// Links two blocks at once.
pub(super) fn link(session: &mut Session, from: NodeId, to: NodeId) -> Vec<Effect> {
    let id = session.fresh_link_id();
    let link = new_link(session.design(), id, from, to);
    if let Err(refusal) = edit::may_add_link(session.design(), &link) {
        return vec![Effect::Refuse(refusal.0)];
    }
    let mut effects = session.edit(&Edit::AddLink(link));
    if effects.contains(&Effect::Document) {
        let (from, to) = (session.design().title_of(from), session.design().title_of(to));
        effects.push(Effect::Announce(format!("Linked {from} to {to}.")));
    }
    effects
}

/// The blocks that would take a link from this one.
pub(super) fn targets(design: &Design, from: NodeId) -> Vec<NodeId> {
    if edit::may_leave(design, from).is_err() {
        return Vec::new();
    }
    taking(design, |id| new_link(design, design.next_link_id(), from, id), from)
}

/// The blocks at which such a link may end: from left to right, then from top to bottom. A block that calls itself can be
/// read from a file, but by hand it is a slip.
fn taking(design: &Design, link_to: impl Fn(NodeId) -> Link, from: NodeId) -> Vec<NodeId> {
    let takes = |id: &NodeId| *id != from && edit::may_add_link(design, &link_to(*id)).is_ok();
    let mut valid: Vec<NodeId> = design.nodes.iter().map(|node| node.id).filter(takes).collect();
    crate::sorted::sort_by_key(&mut valid, |id| design.node(*id).map(|node| node.at));
    valid
}

/// Stops drawing, if a link was being drawn.
pub(super) fn leave(session: &mut Session) -> Vec<Effect> {
    if session.connecting.take().is_some() { vec![Effect::Draft] } else { Vec::new() }
}

/// The free end is here now.
pub(super) fn point(session: &mut Session, at: Point) -> Vec<Effect> {
    let Some(mut connecting) = session.connecting.take() else { return Vec::new() };
    let nearest = connecting.nearest(session.design(), at, session.viewport.zoom);
    connecting.to = at;
    connecting.snapped = nearest.filter(|id| connecting.valid.contains(id));
    connecting.refused = nearest
        .filter(|id| !connecting.valid.contains(id))
        .map(|id| why_not(session.design(), &connecting, id));
    if connecting.way == Way::Keys {
        connecting.way = Way::Click;
    }
    session.connecting = Some(connecting);
    vec![Effect::Draft]
}

/// The pointer moves with no button down: a link begun by a click follows it, one begun by keys does not.
pub(super) fn hover(session: &mut Session, at: Point) -> Vec<Effect> {
    if session.connecting().is_some_and(Connecting::is_by_keys) {
        return Vec::new();
    }
    point(session, at)
}

/// The drag of a link ended. Where it `clicked`, not far from its start, it goes on as click-then-click.
pub(super) fn drop_here(session: &mut Session, clicked: bool) -> Vec<Effect> {
    let Some(connecting) = session.connecting.as_mut() else { return Vec::new() };
    if clicked && connecting.snapped.is_none() && connecting.moved.is_none() && connecting.way == Way::Drag {
        connecting.way = Way::Click;
        let text = how_to(session, "Click a block to connect, Escape leaves.");
        return vec![Effect::Draft, Effect::Announce(text)];
    }
    if let Some(wish) = wished(session) {
        let mut effects = leave(session);
        effects.push(Effect::Open(Panel::QuickAdd(wish)));
        return effects;
    }
    finish(session)
}

/// A new link dropped on empty canvas asks for the block that goes there, its handle under the pointer.
fn wished(session: &Session) -> Option<Wish> {
    let connecting = session.connecting()?;
    let new = connecting.way == Way::Drag && connecting.moved.is_none();
    let empty = connecting.snapped.is_none() && connecting.refused.is_none();
    let [x, y] = connecting.to;
    if !new || !empty || geometry::node_at(session.design(), connecting.to).is_some() {
        return None;
    }
    let left = if connecting.backwards { x - CARD[0] } else { x };
    let way = if connecting.backwards { place::Way::ToPartner } else { place::Way::FromPartner };
    let at = [on_grid(left), on_grid(y - CARD[1] / 2.0)];
    Some(Wish { at: Some(at), partner: Some((connecting.from, way)) })
}

/// Connects when a target is under the free end, else leaves and says why.
pub(super) fn finish(session: &mut Session) -> Vec<Effect> {
    let Some(connecting) = session.connecting() else { return Vec::new() };
    let refused = connecting.refused.clone();
    let mut effects = complete(session);
    effects.extend(refused.map(|(_, reason)| Effect::Refuse(reason)));
    effects
}

fn begin(session: &mut Session, from: NodeId, backwards: bool, way: Way, to: Point, moved: Option<LinkId>) {
    let design = session.design().clone();
    let mut connecting =
        Connecting { from, backwards, to, snapped: None, refused: None, valid: Vec::new(), way, moved };
    connecting.valid = taking(&design, |id| connecting.link_to(&design, id), from);
    let boxes = collapse::Boxes::of(&design);
    connecting.valid.retain(|id| boxes.home(*id).is_none());
    session.connecting = Some(connecting);
}

fn choose(session: &mut Session, id: NodeId) -> Vec<Effect> {
    let place = session.design().node(id).map(|node| node.at);
    let name = session.design().title_of(id).to_owned();
    let Some(connecting) = session.connecting.as_mut() else { return Vec::new() };
    let Some(at) = place else { return Vec::new() };
    connecting.snapped = Some(id);
    connecting.to = geometry::in_handle(at);
    let number = connecting.valid.iter().position(|other| *other == id).map_or(0, |index| index + 1);
    let text = format!("{name}, {number} of {}.", connecting.valid.len());
    session.viewport.reveal(geometry::card(at));
    vec![Effect::Draft, Effect::Viewport, Effect::Announce(text)]
}

fn why_not(design: &Design, connecting: &Connecting, id: NodeId) -> (NodeId, String) {
    if collapse::Boxes::of(design).home(id).is_some() {
        return (id, "These blocks are collapsed: expand the group to link one of them.".to_owned());
    }
    let answer = edit::may_add_link(design, &connecting.link_to(design, id));
    (id, answer.err().map_or_else(String::new, |refusal| refusal.0))
}

fn how_to(session: &Session, rest: &str) -> String {
    let Some(connecting) = session.connecting() else { return String::new() };
    let targets = match connecting.valid.len() {
        1 => "1 target".to_owned(),
        count => format!("{count} targets"),
    };
    let (name, word) =
        (session.design().title_of(connecting.from), if connecting.backwards { "to" } else { "from" });
    format!("Connecting {word} {name}: {targets}. {rest}")
}

//! Drawing a link: by dragging from a handle, by clicking one handle and then a block, or by keys alone.

use super::collapse::{self, Boxes, Spot};
use super::geometry::{self, CARD, Point};
use super::gesture::{Draft, distance, on_grid};
use super::{Choice, Effect, Meant, Session, Wish, place};
use crate::blocks;
use crate::blocks::param::Values;
use crate::design::{Design, Edit, Link, LinkId, NodeId, Refusal, edit};

/// A handle this near takes the link [px].
pub(super) const SNAP: f64 = 20.0;
/// The end of a selected link can be taken this far around it [px].
pub(super) const GRIP: f64 = 10.0;

/// A link that is being drawn.
#[derive(Debug, Clone)]
pub(super) struct Connecting {
    /// Where the end stands that stays.
    from: Spot,
    /// The standing end is the callee.
    backwards: bool,
    /// The free end [canvas units].
    to: Point,
    snapped: Option<Spot>,
    refused: Option<(Spot, String)>,
    /// All that would take it: from left to right, then from top to bottom.
    valid: Vec<Spot>,
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
    /// A link that starts here, before it is known what would take it.
    fn of(from: Spot, backwards: bool, way: Way, to: Point, moved: Option<LinkId>) -> Connecting {
        Connecting { from, backwards, to, snapped: None, refused: None, valid: Vec::new(), way, moved }
    }

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

    /// The link that would be drawn between this block and that at the free end.
    fn link_between(&self, design: &Design, standing: NodeId, other: NodeId) -> Link {
        let (from, to) = if self.backwards { (other, standing) } else { (standing, other) };
        match self.moved.and_then(|id| design.link(id)) {
            Some(link) => Link { from, to, ..link.clone() },
            None => new_link(design, design.next_link_id(), from, to),
        }
    }

    /// The blocks that the standing end may be at: of a link whose other end is moved, the one where it is.
    fn standing(&self, design: &Design, boxes: &Boxes) -> Vec<NodeId> {
        if let Some(link) = self.moved.and_then(|id| design.link(id)) {
            return vec![if self.backwards { link.to } else { link.from }];
        }
        let allowed = |id: &NodeId| may_stand(design, *id, self.backwards).is_ok();
        boxes.blocks(self.from).into_iter().filter(allowed).collect()
    }

    /// The link that this one could become between these two. A block that calls itself can be read from a file, but by hand
    /// it is a slip.
    fn allowed(&self, design: &Design, standing: NodeId, other: NodeId) -> Option<Link> {
        let link = self.link_between(design, standing, other);
        (standing != other && edit::may_add_link(design, &link).is_ok()).then_some(link)
    }

    /// All links that this one could become at a spot.
    fn links_to(&self, design: &Design, other: Spot) -> Vec<Link> {
        let boxes = Boxes::of(design);
        let (standing, others) = (self.standing(design, &boxes), boxes.blocks(other));
        let pairs = standing.iter().flat_map(|standing| others.iter().map(move |other| (*standing, *other)));
        pairs.filter_map(|(standing, other)| self.allowed(design, standing, other)).collect()
    }

    /// The blocks at which such a link may end.
    fn takers(&self, design: &Design, boxes: &Boxes) -> Vec<NodeId> {
        let standing = self.standing(design, boxes);
        let takes =
            |id: &NodeId| standing.iter().any(|standing| self.allowed(design, *standing, *id).is_some());
        design.nodes.iter().map(|node| node.id).filter(takes).collect()
    }

    /// The spots at which such a link may end: the links inside of a box are not seen.
    fn taking(&self, design: &Design) -> Vec<Spot> {
        let boxes = Boxes::of(design);
        let mut valid: Vec<Spot> = Vec::new();
        for spot in self.takers(design, &boxes).into_iter().map(|id| boxes.spot(id)) {
            if spot != self.from && !(matches!(spot, Spot::Box(_)) && valid.contains(&spot)) {
                valid.push(spot);
            }
        }
        crate::sorted::sort_by_key(&mut valid, |spot| boxes.corner(design, *spot));
        valid
    }

    /// What the free end would go to at this point: the nearest handle, else the card or box under it.
    fn nearest(&self, design: &Design, at: Point, zoom: f64) -> Option<Spot> {
        let boxes = Boxes::of(design);
        let handle = |at| if self.backwards { geometry::out_handle(at) } else { geometry::in_handle(at) };
        let blocks = collapse::seen(design).map(|node| (Spot::Block(node.id), node.at));
        let spots = blocks.chain(boxes.places().map(|(id, at)| (Spot::Box(id), at)));
        let others = spots.filter(|(spot, _)| *spot != self.from);
        let away = others.map(|(spot, corner)| (distance(handle(corner), at), spot));
        let nearest = away.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|nearest| nearest.0 <= SNAP / zoom);
        // Its own card is where a drag begins and gives up.
        let under = || geometry::node_at(design, at).map(|id| boxes.spot(id));
        nearest.map(|(_, spot)| spot).or_else(|| under().filter(|spot| *spot != self.from))
    }
}

/// Whether a link may have its callee (or its caller) at this block.
fn may_stand(design: &Design, id: NodeId, is_callee: bool) -> Result<(), Refusal> {
    if is_callee { edit::may_reach(design, id) } else { edit::may_leave(design, id) }
}

/// A new link with what a link drawn from this block starts with.
pub(super) fn new_link(design: &Design, id: LinkId, from: NodeId, to: NodeId) -> Link {
    let block = design.node(from).and_then(|node| blocks::find(&node.block));
    let values = Values::of(block.map_or(&[][..], |block| block.about().initial_link));
    Link { id, from, to, values }
}

/// Begins a link at a handle.
pub(super) fn start(session: &mut Session, from: Spot, backwards: bool, way: Way, at: Point) -> Vec<Effect> {
    let design = session.design();
    let blocks = Boxes::of(design).blocks(from);
    let refusals: Vec<_> = blocks.iter().filter_map(|id| may_stand(design, *id, backwards).err()).collect();
    if refusals.len() == blocks.len() {
        let word = if backwards { "takes calls" } else { "calls others" };
        let none = || format!("No block in {} {word}.", from.title(design));
        let only = refusals.into_iter().next().filter(|_| blocks.len() == 1);
        return vec![Effect::Refuse(only.map_or_else(none, |refusal| refusal.0))];
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
    let boxes = Boxes::of(design);
    let Some(at) = boxes.corner(design, boxes.spot(goes)) else { return false };
    let at = if at_callee { geometry::in_handle(at) } else { geometry::out_handle(at) };
    let stands = boxes.spot(stands);
    begin(session, stands, !at_callee, Way::Drag, at, Some(id));
    true
}

/// From where a link by keys would start: the selected block, its box when it is hidden, or the selected box.
pub(super) fn start_of_keys(session: &Session) -> Option<Spot> {
    let boxes = Boxes::of(session.design());
    let group = session.selection.group.map(Spot::Box);
    let spot = session.selection.single_node().map(|id| boxes.spot(id)).or(group)?;
    boxes.corner(session.design(), spot).map(|_| spot)
}

/// Begins a link from what is selected, by keys; the nearest target is chosen first.
pub(super) fn start_by_keys(session: &mut Session) -> Vec<Effect> {
    let Some(from) = start_of_keys(session) else { return Vec::new() };
    let boxes = Boxes::of(session.design());
    let Some(at) = boxes.corner(session.design(), from).map(geometry::out_handle) else { return Vec::new() };
    let mut effects = start(session, from, false, Way::Keys, at);
    let Some(connecting) = session.connecting() else { return effects };
    if connecting.valid.is_empty() {
        let title = from.title(session.design());
        session.connecting = None;
        return vec![Effect::Refuse(format!("No block here can take a link from {title}."))];
    }
    let design = session.design();
    let away = |spot: &&Spot| {
        let place = boxes.corner(design, **spot).map_or(at, geometry::in_handle);
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
    let now = connecting.valid.iter().position(|spot| Some(*spot) == connecting.snapped).unwrap_or(0);
    let next = (now + if forward { 1 } else { count - 1 }) % count.max(1);
    choose(session, connecting.valid[next])
}

/// Connects to the target that is chosen or snapped to; where several blocks in a box could be meant, asks which.
pub(super) fn complete(session: &mut Session) -> Vec<Effect> {
    let Some(connecting) = session.connecting.take() else { return Vec::new() };
    let Some(other) = connecting.snapped else { return vec![Effect::Draft] };
    let links = connecting.links_to(session.design(), other).into_iter();
    let options = links.map(|Link { from, to, .. }| match connecting.moved {
        Some(id) => Meant::Reconnect(id, from, to),
        None => Meant::Link(from, to),
    });
    let mut effects = vec![Effect::Draft];
    effects.extend(Choice { at: connecting.to, options: options.collect() }.settle(session));
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
    effects.extend(linked(session, &effects, from, to));
    effects
}

/// Says which blocks are linked, when the edit was made.
pub(super) fn linked(session: &Session, effects: &[Effect], from: NodeId, to: NodeId) -> Option<Effect> {
    let text = || format!("Linked {} to {}.", session.design().title_of(from), session.design().title_of(to));
    effects.contains(&Effect::Document).then(|| Effect::Announce(text()))
}

/// The blocks that would take a link from this one, also such as a box hides.
pub(super) fn targets(design: &Design, from: NodeId) -> Vec<NodeId> {
    let link = Connecting::of(Spot::Block(from), false, Way::Keys, [0.0; 2], None);
    let mut valid = link.takers(design, &Boxes::of(design));
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
    connecting.snapped = nearest.filter(|spot| connecting.valid.contains(spot));
    connecting.refused = nearest
        .filter(|spot| !connecting.valid.contains(spot))
        .map(|spot| (spot, why_not(session.design(), &connecting, spot)));
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
        effects.extend(wish.settle(session));
        return effects;
    }
    finish(session)
}

/// A new link dropped on empty canvas asks for the block that goes there, its handle under the pointer; before that, for
/// the block in a box that it comes from.
fn wished(session: &Session) -> Option<Choice> {
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
    let standing = connecting.standing(session.design(), &Boxes::of(session.design())).into_iter();
    let wish = |id| Meant::Add(Wish { at: Some(at), partner: Some((id, way)) });
    Some(Choice { at: connecting.to, options: standing.map(wish).collect() })
}

/// Connects when a target is under the free end, else leaves and says why.
pub(super) fn finish(session: &mut Session) -> Vec<Effect> {
    let Some(connecting) = session.connecting() else { return Vec::new() };
    let refused = connecting.refused.clone();
    let mut effects = complete(session);
    effects.extend(refused.map(|(_, reason)| Effect::Refuse(reason)));
    effects
}

fn begin(session: &mut Session, from: Spot, backwards: bool, way: Way, to: Point, moved: Option<LinkId>) {
    let mut connecting = Connecting::of(from, backwards, way, to, moved);
    connecting.valid = connecting.taking(session.design());
    session.connecting = Some(connecting);
}

fn choose(session: &mut Session, spot: Spot) -> Vec<Effect> {
    let place = Boxes::of(session.design()).corner(session.design(), spot);
    let name = spot.title(session.design());
    let Some(connecting) = session.connecting.as_mut() else { return Vec::new() };
    let Some(at) = place else { return Vec::new() };
    connecting.snapped = Some(spot);
    connecting.to = geometry::in_handle(at);
    let number = connecting.valid.iter().position(|other| *other == spot).map_or(0, |index| index + 1);
    let text = format!("{name}, {number} of {}.", connecting.valid.len());
    session.viewport.reveal(geometry::card(at));
    vec![Effect::Draft, Effect::Viewport, Effect::Announce(text)]
}

fn why_not(design: &Design, connecting: &Connecting, spot: Spot) -> String {
    let boxes = Boxes::of(design);
    let (standing, others) = (connecting.standing(design, &boxes), boxes.blocks(spot));
    if let ([standing], [other]) = (&standing[..], &others[..]) {
        let answer = edit::may_add_link(design, &connecting.link_between(design, *standing, *other));
        return answer.err().map_or_else(String::new, |refusal| refusal.0);
    }
    let (from, to) = (connecting.from.title(design), spot.title(design));
    let (from, to) = if connecting.backwards { (to, from) } else { (from, to) };
    format!("No other link can be drawn from {from} to {to}.")
}

fn how_to(session: &Session, rest: &str) -> String {
    let Some(connecting) = session.connecting() else { return String::new() };
    let targets = match connecting.valid.len() {
        1 => "1 target".to_owned(),
        count => format!("{count} targets"),
    };
    let (name, word) =
        (connecting.from.title(session.design()), if connecting.backwards { "to" } else { "from" });
    format!("Connecting {word} {name}: {targets}. {rest}")
}

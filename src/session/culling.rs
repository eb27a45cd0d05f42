//! Which blocks and links are elements of the page. Of a large design only those that are in view and near enough to be
//! read; the others are painted, which costs a thousandth of it.

use std::collections::BTreeMap;

use super::collapse::{self, Boxes};
use super::geometry::{self, Point, Rect};
use super::gesture::{REACH, Target};
use super::viewport::Viewport;
use super::{FAR, Selection, Session};
use crate::design::{Design, LinkId, NodeId};
use crate::sorted;

/// A design of at most so many blocks is made of elements as a whole: everything is there for a screen reader and for the
/// browser's own search, and a browser draws so many without effort.
const WHOLE: usize = 100;

/// Elements of a larger design at most, of blocks and of links each.
const MOST: usize = 160;

/// From so far away that nothing can be read, as many selected blocks are elements at most: more are painted, and a hand then
/// moves a picture instead of many elements.
const FEW: usize = 12;

/// The view is looked at in steps of this, and this far beyond its edges [canvas units].
const STEP: f64 = 240.0;

/// Blocks and links that are elements, in the design's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Elements {
    /// Blocks.
    pub nodes: Vec<NodeId>,
    /// Links.
    pub links: Vec<LinkId>,
}

/// What of the canvas has to be looked at for this view: a little more than is seen, so that it rarely changes. `None`
/// from so far away that nothing can be read.
pub fn area(view: &Viewport) -> Option<Rect> {
    let Rect { min, max } = view.visible();
    (view.zoom >= FAR).then(|| Rect {
        min: min.map(|value| (value / STEP).floor() * STEP - STEP),
        max: max.map(|value| (value / STEP).ceil() * STEP + STEP),
    })
}

/// Whether a design is too large for all of it to be made of elements.
pub fn is_culled(design: &Design) -> bool {
    design.nodes.len() > WHOLE
}

/// The elements of a design that is seen like this; what is selected is one of them wherever it is, unless it is much and
/// seen from far away.
pub fn elements(design: &Design, area: Option<Rect>, selection: &Selection) -> Elements {
    let (boxes, appears) = (Boxes::of(design), collapse::apparent(design));
    let free = appears.nodes.iter().map(|node| node.id).filter(|id| boxes.home(*id).is_none());
    if !is_culled(design) {
        return Elements { nodes: free.collect(), links: appears.links.iter().map(|link| link.id).collect() };
    }
    let cards: BTreeMap<NodeId, Rect> =
        sorted::map(appears.nodes.iter().map(|node| (node.id, geometry::card(node.at))));
    let none = Selection::default();
    let selection = if area.is_none() && selection.nodes.len() > FEW { &none } else { selection };
    let seen = |place: &Rect| area.is_some_and(|area| area.overlaps(place));
    let is_node = |id: NodeId| selection.nodes.contains(&id) || seen(&cards[&id]);
    let is_link = |id: LinkId, from: NodeId, to: NodeId| {
        // A link bends out of the rectangle of its ends by less than the room around the view.
        let ends = || Some(cards.get(&from)?.union(cards.get(&to)?));
        // Those of a selected block follow it when it is dragged.
        let held = selection.nodes.contains(&from) || selection.nodes.contains(&to);
        held || selection.links.contains(&id) || ends().is_some_and(|ends| seen(&ends))
    };
    let nodes = free.filter(|id| is_node(*id));
    let links = appears.links.iter().filter(|link| is_link(link.id, link.from, link.to));
    Elements { nodes: nodes.take(MOST).collect(), links: links.map(|link| link.id).take(MOST).collect() }
}

/// What a pointer at this place of the screen means. Where there is no element, a block or link of a large design may be
/// painted.
pub(super) fn meant(session: &Session, target: Target, at: Point) -> Target {
    let (design, at) = (session.design(), session.viewport.to_canvas(at));
    if target != Target::Canvas || !is_culled(design) {
        return target;
    }
    let link = || geometry::link_at(design, at, REACH / session.viewport.zoom).map(Target::Link);
    geometry::node_at(design, at).map(Target::Node).or_else(link).unwrap_or(Target::Canvas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share;

    /// A row of clients, each 200 units to the right of the one before and connected to a server 2,000 units below.
    fn row(count: u32) -> Design {
        let nodes = (1..=count).flat_map(|id| {
            let x = (id - 1) * 200;
            [(id, "client", x, 0), (count + id, "app-server", x, 2000)]
        });
        let nodes = nodes
            .map(|(id, block, x, y)| format!(r#"{{"id":{id},"block":"{block}","at":[{x},{y}]}}"#))
            .collect::<Vec<_>>();
        let links = (1..=count).map(|id| format!("[{id},{}]", count + id)).collect::<Vec<_>>();
        let json = format!(r#"{{"headroom":1,"nodes":[{}],"links":[{}]}}"#, nodes.join(","), links.join(","));
        share::from_json(&json).expect("a design").design
    }

    fn view(x: f64, zoom: f64) -> Viewport {
        Viewport { pan: [-x, 0.0], zoom, size: [1000.0, 600.0] }
    }

    fn first(design: &Design, count: usize) -> Selection {
        let nodes = design.nodes.iter().take(count).map(|node| node.id).collect();
        Selection { nodes, ..Selection::default() }
    }

    #[test]
    fn a_small_design_is_whole_wherever_one_looks() {
        let design = row(50);
        for view in [view(0.0, 1.0), view(1e6, 1.0), view(0.0, 0.1)] {
            let found = elements(&design, area(&view), &Selection::default());
            assert_eq!((found.nodes.len(), found.links.len()), (100, 50));
        }
    }

    #[test]
    fn of_a_large_design_what_is_in_view_is_there_and_what_is_far_away_is_not() {
        let design = row(300);
        let found = elements(&design, area(&view(0.0, 1.0)), &Selection::default());
        assert!(found.nodes.contains(&NodeId(1)) && found.nodes.contains(&NodeId(5)), "{found:?}");
        assert!(!found.nodes.contains(&NodeId(20)) && !found.nodes.contains(&NodeId(301)), "{found:?}");
        // The link leads out of the view, and begins in it.
        assert_eq!(found.links[0], design.links[0].id);
        assert!(found.nodes.len() < 12 && found.links.len() < 12, "{found:?}");
        let elsewhere = elements(&design, area(&view(20_000.0, 1.0)), &Selection::default());
        assert!(
            elsewhere.nodes.contains(&NodeId(102)) && !elsewhere.nodes.contains(&NodeId(1)),
            "{elsewhere:?}"
        );
    }

    #[test]
    fn from_far_away_and_out_of_view_only_what_is_selected_is_there() {
        let design = row(300);
        let selection = Selection {
            nodes: [NodeId(7), NodeId(250)].into(),
            links: [design.links[200].id].into(),
            ..Selection::default()
        };
        let found = elements(&design, area(&view(0.0, 0.2)), &selection);
        assert_eq!(found.nodes, [NodeId(7), NodeId(250)]);
        assert_eq!(found.links, [6, 200, 249].map(|at| design.links[at].id));
    }

    #[test]
    fn there_are_never_more_elements_than_a_browser_draws_with_ease() {
        let design = row(300);
        let near = area(&view(0.0, 1.0));
        assert_eq!(elements(&design, near, &first(&design, 600)).nodes.len(), MOST);
    }

    #[test]
    fn much_that_is_selected_is_painted_from_far_away_and_made_of_elements_near_by() {
        let design = row(300);
        let (near, many) = (area(&view(0.0, 1.0)), first(&design, FEW + 1));
        assert_eq!(elements(&design, None, &first(&design, FEW)).nodes.len(), FEW);
        assert!(elements(&design, None, &many).nodes.is_empty());
        assert!(elements(&design, near, &many).nodes.len() > FEW);
    }
}

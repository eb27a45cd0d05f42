//! Which blocks and links are elements of the page now (see [`culling`]): they follow the view a few in a frame, so that no
//! frame waits for them. What is not one of them is painted (`painted.rs`).

use headroom::design::{LinkId, NodeId};
use headroom::session::culling;
use headroom::session::geometry::Rect;
use headroom::sorted;
use leptos::prelude::*;

use crate::cards::renew;
use crate::state::App;

/// Elements that come or go in one frame, of blocks and of links each.
const A_FRAME: usize = 3;

/// The blocks and links that are elements, by id.
#[derive(Clone, Copy)]
pub struct Elements {
    /// Blocks.
    pub nodes: RwSignal<Vec<u32>>,
    /// Links.
    pub links: RwSignal<Vec<u32>>,
    wanted: Memo<Lists>,
    asked: StoredValue<bool>,
}

/// Ids of blocks and of links.
type Lists = [Vec<u32>; 2];

impl Elements {
    /// Follows design, view and selection; while the zoom changes, what is there stays.
    pub fn follow(app: App, settling: ReadSignal<bool>) -> Self {
        let area = Memo::new(move |before: Option<&Option<Rect>>| match before {
            Some(before) if settling.get() => *before,
            _ => app.viewport.with(culling::area),
        });
        let wanted = Memo::new(move |_| {
            // Of blocks under a hand only the selected ones move, and they are elements anyway.
            let (area, chosen) = (area.get(), app.selection.get());
            app.design.with(|design| lists(culling::elements(design, area, &chosen)))
        });
        let [nodes, links] = if is_culled(app) { Lists::default() } else { wanted.get_untracked() };
        let this = Elements {
            nodes: RwSignal::new(nodes),
            links: RwSignal::new(links),
            wanted,
            asked: StoredValue::new(false),
        };
        Effect::new(move |_| {
            wanted.track();
            // Those of a large design come when they can also be painted.
            if app.complete.get() || !is_culled(app) {
                this.step(app);
            }
        });
        this
    }

    /// Goes on towards what is wanted: all the way in a small design, a few elements at a time in a large one.
    fn step(self, app: App) {
        let most = if is_culled(app) { A_FRAME } else { usize::MAX };
        let [nodes, links] = self.wanted.get_untracked();
        let has_node = |id: u32| app.cards.node(NodeId(id)).is_some();
        let next_nodes = next(&self.nodes.get_untracked(), &nodes, most, &has_node);
        let has_link = |id: u32| app.cards.link(LinkId(id)).is_some();
        let next_links = next(&self.links.get_untracked(), &links, most, &has_link);
        let done = next_nodes == nodes && next_links == links;
        renew(self.nodes, next_nodes);
        renew(self.links, next_links);
        if !done && !self.asked.get_value() {
            self.asked.set_value(true);
            request_animation_frame(move || {
                self.asked.set_value(false);
                self.step(app);
            });
        }
    }
}

fn is_culled(app: App) -> bool {
    app.design.with_untracked(|design| culling::is_culled(design))
}

fn lists(elements: culling::Elements) -> Lists {
    let nodes = elements.nodes.into_iter().map(|id| id.0);
    [nodes.collect(), elements.links.into_iter().map(|id| id.0).collect()]
}

/// The list after one step: at most `most` of those wanted are new, and at most `most` of the others go, but for those that
/// the design no longer has.
fn next(now: &[u32], wanted: &[u32], most: usize, is_there: &dyn Fn(u32) -> bool) -> Vec<u32> {
    let (has, wants) = (sorted::set(now.iter().copied()), sorted::set(wanted.iter().copied()));
    let going = now.iter().copied().filter(|id| !wants.contains(id) && is_there(*id));
    let mut list: Vec<u32> = going.skip(most).collect();
    let mut coming = 0;
    for id in wanted {
        let is_new = !has.contains(id);
        coming += usize::from(is_new);
        if !is_new || coming <= most {
            list.push(*id);
        }
    }
    list
}

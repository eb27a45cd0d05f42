//! What blocks and links mean to the engines, remembered from one build to the next: after a change to a large design only
//! what changed is read anew.

use crate::blocks::param::Values;
use crate::blocks::{Block, Lowered, link};
use crate::design::{Link, Node};
use crate::topology::{Life, Route};

/// What was read of the blocks and links of a design, each at its place in the design.
#[derive(Debug, Default)]
pub struct Lowerings {
    nodes: Vec<Option<Known<Meaning>>>,
    links: Vec<Option<Known<Route>>>,
}

/// What was found, and what of.
#[derive(Debug)]
struct Known<T> {
    block: String,
    values: Values,
    found: T,
}

/// What a node's block and values mean, wherever it stands.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    pub lowered: Lowered,
    pub life: Life,
    /// What one instance sends, and receives, at most [bit/s].
    pub network: Option<f64>,
}

impl Lowerings {
    pub(super) fn node(&mut self, at: usize, node: &Node, block: &dyn Block) -> Meaning {
        kept(&mut self.nodes, at, &node.block, &node.values, || {
            let lowered = block.lower(&node.values);
            let life = block.life(&node.values, lowered.managed);
            Meaning { lowered, life, network: block.network(&node.values) }
        })
    }

    pub(super) fn link(&mut self, at: usize, drawn: &Link) -> Route {
        let route = kept(&mut self.links, at, "", &drawn.values, || link::lower(drawn.id, &drawn.values));
        Route { id: drawn.id, ..route }
    }
}

/// What is known at this place, if it is about the same; else what is found now.
fn kept<T: Clone>(
    all: &mut Vec<Option<Known<T>>>,
    at: usize,
    block: &str,
    values: &Values,
    find: impl FnOnce() -> T,
) -> T {
    if at >= all.len() {
        all.resize_with(at + 1, || None);
    }
    match &all[at] {
        Some(known) if known.block == block && known.values == *values => known.found.clone(),
        _ => {
            let found = find();
            all[at] = Some(Known { block: block.to_owned(), values: values.clone(), found: found.clone() });
            found
        }
    }
}

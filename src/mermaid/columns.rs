//! Where the blocks of a flowchart stand: in columns along the arrows, each as far right as its longest way in.

use crate::design::{Design, NodeId};
use crate::sorted;

/// From one column to the next and from one row to the next, on the grid [canvas units].
const STEP: [i32; 2] = [255, 120];

/// A place for every block. Arrows that close a circle do not count.
pub fn of(design: &Design) -> Vec<(NodeId, [i32; 2])> {
    let columns = columns(design);
    let mut filled = vec![0; design.nodes.len() + 1];
    let mut order: Vec<usize> = (0..design.nodes.len()).collect();
    // Those of one group stand together.
    sorted::sort_by_key(&mut order, |index| design.nodes[*index].group);
    let mut places: Vec<(NodeId, [i32; 2])> = Vec::new();
    for index in order {
        let column = columns[index];
        places.push((design.nodes[index].id, [column as i32 * STEP[0], filled[column] * STEP[1]]));
        filled[column] += 1;
    }
    // Shorter columns stand in the middle.
    let tallest = filled.iter().max().copied().unwrap_or(0);
    for (_, at) in &mut places {
        at[1] += (tallest - filled[(at[0] / STEP[0]) as usize]) / 2 * STEP[1];
    }
    places
}

/// The column of each block: one more than that of the farthest block that calls it, taken in turn.
fn columns(design: &Design) -> Vec<usize> {
    let index = sorted::map(design.nodes.iter().enumerate().map(|(index, node)| (node.id, index)));
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); design.nodes.len()];
    let mut callers = vec![0_usize; design.nodes.len()];
    for link in design.links.iter().filter(|link| link.from != link.to) {
        out[index[&link.from]].push(index[&link.to]);
        callers[index[&link.to]] += 1;
    }
    let mut columns = vec![0; design.nodes.len()];
    let mut done = vec![false; design.nodes.len()];
    let mut ready: Vec<usize> = (0..callers.len()).filter(|node| callers[*node] == 0).rev().collect();
    let mut next = 0;
    while let Some(node) = ready.pop().or_else(|| {
        // Only circles are left: the first of them begins.
        next = (next..done.len()).find(|node| !done[*node])?;
        Some(next)
    }) {
        if std::mem::replace(&mut done[node], true) {
            continue;
        }
        for called in out[node].iter().copied().filter(|called| !done[*called]).collect::<Vec<_>>() {
            columns[called] = columns[called].max(columns[node] + 1);
            callers[called] -= 1;
            if callers[called] == 0 {
                ready.push(called);
            }
        }
    }
    columns
}

//! Where an added block goes: on the grid, near what it belongs to, on top of nothing.

use crate::design::{Design, Edit, Node};

/// A block's card and the canvas's grid, as the editor has them [px].
const CARD: [i32; 2] = [176, 76];
const GRID: i32 = 15;
/// From one column of blocks to the next [px].
const COLUMN: i32 = 240;
/// Room that an added block keeps to the others [px].
const ROOM: i32 = 24;

/// The place left of a block, for what goes in front of it; with the edit that moves everything from the block on to the
/// right where that place is taken.
pub fn make_room(design: &Design, node: &Node) -> ([i32; 2], Vec<Edit>) {
    let before = [node.at[0].saturating_sub(COLUMN), node.at[1]];
    if is_free(design, before) {
        return (before, Vec::new());
    }
    let from_here_on = design.nodes.iter().filter(|other| other.at[0] >= node.at[0]);
    let moves: Vec<_> =
        from_here_on.map(|other| (other.id, [other.at[0].saturating_add(COLUMN), other.at[1]])).collect();
    let edit = Edit::Move(moves);
    let mut moved = design.clone();
    match edit.apply(&mut moved) {
        Ok(()) if is_free(&moved, node.at) => (node.at, vec![edit]),
        Ok(()) | Err(_) => (free_spot(design, before), Vec::new()),
    }
}

/// The free place nearest to this one; below everything when there is none near.
pub fn free_spot(design: &Design, near: [i32; 2]) -> [i32; 2] {
    let near = near.map(|at| at.div_euclid(GRID) * GRID);
    let reach = 40;
    let steps = (-reach..=reach).flat_map(|x: i32| (-reach..=reach).map(move |y: i32| [x, y]));
    let mut offsets: Vec<[i32; 2]> = steps.collect();
    crate::sorted::sort_by_key(&mut offsets, |[x, y]| (x * x + y * y, *y, *x));
    let mut places = offsets
        .into_iter()
        .map(|[x, y]| [near[0].saturating_add(x * GRID), near[1].saturating_add(y * GRID)]);
    places.find(|at| is_free(design, *at)).unwrap_or_else(|| {
        let lowest = design.nodes.iter().map(|node| node.at[1]).max().unwrap_or(0);
        [near[0], lowest.saturating_add(GRID * 8)]
    })
}

/// Whether a card fits here with room around it.
fn is_free(design: &Design, at: [i32; 2]) -> bool {
    let apart = |axis: usize, other: &Node| {
        (i64::from(at[axis]) - i64::from(other.at[axis])).abs() >= i64::from(CARD[axis] + ROOM)
    };
    design.nodes.iter().all(|other| apart(0, other) || apart(1, other))
}

//! Guides: while blocks are dragged, they snap to the edges and middles of the blocks in view, and lines say to which.

use super::geometry::{Point, Rect};

/// A block that would stand this near to a line is moved onto it [px].
pub(super) const NEAR: f64 = 8.0;

/// From one end to the other [canvas units].
pub type Guide = [Point; 2];

/// How far to move a rectangle so that it stands in line with others, by axis; `None` where no line is within the radius.
pub(super) fn snap(moving: &Rect, others: &[Rect], radius: f64) -> [Option<f64>; 2] {
    [0, 1].map(|axis| {
        let ways = others.iter().flat_map(|other| pairs(moving, other, axis));
        let near = ways.map(|(from, to)| to - from).filter(|way| way.abs() <= radius);
        near.min_by(|a, b| a.abs().total_cmp(&b.abs()))
    })
}

/// The lines on which a rectangle and others stand, each drawn once through all of them.
pub(super) fn lines(placed: &Rect, others: &[Rect]) -> Vec<Guide> {
    let mut found: Vec<Guide> = Vec::new();
    for axis in [0, 1] {
        for line in edges(placed, axis) {
            let on = |other: &&Rect| edges(other, axis).iter().any(|edge| (edge - line).abs() < 0.5);
            let reach = others.iter().filter(on).fold(None, |reach: Option<Rect>, other| {
                Some(reach.map_or_else(|| placed.union(other), |reach| reach.union(other)))
            });
            if let Some(reach) = reach {
                let end = |along: f64| if axis == 0 { [line, along] } else { [along, line] };
                found.push([end(reach.min[1 - axis]), end(reach.max[1 - axis])]);
            }
        }
    }
    found
}

/// Start, middle and end.
fn edges(rect: &Rect, axis: usize) -> [f64; 3] {
    [rect.min[axis], rect.center()[axis], rect.max[axis]]
}

/// Each line of one with each line of the other.
fn pairs(one: &Rect, other: &Rect, axis: usize) -> Vec<(f64, f64)> {
    let others = edges(other, axis);
    edges(one, axis).into_iter().flat_map(|from| others.map(|to| (from, to))).collect()
}

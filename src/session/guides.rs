//! Guides: while blocks are dragged, they snap to the edges and middles of the blocks in view and to gaps of equal width,
//! and lines say to which.

use super::geometry::{Point, Rect};
use crate::sorted;

/// A block that would stand this near to a line is moved onto it [px].
pub(super) const NEAR: f64 = 8.0;

/// What is farther away than this is not lined up with: there would always be something [canvas units].
const AROUND: f64 = 1500.0;

/// Two gaps that differ by no more than this are equal: positions are whole, and so one side may get the odd unit.
const ODD: f64 = 1.0;

/// From one end to the other [canvas units].
pub type Guide = [Point; 2];

/// What dragged blocks stand on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Guides {
    /// Lines through edges and middles that are shared with other blocks.
    pub lines: Vec<Guide>,
    /// Gaps of the same width, from the edge of one block to that of the next.
    pub gaps: Vec<Guide>,
}

impl Guides {
    /// Nothing is in line and nothing equally far apart.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.gaps.is_empty()
    }
}

/// Those near enough to be lined up with.
pub(super) fn around(moving: &Rect, others: &[Rect]) -> Vec<Rect> {
    let near = moving.grown(AROUND);
    others.iter().filter(|other| other.overlaps(&near)).copied().collect()
}

/// How far to move a rectangle so that it stands in line with others, or as far from them as they from each other, by
/// axis; `None` where nothing of that is within the radius. Only what is dragged alone looks for gaps.
pub(super) fn snap(moving: &Rect, others: &[Rect], alone: bool, radius: f64) -> [Option<f64>; 2] {
    [0, 1].map(|axis| {
        let aligned = others.iter().flat_map(|other| pairs(moving, other, axis)).map(|(from, to)| to - from);
        let spaced = if alone { spaced(moving, others, axis) } else { Vec::new() };
        let ways = aligned.chain(spaced);
        ways.filter(|way| way.abs() <= radius).min_by(|a, b| a.abs().total_cmp(&b.abs()))
    })
}

/// The lines on which a rectangle stands with others, and the gaps that are as wide as those beside it.
pub(super) fn of(placed: &Rect, others: &[Rect], alone: bool) -> Guides {
    let gaps = [0, 1].into_iter().filter(|_| alone).flat_map(|axis| gaps(placed, others, axis)).collect();
    Guides { lines: lines(placed, others), gaps }
}

/// The lines on which a rectangle and others stand, each drawn once through all of them.
fn lines(placed: &Rect, others: &[Rect]) -> Vec<Guide> {
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

/// The rectangles beside this one, from one end to the other along the axis.
fn row(of: &Rect, others: &[Rect], axis: usize) -> Vec<Rect> {
    let across = 1 - axis;
    let beside = |other: &&Rect| other.min[across] < of.max[across] && of.min[across] < other.max[across];
    let mut row: Vec<Rect> = others.iter().filter(beside).copied().collect();
    sorted::sort_by(&mut row, |a, b| a.min[axis].total_cmp(&b.min[axis]));
    row
}

/// The ways to where a rectangle leaves the same gap to a neighbor as that one to the next, or to both of them.
fn spaced(moving: &Rect, others: &[Rect], axis: usize) -> Vec<f64> {
    let (row, width) = (row(moving, others, axis), moving.size()[axis]);
    let mut ways = Vec::new();
    for pair in row.windows(2) {
        let (from, to) = (pair[0].max[axis], pair[1].min[axis]);
        let gap = to - from;
        if gap <= 0.0 {
            continue;
        }
        let starts =
            [f64::midpoint(from, to) - width / 2.0, pair[1].max[axis] + gap, pair[0].min[axis] - gap - width];
        let is_free = |start: &f64| {
            row.iter().all(|other| *start >= other.max[axis] || start + width <= other.min[axis])
        };
        ways.extend(starts.into_iter().filter(is_free).map(|start| start - moving.min[axis]));
    }
    ways
}

/// The gaps beside a rectangle that are as wide as the next one in the row, and all that follow with the same width.
fn gaps(placed: &Rect, others: &[Rect], axis: usize) -> Vec<Guide> {
    let mut row = row(placed, others, axis);
    let place = row.iter().take_while(|other| other.min[axis] < placed.min[axis]).count();
    row.insert(place, *placed);
    let widths: Vec<f64> = row.windows(2).map(|pair| pair[1].min[axis] - pair[0].max[axis]).collect();
    let same = |one: usize, other: usize| widths[one] > 0.0 && (widths[one] - widths[other]).abs() <= ODD;
    let run = |gap: usize| {
        let from = (0..gap).rev().take_while(|one| same(*one, gap)).count();
        let to = (gap + 1..widths.len()).take_while(|one| same(*one, gap)).count();
        gap - from..gap + to + 1
    };
    let beside = (place.saturating_sub(1)..=place).filter(|gap| *gap < widths.len());
    let runs: Vec<_> = beside.map(run).filter(|run| run.len() > 1).collect();
    let equal = (0..widths.len()).filter(|gap| runs.iter().any(|run| run.contains(gap)));
    equal.map(|gap| between(&row[gap], &row[gap + 1], axis)).collect()
}

/// From the end of one rectangle to the start of the other, in the middle of what they share across the axis.
fn between(one: &Rect, other: &Rect, axis: usize) -> Guide {
    let across = 1 - axis;
    let (from, to) = (one.min[across].max(other.min[across]), one.max[across].min(other.max[across]));
    let middle = f64::midpoint(from, to);
    [one.max[axis], other.min[axis]].map(|along| if axis == 0 { [along, middle] } else { [middle, along] })
}

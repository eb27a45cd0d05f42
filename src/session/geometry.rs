//! Where things lie on the canvas: cards, handles, curves of links, frames of groups. Canvas units throughout.

use super::collapse::apparent;
use super::routing::bends;
use crate::design::{Design, GroupId, Link, LinkId, Node, NodeId, Note};

/// Size of a block's card.
pub const CARD: [f64; 2] = [176.0, 76.0];

/// Blocks snap to multiples of this.
pub const GRID: i32 = 15;

/// Room between the frame of a group and what is inside; the top also holds its name.
pub(super) const FRAME_ROOM: f64 = 24.0;

/// A point.
pub type Point = [f64; 2];

/// An axis-parallel rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Top left corner.
    pub min: Point,
    /// Bottom right corner.
    pub max: Point,
}

impl Rect {
    /// The rectangle with these two opposite corners.
    pub fn of_corners(a: Point, b: Point) -> Rect {
        Rect { min: [a[0].min(b[0]), a[1].min(b[1])], max: [a[0].max(b[0]), a[1].max(b[1])] }
    }

    /// Whether the two share any area.
    pub fn overlaps(&self, other: &Rect) -> bool {
        let on = |axis: usize| self.min[axis] < other.max[axis] && other.min[axis] < self.max[axis];
        on(0) && on(1)
    }

    /// Whether the point lies inside or on the edge.
    pub fn contains(&self, at: Point) -> bool {
        (self.min[0]..=self.max[0]).contains(&at[0]) && (self.min[1]..=self.max[1]).contains(&at[1])
    }

    /// The smallest rectangle around both.
    pub fn union(&self, other: &Rect) -> Rect {
        Rect {
            min: [self.min[0].min(other.min[0]), self.min[1].min(other.min[1])],
            max: [self.max[0].max(other.max[0]), self.max[1].max(other.max[1])],
        }
    }

    /// Grown by this on every side.
    pub fn grown(&self, by: f64) -> Rect {
        Rect { min: [self.min[0] - by, self.min[1] - by], max: [self.max[0] + by, self.max[1] + by] }
    }

    /// Width and height.
    pub fn size(&self) -> [f64; 2] {
        [self.max[0] - self.min[0], self.max[1] - self.min[1]]
    }

    /// The point in the middle.
    pub fn center(&self) -> Point {
        [f64::midpoint(self.min[0], self.max[0]), f64::midpoint(self.min[1], self.max[1])]
    }
}

/// A cubic Bézier curve: start, two control points, end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve(pub [Point; 4]);

impl Curve {
    /// The point at this share (0–1) of the curve's parameter.
    pub fn at(&self, t: f64) -> Point {
        let u = 1.0 - t;
        let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
        let on = |axis: usize| (0..4).map(|i| weights[i] * self.0[i][axis]).sum();
        [on(0), on(1)]
    }

    /// The distance from a point to the curve, to a fraction of a unit.
    pub fn distance(&self, point: Point) -> f64 {
        let steps = 32;
        let points: Vec<Point> = (0..=steps).map(|i| self.at(f64::from(i) / f64::from(steps))).collect();
        points.windows(2).map(|pair| to_segment(point, pair[0], pair[1])).fold(f64::INFINITY, f64::min)
    }

    /// A rectangle that holds the whole curve: that of its control points.
    pub fn bounds(&self) -> Rect {
        let start = Rect { min: self.0[0], max: self.0[0] };
        self.0.iter().fold(start, |all, point| all.union(&Rect { min: *point, max: *point }))
    }

    /// A rectangle that the curve fills, to a fraction of a unit.
    pub fn extent(&self) -> Rect {
        let points = (0..=16).map(|i| self.at(f64::from(i) / 16.0));
        points.fold(Rect::of_corners(self.0[0], self.0[3]), |all, at| all.union(&Rect { min: at, max: at }))
    }

    /// An arrow head in the middle of the second half, as an SVG path: it says which way the calls go.
    pub fn tip(&self) -> String {
        let ([x0, y0], [x1, y1]) = (self.at(0.70), self.at(0.72));
        let length = libm::hypot(x1 - x0, y1 - y0).max(1e-6);
        let [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
        let corner = |along: f64, aside: f64| {
            format!("{:.1} {:.1}", x1 + along * dx - aside * dy, y1 + along * dy + aside * dx)
        };
        format!("M{}L{}L{}", corner(-4.0, -4.0), corner(0.0, 0.0), corner(-4.0, 4.0))
    }

    /// The curve as an SVG path.
    pub fn path(&self) -> String {
        let [a, b, c, d] = self.0.map(|point| point.map(|value| (value * 10.0).round() / 10.0));
        format!("M{} {}C{} {} {} {} {} {}", a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1])
    }
}

/// The card of a block that stands here.
pub fn card(at: [i32; 2]) -> Rect {
    let min = at.map(f64::from);
    Rect { min, max: [min[0] + CARD[0], min[1] + CARD[1]] }
}

/// The handle at which links leave a block that stands here: the middle of the right edge.
pub fn out_handle(at: [i32; 2]) -> Point {
    let card = card(at);
    [card.max[0], card.center()[1]]
}

/// The handle at which links reach a block that stands here: the middle of the left edge.
pub fn in_handle(at: [i32; 2]) -> Point {
    let card = card(at);
    [card.min[0], card.center()[1]]
}

/// The curve between two free ends, as a link that is being drawn has them.
pub fn curve_between(from: Point, to: Point) -> Curve {
    let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    if dx >= 0.0 {
        // Forward: at most half of the way straight out, so that near blocks get no loop.
        let reach = (dx / 2.0).max((dy.abs() / 2.0).min(40.0));
        return Curve([from, [from[0] + reach, from[1]], [to[0] - reach, to[1]], to]);
    }
    // Backward: far enough out that the turn is round and the way back lies flat between two rows.
    let reach = (90.0 - dx * 0.45).min(420.0);
    if dy.abs() >= CARD[1] {
        return Curve([from, [from[0] + reach, from[1]], [to[0] - reach, to[1]], to]);
    }
    // At about the same height: below both cards, not through them.
    let reach = reach / 2.0;
    let dip = CARD[1] * 1.5 - dx * 0.1;
    let low = from[1].max(to[1]) + dip.min(260.0);
    Curve([from, [from[0] + reach, low], [to[0] - reach, low], to])
}

/// The curve of a link between blocks that stand at `from` and `to`, bent down by so much (see [`bends`]).
pub fn curve(from: [i32; 2], to: [i32; 2], bend: f64) -> Curve {
    let [start, end] = [out_handle(from), in_handle(to)];
    let mut points = if from == to { self_loop(start, end) } else { curve_between(start, end).0 };
    points[1][1] += bend;
    points[2][1] += bend;
    Curve(points)
}

/// The curve of a placed link; `None` when an end is missing or the link is inside of a collapsed group.
pub fn link_curve(design: &Design, id: LinkId) -> Option<Curve> {
    let design = &*apparent(design);
    let index = design.links.iter().position(|link| link.id == id)?;
    placed_curve(design, &design.links[index], bends(design)[index])
}

/// The uppermost block whose card holds the point; of a collapsed group, the last block inside.
pub fn node_at(design: &Design, at: Point) -> Option<NodeId> {
    apparent(design).nodes.iter().rev().find(|node| card(node.at).contains(at)).map(|node| node.id)
}

/// The nearest link within `radius` of the point.
pub fn link_at(design: &Design, at: Point, radius: f64) -> Option<LinkId> {
    let design = &*apparent(design);
    let near = |(link, bend): (&Link, f64)| {
        let curve = placed_curve(design, link, bend)?;
        // The cheap test first: most links are far away.
        let far = !curve.bounds().grown(radius).contains(at);
        let distance = if far { f64::INFINITY } else { curve.distance(at) };
        (distance <= radius).then_some((distance, link.id))
    };
    let nearest = design.links.iter().zip(bends(design)).filter_map(near).min_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map(|(_, id)| id)
}

/// The smallest rectangle around the cards of these blocks; `None` when there are none.
pub fn bounds<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Option<Rect> {
    nodes.into_iter().map(|node| card(node.at)).reduce(|all, card| all.union(&card))
}

/// Width of a note.
pub const NOTE_WIDTH: f64 = 210.0;
/// Height of a line of a note.
pub const NOTE_LINE: f64 = 17.0;
/// Characters that a line of a note holds at least.
const NOTE_LETTERS: usize = 34;

/// About where a note is: its height follows from its text, which the browser breaks into lines of its own.
pub fn note(note: &Note) -> Rect {
    let lines = note.text.lines().flat_map(note_lines).count();
    let min = note.at.map(f64::from);
    Rect { min, max: [min[0] + NOTE_WIDTH, min[1] + 18.0 + NOTE_LINE * lines.max(1) as f64] }
}

/// A line of a note, broken at spaces where it is too long.
pub fn note_lines(line: &str) -> Vec<String> {
    broken(line, NOTE_LETTERS)
}

/// A text in lines of so many letters, broken at spaces; a longer word stays whole.
pub fn broken(line: &str, letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last_mut().expect("one line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= letters {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// The smallest rectangle around all blocks, notes, links and frames that are seen; `None` when nothing is drawn.
pub fn extent(design: &Design) -> Option<Rect> {
    let design = &*apparent(design);
    let notes = design.notes.iter().map(note);
    let cards = bounds(&design.nodes).into_iter().chain(notes).reduce(|all, part| all.union(&part))?;
    let curves =
        design.links.iter().zip(bends(design)).filter_map(|(link, bend)| placed_curve(design, link, bend));
    let frames = frames(design).into_iter().map(|(_, frame)| frame);
    Some(curves.map(|curve| curve.extent()).chain(frames).fold(cards, |all, part| all.union(&part)))
}

/// The frame of every group that holds something and is not collapsed, nor in one that is; outermost first.
pub fn frames(design: &Design) -> Vec<(GroupId, Rect)> {
    let design = &*apparent(design);
    let mut frames: Vec<(usize, GroupId, Rect)> = Vec::new();
    for group in &design.groups {
        let inside = design.nodes.iter().filter_map(|node| frame_part(design, node, group.id));
        if let Some(frame) = inside.reduce(|all, part| all.union(&part)) {
            frames.push((ancestors(design, group.id).len(), group.id, frame));
        }
    }
    crate::sorted::sort_by_key(&mut frames, |(depth, id, _)| (*depth, *id));
    frames.into_iter().map(|(_, id, frame)| (id, frame)).collect()
}

/// The blocks inside a group and inside the groups in it, in drawing order.
pub fn members(design: &Design, group: GroupId) -> Vec<NodeId> {
    let inside =
        |node: &&Node| node.group.is_some_and(|innermost| ancestors(design, innermost).contains(&group));
    design.nodes.iter().filter(inside).map(|node| node.id).collect()
}

/// A block's card with the room that this group's frame leaves around it; `None` outside the group.
fn frame_part(design: &Design, node: &Node, group: GroupId) -> Option<Rect> {
    let chain = ancestors(design, node.group?);
    let levels = chain.iter().position(|id| *id == group)? + 1;
    Some(card(node.at).grown(FRAME_ROOM * levels as f64))
}

/// A group and all that it lies in, innermost first. Stops where a circle closes.
pub(super) fn ancestors(design: &Design, group: GroupId) -> Vec<GroupId> {
    let mut chain = Vec::new();
    let mut next = Some(group);
    while let Some(id) = next.filter(|id| !chain.contains(id)) {
        chain.push(id);
        next = design.group(id).and_then(|group| group.parent);
    }
    chain
}

/// The curve of this link, bent so far; `None` when an end is missing.
pub(crate) fn placed_curve(design: &Design, link: &Link, bend: f64) -> Option<Curve> {
    Some(curve(design.node(link.from)?.at, design.node(link.to)?.at, bend))
}

/// From the right edge over the card to its left edge.
fn self_loop(start: Point, end: Point) -> [Point; 4] {
    let top = start[1] - CARD[1] * 1.8;
    [start, [start[0] + 70.0, top], [end[0] - 70.0, top], end]
}

fn to_segment(point: Point, a: Point, b: Point) -> f64 {
    let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    let length = dx * dx + dy * dy;
    let along = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length.max(f64::MIN_POSITIVE);
    let t = along.clamp(0.0, 1.0);
    libm::hypot(point[0] - a[0] - t * dx, point[1] - a[1] - t * dy)
}

//! What the label of a link says, where it stands, and what of it fits there: a card never covers a part of a label. For
//! the page and for pictures alike.

use super::geometry::{Curve, Point, Rect};
use super::routing::{self, Map};
use crate::design::Design;
use crate::figures;
use crate::job::LinkFrame;

/// Height of a line above and below the point where it is written, in its larger letters [canvas units].
const ABOVE: f64 = 12.0;
const BELOW: f64 = 4.0;
/// From one line of a label to the next [canvas units].
const LINE: f64 = 14.0;
/// A label is looked at this far to either side; more room than that is never needed [canvas units].
const REACH: f64 = 160.0;
/// Width of a character at most, in letters of 11 units [canvas units].
pub const LETTER: f64 = 6.1;
/// How much wider it is in bold, as it is where calls fail.
const BOLD: f64 = 1.13;

/// What the label of a link says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// What the link carries and when, and that it is cut.
    pub carries: String,
    /// Its rate; `None` while nothing is sent.
    pub rate: Option<String>,
    /// How many of its calls fail, once it matters.
    pub failed: Option<String>,
}

/// Where the label of a link stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seat {
    /// Middle of its line, at the foot of the letters [canvas units].
    pub at: Point,
    /// The link would run through it anyway: it stands on it.
    pub steep: bool,
}

/// How wide a label may be before it touches a card [canvas units].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// On one line.
    pub line: f64,
    /// On three lines.
    pub stack: f64,
}

/// How wide the parts of a label are [canvas units].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// What the link carries.
    pub carries: f64,
    /// Its rate.
    pub rate: f64,
    /// How many of its calls fail.
    pub failed: f64,
}

/// What of a label is shown, the most that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Everything on one line.
    Line,
    /// Each part on a line of its own.
    Stack,
    /// The rate alone.
    Rate,
    /// Nothing.
    Nothing,
}

impl Words {
    /// Of a link that carries this, in words (see [`in_words`](crate::blocks::link::in_words)), with these figures now.
    pub fn of(carries: &str, now: &LinkFrame) -> Words {
        let parts = [carries, if now.cut { "cut" } else { "" }].into_iter().filter(|part| !part.is_empty());
        let failed = now.failed_share();
        // Where many fail, whole percents say enough, and fit between two blocks.
        let shown = if failed < 0.1 { failed } else { libm::round(failed * 100.0) / 100.0 };
        Words {
            carries: parts.collect::<Vec<_>>().join(" "),
            rate: (now.calls > 0.0).then(|| figures::rate(now.calls)),
            failed: (failed >= LinkFrame::FAILING).then(|| format!("✕ {}", figures::share(shown))),
        }
    }

    /// How wide the parts are in letters of this width, each with the space to the next.
    pub fn parts(&self, letter: f64) -> Parts {
        let letter = if self.failed.is_some() { BOLD * letter } else { letter };
        let wide = |text: &str, space: usize| match text.chars().count() {
            0 => 0.0,
            letters => (letters + space) as f64 * letter,
        };
        Parts {
            carries: wide(&self.carries, 1),
            rate: wide(self.rate.as_deref().unwrap_or(""), 0),
            failed: wide(self.failed.as_deref().unwrap_or(""), 1),
        }
    }
}

impl Seat {
    /// Above a flat link, on a steep one.
    pub fn beside(curve: &Curve) -> Seat {
        let ([x0, y0], [x1, y1], [x, y]) = (curve.at(0.45), curve.at(0.55), curve.at(0.5));
        let steep = (y1 - y0).abs() > 0.5 * (x1 - x0).abs();
        Seat { at: [x, if steep { y + 4.0 } else { y - 9.0 }], steep }
    }

    /// How far below the first line another one stands; on a flat link the wire runs between.
    pub fn line(&self, line: f64) -> f64 {
        let below_the_wire = if line > 0.0 && !self.steep { 12.0 } else { 0.0 };
        line * LINE + below_the_wire
    }

    /// The room here among these cards.
    fn room<'a>(&self, cards: impl Iterator<Item = &'a Rect> + Clone) -> Room {
        let [x, y] = self.at;
        let between = |top: f64, bottom: f64| {
            let band = Rect::of_corners([x - REACH, y + top - ABOVE], [x + REACH, y + bottom + BELOW]);
            let beside = |card: &Rect| (card.min[0] - x).max(x - card.max[0]).max(0.0);
            let near = cards.clone().filter(|card| card.overlaps(&band));
            2.0 * near.map(beside).fold(REACH, f64::min)
        };
        Room { line: between(0.0, 0.0), stack: between(self.line(-1.0), self.line(1.0)) }
    }
}

impl Parts {
    /// What fits.
    pub fn shape(&self, room: Room) -> Shape {
        let Parts { carries, rate, failed } = *self;
        if carries + rate + failed <= room.line {
            Shape::Line
        } else if carries.max(rate).max(failed) <= room.stack {
            Shape::Stack
        } else if rate <= room.line {
            Shape::Rate
        } else {
            Shape::Nothing
        }
    }
}

/// The bend of each link and the room for its label there, in list order; of a design as it appears (see
/// [`apparent`](super::collapse::apparent)).
pub fn laid(design: &Design) -> Vec<(f64, Room)> {
    let map = Map::of(design);
    let room = |((link, bend), (_, twins))| {
        let none = Room { line: 0.0, stack: 0.0 };
        let Some(curve) = super::geometry::placed_curve(design, link, bend) else { return (bend, none) };
        let seat = Seat::beside(&curve);
        let reach = Rect { min: seat.at, max: seat.at }.grown(REACH);
        let room = seat.room(map.near(&reach).iter().copied());
        // A lane is wider than one line and narrower than three: those would stand on the next label.
        (bend, if twins > 1 { Room { stack: 0.0, ..room } } else { room })
    };
    design.links.iter().zip(map.bends(design)).zip(routing::twins(design)).map(room).collect()
}

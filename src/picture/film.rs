//! A film of the run for a chat: how long, how large, where the drawing lies in it, and what its last line says.

use crate::figures::{self, Kind};
use crate::job::Frame;
use crate::session::geometry::{Point, Rect};

/// How long a film is [s].
pub const SECONDS: f64 = 8.0;
/// Height of the line below the drawing [px].
pub const LINE: f64 = 40.0;
/// Most pixels across and down: what chats show without making it smaller.
const MOST: [f64; 2] = [1_280.0, 720.0];
/// Least pixels: room for the line below, and for the buttons that players lay over a film.
const LEAST: [f64; 2] = [640.0, 360.0];
/// Pixels of a unit of the drawing at most: letters sharp, a single block not a poster.
const SHARP: f64 = 1.5;

/// Size of a film of a drawing of this size, the line below it included [px]; even, as codecs want it.
pub fn size(view: &Rect) -> [u32; 2] {
    let [width, height] = view.size();
    let scale = SHARP.min(MOST[0] / width).min((MOST[1] - LINE) / height);
    let even = |side: f64| 2 * (side / 2.0).round().max(1.0) as u32;
    [even((width * scale).max(LEAST[0])), even((height * scale + LINE).max(LEAST[1]))]
}

/// Where a drawing lies in a film of this size: its upper left corner and its size [px]. As large as there is room, in the
/// middle: a design may grow while it is filmed, and the film cannot.
pub fn place(view: &Rect, size: [u32; 2]) -> (Point, [f64; 2]) {
    let [width, height] = view.size();
    let room = [f64::from(size[0]), f64::from(size[1]) - LINE];
    let scale = SHARP.min(room[0] / width).min(room[1] / height);
    let drawn = [width * scale, height * scale];
    ([0, 1].map(|axis| (room[axis] - drawn[axis]) / 2.0), drawn)
}

/// The line below the drawing, where a dot stands for so many requests: `Shop · 34 s · 1,000/s sent, 998/s ok · p95 12.0 ms`.
pub fn line(name: &str, frame: &Frame, per_dot: f64) -> String {
    let name = (!name.is_empty()).then(|| name.to_owned());
    let ran = frame.at_s > 0.0;
    let at = ran.then(|| figures::stated(f64::floor(frame.at_s), Kind::Time));
    let rates = format!("{} sent, {} ok", figures::rate(frame.sent), figures::rate(frame.ok));
    let tail = frame.p95.is_finite().then(|| format!("p95 {}", figures::time(frame.p95)));
    let dots = (per_dot > 1.0).then(|| format!("one dot is {} requests", figures::count(per_dot)));
    [name, at, Some(rates), tail, dots].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

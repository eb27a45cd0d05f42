//! The dots of one link: when each sets out, how far it is, and whether it comes back as a failure.

use headroom::design::LinkId;
use headroom::session::geometry::{Curve, Point, Rect};

/// Way of a dot in a second [canvas units].
pub const PACE: f64 = 150.0;
/// Failures come back this far beside the calls that go [canvas units].
const ASIDE: f64 = 5.0;
/// Points at which a curve is measured.
const STEPS: usize = 24;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A call on its way.
    Going,
    /// A failure on its way back.
    Failed,
}

/// One link's dots.
pub struct Flow {
    id: LinkId,
    bounds: Option<Rect>,
    /// Points along the curve and the way to each [canvas units].
    points: Vec<(Point, f64)>,
    /// Part of the next dot, and of the next failure, that has gathered (0–1).
    gathered: [f64; 2],
    dots: Vec<Dot>,
}

struct Dot {
    /// Way so far [canvas units]; beyond the link's length it is on its way back.
    way: f64,
    fails: bool,
}

impl Flow {
    /// A link without dots and without a place yet; the first moments differ from link to link.
    pub fn new(id: LinkId) -> Self {
        let golden = f64::from(id.0) * 0.618_034;
        Flow { id, bounds: None, points: Vec::new(), gathered: [golden.fract(), 0.0], dots: Vec::new() }
    }

    /// The link.
    pub fn id(&self) -> LinkId {
        self.id
    }

    /// The link lies here now.
    pub fn follow(&mut self, curve: Curve) {
        self.bounds = Some(curve.bounds());
        self.points = measured(&curve);
    }

    /// Lets time pass: `rate` dots a second set out, this share of them fails.
    pub fn advance(&mut self, seconds: f64, rate: f64, failed: f64) {
        let length = self.length();
        for dot in &mut self.dots {
            dot.way += seconds * PACE;
        }
        self.dots.retain(|dot| dot.way < if dot.fails { 2.0 * length } else { length });
        self.gathered[0] += seconds * rate;
        while self.gathered[0] >= 1.0 {
            self.gathered[0] -= 1.0;
            self.gathered[1] += failed;
            let fails = self.gathered[1] >= 1.0;
            if fails {
                self.gathered[1] -= 1.0;
            }
            let way = self.gathered[0] / rate.max(f64::MIN_POSITIVE) * PACE;
            self.dots.push(Dot { way: way.min(seconds * PACE), fails });
        }
    }

    /// What to draw and where [canvas units].
    pub fn marks(&self) -> impl Iterator<Item = (Mark, Point)> + '_ {
        let length = self.length();
        self.dots.iter().map(move |dot| match dot.way <= length {
            true => (Mark::Going, self.at(dot.way, 0.0)),
            false => (Mark::Failed, self.at(2.0 * length - dot.way, ASIDE)),
        })
    }

    /// A rectangle that holds the whole curve, once it has a place.
    pub fn bounds(&self) -> Option<Rect> {
        self.bounds
    }

    fn length(&self) -> f64 {
        self.points.last().map_or(0.0, |(_, way)| *way)
    }

    /// The point after this way, moved aside to the right of the direction of calls.
    fn at(&self, way: f64, aside: f64) -> Point {
        let next = self.points.partition_point(|(_, so_far)| *so_far < way).clamp(1, STEPS);
        let ((a, from), (b, to)) = (self.points[next - 1], self.points[next]);
        let length = (to - from).max(1e-9);
        let t = ((way - from) / length).clamp(0.0, 1.0);
        let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        [a[0] + t * dx - aside * dy / length, a[1] + t * dy + aside * dx / length]
    }
}

fn measured(curve: &Curve) -> Vec<(Point, f64)> {
    let mut way = 0.0;
    let mut last = curve.at(0.0);
    let step = |index: usize| {
        let point = curve.at(index as f64 / STEPS as f64);
        way += (point[0] - last[0]).hypot(point[1] - last[1]);
        last = point;
        (point, way)
    };
    (0..=STEPS).map(step).collect()
}

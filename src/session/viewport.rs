//! Pan and zoom.

use super::geometry::{Point, Rect};

/// Smallest zoom.
pub const MIN_ZOOM: f64 = 0.1;
/// Largest zoom.
pub const MAX_ZOOM: f64 = 4.0;

/// One press of a zoom button.
const STEP: f64 = 1.25;

/// Screen pixels that a fit leaves free: above for the figures in the corner, below for the zoom buttons, and at the
/// sides, where a phone has none to give away.
const TOP: f64 = 104.0;
const BOTTOM: f64 = 60.0;
const SIDE: f64 = 36.0;
const SIDE_OF_A_PHONE: f64 = 10.0;
/// A canvas narrower than this is a phone's [px].
const PHONE: f64 = 500.0;

/// Where the canvas is looked at from: screen = (canvas + pan) × zoom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    /// Offset [canvas units].
    pub pan: [f64; 2],
    /// Pixels per canvas unit, 0.1–4.
    pub zoom: f64,
    /// Size of the canvas on the screen [px]; the page keeps it up to date. 0 until it is known.
    pub size: [f64; 2],
}

impl Default for Viewport {
    fn default() -> Self {
        Viewport { pan: [0.0, 0.0], zoom: 1.0, size: [0.0, 0.0] }
    }
}

impl Viewport {
    /// The canvas point under a screen point.
    pub fn to_canvas(&self, screen: Point) -> Point {
        [screen[0] / self.zoom - self.pan[0], screen[1] / self.zoom - self.pan[1]]
    }

    /// The screen point of a canvas point.
    pub fn to_screen(&self, canvas: Point) -> Point {
        [(canvas[0] + self.pan[0]) * self.zoom, (canvas[1] + self.pan[1]) * self.zoom]
    }

    /// What of the canvas can be seen.
    pub fn visible(&self) -> Rect {
        Rect { min: self.to_canvas([0.0, 0.0]), max: self.to_canvas(self.size) }
    }

    /// The middle of what can be seen [canvas units].
    pub fn center(&self) -> Point {
        self.visible().center()
    }

    /// Moves the picture by this [px].
    pub fn pan_by(&mut self, delta: [f64; 2]) {
        self.pan[0] += delta[0] / self.zoom;
        self.pan[1] += delta[1] / self.zoom;
    }

    /// Zooms by a factor; what lies under this screen point stays there.
    pub fn zoom_at(&mut self, screen: Point, factor: f64) {
        let fixed = self.to_canvas(screen);
        self.zoom = (self.zoom * factor).clamp(MIN_ZOOM, MAX_ZOOM);
        self.put(fixed, screen);
    }

    /// Pans so that this point lies in the middle.
    pub fn center_on(&mut self, at: Point) {
        self.put(at, [self.size[0] / 2.0, self.size[1] / 2.0]);
    }

    /// One step closer or farther, around the middle.
    pub fn zoom_step(&mut self, closer: bool) {
        let middle = [self.size[0] / 2.0, self.size[1] / 2.0];
        self.zoom_at(middle, if closer { STEP } else { 1.0 / STEP });
    }

    /// Back to 100 %, around the middle.
    pub fn zoom_reset(&mut self) {
        let middle = [self.size[0] / 2.0, self.size[1] / 2.0];
        self.zoom_at(middle, 1.0 / self.zoom);
    }

    /// Shows the whole rectangle, with room around it, at 100 % or less.
    pub fn fit(&mut self, rect: Rect) {
        let free = [self.size[0] - 2.0 * self.side(), self.size[1] - TOP - BOTTOM];
        let size = rect.size();
        let zoom = (free[0] / size[0].max(1.0)).min(free[1] / size[1].max(1.0));
        self.zoom = zoom.clamp(MIN_ZOOM, 1.0);
        self.put(rect.center(), [self.side() + free[0] / 2.0, TOP + free[1] / 2.0]);
    }

    /// Pans no more than needed to bring the rectangle out from under the edges.
    pub fn reveal(&mut self, rect: Rect) {
        let (min, max) = (self.to_screen(rect.min), self.to_screen(rect.max));
        let low = [self.side(), TOP];
        let high = [self.size[0] - self.side(), self.size[1] - BOTTOM];
        let on = |axis: usize| match () {
            () if min[axis] < low[axis] => low[axis] - min[axis],
            () if max[axis] > high[axis] => (high[axis] - max[axis]).max(low[axis] - min[axis]),
            () => 0.0,
        };
        self.pan_by([on(0), on(1)]);
    }

    fn side(&self) -> f64 {
        if self.size[0] < PHONE { SIDE_OF_A_PHONE } else { SIDE }
    }

    fn put(&mut self, canvas: Point, screen: Point) {
        self.pan = [screen[0] / self.zoom - canvas[0], screen[1] / self.zoom - canvas[1]];
    }
}

//! Pan and zoom.

/// Where the canvas is looked at from: screen = (canvas + pan) × zoom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    /// Offset [canvas units].
    pub pan: [f64; 2],
    /// Pixels per canvas unit, 0.1–4.
    pub zoom: f64,
    /// Size of the canvas on the screen [px]; the page keeps it up to date.
    pub size: [f64; 2],
}

impl Default for Viewport {
    fn default() -> Self {
        Viewport { pan: [0.0, 0.0], zoom: 1.0, size: [800.0, 600.0] }
    }
}

//! Colors and letters of the style sheet for what is drawn with a pen.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};

use crate::state::App;

/// What is drawn with.
pub type Pen = CanvasRenderingContext2d;

/// Screens with more pixels for a pixel of the page than this get a picture of so many: finer ones cannot be told apart.
const FINEST: f64 = 2.0;

/// The pen of a canvas.
pub fn pen(canvas: &HtmlCanvasElement) -> Option<Pen> {
    canvas.get_context("2d").ok().flatten().map(JsCast::unchecked_into)
}

/// Pixels of a picture for a pixel of the page.
pub fn density() -> f64 {
    window().device_pixel_ratio().min(FINEST)
}

/// Makes a canvas empty and fine enough for the screen, at this size [px].
pub fn fresh(pen: &Pen, canvas: &HtmlCanvasElement, size: [f64; 2]) {
    let density = density();
    let [width, height] = size.map(|side| (side * density).round() as u32);
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
        let style = web_sys::HtmlElement::style(canvas);
        let _ = style.set_property("width", &format!("{}px", size[0]));
        let _ = style.set_property("height", &format!("{}px", size[1]));
    }
    let _ = pen.set_transform(density, 0.0, 0.0, density, 0.0, 0.0);
    pen.clear_rect(0.0, 0.0, size[0], size[1]);
}

/// The values that these names have where an element stands.
pub struct Ink<const N: usize> {
    names: [&'static str; N],
    colors: [String; N],
    /// Whether they were read in the dark; `None` before they are read.
    dark: Option<bool>,
}

impl<const N: usize> Ink<N> {
    /// Values by the names of their tokens, such as `--accent`.
    pub fn new(names: [&'static str; N]) -> Self {
        Ink { names, colors: [const { String::new() }; N], dark: None }
    }

    /// The values in the theme that is on, in the order of their names.
    pub fn colors(&mut self, app: App, at: &Element) -> [&str; N] {
        let dark = app.panels.dark.get_untracked();
        if self.dark != Some(dark) {
            self.dark = Some(dark);
            let style = window().get_computed_style(at).ok().flatten();
            let color = |name| style.as_ref().and_then(|style| style.get_property_value(name).ok());
            self.colors = self.names.map(|name| color(name).unwrap_or_default());
        }
        self.colors.each_ref().map(String::as_str)
    }
}

//! The design as a picture that carries it, drawn by the core; the browser only turns it into pixels.

use headroom::picture::{png, svg};
use headroom::{file, mermaid};
use js_sys::{Function, Promise, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, Url};

use crate::files::{self, Kind};
use crate::state::App;

const SVG: Kind = Kind { name: "SVG picture", media: "image/svg+xml", ending: ".svg" };
const PNG: Kind = Kind { name: "PNG picture", media: "image/png", ending: ".png" };
const MERMAID: Kind = Kind { name: "Mermaid text", media: "text/plain", ending: ".mmd" };

/// Pixels of a PNG for each unit of the drawing, where that many fit.
const SHARP: f64 = 2.0;
/// Browsers draw nothing on a canvas with a longer side, or with more pixels.
const MOST_SIDE: f64 = 8_192.0;
const MOST_PIXELS: f64 = 32e6;

/// The open design as SVG, with the figures of the moment.
pub fn drawing(app: App) -> String {
    app.answer.with_untracked(|answer| svg::draw(&app.current(), &icons(), Some(answer)))
}

/// The sprite of icons, which stands in the page.
pub fn icons() -> String {
    let sprite = document().query_selector("body > svg").ok().flatten();
    sprite.map_or_else(String::new, |sprite| sprite.outer_html())
}

/// Saves it as SVG.
pub fn save_svg(app: App) {
    let (name, bytes) = (file::name(&app.current().name), drawing(app).into_bytes());
    leptos::task::spawn_local(async move { files::offer(app, &name, SVG, bytes).await });
}

/// Saves it as PNG.
pub fn save_png(app: App) {
    let design = app.current();
    let svg = drawing(app);
    leptos::task::spawn_local(async move {
        match rasterized(&svg).await.ok().and_then(|pixels| png::embed(&pixels, &design)) {
            Some(bytes) => files::offer(app, &file::name(&design.name), PNG, bytes).await,
            None => app.refuse("This browser cannot make a PNG of so large a drawing. Save it as SVG."),
        }
    });
}

/// Saves it as Mermaid text.
pub fn save_mermaid(app: App) {
    let design = app.current();
    let bytes = mermaid::write(&design).into_bytes();
    leptos::task::spawn_local(
        async move { files::offer(app, &file::name(&design.name), MERMAID, bytes).await },
    );
}

/// A drawing as an image that a canvas can draw.
pub async fn image(svg: &str) -> Result<HtmlImageElement, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(SVG.media);
    let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&svg.into()), &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let image = HtmlImageElement::new()?;
    image.set_src(&address);
    let decoded = JsFuture::from(image.decode()).await;
    Url::revoke_object_url(&address)?;
    decoded.map(|_| image)
}

/// The bytes of a PNG of a drawing.
async fn rasterized(svg: &str) -> Result<Vec<u8>, JsValue> {
    let canvas = drawn(&image(svg).await?)?;
    let blob = JsFuture::from(Promise::new(&mut |resolve: Function, reject: Function| {
        if canvas.to_blob(&resolve).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    }));
    let blob: Blob = blob.await?.dyn_into()?;
    Ok(Uint8Array::new(&JsFuture::from(blob.array_buffer()).await?).to_vec())
}

fn drawn(image: &HtmlImageElement) -> Result<HtmlCanvasElement, JsValue> {
    let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let scale = SHARP.min(MOST_SIDE / width.max(height)).min((MOST_PIXELS / (width * height)).sqrt());
    let (canvas, pen) = canvas([(width * scale).round() as u32, (height * scale).round() as u32])?;
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    pen.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)?;
    Ok(canvas)
}

/// A canvas of this size that stands nowhere on the page, and what draws on it.
pub fn canvas(size: [u32; 2]) -> Result<(HtmlCanvasElement, CanvasRenderingContext2d), JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    canvas.set_width(size[0]);
    canvas.set_height(size[1]);
    let pen = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into::<CanvasRenderingContext2d>()?;
    Ok((canvas, pen))
}

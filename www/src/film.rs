//! A film of the run for a chat: the drawing with the figures of the moment four times a second, and dots that move along
//! its links, recorded by the browser.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use headroom::design::LinkId;
use headroom::job::{Frame, LinkFrame};
use headroom::picture::film;
use headroom::picture::ink::{DARK, Ink, LIGHT};
use headroom::picture::svg;
use headroom::session::collapse;
use headroom::session::geometry::{Curve, Point};
use headroom::{file, sorted};
use js_sys::{Function, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{BlobEvent, CanvasRenderingContext2d, HtmlCanvasElement, MediaRecorder, MediaRecorderOptions};

use crate::canvas::traffic::dots::Flow;
use crate::canvas::traffic::{paint, per_dot};
use crate::files::{self, Kind};
use crate::live::some;
use crate::parts::Icon;
use crate::state::App;
use crate::{pictures, runner};

const WEBM: Kind = Kind { name: "WebM film", media: "video/webm", ending: ".webm" };
const MP4: Kind = Kind { name: "MP4 film", media: "video/mp4", ending: ".mp4" };
/// What is asked of the browser, the best first. Safari knows only the last.
const FORMATS: [(&str, Kind); 4] = [
    ("video/webm;codecs=vp9", WEBM),
    ("video/webm;codecs=vp8", WEBM),
    ("video/webm", WEBM),
    ("video/mp4", MP4),
];
/// Pictures a second.
const PACE: f64 = 30.0;
/// New figures after so long [ms].
const FIGURES_MS: f64 = 250.0;
/// Letters stay sharp, and eight seconds are at most so many megabytes [bit/s].
const BITS: u32 = 4_000_000;
/// Dots have been on their way for so long when the film begins [s].
const BEFORE_S: f64 = 4.0;
/// Of a dot, in pixels at full size.
const DOT: f64 = 3.2;

thread_local! {
    /// Counts films, so that one that was given up does not go on with the next.
    static TAKE: Cell<u32> = const { Cell::new(0) };
}

/// Records the next seconds of the run and saves them; or gives up the film that is being recorded.
pub fn toggle(app: App) {
    TAKE.set(TAKE.get() + 1);
    if app.filming.get_untracked().is_some() {
        app.filming.set(None);
        return app.say("Recording given up: nothing was saved.");
    }
    let Some((asked, kind)) = FORMATS.into_iter().find(|(asked, _)| can_record(asked)) else {
        return app.refuse(
            "This browser cannot record video. Record the screen with another program, or save a picture.",
        );
    };
    let take = TAKE.get();
    let stood = !app.run.playing.get_untracked();
    if stood {
        runner::pause(app, false);
    }
    app.filming.set(Some(film::SECONDS as u32));
    app.voice.polite.set(format!("Recording {} seconds of the run.", film::SECONDS));
    leptos::task::spawn_local(async move {
        let recorded = record(app, asked, take).await;
        let given_up = TAKE.get() != take;
        // A film that was begun since goes on.
        if given_up && app.filming.get_untracked().is_some() {
            return;
        }
        app.filming.set(None);
        if stood {
            runner::pause(app, true);
        }
        if given_up {
            return;
        }
        let name = app.design.with_untracked(|design| file::name(&design.name));
        match recorded {
            Ok(bytes) if !bytes.is_empty() => files::offer(app, &name, kind, bytes).await,
            _ => app.refuse("This browser began to record and then failed. Save a picture instead, or try another browser."),
        }
    });
}

/// Says that a film is being recorded, for how long still, and gives it up.
#[component]
pub fn Recording() -> impl IntoView {
    let app = App::get();
    // The view stays while seconds pass, so that its button keeps the focus.
    let is_on = Memo::new(move |_| app.filming.with(Option::is_some));
    let left = move || app.filming.get().unwrap_or(0);
    some(move || {
        is_on.get().then(|| {
            view! {
                <div class="toast film" role="group" aria-label="Recording">
                    <i></i>
                    <span>"Recording the run … "<b>{left}" s"</b>" left"</span>
                    <progress max=film::SECONDS.to_string() value=move || (film::SECONDS - f64::from(left())).to_string() aria-label="Recorded"></progress>
                    <button class="btn small" type="button" on:click=move |_| toggle(app)><Icon name="x"/>"Cancel"</button>
                </div>
            }
        })
    })
}

fn can_record(asked: &str) -> bool {
    Reflect::has(&window(), &"MediaRecorder".into()).unwrap_or(false)
        && MediaRecorder::is_type_supported(asked)
}

/// The bytes of the film; none when it was given up.
async fn record(app: App, asked: &str, take: u32) -> Result<Vec<u8>, JsValue> {
    let mut scene = Scene::new(app).await?;
    let stream = scene.canvas.capture_stream_with_frame_request_rate(PACE)?;
    let options = MediaRecorderOptions::new();
    options.set_mime_type(asked);
    options.set_video_bits_per_second(BITS);
    let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options)?;
    recorder.start()?;
    let began_ms = now_ms();
    // The next figures are drawn beside the film: it does not wait for them.
    let next = Rc::new(RefCell::new(None));
    let (mut last_ms, mut asked_ms) = (began_ms, began_ms);
    while now_ms() - began_ms < 1e3 * film::SECONDS && TAKE.get() == take {
        pause(1e3 / PACE).await?;
        let now_ms = now_ms();
        let left = (film::SECONDS - (now_ms - began_ms) / 1e3).ceil().max(0.0) as u32;
        if TAKE.get() == take && app.filming.get_untracked() != Some(left) {
            app.filming.set(Some(left));
        }
        if let Some(picture) = next.borrow_mut().take() {
            scene.show(picture);
        }
        if now_ms - asked_ms >= FIGURES_MS {
            asked_ms = now_ms;
            let (next, size) = (Rc::clone(&next), scene.size);
            leptos::task::spawn_local(async move {
                let found = Picture::new(app, size).await.ok();
                *next.borrow_mut() = found;
            });
        }
        scene.advance(app, (now_ms - last_ms) / 1e3);
        last_ms = now_ms;
        scene.draw()?;
    }
    // It gives all that it has at once, when it is told to stop.
    let event = JsFuture::from(Promise::new(&mut |resolve: Function, reject: Function| {
        recorder.set_ondataavailable(Some(&resolve));
        recorder.set_onerror(Some(&reject));
        if recorder.stop().is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    }));
    let blob = event.await?.unchecked_into::<BlobEvent>().data().ok_or(JsValue::NULL)?;
    Ok(Uint8Array::new(&JsFuture::from(blob.array_buffer()).await?).to_vec())
}

/// What is filmed.
struct Scene {
    canvas: HtmlCanvasElement,
    pen: CanvasRenderingContext2d,
    size: [u32; 2],
    picture: Picture,
    flows: Vec<Flow>,
}

impl Scene {
    async fn new(app: App) -> Result<Scene, JsValue> {
        let size = film::size(&svg::view(&app.current()));
        let (canvas, pen) = pictures::canvas(size)?;
        let picture = Picture::new(app, size).await?;
        let mut scene = Scene { canvas, pen, size, flows: picture.flows(Vec::new()), picture };
        let steps = (BEFORE_S * PACE) as u32;
        (0..steps).for_each(|_| scene.advance(app, 1.0 / PACE));
        scene.draw()?;
        Ok(scene)
    }

    fn show(&mut self, picture: Picture) {
        self.flows = picture.flows(std::mem::take(&mut self.flows));
        self.picture = picture;
    }

    fn advance(&mut self, app: App, seconds: f64) {
        if !app.run.playing.get_untracked() {
            return;
        }
        let seconds = seconds * app.run.speed.get_untracked().clamp(0.1, 2.0);
        for (flow, (_, _, link)) in self.flows.iter_mut().zip(&self.picture.links) {
            flow.advance(seconds, link.calls / self.picture.per_dot, link.failed_share());
        }
    }

    fn draw(&self) -> Result<(), JsValue> {
        let (pen, ink) = (&self.pen, self.picture.ink);
        let [width, height] = self.size.map(f64::from);
        pen.draw_image_with_html_canvas_element(&self.picture.canvas, 0.0, 0.0)?;
        let dot = DOT * self.picture.scale.clamp(0.5, 1.5);
        let marks = self.flows.iter().flat_map(Flow::marks);
        let marks: Vec<_> = marks.map(|(mark, at)| (mark, self.picture.pixel(at))).collect();
        paint(pen, [ink.accent, ink.saturated], dot, 1.0, &marks);
        pen.set_fill_style_str(ink.card);
        pen.fill_rect(0.0, height - film::LINE, width, film::LINE);
        pen.set_fill_style_str(ink.text);
        pen.set_font("500 15px system-ui, sans-serif");
        pen.fill_text_with_max_width(&self.picture.line, 16.0, height - 14.0, width - 32.0)
    }
}

/// The drawing with the figures of a moment.
struct Picture {
    /// It as pixels.
    canvas: HtmlCanvasElement,
    ink: &'static Ink,
    /// Where its upper left corner is in the design, where in the film [px], and pixels of a unit.
    corners: [Point; 2],
    scale: f64,
    line: String,
    per_dot: f64,
    links: Vec<(LinkId, Curve, LinkFrame)>,
}

impl Picture {
    async fn new(app: App, size: [u32; 2]) -> Result<Picture, JsValue> {
        let design = app.current();
        let (view, seen) = (svg::view(&design), collapse::apparent(&design));
        let ink = if app.panels.dark.get_untracked() { &DARK } else { &LIGHT };
        let (drawing, frame, links) = app.answer.with_untracked(|answer| {
            // Those of the first moment are mostly nothing.
            let telling =
                |frame: &Arc<Frame>| frame.at_s >= runner::TELLING_S && frame.fits(&answer.topology);
            let frame = app.frame.get_untracked().filter(telling);
            let frame = frame
                .map_or_else(|| Frame::of(&answer.report, &answer.topology), |frame| Frame::clone(&frame));
            let route = |index: usize| answer.topology.route(index).id;
            let known =
                sorted::map(frame.links.iter().enumerate().map(|(index, link)| (route(index), *link)));
            let link = |(link, _, curve): (&headroom::design::Link, f64, Curve)| {
                (link.id, curve, known.get(&link.id).copied().unwrap_or_default())
            };
            let links: Vec<_> = svg::curves(&seen).into_iter().map(link).collect();
            (svg::still(&design, &pictures::icons(), answer, frame.clone(), ink), frame, links)
        });
        let ways = links
            .iter()
            .map(|(_, Curve([[x, y], .., [to_x, to_y]]), now)| (now.calls, f64::hypot(to_x - x, to_y - y)));
        let per_dot = per_dot(ways);
        let ([x, y], [width, height]) = film::place(&view, size);
        let image = pictures::image(&drawing).await?;
        let (canvas, pen) = pictures::canvas(size)?;
        pen.set_fill_style_str(ink.ground);
        pen.fill_rect(0.0, 0.0, f64::from(size[0]), f64::from(size[1]));
        pen.draw_image_with_html_image_element_and_dw_and_dh(&image, x, y, width, height)?;
        Ok(Picture {
            canvas,
            ink,
            corners: [view.min, [x, y]],
            scale: width / view.size()[0],
            line: film::line(&design.name, &frame, per_dot),
            per_dot,
            links,
        })
    }

    /// The dots of its links, those of before where they are.
    fn flows(&self, before: Vec<Flow>) -> Vec<Flow> {
        let mut before = sorted::map(before.into_iter().map(|flow| (flow.id(), flow)));
        let flow = |(id, curve, _): &(LinkId, Curve, LinkFrame)| {
            let mut flow = before.remove(id).unwrap_or(Flow::new(*id));
            flow.follow(*curve);
            flow
        };
        self.links.iter().map(flow).collect()
    }

    fn pixel(&self, at: Point) -> Point {
        let [from, to] = self.corners;
        [0, 1].map(|axis| to[axis] + (at[axis] - from[axis]) * self.scale)
    }
}

fn now_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Waits. A timer and not the next frame: a hidden tab has no frames, and the film would not end.
async fn pause(ms: f64) -> Result<(), JsValue> {
    let timer = Promise::new(&mut |resolve: Function, _: Function| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms as i32);
    });
    JsFuture::from(timer).await.map(drop)
}

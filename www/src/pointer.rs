//! Pointers and wheel on the canvas: browser events become the core's [`Input`]s, at most one update a frame.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use headroom::design::{GroupId, LinkId, NodeId, NoteId};
use headroom::session::collapse::Spot;
use headroom::session::{Input, Target};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement, MouseEvent, PointerEvent, WheelEvent};

use crate::keys;
use crate::state::App;

/// A finger held still this long asks for the menu [ms].
const LONG_PRESS_MS: u64 = 500;
/// Movement up to which a finger counts as still [px].
const STILL: f64 = 6.0;
/// The button that opens the menu.
const SECONDARY: i16 = 2;
/// Pixels of one line, for wheels that count in lines.
const LINE: f64 = 20.0;

/// Handles all pointers and the wheel over the canvas.
pub fn listen(app: App, root: NodeRef<html::Div>) {
    Effect::new(move |_| {
        if let Some(root) = root.get() {
            attach(app, &root);
        }
    });
}

/// Inputs of the frame under way, in order; moves of one pointer replace each other.
#[derive(Clone)]
struct Queue {
    app: App,
    waiting: Rc<RefCell<Vec<Input>>>,
    asked: Rc<Cell<bool>>,
    /// The finger that may become a long press.
    held: Rc<Cell<Option<Held>>>,
    presses: Rc<Cell<u32>>,
}

/// A finger that has not moved since it went down.
#[derive(Clone, Copy, PartialEq)]
struct Held {
    at: [f64; 2],
    /// Tells one press from the next at the same place.
    press: u32,
}

fn attach(app: App, root: &HtmlElement) {
    let queue = Queue {
        app,
        waiting: Rc::default(),
        asked: Rc::default(),
        held: Rc::default(),
        presses: Rc::default(),
    };
    let canvas = root.clone();
    let (q, r) = (queue.clone(), canvas.clone());
    on(root, "pointerdown", move |event: PointerEvent| q.down(&r, &event));
    let (q, r) = (queue.clone(), canvas.clone());
    on(root, "pointermove", move |event: PointerEvent| q.moved(&r, &event));
    let (q, r) = (queue.clone(), canvas.clone());
    on(root, "pointerup", move |event: PointerEvent| q.up(&r, &event));
    let q = queue.clone();
    on(root, "pointercancel", move |_: PointerEvent| q.now(Input::Cancel));
    let (q, r) = (queue.clone(), canvas.clone());
    on(root, "wheel", move |event: WheelEvent| q.wheel(&r, &event));
    let (q, r) = (queue.clone(), canvas.clone());
    on(root, "contextmenu", move |event: MouseEvent| q.menu(&r, &event));
    on(root, "pointerover", move |event: PointerEvent| {
        let link = match target_of(&event) {
            Target::Link(id) => Some(id),
            _ => None,
        };
        app.cards.hovered.set(link);
    });
    on(root, "pointerleave", move |_: PointerEvent| app.cards.hovered.set(None));
    let r = canvas.clone();
    on(root, "dblclick", move |event: MouseEvent| {
        // The event itself names the canvas, which has captured the pointer.
        let (x, y) = (event.client_x() as f32, event.client_y() as f32);
        let Some(under) = document().element_from_point(x, y) else { return };
        let is_box =
            |id| app.design.with_untracked(|design| design.group(id).is_some_and(|group| group.collapsed));
        match app.session.with_value(|session| session.meant(target_at(&under), place(&r, &event))) {
            Target::Node(id) => app.panels.renaming.set(Some(id)),
            Target::Group(id) if is_box(id) => app.command("edit.collapse"),
            Target::Group(_) | Target::Note(_) => app.command("edit.rename"),
            Target::Canvas | Target::Out(_) | Target::In(_) | Target::Link(_) => {}
        }
    });
    watch_size(app, canvas);
}

impl Queue {
    fn down(&self, root: &HtmlElement, event: &PointerEvent) {
        if is_control(event) || event.button() == SECONDARY {
            return;
        }
        // The canvas takes the focus itself, and nothing below it is selected or dragged as text.
        event.prevent_default();
        let _ = root.focus();
        let _ = root.set_pointer_capture(event.pointer_id());
        let (at, touch) = (place(root, event), event.pointer_type() == "touch");
        let mods = keys::mods_of(event);
        let down =
            |button, target| Input::Down { pointer: event.pointer_id(), at, button, target, mods, touch };
        self.now(down(event.button(), target_of(event)));
        keys::used_space();
        if touch {
            self.hold(at, down(SECONDARY, target_of(event)));
        }
    }

    /// Each system has its own moment for the menu; the browser's event tells it.
    fn menu(&self, root: &HtmlElement, event: &MouseEvent) {
        if is_control(event) {
            return;
        }
        event.prevent_default();
        let (at, target, mods) = (place(root, event), target_of(event), keys::mods_of(event));
        self.now(Input::Down { pointer: -1, at, button: SECONDARY, target, mods, touch: false });
    }

    fn moved(&self, root: &HtmlElement, event: &PointerEvent) {
        if !self.app.session.with_value(|session| session.is_busy()) {
            return;
        }
        let at = place(root, event);
        let gone = |held: Held| (at[0] - held.at[0]).hypot(at[1] - held.at[1]) > STILL;
        if self.held.get().is_some_and(gone) {
            self.held.set(None);
        }
        self.later(Input::Move { pointer: event.pointer_id(), at, mods: keys::mods_of(event) });
    }

    fn up(&self, root: &HtmlElement, event: &PointerEvent) {
        self.held.set(None);
        let mods = keys::mods_of(event);
        self.now(Input::Up { pointer: event.pointer_id(), at: place(root, event), mods });
    }

    fn wheel(&self, root: &HtmlElement, event: &WheelEvent) {
        // Never the page: it would zoom or go back in its history.
        event.prevent_default();
        let unit = if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { LINE } else { 1.0 };
        let delta = [event.delta_x() * unit, event.delta_y() * unit];
        self.later(Input::Wheel { at: place(root, event), delta, mods: keys::mods_of(event) });
    }

    /// A finger that stays opens the menu in place of what it pressed.
    fn hold(&self, at: [f64; 2], menu: Input) {
        let held = Held { at, press: self.presses.get() + 1 };
        self.presses.set(held.press);
        self.held.set(Some(held));
        let queue = self.clone();
        let open = move || {
            if queue.held.get() == Some(held) {
                queue.now(Input::Cancel);
                queue.now(menu);
            }
        };
        set_timeout(open, std::time::Duration::from_millis(LONG_PRESS_MS));
    }

    fn now(&self, input: Input) {
        self.flush();
        self.app.input(input);
    }

    fn later(&self, input: Input) {
        let mut waiting = self.waiting.borrow_mut();
        match (waiting.last_mut(), input) {
            (Some(Input::Move { pointer: last, at, mods }), Input::Move { pointer, at: to, mods: now })
                if *last == pointer =>
            {
                (*at, *mods) = (to, now);
            }
            _ => waiting.push(input),
        }
        drop(waiting);
        if !self.asked.replace(true) {
            let queue = self.clone();
            request_animation_frame(move || {
                queue.asked.set(false);
                queue.flush();
            });
        }
    }

    fn flush(&self) {
        let inputs = std::mem::take(&mut *self.waiting.borrow_mut());
        for input in inputs {
            self.app.input(input);
        }
    }
}

/// Keeps the core's idea of the canvas's size; the first size fits the view.
fn watch_size(app: App, root: HtmlElement) {
    let measured = root.clone();
    let resized = Closure::<dyn FnMut()>::new(move || {
        let size = [f64::from(measured.client_width()), f64::from(measured.client_height())];
        app.ask(|session| session.resize(size));
    });
    if let Ok(observer) = web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()) {
        observer.observe(&root);
    }
    // The canvas lives as long as the page.
    resized.forget();
    // Keys work at once; the ring that says so comes with the first of them.
    let _ = root.class_list().add_1("fresh");
    let _ = root.focus();
}

/// Listens without letting the browser assume that nothing is prevented, as it does for wheels.
fn on<E: wasm_bindgen::convert::FromWasmAbi + 'static>(
    root: &HtmlElement,
    name: &str,
    handler: impl FnMut(E) + 'static,
) {
    let options = web_sys::AddEventListenerOptions::new();
    options.set_passive(false);
    let closure = Closure::<dyn FnMut(E)>::new(handler);
    let function = closure.as_ref().unchecked_ref();
    let _ = root.add_event_listener_with_callback_and_add_event_listener_options(name, function, &options);
    closure.forget();
}

/// Buttons and fields on the canvas look after themselves.
fn is_control(event: &MouseEvent) -> bool {
    element_of(event).is_some_and(|element| {
        element.closest("button, input, textarea, a").is_ok_and(|found| found.is_some())
    })
}

fn place(root: &HtmlElement, event: &MouseEvent) -> [f64; 2] {
    let frame = root.get_bounding_client_rect();
    [f64::from(event.client_x()) - frame.left(), f64::from(event.client_y()) - frame.top()]
}

fn target_of(event: &MouseEvent) -> Target {
    element_of(event).map_or(Target::Canvas, |element| target_at(&element))
}

/// What the attributes of an element and of those around it say.
fn target_at(element: &Element) -> Target {
    let attribute = |name: &str| {
        let owner = element.closest(&format!("[{name}]")).ok()??;
        owner.get_attribute(name)
    };
    let number = |name: &str| attribute(name).and_then(|text| text.parse().ok());
    let spot = || {
        let boxed = || number("data-group").map(|id| Spot::Box(GroupId(id)));
        number("data-node").map(|id| Spot::Block(NodeId(id))).or_else(boxed)
    };
    let port = attribute("data-port").and_then(|side| {
        let spot = spot()?;
        Some(if side == "out" { Target::Out(spot) } else { Target::In(spot) })
    });
    let link = || number("data-link").map(|id| Target::Link(LinkId(id)));
    let note = || number("data-note").map(|id| Target::Note(NoteId(id)));
    let whole = || match spot()? {
        Spot::Block(id) => Some(Target::Node(id)),
        Spot::Box(id) => Some(Target::Group(id)),
    };
    port.or_else(whole).or_else(link).or_else(note).unwrap_or(Target::Canvas)
}

fn element_of(event: &MouseEvent) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()
}

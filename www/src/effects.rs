//! Performs what the core's session asks for and only a page can do.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use gloo_timers::callback::Timeout;
use headroom::analysis::Answer;
use headroom::analysis::slow::{self, Slow};
use headroom::design::NodeId;
use headroom::session::{Control, Effect, Panel};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

use crate::keys::go_to_region;
use crate::panels::{Dialog, Sheet, Tab};
use crate::state::App;
use crate::{files, pictures, print, runner, store};

/// A picture that comes this much later is not felt by who types or draws [ms].
const QUICK_MS: f64 = 50.0;
/// A person who types pauses this long after a word [ms].
const REST_MS: u32 = 400;

/// Performs one effect.
pub fn perform(app: App, effect: Effect) {
    match effect {
        Effect::Document => document_changed(app),
        Effect::Moved(ids) => {
            let design = app.session.with_value(|session| session.design().clone());
            app.cards.moved(&design, &ids);
        }
        Effect::Selection => {
            let selection = app.session.with_value(|session| session.selection().clone());
            app.cards.select(&selection);
            app.selection.set(selection);
        }
        Effect::Viewport => app.viewport.set(app.session.with_value(|session| session.viewport())),
        Effect::Draft => app.draft.set(app.session.with_value(|session| session.draft())),
        Effect::Announce(text) => app.voice.polite.set(text),
        Effect::Refuse(text) => app.refuse(&text),
        Effect::Open(panel) => open(app, panel),
        Effect::Run(control) => control_run(app, control),
        Effect::Copy(text) => copy(app, &text),
        Effect::Paste => paste(app),
        Effect::Settings => {
            let settings = app.session.with_value(|session| session.settings());
            app.settings.set(settings);
            store::set_settings(settings);
        }
        Effect::Focus(node) => focus_node(node),
    }
}

/// The document changed for good. Where blocks stand and what they are called changes no figure: then nothing is run anew,
/// and sentences with their names follow once the person pauses.
fn document_changed(app: App) {
    let design = app.session.with_value(|session| session.design().clone());
    let old = app.design.get_untracked();
    if old.is_same_system(&design) {
        app.design.set(Arc::clone(&design));
        app.cards.sync(&app);
        if !old.is_named_alike(&design) {
            solve_at_rest(app);
        }
    } else {
        show_document(app);
        rerun_soon(app);
    }
    store::save_soon(app);
}

/// Shows the session's design in every view.
pub fn show_document(app: App) {
    app.design.set(app.session.with_value(|session| session.design().clone()));
    app.cards.sync(&app);
    solve_soon(app);
}

/// Solves the steady state before the next picture, once however often it is asked for before that.
pub fn solve_soon(app: App) {
    if app.complete.get_untracked() && app.solving.ask() {
        set_timeout(move || solve_if_wanted(app), Duration::ZERO);
    }
}

fn solve_if_wanted(app: App) {
    if app.solving.take() {
        solve(app);
    }
}

/// Solves what was asked for at once, so that the next picture shows it; unless that took long the last time: then what the
/// person does meanwhile goes first.
pub fn solve_if_quick(app: App) {
    if app.solve_ms.get_value() <= QUICK_MS {
        solve_if_wanted(app);
    }
}

/// Tells the running simulation of a change, once the picture of what follows from it stands.
fn rerun_soon(app: App) {
    let begin = move || {
        if app.rerunning.take() {
            runner::change(app);
        }
    };
    if app.rerunning.ask() {
        request_animation_frame(move || set_timeout(begin, Duration::ZERO));
    }
}

/// Something that is done once, however often it was asked for before.
#[derive(Clone, Copy)]
pub struct Wanted(StoredValue<bool>);

impl Wanted {
    /// Nobody has asked.
    pub fn new() -> Self {
        Wanted(StoredValue::new(false))
    }

    /// True when nobody has asked before.
    fn ask(self) -> bool {
        !self.replaced(true)
    }

    /// True when somebody has asked; it counts as done then.
    fn take(self) -> bool {
        self.replaced(false)
    }

    fn replaced(self, wanted: bool) -> bool {
        let mut before = false;
        self.0.update_value(|now| before = std::mem::replace(now, wanted));
        before
    }
}

/// Solves the steady state when this has not been asked for again for a moment.
fn solve_at_rest(app: App) {
    thread_local! {
        static PENDING: Cell<Option<Timeout>> = const { Cell::new(None) };
    }
    PENDING.set(Some(Timeout::new(REST_MS, move || solve_soon(app))));
}

/// Fits a newly opened design into view, once the panels that come with it have taken their room.
pub fn fit_soon(app: App) {
    request_animation_frame(move || {
        request_animation_frame(move || {
            if let Ok(Some(canvas)) = document().query_selector(".canvas") {
                let size = [f64::from(canvas.client_width()), f64::from(canvas.client_height())];
                app.ask(|session| session.resize(size));
                app.command("view.fit");
            }
        });
    });
}

/// Solves the steady state now.
pub fn solve(app: App) {
    let began_ms = js_sys::Date::now();
    let design = app.current();
    // What was measured before the change is no answer to it; the steady method is, at once.
    app.live.set(None);
    app.measuring.clear();
    let mut answer = Answer::of_nothing();
    app.known.update_value(|known| answer = slow::at_once(&design, known));
    let answer = Arc::new(answer);
    // Figures of a run that stands still, or of other blocks than these, no longer say anything.
    let moved_on =
        !app.run.playing.get_untracked() || app.answer.with_untracked(|old| !same_places(old, &answer));
    if moved_on {
        app.frame.set(None);
    }
    let complete = answer.complete;
    app.cards.faces(&design, &answer);
    app.cards.figures(&answer, app.frame.get_untracked().as_deref());
    app.answer.set(answer);
    app.thinking.follow(app, complete);
    app.solve_ms.set_value(js_sys::Date::now() - began_ms);
}

/// The rest of the answer about a large design has come.
pub fn complete(app: App, found: Slow) {
    let answer = Arc::new(app.answer.with_untracked(|answer| answer.completed(found)));
    app.cards.faces(&app.current(), &answer);
    app.answer.set(answer);
}

fn same_places(a: &Answer, b: &Answer) -> bool {
    let [a, b] = [a, b].map(|answer| answer.topology.places().map(|(_, place)| place.id));
    a.eq(b)
}

fn open(app: App, panel: Panel) {
    match panel {
        Panel::Compare => app.panels.dialog.set(Some(Dialog::Compare)),
        Panel::Table => crate::table::flip(app),
        Panel::Share => app.panels.dialog.set(Some(Dialog::Share)),
        Panel::Designs => app.panels.dialog.set(Some(Dialog::Designs)),
        Panel::Versions => app.panels.dialog.set(Some(Dialog::Versions)),
        Panel::OpenFile => files::choose(app),
        Panel::SaveFile => files::save(app),
        Panel::SaveSvg => pictures::save_svg(app),
        Panel::SavePng => pictures::save_png(app),
        Panel::Film => crate::film::toggle(app),
        Panel::Mermaid => app.panels.dialog.set(Some(Dialog::Mermaid)),
        Panel::Print => print::print(app),
        Panel::Exercises => app.panels.dialog.set(Some(Dialog::Exercises)),
        Panel::Shortcuts => app.panels.dialog.set(Some(Dialog::Shortcuts)),
        Panel::Palette => app.panels.dialog.set(Some(Dialog::Commands)),
        Panel::Fresh => crate::open::fresh(app),
        Panel::Examples => {
            app.panels.palette.set(true);
            app.panels.tab.set(Tab::Examples);
            app.panels.sheet.set(Some(Sheet::Palette));
        }
        Panel::Rename(node) => app.panels.renaming.set(Some(node)),
        Panel::Inspector => show_inspector(app, "#inspector"),
        Panel::RenameGroup => show_inspector(app, "#group-name"),
        Panel::Write(note) => app.panels.writing.set(Some(note)),
        Panel::QuickAdd(wish) => app.panels.wish.set(Some(wish)),
        Panel::Choose(choice) => app.panels.choice.set(Some(choice)),
        Panel::Find => app.panels.dialog.set(Some(Dialog::Find)),
        Panel::Region { forward } => go_to_region(forward),
        Panel::Menu(target, at) => app.panels.menu.set(Some((target, at))),
    }
}

fn show_inspector(app: App, focused: &'static str) {
    app.panels.inspector.set(true);
    app.panels.sheet.set(Some(Sheet::Inspector));
    request_animation_frame(move || {
        focus(focused);
    });
}

fn control_run(app: App, control: Control) {
    match control {
        Control::Toggle => runner::pause(app, app.run.playing.get_untracked()),
        Control::Restart => runner::restart(app),
        Control::Reseed => app.reseed(app.run.seed.get_untracked() + 1),
        Control::Step => runner::step(app),
        Control::KillOrRevive(node) => kill_or_revive(app, node),
        Control::LoseOrRevive(group) => {
            app.lose(group, !app.run.lost.with_untracked(|lost| lost.contains(&group)))
        }
    }
}

fn kill_or_revive(app: App, node: NodeId) {
    let dead = app.run.dead.with_untracked(|dead| dead.contains(&(node, None)));
    app.kill(node, None, !dead);
}

/// Puts a text on the clipboard.
pub fn copy(app: App, text: &str) {
    let promise = window().navigator().clipboard().write_text(text);
    leptos::task::spawn_local(async move {
        if JsFuture::from(promise).await.is_err() {
            app.refuse("This browser does not let the page write to the clipboard. Select the text and copy it by hand.");
        }
    });
}

fn paste(app: App) {
    let promise = window().navigator().clipboard().read_text();
    leptos::task::spawn_local(async move {
        match JsFuture::from(promise).await.ok().and_then(|text| text.as_string()) {
            Some(text) => app.ask(|session| session.paste(&text)),
            None => app.refuse("This browser does not let the page read the clipboard."),
        }
    });
}

/// Puts the browser's focus on a block; one of a large design becomes an element first, because it is selected.
fn focus_node(node: NodeId) {
    let selector = format!("[data-node=\"{}\"]", node.0);
    if !focus(&selector) {
        request_animation_frame(move || {
            focus(&selector);
        });
    }
}

/// Puts the browser's focus on the first element that this names; false when there is none.
pub fn focus(selector: &str) -> bool {
    let element = document().query_selector(selector).ok().flatten();
    let element = element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

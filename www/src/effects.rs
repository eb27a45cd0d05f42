//! Performs what the core's session asks for and only a page can do.

use std::sync::Arc;

use headroom::analysis::{Answer, Cost};
use headroom::design::{Design, NodeId};
use headroom::session::{Control, Effect, Panel};
use headroom::topology;
use leptos::prelude::*;

use crate::state::{App, Dialog};

/// Performs one effect.
pub fn perform(app: App, effect: Effect) {
    match effect {
        Effect::Document => document(app),
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
        Effect::Refuse(text) => app.voice.refusal.set(Some(text)),
        Effect::Open(panel) => open(app, panel),
        Effect::Run(control) => run(app, control),
        Effect::Copy(text) => copy(&text),
        Effect::Paste => paste(app),
        Effect::Focus(node) => focus(node),
    }
}

fn document(app: App) {
    app.design.set(app.session.with_value(|session| session.design().clone()));
    app.cards.sync(&app);
    solve_soon(app);
}

/// Solves the steady state in the next animation frame, once however often it is asked for before that.
pub fn solve_soon(app: App) {
    if app.solving.get_value() {
        return;
    }
    app.solving.set_value(true);
    request_animation_frame(move || {
        app.solving.set_value(false);
        let mut design = app.session.with_value(|session| Design::clone(session.design()));
        design.run.traffic = app.run.traffic.get_untracked();
        let answer = Arc::new(solve(&design));
        app.cards.faces(&design, &answer);
        app.cards.figures(&answer, app.frame.get_untracked().as_deref());
        app.answer.set(answer);
    });
}

/// Everything about a design that needs no run.
pub fn solve(design: &Design) -> Answer {
    let (topology, problems) = topology::build(design);
    let report = empty_report(&topology);
    Answer {
        topology,
        problems,
        report,
        ladder: Vec::new(),
        spofs: Vec::new(),
        cost: Cost::default(),
        findings: Vec::new(),
    }
}

fn empty_report(topology: &topology::Topology) -> headroom::report::Report {
    use headroom::engine::Method;
    use headroom::report::{Counts, Estimate, Report, Traffic};
    let none = || Traffic {
        offered: 0.0,
        goodput: Estimate::exact(0.0),
        success: Estimate::exact(1.0),
        latency: None,
        p99_sent: None,
        counts: Counts::default(),
    };
    let _ = topology;
    Report {
        method: Method::Steady,
        engine: headroom::ENGINE_VERSION,
        seed: 0,
        duration_s: 0.0,
        warmup_s: 0.0,
        events: 0,
        total: none(),
        reads: none(),
        writes: none(),
        nodes: Vec::new(),
        links: Vec::new(),
        series: Vec::new(),
    }
}

fn open(app: App, panel: Panel) {
    match panel {
        Panel::Share => app.panels.dialog.set(Some(Dialog::Share)),
        Panel::Exercises => app.panels.dialog.set(Some(Dialog::Exercises)),
        Panel::Shortcuts => app.panels.dialog.set(Some(Dialog::Shortcuts)),
        Panel::Palette => app.panels.dialog.set(Some(Dialog::Commands)),
        Panel::Examples => app.panels.palette.set(true),
        Panel::Rename(node) => app.panels.renaming.set(Some(node)),
        Panel::Inspector => app.panels.inspector.set(true),
        Panel::Menu(target, at) => app.panels.menu.set(Some((target, at))),
    }
}

fn run(app: App, control: Control) {
    match control {
        Control::Toggle => app.run.playing.update(|playing| *playing = !*playing),
        Control::Reseed => app.run.seed.update(|seed| *seed += 1),
        Control::Restart | Control::Step | Control::KillOrRevive(_) => {}
    }
}

fn copy(text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
}

/// Reads the clipboard; the browser may ask the person first, and where it says no nothing is pasted.
fn paste(app: App) {
    let reading = window().navigator().clipboard().read_text();
    leptos::task::spawn_local(async move {
        if let Ok(text) = wasm_bindgen_futures::JsFuture::from(reading).await
            && let Some(text) = text.as_string()
        {
            app.ask(|session| session.paste(&text));
        }
    });
}

fn focus(node: NodeId) {
    use wasm_bindgen::JsCast;
    let card = document_of_page().query_selector(&format!("[data-node=\"{}\"]", node.0));
    if let Ok(Some(card)) = card
        && let Some(card) = card.dyn_ref::<web_sys::HtmlElement>()
    {
        let _ = card.focus();
    }
}

fn document_of_page() -> web_sys::Document {
    leptos::prelude::document()
}

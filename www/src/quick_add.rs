//! Lists at the place of a gesture: the kinds of blocks that fit where a new block will stand, and the blocks in a box that a
//! link can be meant for.

use headroom::blocks::About;
use headroom::session::geometry::CARD;
use headroom::session::{Meant, Wish};
use leptos::prelude::*;

use crate::chooser::{ChooserAt, Entry};
use crate::keys;
use crate::live::some;
use crate::menu::on_screen;
use crate::state::App;

/// The list, while it is open.
#[component]
pub fn QuickAdd() -> impl IntoView {
    let app = App::get();
    let wish = app.panels.wish;
    let close = closing(wish);
    let entry = move |wish: Wish, about: &'static About| {
        let choose = move || {
            close();
            app.ask(|session| session.grant(about.id, wish));
        };
        Entry::new(about.name, about.doc, choose).with_icon(about.icon)
    };
    some(move || {
        wish.get().map(|wish| {
            let fitting = app.session.with_value(|session| session.fitting(&wish));
            let entries = fitting.into_iter().map(|about| entry(wish, about)).collect();
            let at = place(app, wish);
            view! { <ChooserAt label="Find a block to add" entries nothing="No block like that fits here." at close=Callback::new(move |()| close())/> }
        })
    })
}

/// The blocks in a box that a link can be meant for, while they are to be chosen from.
#[component]
pub fn Which() -> impl IntoView {
    let app = App::get();
    let choice = app.panels.choice;
    let close = closing(choice);
    let entry = move |(meant, (name, aside)): (Meant, (String, String))| {
        let choose = move || {
            close();
            app.ask(|session| session.take(meant));
        };
        Entry::new(&name, &aside, choose)
    };
    some(move || {
        choice.get().map(|choice| {
            let words = app.session.with_value(|session| choice.words(session.design()));
            let entries = choice.options.iter().copied().zip(words).map(entry).collect();
            let at = on_screen(app.viewport.get_untracked().to_screen(choice.at));
            view! { <ChooserAt label="Which block is meant?" entries nothing="No block like that in here." at close=Callback::new(move |()| close())/> }
        })
    })
}

/// Closes a list that is open while this holds something.
fn closing<T: Send + Sync + 'static>(open: RwSignal<Option<T>>) -> impl Fn() + Copy + Send + Sync {
    move || {
        open.set(None);
        keys::focus_canvas();
    }
}

/// Where the block will stand, or the middle of the canvas [px of the window].
fn place(app: App, wish: Wish) -> [f64; 2] {
    let view = app.viewport.get_untracked();
    let canvas = match wish.at {
        Some(at) => at.map(f64::from),
        None => [view.center()[0] - CARD[0] / 2.0, view.center()[1] - CARD[1]],
    };
    on_screen(view.to_screen(canvas))
}

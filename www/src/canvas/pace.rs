//! How fast simulated time goes, where that is not what was asked for: a run that cannot keep up says so.

use headroom::figures;
use leptos::prelude::*;

use crate::live::some;
use crate::state::App;
use crate::top::run::FULL_SPEED;

/// Below this share of the pace that was asked for, a run does not keep up.
const BEHIND: f64 = 0.9;

/// How fast simulated time goes, when that is not what was asked for.
#[component]
pub fn PaceNote() -> impl IntoView {
    let app = App::get();
    let note = Memo::new(move |_| {
        let (pace, wanted) = (app.frame.get()?.pace, app.run.speed.get());
        // Nothing has been reached in the first half second.
        let reached = app.run.playing.get() && pace > 0.0;
        let pace_of = || format!("{} of real time", figures::multiple(pace));
        match wanted {
            _ if !reached => None,
            FULL_SPEED => Some(format!("runs at {}", pace_of())),
            _ if pace < BEHIND * wanted => {
                Some(format!("cannot keep up: runs at {}, not {}", pace_of(), figures::multiple(wanted)))
            }
            _ => None,
        }
    });
    some(move || note.get().map(|note| view! { <p class="pace">{note}</p> }))
}

//! A claim put to the test by two runs, on demand: a button, how far the runs are, and what they have shown.

use headroom::analysis::trial::Claim;
use leptos::prelude::*;

use crate::live::some;
use crate::parts::{Icon, Progress};
use crate::runner::{self, Outcome};
use crate::state::App;

/// A button that tries what is claimed now.
#[component]
pub fn Try(label: &'static str, claim: Signal<Option<Claim>>) -> impl IntoView {
    let app = App::get();
    let share = RwSignal::new(None);
    let found = RwSignal::new(None);
    // What was shown of another design, or of something else, is taken away.
    Effect::new(move |_| {
        app.answer.track();
        claim.track();
        found.set(None);
    });
    let start = move |_| {
        let Some(claim) = claim.get_untracked() else { return };
        let about = app.design.get_untracked();
        share.set(Some(0.0));
        runner::try_out(
            app,
            claim,
            move |done| share.set(Some(done)),
            move |outcome| {
                share.set(None);
                match outcome {
                    Ok(Outcome::Tried(text))
                        if std::sync::Arc::ptr_eq(&about, &app.design.get_untracked()) =>
                    {
                        app.voice.polite.set(text.clone());
                        found.set(Some(text));
                    }
                    Ok(_) => {}
                    Err(text) => app.refuse(&text),
                }
            },
        );
    };
    view! {
        <div class="trial" hidden=move || claim.with(Option::is_none)>
            <button class="btn small" type="button" disabled=move || share.with(Option::is_some) on:click=start>{label}</button>
            <Progress name="Two runs" share/>
            {some(move || found.get().map(|text| view! { <p class="quiet">{text}</p> }))}
        </div>
    }
}

/// That something is a single point of failure, what losing it costs, and the run that proves it.
#[component]
pub fn SinglePoint(words: Signal<String>, claim: Signal<Option<Claim>>) -> impl IntoView {
    view! {
        <div class="state spof">
            <Icon name="shield-alert"/>
            <div>
                <b>"Single point of failure. "</b>{words}
                <Try label="Prove it by a run" claim/>
            </div>
        </div>
    }
}

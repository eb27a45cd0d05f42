//! The list of exercises and their steps.

use headroom::exercises::{EXERCISES, Exercise};
use leptos::prelude::*;

use crate::lesson::{Place, is_passed};
use crate::live::CollectAny;
use crate::parts::{Icon, Modal};
use crate::state::App;

/// The list.
#[component]
pub fn ExerciseList() -> impl IntoView {
    let each = |exercise: &'static Exercise| {
        view! {
            <section>
                <h3 class="head">{exercise.name}</h3>
                <p>{exercise.text}</p>
                <div class="cards">
                    {(0..exercise.steps.len()).map(|step| view! { <Entry place=Place { exercise, step }/> }).collect_any()}
                </div>
            </section>
        }
    };
    view! { <Modal title="Exercises">{EXERCISES.iter().map(each).collect_any()}</Modal> }
}

#[component]
fn Entry(place: Place) -> impl IntoView {
    let app = App::get();
    let step = place.step();
    let start = move |_| {
        app.panels.dialog.set(None);
        app.lesson.start(app, place);
    };
    let icon = if is_passed(place) { "circle-check" } else { "circle-dashed" };
    view! {
        <button class="entry" type="button" on:click=start>
            <b><Icon name=icon/>{step.name}</b>
            <small>{step.brief.first().copied()}</small>
        </button>
    }
}

//! The panel of a step: brief, facts, goals and the judge, hints one at a time, references.

use leptos::prelude::*;

use super::goals::Goals;
use super::{Place, is_passed};
use crate::live::{CollectAny, some};
use crate::open;
use crate::parts::Icon;
use crate::state::App;

/// The step that is open.
#[component]
pub fn LessonPanel() -> impl IntoView {
    let app = App::get();
    some(move || app.lesson.open.get().map(|place| view! { <div class="lesson"><Content place/></div> }))
}

#[component]
fn Content(place: Place) -> impl IntoView {
    let app = App::get();
    let step = place.step();
    let paragraphs = step.brief.iter().map(|text| view! { <p>{*text}</p> }).collect_any();
    let facts = step.facts.iter().map(|text| view! { <li>{*text}</li> }).collect_any();
    view! {
        <div class="hd">
            <p class="head">{place.exercise.name}</p>
            <button class="square" type="button" aria-label="Close the exercise" title="Close the exercise; the design stays"
                on:click=move |_| app.lesson.set(app, None)>
                <Icon name="x"/>
            </button>
        </div>
        <Steps place/>
        <h2>{step.name}</h2>
        {paragraphs}
        <details><summary>"Facts of this world"</summary><ul>{facts}</ul></details>
        <Goals place/>
        <Hints place/>
        <References place/>
        <div class="acts">
            <button class="btn small" type="button" on:click=move |_| app.lesson.start(app, place)>
                <Icon name="rotate-ccw"/>"Reset the design"
            </button>
        </div>
    }
}

/// The steps of the exercise.
#[component]
fn Steps(place: Place) -> impl IntoView {
    let app = App::get();
    let tab = move |step: usize| {
        let other = Place { step, ..place };
        view! {
            <button class="btn small" type="button" aria-pressed=(step == place.step).to_string()
                on:click=move |_| app.lesson.set(app, Some(other))>
                {is_passed(other).then(|| view! { <Icon name="circle-check"/> })}
                {other.step().name}
            </button>
        }
    };
    view! { <div class="steps" role="group" aria-label="Steps">{(0..place.exercise.steps.len()).map(tab).collect_any()}</div> }
}

/// One more hint after each failed try.
#[component]
fn Hints(place: Place) -> impl IntoView {
    let app = App::get();
    let all = place.step().hints;
    let (shown, failed) = (app.lesson.hints, app.lesson.failed);
    let list = move || all.iter().take(shown.get()).map(|text| view! { <li>{*text}</li> }).collect_any();
    let more = move || shown.get() < failed.get().min(all.len());
    let waits = move || shown.get() < all.len() && !more();
    view! {
        <section>
            <h3>"Hints"</h3>
            <ul>{move || list()}</ul>
            <Show when=more>
                <button class="btn small" type="button" on:click=move |_| shown.update(|shown| *shown += 1)>
                    <Icon name="lightbulb"/>"Show a hint"
                </button>
            </Show>
            <Show when=waits><p class="empty">"The next hint opens after a failed try."</p></Show>
        </section>
    }
}

/// Solutions that pass, once the learner has passed or has tried for long.
#[component]
fn References(place: Place) -> impl IntoView {
    let app = App::get();
    let earned = move || {
        app.lesson.verdict.track();
        is_passed(place) || app.lesson.failed.get() > place.step().hints.len()
    };
    let each = move || {
        let button = |reference: &'static headroom::exercises::Reference| {
            let show = move |_| {
                open::copy(
                    app,
                    (reference.design)(),
                    &format!("The solution “{}”", reference.name),
                    Some(place),
                );
            };
            view! { <button class="entry btn" type="button" on:click=show><b>{reference.name}</b><small>{reference.text}</small></button> }
        };
        place.step().references.iter().map(button).collect_any()
    };
    view! { <Show when=earned><section><h3>"Solutions"</h3><div class="items">{move || each()}</div></section></Show> }
}

//! Goals of a step: what is asked, and after a check what was measured beside it.

use std::sync::Arc;

use headroom::exercises::Goal;
use leptos::prelude::*;

use super::Place;
use crate::live::CollectAny;
use crate::parts::{Icon, Progress};
use crate::state::App;

/// The goals and the button that has them judged.
#[component]
pub fn Goals(place: Place) -> impl IntoView {
    let app = App::get();
    let lesson = app.lesson;
    let list = move || match lesson.verdict.get() {
        None => place
            .step()
            .goals
            .iter()
            .map(|asked| view! { <Open asked=asked.words()/> })
            .collect_any()
            .into_any(),
        Some(verdict) => {
            verdict.goals.iter().map(|goal| view! { <Judged goal=goal.clone()/> }).collect_any().into_any()
        }
    };
    let breaches = move || {
        let breaches = lesson.verdict.get().map(|verdict| verdict.breaches.clone()).unwrap_or_default();
        breaches
            .into_iter()
            .map(|text| view! { <li class="goal missed"><Icon name="circle-off"/><p>{text}</p></li> })
            .collect_any()
    };
    let outcome = move || {
        lesson.verdict.get().map(|verdict| {
            if verdict.passed {
                view! { <div class="state calm"><Icon name="circle-check"/><b>"Passed."</b></div> }.into_any()
            } else {
                view! { <div class="state saturated"><Icon name="circle-x"/><b>"Not yet."</b></div> }
                    .into_any()
            }
        })
    };
    let outdated = move || {
        let judged = lesson.judged.get();
        lesson.verdict.with(Option::is_some)
            && judged.is_some_and(|judged| !Arc::ptr_eq(&judged, &app.design.get()))
    };
    view! {
        <section aria-label="Goals">
            <h3>"Goals"</h3>
            {move || outcome()}
            <Show when=outdated><p class="empty">"Measured before your last change."</p></Show>
            <ul class="goals">{move || breaches()}{move || list()}</ul>
        </section>
        <Check/>
    }
}

#[component]
fn Check() -> impl IntoView {
    let app = App::get();
    let judging = app.lesson.judging;
    view! {
        <button class="primary" type="button" disabled=move || judging.with(Option::is_some) on:click=move |_| app.lesson.check(app)>
            <Icon name="check"/>"Check my design"
        </button>
        <Progress name="Measuring" share=judging/>
    }
}

#[component]
fn Open(asked: String) -> impl IntoView {
    view! { <li class="goal open"><Icon name="circle-dashed"/><p>{asked}</p></li> }
}

#[component]
fn Judged(goal: Goal) -> impl IntoView {
    let app = App::get();
    let (class, icon, word) =
        if goal.met { ("goal met", "circle-check", "Met") } else { ("goal missed", "circle-x", "Missed") };
    let show = goal.node.map(|id| view! {
        <button class="btn small" type="button" on:click=move |_| app.select_node(id)>"Show the block"</button>
    });
    view! {
        <li class=class>
            <span title=word><Icon name=icon/></span>
            <div>
                <p><span class="hidden">{word}": "</span>{goal.asked}</p>
                <p><b>{goal.measured}</b>{goal.close.then_some(" (close: the threshold lies inside the interval)")}</p>
                <p class="quiet">{goal.decides}</p>
                {show}
            </div>
        </li>
    }
}

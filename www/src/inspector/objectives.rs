//! What the design promises its users, as a form.

use std::sync::Arc;

use headroom::blocks::form;
use headroom::blocks::param::Value;
use headroom::design::Edit;
use headroom::design::objective::{OBJECTIVES, Objective};
use leptos::prelude::*;

use super::field::{Field, Put};
use crate::live::CollectAny;
use crate::state::App;

/// The form; an empty field promises nothing.
#[component]
pub fn Objectives() -> impl IntoView {
    view! {
        <section>
            <h3 class="head">"Promises"</h3>
            <div class="form">{OBJECTIVES.iter().map(|objective| view! { <Promise objective/> }).collect_any()}</div>
        </section>
    }
}

#[component]
fn Promise(objective: &'static Objective) -> impl IntoView {
    let app = App::get();
    let text = Memo::new(move |_| {
        let value = app.design.with(|design| (objective.get)(&design.objectives));
        value.map_or_else(String::new, |value| form::text(&objective.param, &Value::Number(value)))
    });
    let put: Put = Arc::new(move |value| {
        let mut all = app.design.with_untracked(|design| design.objectives);
        let number = if let Some(Value::Number(number)) = value { Some(number) } else { None };
        (objective.set)(&mut all, number);
        app.edit_field(&Edit::SetObjectives(all));
    });
    view! { <Field param=&objective.param text=text put/> }
}

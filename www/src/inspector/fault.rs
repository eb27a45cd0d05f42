//! A fault of the timeline as a form: what it strikes, when, for how long, how hard.

use std::sync::Arc;

use headroom::blocks::form;
use headroom::blocks::param::{Param, Value};
use headroom::design::fault::{self, Target};
use headroom::design::{Edit, Fault, FaultId};
use leptos::prelude::*;

use super::field::{Field, Put};
use super::form::{Of, Row};
use crate::faults::{name_of, targets};
use crate::live::CollectAny;
use crate::state::App;

/// The form.
#[component]
pub fn FaultForm(id: FaultId) -> impl IntoView {
    let app = App::get();
    let kind =
        app.design.with_untracked(|design| design.fault(id).and_then(|drawn| fault::find(&drawn.kind)));
    kind.map(|kind| {
        let name = move || app.design.with(|design| design.fault(id).map(|drawn| name_of(design, drawn)));
        let params = kind.params.iter().map(move |param| view! { <Row of=Of::Fault(id) params=kind.params param/> });
        view! {
            <div class="form fault" role="group" aria-label=move || name()>
                <p class="quiet">{kind.doc}</p>
                <Strikes id kind/>
                <Time id param=&fault::AT get=|drawn| Some(drawn.at_s) set=|drawn, time| drawn.at_s = time.unwrap_or(0.0)/>
                {kind.lasts.then(|| view! {
                    <Time id param=&fault::FOR get=|drawn| drawn.for_s set=|drawn, time| drawn.for_s = time/>
                })}
                {params.collect_any()}
            </div>
        }
    })
}

#[component]
fn Strikes(id: FaultId, kind: &'static fault::About) -> impl IntoView {
    let app = App::get();
    let found = Memo::new(move |_| {
        let _ = app.answer.with(|answer| answer.topology.len());
        app.design.with(|design| targets(app, design, kind))
    });
    let now = Memo::new(move |_| app.design.with(|design| design.fault(id).map(|drawn| drawn.target)));
    let choose = move |event| {
        let chosen: Option<usize> = event_target_value(&event).parse().ok();
        let target: Option<Target> =
            chosen.and_then(|at| found.with_untracked(|all| all.get(at).map(|one| one.0)));
        if let Some(target) = target {
            change(app, id, false, |drawn| drawn.target = target);
        }
    };
    let options = move || {
        let now = now.get();
        let option = |(at, (target, name)): (usize, (Target, String))| {
            view! { <option value=at.to_string() selected=now == Some(target)>{name}</option> }
        };
        found.get().into_iter().enumerate().map(option).collect_any()
    };
    view! {
        <label for="fault-target">"Strikes"</label>
        <select id="fault-target" on:change=choose>{move || options()}</select>
    }
}

#[component]
fn Time(
    id: FaultId,
    param: &'static Param,
    get: fn(&Fault) -> Option<f64>,
    set: fn(&mut Fault, Option<f64>),
) -> impl IntoView {
    let app = App::get();
    let text = Memo::new(move |_| {
        let time = app.design.with(|design| design.fault(id).and_then(get));
        time.map_or_else(String::new, |time| form::text(param, &Value::Number(time)))
    });
    let put: Put = Arc::new(move |value| {
        let time = if let Some(Value::Number(time)) = value { Some(time) } else { None };
        change(app, id, true, |drawn| set(drawn, time));
    });
    view! { <Field param text=text put/> }
}

fn change(app: App, id: FaultId, typed: bool, set: impl FnOnce(&mut Fault)) {
    let Some(mut drawn) = app.design.with_untracked(|design| design.fault(id).cloned()) else { return };
    set(&mut drawn);
    let edit = Edit::SetFault(drawn);
    if typed { app.edit_field(&edit) } else { app.edit(&edit) }
}

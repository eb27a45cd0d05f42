//! One field of a form: its text while it is typed in, the range at the field when it is wrong.

use std::sync::Arc;

use headroom::blocks::form;
use headroom::blocks::param::{Kind, Param, Value};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::live::{CollectAny, some};

/// Takes a value; `None` restores the default.
pub type Put = Arc<dyn Fn(Option<Value>) + Send + Sync>;

/// A row of the form for one parameter.
#[component]
pub fn Field(
    /// What the catalogue says of it.
    param: &'static Param,
    /// Its current text, as [`form::text`] shows it.
    #[prop(into)]
    text: Signal<String>,
    /// Where a valid value goes, as it is typed.
    put: Put,
) -> impl IntoView {
    let id = format!("param-{}", param.id);
    let control = match param.kind {
        Kind::Text { max } if max > LINE => view! { <LongText param text put/> }.into_any(),
        Kind::Number { .. } | Kind::Integer { .. } | Kind::Text { .. } => {
            view! { <NumberField param text put/> }.into_any()
        }
        Kind::Choice(_) => view! { <ChoiceField param text put/> }.into_any(),
        Kind::Flag => view! { <FlagField param text put/> }.into_any(),
    };
    view! {
        <label for=id title=param.doc>{param.label}</label>
        {control}
        <p class="doc" id=format!("doc-{}", param.id)>{help(param)}</p>
    }
}

/// Texts of more characters than this have several lines, which a field of one line would run together.
const LINE: usize = 200;

/// What stands below a field while it has the focus.
fn help(param: &Param) -> String {
    let range = form::range(param).map_or_else(String::new, |range| format!(" {range}."));
    format!("{}{range} Default: {}. Source: {}.", param.doc, form::default(param), param.source)
}

/// A row for what cannot be changed: a fact of the exercise's world.
#[component]
pub fn Fact(
    /// What the catalogue says of it.
    param: &'static Param,
    /// Its text, as [`form::text`] shows it.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let words = move || {
        let text = text.get();
        match param.kind {
            Kind::Choice(choices) => {
                choices.iter().find(|c| c.id == text).map_or(text, |c| c.label.to_owned())
            }
            Kind::Number { .. } | Kind::Integer { .. } | Kind::Flag | Kind::Text { .. } => {
                format!("{text} {}", param.unit.symbol())
            }
        }
    };
    view! {
        <span class="label" title=param.doc>{param.label}</span>
        <output title="A fact of this exercise">{move || words()}</output>
    }
}

/// A number with its unit, or a text. What is typed counts at once when it is valid; on leaving, the field shows what counts.
#[component]
fn NumberField(param: &'static Param, text: Signal<String>, put: Put) -> impl IntoView {
    let typed = RwSignal::new(None::<String>);
    let error = RwSignal::new(None::<String>);
    let on_input = move |event| {
        let now = event_target_value(&event);
        match form::read(param, &now) {
            Ok(value) => {
                error.set(None);
                put(value);
            }
            Err(why) => error.set(Some(why)),
        }
        typed.set(Some(now));
    };
    let leave = move |_| {
        if error.with_untracked(Option::is_none) {
            typed.set(None);
        }
    };
    let restore = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            typed.set(None);
            error.set(None);
        }
    };
    let inputmode = if matches!(param.kind, Kind::Text { .. }) { "text" } else { "decimal" };
    let id = format!("param-{}", param.id);
    let error_id = format!("error-{}", param.id);
    view! {
        <span class="field" class:bad=move || error.with(Option::is_some)>
            <input id=id inputmode=inputmode autocomplete="off" title=form::range(param)
                prop:value=move || typed.get().unwrap_or_else(|| text.get())
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=format!("doc-{} {error_id}", param.id)
                on:input=on_input on:blur=leave on:keydown=restore/>
            <span>{param.unit.symbol()}</span>
        </span>
        {some(move || error.get().map(|why| view! { <p class="error" id=error_id.clone() role="alert">{why}</p> }))}
    }
}

/// A text of several lines, typed, pasted or read from a file.
#[component]
fn LongText(param: &'static Param, text: Signal<String>, put: Put) -> impl IntoView {
    let error = RwSignal::new(None::<String>);
    let take = move |typed: String| match form::read(param, &typed) {
        Ok(value) => {
            error.set(None);
            put(value);
        }
        Err(why) => error.set(Some(why)),
    };
    let from_file = {
        let take = take.clone();
        move |event: web_sys::Event| {
            let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let Some(file) = input.and_then(|input| input.files()?.get(0)) else { return };
            let take = take.clone();
            wasm_bindgen_futures::spawn_local(async move {
                match wasm_bindgen_futures::JsFuture::from(file.text()).await {
                    Ok(read) => take(read.as_string().unwrap_or_default()),
                    Err(_) => error.set(Some("The file could not be read.".to_owned())),
                }
            });
        }
    };
    let id = format!("param-{}", param.id);
    let (doc, error_id) = (format!("doc-{}", param.id), format!("error-{}", param.id));
    view! {
        <span class="field long" class:bad=move || error.with(Option::is_some)>
            <textarea id=id rows="5" spellcheck="false" prop:value=text
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=format!("{doc} {error_id}")
                on:change=move |event| take(event_target_value(&event))></textarea>
            <label class="btn small">"Read a file"
                <input type="file" accept=".csv,.txt,text/csv,text/plain" on:change=from_file/>
            </label>
        </span>
        {some(move || error.get().map(|why| view! { <p class="error" id=error_id.clone() role="alert">{why}</p> }))}
    }
}

#[component]
fn ChoiceField(param: &'static Param, text: Signal<String>, put: Put) -> impl IntoView {
    let Kind::Choice(choices) = param.kind else { return ().into_any() };
    let choose = move |event| {
        if let Ok(value) = form::read(param, &event_target_value(&event)) {
            put(value);
        }
    };
    let option = |choice: &'static headroom::blocks::param::Choice| {
        view! { <option value=choice.id title=choice.doc selected=move || text.get() == choice.id>{choice.label}</option> }
    };
    view! {
        <select id=format!("param-{}", param.id) on:change=choose prop:value=text>
            {choices.iter().map(option).collect_any()}
        </select>
    }
    .into_any()
}

#[component]
fn FlagField(param: &'static Param, text: Signal<String>, put: Put) -> impl IntoView {
    let flip = move |event| put(Some(Value::Flag(event_target_checked(&event))));
    view! {
        <span class="check">
            <input id=format!("param-{}", param.id) type="checkbox" prop:checked=move || text.get() == "true" on:change=flip/>
        </span>
    }
}

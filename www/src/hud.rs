//! The headline figures over the canvas.

use headroom::figures::{self, Kind, rows};
use headroom::report::{Estimate, State, Trust};
use leptos::prelude::*;

use crate::inspector::results::report;
use crate::state::App;

/// Headroom, served, p99, cost.
#[component]
pub fn Hud() -> impl IntoView {
    view! {
        <dl class="hud" aria-label="Headline figures">
            <Headroom/>
            <Served/>
            <Tail/>
            <Available/>
            <Cost/>
        </dl>
    }
}

/// One figure with what stands beside it in small print.
#[component]
fn Headline(
    name: &'static str,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] aside: Signal<String>,
    #[prop(into)] bad: Signal<bool>,
) -> impl IntoView {
    view! { <div class:bad=bad><dt>{name}</dt><dd>{value}</dd><dd class="aside">{aside}</dd></div> }
}

#[component]
fn Headroom() -> impl IntoView {
    let app = App::get();
    let first = Memo::new(move |_| {
        app.answer.with(|answer| {
            let rung = answer.ladder.first()?;
            Some((rung.multiple, answer.topology.place(rung.node as usize).name.clone()))
        })
    });
    let value = Signal::derive(move || {
        first.get().map_or(figures::NOTHING.to_owned(), |(multiple, _)| figures::multiple(multiple))
    });
    let aside =
        Signal::derive(move || first.get().map_or_else(String::new, |(_, name)| format!("{name} first")));
    let bad = Signal::derive(move || {
        first.get().is_some_and(|(multiple, _)| State::of(1.0 / multiple) == State::Saturated)
    });
    view! { <Headline name="Headroom" value aside bad/> }
}

#[component]
fn Served() -> impl IntoView {
    let app = App::get();
    let success = Memo::new(move |_| report(app).0.total.success);
    let value = Signal::derive(move || figures::share(success.get().value));
    let aside = Signal::derive(move || spread(success.get(), Kind::Share));
    // Three nines: the threshold at which a loss counts as one (rules 1.12).
    let bad = Signal::derive(move || success.get().value < 0.999);
    view! { <Headline name="Served" value aside bad/> }
}

#[component]
fn Tail() -> impl IntoView {
    let app = App::get();
    let p99 = Memo::new(move |_| report(app).0.total.latency.map(|times| times.p99));
    let value =
        Signal::derive(move || p99.get().map_or(figures::NOTHING.to_owned(), |p99| figures::time(p99.value)));
    let aside = Signal::derive(move || p99.get().map_or_else(String::new, |p99| spread(p99, Kind::Time)));
    let bad = Signal::derive(move || {
        let promised = app.design.with(|design| design.objectives.p99_ms);
        p99.get().zip(promised).is_some_and(|(p99, promised)| p99.value * 1e3 > promised)
    });
    view! { <Headline name="p99" value aside bad/> }
}

#[component]
fn Available() -> impl IntoView {
    let app = App::get();
    let up = Memo::new(move |_| app.answer.with(|answer| answer.availability.both));
    let value = Signal::derive(move || up.get().map_or(figures::NOTHING.to_owned(), figures::share));
    let aside = Signal::derive(move || up.get().map_or_else(String::new, |up| rows::a_year(1.0 - up)));
    view! { <Headline name="Available" value aside bad=false/> }
}

#[component]
fn Cost() -> impl IntoView {
    let app = App::get();
    let cost = Memo::new(move |_| app.answer.with(|answer| answer.cost.month));
    let value = Signal::derive(move || figures::money(cost.get()));
    let bad = Signal::derive(move || {
        let promised = app.design.with(|design| design.objectives.cost_month);
        promised.is_some_and(|promised| cost.get() > promised)
    });
    let aside = Signal::derive(|| "a month".to_owned());
    view! { <Headline name="Cost" value aside bad/> }
}

/// What stands beside a figure: its interval, or how it was made.
fn spread(estimate: Estimate, kind: Kind) -> String {
    match estimate.trust {
        Trust::Exact => "exact".to_owned(),
        Trust::Approximate => "approximate".to_owned(),
        Trust::Low => "order of magnitude".to_owned(),
        Trust::Between(low, high) if kind.show(low) == kind.show(high) => String::new(),
        Trust::Between(low, high) => format!("{} – {}", kind.show(low), kind.show(high)),
        Trust::AtLeast(low) => format!("at least {}", kind.show(low)),
        Trust::TooFew => "too few requests".to_owned(),
        Trust::Growing => "depends on the run's length".to_owned(),
        Trust::Changing => "conditions changed".to_owned(),
    }
}

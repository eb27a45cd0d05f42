//! The palette: blocks by family with search, examples, the way to the exercises.

pub mod drag;

use headroom::blocks::{About, BLOCKS, Family};
use headroom::examples::EXAMPLES;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::lesson::LessonPanel;
use crate::live::CollectAny;
use crate::open;
use crate::panels::{Dialog, Sheet, Tab};
use crate::parts::{CloseSheet, Icon};
use crate::state::App;

/// The panel at the left.
#[component]
pub fn Palette() -> impl IntoView {
    let app = App::get();
    let chosen = app.panels.tab;
    let tab = move |label: &'static str, shows: Tab| {
        view! {
            <button type="button" role="tab" aria-selected=move || (chosen.get() == shows).to_string()
                on:click=move |_| chosen.set(shows)>
                {label}
            </button>
        }
    };
    let lesson = Memo::new(move |_| app.lesson.open.with(Option::is_some));
    let content = move || match chosen.get() {
        Tab::Exercise => LessonPanel().into_any(),
        Tab::Blocks => Blocks().into_any(),
        Tab::Examples => Examples().into_any(),
    };
    view! {
        <aside class="palette" class:sheet=move || app.panels.sheet.get() == Some(Sheet::Palette) aria-label="Palette"><CloseSheet/>
            <div class="seg" role="tablist">
                {move || lesson.get().then(|| tab("Exercise", Tab::Exercise))}
                {tab("Blocks", Tab::Blocks)}
                {tab("Examples", Tab::Examples)}
            </div>
            {move || content()}
        </aside>
    }
}

#[component]
fn Blocks() -> impl IntoView {
    let app = App::get();
    let wanted = RwSignal::new(String::new());
    let matching = move |family: Family| {
        let wanted = wanted.get().to_ascii_lowercase();
        let fits = move |about: &&About| {
            let text = format!("{} {} {}", about.name, about.doc, about.learn.products).to_ascii_lowercase();
            let offered = app.lesson.world().is_none_or(|world| world.offers(about.id));
            about.family == family && offered && text.contains(&wanted)
        };
        BLOCKS.iter().map(|block| block.about()).filter(fits).collect::<Vec<_>>()
    };
    let first = move || Family::ALL.into_iter().find_map(|family| matching(family).first().copied());
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter"
            && let Some(about) = first()
        {
            app.ask(|session| session.add_block(about.id, None, event.alt_key()));
        }
    };
    view! {
        <label class="find">
            <Icon name="search"/>
            <input type="search" placeholder="Find a block" aria-label="Find a block"
                prop:value=wanted on:input=move |event| wanted.set(event_target_value(&event)) on:keydown=on_key/>
        </label>
        {Family::ALL
            .map(|family| view! { <FamilyOfBlocks family found=Memo::new(move |_| Found(matching(family)))/> })
            .collect_any()}
        <Show when=move || first().is_none()>
            <p class="empty">"No block like that."</p>
        </Show>
    }
}

/// Catalogue entries, equal when they are the same ones.
#[derive(Clone)]
struct Found(Vec<&'static About>);

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|about| about.id).eq(other.0.iter().map(|about| about.id))
    }
}

#[component]
fn FamilyOfBlocks(family: Family, found: Memo<Found>) -> impl IntoView {
    let items = move || found.get().0.into_iter().map(|about| view! { <Item about/> }).collect_any();
    view! {
        <div role="group" aria-label=family.name() hidden=move || found.with(|found| found.0.is_empty())>
            <h2 class="head">{family.name()}</h2>
            <div class="items">{move || items()}</div>
        </div>
    }
}

/// One kind of block: dragged onto the canvas, or clicked.
#[component]
fn Item(about: &'static About) -> impl IntoView {
    let app = App::get();
    let add = move |connect: bool, replace: bool| {
        app.ask(|session| match replace {
            true => session.replace_block(about.id),
            false => session.add_block(about.id, None, connect),
        });
        app.panels.sheet.set(None);
    };
    let title = format!(
        "{} Drag it onto the canvas, or click; Alt-click also connects it to the selected block, Shift-click puts it in that block's place.",
        about.doc
    );
    view! {
        <button class="item" type="button" title=title data-block=about.id
            on:pointerdown=move |event| drag::start(app, about, &event)
            on:click=move |event| if !drag::ended_just_now() { add(event.alt_key(), event.shift_key()) }>
            <Icon name=about.icon/><span>{about.name}</span>
        </button>
    }
}

#[component]
fn Examples() -> impl IntoView {
    let app = App::get();
    let examples = EXAMPLES.iter().map(|example| {
        let show = move |_| {
            open::copy(app, example.design(), &format!("The example “{}”", example.name), None);
            app.panels.sheet.set(None);
        };
        view! {
            <button class="entry" type="button" on:click=show>
                <b>{example.name}</b>
                <small>{example.text}</small>
            </button>
        }
    });
    view! {
        <button class="btn" type="button" on:click=move |_| app.panels.dialog.set(Some(Dialog::Exercises))>
            <Icon name="graduation-cap"/>"Exercises"
        </button>
        <div class="items">{examples.collect_any()}</div>
    }
}

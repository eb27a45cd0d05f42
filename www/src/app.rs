//! The page as a whole: the grid of top bar, palette, canvas, inspector and dock, and what lies over it.

use headroom::design::Design;
use leptos::ev;
use leptos::prelude::*;

use crate::canvas::Canvas;
use crate::claim::ClaimBar;
use crate::dialogs::Dialogs;
use crate::dock::Dock;
use crate::film::Recording;
use crate::hud::Hud;
use crate::inspector::Inspector;
use crate::live::{CollectAny, Live, live, some};
use crate::menu::ContextMenu;
use crate::palette::Palette;
use crate::palette::drag::{Ghost, GhostCard};
use crate::panels::Sheet;
use crate::parts::Icon;
use crate::print::Paper;
use crate::quick_add::{QuickAdd, Which};
use crate::state::App;
use crate::table::TableView;
use crate::top::Top;
use crate::voice::{LiveRegion, Toast};
use crate::{open, rest, store};

/// The whole page.
#[component]
pub fn Page() -> impl IntoView {
    let app = App::new(Design::default());
    provide_context(app);
    provide_context(Ghost(RwSignal::new(None)));
    open::start(app);
    rest::follow(app);
    let panels = app.panels;
    let lesson = move || app.lesson.open.with(Option::is_some);
    view! {
        <div class="page"
            class:no-palette=move || !panels.palette.get()
            class:no-inspector=move || !panels.inspector.get()
            class:no-dock=move || !panels.dock.get()
            class:has-lesson=move || lesson()
            class:embed=app.embed
            inert=move || !app.complete.get() aria-busy=move || (!app.answered.get()).to_string()>
            <Top/>
            <div class="bars"><GuestBar/>{later(app.answered, claim_bar, || ().into_any())}</div>
            <Palette/>
            <main class="stage" class:as-table=panels.table><Canvas/>{later(app.answered, hud, || ().into_any())}</main>
            {later(app.answered, inspector, || view! { <aside class="inspector">{bones()}</aside> }.into_any())}
            {later(app.answered, dock, || view! { <section class="dock"></section> }.into_any())}
            <SheetTabs/>
        </div>
        {later(app.answered, overlays, || ().into_any())}
    }
}

/// A part of the page that comes with the rest of the program or the first answer, and what stands there before.
pub fn later(there: RwSignal<bool>, part: fn() -> AnyView, before: fn() -> AnyView) -> Live {
    live(move || if there.get() { part() } else { before() })
}

/// Grey lines where a panel's contents will be.
fn bones() -> Vec<AnyView> {
    (0..3).map(|_| view! { <div class="bone"></div> }).collect_any()
}

fn hud() -> AnyView {
    let embed = App::get().embed;
    view! { <Hud/><TableView/><Toast/><Recording/>{embed.then(|| view! { <EmbedTools/> })} }.into_any()
}

fn claim_bar() -> AnyView {
    view! { <ClaimBar/> }.into_any()
}

fn inspector() -> AnyView {
    view! { <Inspector/> }.into_any()
}

fn dock() -> AnyView {
    view! { <Dock/> }.into_any()
}

/// What lies over the page.
fn overlays() -> AnyView {
    view! { <Dialogs/><ContextMenu/><QuickAdd/><Which/><GhostCard/><LiveRegion/><Paper/> }.into_any()
}

/// Says that what is open is not the person's own design, and what to do with it.
#[component]
fn GuestBar() -> impl IntoView {
    let app = App::get();
    let guest = Memo::new(move |_| app.place.with(|place| place.guest.clone()));
    some(move || {
        guest.get().map(|what| view! {
            <div class="bar" role="region" aria-label="Opened as a copy">
                <p><b>{what}</b>", opened as a copy. Your own design is kept."</p>
                <button class="btn small" type="button" on:click=move |_| open::keep(app)>"Keep this one"</button>
                <button class="btn small" type="button" on:click=move |_| open::back_to_mine(app)>"Back to mine"</button>
            </div>
        })
    })
}

/// Inside another page: run, and the way to the whole page.
#[component]
fn EmbedTools() -> impl IntoView {
    let app = App::get();
    let playing = app.run.playing;
    let icon = Signal::derive(move || if playing.get() { "pause" } else { "play" });
    let label = move || if playing.get() { "Pause" } else { "Run" };
    view! {
        <div class="embed-tools">
            <button class="btn" type="button" on:click=move |_| app.command("run.toggle")><Icon name=icon/>{move || label()}</button>
            <a class="button btn" href=open::whole_page() target="_blank" rel="noopener"><Icon name="gauge"/>"Open in Headroom"</a>
        </div>
    }
}

/// On a phone: opens the bottom sheets.
#[component]
fn SheetTabs() -> impl IntoView {
    let app = App::get();
    let sheet = app.panels.sheet;
    let tab = move |label: &'static str, icon: &'static str, which: Sheet| {
        let flip =
            move |_| sheet.update(|open| *open = if *open == Some(which) { None } else { Some(which) });
        view! {
            <button type="button" aria-pressed=move || (sheet.get() == Some(which)).to_string() on:click=flip>
                <Icon name=icon/>{label}
            </button>
        }
    };
    view! {
        <nav class="sheet-tabs" aria-label="Panels">
            {tab("Blocks", "blocks", Sheet::Palette)}
            {tab("Inspect", "sliders-horizontal", Sheet::Inspector)}
            {tab("Findings", "triangle-alert", Sheet::Dock)}
            <button type="button" aria-pressed=move || app.panels.table.get().to_string() on:click=move |_| app.command("page.table")>
                <Icon name="table-2"/>"Table"
            </button>
        </nav>
    }
}

/// Saves when the page is hidden, follows a link pasted into the address, notices other tabs, keeps the title.
pub fn watch_window(app: App) {
    let hidden = window_event_listener(ev::pagehide, move |_| store::flush(app));
    let seen = window_event_listener(ev::visibilitychange, move |_| store::flush(app));
    let pasted = window_event_listener(ev::hashchange, move |_| {
        open::follow_link(app);
    });
    let elsewhere = window_event_listener(ev::storage, move |event| open::changed_elsewhere(app, &event));
    on_cleanup(move || [hidden, seen, pasted, elsewhere].into_iter().for_each(|handle| handle.remove()));
    Effect::new(move |_| {
        let name = app.design.with(|design| design.name.clone());
        document().set_title(&if name.is_empty() {
            "Headroom".to_owned()
        } else {
            format!("{name} · Headroom")
        });
    });
}

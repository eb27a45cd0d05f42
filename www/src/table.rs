//! The design as tables in the place of the canvas: what the canvas shows, in words, and a way to build by it alone.

mod build;
mod rows;

use std::collections::BTreeMap;

use headroom::figures::table::{self, Cell, Column, Line};
use headroom::sorted;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::inspector::results::{report, source};
use crate::live::{CollectAny, each, some};
use crate::parts::Icon;
use crate::state::App;
use build::Build;
use rows::{BlockRow, LinkRow};

/// The tables, while they are open.
#[component]
pub fn TableView() -> impl IntoView {
    let app = App::get();
    some(move || app.panels.table.get().then(|| view! { <Tables/> }))
}

/// Opens the tables in the place of the canvas, or shows the canvas again.
pub fn flip(app: App) {
    app.panels.table.update(|open| *open = !*open);
    if !app.panels.table.get_untracked() {
        // It is hidden until then, and takes no focus.
        request_animation_frame(crate::keys::focus_canvas);
    }
}

#[component]
fn Tables() -> impl IntoView {
    let app = App::get();
    let root = NodeRef::<html::Section>::new();
    Effect::new(move |_| root.get().map(|root| root.focus()));
    let leave = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            flip(app);
        }
    };
    let blocks = Memo::new(move |_| {
        let found = report(app).0;
        app.design.with(|design| app.answer.with(|answer| by_id(table::blocks(design, answer, &found))))
    });
    let links = Memo::new(move |_| {
        let found = report(app).0;
        app.design.with(|design| app.answer.with(|answer| by_id(table::links(design, answer, &found))))
    });
    let from = RwSignal::new(None);
    let drawn_blocks =
        Signal::derive(move || app.cards.all.with(|all| all.iter().map(|id| id.0).collect::<Vec<_>>()));
    let drawn_links =
        Signal::derive(move || app.cards.all_links.with(|all| all.iter().map(|id| id.0).collect::<Vec<_>>()));
    view! {
        <section class="tables" node_ref=root tabindex="-1" aria-label="Blocks as a table" on:keydown=leave>
            <header>
                <h2>"Blocks as a table"</h2>
                <small>{source(app)}</small>
                <button class="btn" type="button" on:click=move |_| flip(app)>"Back to the canvas"</button>
            </header>
            <Build from/>
            <Sortable label="Blocks" columns=&table::OF_BLOCKS lines=blocks drawn=drawn_blocks empty="No block yet. Add one above."
                row=move |id| view! { <BlockRow id=headroom::design::NodeId(id) lines=blocks from/> }.into_any()/>
            <Sortable label="Links" columns=&table::OF_LINKS lines=links drawn=drawn_links empty="No link yet. Connect two blocks above."
                row=move |id| view! { <LinkRow id=headroom::design::LinkId(id) lines=links/> }.into_any()/>
        </section>
    }
}

/// Cells by the id of the block or link.
type Lines = BTreeMap<u32, Vec<Cell>>;

fn by_id(lines: Vec<Line>) -> Lines {
    sorted::map(lines.into_iter().map(|line| (line.id, line.cells)))
}

/// A table with a button over each column that sorts by it. The order stands until the design changes or another is
/// asked for: rows that jump with every figure cannot be read.
#[component]
fn Sortable(
    label: &'static str,
    columns: &'static [Column],
    lines: Memo<Lines>,
    /// Ids in the order in which they were drawn.
    drawn: Signal<Vec<u32>>,
    /// What stands there while there is nothing.
    empty: &'static str,
    row: impl Fn(u32) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let app = App::get();
    let sorting = RwSignal::new(None::<(usize, bool)>);
    let order = Memo::new(move |_| {
        app.answer.track();
        let known = lines.get_untracked();
        let cells = |id: &u32| known.get(id).cloned().unwrap_or_default();
        let all = drawn.get().into_iter().map(|id| Line { cells: cells(&id), id });
        let mut all: Vec<Line> = all.filter(|line| !line.cells.is_empty()).collect();
        if let Some((column, falling)) = sorting.get() {
            table::sort(&mut all, column, falling);
        }
        all.into_iter().map(|line| line.id).collect::<Vec<_>>()
    });
    let heading = move |(index, column): (usize, &'static Column)| {
        let sort = move |_| {
            sorting.update(|now| {
                let turned = now.filter(|now| now.0 == index).map(|(_, falling)| !falling);
                *now = Some((index, turned.unwrap_or(column.falls_first)));
            });
            let (_, falling) = sorting.get_untracked().unwrap_or_default();
            let way = if falling { "falling" } else { "rising" };
            app.voice.polite.set(format!("{label} by {}, {way}.", column.name));
        };
        let way = move || sorting.get().filter(|now| now.0 == index).map(|(_, falling)| falling);
        let sorted = move || way().map_or("none", |falling| if falling { "descending" } else { "ascending" });
        let mark = move || way().map_or("", |falling| if falling { "▼" } else { "▲" });
        view! {
            <th scope="col" aria-sort=move || sorted() class:number=column.falls_first>
                <button type="button" title=column.doc on:click=sort>{column.name}<span aria-hidden="true">{move || mark()}</span></button>
            </th>
        }
    };
    view! {
        <h3>{label}" "<small>{move || order.with(Vec::len)}</small></h3>
        <Show when=move || order.with(Vec::is_empty)><p class="empty">{empty}</p></Show>
        <div class="wide" hidden=move || order.with(Vec::is_empty)>
            <table aria-label=label>
                <thead><tr>
                    <th scope="col"><span class="hidden">"Selected"</span></th>
                    {columns.iter().enumerate().map(heading).collect_any()}
                    <th scope="col"><span class="hidden">"What can be done"</span></th>
                </tr></thead>
                <tbody>{each(move || order.get(), row)}</tbody>
            </table>
        </div>
    }
}

/// A square button of a row.
fn act(label: String, icon: &'static str, run: impl Fn() + 'static) -> AnyView {
    view! {
        <button class="square" type="button" aria-label=label.clone() title=label on:click=move |_| run()><Icon name=icon/></button>
    }
    .into_any()
}

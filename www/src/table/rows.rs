//! The rows: what is selected, the name to edit, the figures, and what can be done with a block or a link.

use std::collections::BTreeSet;

use headroom::design::{Edit, LinkId, NodeId};
use headroom::figures::table::Cell;
use headroom::session::Selection;
use headroom::sorted;
use leptos::prelude::*;

use super::{Lines, act};
use crate::live::{CollectAny, live};
use crate::state::App;

/// One block.
#[component]
pub fn BlockRow(
    id: NodeId,
    lines: Memo<Lines>,
    /// The block from which the next link is drawn.
    from: RwSignal<Option<NodeId>>,
) -> impl IntoView {
    let app = App::get();
    let cells = cells(lines, id.0);
    let name = Memo::new(move |_| cells.with(|cells| cells.first().map_or_else(String::new, Cell::text)));
    let selected = Memo::new(move |_| app.selection.with(|selection| selection.nodes.contains(&id)));
    let choose = move |event| {
        pick(app, event_target_checked(&event), id, |selection| &mut selection.nodes);
    };
    let own = Memo::new(move |_| app.design.with(|design| design.node(id).map(|node| node.name.clone())));
    let rename = move |event| app.edit(&Edit::Rename(id, event_target_value(&event).trim().to_owned()));
    let only = move || {
        app.ask(|session| session.select(Selection { nodes: sorted::set([id]), ..Selection::default() }))
    };
    let acts = move || {
        let name = name.get();
        let connect = move || {
            from.set(Some(id));
            focus("#link-to");
        };
        let inspect = move || {
            only();
            app.command("edit.confirm");
        };
        let delete = move || {
            only();
            app.command("edit.delete");
            focus(".tables");
        };
        let can_call =
            app.session.with_value(|session| headroom::design::edit::may_leave(session.design(), id).is_ok());
        view! {
            {act(format!("Parameters of {name}"), "sliders-horizontal", inspect)}
            {can_call.then(|| act(format!("Connect from {name}"), "link", connect))}
            {act(format!("Delete {name}"), "trash-2", delete)}
        }
    };
    view! {
        <tr class:selected=move || selected.get() data-row=id.0>
            <td><input type="checkbox" aria-label=move || format!("Select {}", name.get()) prop:checked=selected on:change=choose/></td>
            <th scope="row">
                <input type="text" maxlength="80" aria-label=move || format!("Name of {}", name.get())
                    placeholder=move || name.get() prop:value=move || own.get().unwrap_or_default() on:change=rename/>
            </th>
            {move || figures(&cells.get())}
            <td class="row-acts">{live(acts)}</td>
        </tr>
    }
}

/// One link.
#[component]
pub fn LinkRow(id: LinkId, lines: Memo<Lines>) -> impl IntoView {
    let app = App::get();
    let cells = cells(lines, id.0);
    let name = Memo::new(move |_| {
        cells.with(|cells| match &cells[..] {
            [from, to, ..] => format!("{} to {}", from.text(), to.text()),
            _ => String::new(),
        })
    });
    let selected = Memo::new(move |_| app.selection.with(|selection| selection.links.contains(&id)));
    let choose = move |event| {
        pick(app, event_target_checked(&event), id, |selection| &mut selection.links);
    };
    let acts = move || {
        let name = name.get();
        let inspect = move || {
            app.select_link(id);
            app.command("edit.confirm");
        };
        let delete = move || {
            app.select_link(id);
            app.command("edit.delete");
            focus(".tables");
        };
        view! {
            {act(format!("Parameters of the link {name}"), "sliders-horizontal", inspect)}
            {act(format!("Delete the link {name}"), "trash-2", delete)}
        }
    };
    let caller = Memo::new(move |_| cells.with(|cells| cells.first().map_or_else(String::new, Cell::text)));
    view! {
        <tr class:selected=move || selected.get()>
            <td><input type="checkbox" aria-label=move || format!("Select the link {}", name.get()) prop:checked=selected on:change=choose/></td>
            <th scope="row">{caller}</th>
            {move || figures(&cells.get())}
            <td class="row-acts">{live(acts)}</td>
        </tr>
    }
}

fn cells(lines: Memo<Lines>, id: u32) -> Memo<Vec<Cell>> {
    Memo::new(move |_| lines.with(|lines| lines.get(&id).cloned().unwrap_or_default()))
}

/// All cells but the first, which is the row's heading.
fn figures(cells: &[Cell]) -> Vec<AnyView> {
    let cell = |cell: &Cell| {
        let (class, text) = match cell {
            Cell::State(state, _) => (format!("number state-word {}", state.name()), cell.text()),
            Cell::Text(_) => (String::new(), cell.text()),
            Cell::Figure(..) | Cell::Empty => ("number".to_owned(), cell.text()),
        };
        view! { <td class=class>{text}</td> }
    };
    cells.iter().skip(1).map(cell).collect_any()
}

/// Selects a block or a link beside what is selected, or no longer.
fn pick<Id: Ord>(app: App, chosen: bool, id: Id, of: fn(&mut Selection) -> &mut BTreeSet<Id>) {
    let mut selection = app.selection.with_untracked(Selection::extendable);
    let ids = of(&mut selection);
    let _ = if chosen { ids.insert(id) } else { ids.remove(&id) };
    app.ask(|session| session.select(selection));
}

/// Puts the focus there once the change that was asked for is shown.
fn focus(selector: &'static str) {
    request_animation_frame(move || {
        crate::effects::focus(selector);
    });
}

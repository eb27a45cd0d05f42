//! A list to choose from by typing: the command palette, finding a block, adding one.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::live::CollectAny;
use crate::parts::Icon;

/// Most entries shown.
const SHOWN: usize = 12;

/// One entry.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Symbol in the sprite, or nothing.
    pub icon: Option<&'static str>,
    /// What it is called, in which is searched.
    pub name: StoredValue<String>,
    /// In small print, in which is searched too.
    pub aside: StoredValue<String>,
    /// Choosing it.
    pub choose: Callback<()>,
}

impl Entry {
    /// An entry that does this when it is chosen.
    pub fn new(name: &str, aside: &str, choose: impl Fn() + Send + Sync + 'static) -> Entry {
        Entry {
            icon: None,
            name: StoredValue::new(name.to_owned()),
            aside: StoredValue::new(aside.to_owned()),
            choose: Callback::new(move |()| choose()),
        }
    }

    /// The same with a symbol.
    pub fn with_icon(self, icon: &'static str) -> Entry {
        Entry { icon: Some(icon), ..self }
    }

    /// How well it fits what was typed, the less the better; `None` when it does not.
    fn rank(&self, wanted: &str) -> Option<usize> {
        let at = self.name.with_value(|name| name.to_ascii_lowercase().find(wanted));
        at.or_else(|| {
            self.aside.with_value(|aside| aside.to_ascii_lowercase().find(wanted).map(|at| 1_000 + at))
        })
    }
}

/// The field and the entries that fit; the arrows choose, Enter takes the one that is marked.
#[component]
pub fn Chooser(
    /// What is looked for: name of the field, and its hint.
    label: &'static str,
    /// All entries.
    entries: Vec<Entry>,
    /// What to say when none fits.
    nothing: &'static str,
) -> impl IntoView {
    let wanted = RwSignal::new(String::new());
    let marked = RwSignal::new(0usize);
    let all = StoredValue::new(entries);
    let found = Memo::new(move |_| Found(wanted.with(|wanted| fitting(all, wanted))));
    let entry = move |index: usize| {
        found.with(|found| found.0.get(index).copied()).map(|at| all.with_value(|all| all[at]))
    };
    let on_key = move |event: KeyboardEvent| {
        let count = found.with_untracked(|found| found.0.len()).max(1);
        match event.key().as_str() {
            "ArrowDown" => marked.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => marked.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(entry) = untrack(move || entry(marked.get())) {
                    entry.choose.run(());
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| input.get().map(|input| input.focus()));
    let type_in = move |event| {
        wanted.set(event_target_value(&event));
        marked.set(0);
    };
    let item = move |(place, at): (usize, usize)| {
        let entry = all.with_value(|all| all[at]);
        view! {
            <button type="button" role="option" id=format!("choice-{place}") tabindex="-1" class:primary=move || marked.get() == place
                aria-selected=move || (marked.get() == place).to_string() on:click=move |_| entry.choose.run(())>
                {entry.icon.map(|icon| view! { <Icon name=icon/> })}
                <span>{entry.name.get_value()}</span><small>{entry.aside.get_value()}</small>
            </button>
        }
    };
    view! {
        <label class="find">
            <Icon name="search"/>
            <input node_ref=input role="combobox" aria-expanded="true" aria-controls="choices" aria-autocomplete="list"
                aria-activedescendant=move || format!("choice-{}", marked.get())
                aria-label=label placeholder=label on:input=type_in on:keydown=on_key/>
        </label>
        <div class="items choices" role="listbox" id="choices" aria-label=label>
            {move || found.get().0.into_iter().enumerate().map(item).collect_any()}
        </div>
        <Show when=move || found.with(|found| found.0.is_empty())><p class="empty">{nothing}</p></Show>
    }
}

/// Places in the list of entries.
#[derive(Clone, PartialEq)]
struct Found(Vec<usize>);

fn fitting(all: StoredValue<Vec<Entry>>, wanted: &str) -> Vec<usize> {
    let wanted = wanted.trim().to_ascii_lowercase();
    let mut ranked: Vec<(usize, usize)> = all.with_value(|all| {
        all.iter().enumerate().filter_map(|(at, entry)| Some((entry.rank(&wanted)?, at))).collect()
    });
    headroom::sorted::sort_by_key(&mut ranked, |ranked| *ranked);
    ranked.into_iter().take(SHOWN).map(|(_, at)| at).collect()
}

/// A chooser in a box of its own, over the canvas at a place [px of the window]; Escape or a press elsewhere closes it.
#[component]
pub fn ChooserAt(
    /// What it is for.
    label: &'static str,
    /// All entries.
    entries: Vec<Entry>,
    /// What to say when none fits.
    nothing: &'static str,
    /// Where its corner stands, if the window has the room.
    at: [f64; 2],
    /// What closes it.
    close: Callback<()>,
) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let inside = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if !inside.is_some_and(|element| element.closest(".chooser").is_ok_and(|found| found.is_some())) {
            close.run(());
        }
    });
    on_cleanup(move || outside.remove());
    Effect::new(move |_| {
        root.get().into_iter().for_each(|root| crate::menu::keep_inside(&root, at[0], at[1]))
    });
    let leave = move |event: KeyboardEvent| {
        if event.key() == "Escape" || event.key() == "Tab" {
            event.prevent_default();
            event.stop_propagation();
            close.run(());
        }
    };
    view! {
        <div class="menu chooser" role="dialog" aria-label=label node_ref=root on:keydown=leave>
            <Chooser label entries nothing/>
        </div>
    }
}

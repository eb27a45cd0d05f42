//! The design's faults on a time axis, with add, change and remove; and what was broken by hand.

use headroom::blocks::param::Values;
use headroom::design::fault::{self, Strikes, Target};
use headroom::design::{Design, Edit, Fault, FaultId};
use headroom::figures;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use crate::faults::{self, name_of};
use crate::inspector::FaultForm;
use crate::live::{CollectAny, each, some};
use crate::parts::Icon;
use crate::state::App;

/// A new fault begins this long after the present moment of the run, or at this time of a fresh one [s].
const SOON_S: f64 = 10.0;
/// And lasts this long, where it can last [s].
const LASTS_S: f64 = 20.0;
/// The axis is at least this long [s].
const LEAST_S: f64 = 60.0;

/// The timeline.
#[component]
pub fn Timeline() -> impl IntoView {
    let app = App::get();
    let order = Memo::new(move |_| {
        app.design.with(|design| {
            let mut faults: Vec<_> = design.faults.iter().map(|fault| (fault.at_s, fault.id)).collect();
            headroom::sorted::sort_by(&mut faults, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            faults.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        })
    });
    let now =
        Memo::new(move |_| app.frame.with(|frame| frame.as_ref().map_or(0.0, |frame| frame.at_s.floor())));
    let end = Memo::new(move |_| {
        let last = |fault: &Fault| fault.at_s + fault.for_s.unwrap_or(0.0);
        let last = app.design.with(|design| design.faults.iter().map(last).fold(0.0, f64::max));
        round_end(last.max(now.get()).max(LEAST_S))
    });
    let opened = RwSignal::new(None);
    let edited = move || opened.get().filter(|id| order.with(|order| order.contains(id)));
    let left = move || percent(now.get(), end.get());
    view! {
        <ByHand/>
        <div class="timeline" role="list" aria-label="Faults of the design">
            <div class="axis" aria-hidden="true">
                <span>"0"</span><span>{move || figures::time(end.get() / 2.0)}</span><span>{move || figures::time(end.get())}</span>
                <i style:left=move || left()></i>
            </div>
            {each(move || order.with(|all| all.iter().map(|id| id.0).collect()), move |id| view! { <Row id=FaultId(id) end opened/> })}
        </div>
        <Show when=move || order.with(Vec::is_empty)>
            <p class="empty">"Nothing goes wrong on purpose yet. A fault of the timeline is part of the design, and happens in every run of it."</p>
        </Show>
        <Adder opened/>
        {some(move || edited().map(|id| view! { <FaultForm id/> }))}
    }
}

/// One fault as a bar on the axis, to drag; a click opens its form.
#[component]
fn Row(id: FaultId, end: Memo<f64>, opened: RwSignal<Option<FaultId>>) -> impl IntoView {
    let app = App::get();
    let drawn = Memo::new(move |_| app.design.with(|design| design.fault(id).cloned()));
    let name = Memo::new(move |_| {
        app.design.with(|design| design.fault(id).map_or_else(String::new, |fault| name_of(design, fault)))
    });
    let time = move || drawn.with(|fault| fault.as_ref().map(when));
    let width = move || {
        let end = end.get();
        let wide = |fault: &Fault| fault.for_s.unwrap_or_else(|| rest(fault, end));
        drawn.with(|fault| fault.as_ref().map(|fault| percent(wide(fault), end)))
    };
    let flip = move || opened.update(|now| *now = if *now == Some(id) { None } else { Some(id) });
    let held = RwSignal::new(None::<Held>);
    let take = move |event: PointerEvent| {
        held.set(drawn.with_untracked(|fault| Held::new(&event, fault.as_ref()?)));
    };
    let drag = move |event: PointerEvent| {
        if held.with_untracked(Option::is_some) {
            held.update(|held| held.iter_mut().for_each(|held| held.drag(&event, end.get_untracked())));
        }
    };
    // One step for the whole drag.
    let drop = move |_| match (held.get_untracked().and_then(|held| held.now_s), drawn.get_untracked()) {
        (Some(at_s), Some(fault)) => {
            held.set(None);
            app.edit(&Edit::SetFault(Fault { at_s, ..fault }));
        }
        _ => {
            held.set(None);
            flip();
        }
    };
    let begins = move || {
        let dragged = held.with(|held| held.and_then(|held| held.now_s));
        dragged.or_else(|| drawn.with(|fault| fault.as_ref().map(|fault| fault.at_s)))
    };
    let left = move || begins().map(|at_s| percent(at_s, end.get()));
    view! {
        <div class="row" role="listitem">
            <button class="what" type="button" aria-expanded=move || (opened.get() == Some(id)).to_string()
                title=move || name.with(|name| format!("{name}, {}", time().unwrap_or_default())) on:click=move |_| flip()>{name}</button>
            <span class="lane" on:pointerdown=take on:pointermove=drag on:pointerup=drop
                on:pointercancel=move |_| held.set(None)>
                <i style:left=left style:width=width></i>
            </span>
            <button class="square" type="button" aria-label=move || format!("Remove {}", name.get())
                on:click=move |_| app.edit(&Edit::RemoveFault(id))><Icon name="x"/></button>
        </div>
    }
}

/// A bar that a pointer holds.
#[derive(Clone, Copy)]
struct Held {
    from_px: f64,
    wide_px: f64,
    at_s: f64,
    /// When the fault begins now; `None` before the pointer has gone a few pixels.
    now_s: Option<f64>,
}

impl Held {
    fn new(event: &PointerEvent, fault: &Fault) -> Option<Held> {
        let lane = event.current_target()?.dyn_into::<Element>().ok()?;
        // Without the capture a bar would stay behind a quick pointer; a drag works without it too.
        let _ = lane.set_pointer_capture(event.pointer_id());
        let (from_px, wide_px) = (f64::from(event.client_x()), lane.get_bounding_client_rect().width());
        Some(Held { from_px, wide_px, at_s: fault.at_s, now_s: None })
    }

    /// Follows the pointer, in whole seconds.
    fn drag(&mut self, event: &PointerEvent, end: f64) {
        const CLICK_PX: f64 = 3.0;
        let moved_px = f64::from(event.client_x()) - self.from_px;
        if self.now_s.is_some() || moved_px.abs() > CLICK_PX {
            let at_s = self.at_s + moved_px / self.wide_px.max(1.0) * end;
            self.now_s = Some(at_s.round().clamp(0.0, end));
        }
    }
}

/// A time as a share of the axis, for a style.
fn percent(time: f64, end: f64) -> String {
    format!("{:.2}%", 100.0 * (time / end).min(1.0))
}

/// What has no end of its own reaches to the end of the axis, what is over in a moment is a mark.
fn rest(fault: &Fault, end: f64) -> f64 {
    let lasts = fault::find(&fault.kind).is_some_and(|kind| kind.lasts);
    if lasts { (end - fault.at_s).max(0.0) } else { 0.0 }
}

/// “from 20 s for 10 s”.
fn when(fault: &Fault) -> String {
    let length = fault.for_s.map_or_else(String::new, |length| format!(" for {}", figures::time(length)));
    format!("from {}{length}", figures::time(fault.at_s))
}

/// Adds a fault: its kind, then the form asks for the rest.
#[component]
fn Adder(opened: RwSignal<Option<FaultId>>) -> impl IntoView {
    let app = App::get();
    let add = move |event| {
        let chosen = event_target_value(&event);
        // The list is a menu: it shows its title again.
        if let Some(select) = faults::select_of(&event) {
            select.set_selected_index(0);
        }
        let Some(kind) = fault::find(&chosen) else { return };
        let at_s =
            app.frame.with_untracked(|frame| frame.as_ref().map_or(0.0, |frame| frame.at_s.ceil())) + SOON_S;
        let drawn = app.design.with_untracked(|design| {
            let target = first_target(app, design, kind)?;
            let for_s = kind.lasts.then_some(LASTS_S);
            let (id, kind) = (design.next_fault_id(), kind.id.to_owned());
            Some(Fault { id, kind, target, at_s, for_s, values: Values::default() })
        });
        let Some(drawn) = drawn else {
            return app.refuse(match kind.strikes {
                Strikes::Group => "Draw a group first: select blocks and press Mod+G.",
                Strikes::Link => "Draw a link first.",
                Strikes::Block | Strikes::BlockOrAll => "No block here can be struck by that.",
            });
        };
        let id = drawn.id;
        app.edit(&Edit::AddFault(drawn));
        opened.set(Some(id));
    };
    let option =
        |kind: &'static fault::About| view! { <option value=kind.id title=kind.doc>{kind.name}</option> };
    view! {
        <select class="adder" aria-label="Add a fault" on:change=add>
            <option value="">"Add a fault …"</option>
            {fault::KINDS.iter().map(option).collect_any()}
        </select>
    }
}

/// What is selected, when the kind can strike it, else the first thing that it can.
fn first_target(app: App, design: &Design, kind: &'static fault::About) -> Option<Target> {
    let all = faults::targets(app, design, kind);
    let selection = app.selection.get_untracked();
    let node = selection.single_node().map(Target::Block);
    let wanted = node.or(selection.single_link().map(Target::Link)).or(selection.group.map(Target::Group));
    let chosen = wanted.filter(|wanted| all.iter().any(|(target, _)| target == wanted));
    chosen.or(all.first().map(|(target, _)| *target))
}

/// Faults by hand that go on, each with a button that ends it.
#[component]
fn ByHand() -> impl IntoView {
    let app = App::get();
    let entry = move |drawn: Fault| {
        let name = app.design.with_untracked(|design| name_of(design, &drawn));
        view! {
            <button class="btn small" type="button" on:click=move |_| app.strike(&drawn, false)>
                <Icon name="heart-pulse"/>"End: "{name}
            </button>
        }
    };
    some(move || {
        let going = app.run.troubles.get();
        (!going.is_empty()).then(|| view! {
            <div class="acts" role="group" aria-label="Broken by hand">{going.into_iter().map(entry).collect_any()}</div>
        })
    })
}

/// The next of 60, 120, 300, 600 … [s].
fn round_end(value: f64) -> f64 {
    let steps = [60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 21_600.0, 43_200.0, 86_400.0];
    steps.into_iter().find(|end| *end >= value).unwrap_or(2.0 * value)
}

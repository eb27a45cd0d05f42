//! The inspector of a block: name, state, parameters, results, Learn card, kill and revive.

use headroom::analysis::Spof;
use headroom::analysis::trial::Claim;
use headroom::blocks::param::Values;
use headroom::blocks::{self, About};
use headroom::design::{Design, Edit, Group as Domain, GroupId, GroupKind, NodeId};
use headroom::engine::Unit;
use headroom::figures;
use headroom::report::State;
use headroom::session::groups::title;
use leptos::prelude::*;

use super::calls::Calls;
use super::form::{Form, Of};
use super::results::NodeResults;
use super::trial::SinglePoint;
use crate::cards::Figures;
use crate::live::{CollectAny, some};
use crate::parts::{Icon, Tabs};
use crate::state::App;

/// A block's panel.
#[component]
pub fn NodePanel(id: NodeId) -> impl IntoView {
    let app = App::get();
    let kind = Memo::new(move |_| app.design.with(|design| design.node(id).map(|node| node.block.clone())));
    let tab = RwSignal::new(0);
    some(move || {
        kind.get().map(|kind| {
            let Some(about) = blocks::find(&kind).map(|block| block.about()) else {
                return view! { <Unknown id kind/> }.into_any();
            };
            let content = move || match tab.get() {
                0 => view! { <Form of=Of::Node(id) params=about.params/><Group id/><Calls id/> }.into_any(),
                1 => view! { <NodeResults id/> }.into_any(),
                _ => view! { <Learn about/> }.into_any(),
            };
            view! {
                <Heading id about/>
                <StateSentence id/>
                <Tabs names=&["Parameters", "Results", "Learn"] selected=tab class="seg"/>
                {move || content()}
                <Life id/>
            }
            .into_any()
        })
    })
}

/// Icon, name in place, kind.
#[component]
fn Heading(id: NodeId, about: &'static About) -> impl IntoView {
    let app = App::get();
    let name = Memo::new(move |_| app.design.with(|design| design.title_of(id).to_owned()));
    let rename = move |event| {
        let typed = event_target_value(&event);
        let own = if typed == about.name { String::new() } else { typed };
        app.edit_field(&Edit::Rename(id, own));
    };
    view! {
        <h2>
            <Icon name=about.icon big=true/>
            <input aria-label="Name of the block" maxlength="200" prop:value=name on:input=rename/>
            <small>{about.name}</small>
        </h2>
    }
}

/// What state it is in, in one sentence with its numbers, when it is not simply well.
#[component]
fn StateSentence(id: NodeId) -> impl IntoView {
    let app = App::get();
    app.cards.node(id).map(|card| {
        let figures = card.figures.clone();
        let state = Memo::new(move |_| figures.with(|figures| figures.state));
        let figures = card.figures;
        let sentence = Memo::new(move |_| figures.with(in_words));
        let face = Signal::derive(move || card.face.get());
        let problem = Memo::new(move |_| face.with(|face| face.problem.clone()));
        let spof = Memo::new(move |_| face.with(|face| face.spof.is_some()));
        // The box stays while its figures change.
        let state_box = move || {
            let (state, class) = (state.get(), format!("state {}", state.get().name()));
            let icon = if state >= State::Saturated { "triangle-alert" } else { "flame" };
            (state > State::Calm).then(|| view! {
                <div class=class><Icon name=icon/><div><b>{figures::sentence_case(state.name())}". "</b>{sentence}</div></div>
            })
        };
        view! {
            {some(state_box)}
            {some(move || spof.get().then(|| view! { <Loss id/> }))}
            {some(move || problem.get().map(|text| view! { <div class="state note"><Icon name="info"/><div>{text}</div></div> }))}
        }
    })
}

fn in_words(figures: &Figures) -> String {
    let now = &figures.now;
    let load = if now.load.is_finite() { figures::share(now.load) } else { String::new() };
    let lost = if now.dropped > 0.0 {
        format!(" {} are turned away.", figures::rate(now.dropped))
    } else {
        String::new()
    };
    match figures.state {
        State::Down => "No instance is alive.".to_owned(),
        State::Saturated => {
            format!("{} arrive: {load} of what it can serve.{lost}", figures::rate(now.offered))
        }
        State::Hot | State::Busy | State::Calm => {
            format!("{load} of what it can serve is asked of it.{lost}")
        }
    }
}

/// What losing one of its instances does to the users: the worst case.
#[component]
fn Loss(id: NodeId) -> impl IntoView {
    let app = App::get();
    let worst = move || app.answer.with(|answer| answer.single_point(answer.topology.index_of(id)?).cloned());
    let claim = Signal::derive(move || match worst()?.unit {
        Unit::Instance { instance, .. } => Some(Claim::Instance { node: id.0, instance }),
        Unit::Block { .. } | Unit::Group { .. } => None,
    });
    let words =
        move || worst().map_or_else(String::new, |spof| loss_in_words("When an instance dies", &spof));
    view! { <SinglePoint words=Signal::derive(words) claim/> }
}

/// “When an instance dies, 0 % of writes are still answered, from 60 s after it on.”
pub fn loss_in_words(when: &str, spof: &Spof) -> String {
    let left = [("reads", spof.reads), ("writes", spof.writes)];
    let left =
        left.into_iter().filter_map(|(what, share)| Some(format!("{} of {what}", figures::share(share?))));
    let left = left.collect::<Vec<_>>().join(" and ");
    let after = match spof.recovery_s {
        recovery if recovery.is_finite() && recovery > 0.0 => {
            format!(", from {} after it on", figures::time(recovery))
        }
        _ => String::new(),
    };
    format!("{when}, {left} are still answered{after}.")
}

/// The failure domain it sits in, or a new one around it.
#[component]
fn Group(id: NodeId) -> impl IntoView {
    let app = App::get();
    let choose = move |event| {
        let chosen = event_target_value(&event);
        let edit = match NEW.iter().find(|(value, _, _)| *value == chosen) {
            Some((_, kind, _)) => app.design.with_untracked(|design| around(design, id, *kind)),
            None => Edit::SetGroup(id, chosen.parse().ok().map(GroupId)),
        };
        app.edit(&edit);
    };
    let options = move || {
        app.design.with(|design| {
            let mine = design.node(id).and_then(|node| node.group);
            let known = design
                .groups
                .iter()
                .map(|group| (group.id.0.to_string(), title(design, group.id), mine == Some(group.id)));
            let none = ("".to_owned(), "none".to_owned(), mine.is_none());
            let new = NEW.iter().map(|(value, _, label)| ((*value).to_owned(), (*label).to_owned(), false));
            let option =
                |(value, label, selected)| view! { <option value=value selected=selected>{label}</option> };
            std::iter::once(none).chain(known).chain(new).map(option).collect_any()
        })
    };
    view! {
        <div class="form">
            <label for="block-group" title="A host, zone or region that can fail as a whole">"Fails together with"</label>
            <select id="block-group" on:change=choose>{move || options()}</select>
        </div>
    }
}

/// New groups that the list offers: value, kind, label.
const NEW: [(&str, GroupKind, &str); 3] = [
    ("new-host", GroupKind::Host, "a new host"),
    ("new-zone", GroupKind::Zone, "a new zone"),
    ("new-region", GroupKind::Region, "a new region"),
];

/// Draws a group of this kind around a block, inside the one that it is in where that is larger, as one step.
fn around(design: &Design, node: NodeId, kind: GroupKind) -> Edit {
    let id = design.next_group_id();
    let count = design.groups.iter().filter(|group| group.kind == kind).count() + 1;
    let name = format!("{} {count}", kind.name());
    let own = design.node(node).and_then(|node| node.group);
    let parent = own.filter(|own| design.group(*own).is_some_and(|own| own.kind > kind));
    Edit::All(vec![
        Edit::AddGroup(Domain { id, kind, name, parent, collapsed: false, values: Values::default() }),
        Edit::SetGroup(node, Some(id)),
    ])
}

/// What a person learns about this kind.
#[component]
fn Learn(about: &'static About) -> impl IntoView {
    let learn = &about.learn;
    let parts = [
        ("What it is", learn.what),
        ("Like", learn.like),
        ("When to use it", learn.when),
        ("What it costs", learn.costs),
        ("How it fails", learn.fails),
        ("Products", learn.products),
    ];
    view! { <dl class="learn">{parts.map(|(name, text)| view! { <dt>{name}</dt><dd>{text}</dd> }).collect_any()}</dl> }
}

/// Kill and revive: the block, or one instance.
#[component]
fn Life(id: NodeId) -> impl IntoView {
    let app = App::get();
    let instances = Memo::new(move |_| {
        let card = app.cards.node(id);
        app.answer.track();
        card.map_or(0, |card| card.face.with(|face| face.instances))
    });
    let dead = Memo::new(move |_| app.run.is_dead(id));
    let kill = move |_| app.kill(id, None, !dead.get_untracked());
    let one = move |instance: u32| {
        let down = move || dead.get() || app.run.dead.with(|all| all.contains(&(id, Some(instance))));
        view! {
            <button class="btn" type="button" aria-pressed=move || down().to_string()
                aria-label=format!("Kill instance {}", instance + 1)
                on:click=move |_| app.kill(id, Some(instance), !down())>
                {instance + 1}
            </button>
        }
    };
    // Above this many, single instances are alike and only fill the panel.
    const SHOWN: u32 = 12;
    let each = move || (0..instances.get().min(SHOWN)).map(one).collect_any();
    view! {
        <Show when=move || { instances.get() > 0 }>
            <div class="acts wide">
                <button class="btn" type="button" on:click=kill>
                    <Icon name=Signal::derive(move || if dead.get() { "heart-pulse" } else { "skull" })/>
                    {move || if dead.get() { "Revive it" } else { "Kill it" }}
                </button>
            </div>
            <Show when=move || { instances.get() > 1 }>
                <div role="group" aria-label="Kill one instance">
                    <h3 class="head">"Kill one instance"</h3>
                    <div class="instances">{move || each()}</div>
                </div>
            </Show>
        </Show>
    }
}

/// A kind that this version does not know.
#[component]
fn Unknown(id: NodeId, kind: String) -> impl IntoView {
    let app = App::get();
    view! {
        <h2><Icon name="unknown" big=true/>"Unknown block"</h2>
        <p>"This design has a block “"{kind}"” that this version does not know. It takes no part in the run and is kept as it is."</p>
        <div class="acts">
            <button class="btn" type="button" on:click=move |_| app.edit(&Edit::RemoveNode(id))>"Delete it"</button>
        </div>
    }
}

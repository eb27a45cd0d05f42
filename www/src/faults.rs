//! Faults in words, what each kind can strike here, and faults by hand: kills, losses and those of the context menu.

use headroom::blocks::param::Values;
use headroom::design::fault::{self, Strikes, Target};
use headroom::design::{Design, Fault, FaultId, GroupId, NodeId};
use headroom::session::collapse::Spot;
use headroom::session::{Target as Pointed, groups};
use headroom::topology::{self, Trouble};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;

use crate::runner;
use crate::state::App;

/// “Slow down App server”.
pub fn name_of(design: &Design, drawn: &Fault) -> String {
    let kind = fault::find(&drawn.kind).map_or(drawn.kind.as_str(), |kind| kind.name);
    match drawn.target {
        Target::All => kind.to_owned(),
        target => format!("{kind}: {}", name_of_target(design, target)),
    }
}

/// What the person calls it.
pub fn name_of_target(design: &Design, target: Target) -> String {
    let title = |id| design.title_of(id).to_owned();
    match target {
        Target::All => "all".to_owned(),
        Target::Block(id) => title(id),
        Target::Group(id) => groups::title(design, id),
        Target::Link(id) => design
            .link(id)
            .map_or_else(String::new, |link| format!("{} → {}", title(link.from), title(link.to))),
    }
}

/// Everything that a kind of fault can strike in this design, with its name.
pub fn targets(app: App, design: &Design, kind: &'static fault::About) -> Vec<(Target, String)> {
    let all = (kind.strikes == Strikes::BlockOrAll).then_some(Target::All);
    let blocks = design.nodes.iter().map(|node| Target::Block(node.id));
    let links = design.links.iter().map(|link| Target::Link(link.id));
    let groups = design.groups.iter().map(|group| Target::Group(group.id));
    let every = all.into_iter().chain(blocks).chain(links).chain(groups);
    let fits = |target: &Target| lowered(app, &new(kind, *target)).is_some();
    every.filter(fits).map(|target| (target, name_of_target(design, target))).collect()
}

/// What can be done by hand to what the menu is about, besides killing it, which is a command.
pub fn by_hand(app: App, pointed: Pointed) -> Vec<Fault> {
    let target = match pointed {
        Pointed::Node(id) | Pointed::In(Spot::Block(id)) | Pointed::Out(Spot::Block(id)) => Target::Block(id),
        Pointed::Link(id) => Target::Link(id),
        Pointed::Group(id) | Pointed::In(Spot::Box(id)) | Pointed::Out(Spot::Box(id)) => Target::Group(id),
        Pointed::Canvas => Target::All,
        Pointed::Note(_) => return Vec::new(),
    };
    let faults = fault::KINDS.iter().map(|kind| new(kind, target));
    let offered =
        |drawn: &Fault| lowered(app, drawn).is_some_and(|trouble| !matches!(trouble, Trouble::Kill(_)));
    faults.filter(offered).collect()
}

/// Whether two faults are of one kind at one place.
pub fn is_like(a: &Fault, b: &Fault) -> bool {
    (&a.kind, a.target) == (&b.kind, b.target)
}

/// The list that an event came from.
pub fn select_of(event: &web_sys::Event) -> Option<HtmlSelectElement> {
    event.target()?.dyn_into().ok()
}

fn new(kind: &'static fault::About, target: Target) -> Fault {
    let kind = kind.id.to_owned();
    Fault { id: FaultId(0), kind, target, at_s: 0.0, for_s: None, values: Values::default() }
}

/// What the engine makes of it; nothing where it has no place in this design.
fn lowered(app: App, drawn: &Fault) -> Option<Trouble> {
    app.answer
        .with_untracked(|answer| topology::fault::lower(drawn, &answer.topology).ok())
        .map(|fault| fault.trouble)
}

impl App {
    /// Kills a block or one instance of it, or brings it back to life.
    pub fn kill(&self, node: NodeId, instance: Option<u32>, dead: bool) {
        self.run.dead.update(|all| match (dead, instance) {
            (true, _) => drop(all.insert((node, instance))),
            (false, None) => all.retain(|(id, _)| *id != node),
            (false, Some(_)) => drop(all.remove(&(node, instance))),
        });
        runner::kill(*self, node, instance, dead);
        let title =
            self.design.with_untracked(|design| design.node(node).map(|node| design.title(node).to_owned()));
        let which = instance.map_or_else(String::new, |instance| format!(", instance {}", instance + 1));
        let what = if dead { "killed" } else { "revived" };
        self.voice.polite.set(format!("{}{which} {what}.", title.unwrap_or_default()));
    }

    /// Makes a group go silent with all that is inside, or brings it back.
    pub fn lose(&self, group: GroupId, lost: bool) {
        self.run.lost.update(|all| {
            let _ = if lost { all.insert(group) } else { all.remove(&group) };
        });
        runner::lose(*self, group, lost);
        let title = self.design.with_untracked(|design| groups::title(design, group));
        let what = if lost { "has gone silent with all that is inside" } else { "is back" };
        self.voice.polite.set(format!("{title} {what}."));
    }

    /// Breaks something by hand in the run, now; or ends that.
    pub fn strike(&self, drawn: &Fault, on: bool) {
        let lasts = fault::find(&drawn.kind).is_some_and(|kind| kind.lasts);
        self.run.troubles.update(|all| {
            all.retain(|other| !is_like(other, drawn));
            all.extend((on && lasts).then(|| drawn.clone()));
        });
        runner::strike(*self, drawn, on);
        let name = self.design.with_untracked(|design| name_of(design, drawn));
        self.voice.polite.set(if on { format!("{name}.") } else { format!("Ended: {name}.") });
    }
}

//! What the page holds: one [`App`] of signals, `Copy`, handed down as context.
//!
//! Components read signals and call the few methods here; every change goes through the core's `Session`, whose
//! effects `effects.rs` performs.

use std::collections::BTreeSet;
use std::sync::Arc;

use headroom::analysis::Answer;
use headroom::design::{Design, Edit, Fault, GroupId, LinkId, NodeId};
use headroom::engine::Unit;
use headroom::job::Frame;
use headroom::report::{FaultSpan, Report, Sample};
use headroom::session::{Draft, Effect as Ask, Input, Selection, Session, Settings, Viewport};
use headroom::shelf::Place;
use headroom::sorted;
use headroom::topology::Lowerings;
use leptos::prelude::*;

use crate::cards::Cards;
use crate::chart::Charts;
use crate::claim::Check;
use crate::effects::{self, Wanted};
use crate::lesson::Lesson;
use crate::measuring::Measuring;
use crate::panels::Panels;
use crate::runner::Runner;
use crate::thinking::Thinking;
use crate::voice::Voice;
use crate::{runner, store};

/// The page's state.
#[derive(Clone, Copy)]
pub struct App {
    /// Whether the whole program is here; until then the page is only looked at.
    pub complete: RwSignal<bool>,
    /// Whether there has been an answer, which the panels show.
    pub answered: RwSignal<bool>,
    /// The editor: the truth about design, selection and viewport.
    pub session: StoredValue<Session>,
    /// The design, written when it changed for good; positions under a drag are in `cards`.
    pub design: RwSignal<Arc<Design>>,
    /// What is selected.
    pub selection: RwSignal<Selection>,
    /// Pan and zoom.
    pub viewport: RwSignal<Viewport>,
    /// How this person works.
    pub settings: RwSignal<Settings>,
    /// The link, marquee or guides being drawn.
    pub draft: RwSignal<Option<Draft>>,
    /// Steady report and analyses at the slider's traffic; solved anew at most once a frame.
    pub answer: RwSignal<Arc<Answer>>,
    /// The running simulation's last figures; `None` when none fit what is shown.
    pub frame: RwSignal<Option<Arc<Frame>>>,
    /// The running simulation's report, about once a second; `None` while it has too little to say since the last
    /// change.
    pub live: RwSignal<Option<Arc<Report>>>,
    /// The run's time series.
    pub series: RwSignal<Vec<Sample>>,
    /// How the run is drawn in time.
    pub charts: Charts,
    /// Faults of the run that have begun.
    pub happened: RwSignal<Vec<FaultSpan>>,
    /// Play, pace, seed, traffic, kills.
    pub run: Run,
    /// What is open on the screen.
    pub panels: Panels,
    /// One set of signals per block and per link.
    pub cards: Cards,
    /// What the live region says.
    pub voice: Voice,
    /// Where the open design is kept, and whose it is.
    pub place: RwSignal<Place>,
    /// How the sender's result compares with one made here, for a link that carries it.
    pub check: RwSignal<Option<Check>>,
    /// Seconds that a film of the run will still be recorded; `None` while none is.
    pub filming: RwSignal<Option<u32>>,
    /// What stands on the paper while the page is being printed.
    pub printing: RwSignal<bool>,
    /// Shown inside another page: without what stands around the canvas, and nothing is saved.
    pub embed: bool,
    /// The step of an exercise that is open.
    pub lesson: Lesson,
    pub(crate) runner: StoredValue<Runner, LocalStorage>,
    /// The measurement in several runs.
    pub measuring: Measuring,
    /// The steady state is to be solved.
    pub(crate) solving: Wanted,
    /// What it has read of the design: most of it is the same the next time.
    pub(crate) known: StoredValue<Lowerings>,
    /// How long that took the last time [ms].
    pub(crate) solve_ms: StoredValue<f64>,
    /// The running simulation is to be told of a change.
    pub(crate) rerunning: Wanted,
    /// The worker that finds what takes long about a large design.
    pub(crate) thinking: Thinking,
}

/// State of the run. None of it can be undone.
#[derive(Clone, Copy)]
pub struct Run {
    /// Whether simulated time goes on.
    pub playing: RwSignal<bool>,
    /// Simulated seconds per second of the wall.
    pub speed: RwSignal<f64>,
    /// Seed of every draw.
    pub seed: RwSignal<u64>,
    /// Multiplier on every client's rate: the live slider.
    pub traffic: RwSignal<f64>,
    /// What was killed and not revived: a block, or one instance of it.
    pub dead: RwSignal<BTreeSet<(NodeId, Option<u32>)>>,
    /// Groups that were made to go silent and not revived.
    pub lost: RwSignal<BTreeSet<GroupId>>,
    /// Faults by hand that go on.
    pub troubles: RwSignal<Vec<Fault>>,
}

impl App {
    /// A page that shows this design, paused.
    pub fn new(design: Design) -> Self {
        let mut session = Session::new(design);
        session.set_settings(store::settings());
        let app = App {
            settings: RwSignal::new(session.settings()),
            complete: RwSignal::new(false),
            answered: RwSignal::new(false),
            design: RwSignal::new(Arc::clone(session.design())),
            selection: RwSignal::new(Selection::default()),
            viewport: RwSignal::new(session.viewport()),
            draft: RwSignal::new(None),
            answer: RwSignal::new(Arc::new(Answer::of_nothing())),
            frame: RwSignal::new(None),
            live: RwSignal::new(None),
            series: RwSignal::new(Vec::new()),
            charts: Charts::new(),
            happened: RwSignal::new(Vec::new()),
            run: Run::of(session.design()),
            panels: Panels::new(),
            cards: Cards::new(),
            voice: Voice::new(),
            place: RwSignal::new(Place::default()),
            check: RwSignal::new(None),
            filming: RwSignal::new(None),
            printing: RwSignal::new(false),
            embed: crate::open::is_embedded(),
            lesson: Lesson::new(),
            runner: StoredValue::new_local(Runner::default()),
            measuring: Measuring::new(),
            solving: Wanted::new(),
            known: StoredValue::new(Lowerings::default()),
            solve_ms: StoredValue::new(0.0),
            rerunning: Wanted::new(),
            thinking: Thinking::new(),
            session: StoredValue::new(session),
        };
        app.cards.sync(&app);
        app
    }

    /// The page's state, from anywhere below [`crate::app::Page`].
    pub fn get() -> App {
        expect_context()
    }

    /// Shows another design in place of the one that is open, with a history of its own, running.
    pub fn open(&self, design: Design) {
        self.run.seed.set(design.run.seed);
        self.run.traffic.set(design.run.traffic);
        self.run.dead.set(BTreeSet::new());
        self.run.lost.set(BTreeSet::new());
        self.run.troubles.set(Vec::new());
        self.run.playing.set(true);
        let mut session = Session::new(design);
        session.set_settings(self.settings.get_untracked());
        session.set_world(self.lesson.open.with_untracked(|place| place.map(|place| &place.exercise.world)));
        self.session.set_value(session);
        self.draft.set(None);
        self.ask(|session| session.select(Selection::default()));
        effects::show_document(*self);
        if self.complete.get_untracked() {
            runner::restart(*self);
        }
        effects::fit_soon(*self);
    }

    /// Makes an edit as one step of history.
    pub fn edit(&self, edit: &Edit) {
        self.ask(|session| session.edit(edit));
    }

    /// Makes an edit that a field asks for while it is typed in: quick ones of one field are one step of history.
    pub fn edit_field(&self, edit: &Edit) {
        let now_ms = js_sys::Date::now();
        self.ask(|session| session.edit_field(edit, now_ms));
    }

    /// Runs a command of `COMMANDS`.
    pub fn command(&self, id: &str) {
        let now_ms = js_sys::Date::now();
        self.ask(|session| session.command(id, now_ms));
    }

    /// Hands a pointer or wheel event to the editor.
    pub fn input(&self, input: Input) {
        self.ask(|session| session.input(input));
    }

    /// Selects one block and brings it into view.
    pub fn select_node(&self, id: NodeId) {
        self.ask(|session| session.select(Selection { nodes: sorted::set([id]), ..Selection::default() }));
        self.ask(|session| session.reveal(id));
    }

    /// Selects one link.
    pub fn select_link(&self, id: LinkId) {
        self.ask(|session| session.select(Selection { links: sorted::set([id]), ..Selection::default() }));
    }

    /// Selects one group.
    pub fn select_group(&self, id: GroupId) {
        self.ask(|session| session.select(Selection { group: Some(id), ..Selection::default() }));
    }

    /// Selects the block of an instance, or a group.
    pub fn select_unit(&self, unit: Unit) {
        self.answer.with_untracked(|answer| match unit {
            Unit::Instance { node, .. } | Unit::Block { node } => {
                self.select_node(answer.topology.place(node as usize).id);
            }
            Unit::Group { group } => self.select_group(answer.topology.groups[group as usize].id),
        });
    }

    /// Asks the session for something and performs the effects.
    pub fn ask(&self, request: impl FnOnce(&mut Session) -> Vec<Ask>) {
        let mut wishes = Vec::new();
        self.session.update_value(|session| wishes = request(session));
        for wish in wishes {
            effects::perform(*self, wish);
        }
        effects::solve_if_quick(*self);
    }

    /// Moves the traffic slider.
    pub fn set_traffic(&self, traffic: f64) {
        self.run.traffic.set(traffic);
        runner::traffic(*self, traffic);
        effects::solve_soon(*self);
    }

    /// Starts the run anew with this seed.
    pub fn reseed(&self, seed: u64) {
        self.run.seed.set(seed);
        runner::restart(*self);
    }

    /// The design as it is shared and saved: with the slider's traffic and the run's seed.
    pub fn current(&self) -> Arc<Design> {
        self.at_traffic(self.run.traffic.get_untracked())
    }

    /// The design at its own traffic: what the live run gets, next to the slider's multiplier.
    pub(crate) fn unscaled(&self) -> Arc<Design> {
        self.at_traffic(1.0)
    }

    fn at_traffic(&self, traffic: f64) -> Arc<Design> {
        let mut design = self.session.with_value(|session| Arc::clone(session.design()));
        let seed = self.run.seed.get_untracked();
        // A large design is copied only for another one.
        if (design.run.traffic, design.run.seed) != (traffic, seed) {
            let run = &mut Arc::make_mut(&mut design).run;
            (run.traffic, run.seed) = (traffic, seed);
        }
        design
    }
}

impl Run {
    fn of(design: &Design) -> Self {
        Run {
            playing: RwSignal::new(false),
            speed: RwSignal::new(1.0),
            seed: RwSignal::new(design.run.seed),
            traffic: RwSignal::new(design.run.traffic),
            dead: RwSignal::new(BTreeSet::new()),
            lost: RwSignal::new(BTreeSet::new()),
            troubles: RwSignal::new(Vec::new()),
        }
    }

    /// Whether the group was made to go silent.
    pub fn is_lost(&self, group: GroupId) -> bool {
        self.lost.with(|lost| lost.contains(&group))
    }

    /// Whether the block is killed as a whole.
    pub fn is_dead(&self, node: NodeId) -> bool {
        self.dead.with(|dead| dead.contains(&(node, None)))
    }
}

//! What the page holds: one [`App`] of signals, `Copy`, handed down as context.
//!
//! Components read signals and call the few methods here; every change goes through the core's `Session`, whose
//! effects `effects.rs` performs.

use std::collections::BTreeSet;
use std::sync::Arc;

use headroom::analysis::Answer;
use headroom::design::{Design, Edit, NodeId};
use headroom::job::Frame;
use headroom::report::Report;
use headroom::session::{Draft, Input, Selection, Session, Target, Viewport};
use leptos::prelude::*;

use crate::cards::Cards;
use crate::effects;

/// The page's state.
#[derive(Clone, Copy)]
pub struct App {
    /// The editor: the truth about design, selection and viewport.
    pub session: StoredValue<Session>,
    /// The design, written when it changed for good; positions under a drag are in `cards`.
    pub design: RwSignal<Arc<Design>>,
    /// What is selected.
    pub selection: RwSignal<Selection>,
    /// Pan and zoom.
    pub viewport: RwSignal<Viewport>,
    /// The link or marquee being drawn.
    pub draft: RwSignal<Option<Draft>>,
    /// Steady report and analyses at the slider's traffic; solved anew at most once a frame.
    pub answer: RwSignal<Arc<Answer>>,
    /// The running simulation's last figures; `None` when nothing ran since the last restart.
    pub frame: RwSignal<Option<Arc<Frame>>>,
    /// The running simulation's report, about once a second.
    pub live: RwSignal<Option<Arc<Report>>>,
    /// Play, pace, seed, traffic, kills.
    pub run: Run,
    /// What is open on the screen.
    pub panels: Panels,
    /// One set of signals per block and per link.
    pub cards: Cards,
    /// What the live region says.
    pub voice: Voice,
    pub(crate) solving: StoredValue<bool>,
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
}

/// What is open on the screen.
#[derive(Clone, Copy)]
pub struct Panels {
    /// Palette, left.
    pub palette: RwSignal<bool>,
    /// Inspector, right.
    pub inspector: RwSignal<bool>,
    /// Dock, bottom.
    pub dock: RwSignal<bool>,
    /// The one dialog that is open.
    pub dialog: RwSignal<Option<Dialog>>,
    /// The context menu: its target and its place on the screen [px].
    pub menu: RwSignal<Option<(Target, [f64; 2])>>,
    /// The block whose name is edited in place.
    pub renaming: RwSignal<Option<NodeId>>,
}

/// Dialogs.
#[derive(Debug, Clone, PartialEq)]
pub enum Dialog {
    /// The link, the file.
    Share,
    /// The list of exercises.
    Exercises,
    /// All commands with their keys.
    Shortcuts,
    /// Commands by name.
    Commands,
}

/// The live region and the toast that shows the same words.
#[derive(Clone, Copy)]
pub struct Voice {
    /// Said politely.
    pub polite: RwSignal<String>,
    /// Said at once and shown: why something was not done.
    pub refusal: RwSignal<Option<String>>,
}

impl App {
    /// A page that shows this design, paused.
    pub fn new(design: Design) -> Self {
        let answer = effects::solve(&design);
        let session = Session::new(design);
        let app = App {
            design: RwSignal::new(Arc::clone(session.design())),
            selection: RwSignal::new(Selection::default()),
            viewport: RwSignal::new(session.viewport()),
            draft: RwSignal::new(None),
            answer: RwSignal::new(Arc::new(answer)),
            frame: RwSignal::new(None),
            live: RwSignal::new(None),
            run: Run::of(session.design()),
            panels: Panels::new(),
            cards: Cards::new(),
            voice: Voice { polite: RwSignal::new(String::new()), refusal: RwSignal::new(None) },
            solving: StoredValue::new(false),
            session: StoredValue::new(session),
        };
        app.cards.sync(&app);
        app
    }

    /// The page's state, from anywhere below [`crate::app::Page`].
    pub fn get() -> App {
        expect_context()
    }

    /// Makes an edit as one step of history.
    pub fn edit(&self, edit: &Edit) {
        self.ask(|session| session.edit(edit));
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

    /// Selects exactly these.
    pub fn select(&self, selection: Selection) {
        self.ask(|session| session.select(selection));
    }

    /// Asks the session for something and performs the effects.
    pub fn ask(&self, request: impl FnOnce(&mut Session) -> Vec<headroom::session::Effect>) {
        let mut effects = Vec::new();
        self.session.update_value(|session| effects = request(session));
        for effect in effects {
            effects::perform(*self, effect);
        }
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
        }
    }
}

impl Panels {
    fn new() -> Self {
        Panels {
            palette: RwSignal::new(true),
            inspector: RwSignal::new(true),
            dock: RwSignal::new(true),
            dialog: RwSignal::new(None),
            menu: RwSignal::new(None),
            renaming: RwSignal::new(None),
        }
    }
}

//! A measurement in several runs with seeds of their own, at the same time where the machine has cores: its intervals are
//! narrower than those of the live run, and stand where one run cannot give any (rules 1.18).

use std::rc::Rc;
use std::sync::Arc;

use headroom::engine::{Plan, replicate};
use headroom::report::Report;
use headroom::share;
use leptos::prelude::*;

use crate::crew::{Task, Work};
use crate::state::App;

/// Runs of one measurement: Student's t needs five, and more than ten narrow it little.
pub const RUNS: u32 = 10;

/// What is known of the measurement of the open design.
#[derive(Clone, Copy)]
pub struct Measuring {
    /// Share that is done (0–1), while it is under way.
    pub share: RwSignal<Option<f64>>,
    /// What was found.
    pub found: RwSignal<Option<Arc<Report>>>,
    work: Work,
}

impl Measuring {
    /// Nothing was measured.
    pub fn new() -> Self {
        let work = Work::new();
        Measuring { share: work.share, found: RwSignal::new(None), work }
    }

    /// Ends the workers, and forgets what was found.
    pub fn clear(&self) {
        self.work.stop();
        if self.found.with_untracked(Option::is_some) {
            self.found.set(None);
        }
    }
}

/// What each run of the open design takes, but for its seed.
pub fn plan(app: App) -> Plan {
    app.answer.with(|answer| replicate::plan(&answer.topology, &app.current().run))
}

/// Measures the open design; it takes the place of a measurement under way.
pub fn start(app: App) {
    app.measuring.clear();
    let (design, plan) = (Rc::from(share::to_json(&app.current())), plan(app));
    app.measuring.work.start(
        app,
        tasks(&design, plan),
        Box::new(|app, reports| {
            app.measuring.found.set(Some(Arc::new(replicate::pool(&reports))));
            app.voice.polite.set(format!("Measured in {RUNS} runs."));
        }),
    );
}

/// The runs of a design, each with its seed.
pub fn tasks(design: &Rc<str>, plan: Plan) -> Vec<Task> {
    let task = |index| Task {
        design: Rc::clone(design),
        plan: Plan { seed: replicate::seed(plan.seed, index), ..plan },
    };
    (0..RUNS).map(task).collect()
}

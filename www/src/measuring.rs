//! A measurement in several runs with seeds of their own, at the same time where the machine has cores: its intervals are
//! narrower than those of the live run, and stand where one run cannot give any (rules 1.18).

use std::sync::Arc;

use headroom::engine::{Plan, replicate};
use headroom::job::{FromWorker, ToWorker};
use headroom::report::Report;
use headroom::share;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::Worker;

use crate::runner::{self, Listener};
use crate::state::App;

/// Runs of one measurement: Student's t needs five, and more than ten narrow it little.
pub const RUNS: u32 = 10;
/// Workers at most: each holds a simulation of its own.
const MOST_HANDS: usize = 8;

/// What is known of the measurement of the open design.
#[derive(Clone, Copy)]
pub struct Measuring {
    /// Share that is done (0–1), while it is under way.
    pub share: RwSignal<Option<f64>>,
    /// What was found.
    pub found: RwSignal<Option<Arc<Report>>>,
    crew: StoredValue<Option<Crew>, LocalStorage>,
}

/// The workers, and the runs that they have done and have still to do.
struct Crew {
    design: String,
    plan: Plan,
    hands: Vec<Hand>,
    /// Runs handed out.
    begun: u32,
    reports: Vec<Option<Report>>,
}

struct Hand {
    worker: Worker,
    /// Hears it for as long as it works.
    _listener: Listener,
    /// How far its run is (0–1).
    share: f64,
}

impl Measuring {
    /// Nothing was measured.
    pub fn new() -> Self {
        Measuring {
            share: RwSignal::new(None),
            found: RwSignal::new(None),
            crew: StoredValue::new_local(None),
        }
    }

    /// Ends the workers, and forgets what was found.
    pub fn clear(&self) {
        self.dismiss();
        if self.found.with_untracked(Option::is_some) {
            self.found.set(None);
        }
    }

    /// Ends the workers.
    fn dismiss(&self) {
        let mut crew = None;
        self.crew.update_value(|known| crew = known.take());
        if let Some(crew) = crew {
            crew.hands.iter().for_each(|hand| hand.worker.terminate());
            self.share.set(None);
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
    let (design, plan) = (app.current(), plan(app));
    let cores = web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
    let hands = (cores as usize).clamp(1, MOST_HANDS);
    let hands: Result<Vec<Hand>, JsValue> = (0..hands).map(|at| hand(app, at)).collect();
    match hands {
        Ok(hands) => {
            let reports = (0..RUNS).map(|_| None).collect();
            let crew = Crew { design: share::to_json(&design), plan, hands, begun: 0, reports };
            app.measuring.crew.set_value(Some(crew));
            app.measuring.share.set(Some(0.0));
        }
        Err(error) => app.refuse(&format!("The measurement cannot start: {error:?}")),
    }
}

fn hand(app: App, at: usize) -> Result<Hand, JsValue> {
    let (worker, listener) = runner::launch(move |data| {
        if let Some(message) = runner::read(data) {
            receive(app, at, message);
        }
    })?;
    Ok(Hand { worker, _listener: listener, share: 0.0 })
}

/// A worker is ready, has got on, or has done a run.
fn receive(app: App, at: usize, message: FromWorker) {
    let mut found = None;
    app.measuring.crew.update_value(|crew| {
        let Some(crew) = crew else { return };
        match message {
            FromWorker::Ready => crew.hand_out(at),
            FromWorker::Progress { share, .. } => crew.hands[at].share = share,
            FromWorker::Measured { run, report, .. } => {
                crew.reports[run as usize - 1] = Some(*report);
                crew.hand_out(at);
            }
            FromWorker::Failed { text, .. } => found = Some(Err(text)),
            FromWorker::Live { .. }
            | FromWorker::Analyzed { .. }
            | FromWorker::Judged { .. }
            | FromWorker::Tried { .. } => {}
        }
        app.measuring.share.set(Some(crew.share()));
        if crew.reports.iter().all(Option::is_some) {
            found = Some(Ok(crew.reports.iter_mut().filter_map(Option::take).collect::<Vec<_>>()));
        }
    });
    match found {
        None => {}
        Some(Ok(reports)) => {
            app.measuring.dismiss();
            app.measuring.found.set(Some(Arc::new(replicate::pool(&reports))));
            app.voice.polite.set(format!("Measured in {RUNS} runs."));
        }
        Some(Err(text)) => {
            app.measuring.dismiss();
            app.refuse(&text);
        }
    }
}

impl Crew {
    /// The next run goes to this worker, if one is left.
    fn hand_out(&mut self, at: usize) {
        self.hands[at].share = 0.0;
        if self.begun == RUNS {
            return;
        }
        let plan = Plan { seed: replicate::seed(self.plan.seed, self.begun), ..self.plan };
        self.begun += 1;
        let message = ToWorker::Measure { run: self.begun, design: self.design.clone(), plan };
        runner::post(&self.hands[at].worker, &message);
    }

    fn share(&self) -> f64 {
        let done = self.reports.iter().flatten().count() as f64;
        (done + self.hands.iter().map(|hand| hand.share).sum::<f64>()) / f64::from(RUNS)
    }
}

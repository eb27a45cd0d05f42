//! Several runs at the same time, in workers of their own: as many as the machine has cores.

use std::rc::Rc;

use headroom::engine::Plan;
use headroom::job::{FromWorker, ToWorker};
use headroom::report::Report;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::Worker;

use crate::hands::{self, Listener};
use crate::state::App;

/// Workers at most: each holds a simulation of its own.
const MOST_HANDS: usize = 8;

/// One run of a design.
#[derive(Clone)]
pub struct Task {
    /// The design as format 1 JSON.
    pub design: Rc<str>,
    /// Seed, duration, warm-up.
    pub plan: Plan,
}

/// What hears the reports, in the order of the tasks.
pub type Done = Box<dyn FnOnce(App, Vec<Report>)>;

/// Runs under way, if any.
#[derive(Clone, Copy)]
pub struct Work {
    /// Share that is done (0–1), while they are under way.
    pub share: RwSignal<Option<f64>>,
    crew: StoredValue<Option<Crew>, LocalStorage>,
}

/// The workers, and the runs that they have done and have still to do.
struct Crew {
    tasks: Vec<Task>,
    hands: Vec<Hand>,
    /// Tasks handed out.
    begun: usize,
    reports: Vec<Option<Report>>,
    done: Option<Done>,
}

struct Hand {
    worker: Worker,
    /// Hears it for as long as it works.
    _listener: Listener,
    /// How far its run is (0–1).
    share: f64,
}

impl Work {
    /// None.
    pub fn new() -> Self {
        Work { share: RwSignal::new(None), crew: StoredValue::new_local(None) }
    }

    /// Ends the workers; nobody hears of what they have done.
    pub fn stop(&self) {
        let mut crew = None;
        self.crew.update_value(|known| crew = known.take());
        if let Some(crew) = crew {
            crew.hands.iter().for_each(|hand| hands::end(&hand.worker));
            self.share.set(None);
        }
    }

    /// Does these runs in the place of those under way.
    pub fn start(&self, app: App, tasks: Vec<Task>, done: Done) {
        self.stop();
        let cores = web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
        let hands = (cores as usize).clamp(1, MOST_HANDS).min(tasks.len());
        let hands: Result<Vec<Hand>, JsValue> = (0..hands).map(|at| hand(app, *self, at)).collect();
        match hands {
            Ok(hands) => {
                let reports = tasks.iter().map(|_| None).collect();
                self.crew.set_value(Some(Crew { tasks, hands, begun: 0, reports, done: Some(done) }));
                self.share.set(Some(0.0));
            }
            Err(error) => app.refuse(&format!("The measurement cannot start: {error:?}")),
        }
    }
}

fn hand(app: App, work: Work, at: usize) -> Result<Hand, JsValue> {
    let (worker, listener) = hands::launch(move |data| {
        if let Some(message) = hands::read(data) {
            receive(app, work, at, message);
        }
    })?;
    Ok(Hand { worker, _listener: listener, share: 0.0 })
}

/// A worker is ready, has got on, or has done a run.
fn receive(app: App, work: Work, at: usize, message: FromWorker) {
    let mut ended = None;
    work.crew.update_value(|crew| {
        let Some(crew) = crew else { return };
        match message {
            FromWorker::Ready => crew.hand_out(at),
            FromWorker::Progress { share, .. } => crew.hands[at].share = share,
            FromWorker::Measured { run, report, .. } => {
                crew.reports[run as usize - 1] = Some(*report);
                crew.hand_out(at);
            }
            FromWorker::Failed { text, .. } => ended = Some(Err(text)),
            FromWorker::Live { .. } | FromWorker::Analyzed { .. } | FromWorker::Told { .. } => {}
            FromWorker::Judged { .. } | FromWorker::Tried { .. } | FromWorker::Repeated { .. } => {}
        }
        work.share.set(Some(crew.share()));
        if crew.reports.iter().all(Option::is_some) {
            let reports = crew.reports.iter_mut().filter_map(Option::take).collect::<Vec<_>>();
            ended = crew.done.take().map(|done| Ok((done, reports)));
        }
    });
    match ended {
        None => {}
        Some(Ok((done, reports))) => {
            work.stop();
            done(app, reports);
        }
        Some(Err(text)) => {
            work.stop();
            app.refuse(&text);
        }
    }
}

impl Crew {
    /// The next run goes to this worker, if one is left.
    fn hand_out(&mut self, at: usize) {
        self.hands[at].share = 0.0;
        let Some(task) = self.tasks.get(self.begun) else { return };
        self.begun += 1;
        let message =
            ToWorker::Measure { run: self.begun as u32, design: task.design.to_string(), plan: task.plan };
        hands::post(&self.hands[at].worker, &message);
    }

    fn share(&self) -> f64 {
        let done = self.reports.iter().flatten().count() as f64;
        (done + self.hands.iter().map(|hand| hand.share).sum::<f64>()) / self.tasks.len() as f64
    }
}

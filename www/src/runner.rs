//! The page's side of the worker: starts it, waits until it is ready, numbers the runs and drops stale answers.
//!
//! A change of the design gives the live run a new number, so that frames in the earlier order of blocks are told
//! apart from those in the new one.

use std::sync::Arc;

use headroom::analysis::trial::Claim;
use headroom::design::{Design, Fault, GroupId, NodeId};
use headroom::engine::Plan;
use headroom::exercises::Verdict;
use headroom::figures::series::Series;
use headroom::job::{Frame, FromWorker, Question, ToWorker, Told};
use headroom::report::Report;
use headroom::share;
use js_sys::Float64Array;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::Worker;

use crate::hands::{end, launch, post, read};
use crate::state::App;

/// The worker and what is under way in it.
#[derive(Default)]
pub struct Runner {
    worker: Option<Worker>,
    ready: bool,
    waiting: Vec<ToWorker>,
    last_id: u32,
    live: Option<u32>,
    /// The run stands still and the design has moved on: its figures say nothing until time goes on.
    outdated: bool,
    /// When blocks and links last showed new figures [ms].
    shown_ms: f64,
    job: Option<Job>,
}

/// A measurement under way and who waits for it.
struct Job {
    id: u32,
    progress: Box<dyn Fn(f64)>,
    done: Box<dyn FnOnce(Result<Outcome, Ended>)>,
}

/// What a measurement ends with.
pub enum Outcome {
    /// The judge's.
    Verdict(Box<Verdict>),
    /// A trial's, in words.
    Tried(String),
    /// The digest of a measured report.
    Digest(String),
}

/// Why a measurement ends with nothing.
pub enum Ended {
    /// The person has stopped it.
    Stopped,
    /// It could not be made.
    Failed(String),
}

/// Starts the worker; what it is sent before it is ready waits.
fn boot(app: App) {
    let (worker, on_message) = match launch(move |data| receive(app, data)) {
        Ok(launched) => launched,
        Err(error) => return app.refuse(&format!("The simulation cannot start: {error:?}")),
    };
    on_message.forget();
    app.runner.update_value(|runner| runner.worker = Some(worker));
}

/// Starts the live run from the beginning, with the page's seed, traffic and kills.
pub fn restart(app: App) {
    if app.runner.with_value(|runner| runner.worker.is_none()) {
        boot(app);
    }
    app.measuring.clear();
    let design = share::to_json(&app.unscaled());
    app.frame.set(None);
    app.live.set(None);
    app.series.set(Vec::new());
    app.charts.run.set(Series::default());
    app.charts.forget();
    app.happened.set(Vec::new());
    outdate(app, false);
    let run = fresh(app, true);
    send(
        app,
        ToWorker::Start {
            run,
            design,
            seed: app.run.seed.get_untracked(),
            traffic: app.run.traffic.get_untracked(),
            speed: app.run.speed.get_untracked(),
            paused: !app.run.playing.get_untracked(),
        },
    );
    for (node, instance) in app.run.dead.get_untracked() {
        send(app, ToWorker::Kill { run, node: node.0, instance, dead: true });
    }
    for group in app.run.lost.get_untracked() {
        lose(app, group, true);
    }
    app.run.troubles.get_untracked().iter().for_each(|fault| strike(app, fault, true));
}

/// Tells the live run that the design changed.
pub fn change(app: App) {
    app.charts.forget();
    outdate(app, !app.run.playing.get_untracked());
    if live(app).is_some() {
        let design = share::to_json(&app.unscaled());
        let run = fresh(app, true);
        send(app, ToWorker::Change { run, design });
    }
}

/// Plays or pauses.
pub fn pause(app: App, paused: bool) {
    app.run.playing.set(!paused);
    outdate(app, false);
    match live(app) {
        Some(run) => send(app, ToWorker::Pause { run, paused }),
        None => restart(app),
    }
}

/// Changes the pace.
pub fn pace(app: App, speed: f64) {
    app.run.speed.set(speed);
    if let Some(run) = live(app) {
        send(app, ToWorker::Speed { run, speed });
    }
}

/// Tells the live run where the traffic slider stands.
pub fn traffic(app: App, traffic: f64) {
    outdate(app, !app.run.playing.get_untracked());
    if let Some(run) = live(app) {
        send(app, ToWorker::Traffic { run, traffic });
    }
}

/// Advances a paused run a little.
pub fn step(app: App) {
    pause(app, true);
    if let Some(run) = live(app) {
        send(app, ToWorker::Step { run });
    }
}

/// Kills a block or an instance, or brings it back.
pub fn kill(app: App, node: NodeId, instance: Option<u32>, dead: bool) {
    app.measuring.clear();
    if let Some(run) = live(app) {
        send(app, ToWorker::Kill { run, node: node.0, instance, dead });
    }
}

/// Makes a group go silent, or brings it back.
pub fn lose(app: App, group: GroupId, lost: bool) {
    app.measuring.clear();
    if let Some(run) = live(app) {
        send(app, ToWorker::Lose { run, group: group.0, lost });
    }
}

/// Breaks something by hand, or ends that.
pub fn strike(app: App, fault: &Fault, on: bool) {
    app.measuring.clear();
    if let Some(run) = live(app) {
        send(app, ToWorker::Fault { run, fault: share::fault_to_json(fault), on });
    }
}

/// Judges the open design against a step of an exercise.
pub fn judge(
    app: App,
    (exercise, step): (String, String),
    progress: impl Fn(f64) + 'static,
    done: impl FnOnce(Result<Outcome, Ended>) + 'static,
) {
    let run = begin(app, progress, done);
    send(app, ToWorker::Judge { run, exercise, step, design: share::to_json(&app.current()) });
}

/// Measures a design from the start.
pub fn measure(
    app: App,
    design: &Design,
    plan: Plan,
    progress: impl Fn(f64) + 'static,
    done: impl FnOnce(Result<Outcome, Ended>) + 'static,
) {
    let run = begin(app, progress, done);
    send(app, ToWorker::Measure { run, design: share::to_json(design), plan });
}

/// Puts a claim about the open design to the test.
pub fn try_out(
    app: App,
    claim: Claim,
    progress: impl Fn(f64) + 'static,
    done: impl FnOnce(Result<Outcome, Ended>) + 'static,
) {
    let run = begin(app, progress, done);
    let design = app.current();
    send(app, ToWorker::Try { run, claim, seed: design.run.seed, design: share::to_json(&design) });
}

/// A measurement begins; it takes the place of one under way, which is told so.
fn begin(
    app: App,
    progress: impl Fn(f64) + 'static,
    done: impl FnOnce(Result<Outcome, Ended>) + 'static,
) -> u32 {
    let id = fresh(app, false);
    let mut before = None;
    app.runner.update_value(|runner| {
        before = runner.job.replace(Job { id, progress: Box::new(progress), done: Box::new(done) });
    });
    if let Some(before) = before {
        (before.done)(Err(Ended::Failed("Another measurement has taken its place.".to_owned())));
    }
    id
}

/// Ends the measurement under way, if there is one.
pub fn cancel(app: App) {
    let run = app.runner.with_value(|runner| runner.job.as_ref().map(|job| job.id));
    if let Some(run) = run {
        send(app, ToWorker::Cancel { run });
        finish(app, run, Err(Ended::Stopped));
    }
}

fn outdate(app: App, outdated: bool) {
    app.runner.update_value(|runner| runner.outdated = outdated);
}

fn live(app: App) -> Option<u32> {
    app.runner.with_value(|runner| runner.live)
}

fn fresh(app: App, live: bool) -> u32 {
    let mut id = 0;
    app.runner.update_value(|runner| {
        runner.last_id += 1;
        id = runner.last_id;
        if live {
            runner.live = Some(id);
        }
    });
    id
}

fn send(app: App, message: ToWorker) {
    app.runner.update_value(|runner| match (&runner.worker, runner.ready) {
        (Some(worker), true) => post(worker, &message),
        _ => runner.waiting.push(message),
    });
}

fn receive(app: App, data: &JsValue) {
    if let Some(floats) = data.dyn_ref::<Float64Array>() {
        return frame(app, &floats.to_vec());
    }
    match read(data) {
        Some(FromWorker::Ready) => ready(app),
        Some(FromWorker::Live { run, report }) => report_of(app, run, report),
        Some(FromWorker::Told { run, told }) => told_of(app, run, told),
        Some(FromWorker::Progress { run, share }) => app.runner.with_value(|runner| {
            if let Some(job) = runner.job.as_ref().filter(|job| job.id == run) {
                (job.progress)(share);
            }
        }),
        Some(FromWorker::Judged { run, verdict }) => finish(app, run, Ok(Outcome::Verdict(verdict))),
        Some(FromWorker::Tried { run, text }) => finish(app, run, Ok(Outcome::Tried(text))),
        Some(FromWorker::Failed { run, text }) => failed(app, run, text),
        Some(FromWorker::Measured { run, digest, .. }) => finish(app, run, Ok(Outcome::Digest(digest))),
        Some(FromWorker::Analyzed { .. } | FromWorker::Repeated { .. }) | None => {}
    }
}

fn ready(app: App) {
    app.runner.update_value(|runner| {
        runner.ready = true;
        if let Some(worker) = &runner.worker {
            runner.waiting.drain(..).for_each(|message| post(worker, &message));
        }
    });
}

/// A live report says something from this measured time on [s].
pub const TELLING_S: f64 = 1.0;

fn report_of(app: App, run: u32, mut report: Box<Report>) {
    if live(app) != Some(run) || app.runner.with_value(|runner| runner.outdated) {
        return;
    }
    app.charts.run.update(|run| run.extend(&report.series));
    app.series.set(std::mem::take(&mut report.series));
    let faults = std::mem::take(&mut report.faults);
    if app.happened.with_untracked(|old| *old != faults) {
        app.happened.set(faults);
    }
    if report.duration_s >= TELLING_S {
        app.live.set(Some(Arc::from(report)));
    }
}

/// Asks the live run for more than its report tells.
pub fn ask(app: App, question: Question) {
    if let Some(run) = live(app) {
        send(app, ToWorker::Ask { run, question });
    }
}

fn told_of(app: App, run: u32, told: Told) {
    if live(app) != Some(run) || app.runner.with_value(|runner| runner.outdated) {
        return;
    }
    match told {
        Told::Curves(node, curves) => app.charts.curves.set(Some((node, curves))),
        Told::Slowest(trace) => app.charts.slowest.set(trace.map(|trace| *trace)),
    }
}

/// Figures on blocks and links change this often at most [ms]: faster ones cannot be read, and cost a layout each.
const SHOW_MS: f64 = 250.0;

/// Whether it is time for new figures on blocks and links.
fn is_due(app: App) -> bool {
    let now_ms = js_sys::Date::now();
    let due = app.runner.with_value(|runner| now_ms - runner.shown_ms >= SHOW_MS);
    if due {
        app.runner.update_value(|runner| runner.shown_ms = now_ms);
    }
    due
}

fn frame(app: App, floats: &[f64]) {
    let Some(frame) = Frame::from_floats(floats) else { return };
    if live(app) != Some(frame.run) || app.runner.with_value(|runner| runner.outdated) {
        return;
    }
    let frame = app.answer.with_untracked(|answer| Arc::new(frame.with_clients(&answer.topology)));
    if is_due(app) {
        app.answer.with_untracked(|answer| app.cards.figures(answer, Some(&frame)));
    }
    app.frame.set(Some(frame));
}

fn finish(app: App, id: u32, found: Result<Outcome, Ended>) {
    let mut job = None;
    app.runner.update_value(|runner| {
        if runner.job.as_ref().is_some_and(|job| job.id == id) {
            job = runner.job.take();
        }
    });
    if let Some(job) = job {
        (job.done)(found);
    }
}

/// A failure of run 0 is the worker's own end: a new one takes its place, at once or, where this one never began, when
/// the person presses Run.
fn failed(app: App, id: u32, text: String) {
    if id == 0 {
        let began = app.runner.with_value(|runner| runner.ready);
        app.runner.update_value(|runner| {
            runner.worker.take().into_iter().for_each(|worker| end(&worker));
            (runner.ready, runner.live) = (false, None);
            runner.waiting.clear();
        });
        app.run.playing.set(false);
        app.refuse(&format!("The simulation has stopped; Run starts it anew. {text}"));
        let job = app.runner.try_update_value(|runner| runner.job.take()).flatten();
        if let Some(job) = job {
            (job.done)(Err(Ended::Failed(text)));
        }
        if began {
            boot(app);
        }
    } else if live(app) == Some(id) {
        app.run.playing.set(false);
        app.runner.update_value(|runner| runner.live = None);
        app.refuse(&text);
    } else {
        finish(app, id, Err(Ended::Failed(text)));
    }
}

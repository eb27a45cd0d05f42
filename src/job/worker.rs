//! The worker's side without a browser: owns the live run and the measure job, works in short slices.
//!
//! The core has no clock: every slice is told the time. A slice is a few thousand events, so that the caller can
//! look at its clock and its messages between two of them.

use super::{FromWorker, Question, ToWorker, Told};
use crate::analysis::slow;
use crate::analysis::trial::{Claim, Trial};
use crate::design::{GroupId, NodeId};
use crate::engine::Unit;
use crate::engine::simulate::{Measure, Simulation, digest};
use crate::exercises::{self, Effort, Judge};
use crate::share;
use crate::topology::{self, Topology};

/// Events handled in one slice: well under a millisecond natively, about one in a browser.
const SLICE: u64 = 4_000;

/// Time between two frames [ms].
const FRAME_MS: f64 = 100.0;

/// Time between two full reports [ms].
const REPORT_MS: f64 = 1_000.0;

/// Longest lag behind the wanted pace that is caught up with [ms]; more is given up, and the pace shown is lower.
const LAG_MS: f64 = 100.0;

/// A tenth of a simulated second, one step of a paused run [ns].
const STEP_NS: u64 = 100_000_000;

/// What one slice has to say.
#[derive(Debug, Default)]
pub struct Slice {
    /// Messages for the page.
    pub messages: Vec<FromWorker>,
    /// A frame for the page, as `Frame::to_floats`.
    pub frame: Option<Vec<f64>>,
    /// There is more to do at once; otherwise the next slice may wait some milliseconds.
    pub busy: bool,
}

/// The worker's state.
#[derive(Debug, Default)]
pub struct Worker {
    live: Option<Live>,
    job: Option<Job>,
}

#[derive(Debug)]
struct Live {
    run: u32,
    simulation: Simulation,
    /// The slider, on top of the design's own multiplier.
    slider: f64,
    /// The design's own multiplier.
    drawn: f64,
    speed: f64,
    paused: bool,
    /// How far the simulation should be [ns].
    target_ns: f64,
    last_ms: Option<f64>,
    frame_due_ms: f64,
    report_due_ms: f64,
    /// Something to show although time stands still.
    changed: bool,
    pace: Pace,
}

/// Speed as reached over the last half second or so.
#[derive(Debug, Default)]
struct Pace {
    since_ms: f64,
    since_ns: u64,
    since_events: u64,
    pace: f64,
    events_per_s: f64,
}

#[derive(Debug)]
struct Job {
    run: u32,
    work: Work,
    told_ms: f64,
}

#[derive(Debug)]
enum Work {
    Measure(Box<Measure>),
    Judge(Box<Judge>),
    Try(Box<Trial>),
}

impl Worker {
    /// Follows a message from the page.
    pub fn apply(&mut self, message: ToWorker) -> Option<FromWorker> {
        match message {
            ToWorker::Start { run, design, seed, traffic, speed, paused } => {
                let topology = match read(&design) {
                    Ok(topology) => topology,
                    Err(text) => return Some(FromWorker::Failed { run, text }),
                };
                self.live = Some(Live::new(run, topology, seed, traffic, speed, paused));
            }
            ToWorker::Measure { run, design, plan } => match read(&design) {
                Ok(topology) => self.start(run, Work::Measure(Box::new(Measure::new(topology, plan)))),
                Err(text) => return Some(FromWorker::Failed { run, text }),
            },
            ToWorker::Judge { run, exercise, step, design } => match judge(&exercise, &step, &design) {
                Ok(judge) => self.start(run, Work::Judge(Box::new(judge))),
                Err(text) => return Some(FromWorker::Failed { run, text }),
            },
            ToWorker::Try { run, claim, design, seed } => match attempt(claim, &design, seed) {
                Ok(trial) => self.start(run, Work::Try(Box::new(trial))),
                Err(text) => return Some(FromWorker::Failed { run, text }),
            },
            ToWorker::Analyze { run, design } => {
                return Some(match share::from_json(&design) {
                    Ok(opened) => FromWorker::Analyzed { run, found: Box::new(slow::find(&opened.design)) },
                    Err(failure) => FromWorker::Failed { run, text: failure.to_string() },
                });
            }
            ToWorker::Repeat { run, design, part, times } => {
                return Some(match share::from_json(&design) {
                    Ok(opened) => {
                        part.repeat(&opened.design, times);
                        FromWorker::Repeated { run }
                    }
                    Err(failure) => FromWorker::Failed { run, text: failure.to_string() },
                });
            }
            ToWorker::Change { run, design } => {
                let live = self.live.as_mut().filter(|live| live.run < run)?;
                live.run = run;
                match read(&design) {
                    Ok(topology) => live.change(topology),
                    Err(text) => return Some(FromWorker::Failed { run, text }),
                }
            }
            ToWorker::Traffic { run, traffic } => self.live_of(run)?.set_slider(traffic),
            ToWorker::Speed { run, speed } => self.live_of(run)?.speed = speed,
            ToWorker::Cancel { run } => self.job = self.job.take().filter(|job| job.run != run),
            ToWorker::Ask { run, question } => {
                let told = self.live_of(run)?.answer(question);
                return Some(FromWorker::Told { run, told });
            }
            ToWorker::Pause { run, paused } => self.live_of(run)?.pause(paused),
            ToWorker::Step { run } => self.live_of(run)?.step(),
            ToWorker::Kill { run, node, instance, dead } => {
                self.live_of(run)?.kill(NodeId(node), instance, dead)
            }
            ToWorker::Lose { run, group, lost } => self.live_of(run)?.lose(GroupId(group), lost),
            ToWorker::Fault { run, fault, on } => {
                let refused = self.live_of(run)?.fault(&fault, on).err();
                return refused.map(|text| FromWorker::Failed { run, text });
            }
        }
        None
    }

    /// Does a short piece of work at this time of the wall [ms, any origin].
    pub fn slice(&mut self, now_ms: f64) -> Slice {
        let mut slice = Slice::default();
        if let Some(live) = &mut self.live {
            live.slice(now_ms, &mut slice);
        }
        if let Some(job) = &mut self.job
            && job.slice(now_ms, &mut slice)
        {
            self.job = None;
        }
        slice
    }

    /// The newest job wins.
    fn start(&mut self, run: u32, work: Work) {
        self.job = Some(Job { run, work, told_ms: 0.0 });
    }

    fn live_of(&mut self, run: u32) -> Option<&mut Live> {
        self.live.as_mut().filter(|live| live.run == run)
    }
}

impl Live {
    fn new(run: u32, mut topology: Topology, seed: u64, slider: f64, speed: f64, paused: bool) -> Self {
        let drawn = topology.traffic;
        topology.traffic = drawn * slider;
        let mut simulation = Simulation::new(topology, seed);
        simulation.start_measuring();
        simulation.restart_at_faults();
        simulation.follow();
        Live {
            run,
            simulation,
            slider,
            drawn,
            speed,
            paused,
            target_ns: 0.0,
            last_ms: None,
            frame_due_ms: 0.0,
            report_due_ms: 0.0,
            changed: true,
            pace: Pace::default(),
        }
    }

    fn change(&mut self, mut topology: Topology) {
        self.drawn = topology.traffic;
        topology.traffic = self.drawn * self.slider;
        self.simulation.change(topology);
        self.changed = true;
    }

    fn set_slider(&mut self, slider: f64) {
        self.slider = slider;
        self.simulation.set_traffic(self.drawn * slider);
        self.changed = true;
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
        self.changed = true;
    }

    fn step(&mut self) {
        self.target_ns = (self.simulation.now_ns() + STEP_NS) as f64;
        self.changed = true;
    }

    fn kill(&mut self, node: NodeId, instance: Option<u32>, dead: bool) {
        let Some(node) = self.simulation.topology().index_of(node) else { return };
        let node = node as u32;
        let unit = instance.map_or(Unit::Block { node }, |instance| Unit::Instance { node, instance });
        self.strike(unit, dead);
    }

    fn lose(&mut self, group: GroupId, lost: bool) {
        if let Some(group) = self.simulation.topology().index_of_group(group) {
            self.strike(Unit::Group { group }, lost);
        }
    }

    fn strike(&mut self, unit: Unit, dead: bool) {
        if dead {
            self.simulation.kill(unit);
        } else {
            self.simulation.revive(unit);
        }
        self.changed = true;
    }

    fn fault(&mut self, fault: &str, on: bool) -> Result<(), String> {
        let drawn = share::fault_from_json(fault).map_err(|failure| failure.to_string())?;
        let fault = topology::fault::lower(&drawn, self.simulation.topology());
        let fault = fault.map_err(|text| format!("This fault {text}."))?;
        if on {
            self.simulation.inject(fault.trouble, fault.for_ns);
        } else {
            self.simulation.relieve(&fault.trouble);
        }
        self.changed = true;
        Ok(())
    }

    fn answer(&self, question: Question) -> Told {
        match question {
            Question::Curves(node) => {
                let station = node.map(|id| self.simulation.topology().index_of(NodeId(id)));
                let curves = match station {
                    Some(None) => Vec::new(),
                    Some(station) => self.simulation.curves(station),
                    None => self.simulation.curves(None),
                };
                Told::Curves(node, curves)
            }
            Question::Slowest => Told::Slowest(self.simulation.slowest().map(Box::new)),
        }
    }

    fn slice(&mut self, now_ms: f64, slice: &mut Slice) {
        self.move_target(now_ms);
        let there = self.simulation.advance(self.target_ns as u64, SLICE);
        self.pace.update(now_ms, self.simulation.now_ns(), self.simulation.events());
        slice.busy |= !there;
        let moving = !self.paused || !there;
        if now_ms < self.frame_due_ms || !(moving || self.changed) {
            return;
        }
        slice.frame = Some(self.frame());
        self.frame_due_ms = now_ms + FRAME_MS;
        if now_ms >= self.report_due_ms || (self.changed && there) {
            let report = Box::new(self.simulation.report());
            slice.messages.push(FromWorker::Live { run: self.run, report });
            self.report_due_ms = now_ms + REPORT_MS;
        }
        self.changed = false;
    }

    fn move_target(&mut self, now_ms: f64) {
        let passed = now_ms - self.last_ms.unwrap_or(now_ms);
        self.last_ms = Some(now_ms);
        if self.paused {
            return;
        }
        let now_ns = self.simulation.now_ns() as f64;
        let most = now_ns + LAG_MS * self.speed * 1e6;
        self.target_ns = (self.target_ns.max(now_ns) + passed * self.speed * 1e6).min(most);
    }

    fn frame(&self) -> Vec<f64> {
        let mut frame = self.simulation.frame();
        frame.run = self.run;
        frame.pace = if self.paused { 0.0 } else { self.pace.pace };
        frame.events_per_s = if self.paused { 0.0 } else { self.pace.events_per_s };
        frame.to_floats()
    }
}

impl Pace {
    fn update(&mut self, now_ms: f64, now_ns: u64, events: u64) {
        let passed = now_ms - self.since_ms;
        if passed < 500.0 {
            return;
        }
        // The first look, or one after a long sleep, says nothing about the pace.
        if passed < 5_000.0 {
            self.pace = (now_ns - self.since_ns) as f64 / 1e6 / passed;
            self.events_per_s = (events - self.since_events) as f64 / passed * 1e3;
        }
        (self.since_ms, self.since_ns, self.since_events) = (now_ms, now_ns, events);
    }
}

impl Job {
    /// True when it is done.
    fn slice(&mut self, now_ms: f64, slice: &mut Slice) -> bool {
        slice.busy = true;
        if let Some(message) = self.advance() {
            slice.messages.push(message);
            return true;
        }
        if now_ms >= self.told_ms + FRAME_MS {
            self.told_ms = now_ms;
            let share = match &self.work {
                Work::Measure(measure) => measure.progress(),
                Work::Judge(judge) => judge.progress(),
                Work::Try(trial) => trial.progress(),
            };
            slice.messages.push(FromWorker::Progress { run: self.run, share });
        }
        false
    }

    /// The answer, when it is there.
    fn advance(&mut self) -> Option<FromWorker> {
        let run = self.run;
        match &mut self.work {
            Work::Measure(measure) => measure.advance(SLICE).then(|| {
                let report = Box::new(measure.report());
                let digest = digest(&report);
                FromWorker::Measured { run, report, digest }
            }),
            Work::Judge(judge) => {
                let verdict = judge.advance(SLICE)?;
                Some(FromWorker::Judged { run, verdict: Box::new(verdict) })
            }
            Work::Try(trial) => trial.advance(SLICE).map(|text| FromWorker::Tried { run, text }),
        }
    }
}

fn judge(exercise: &str, step: &str, design: &str) -> Result<Judge, String> {
    let opened = share::from_json(design).map_err(|failure| failure.to_string())?;
    let exercise = exercises::find(exercise).ok_or("This exercise does not exist.")?;
    let step = exercise.step(step).ok_or("This step does not exist.")?;
    Ok(Judge::new(exercise, step, &opened.design, Effort::FULL))
}

fn attempt(claim: Claim, design: &str, seed: u64) -> Result<Trial, String> {
    Ok(Trial::new(read(design)?, claim, seed)?)
}

fn read(design: &str) -> Result<Topology, String> {
    let opened = share::from_json(design).map_err(|failure| failure.to_string())?;
    Ok(topology::build(&opened.design).0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Plan;
    use crate::job::{Frame, wire};

    const DESIGN: &str = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":1000,"reads":1},
        {"id":2,"block":"app-server","service_ms":1}],"links":[[1,2]]}"#;

    fn start(speed: f64, paused: bool) -> Worker {
        let mut worker = Worker::default();
        let design = DESIGN.to_owned();
        let refused = worker.apply(ToWorker::Start { run: 7, design, seed: 1, traffic: 2.0, speed, paused });
        assert_eq!(refused, None);
        worker
    }

    /// Frames of a wall second in slices a millisecond apart, from this time on.
    fn frames(worker: &mut Worker, from_ms: u32) -> Vec<Frame> {
        let slices = (from_ms..from_ms + 1000).map(|ms| worker.slice(f64::from(ms)));
        slices
            .filter_map(|slice| slice.frame)
            .map(|floats| Frame::from_floats(&floats).expect("a frame"))
            .collect()
    }

    #[test]
    fn a_live_run_keeps_the_wanted_pace_and_shows_ten_frames_a_second() {
        let mut worker = start(0.5, false);
        let frames = frames(&mut worker, 1);
        let last = frames.last().expect("frames");
        assert!((9..=11).contains(&frames.len()), "{}", frames.len());
        assert!((last.at_s - 0.45).abs() < 0.06, "{}", last.at_s);
        assert!((last.sent - 2000.0).abs() < 400.0, "{}", last.sent);
        assert_eq!(last.run, 7);
    }

    #[test]
    fn a_paused_run_stands_still_and_steps() {
        let mut worker = start(1.0, true);
        assert_eq!(frames(&mut worker, 1).last().expect("the first look").at_s, 0.0);
        worker.apply(ToWorker::Step { run: 7 });
        assert_eq!(frames(&mut worker, 1001).last().expect("the step").at_s, 0.1);
        assert_eq!(frames(&mut worker, 2001), []);
    }

    #[test]
    fn messages_of_an_earlier_run_change_nothing() {
        let mut worker = start(1.0, false);
        worker.apply(ToWorker::Pause { run: 6, paused: true });
        assert!(frames(&mut worker, 1).last().expect("frames").at_s > 0.5);
    }

    #[test]
    fn a_killed_block_fails_its_requests_and_a_broken_design_is_refused() {
        let mut worker = start(1.0, false);
        worker.apply(ToWorker::Kill { run: 7, node: 2, instance: None, dead: true });
        let last = frames(&mut worker, 1).pop().expect("frames");
        assert_eq!((last.ok, last.nodes[1].alive), (0.0, 0.0));
        assert!(last.failed > 1000.0);
        let refused = worker.apply(ToWorker::Change { run: 8, design: "[]".to_owned() });
        assert!(matches!(refused, Some(FromWorker::Failed { run: 8, .. })));
    }

    #[test]
    fn a_lost_group_takes_what_is_inside_and_comes_back() {
        let design = DESIGN.replace(r#""service_ms":1}"#, r#""service_ms":1,"in":5}"#);
        let design = design.replace(r#""links""#, r#""groups":[{"id":5,"kind":"zone"}],"links""#);
        let mut worker = Worker::default();
        worker.apply(ToWorker::Start { run: 7, design, seed: 1, traffic: 1.0, speed: 1.0, paused: false });
        worker.apply(ToWorker::Lose { run: 7, group: 5, lost: true });
        assert_eq!(frames(&mut worker, 1).pop().expect("frames").nodes[1].alive, 0.0);
        worker.apply(ToWorker::Lose { run: 7, group: 5, lost: false });
        assert_eq!(frames(&mut worker, 1001).pop().expect("frames").nodes[1].alive, 1.0);
    }

    #[test]
    fn a_live_run_is_asked_how_its_times_spread_and_for_its_slowest_request() {
        let mut worker = start(1.0, false);
        frames(&mut worker, 1);
        frames(&mut worker, 1001);
        let mut ask = |question| match worker.apply(ToWorker::Ask { run: 7, question }) {
            // As the page gets it.
            Some(told) => wire::read::<FromWorker>(&wire::write(&told)).expect("an answer"),
            None => panic!("no answer"),
        };
        let FromWorker::Told { told: Told::Curves(None, all), .. } = ask(Question::Curves(None)) else {
            panic!()
        };
        let FromWorker::Told { told: Told::Curves(Some(2), of), .. } = ask(Question::Curves(Some(2))) else {
            panic!()
        };
        assert!(all.len() == 3 && all[0].count > 1000 && all[2].count == 0);
        assert!(of[0].count > 1000 && of[0].quantile(0.5) <= all[0].quantile(0.5), "without the way to it");
        let FromWorker::Told { told: Told::Slowest(Some(trace)), .. } = ask(Question::Slowest) else {
            panic!()
        };
        assert_eq!(trace.spent().iter().sum::<u64>(), trace.took_ns);
        let FromWorker::Told { told: Told::Curves(_, none), .. } = ask(Question::Curves(Some(99))) else {
            panic!()
        };
        assert_eq!(none, []);
    }

    #[test]
    fn frames_after_a_change_bear_its_number() {
        let mut worker = start(1.0, false);
        let design = DESIGN.replace("[1,2]", "").replace("1000", "500");
        worker.apply(ToWorker::Change { run: 8, design: design.clone() });
        let last = frames(&mut worker, 1).pop().expect("frames");
        assert_eq!((last.run, last.links.len()), (8, 0));
        worker.apply(ToWorker::Change { run: 8, design: DESIGN.to_owned() });
        assert_eq!(
            frames(&mut worker, 1001).pop().expect("frames").links.len(),
            0,
            "an old change is dropped"
        );
    }

    #[test]
    fn a_measure_job_in_slices_equals_the_run_in_one_go() {
        let plan = Plan { seed: 3, duration_s: 5.0, warmup_s: 1.0 };
        let mut worker = Worker::default();
        worker.apply(ToWorker::Measure { run: 9, design: DESIGN.to_owned(), plan });
        let messages = (0..10_000).flat_map(|ms| worker.slice(f64::from(ms)).messages).collect::<Vec<_>>();
        let topology = read(DESIGN).expect("a design");
        let whole = digest(&crate::engine::simulate::measure(&topology, &plan));
        let done = messages.last().expect("messages");
        assert!(matches!(done, FromWorker::Measured { run: 9, digest, .. } if *digest == whole), "{done:?}");
    }

    #[test]
    fn a_job_that_is_cancelled_says_nothing_more_and_another_ones_cancel_does_not_touch_it() {
        let plan = Plan { seed: 3, duration_s: 500.0, warmup_s: 1.0 };
        let mut worker = Worker::default();
        worker.apply(ToWorker::Measure { run: 9, design: DESIGN.to_owned(), plan });
        worker.apply(ToWorker::Cancel { run: 8 });
        assert!(worker.slice(200.0).busy);
        worker.apply(ToWorker::Cancel { run: 9 });
        let slice = worker.slice(400.0);
        assert!(!slice.busy && slice.messages.is_empty());
    }

    /// What a trial says in the end.
    fn tried(claim: Claim) -> String {
        let mut worker = Worker::default();
        let refused = worker.apply(ToWorker::Try { run: 3, claim, design: DESIGN.to_owned(), seed: 1 });
        if let Some(FromWorker::Failed { text, .. }) = refused {
            return text;
        }
        let mut messages = (0..200_000).flat_map(|ms| worker.slice(f64::from(ms)).messages);
        let end = messages.find_map(|message| match message {
            FromWorker::Tried { run: 3, text } => Some(text),
            _ => None,
        });
        end.expect("an end")
    }

    #[test]
    fn a_claim_is_tried_in_slices_and_answered_in_words() {
        let text = tried(Claim::Instance { node: 2, instance: 0 });
        assert!(text.starts_with("Proven by a run with seed 1") && text.contains("0 % of reads"), "{text}");
        assert_eq!(tried(Claim::Promises), "No promise of this design can be tried by a run.");
        assert!(tried(Claim::Group { group: 9 }).contains("no longer there"));
    }
}

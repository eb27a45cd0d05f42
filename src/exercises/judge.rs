//! The judge: runs a design as it is and with each unit killed, and holds what it measured against the goals.
//!
//! Goals fail closed: what was not measured is not met. The seeds belong to the exercise, so that the same design
//! always gets the same verdict.

use super::trial::{Times, Trial};
use super::{Exercise, Goal, Step, Verdict, goals};
use crate::analysis::{self, Answer};
use crate::design::{Design, Run};
use crate::engine::Unit;
use crate::report::Report;
use crate::topology::{Place, Station, Topology};

/// Seed of every run of the judge.
const SEED: u64 = 20;

/// How long the judge looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Left out at the start of each run [s].
    pub warmup_s: f64,
    /// Measured of the design as it is [s].
    pub window_s: f64,
    /// Between a kill and its window [s].
    pub settle_s: f64,
    /// Measured after each kill [s].
    pub proof_s: f64,
}

impl Effort {
    /// What a verdict rests on: a minute as it is, 20 s after each kill (rules 1.12).
    pub const FULL: Effort = Effort { warmup_s: 6.0, window_s: 60.0, settle_s: 20.0, proof_s: 20.0 };

    /// A tenth of it, for tests that have to be quick: figures scatter more, clear cases stay clear.
    pub const QUICK: Effort = Effort { warmup_s: 1.0, window_s: 4.0, settle_s: 2.0, proof_s: 2.0 };
}

/// Judges in one go; `progress` hears the share that is done (0–1).
pub fn judge(
    exercise: &Exercise,
    step: &'static Step,
    design: &Design,
    effort: Effort,
    mut progress: impl FnMut(f64),
) -> Verdict {
    let mut judge = Judge::new(exercise, step, design, effort);
    loop {
        progress(judge.progress());
        if let Some(verdict) = judge.advance(1_000_000) {
            return verdict;
        }
    }
}

/// A judging that can be put down and taken up, so that a worker stays open to messages.
#[derive(Debug)]
pub struct Judge {
    step: &'static Step,
    effort: Effort,
    breaches: Vec<String>,
    evidence: Evidence,
    /// Units still to be killed.
    waiting: Vec<Unit>,
    trials: usize,
    running: Option<Trial>,
}

/// What a verdict rests on.
#[derive(Debug)]
pub struct Evidence {
    /// The design with the facts filled in.
    pub design: Design,
    /// What follows from it without a run.
    pub answer: Answer,
    /// The run of the design as it is.
    pub run: Option<Report>,
    /// The runs with one unit killed.
    pub proofs: Vec<(Unit, Report)>,
}

impl Judge {
    /// Starts judging. A design that breaks a rule of the exercise is not run at all.
    pub fn new(exercise: &Exercise, step: &'static Step, design: &Design, effort: Effort) -> Self {
        let mut design = exercise.world.dress(design);
        design.run = Run { seed: SEED, ..Run::default() };
        let answer = analysis::answer(&design);
        let mut waiting = Vec::new();
        if step.goals.iter().any(|asked| matches!(asked, super::Asked::Survives(_))) {
            waiting = units(&answer.topology);
            waiting.reverse();
        }
        let breaches = exercise.world.breaches(&design);
        let mut judge = Judge {
            step,
            effort,
            trials: waiting.len() + 1,
            running: None,
            evidence: Evidence { design, answer, run: None, proofs: Vec::new() },
            waiting,
            breaches,
        };
        if judge.breaches.is_empty() {
            judge.running = Some(judge.trial(None));
        }
        judge
    }

    /// Goes on for about this many events; the verdict when all is judged.
    pub fn advance(&mut self, budget: u64) -> Option<Verdict> {
        if let Some(trial) = &mut self.running {
            if !trial.advance(budget) {
                return None;
            }
            match trial.killed() {
                None => self.evidence.run = Some(trial.report()),
                Some(unit) => self.evidence.proofs.push((unit, trial.report())),
            }
            self.running = self.waiting.pop().map(|unit| self.trial(Some(unit)));
        }
        self.running.is_none().then(|| self.verdict())
    }

    /// Share that is done (0–1).
    pub fn progress(&self) -> f64 {
        let Some(trial) = &self.running else { return 1.0 };
        let before = self.trials - self.waiting.len() - 1;
        (before as f64 + trial.progress()) / self.trials as f64
    }

    fn trial(&self, kill: Option<Unit>) -> Trial {
        let window = if kill.is_some() { self.effort.proof_s } else { self.effort.window_s };
        let times = Times { warmup: self.effort.warmup_s, settle: self.effort.settle_s, window };
        Trial::new(self.evidence.answer.topology.clone(), SEED, kill, times)
    }

    fn verdict(&self) -> Verdict {
        let judged = self.breaches.is_empty();
        let number =
            |(index, asked)| Goal { id: format!("G{}", index + 1), ..goals::judge(asked, &self.evidence) };
        let goals: Vec<Goal> = self.step.goals.iter().filter(|_| judged).enumerate().map(number).collect();
        let passed = judged && !goals.is_empty() && goals.iter().all(|goal| goal.met);
        Verdict { passed, breaches: self.breaches.clone(), goals }
    }
}

/// What has to be killed: one of each set of identical instances (rules 1.12).
fn units(topology: &Topology) -> Vec<Unit> {
    let serving = topology.places().filter(|(_, place)| !place.managed);
    let of_place = |(node, place): (usize, &Place)| {
        let instances = representatives(place).into_iter();
        instances.map(move |instance| Unit::Instance { node: node as u32, instance })
    };
    serving.flat_map(of_place).collect()
}

/// One instance of each role that a block's instances have.
fn representatives(place: &Place) -> Vec<u32> {
    match &place.station {
        Station::Source(_) | Station::Observer => Vec::new(),
        Station::Router(_) | Station::Server(_) | Station::Queue(_) => vec![0],
        Station::Cache(cache) if cache.copies => (0..place.servers.instances.min(2)).collect(),
        Station::Cache(_) => vec![0],
        Station::Store(store) => {
            let replica = (store.replicas > 0).then_some(1);
            let standby = store.standby.then_some(place.servers.instances - 1);
            [Some(0), replica, standby].into_iter().flatten().collect()
        }
    }
}

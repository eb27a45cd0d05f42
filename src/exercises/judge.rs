//! The judge: runs a design as it is and with each unit killed, and holds what it measured against the goals.
//!
//! Goals fail closed: what was not measured is not met. The seeds belong to the exercise, so that the same design
//! always gets the same verdict.

use super::{Asked, Exercise, Goal, Step, Verdict, goals};
use crate::analysis::{self, Answer, Spof, spof};
use crate::design::{Design, Run};
use crate::engine::simulate::{Kill, Measure};
use crate::engine::{Plan, Unit};
use crate::report::Report;

/// Seed of every run of the judge.
const SEED: u64 = 20;

/// How long the judge looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Left out at the start of each run [s].
    pub warmup_s: f64,
    /// Measured of the design as it is [s].
    pub window_s: f64,
    /// Between a kill and its window [s]; detection and promotion take at most half of it each.
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
    /// Runs still to be made: as it is, then with each unit killed. The last one is under way.
    trials: Vec<Trial>,
    all: usize,
}

#[derive(Debug)]
enum Trial {
    Waiting(Option<Unit>),
    Running(Option<Unit>, Box<Measure>),
}

/// What a verdict rests on.
#[derive(Debug)]
pub struct Evidence {
    /// The design with the facts filled in.
    pub design: Design,
    /// What follows from it without a run.
    pub answer: Answer,
    /// What the loss of each unit costs by the formulas; its time to recover is what the runs cut short.
    pub losses: Vec<Spof>,
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
        let breaches = exercise.world.breaches(&design);
        let answer = analysis::answer(&design);
        let kills = step.goals.iter().any(|asked| matches!(asked, Asked::Survives(_)));
        let mut losses = if kills { spof::survey(&answer.topology) } else { Vec::new() };
        losses.retain(|loss| matches!(loss.unit, Unit::Instance { .. }));
        let mut trials = Vec::new();
        if breaches.is_empty() {
            trials.extend(losses.iter().rev().map(|loss| Trial::Waiting(Some(loss.unit))));
            trials.push(Trial::Waiting(None));
        }
        let evidence = Evidence { design, answer, losses, run: None, proofs: Vec::new() };
        Judge { step, effort, breaches, evidence, all: trials.len(), trials }
    }

    /// Goes on for about this many events; the verdict when all is judged.
    pub fn advance(&mut self, budget: u64) -> Option<Verdict> {
        match self.trials.pop() {
            None => {}
            Some(Trial::Waiting(unit)) => {
                let run = Box::new(self.run(unit));
                self.trials.push(Trial::Running(unit, run));
                return None;
            }
            Some(Trial::Running(unit, mut run)) => {
                if !run.advance(budget) {
                    self.trials.push(Trial::Running(unit, run));
                    return None;
                }
                match unit {
                    None => self.evidence.run = Some(run.report()),
                    Some(unit) => self.evidence.proofs.push((unit, run.report())),
                }
            }
        }
        self.trials.is_empty().then(|| self.verdict())
    }

    /// Share that is done (0–1).
    pub fn progress(&self) -> f64 {
        let running = match self.trials.last() {
            None => return 1.0,
            Some(Trial::Waiting(_)) => 0.0,
            Some(Trial::Running(_, run)) => run.progress(),
        };
        ((self.all - self.trials.len()) as f64 + running) / self.all as f64
    }

    fn run(&self, unit: Option<Unit>) -> Measure {
        let Effort { warmup_s, window_s, settle_s, proof_s } = self.effort;
        let topology = self.evidence.answer.topology.clone();
        match unit {
            None => Measure::new(topology, Plan { seed: SEED, duration_s: window_s, warmup_s }),
            Some(unit) => {
                let kill = Kill { unit, settle_s, cap_s: settle_s / 2.0 };
                Measure::with_kill(topology, Plan { seed: SEED, duration_s: proof_s, warmup_s }, kill)
            }
        }
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

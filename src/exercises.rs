//! Exercises: a brief, a start, what is fixed, goals, hints, reference solutions, and a judge that runs the engine.

mod goals;
pub mod judge;
mod url_shortener;
pub mod world;

pub use judge::{Effort, Judge, judge};
pub use world::World;

use serde::{Deserialize, Serialize};

use crate::design::{Design, NodeId};
use crate::report::Estimate;
use crate::topology::Operation;

/// All exercises, in the order of the list.
pub static EXERCISES: &[Exercise] = &[url_shortener::EXERCISE];

/// The exercise with this id.
pub fn find(id: &str) -> Option<&'static Exercise> {
    EXERCISES.iter().find(|exercise| exercise.id == id)
}

/// An exercise, as data.
#[derive(Debug)]
pub struct Exercise {
    /// Name in links and progress. Never changes.
    pub id: &'static str,
    /// Title on the screen.
    pub name: &'static str,
    /// One paragraph for the list of exercises.
    pub text: &'static str,
    /// What holds in its world, and what may be changed.
    pub world: World,
    /// Steps, in order.
    pub steps: &'static [Step],
}

impl Exercise {
    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

/// One step of an exercise.
#[derive(Debug)]
pub struct Step {
    /// Name within the exercise. Never changes.
    pub id: &'static str,
    /// Title on the screen.
    pub name: &'static str,
    /// What is asked, as paragraphs of plain text.
    pub brief: &'static [&'static str],
    /// Facts of the world, in words: what stands here cannot be changed by the learner.
    pub facts: &'static [&'static str],
    /// What has to be reached.
    pub goals: &'static [Asked],
    /// Shown one at a time, after a failed try.
    pub hints: &'static [&'static str],
    /// Where the learner starts.
    pub start: fn() -> Design,
    /// Solutions that pass, each with a name; they differ in kind.
    pub references: &'static [Reference],
}

/// A design that passes.
#[derive(Debug)]
pub struct Reference {
    /// What it is called.
    pub name: &'static str,
    /// Why it is a good answer, and where it is weak.
    pub text: &'static str,
    /// The design.
    pub design: fn() -> Design,
}

/// A goal with its threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Asked {
    /// 99 % of the requests of one operation that were sent are answered ok within this time [ms] (rules 1.14).
    Within(Operation, f64),
    /// At least this share of the requests sent is answered ok, with everything (0–1).
    Success(f64),
    /// No answer is hollow: each rests on a store or a copy of one (rules 1.15).
    NotHollow,
    /// No instance of a store is busy for more than this share of its time (0–1).
    StoreLoad(f64),
    /// At least this share of the reads is answered by caches whose hits follow from size, popularity and age (0–1).
    Hits(f64),
    /// What was changed in a store is gone from every cache after this time [s].
    Fresh(f64),
    /// The traffic can grow by this factor before the first block saturates.
    Headroom(f64),
    /// Any instance may die: after at most this time [s] the users notice nothing more, proven by killing it.
    Survives(f64),
    /// The bill is at most this [USD/month].
    Cost(f64),
}

impl Asked {
    /// What is asked, as a sentence.
    pub fn words(&self) -> String {
        goals::words(self)
    }
}

/// The judge's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Every goal met, and no rule of the exercise broken.
    pub passed: bool,
    /// Rules broken: facts of the world changed, hit ratio typed in. Empty when none.
    pub breaches: Vec<String>,
    /// Each goal with the measured number beside the required one.
    pub goals: Vec<Goal>,
}

/// One goal, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Name such as `G1`, from its place in the step.
    pub id: String,
    /// What is asked, with its number.
    pub asked: String,
    /// What was measured, in words with its number and interval.
    pub measured: String,
    /// The measured number.
    pub value: Option<Estimate>,
    /// Whether it is met. Not measured is not met.
    pub met: bool,
    /// The threshold lies inside the interval.
    pub close: bool,
    /// What in the design decides it.
    pub decides: String,
    /// The block to look at.
    pub node: Option<NodeId>,
}

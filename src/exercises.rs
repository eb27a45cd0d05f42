//! Exercises: a brief, a start, what is fixed, goals, hints, reference solutions, and a judge that runs the engine.

use crate::design::{Design, NodeId};
use crate::report::Estimate;

/// An exercise, as data.
#[derive(Debug)]
pub struct Exercise {
    /// Name in links and progress. Never changes.
    pub id: &'static str,
    /// Title on the screen.
    pub name: &'static str,
    /// Steps, in order.
    pub steps: &'static [Step],
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
    /// Facts of the world: what stands here cannot be changed by the learner.
    pub facts: &'static [&'static str],
    /// Shown one at a time, after a failed try.
    pub hints: &'static [&'static str],
    /// Where the learner starts.
    pub start: fn() -> Design,
    /// Solutions that pass, each with a name; they differ in kind.
    pub references: &'static [Reference],
}

/// The judge's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Every goal met, and no rule of the exercise broken.
    pub passed: bool,
    /// Rules broken: facts of the world changed, hit ratio typed in. Empty when none.
    pub breaches: Vec<String>,
    /// Each goal with the measured number beside the required one.
    pub goals: Vec<Goal>,
}

/// One goal, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Name such as `G1`.
    pub id: &'static str,
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

/// A design that passes.
#[derive(Debug)]
pub struct Reference {
    /// What it is called.
    pub name: &'static str,
    /// The design.
    pub design: fn() -> Design,
}

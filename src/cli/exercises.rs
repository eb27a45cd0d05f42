//! Exercises in the terminal: what there is, what a step asks, and the verdict on a design.

use headroom::exercises::{self, EXERCISES, Effort, Exercise, Goal, Step, Verdict};
use headroom::share;

use super::progress::Progress;
use super::table::Table;
use super::{End, Fault, Format, Outcome, source};

/// List the exercises, explain a step, or judge a design by it
///
/// Ends with 1 when the design does not pass.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// An exercise; without one, all are listed
    exercise: Option<String>,
    /// One of its steps; without one, all are listed
    step: Option<String>,
    /// A design to judge: a JSON file, a link in quotes, or - for standard input; without one, the step is explained
    #[arg(value_name = "FILE|LINK|-", value_hint = clap::ValueHint::FilePath)]
    design: Option<String>,
    /// Print the design that the step starts from
    #[arg(long, conflicts_with = "design", requires = "step")]
    start: bool,
    /// How to print the verdict
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  headroom exercises                                   what there is
  headroom exercises url-shortener                     its steps
  headroom exercises url-shortener STEP                what a step asks
  headroom exercises url-shortener STEP --start        the design that it starts from
  headroom exercises url-shortener STEP mine.json      the verdict

Exit codes: 0 passed, 1 not passed, 2 the design cannot be read or there is no such step.";

/// Lists, explains or judges, by how much is named.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    let Some(id) = &arguments.exercise else { return Ok(Outcome::of(list())) };
    let exercise = exercises::find(id).ok_or_else(|| {
        let ids: Vec<&str> = EXERCISES.iter().map(|exercise| exercise.id).collect();
        Fault(format!("there is no exercise “{id}”. There is: {}.", ids.join(", ")))
    })?;
    let Some(id) = &arguments.step else { return Ok(Outcome::of(steps(exercise))) };
    let step = exercise.step(id).ok_or_else(|| {
        let ids: Vec<&str> = exercise.steps.iter().map(|step| step.id).collect();
        Fault(format!("{} has no step “{id}”. It has: {}.", exercise.name, ids.join(", ")))
    })?;
    match &arguments.design {
        Some(design) => judge(exercise, step, design, arguments.format),
        None if arguments.start => Ok(Outcome::of(share::to_file(&(step.start)()))),
        None => Ok(Outcome::of(explain(step))),
    }
}

fn list() -> String {
    EXERCISES
        .iter()
        .map(|exercise| format!("{} ({})\n{}\n", exercise.name, exercise.id, exercise.text))
        .collect()
}

fn steps(exercise: &Exercise) -> String {
    let mut table = Table::new(2, &["step", "name"]);
    for step in exercise.steps {
        table.row([step.id.to_owned(), step.name.to_owned()]);
    }
    format!("{} ({})\n{}\n{}", exercise.name, exercise.id, exercise.text, table.text())
}

fn explain(step: &Step) -> String {
    let mut out = format!("{} ({})\n", step.name, step.id);
    for paragraph in step.brief {
        out += &format!("\n{paragraph}\n");
    }
    out += "\nFacts\n";
    for fact in step.facts {
        out += &format!("  {fact}\n");
    }
    out += "\nGoals\n";
    for goal in step.goals {
        out += &format!("  {}\n", goal.words());
    }
    out
}

fn judge(exercise: &Exercise, step: &'static Step, argument: &str, format: Format) -> Result<Outcome, Fault> {
    let opened = source::open(argument)?;
    let verdict = {
        let mut progress = Progress::of(step.name);
        exercises::judge(exercise, step, &opened.design, Effort::FULL, |share| progress.hear(share))
    };
    let text = match format {
        Format::Text => told(step, &verdict),
        Format::Json => serde_json::to_string_pretty(&verdict).expect("a verdict has a text") + "\n",
    };
    Ok(Outcome { text, notes: source::notes(&opened), end: End::of(verdict.passed) })
}

fn told(step: &Step, verdict: &Verdict) -> String {
    let mut out = format!("{}: {}\n\n", step.name, if verdict.passed { "passed" } else { "not passed" });
    for breach in &verdict.breaches {
        out += &format!("  not allowed: {breach}\n");
    }
    let mut table = Table::new(4, &["", "goal", "asked", "measured"]);
    for goal in &verdict.goals {
        table.row([met(goal), goal.id.clone(), goal.asked.clone(), goal.measured.clone()]);
    }
    out += &table.text();
    for goal in verdict.goals.iter().filter(|goal| !goal.met) {
        out += &format!("  {}: {}\n", goal.id, goal.decides);
    }
    out
}

fn met(goal: &Goal) -> String {
    let word = if goal.met { "met" } else { "MISSED" };
    format!("{word}{}", if goal.close { ", close" } else { "" })
}

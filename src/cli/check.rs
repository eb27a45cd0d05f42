//! Holds designs against their own promises: for a build that must not make them worse.

mod junit;

use std::time::Instant;

use clap::ValueEnum;
use headroom::analysis::{self, Answer};
use headroom::design::objective::OBJECTIVES;
use headroom::report::Report;
use serde_json::{Value as Json, json};

use super::objectives::{self, Check};
use super::running::{self, Method, RUNNING, Wishes};
use super::sections::title;
use super::{End, Fault, Outcome, json, source, standing};

/// Check whether designs keep the promises that they state; made for CI
///
/// Every promise in `objectives` of a design is held against a simulation (or the formulas, with --method steady) and
/// told in a line: holds, close or MISSED, what was found with its 95 % interval, and by how much. Close means that the
/// promised figure lies within the interval: the found figure decides, and more --replications would tell.
///
/// A design that cannot be read ends with 2, and so does one that promises nothing, or of which something is not
/// understood (a parameter that does not exist, a number out of range): it would not be the design that is checked. The
/// other designs are checked all the same.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Designs: JSON files, links in quotes, or - for standard input
    #[arg(value_name = "FILE|LINK|-", required = true, value_hint = clap::ValueHint::FilePath)]
    designs: Vec<String>,
    /// How to find the figures
    #[arg(long, value_enum, default_value_t = Method::Simulated, help_heading = RUNNING)]
    method: Method,
    #[command(flatten)]
    wishes: Wishes,
    /// Runs with seeds derived from the first, pooled; from 5 on they give an interval where one run cannot
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = RUNNING)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    replications: u32,
    /// Check a design even when something of it is not understood
    #[arg(long)]
    lenient: bool,
    /// How to print the verdicts
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  headroom check shop.json
  headroom check designs/*.json --method steady         at once, by formulas
  headroom check shop.json --replications 10 --seed 7
  headroom check designs/*.json --format junit > headroom.xml

Promises, in the design:
  \"objectives\": {\"p99_ms\": 200, \"success\": 0.999, \"headroom\": 2, \"availability\": 0.9995, \"cost_month\": 1000}

Exit codes: 0 every promise holds, 1 one is missed, 2 a design cannot be read or promises nothing.";

/// How to print the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// For build servers
    Junit,
}

/// One design, checked.
struct Checked<'a> {
    /// The argument that named it.
    origin: &'a str,
    /// Time that it took [s].
    took_s: f64,
    found: Result<Found, Fault>,
}

/// What was found of a design.
struct Found {
    name: String,
    report: Report,
    answer: Answer,
    checks: Vec<Check>,
    notes: Vec<String>,
}

impl Checked<'_> {
    fn end(&self) -> End {
        match &self.found {
            Ok(found) => End::of(found.missed() == 0),
            Err(_) => End::Unusable,
        }
    }
}

impl Found {
    fn missed(&self) -> usize {
        self.checks.iter().filter(|check| !check.met).count()
    }
}

/// Checks the designs that the arguments name.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    let all: Vec<Checked> = arguments.designs.iter().map(|design| checked(arguments, design)).collect();
    let text = match arguments.format {
        Format::Text => {
            all.iter().map(|one| text(one, arguments.replications)).collect::<Vec<_>>().join("\n")
        }
        Format::Json => as_json(&all, arguments.replications),
        Format::Junit => junit::text(&all),
    };
    let failures = all.iter().filter_map(|one| Some(one.found.as_ref().err()?.0.clone()));
    let notes = all.iter().filter_map(|one| one.found.as_ref().ok()).flat_map(|found| found.notes.clone());
    let end = all.iter().map(Checked::end).max().unwrap_or(End::Yes);
    Ok(Outcome { text, notes: notes.chain(failures).collect(), end })
}

fn checked<'a>(arguments: &Arguments, origin: &'a str) -> Checked<'a> {
    let started = Instant::now();
    let found = found(arguments, origin);
    Checked { origin, took_s: started.elapsed().as_secs_f64(), found }
}

fn found(arguments: &Arguments, origin: &str) -> Result<Found, Fault> {
    let opened = source::open(origin)?;
    let label = source::label(origin);
    let notes: Vec<String> =
        source::notes(&opened).into_iter().map(|note| format!("{label}: {note}")).collect();
    if !notes.is_empty() && !arguments.lenient {
        return Err(Fault(format!(
            "{}\n  So this is not checked: correct it, or check the rest with --lenient.",
            notes.join("\n")
        )));
    }
    let design = arguments.wishes.applied(&opened.design);
    if OBJECTIVES.iter().all(|objective| (objective.get)(&design.objectives).is_none()) {
        return Err(Fault(promises_nothing(&label)));
    }
    let answer = analysis::answer(&design);
    let report = running::report(&design, &answer, arguments.method, arguments.replications, &label);
    let checks = objectives::check(&design.objectives, &report, &answer);
    Ok(Found { name: design.name, report, answer, checks, notes })
}

fn promises_nothing(label: &str) -> String {
    let ids: Vec<&str> = OBJECTIVES.iter().map(|objective| objective.param.id).collect();
    format!(
        "{label}: $.objectives: This design promises nothing, so there is nothing to check. Add a promise, such as \
         \"objectives\": {{\"p99_ms\": 200}}; there is {}.",
        ids.join(", ")
    )
}

fn text(one: &Checked, replications: u32) -> String {
    let label = source::label(one.origin);
    let Ok(found) = &one.found else { return format!("{label}: not checked\n") };
    let verdict = match (found.missed(), found.checks.len()) {
        (0, 1) => "its promise holds".to_owned(),
        (0, all) => format!("all {all} promises hold"),
        (missed, all) => format!("{missed} of {all} promises missed"),
    };
    format!(
        "{label}: {verdict}\n{}, {}\n\n{}{}",
        title(&found.name),
        running::how(&found.report, replications),
        objectives::table(&found.checks),
        standing::problems(&found.answer).map_or_else(String::new, |problems| format!("\n{problems}"))
    )
}

fn as_json(all: &[Checked], replications: u32) -> String {
    let one = |one: &Checked| match &one.found {
        Err(Fault(error)) => json!({"design": one.origin, "passed": false, "error": error}),
        Ok(found) => json!({
            "design": one.origin,
            "name": found.name,
            "passed": found.missed() == 0,
            "method": found.report.method,
            "seed": found.report.seed,
            "duration_s": found.report.duration_s,
            "warmup_s": found.report.warmup_s,
            "replications": replications,
            "objectives": found.checks,
            "problems": json::problems(&found.answer.problems),
            "notes": found.notes,
        }),
    };
    let passed = all.iter().all(|one| one.end() == End::Yes);
    json::text(&json!({"passed": passed, "designs": all.iter().map(one).collect::<Vec<Json>>()}))
}

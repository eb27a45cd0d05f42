//! Runs a design and reports on it.

use headroom::analysis::{self, Answer};
use headroom::design::Design;
use headroom::engine::simulate;
use headroom::report::Report;
use serde_json::json;

use super::objectives::{self, Check};
use super::running::{self, Method, RUNNING, Wishes};
use super::{End, Fault, Format, Outcome, json, source, text};

/// Run a design and report what its users get, what breaks first and what it costs
///
/// Prints everything that there is to say: what the users get with 95 % intervals, every block and link, what breaks
/// first, single points of failure, availability, cost and findings. Ends with 1 when the design states objectives and
/// misses one; `headroom check` says that alone, for several designs and for CI.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// A design: a JSON file, a link in quotes, or - for standard input
    #[arg(value_name = "FILE|LINK|-", value_hint = clap::ValueHint::FilePath)]
    design: String,
    /// How to find the answer
    #[arg(long, value_enum, default_value_t = Method::Simulated, help_heading = RUNNING)]
    method: Method,
    #[command(flatten)]
    wishes: Wishes,
    /// Runs with seeds derived from the first, pooled into one report
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = RUNNING)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    replications: u32,
    /// How to print the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  headroom run shop.json
  headroom run shop.json --traffic 2 --duration 600   ten minutes of twice the traffic
  headroom run shop.json --replications 5             intervals where traffic or faults change meanwhile
  headroom run 'https://…/#d1.…' --format json | jq .report.total.latency.p99

Exit codes: 0 every promise holds or none is made, 1 one is missed, 2 the design cannot be read.";

/// Everything there is to say about a run.
pub(super) struct Told<'a> {
    pub(super) design: &'a Design,
    pub(super) answer: &'a Answer,
    pub(super) report: &'a Report,
    pub(super) checks: &'a [Check],
    /// Digest of the report; none for the steady method and for pooled runs.
    pub(super) digest: Option<String>,
    pub(super) replications: u32,
}

/// Runs the design that the arguments name.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    let opened = source::open(&arguments.design)?;
    let design = arguments.wishes.applied(&opened.design);
    let answer = analysis::answer(&design);
    let (method, replications) = (arguments.method, arguments.replications);
    let report = running::report(&design, &answer, method, replications, &source::label(&arguments.design));
    let one_run = method == Method::Simulated && replications == 1;
    let checks = objectives::check(&design.objectives, &report, &answer);
    let told = Told {
        design: &design,
        answer: &answer,
        report: &report,
        checks: &checks,
        digest: one_run.then(|| simulate::digest(&report)),
        replications,
    };
    let notes = source::notes(&opened);
    let text = match arguments.format {
        Format::Text => text::whole(&told),
        Format::Json => as_json(&told, &notes),
    };
    Ok(Outcome { text, notes, end: End::of(checks.iter().all(|check| check.met)) })
}

fn as_json(told: &Told, notes: &[String]) -> String {
    let mut whole = json::standing(&told.design.name, told.answer);
    whole["report"] = json!(told.report);
    whole["replications"] = json!(told.replications);
    whole["digest"] = json!(told.digest);
    whole["findings"] = json!(json::findings(&told.answer.findings, json::label));
    whole["objectives"] = json!(told.checks);
    whole["notes"] = json!(notes);
    json::text(&whole)
}

//! Runs a design and reports on it.

use clap::ValueEnum;
use headroom::analysis::{self, Answer, Finding};
use headroom::design::Design;
use headroom::engine::{replicate, simulate};
use headroom::report::Report;
use headroom::share::MAX_SEED;
use serde_json::{Value as Json, json};

use super::objectives::{self, Check};
use super::{Fault, Format, Outcome, source, text};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A design: a JSON file, a link in quotes, or - for standard input
    #[arg(value_name = "FILE|LINK|-")]
    design: String,
    /// How to find the answer
    #[arg(long, value_enum, default_value_t = Method::Simulated)]
    method: Method,
    /// Simulated time that is measured, without the warm-up [s]
    #[arg(long, value_name = "SECONDS", value_parser = seconds_to_measure)]
    duration: Option<f64>,
    /// Simulated time left out at the start [s]; else a tenth of the duration
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    warmup: Option<f64>,
    /// Seed of every random draw; the same seed gives the same report to the last digit
    #[arg(long, value_parser = clap::value_parser!(u64).range(0..=MAX_SEED))]
    seed: Option<u64>,
    /// Runs with seeds derived from the first, pooled into one report
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    replications: u32,
    /// Multiplier on every client's rate
    #[arg(long, value_name = "FACTOR", value_parser = factor)]
    traffic: Option<f64>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How to find the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Every request as an event
    Simulated,
    /// Queueing formulas, at once
    Steady,
}

fn seconds_to_measure(text: &str) -> Result<f64, String> {
    in_range(text, 0.001, 86_400.0)
}

fn seconds(text: &str) -> Result<f64, String> {
    in_range(text, 0.0, 86_400.0)
}

fn factor(text: &str) -> Result<f64, String> {
    in_range(text, 0.0, 1e6)
}

fn in_range(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("give a number from {least} to {most}"))
}

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
    let mut design = opened.design.clone();
    design.run.seed = arguments.seed.unwrap_or(design.run.seed);
    design.run.duration_s = arguments.duration.or(design.run.duration_s);
    design.run.warmup_s = arguments.warmup.or(design.run.warmup_s);
    design.run.traffic = arguments.traffic.unwrap_or(design.run.traffic);
    let answer = analysis::answer(&design);
    let report = match arguments.method {
        Method::Steady => answer.report.clone(),
        Method::Simulated => {
            let plan = replicate::plan(&answer.topology, &design.run);
            replicate::measure_many(&answer.topology, &plan, arguments.replications)
        }
    };
    let one_run = arguments.method == Method::Simulated && arguments.replications == 1;
    let checks = objectives::check(&design.objectives, &report, &answer);
    let told = Told {
        design: &design,
        answer: &answer,
        report: &report,
        checks: &checks,
        digest: one_run.then(|| simulate::digest(&report)),
        replications: arguments.replications,
    };
    let notes = source::notes(&opened);
    let text = match arguments.format {
        Format::Text => text::whole(&told),
        Format::Json => as_json(&told, &notes),
    };
    Ok(Outcome { text, notes, passed: checks.iter().all(|check| check.met) })
}

/// The report as JSON; `nodes` and `links` name what the dense indices of the report stand for.
fn as_json(told: &Told, notes: &[String]) -> String {
    let topology = &told.answer.topology;
    let nodes: Vec<Json> =
        topology.places().map(|(_, place)| json!({"id": place.id.0, "name": place.name})).collect();
    let link = |index: usize| {
        let (from, to) = topology.ends(index);
        json!({"id": topology.route(index).id.0, "from": from, "to": to})
    };
    let problem = |problem: &headroom::topology::Problem| {
        json!({
            "node": problem.node.map(|id| id.0), "link": problem.link.map(|id| id.0), "text": problem.text,
        })
    };
    let whole = json!({
        "name": told.design.name,
        "nodes": nodes,
        "links": (0..topology.graph.edge_count()).map(link).collect::<Vec<_>>(),
        "report": told.report,
        "replications": told.replications,
        "digest": told.digest,
        "ladder": told.answer.ladder,
        "second_headroom": told.answer.second,
        "vulnerable": told.answer.vulnerable,
        "availability": told.answer.availability,
        "spofs": told.answer.spofs,
        "cost": told.answer.cost,
        "findings": told.answer.findings.iter().map(finding).collect::<Vec<_>>(),
        "objectives": told.checks,
        "problems": told.answer.problems.iter().map(problem).collect::<Vec<_>>(),
        "notes": notes,
    });
    serde_json::to_string_pretty(&whole).expect("a JSON value has a text") + "\n"
}

fn finding(finding: &Finding) -> Json {
    json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "node": finding.node.map(|id| id.0),
        "link": finding.link.map(|id| id.0),
        "title": finding.title,
        "reason": finding.reason,
        "fixes": finding.fixes.iter().map(|fix| fix.label.as_str()).collect::<Vec<_>>(),
    })
}

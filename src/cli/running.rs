//! How a design is run: the options that the commands share, and the run itself with its progress.

use clap::ValueEnum;
use headroom::analysis::Answer;
use headroom::design::Design;
use headroom::engine::{self, replicate};
use headroom::figures;
use headroom::report::Report;
use headroom::share::MAX_SEED;

use super::progress::Progress;

/// What a run may be told; what is not said stands in the design.
#[derive(Debug, clap::Args)]
pub(super) struct Wishes {
    /// Simulated time that is measured, without the warm-up [s]
    #[arg(long, value_name = "SECONDS", value_parser = seconds_to_measure, help_heading = RUNNING)]
    duration: Option<f64>,
    /// Simulated time left out at the start [s]; else a tenth of the duration
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = RUNNING)]
    warmup: Option<f64>,
    /// Seed of every random draw; the same seed gives the same report to the last digit
    #[arg(long, value_parser = clap::value_parser!(u64).range(0..=MAX_SEED), help_heading = RUNNING)]
    seed: Option<u64>,
    /// Multiplier on every client's rate
    #[arg(long, value_name = "FACTOR", value_parser = factor, help_heading = RUNNING)]
    traffic: Option<f64>,
}

/// Heading of these options in the help.
pub(super) const RUNNING: &str = "How to run it";

/// How to find the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Method {
    /// Every request as an event
    Simulated,
    /// Queueing formulas, at once
    Steady,
}

impl Wishes {
    /// The design with what was wished.
    pub(super) fn applied(&self, design: &Design) -> Design {
        let mut design = design.clone();
        let run = &mut design.run;
        run.seed = self.seed.unwrap_or(run.seed);
        run.duration_s = self.duration.or(run.duration_s);
        run.warmup_s = self.warmup.or(run.warmup_s);
        run.traffic = self.traffic.unwrap_or(run.traffic);
        design
    }
}

/// The report of a design by this method; `label` says on a terminal what is under way.
pub(super) fn report(
    design: &Design,
    answer: &Answer,
    method: Method,
    replications: u32,
    label: &str,
) -> Report {
    if method == Method::Steady {
        return Report::clone(&answer.report);
    }
    let mut progress = Progress::of(label);
    let plan = replicate::plan(&answer.topology, &design.run);
    replicate::measure_many_watched(&answer.topology, &plan, replications, &mut |share| progress.hear(share))
}

/// “simulated: 60.0 s measured after 6.00 s of warm-up, seed 1, 33,104 events”.
pub(super) fn how(report: &Report, replications: u32) -> String {
    match report.method {
        engine::Method::Steady => "steady state by queueing formulas".to_owned(),
        engine::Method::Simulated => format!(
            "simulated: {} measured after {} of warm-up, seed {}, {}{} events",
            figures::time(report.duration_s),
            figures::time(report.warmup_s),
            report.seed,
            if replications > 1 { format!("{replications} runs, ") } else { String::new() },
            figures::whole(report.events),
        ),
    }
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

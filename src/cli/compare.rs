//! Two designs side by side, on the same random numbers.

use headroom::analysis::Finding;
use headroom::analysis::compare::{self, Comparison, Pair};
use headroom::figures::{self, rows};
use headroom::report::Trust;
use serde_json::{Value as Json, json};

use super::progress::Progress;
use super::running::{RUNNING, Wishes};
use super::sections::{joined, section, title};
use super::table::Table;
use super::{Fault, Format, Outcome, json, source, standing};

/// Compare two designs on the same random numbers
///
/// Both are simulated with the same seeds, so that both get the same requests at the same moments, and what is told is
/// the difference of each pair of runs with its 95 % interval: a change shows that two separate intervals would hide.
/// Where the interval holds 0 there is no difference to be seen. Random draws belong to the ids of blocks: keep the ids
/// in the changed design. The seed is the first design's; both run as long as the longer of the two.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The design as it was: a JSON file, a link in quotes, or - for standard input
    #[arg(value_name = "A", value_hint = clap::ValueHint::FilePath)]
    first: String,
    /// The design as it would be
    #[arg(value_name = "B", value_hint = clap::ValueHint::FilePath)]
    second: String,
    #[command(flatten)]
    wishes: Wishes,
    /// Pairs of runs, each with a seed of its own
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = RUNNING)]
    #[arg(value_parser = clap::value_parser!(u32).range(5..=1000))]
    replications: u32,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  headroom compare shop.json with-a-cache.json
  headroom compare <(git show main:shop.json) shop.json
  headroom compare shop.json new.json --replications 30 --format json

Exit codes: 0 both could be read, 2 one could not.";

/// Compares the designs that the arguments name.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    let origins = [&arguments.first, &arguments.second];
    if origins.iter().all(|origin| *origin == "-") {
        return Err(Fault("Only one of the two designs can come from standard input.".to_owned()));
    }
    let [first, second] = [source::open(origins[0])?, source::open(origins[1])?];
    let notes: Vec<String> = [(&first, origins[0]), (&second, origins[1])]
        .into_iter()
        .flat_map(|(opened, origin)| {
            let label = source::label(origin);
            source::notes(opened).into_iter().map(move |note| format!("{label}: {note}"))
        })
        .collect();
    let designs = [&first, &second].map(|opened| arguments.wishes.applied(&opened.design));
    let found = {
        let mut progress = Progress::of("comparing");
        let [first, second] = &designs;
        compare::compare([first, second], arguments.replications, &mut |share| progress.hear(share))
    };
    let names = [0, 1].map(|which| (origins[which].as_str(), title(&designs[which].name)));
    let text = match arguments.format {
        Format::Text => text(&found, names),
        Format::Json => as_json(&found, names, &notes),
    };
    Ok(Outcome { notes, ..Outcome::of(text) })
}

fn text(found: &Comparison, names: [(&str, &str); 2]) -> String {
    let plan = &found.plan;
    let [first, second] = names.map(|(origin, name)| format!("{name} ({})", source::label(origin)));
    let heading = format!(
        "A  {first}\nB  {second}\n{} pairs of runs on the same random numbers, {} measured after {} of warm-up each, \
         seeds from {}\n",
        found.runs,
        figures::time(plan.duration_s),
        figures::time(plan.warmup_s),
        plan.seed,
    );
    let none = || "  none\n".to_owned();
    let findings = |findings: &[Finding]| match findings {
        [] => none(),
        some => standing::findings(some, |_| String::new()),
    };
    joined([
        Some(heading),
        section("Differences, with 95 % intervals of the paired difference", table(found)),
        section("Findings that appear in B", findings(&found.appeared)),
        section("Findings of A that vanish", findings(&found.vanished)),
    ])
}

fn table(found: &Comparison) -> String {
    let mut table = Table::new(2, &["", "", "A", "B", "B − A", ""]);
    found.pairs.iter().for_each(|pair| table.row(rows::compared(pair)));
    table.text()
}

fn as_json(found: &Comparison, [first, second]: [(&str, &str); 2], notes: &[String]) -> String {
    let design = |(origin, name): (&str, &str)| json!({"design": origin, "name": name});
    let findings = |findings: &[Finding]| json::findings(findings, json::label);
    json::text(&json!({
        "first": design(first),
        "second": design(second),
        "runs": found.runs,
        "plan": found.plan,
        "differences": found.pairs.iter().map(difference).collect::<Vec<_>>(),
        "findings_appeared": findings(&found.appeared),
        "findings_vanished": findings(&found.vanished),
        "notes": notes,
    }))
}

fn difference(pair: &Pair) -> Json {
    let interval = match pair.change.map(|change| change.trust) {
        Some(Trust::Between(low, high)) => json!([low, high]),
        _ => Json::Null,
    };
    json!({
        "figure": pair.figure,
        "of": pair.of,
        "first": pair.first,
        "second": pair.second,
        "difference": pair.change.map(|change| change.value),
        "interval": interval,
        "trust": pair.change.map(|change| change.trust),
        "differs": pair.differs(),
    })
}

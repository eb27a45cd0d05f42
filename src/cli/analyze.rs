//! How a design stands, at once and without a run.

use headroom::analysis::advice::Change;
use headroom::analysis::{self, Fix, breaks_first, cost};
use headroom::design::Design;
use headroom::engine::flows::{self, Scenario};
use headroom::figures;
use serde_json::{Value as Json, json};

use super::sections::{joined, section, title};
use super::{Fault, Format, Outcome, json, source, standing};

/// Say what breaks first, what may not fail, what it costs and what would help, at once
///
/// By formulas, without a simulation: what runs out at which multiple of today's traffic, and until which every promise
/// is kept; single points of failure with what the users notice; availability with what costs most of it and the sets of
/// parts that may not fail together; cost; what readers see of writes; findings with fixes, and what headroom and cost
/// become with each. Ends with 0 whatever it finds: `headroom check` judges.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// A design: a JSON file, a link in quotes, or - for standard input
    #[arg(value_name = "FILE|LINK|-", value_hint = clap::ValueHint::FilePath)]
    design: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  headroom analyze shop.json
  headroom analyze shop.json --format json | jq '.findings[] | {title, fixes}'

Exit codes: 0 the design could be read, 2 it could not.";

/// Analyzes the design that the arguments name.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    let opened = source::open(&arguments.design)?;
    let design = &opened.design;
    let notes = source::notes(&opened);
    let text = match arguments.format {
        Format::Text => text(design),
        Format::Json => as_json(design, &notes),
    };
    Ok(Outcome { notes, ..Outcome::of(text) })
}

fn text(design: &Design) -> String {
    let answer = analysis::answer(design);
    let after = |fix: &Fix| After::of(design, fix).map_or_else(String::new, |after| after.words());
    joined([
        Some(format!("{}\nby formulas, at today's traffic\n", title(&design.name))),
        standing::ladder(&answer),
        standing::headrooms(&answer),
        standing::spofs(&answer),
        standing::availability(&answer),
        standing::cost(&answer),
        standing::consistency(&answer, &answer.report),
        section("Findings", standing::findings(&answer.findings, after)),
        standing::problems(&answer),
    ])
}

fn as_json(design: &Design, notes: &[String]) -> String {
    let answer = analysis::answer(design);
    let fix = |fix: &Fix| {
        let after = After::of(design, fix);
        json!({
            "label": fix.label,
            "headroom": after.as_ref().map(|after| after.headroom).filter(|multiple| multiple.is_finite()),
            "cost_month": after.as_ref().map(|after| after.month),
        })
    };
    let mut whole: Json = json::standing(&design.name, &answer);
    whole["consistency"] = json!(answer.report.consistency);
    whole["clients"] = json!(answer.report.clients);
    whole["findings"] = json!(json::findings(&answer.findings, fix));
    whole["notes"] = json!(notes);
    json::text(&whole)
}

/// How the design stands with a fix made.
struct After {
    /// Multiple of today's traffic until the first block has nothing left.
    headroom: f64,
    /// Cost a month [USD].
    month: f64,
}

impl After {
    /// `None` when the design refuses the fix.
    fn of(design: &Design, fix: &Fix) -> Option<Self> {
        let change = Change { what: fix.label.clone(), edit: fix.edit.clone() };
        let (_, topology) = change.tried(design)?;
        let flows = flows::solve(&topology, &Scenario::default());
        let month = cost::cost(&topology, &flows).month;
        Some(After { headroom: breaks_first::headroom(&topology), month })
    }

    fn words(&self) -> String {
        format!(" (headroom {}, {} a month)", figures::multiple(self.headroom), figures::money(self.month))
    }
}

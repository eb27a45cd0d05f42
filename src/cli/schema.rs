//! The JSON Schema of designs.

use super::{Fault, Outcome};

/// Print the JSON Schema of designs
///
/// With `"$schema": "headroom-1.schema.json"` in a design, an editor completes its fields and marks what is out of range.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  headroom schema > headroom-1.schema.json")]
pub(super) struct Arguments {}

/// Prints it.
pub(super) fn run(_: &Arguments) -> Result<Outcome, Fault> {
    Ok(Outcome::of(headroom::share::schema()))
}

//! The design that a link carries.

use headroom::share;

use super::{Fault, Outcome, source};

/// Print the design that a link carries, as JSON with a line for each block
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  headroom open 'https://…/#d1.…' > shop.json")]
pub(super) struct Arguments {
    /// A link in quotes, a JSON file, or - for standard input
    #[arg(value_name = "LINK|FILE|-", value_hint = clap::ValueHint::FilePath)]
    design: String,
}

/// The design behind a link as a file.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    let opened = source::open(&arguments.design)?;
    Ok(Outcome { notes: source::notes(&opened), ..Outcome::of(share::to_file(&opened.design)) })
}

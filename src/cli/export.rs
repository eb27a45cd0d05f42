//! A design as a picture that carries it, as Mermaid text, or as JSON.

use headroom::{analysis, mermaid, picture, share};

use super::{Fault, Outcome, source};

/// The icons of the page.
const ICONS: &str = include_str!("../../static/icons.svg");

/// What a design is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A drawing with the figures of the instant answer; opened again it is the identical design
    Svg,
    /// A flowchart: names, kinds, links and groups
    Mermaid,
    /// The design itself, with a line for each block
    Json,
}

/// Print a design as SVG that carries it, as a Mermaid flowchart, or as JSON
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Examples:\n  headroom export shop.json --to svg > shop.svg\n  headroom export flowchart.mmd --to json > shop.json"
)]
pub(super) struct Arguments {
    /// A design: JSON, a picture that carries one, Mermaid text, a link in quotes, or - for standard input
    #[arg(value_name = "FILE|LINK|-", value_hint = clap::ValueHint::FilePath)]
    design: String,
    /// What to write
    #[arg(long, value_enum, default_value_t = Form::Svg)]
    to: Form,
}

/// The design in another form.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    let opened = source::open(&arguments.design)?;
    let design = &opened.design;
    let text = match arguments.to {
        Form::Svg => picture::svg::draw(design, ICONS, Some(&analysis::answer(design))),
        Form::Mermaid => mermaid::write(design),
        Form::Json => share::to_file(design),
    };
    Ok(Outcome { notes: source::notes(&opened), ..Outcome::of(text) })
}

//! Designs as links.

use headroom::{figures, share};

use super::{Fault, Outcome, source};

/// Chat tools cut links that are longer than this [characters].
const SHORT: usize = 2_000;
/// Browsers cut what stands in the address bar behind this [characters].
const LONG: usize = 32_000;

/// Print the links that carry a design, readable and compact, with their lengths
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  headroom link shop.json --page https://example.org/headroom/")]
pub(super) struct Arguments {
    /// A design: a JSON file, a link in quotes, or - for standard input
    #[arg(value_name = "FILE|LINK|-", value_hint = clap::ValueHint::FilePath)]
    design: String,
    /// Address of the page that opens it, in front of the #
    #[arg(long, value_name = "URL", default_value = "", value_hint = clap::ValueHint::Url)]
    page: String,
}

/// Both links of a design.
pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Fault> {
    let opened = source::open(&arguments.design)?;
    let of = |name: &str, fragment: String| {
        let link = format!("{}#{fragment}", arguments.page);
        format!("{name}, {} characters{}:\n{link}\n", figures::whole(link.len() as u64), advice(link.len()))
    };
    let readable = of("Readable", share::readable_fragment(&opened.design));
    let compact = of("Compact", share::compact_fragment(&opened.design));
    Ok(Outcome { notes: source::notes(&opened), ..Outcome::of(format!("{readable}\n{compact}")) })
}

fn advice(length: usize) -> &'static str {
    match length {
        _ if length > share::MAX_ENCODED => " (too long to be opened: send the file instead)",
        _ if length > LONG => " (longer than browsers take: send the file instead)",
        _ if length > SHORT => " (some chat tools cut links of this length)",
        _ => "",
    }
}

//! Designs as links, and links as designs.

use headroom::{figures, share};

use super::{Fault, Outcome, source};

/// Chat tools cut links that are longer than this [characters].
const SHORT: usize = 2_000;
/// Browsers cut what stands in the address bar behind this [characters].
const LONG: usize = 32_000;

/// Both links of a design.
pub(super) fn link(argument: &str, page: &str) -> Result<Outcome, Fault> {
    let opened = source::open(argument)?;
    let of = |name: &str, fragment: String| {
        let link = format!("{page}#{fragment}");
        format!("{name}, {} characters{}:\n{link}\n", figures::whole(link.len() as u64), advice(link.len()))
    };
    let readable = of("Readable", share::readable_fragment(&opened.design));
    let compact = of("Compact", share::compact_fragment(&opened.design));
    Ok(Outcome { text: format!("{readable}\n{compact}"), notes: source::notes(&opened), passed: true })
}

fn advice(length: usize) -> &'static str {
    match length {
        _ if length > share::MAX_ENCODED => " (too long to be opened: send the file instead)",
        _ if length > LONG => " (longer than browsers take: send the file instead)",
        _ if length > SHORT => " (some chat tools cut links of this length)",
        _ => "",
    }
}

/// The design behind a link as a file.
pub(super) fn open(argument: &str) -> Result<Outcome, Fault> {
    let opened = source::open(argument)?;
    Ok(Outcome { text: share::to_file(&opened.design), notes: source::notes(&opened), passed: true })
}

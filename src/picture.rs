//! A design as a picture that carries it: SVG drawn here, and PNG made of that by a browser. Both open again as the
//! identical design. And what a film of its run shows.

mod card;
pub mod film;
pub mod ink;
pub mod png;
pub mod svg;

/// Of a picture whose end is missing.
const CUT: &str = "This picture is cut off: the end of the file is missing, and with it the design. Copy the whole file again.";
/// Of a picture that was not made here.
const FOREIGN: &str = "This picture carries no design: it was not saved by Headroom, or another program has saved it since and left the design out. Ask for the original file, or for a link.";

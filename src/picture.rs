//! A design as a picture that carries it: SVG drawn here, and PNG made of that by a browser. Both open again as the
//! identical design.

mod card;
pub mod png;
pub mod svg;

//! A design as JSON (format 1) and as a link. One form for link, file, clipboard, autosave and command line.

use crate::design::Design;

/// Something in the JSON that was not understood, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// JSON path, such as `nodes[2].cores`.
    pub path: String,
    /// What was found and what is allowed, in words for a person.
    pub text: String,
}

/// A design that was read, and what of it was not understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The design.
    pub design: Design,
    /// What was clamped, kept unread or left out.
    pub notes: Vec<Note>,
}

/// Why nothing was opened, each with its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The link carries no design.
    Absent,
    /// It was made by a newer format; holds that format's number.
    Newer(u64),
    /// Too large; the text says which limit.
    TooLarge(String),
    /// Damaged: cut off, or not a design at all; the text says which.
    Damaged(String),
}

/// Format 1 JSON text of a design, defaults left out.
pub fn to_json(design: &Design) -> String {
    let _ = design;
    unimplemented!()
}

/// Reads format 1 JSON text.
///
/// # Errors
/// [`Failure`] when nothing can be opened; what can be read opens, with notes.
pub fn from_json(text: &str) -> Result<Opened, Failure> {
    let _ = text;
    unimplemented!()
}

/// Fragment of the readable link: `design=` and URL-encoded JSON.
pub fn readable_fragment(design: &Design) -> String {
    let _ = design;
    unimplemented!()
}

/// Fragment of the compact link: `d1.` and base64url of deflated JSON with a CRC-32.
pub fn compact_fragment(design: &Design) -> String {
    let _ = design;
    unimplemented!()
}

/// Opens what stands behind the `#` of a link, with or without the `#`.
///
/// # Errors
/// [`Failure`], each kind with its own words.
pub fn open_fragment(fragment: &str) -> Result<Opened, Failure> {
    let _ = fragment;
    unimplemented!()
}

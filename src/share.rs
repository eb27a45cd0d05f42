//! A design as JSON (format 1) and as a link. One form for link, file, clipboard, autosave and command line.
//!
//! Reading never half-fails in silence: either a [`Failure`] with its own words, or a design with a [`Note`] for
//! everything that was not understood.

mod claim;
mod fragment;
mod near;
mod notes;
mod schema;
mod strict;
mod text;
mod v1;

pub use claim::{Claim, Sameness};
pub use fragment::{EMBED, compact, is_embed, open_fragment, readable};
pub use notes::Note;
pub use schema::schema;

use serde_json::{Map, Value as Json};

use crate::design::{Design, Fault};
use notes::Notes;

/// The format that this version writes.
pub const FORMAT: u64 = 1;
/// Longest link or fragment that is looked at [bytes].
pub const MAX_ENCODED: usize = 512 * 1024;
/// Longest JSON text that is looked at, also while inflating [bytes].
pub const MAX_TEXT: usize = 2 * 1024 * 1024;
/// Most blocks in a design.
pub const MAX_NODES: usize = 5_000;
/// Most links in a design.
pub const MAX_LINKS: usize = 20_000;
/// Most groups in a design.
pub const MAX_GROUPS: usize = 1_000;
/// Most notes.
pub const MAX_NOTES: usize = 1_000;
/// Most characters of a note.
pub const MAX_NOTE: usize = 2_000;
/// Most faults on a timeline.
pub const MAX_FAULTS: usize = 1_000;
/// Longest name of a design, block or group [characters]; more is cut and named.
pub const MAX_NAME: usize = 200;
/// Deepest nesting of lists and objects.
pub const MAX_DEPTH: usize = 32;
/// Greatest id read: far enough from the end of u32 that new ids always fit.
pub const MAX_ID: u32 = 2_000_000_000;
/// Greatest seed read: the whole numbers that every JSON reader keeps exactly (2⁵³ − 1).
pub const MAX_SEED: u64 = (1 << 53) - 1;
/// Farthest position of a block from the origin, each way [px].
pub const MAX_PLACE: i32 = 1_000_000;

/// A design that was read, and what of it was not understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The design.
    pub design: Design,
    /// What was clamped, kept unread or left out.
    pub notes: Vec<Note>,
    /// What the sender's run gave, when the link says so.
    pub claim: Option<Claim>,
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

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Absent => write!(f, "This link carries no design."),
            Failure::Newer(format) => write!(
                f,
                "This design was made by a newer Headroom: format {format}, and this one reads format {FORMAT}. \
                 Reload the page or update Headroom, then open it again."
            ),
            Failure::TooLarge(text) | Failure::Damaged(text) => write!(f, "{text}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Format 1 JSON text of a design in one line, defaults left out.
pub fn to_json(design: &Design) -> String {
    Json::Object(v1::write(design)).to_string()
}

/// The same with what a run of it gave, so that who opens it can check.
pub fn to_json_with_claim(design: &Design, claim: &Claim) -> String {
    let mut fields = v1::write(design);
    fields.insert("result".to_owned(), Json::String(claim.to_text()));
    Json::Object(fields).to_string()
}

/// Format 1 JSON text for a file: one line for each block and link.
pub fn to_file(design: &Design) -> String {
    text::lines(&v1::write(design))
}

/// One fault as JSON text, as it stands in a design: what page and worker say to each other.
pub fn fault_to_json(fault: &Fault) -> String {
    v1::fault(None, fault).to_string()
}

/// Reads one fault that stands alone; whether what it strikes is there is for the caller to find out.
///
/// # Errors
/// [`Failure`] when it is no fault of a known kind.
pub fn fault_from_json(json: &str) -> Result<Fault, Failure> {
    let fields = Json::Object(text::parse(json)?);
    let mut notes = Notes::default();
    v1::lone_fault(&fields, &mut notes)
        .ok_or_else(|| Failure::Damaged("This is not a fault of a known kind.".to_owned()))
}

/// Reads format 1 JSON text.
///
/// # Errors
/// [`Failure`] when nothing can be opened; what can be read opens, with notes.
pub fn from_json(json: &str) -> Result<Opened, Failure> {
    let fields = text::parse(json)?;
    check_format(fields.get("headroom"))?;
    let mut notes = Notes::default();
    let design = v1::read(&fields, &mut notes)?;
    let claim = claim::read(fields.get("result"), &mut notes);
    Ok(Opened { design, notes: notes.finish(), claim })
}

/// Fragment of the readable link: `design=` and URL-encoded JSON.
pub fn readable_fragment(design: &Design) -> String {
    readable(&to_json(design))
}

/// Fragment of the compact link: `d1.` and base64url of deflated JSON with a CRC-32.
pub fn compact_fragment(design: &Design) -> String {
    compact(&to_json(design))
}

/// Only a whole number from 1 names a format; above ours it is newer.
fn check_format(field: Option<&Json>) -> Result<(), Failure> {
    let Some(field) = field else {
        return damaged(
            "This JSON is not a Headroom design: it has no “headroom” number. Add \"headroom\": 1.",
        );
    };
    match field.as_f64() {
        Some(format) if format.fract() == 0.0 && format > FORMAT as f64 => Err(Failure::Newer(format as u64)),
        Some(format) if format == FORMAT as f64 => Ok(()),
        _ => damaged(&format!(
            "This is not a design that Headroom can read: $.headroom must be {FORMAT}, and here it is {}.",
            text::excerpt(field)
        )),
    }
}

pub(crate) fn damaged<T>(text: &str) -> Result<T, Failure> {
    Err(Failure::Damaged(text.to_owned()))
}

/// The fields of an object, or an empty map where there is none.
fn object(json: Option<&Json>) -> Option<&Map<String, Json>> {
    json.and_then(Json::as_object)
}

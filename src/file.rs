//! A design out of any file that carries one: JSON, a picture that was saved here, Mermaid text, or a text with a link.
//!
//! What a file is, its content says; names and endings are only what people call it.

use crate::share::{self, Failure, Opened, damaged};
use crate::{mermaid, picture};

/// Largest file that is looked at [bytes].
pub const MAX_FILE: usize = 32 * 1024 * 1024;

/// How files of other programs begin.
const STRANGERS: [(&[u8], &str); 6] = [
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a WebP picture or a sound"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a compressed file"),
];

/// Reads a file.
///
/// # Errors
/// [`Failure`] when it holds no design; what can be read opens, with notes.
pub fn open(bytes: &[u8]) -> Result<Opened, Failure> {
    if bytes.len() > MAX_FILE {
        return Err(too_large(bytes.len() as f64));
    }
    if bytes.starts_with(&picture::png::SIGNATURE) {
        return picture::png::read(bytes);
    }
    if let Some((_, what)) = STRANGERS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return damaged(&format!("This is {what}, and carries no design. {OPENED}"));
    }
    let text = text_of(bytes)?;
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('<') {
        return picture::svg::read(start);
    }
    if mermaid::is_mermaid(start) {
        return mermaid::read(start);
    }
    if let Some(fragment) = fragment_in(start) {
        return share::open_fragment(fragment);
    }
    if start.is_empty() || start.starts_with(['{', '[']) {
        return share::from_json(text);
    }
    damaged(&format!("This file holds no design. {OPENED}"))
}

/// A file that is not even looked at.
pub fn too_large(bytes: f64) -> Failure {
    let (size, most) = (bytes / 1024.0 / 1024.0, MAX_FILE / 1024 / 1024);
    Failure::TooLarge(format!("This file is too large: {size:.0} MB, and at most {most} MB are read."))
}

/// A file name without its ending, such as every system takes: “URL shortener” is `url-shortener`.
pub fn name(title: &str) -> String {
    let kept: String =
        title.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = kept.split('-').filter(|word| !word.is_empty()).collect();
    let name: String = words.join("-").chars().take(LONGEST_NAME).collect();
    if name.is_empty() { "design".to_owned() } else { name }
}

const OPENED: &str = "Headroom opens designs (.headroom.json), PNG and SVG pictures that it saved itself, and Mermaid flowcharts.";

/// Systems cut or refuse longer names [characters].
const LONGEST_NAME: usize = 80;

fn text_of(bytes: &[u8]) -> Result<&str, Failure> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return damaged("This text is written in UTF-16. Save it as UTF-8 and open it again.");
    }
    std::str::from_utf8(bytes).or_else(|error| {
        let at = error.valid_up_to();
        damaged(&format!("This file holds no design: it is not text from byte {at} on. {OPENED}"))
    })
}

/// The fragment of the first link in a text.
fn fragment_in(text: &str) -> Option<&str> {
    let link = text.split_ascii_whitespace().find(|word| word.contains("://") || word.starts_with('#'))?;
    let (_, fragment) = link.split_once('#')?;
    Some(fragment.trim_end_matches(['>', ')', '"', '\'']))
}

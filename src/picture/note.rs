//! One note of the drawing, its text broken into lines.

use std::fmt::Write;

use super::svg::{escaped, ink};
use crate::design::Note;
use crate::session::geometry::{self, NOTE_WIDTH, Rect};

/// Characters of a line at most, and its height.
const LINE: (usize, f64) = (27, 17.0);
/// From the corner of the note to where its text begins.
const INSET: [f64; 2] = [13.0, 21.0];

/// Where a note is drawn: a browser's own lines may be fewer.
pub fn place(note: &Note) -> Rect {
    let Rect { min, .. } = geometry::note(note);
    let lines = lines(&note.text).len().max(1) as f64;
    Rect { min, max: [min[0] + NOTE_WIDTH, min[1] + 18.0 + LINE.1 * lines] }
}

/// Draws a note.
pub fn draw(out: &mut String, note: &Note) {
    let place = place(note);
    let ([x, y], [width, height]) = (place.min, place.size());
    let _ = write!(
        out,
        r##"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="#fbf7ea" stroke="{}"/><rect x="{x}" y="{y}" width="3" height="{height}" fill="#8f6a00"/>"##,
        ink::LINE
    );
    for (index, line) in lines(&note.text).iter().enumerate() {
        let _ = write!(
            out,
            r#"<text x="{}" y="{}" font-size="12" fill="{}">{}</text>"#,
            x + INSET[0],
            y + INSET[1] + LINE.1 * index as f64,
            ink::QUIET,
            escaped(line)
        );
    }
}

/// The text in lines, broken between words, and in words that are too long.
fn lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut count = 0;
        for word in paragraph.split(' ') {
            let mut letters: Vec<char> = word.chars().collect();
            if count > 0 && count + 1 + letters.len() > LINE.0 {
                lines.push(std::mem::take(&mut line));
                count = 0;
            } else if count > 0 {
                line.push(' ');
                count += 1;
            }
            while letters.len() > LINE.0 {
                lines.push(letters.drain(..LINE.0).collect());
            }
            count += letters.len();
            line.extend(letters);
        }
        lines.push(line);
    }
    lines
}

//! Where a design comes from: a file, a link, or standard input that holds either.

use std::fs::File;
use std::io::Read;

use headroom::share::{self, Note, Opened};

use super::Fault;

/// Opens the design that an argument names.
pub(super) fn open(argument: &str) -> Result<Opened, Fault> {
    if is_link(argument) {
        return of_text(argument, "the link");
    }
    if argument == "-" {
        return of_text(&read(std::io::stdin().lock(), "standard input")?, "standard input");
    }
    let file = File::open(argument).map_err(|error| {
        Fault(format!(
            "“{argument}” cannot be read ({error}). Give a file, a link in quotes, or - for standard input."
        ))
    })?;
    of_text(&read(file, argument)?, argument)
}

/// What to call the design that an argument names: a link is too long for a line.
pub(super) fn label(argument: &str) -> String {
    const SHOWN: usize = 40;
    match argument {
        "-" => "standard input".to_owned(),
        link if is_link(link) && link.chars().count() > SHOWN => {
            format!("{}…", link.chars().take(SHOWN).collect::<String>())
        }
        _ => argument.to_owned(),
    }
}

/// What was not understood, a line each, with its JSON path: `$.nodes[3].cores: …`.
pub(super) fn notes(opened: &Opened) -> Vec<String> {
    let line = |note: &Note| match note.path.as_str() {
        "" => note.text.clone(),
        path => format!("$.{path}: {}", note.text),
    };
    opened.notes.iter().map(line).collect()
}

fn of_text(text: &str, origin: &str) -> Result<Opened, Fault> {
    let text = text.trim();
    let opened = match text.split_once('#') {
        Some((_, fragment)) if is_link(text) => share::open_fragment(fragment),
        None if is_link(text) => share::open_fragment(text),
        _ => share::from_json(text),
    };
    opened.map_err(|failure| Fault(format!("{origin} does not open. {failure}")))
}

fn is_link(text: &str) -> bool {
    let starts = ["http://", "https://", "file://", "#", "design=", "d1."];
    starts.iter().any(|start| text.starts_with(start))
}

/// Reads a little more than the limit at most: the limit's own words come from reading the design.
fn read(from: impl Read, origin: &str) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    let read = from.take(share::MAX_TEXT as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Fault(format!("{origin} cannot be read ({error}).")))?;
    String::from_utf8(bytes).map_err(|_| Fault(format!("{origin} is not text: a design is JSON in UTF-8.")))
}

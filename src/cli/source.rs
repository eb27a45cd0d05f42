//! Where a design comes from: a file, a link, or standard input that holds either.

use std::fs::File;
use std::io::Read;

use headroom::file;
use headroom::share::{self, Failure, Note, Opened};

use super::Fault;

/// Opens the design that an argument names.
pub(super) fn open(argument: &str) -> Result<Opened, Fault> {
    if is_link(argument) {
        return of_link(argument, "the link");
    }
    if argument == "-" {
        return of_bytes(&read(std::io::stdin().lock(), "standard input")?, "standard input");
    }
    let file = File::open(argument).map_err(|error| {
        Fault(format!(
            "“{argument}” cannot be read ({error}). Give a file, a link in quotes, or - for standard input."
        ))
    })?;
    of_bytes(&read(file, argument)?, argument)
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

/// What was not understood, a line each, with its JSON path: `$.nodes[3].cores: …`, or its place in another text.
pub(super) fn notes(opened: &Opened) -> Vec<String> {
    let line = |note: &Note| match note.path.as_str() {
        "" => note.text.clone(),
        place if place.starts_with("line ") || place.starts_with("the ") => format!("{place}: {}", note.text),
        path => format!("$.{path}: {}", note.text),
    };
    opened.notes.iter().map(line).collect()
}

/// A link, or any file that carries a design: JSON, a picture, Mermaid text.
fn of_bytes(bytes: &[u8], origin: &str) -> Result<Opened, Fault> {
    match std::str::from_utf8(bytes).map(str::trim) {
        Ok(text) if is_link(text) => of_link(text, origin),
        _ => file::open(bytes).map_err(|failure| unopened(origin, &failure)),
    }
}

fn of_link(link: &str, origin: &str) -> Result<Opened, Fault> {
    let link = link.trim();
    let fragment = link.split_once('#').map_or(link, |(_, fragment)| fragment);
    share::open_fragment(fragment).map_err(|failure| unopened(origin, &failure))
}

fn unopened(origin: &str, failure: &Failure) -> Fault {
    Fault(format!("{origin} does not open. {failure}"))
}

fn is_link(text: &str) -> bool {
    let starts = ["http://", "https://", "file://", "#", "design=", "d1."];
    starts.iter().any(|start| text.starts_with(start))
}

/// Reads a little more than the limit at most: the limit's own words come from reading the design.
fn read(from: impl Read, origin: &str) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let read = from.take(file::MAX_FILE as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Fault(format!("{origin} cannot be read ({error}).")))?;
    Ok(bytes)
}

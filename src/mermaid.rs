//! A design as a Mermaid flowchart, and the other way: what other tools draw of a system, and what they can show.
//!
//! Mermaid knows boxes and arrows: names, kinds, links with what they carry, groups and notes go over; parameters do not.

mod build;
mod label;
mod statement;
mod write;

pub use write::write;

use crate::share::{Failure, MAX_TEXT, Opened, damaged};

/// The class of boxes that are notes.
const NOTE_CLASS: &str = "note";

/// Kinds of Mermaid diagrams that are no flowchart.
const OTHERS: [&str; 18] = [
    "sequenceDiagram",
    "classDiagram",
    "stateDiagram",
    "stateDiagram-v2",
    "erDiagram",
    "journey",
    "gantt",
    "pie",
    "quadrantChart",
    "requirementDiagram",
    "gitGraph",
    "mindmap",
    "timeline",
    "zenuml",
    "sankey-beta",
    "xychart-beta",
    "block-beta",
    "architecture-beta",
];

/// Whether a text begins as a Mermaid diagram does, in a fence of Markdown or not.
pub fn is_mermaid(text: &str) -> bool {
    let mut lines = content(text).map(|(_, line)| line);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with("%%"));
    first.is_some_and(|line| direction(line).is_some() || OTHERS.contains(&word(line)))
}

/// Reads a flowchart. Kinds are guessed from the labels; what was not understood is named line by line.
///
/// # Errors
/// [`Failure`] when it is no flowchart at all.
pub fn read(text: &str) -> Result<Opened, Failure> {
    if text.len() > MAX_TEXT {
        return Err(Failure::TooLarge(format!(
            "This text is too large: {} bytes, and at most {MAX_TEXT} are read.",
            text.len()
        )));
    }
    let mut lines = content(text).filter(|(_, line)| !line.is_empty() && !line.starts_with("%%"));
    let Some((_, first)) = lines.next() else {
        return damaged("There is no diagram here: the text is empty.");
    };
    if direction(first).is_none() {
        return damaged(&format!(
            "This is a Mermaid diagram of another kind (“{}”). Headroom reads flowcharts: they begin with “flowchart LR”.",
            word(first)
        ));
    }
    // Statements may follow on the same line.
    let rest = first.split_once(';').map_or("", |(_, rest)| rest);
    let mut builder = build::Builder::new(title(text));
    rest.split(';').for_each(|statement| builder.take(1, statement.trim()));
    for (number, line) in lines {
        statement::split(line).into_iter().for_each(|statement| builder.take(number, statement));
    }
    Ok(builder.finish())
}

/// The lines of the diagram with their numbers from 1, trimmed: without front matter and fences.
fn content(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let all = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let mut front = false;
    let mut begun = false;
    all.enumerate().filter_map(move |(index, line)| {
        let is_fence = line.starts_with("```");
        if line == "---" && (front || !begun) {
            front = !front;
            return None;
        }
        begun = begun || !(line.is_empty() || is_fence);
        (!front && !is_fence).then_some((index + 1, line))
    })
}

/// The title of the front matter.
fn title(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim).skip_while(|line| line.is_empty() || line.starts_with("```"));
    if lines.next() != Some("---") {
        return "";
    }
    let title = lines.take_while(|line| *line != "---").find_map(|line| line.strip_prefix("title:"));
    title.map_or("", |title| title.trim().trim_matches(['"', '\'']))
}

/// What stands behind `flowchart` or `graph`; `None` when the line begins otherwise.
fn direction(line: &str) -> Option<&str> {
    let rest = ["flowchart-elk", "flowchart", "graph"].iter().find_map(|start| line.strip_prefix(start))?;
    (rest.is_empty() || rest.starts_with([' ', '\t', ';'])).then(|| rest.trim())
}

fn word(line: &str) -> &str {
    line.split([' ', '\t', ';']).next().unwrap_or("")
}

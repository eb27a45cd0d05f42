//! A design as a flowchart: one line for each block, link and note, groups as subgraphs.

use std::fmt::Write;

use super::NOTE_CLASS;
use super::label::quoted;
use crate::blocks::{self, About, Family, link};
use crate::design::{Design, GroupId, Node};
use crate::session::groups;

/// How a note looks in other tools: yellow paper.
const PAPER: &str = "fill:#fff8c5,stroke:#d4a72c,color:#24292f";

/// The flowchart.
pub fn write(design: &Design) -> String {
    let mut out = String::new();
    if !design.name.is_empty() {
        let name: String = design.name.chars().filter(|c| !c.is_control() && *c != '"').collect();
        let _ = writeln!(out, "---\ntitle: \"{name}\"\n---");
    }
    out.push_str("flowchart LR\n");
    nodes(&mut out, design, None, 1);
    for link in &design.links {
        let arrow = if link::is_async(&link.values) { "-.->" } else { "-->" };
        let words = link::in_words(&link.values);
        let label = if words.is_empty() { String::new() } else { format!("|{}|", quoted(&words)) };
        let _ = writeln!(out, "  n{} {arrow}{label} n{}", link.from.0, link.to.0);
    }
    notes(&mut out, design);
    out
}

/// Notes are boxes of a class of their own: every tool draws them, and reading tells them from blocks.
fn notes(out: &mut String, design: &Design) {
    for note in &design.notes {
        let lines: Vec<String> = note.text.lines().map(quoted).collect();
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_matches('"')).collect();
        let _ = writeln!(out, "  note{}[\"{}\"]:::{NOTE_CLASS}", note.id.0, lines.join("<br/>"));
    }
    if !design.notes.is_empty() {
        let _ = writeln!(out, "  classDef {NOTE_CLASS} {PAPER}");
    }
}

/// The blocks and groups right inside a group, or outside of all.
fn nodes(out: &mut String, design: &Design, inside: Option<GroupId>, depth: usize) {
    let indent = "  ".repeat(depth);
    for node in design.nodes.iter().filter(|node| node.group == inside) {
        let about = blocks::find(&node.block).map(|block| block.about());
        let (open, close) = about.map_or(("[", "]"), shape);
        let _ = writeln!(out, "{indent}n{}{open}{}{close}", node.id.0, label(design, node, about));
    }
    // What lies in itself is never reached.
    for group in design.groups.iter().filter(|group| group.parent == inside) {
        let _ =
            writeln!(out, "{indent}subgraph g{}[{}]", group.id.0, quoted(&groups::title(design, group.id)));
        nodes(out, design, Some(group.id), depth + 1);
        let _ = writeln!(out, "{indent}end");
    }
}

/// Name and kind, or the kind alone where there is no other name.
fn label(design: &Design, node: &Node, about: Option<&About>) -> String {
    let title = quoted(design.title(node));
    let kind = about.map_or(node.block.as_str(), |about| about.name);
    if design.title(node) == kind {
        return title;
    }
    let kind = quoted(kind);
    format!("{}<br/>{}", title.trim_end_matches('"'), kind.trim_start_matches('"'))
}

/// Callers round, stores as cylinders, the rest as boxes.
fn shape(about: &About) -> (&'static str, &'static str) {
    match about.family {
        _ if !about.accepts_calls && about.makes_calls => ("([", "])"),
        Family::Data => ("[(", ")]"),
        Family::Operations => ("(", ")"),
        Family::Edge | Family::Compute => ("[", "]"),
    }
}

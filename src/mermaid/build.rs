//! Makes a design of the statements of a flowchart, one after the other, and notes what has no place in it.

use std::collections::BTreeMap;

use super::statement::{self, Arrow, Node as Drawn, Role};
use super::{NOTE_CLASS, label};
use crate::blocks::param::{Value, Values};
use crate::blocks::words::{self, Lexicon};
use crate::blocks::{self, About};
use crate::design::{self, Design, Edit, Group, GroupId, GroupKind, Link, LinkId, Node, NodeId, edit};
use crate::session::geometry::{self, GRID, Rect};
use crate::session::layout;
use crate::share::{
    MAX_GROUPS, MAX_LINKS, MAX_NAME, MAX_NODES, MAX_NOTE, MAX_NOTES as MOST_ON_CANVAS, Note, Opened,
};
use crate::sorted;

/// Most notes kept: a person reads no more.
const MAX_NOTES: usize = 100;
/// What says how a diagram looks, and nothing about the system.
const LOOKS: [&str; 9] =
    ["style", "classDef", "class", "linkStyle", "click", "accTitle", "accDescr", "accTitle:", "accDescr:"];

/// A design under construction.
pub struct Builder<'a> {
    design: Design,
    ids: BTreeMap<&'a str, usize>,
    /// For each node: its label, the line that has it first, and what it is drawn as.
    seen: Vec<Seen<'a>>,
    arrows: Vec<(usize, usize, usize, Arrow<'a>)>,
    groups: Vec<Drawing<'a>>,
    /// Groups that are open, as places in `groups`.
    open: Vec<usize>,
    notes: Vec<Note>,
    more: usize,
    lexicon: Lexicon,
}

struct Seen<'a> {
    line: usize,
    id: &'a str,
    label: Option<&'a str>,
    role: Role,
    group: Option<usize>,
}

struct Drawing<'a> {
    id: &'a str,
    title: &'a str,
    parent: Option<usize>,
}

impl<'a> Builder<'a> {
    /// An empty design with this name.
    pub fn new(name: &str) -> Self {
        let design = Design { name: name.chars().take(MAX_NAME).collect(), ..Design::fresh() };
        Builder {
            design,
            ids: BTreeMap::new(),
            seen: Vec::new(),
            arrows: Vec::new(),
            groups: Vec::new(),
            open: Vec::new(),
            notes: Vec::new(),
            more: 0,
            lexicon: Lexicon::default(),
        }
    }

    /// Reads one statement of a line.
    pub fn take(&mut self, line: usize, statement: &'a str) {
        let word = statement.split_whitespace().next().unwrap_or("");
        let rest = statement[word.len()..].trim();
        match word {
            "" | "direction" => {}
            "subgraph" => self.begin_group(line, rest),
            "end" if rest.is_empty() => {
                if self.open.pop().is_none() {
                    self.note(line, "There is no group to end here: left out.".to_owned());
                }
            }
            "classDef" if rest.split_whitespace().next() == Some(NOTE_CLASS) => {}
            "class" if rest.split_whitespace().next_back() == Some(NOTE_CLASS) => self.classify(rest),
            _ if LOOKS.contains(&word) => {
                self.note(line, format!("“{word}” says how the diagram looks: left out."));
            }
            _ => match statement::chain(statement) {
                Ok(chain) => self.chain(line, chain),
                Err(rest) => {
                    self.note(line, format!("“{}” was not understood: left out.", excerpt(rest)));
                }
            },
        }
    }

    /// The design, with its blocks in columns along the arrows.
    pub fn finish(mut self) -> Opened {
        if let Some(open) = self.open.last() {
            let title = self.groups[*open].title;
            self.note(0, format!("The group “{}” has no “end”.", excerpt(title)));
        }
        let groups = self.make_groups();
        self.make_nodes(&groups);
        self.make_links();
        let places = layout::layered(&self.design);
        let _ = Edit::Move(places).apply(&mut self.design);
        self.make_notes();
        if self.more > 0 {
            self.notes
                .push(Note { path: String::new(), text: format!("{} more notes like these.", self.more) });
        }
        Opened { design: self.design, notes: self.notes, claim: None }
    }

    fn chain(&mut self, line: usize, chain: statement::Chain<'a>) {
        let stops: Vec<Vec<usize>> = chain
            .stops
            .iter()
            .map(|stop| stop.iter().filter_map(|node| self.meet(line, node)).collect())
            .collect();
        for (ends, arrow) in stops.windows(2).zip(chain.arrows) {
            for (from, to) in ends[0].iter().flat_map(|from| ends[1].iter().map(move |to| (*from, *to))) {
                if arrow.is_hidden {
                    continue;
                }
                if self.arrows.len() == MAX_LINKS {
                    return self.note(
                        line,
                        format!("A design has at most {MAX_LINKS} links: the rest is left out."),
                    );
                }
                self.arrows.push((line, from, to, arrow.clone()));
            }
        }
    }

    /// The place of a node, new or known; what a later statement says of it counts.
    fn meet(&mut self, line: usize, node: &Drawn<'a>) -> Option<usize> {
        if self.groups.iter().any(|group| group.id == node.id) && node.label.is_none() {
            self.note(
                line,
                format!("“{}” is a group, and links lead to blocks: left out.", excerpt(node.id)),
            );
            return None;
        }
        if let Some(at) = self.ids.get(node.id) {
            let seen = &mut self.seen[*at];
            seen.label = node.label.or(seen.label);
            seen.role = if node.role == Role::Block { seen.role } else { node.role };
            seen.group = seen.group.or(self.open.last().copied());
            return Some(*at);
        }
        if self.seen.len() == MAX_NODES {
            self.note(
                line,
                format!("A design has at most {MAX_NODES} blocks: “{}” is left out.", excerpt(node.id)),
            );
            return None;
        }
        let Drawn { id, label, role } = *node;
        self.seen.push(Seen { line, id, label, role, group: self.open.last().copied() });
        self.ids.insert(id, self.seen.len() - 1);
        Some(self.seen.len() - 1)
    }

    /// `class a,b note` makes notes of these.
    fn classify(&mut self, rest: &str) {
        let Some((ids, _)) = rest.rsplit_once(char::is_whitespace) else { return };
        for id in ids.split(',') {
            if let Some(at) = self.ids.get(id.trim()) {
                self.seen[*at].role = Role::Note;
            }
        }
    }

    fn begin_group(&mut self, line: usize, rest: &'a str) {
        let (id, title) = match rest.split_once('[') {
            Some((id, title)) => (id.trim(), title.trim_end().trim_end_matches(']').trim().trim_matches('"')),
            None => (rest, rest.trim_matches('"')),
        };
        if self.groups.len() == MAX_GROUPS {
            self.note(
                line,
                format!("A design has at most {MAX_GROUPS} groups: “{}” is left out.", excerpt(title)),
            );
        } else {
            self.groups.push(Drawing { id, title, parent: self.open.last().copied() });
        }
        self.open.push(self.groups.len() - 1);
    }

    /// Groups get kinds by their titles, and by what lies in what: host in zone in region.
    fn make_groups(&mut self) -> Vec<Option<GroupId>> {
        let mut made: Vec<Option<GroupId>> = Vec::new();
        let drawn = std::mem::take(&mut self.groups);
        for (index, drawing) in drawn.iter().enumerate() {
            let parent = drawing.parent.and_then(|parent| made[parent]);
            let around = parent.and_then(|id| self.design.group(id)).map(|group| group.kind);
            let holds_groups = drawn.iter().any(|inner| inner.parent == Some(index));
            let title = label::lines(drawing.title).join(" ");
            let kind = kind_of_group(&title, around, holds_groups);
            let id = self.design.next_group_id();
            let name = title.chars().take(MAX_NAME).collect();
            let added = kind.map(|kind| Group {
                id,
                kind,
                name,
                parent,
                collapsed: false,
                values: Values::default(),
            });
            let added = added.filter(|group| Edit::AddGroup(group.clone()).apply(&mut self.design).is_ok());
            if added.is_none() {
                let text = format!(
                    "The group “{}” lies too deep in others (host in zone in region): its blocks are in the one around it.",
                    excerpt(&title)
                );
                self.note(0, text);
            }
            made.push(added.map_or(parent, |group| Some(group.id)));
        }
        made
    }

    fn make_nodes(&mut self, groups: &[Option<GroupId>]) {
        let called = sorted::set(self.arrows.iter().map(|(_, _, to, _)| *to));
        for index in 0..self.seen.len() {
            let seen = &self.seen[index];
            if seen.role == Role::Note {
                continue;
            }
            let lines = label::lines(seen.label.unwrap_or(seen.id));
            let is_called = called.contains(&index);
            let guess = guess(&self.lexicon, &lines, seen.role == Role::Store, is_called);
            let (line, group) = (seen.line, seen.group.and_then(|group| groups[group]));
            let about = guess.about;
            let name: String = guess.name.chars().take(MAX_NAME).collect();
            if guess.is_wild {
                let text = format!(
                    "“{}” names no kind of block that Headroom knows: read as {}.",
                    excerpt(&name),
                    about.name
                );
                self.note(line, text);
            }
            let values = Values::of(about.initial);
            let id = NodeId(index as u32 + 1);
            let name = if name == about.name { String::new() } else { name };
            self.design.nodes.push(Node { id, block: about.id.to_owned(), name, at: [0, 0], group, values });
        }
    }

    fn make_links(&mut self) {
        for (line, from, to, arrow) in std::mem::take(&mut self.arrows) {
            if [from, to].iter().any(|end| self.seen[*end].role == Role::Note) {
                self.note(line, "An arrow to or from a note is left out: links join blocks.".to_owned());
                continue;
            }
            let (from, to) = (NodeId(from as u32 + 1), NodeId(to as u32 + 1));
            let mut values = Values::default();
            if arrow.is_dotted {
                values.set("async", Some(Value::Flag(true)));
            }
            let unread = arrow.label.map_or_else(Vec::new, |label| read_label(label, &mut values));
            if !unread.is_empty() {
                let text = format!(
                    "“{}” on an arrow says nothing that a link can: left out.",
                    excerpt(&unread.join(" "))
                );
                self.note(line, text);
            }
            let link = Link { id: LinkId(self.design.links.len() as u32 + 1), from, to, values };
            match edit::may_add_link(&self.design, &link) {
                Ok(()) => self.design.links.push(link),
                Err(refusal) => {
                    let titles = [from, to].map(|id| self.design.title_of(id).to_owned());
                    self.note(
                        line,
                        format!("The arrow from {} to {} is left out: {}", titles[0], titles[1], refusal.0),
                    );
                }
            }
        }
    }

    /// The texts of notes, in rows below the blocks: a flowchart has no places.
    fn make_notes(&mut self) {
        let around = geometry::extent(&self.design).unwrap_or(Rect { min: [0.0; 2], max: [0.0; 2] });
        let apart = f64::from(2 * GRID);
        let (mut at, mut row) = ([around.min[0], around.max[1] + apart], 0.0_f64);
        for index in 0..self.seen.len() {
            let Seen { line, id, label, role, .. } = self.seen[index];
            let text: String = label::text(label.unwrap_or(id)).chars().take(MAX_NOTE).collect();
            if role != Role::Note || text.trim().is_empty() {
                continue;
            }
            if self.design.notes.len() == MOST_ON_CANVAS {
                return self.note(
                    line,
                    format!("A design has at most {MOST_ON_CANVAS} notes: the rest is left out."),
                );
            }
            if at[0] > around.min[0] && at[0] + geometry::NOTE_WIDTH > around.max[0] {
                at = [around.min[0], at[1] + row + apart];
                row = 0.0;
            }
            let id = self.design.next_note_id();
            let place = at.map(|value| (value / f64::from(GRID)).round() as i32 * GRID);
            let written = design::Note { id, at: place, text, values: Values::default() };
            row = row.max(geometry::note(&written).size()[1]);
            at[0] += geometry::NOTE_WIDTH + apart;
            self.design.notes.push(written);
        }
    }

    fn note(&mut self, line: usize, text: String) {
        if self.notes.len() == MAX_NOTES {
            self.more += 1;
            return;
        }
        let path = if line == 0 { "the diagram".to_owned() } else { format!("line {line}") };
        self.notes.push(Note { path, text });
    }
}

/// What a node is and what it is called.
struct Guess {
    about: &'static About,
    name: String,
    /// Nothing in the label said so.
    is_wild: bool,
}

/// The kind by the label's last line when that is the name of one, else by its words, else by how it is drawn.
fn guess(lexicon: &Lexicon, lines: &[String], is_store: bool, is_called: bool) -> Guess {
    let whole = lines.join(" ");
    if let Some((about, named)) =
        lines.split_last().and_then(|(last, rest)| Some((words::named(last)?, rest)))
    {
        return Guess { about, name: named.join(" "), is_wild: false };
    }
    if let Some(about) = lexicon.kind_of(&whole) {
        return Guess { about, name: whole, is_wild: false };
    }
    let about = if is_store {
        blocks::store()
    } else if is_called {
        blocks::server()
    } else {
        blocks::caller()
    };
    Guess { about, name: whole, is_wild: !is_store }
}

/// Region, zone or host: by the title where that fits what lies around it.
fn kind_of_group(title: &str, around: Option<GroupKind>, holds_groups: bool) -> Option<GroupKind> {
    let title = title.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| title.contains(word));
    let named = if says(&["region", "continent"]) {
        Some(GroupKind::Region)
    } else if says(&["zone", "data center", "datacenter"]) {
        Some(GroupKind::Zone)
    } else if says(&["host", "machine", "rack"]) {
        Some(GroupKind::Host)
    } else {
        None
    };
    let next = match around {
        None if holds_groups => Some(GroupKind::Region),
        None | Some(GroupKind::Region) => Some(GroupKind::Zone),
        Some(GroupKind::Zone) => Some(GroupKind::Host),
        Some(GroupKind::Host) => None,
    };
    named.filter(|kind| around.is_none_or(|around| *kind < around)).or(next)
}

/// Reads what an arrow says of its calls; gives the words that say nothing.
fn read_label<'a>(text: &'a str, values: &mut Values) -> Vec<&'a str> {
    let mut unread = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        match word.to_ascii_lowercase().as_str() {
            "read" | "reads" => values.set("ops", Some(Value::Text("reads".to_owned()))),
            "write" | "writes" => values.set("ops", Some(Value::Text("writes".to_owned()))),
            "miss" | "misses" => values.set("when", Some(Value::Text("miss".to_owned()))),
            "async" => values.set("async", Some(Value::Flag(true))),
            "on" | "a" if words.peek().is_some() => {}
            // What is missed goes without saying.
            _ if words.peek().is_some_and(|next| next.to_ascii_lowercase().starts_with("miss")) => {}
            "not" if words.peek().is_some_and(|next| tag(next).is_some()) => {
                let but = words.next().and_then(tag).unwrap_or("");
                values.set(blocks::TAG, Some(Value::Text(format!("!{but}"))));
            }
            _ => match tag(word) {
                Some(tag) => values.set(blocks::TAG, Some(Value::Text(tag.to_owned()))),
                None => unread.push(word),
            },
        }
    }
    unread
}

/// `#pay`, also as Mermaid escapes it.
fn tag(word: &str) -> Option<&str> {
    let tag = word.strip_prefix("#35;").or_else(|| word.strip_prefix('#'))?;
    (!tag.is_empty() && tag.chars().count() <= blocks::LONGEST_TAG).then_some(tag)
}

fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

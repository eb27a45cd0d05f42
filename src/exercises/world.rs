//! The world of an exercise: which blocks there are, what is a fact about them, and what the learner may change.
//!
//! A fact that a design does not mention is filled in; one that a design contradicts is a breach. Whatever is not
//! listed as free is a fact, so that a parameter added later is not a way to cheat.

use crate::blocks::param::{Fixed, Kind, Param, Reader, Unit, Value, Values};
use crate::blocks::{self, link};
use crate::design::{Design, Edit, Link, Node};

/// What holds in an exercise's world.
#[derive(Debug)]
pub struct World {
    /// The blocks that may be used.
    pub parts: &'static [Part],
    /// Latency of a client's links, one way [ms].
    pub entry_ms: f64,
    /// Latency of every other link, one way [ms].
    pub inside_ms: f64,
    /// Parameters of links that the learner may change; latency never is one.
    pub free_on_links: &'static [&'static str],
}

/// A kind of block in an exercise.
#[derive(Debug)]
pub struct Part {
    /// Catalogue id.
    pub block: &'static str,
    /// Parameters that differ here from the catalogue's defaults and cannot be changed.
    pub facts: &'static [(&'static str, Fixed)],
    /// Parameters that the learner may change.
    pub free: &'static [&'static str],
    /// How many there must be, where that is a fact.
    pub exactly: Option<usize>,
}

impl World {
    /// Whether the learner may change this parameter of a block of this kind.
    pub fn is_free(&self, block: &str, param: &str) -> bool {
        self.part(block).is_some_and(|part| part.free.contains(&param))
    }

    /// Whether the learner may change this parameter of a link.
    pub fn is_free_on_links(&self, param: &str) -> bool {
        self.free_on_links.contains(&param)
    }

    /// Whether the palette offers this block.
    pub fn offers(&self, block: &str) -> bool {
        self.part(block).is_some_and(|part| part.exactly.is_none())
    }

    /// The edits that take back what the catalogue gives to every new block and the exercise does not: a block as the
    /// palette places it is always allowed.
    fn undressing<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = Edit> + 'a {
        let given = blocks::find(&node.block).map_or(&[][..], |block| block.about().initial);
        let locked = move |param: &str| {
            !self.is_free(&node.block, param) && self.facts_of(node).all(|(fact, _)| fact != param)
        };
        let untouched = move |(param, value): &&(&'static str, Fixed)| {
            locked(param) && node.values.get(param) == Some(&Value::from(*value))
        };
        given.iter().filter(untouched).map(|(param, _)| Edit::Set(node.id, (*param).to_owned(), None))
    }

    /// The edits that fill in the facts which the design does not mention.
    pub fn dressing(&self, design: &Design) -> Vec<Edit> {
        let of_node = |node| {
            let facts = self.facts_of(node).filter(|(param, _)| node.values.get(param).is_none());
            facts.map(|(param, value)| Edit::Set(node.id, param.to_owned(), Some(value.into())))
        };
        let mut edits: Vec<Edit> = design.nodes.iter().flat_map(of_node).collect();
        edits.extend(design.nodes.iter().flat_map(|node| self.undressing(node)));
        for drawn in &design.links {
            let latency = self.latency_of(design, drawn);
            let read = Reader::new(link::PARAMS, &drawn.values);
            if drawn.values.get(LATENCY).is_none() && read.number(LATENCY) != latency {
                edits.push(Edit::SetLink(drawn.id, LATENCY.to_owned(), Some(Value::Number(latency))));
            }
        }
        edits
    }

    /// The design with the facts filled in, and without faults of its own: the judge brings those.
    pub fn dress(&self, design: &Design) -> Design {
        let mut dressed = design.clone();
        let filled = Edit::All(self.dressing(design)).apply(&mut dressed);
        filled.expect("parameters of blocks and links that are there");
        dressed.faults.clear();
        dressed
    }

    /// Every fact that a dressed design contradicts, in words for a person.
    pub fn breaches(&self, design: &Design) -> Vec<String> {
        let mut found = self.wrong_counts(design);
        for node in &design.nodes {
            let Some(part) = self.part(&node.block) else {
                found.push(format!("{} is not among the blocks of this exercise.", design.title(node)));
                continue;
            };
            let Some(block) = blocks::find(&node.block) else { continue };
            let fact = |param: &Param| fixed_in(part.facts, param);
            let locked = block.about().params.iter().filter(|param| !part.free.contains(&param.id));
            found.extend(contradictions(design.title(node), locked, &node.values, fact));
        }
        for drawn in &design.links {
            let locked = link::PARAMS.iter().filter(|param| !self.is_free_on_links(param.id));
            let latency = [(LATENCY, Fixed::Number(self.latency_of(design, drawn)))];
            let fact = |param: &Param| fixed_in(&latency, param);
            found.extend(contradictions(&between(design, drawn), locked, &drawn.values, fact));
        }
        found
    }

    fn part(&self, block: &str) -> Option<&'static Part> {
        self.parts.iter().find(|part| part.block == block)
    }

    fn facts_of(&self, node: &Node) -> impl Iterator<Item = (&'static str, Fixed)> {
        self.part(&node.block).map_or(&[][..], |part| part.facts).iter().copied()
    }

    fn latency_of(&self, design: &Design, drawn: &Link) -> f64 {
        let from = design.node(drawn.from).and_then(|node| blocks::find(&node.block));
        let entry = from.is_some_and(|block| !block.about().accepts_calls);
        if entry { self.entry_ms } else { self.inside_ms }
    }

    fn wrong_counts(&self, design: &Design) -> Vec<String> {
        let counted = self.parts.iter().filter_map(|part| Some((part, part.exactly?)));
        let wrong = counted.filter_map(|(part, exactly)| {
            let there = design.nodes.iter().filter(|node| node.block == part.block).count();
            let name = blocks::find(part.block).map_or(part.block, |block| block.about().name);
            (there != exactly).then(|| format!("{name}: {there} of them; in this exercise it is {exactly}."))
        });
        wrong.collect()
    }
}

const LATENCY: &str = "latency_ms";

fn fixed_in(facts: &[(&str, Fixed)], param: &Param) -> Fixed {
    facts.iter().find(|(id, _)| *id == param.id).map_or(param.default, |(_, value)| *value)
}

fn contradictions<'a>(
    owner: &str,
    locked: impl Iterator<Item = &'static Param> + 'a,
    values: &'a Values,
    fact: impl Fn(&Param) -> Fixed + 'a,
) -> Vec<String> {
    let different = locked.filter_map(|param| {
        let wanted = Value::from(fact(param));
        let found = Reader::new(std::slice::from_ref(param), values).value(param.id);
        let (is, was) = (show(param, &found), show(param, &wanted));
        (found != wanted)
            .then(|| format!("{owner}: “{}” is {is}; in this exercise it is {was}.", param.label))
    });
    different.collect()
}

/// A parameter's value as its form shows it.
fn show(param: &Param, value: &Value) -> String {
    match (value, param.kind) {
        (Value::Number(number), _) if param.unit == Unit::Share => format!("{} %", number * 100.0),
        (Value::Number(number), _) => format!("{number} {}", param.unit.symbol()).trim_end().to_owned(),
        (Value::Flag(flag), _) => if *flag { "yes" } else { "no" }.to_owned(),
        (Value::Text(text), Kind::Choice(choices)) => {
            let choice = choices.iter().find(|choice| choice.id == text);
            format!("“{}”", choice.map_or(text.as_str(), |choice| choice.label))
        }
        (Value::Text(text), _) => text.clone(),
        (Value::Unknown(json), _) => json.to_string(),
    }
}

fn between(design: &Design, drawn: &Link) -> String {
    let name = |id| design.node(id).map_or("nothing", |node| design.title(node));
    format!("Link from {} to {}", name(drawn.from), name(drawn.to))
}

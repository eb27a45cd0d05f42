//! What was changed from one design to another, in words for a person. Blocks and links are told apart by their ids; where
//! blocks stand is no change.

use crate::blocks::param::{Kind, Param, Reader, Unit, Value, Values};
use crate::blocks::{self, form};
use crate::design::{Design, Link, Node};
use crate::figures;

/// One sentence for each change; empty when the two are the same system.
pub fn changes(before: &Design, after: &Design) -> Vec<String> {
    let mut all = blocks(before, after);
    all.extend(links(before, after));
    all.extend(groups(before, after));
    if before.objectives != after.objectives {
        all.push("The promises are others.".to_owned());
    }
    if before.faults != after.faults {
        all.push(format!("Faults on purpose: {} → {}.", before.faults.len(), after.faults.len()));
    }
    let traffic = [before, after].map(|design| figures::multiple(design.run.traffic));
    if before.run.traffic != after.run.traffic {
        all.push(format!("Traffic: {} → {}.", traffic[0], traffic[1]));
    }
    all
}

fn blocks(before: &Design, after: &Design) -> Vec<String> {
    let mut all = Vec::new();
    for node in &before.nodes {
        match after.node(node.id) {
            None => all.push(format!("Removed {}.", before.title(node))),
            Some(now) => all.extend(of_block([before, after], [node, now])),
        }
    }
    let new = after.nodes.iter().filter(|node| before.node(node.id).is_none());
    all.extend(new.map(|node| format!("Added {}.", after.title(node))));
    all
}

fn of_block(designs: [&Design; 2], [was, is]: [&Node; 2]) -> Vec<String> {
    let [old, new] = [designs[0].title(was), designs[1].title(is)];
    if was.block != is.block {
        return vec![format!("Replaced {old} by {new}.")];
    }
    let mut all = Vec::new();
    if old != new {
        all.push(format!("Renamed {old} to {new}."));
    }
    if let Some(block) = blocks::find(&is.block) {
        all.extend(values(new, block.about().params, [&was.values, &is.values]));
    }
    all
}

fn links(before: &Design, after: &Design) -> Vec<String> {
    let ends = |design: &Design, link: &Link| {
        format!("{} → {}", design.title_of(link.from), design.title_of(link.to))
    };
    let mut all = Vec::new();
    for link in &before.links {
        match after.link(link.id) {
            // What went with its block has been said.
            None if after.node(link.from).is_none() || after.node(link.to).is_none() => {}
            None => all.push(format!("Removed the link {}.", ends(before, link))),
            Some(now) if (link.from, link.to) != (now.from, now.to) => {
                all.push(format!("Moved the link {} to {}.", ends(before, link), ends(after, now)));
            }
            Some(now) => {
                all.extend(values(&ends(after, now), blocks::link::PARAMS, [&link.values, &now.values]))
            }
        }
    }
    let new = after.links.iter().filter(|link| before.link(link.id).is_none());
    all.extend(new.map(|link| format!("Linked {}.", ends(after, link))));
    let order = |design: &Design, other: &Design| {
        design.links.iter().map(|link| link.id).filter(|id| other.link(*id).is_some()).collect::<Vec<_>>()
    };
    if order(before, after) != order(after, before) {
        all.push("Calls are made in another order.".to_owned());
    }
    all
}

fn groups(before: &Design, after: &Design) -> Vec<String> {
    let mut all = Vec::new();
    for group in before.groups.iter().filter(|group| after.group(group.id).is_none()) {
        all.push(format!("Removed the {} {}.", group.kind.name(), group.name));
    }
    for group in &after.groups {
        match before.group(group.id) {
            None => all.push(format!("Drew the {} {}.", group.kind.name(), group.name)),
            Some(was) if !was.is_same_but_look(group) => {
                all.push(format!("Changed the {} {}.", group.kind.name(), group.name))
            }
            Some(_) => {}
        }
    }
    let moved =
        after.nodes.iter().filter(|node| before.node(node.id).is_some_and(|was| was.group != node.group));
    all.extend(moved.map(|node| {
        let group = node.group.and_then(|id| after.group(id));
        let place = group.map_or("in no group".to_owned(), |group| format!("in {}", group.name));
        format!("{} is {place} now.", after.title(node))
    }));
    all
}

/// “App server, Instances: 2 → 4.” for each parameter whose value is another one, defaults included.
fn values(what: &str, params: &'static [Param], sides: [&Values; 2]) -> Vec<String> {
    let readers = sides.map(|values| Reader::new(params, values));
    let one = |param: &'static Param| {
        let [was, is] = readers.each_ref().map(|reader| reader.value(param.id));
        let told = was != is && readers.iter().any(|reader| reader.offered(param));
        told.then(|| format!("{what}, {}: {} → {}.", param.label, shown(param, &was), shown(param, &is)))
    };
    params.iter().filter_map(one).collect()
}

/// A value with its unit.
fn shown(param: &Param, value: &Value) -> String {
    match (param.kind, value) {
        (Kind::Choice(choices), Value::Text(id)) => choices
            .iter()
            .find(|choice| choice.id == id)
            .map_or_else(|| id.clone(), |choice| choice.label.to_owned()),
        (_, Value::Flag(flag)) => if *flag { "yes" } else { "no" }.to_owned(),
        (_, Value::Number(number)) if param.unit != Unit::Share => {
            format!("{} {}", figures::plain(*number), param.unit.symbol()).trim_end().to_owned()
        }
        (_, Value::Text(text)) if text.is_empty() => "nothing".to_owned(),
        (_, value) => format!("{} {}", form::text(param, value), param.unit.symbol()).trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share;

    fn design(json: &str) -> Design {
        share::from_json(&format!(r#"{{"headroom":1,{json}}}"#)).expect("a design").design
    }

    const BEFORE: &str = r#""nodes":[{"id":1,"block":"client","rate":100,"at":[0,0]},{"id":2,"block":"app-server"},
        {"id":3,"block":"sql-database"}],"links":[[1,2],[2,3,{"timeout_ms":500}]]"#;

    #[test]
    fn the_same_system_elsewhere_on_the_canvas_is_no_change() {
        let moved = BEFORE.replace("[0,0]", "[90,45]");
        assert_eq!(changes(&design(BEFORE), &design(&moved)), Vec::<String>::new());
    }

    #[test]
    fn what_was_added_removed_and_set_is_said_with_its_units() {
        let after = r#""nodes":[{"id":1,"block":"client","rate":250},{"id":2,"block":"app-server","name":"web","instances":3},
            {"id":4,"block":"cache"}],"links":[[1,2],[2,4]],"run":{"traffic":2}"#;
        let all = changes(&design(BEFORE), &design(after));
        assert!(all.contains(&"Client, Requests: 100 /s → 250 /s.".to_owned()), "{all:?}");
        assert!(all.contains(&"Renamed App server to web.".to_owned()), "{all:?}");
        assert!(all.contains(&"web, Instances: 1 → 3.".to_owned()), "{all:?}");
        assert!(
            all.contains(&"Removed SQL database.".to_owned()) && all.contains(&"Added Cache.".to_owned()),
            "{all:?}"
        );
        assert!(all.contains(&"Traffic: 1.0× → 2.0×.".to_owned()), "{all:?}");
    }

    #[test]
    fn a_link_is_told_by_its_ends() {
        let all = changes(&design(BEFORE), &design(&BEFORE.replace("500", "250")));
        assert_eq!(all, ["App server → SQL database, Timeout: 500 ms → 250 ms."]);
        let all = changes(&design(BEFORE), &design(&BEFORE.replace(r#",[2,3,{"timeout_ms":500}]"#, "")));
        assert_eq!(all, ["Removed the link App server → SQL database."]);
    }
}

//! Which requests get where: the ways that links leave open to each tag, and what is wrong with them.

use super::{Lane, Operation, Problem, Route, Source, Station, Tag, Tags, Topology};
use crate::blocks::{self, link};
use crate::design::Design;

impl Topology {
    /// Tags that a client has; without any client that of no tag, so that there is always one.
    pub fn tags_in_use(&self) -> Vec<Tag> {
        let used = |tag: &Tag| self.sources().any(|(_, source)| source.tag == *tag);
        let found: Vec<Tag> = self.tags.all().filter(used).collect();
        if found.is_empty() { vec![Tag::NONE] } else { found }
    }

    /// The stations that requests of a tag can come to, those of its clients included.
    pub fn reached_by(&self, tag: Tag) -> Vec<bool> {
        self.reached(|source| source.tag == tag, |route| route.tags.has(tag))
    }

    /// The stations that requests of a lane come to, those of its clients included.
    pub fn reached_in(&self, lane: Lane) -> Vec<bool> {
        let sends = |source: &Source| source.tag == lane.tag && lane.op.share_of(source) > 0.0;
        self.reached(sends, |route| route.carries(lane))
    }

    fn reached(&self, sends: impl Fn(&Source) -> bool, takes: impl Fn(&Route) -> bool) -> Vec<bool> {
        let open = self.sources().filter(|(_, source)| sends(source)).map(|(node, _)| node).collect();
        self.reached_from(open, takes)
    }

    /// The stations that calls along these routes come to from some stations, and those.
    pub fn reached_from(&self, mut open: Vec<usize>, takes: impl Fn(&Route) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.len()];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut reached[node], true) {
                continue;
            }
            let routes = self.outgoing[node].iter().map(|edge| edge.index());
            open.extend(routes.filter(|at| takes(self.route(*at))).map(|at| self.ends(at).1));
        }
        reached
    }

    fn sources(&self) -> impl Iterator<Item = (usize, &Source)> {
        self.places().filter_map(|(node, place)| match &place.station {
            Station::Source(source) => Some((node, source)),
            Station::Router(_) | Station::Server(_) | Station::Cache(_) => None,
            Station::Store(_) | Station::Queue(_) | Station::Observer => None,
        })
    }
}

/// Names filters and tags that do not meet.
pub fn check(design: &Design, topology: &Topology, problems: &mut Vec<Problem>) {
    filters_without_a_client(design, topology, problems);
    let reached: Vec<(Lane, Vec<bool>)> =
        topology.lanes().map(|lane| (lane, topology.reached_in(lane))).collect();
    links_without_requests(topology, &reached, problems);
    for tag in topology.tags.all() {
        requests_without_a_link(topology, tag, &reached, problems);
    }
}

/// A filter by a tag that no client has is most likely a slip of the pen.
fn filters_without_a_client(design: &Design, topology: &Topology, problems: &mut Vec<Problem>) {
    let unknown = |text: &str| {
        let name = text.trim_start_matches('!').trim().to_owned();
        (!text.is_empty() && topology.tags.find(&name).is_none()).then_some((name, text.starts_with('!')))
    };
    for drawn in &design.links {
        let Some((name, but)) = unknown(link::tag(&drawn.values)) else { continue };
        let does = if but { "carries everything" } else { "carries nothing" };
        let text = format!(
            "No client has the tag “{name}”, so this link {does}: give a client that tag, or clear the link's."
        );
        problems.push(Problem { node: None, link: Some(drawn.id), text });
    }
    for node in &design.nodes {
        let Some(place) = topology.index_of(node.id).map(|at| topology.place(at)) else { continue };
        let Some(block) = blocks::find(&node.block).filter(|_| place.servers.limit.is_some()) else {
            continue;
        };
        let Some((name, but)) = unknown(block.tag(&node.values)) else { continue };
        let does = if but { "counts everything" } else { "limits nothing" };
        let text = format!(
            "{}: no client has the tag “{name}”, so it {does}. Give a client that tag, or clear the limit's.",
            place.name
        );
        problems.push(Problem { node: Some(node.id), link: None, text });
    }
}

/// A link whose tag never comes to where it starts.
fn links_without_requests(topology: &Topology, reached: &[(Lane, Vec<bool>)], problems: &mut Vec<Problem>) {
    for index in 0..topology.graph.edge_count() {
        let (route, from) = (topology.route(index), topology.ends(index).0);
        let known = topology.tags.all().any(|tag| route.tags.has(tag));
        let taken = reached.iter().any(|(lane, reached)| route.carries(*lane) && reached[from]);
        let lonely = reached.iter().all(|(_, reached)| !reached[from]);
        if route.tags == Tags::ALL || !known || taken || lonely {
            continue;
        }
        let name = &topology.place(from).name;
        let text = format!(
            "No request of this link's tag ({}) ever comes to {name}, so nothing takes it: let the links that lead there carry it.",
            topology.tags.words(route.tags)
        );
        problems.push(Problem { node: None, link: Some(route.id), text });
    }
}

/// Where requests of a tag come to and find links, but none that carries them.
fn requests_without_a_link(
    topology: &Topology,
    tag: Tag,
    reached: &[(Lane, Vec<bool>)],
    problems: &mut Vec<Problem>,
) {
    let comes = |op: Operation, node: usize| reached[Lane { op, tag }.index()].1[node];
    for (node, place) in topology.places() {
        let all = || topology.outgoing[node].iter().map(|edge| topology.route(edge.index()));
        let lost = |op: &Operation| {
            let carried = all().any(|route| route.carries(Lane { op: *op, tag }));
            comes(*op, node) && !carried && all().any(|route| route.takes(*op))
        };
        let ops: Vec<Operation> = Operation::ALL.into_iter().filter(lost).collect();
        let what = match ops[..] {
            [] => continue,
            [Operation::Read] => "reads",
            [Operation::Write] => "writes",
            _ => "requests",
        };
        let end = match &place.station {
            Station::Source(_) | Station::Router(_) => "they are refused",
            Station::Server(server) if server.holds_data => continue,
            Station::Server(_) | Station::Cache(_) => "they go no further and find no data",
            Station::Queue(_) => "they wait there for ever",
            Station::Store(_) | Station::Observer => continue,
        };
        let whose = whose(topology, tag);
        let text = format!(
            "No link from {} carries {what} {whose}: {end}. Let one of its links carry them.",
            place.name
        );
        problems.push(Problem { node: Some(place.id), link: None, text });
    }
    on_miss_without_cache(topology, tag, &comes, problems);
}

/// A link *on cache miss* that requests of a tag would take, if an earlier link brought them to a cache.
fn on_miss_without_cache(
    topology: &Topology,
    tag: Tag,
    comes: &impl Fn(Operation, usize) -> bool,
    problems: &mut Vec<Problem>,
) {
    for (node, place) in topology.places() {
        let (mut any, mut own) = (false, false);
        for edge in &topology.outgoing[node] {
            let route = &topology.graph[*edge];
            let taken =
                Operation::ALL.iter().any(|op| route.carries(Lane { op: *op, tag }) && comes(*op, node));
            if route.on_miss && any && !own && taken {
                let whose = whose(topology, tag);
                let text = format!(
                    "A link of {} says “only on cache miss”, but no earlier link brings requests {whose} to a cache: they \
                     never take it.",
                    place.name
                );
                problems.push(Problem { node: Some(place.id), link: Some(route.id), text });
                break;
            }
            if matches!(topology.place(topology.ends(edge.index()).1).station, Station::Cache(_)) {
                (any, own) = (true, own || route.tags.has(tag));
            }
        }
    }
}

fn whose(topology: &Topology, tag: Tag) -> String {
    match topology.tags.name(tag) {
        "" => "without a tag".to_owned(),
        name => format!("of the tag “{name}”"),
    }
}

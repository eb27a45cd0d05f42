//! Design to topology: always an answer, with the problems that were met on the way.

use std::collections::BTreeMap;

use petgraph::graph::{DiGraph, NodeIndex};

use super::lowered::{Lowerings, Meaning};
use super::{Domain, MOST_TAGS, Place, Policies, Problem, Route, Station, TagNames, Topology};

use crate::blocks::{self, Block, life};
use crate::design::{Design, Link, LinkId, Node, NodeId};

/// Builds the topology of any design. Blocks and links that cannot take part are left out and named.
pub fn build(design: &Design) -> (Topology, Vec<Problem>) {
    build_again(design, &mut Lowerings::default())
}

/// The same with what is known from the build before: nothing else comes of it, but sooner.
pub fn build_again(design: &Design, known: &mut Lowerings) -> (Topology, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut topology = Topology {
        graph: DiGraph::default(),
        outgoing: Vec::new(),
        groups: domains(design),
        objectives: design.objectives,
        traffic: design.run.traffic.clamp(0.0, 1e6),
        faults: Vec::new(),
        distances: None,
        tags: TagNames::default(),
        monitored: false,
    };
    let drawn = add_places(design, known, &mut topology, &mut problems);
    count_tags(&drawn, &mut topology);
    topology.outgoing = vec![Vec::new(); topology.len()];
    let indices: BTreeMap<NodeId, usize> =
        crate::sorted::map(topology.places().map(|(index, place)| (place.id, index)));
    for (at, link) in design.links.iter().enumerate() {
        let ends = indices.get(&link.from).copied().zip(indices.get(&link.to).copied());
        let Some((from, to)) = ends else {
            let text = "This link leads to a block that takes no part: left out of the run.".to_owned();
            problems.push(Problem { node: None, link: Some(link.id), text });
            continue;
        };
        let route = known.link(at, link);
        add_route(link, route, (from, to), &drawn, &mut topology, &mut problems);
    }
    gather_groups(&mut topology);
    let monitored = topology.places().any(|(_, place)| matches!(place.station, Station::Observer));
    topology.monitored = monitored;
    topology.faults = super::fault::timeline(design, &topology, &mut problems);
    topology.distances = super::distance::distances(&topology);
    look_for_dead_ends(&topology, &mut problems);
    super::ways::check(design, &topology, &mut problems);
    super::strategy::check(&topology, &mut problems);
    crate::engine::settle_memory(&mut topology);
    (topology, problems)
}

fn domains(design: &Design) -> Vec<Domain> {
    let index = |id| design.groups.iter().position(|group| group.id == id);
    let domain = |group: &crate::design::Group| {
        let (mttf_s, mttr_s) = life::of_group(&group.values);
        let location = life::location_of_group(&group.values);
        let parent = group.parent.and_then(index);
        Domain { id: group.id, kind: group.kind, name: group.name.clone(), parent, mttf_s, mttr_s, location }
    };
    design.groups.iter().map(domain).collect()
}

/// A node that takes part, and what it is.
type Drawn<'a> = (&'a Node, &'static dyn Block);

/// Adds the places in the order of the design; those that take part, in that of the topology.
fn add_places<'a>(
    design: &'a Design,
    known: &mut Lowerings,
    topology: &mut Topology,
    problems: &mut Vec<Problem>,
) -> Vec<Drawn<'a>> {
    let mut drawn = Vec::with_capacity(design.nodes.len());
    for (at, node) in design.nodes.iter().enumerate() {
        let Some(block) = blocks::find(&node.block) else {
            let text = format!("Unknown block “{}”: left out of the run, kept in the design.", node.block);
            problems.push(Problem { node: Some(node.id), link: None, text });
            continue;
        };
        let Meaning { mut lowered, life, network } = known.node(at, node, block);
        if let Station::Source(source) = &mut lowered.station {
            // What stands before it says “all but” in a filter.
            let tag = block.tag(&node.values).trim_start_matches('!').trim();
            let found = topology.tags.add(tag);
            if found.is_none() {
                let text = format!(
                    "Only {} different tags are told apart: the requests of this client count as without one.",
                    MOST_TAGS - 1
                );
                problems.push(Problem { node: Some(node.id), link: None, text });
            }
            source.tag = found.unwrap_or_default();
        }
        drawn.push((node, block));
        topology.graph.add_node(Place {
            id: node.id,
            name: design.title(node).to_owned(),
            station: lowered.station,
            servers: lowered.servers,
            price: lowered.price,
            group: node.group.and_then(|id| design.groups.iter().position(|group| group.id == id)),
            managed: lowered.managed,
            life,
            network,
        });
    }
    drawn
}

/// Which requests each limit counts: known when the tags of all clients are.
fn count_tags(drawn: &[Drawn], topology: &mut Topology) {
    for (place, (node, block)) in topology.graph.node_weights_mut().zip(drawn) {
        if let Some(limit) = &mut place.servers.limit {
            limit.counts = topology.tags.filter(block.tag(&node.values));
        }
    }
}

fn add_route(
    link: &Link,
    mut route: Route,
    (from, to): (usize, usize),
    drawn: &[Drawn],
    topology: &mut Topology,
    problems: &mut Vec<Problem>,
) {
    if matches!(topology.place(to).station, Station::Source(_) | Station::Observer)
        || matches!(topology.place(from).station, Station::Observer)
    {
        let text = "Nothing can flow along this link: left out of the run.".to_owned();
        problems.push(Problem { node: None, link: Some(link.id), text });
        return;
    }
    route.tags = topology.tags.filter(blocks::link::tag(&link.values));
    let wanted = route.policy;
    let (caller, block) = drawn[from];
    // How often the caller tries before a write comes to something.
    let tries = block.tries(&caller.values);
    if tries != 1.0 && route.reads {
        let text = "A link from here repeats writes whose id was taken, but carries reads as well: let it carry writes only.";
        problems.push(Problem { node: Some(link.from), link: Some(link.id), text: text.to_owned() });
    } else {
        route.calls *= tries;
    }
    match &topology.place(from).station {
        Station::Source(source) => adopt_client_policy(&mut route, source),
        Station::Router(_) | Station::Queue(_) => stay_single(&mut route),
        Station::Server(_) | Station::Cache(_) | Station::Store(_) | Station::Observer => {}
    }
    if let Station::Queue(_) = &topology.place(from).station {
        keep_messages(&mut route);
    }
    if let Station::Queue(queue) = &topology.place(from).station {
        adopt_queue_policy(&mut route, &queue.rules);
    }
    if let Some(text) = left_out(&wanted, &route.policy) {
        let text = format!("{}: {text}", topology.place(from).name);
        problems.push(Problem { node: None, link: Some(link.id), text });
    }
    let edge = topology.graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), route);
    topology.outgoing[from].push(edge);
}

/// What a person asked of a link that its caller cannot do.
fn left_out(wanted: &Policies, got: &Policies) -> Option<&'static str> {
    let alone = wanted.quorum > 0 && !wanted.parallel && wanted.group == 0;
    let many = wanted.parallel != got.parallel || wanted.group != got.group || wanted.quorum != got.quorum;
    if many || wanted.hedge_ns != got.hedge_ns {
        Some(
            "it passes each call to one target, so calls at the same time, answers needed and hedges do nothing on this \
             link.",
        )
    } else if wanted.breaker != got.breaker
        || wanted.bulkhead != got.bulkhead
        || wanted.datagram != got.datagram
    {
        Some(
            "a queue hands a message over when there is room, so breaker, bulkhead and datagrams do nothing here.",
        )
    } else if alone {
        Some(
            "answers needed count calls made at the same time: set calls in parallel, or call links together.",
        )
    } else {
        None
    }
}

/// A client's timeout and retries are its own, not its links'.
fn adopt_client_policy(route: &mut Route, source: &super::Source) {
    route.timeout_ns = source.timeout_ns;
    route.retries = source.retries;
    route.backoff_s = source.backoff_s;
    route.idempotent = false;
    route.calls = 1.0;
    route.on_miss = false;
    route.optional = false;
    route.background = false;
    route.pool = None;
    route.policy.parallel = false;
    route.policy.group = 0;
    route.policy.quorum = 0;
}

/// A router passes each call to one target, and a queue each message to one consumer: nothing is made twice there.
fn stay_single(route: &mut Route) {
    route.policy.parallel = false;
    route.policy.group = 0;
    route.policy.quorum = 0;
    route.policy.hedge_ns = None;
}

/// A queue hands a message over when its consumer has room for it, and keeps it until then.
fn keep_messages(route: &mut Route) {
    route.policy.breaker = None;
    route.policy.bulkhead = None;
    route.policy.datagram = false;
}

/// Links of one block that are called together stand together, where the first of them stands.
fn gather_groups(topology: &mut Topology) {
    for node in 0..topology.len() {
        let drawn = std::mem::take(&mut topology.outgoing[node]);
        let group = |edge: &petgraph::graph::EdgeIndex<u32>| topology.graph[*edge].policy.group;
        let first = |edge: &petgraph::graph::EdgeIndex<u32>| {
            let own = group(edge);
            drawn.iter().position(|other| other == edge || (own > 0 && group(other) == own))
        };
        let mut sorted = drawn.clone();
        crate::sorted::sort_by_key(&mut sorted, first);
        topology.outgoing[node] = sorted;
    }
}

/// Where a queue counts its deliveries they are its own, not its links'; a message is handed out again whatever it asks.
fn adopt_queue_policy(route: &mut Route, rules: &super::QueueRules) {
    if rules.attempts > 0 {
        route.retries = rules.attempts - 1;
        route.backoff_s = 0.0;
        route.idempotent = true;
    }
}

fn look_for_dead_ends(topology: &Topology, problems: &mut Vec<Problem>) {
    for (index, place) in topology.places() {
        let text = match &place.station {
            Station::Source(_) if topology.outgoing[index].is_empty() => {
                "sends to nothing: connect it to a block."
            }
            Station::Router(_) if topology.outgoing[index].is_empty() => {
                "has nothing behind it: every call is refused. Connect it to a server."
            }
            _ => continue,
        };
        problems.push(Problem { node: Some(place.id), link: None, text: format!("{} {text}", place.name) });
    }
    for (index, place) in topology.places() {
        let missing = first_miss_without_cache(topology, index);
        if let Some(link) = missing {
            let text = format!(
                "A link of {} says “only on cache miss”, but no earlier link of it leads to a cache: it is never called.",
                place.name
            );
            problems.push(Problem { node: Some(place.id), link: Some(link), text });
        }
    }
}

fn first_miss_without_cache(topology: &Topology, index: usize) -> Option<LinkId> {
    let mut cache_before = false;
    for edge in &topology.outgoing[index] {
        let (_, to) = topology.ends(edge.index());
        if topology.graph[*edge].on_miss && !cache_before {
            return Some(topology.graph[*edge].id);
        }
        cache_before |= matches!(topology.place(to).station, Station::Cache(_));
    }
    None
}

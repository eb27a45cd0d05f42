//! Changes that may help, as edits of the design. What a change achieves is for the caller to find out, by trying it.
//!
//! Blocks are found by their role and parameters by their name, so a block that lacks a parameter simply gets no such
//! advice.

mod layout;

pub use layout::{free_spot, make_room};

use crate::blocks::param::{Fixed, Kind, Reader, Value, Values};
use crate::blocks::{self, Block, TAG};
use crate::design::{Design, Edit, Link, LinkId, Node, NodeId};
use crate::topology::{self, Addressing, Station, Tags, Topology};

/// A change, before it is known what it achieves.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What is done, such as “Add a read replica”.
    pub what: String,
    /// How.
    pub edit: Edit,
}

impl Change {
    fn new(what: impl Into<String>, edit: Edit) -> Self {
        Change { what: what.into(), edit }
    }

    /// The design and its topology with the change made; `None` when the design refuses it.
    pub fn tried(&self, design: &Design) -> Option<(Design, Topology)> {
        let mut changed = design.clone();
        self.edit.apply(&mut changed).ok()?;
        let (topology, _) = topology::build(&changed);
        Some((changed, topology))
    }
}

/// The node behind a station, with its catalogue entry.
fn placed<'a>(
    design: &'a Design,
    topology: &Topology,
    node: usize,
) -> Option<(&'a Node, &'static dyn Block)> {
    let placed = design.node(topology.place(node).id)?;
    Some((placed, blocks::find(&placed.block)?))
}

/// The present value of a number that the form of this block offers now, with the largest allowed.
fn offered(node: &Node, block: &dyn Block, param: &str) -> Option<(f64, f64)> {
    let params = block.about().params;
    let read = Reader::new(params, &node.values);
    let param = params.iter().find(|other| other.id == param).filter(|param| read.offered(param))?;
    match param.kind {
        Kind::Number { max, .. } | Kind::Integer { max, .. } => Some((read.number(param.id), max)),
        Kind::Choice(_) | Kind::Flag | Kind::Text { .. } => None,
    }
}

fn set_number(node: &Node, param: &str, value: f64) -> Edit {
    Edit::Set(node.id, param.to_owned(), Some(Value::Number(value)))
}

fn set_choice(node: &Node, param: &str, choice: &str) -> Edit {
    Edit::Set(node.id, param.to_owned(), Some(Value::Text(choice.to_owned())))
}

/// Sets a number, when the block has it, the value differs and the range allows it.
pub fn number(
    design: &Design,
    topology: &Topology,
    node: usize,
    param: &str,
    value: f64,
    what: &str,
) -> Option<Change> {
    let (placed, block) = placed(design, topology, node)?;
    let (now, max) = offered(placed, block, param)?;
    (value != now && value <= max).then(|| Change::new(what, set_number(placed, param, value)))
}

/// Sets a choice, when the block has it and it differs.
pub fn choice(
    design: &Design,
    topology: &Topology,
    node: usize,
    param: &str,
    id: &str,
    what: &str,
) -> Option<Change> {
    let (placed, block) = placed(design, topology, node)?;
    let params = block.about().params;
    let known = params.iter().find(|other| other.id == param)?;
    let Kind::Choice(choices) = known.kind else { return None };
    let differs = Reader::new(params, &placed.values).choice(param) != id;
    let possible = differs && choices.iter().any(|choice| choice.id == id);
    possible.then(|| Change::new(what, set_choice(placed, param, id)))
}

/// The present value of a number of a block, when its form offers it.
pub fn value(design: &Design, topology: &Topology, node: usize, param: &str) -> Option<f64> {
    let (placed, block) = placed(design, topology, node)?;
    offered(placed, block, param).map(|(now, _)| now)
}

/// This many instances in all, with `routers` instances of a new load balancer in front where callers know one address.
pub fn instances(
    design: &Design,
    topology: &Topology,
    node: usize,
    count: u32,
    routers: u32,
) -> Option<Change> {
    let (placed, block) = placed(design, topology, node)?;
    let (now, max) = offered(placed, block, "instances")?;
    let more = f64::from(count) - now;
    if more < 0.0 || f64::from(count) > max {
        return None;
    }
    let grow = (more > 0.0).then(|| set_number(placed, "instances", f64::from(count)));
    let more = match more as u32 {
        0 => String::new(),
        1 => "an instance".to_owned(),
        more => format!("{more} instances"),
    };
    let direct = direct_links(topology, node);
    if direct.is_empty() {
        return grow.map(|grow| Change::new(format!("Add {more}"), grow));
    }
    let name = blocks::router().about().name.to_ascii_lowercase();
    let front = if routers == 1 { format!("a {name}") } else { format!("{routers} {name}s") };
    let what = if more.is_empty() { format!("Add {front}") } else { format!("Add {front} and {more}") };
    let mut edits = router_before(design, placed, &direct, routers);
    edits.extend(grow);
    Some(Change::new(what, Edit::All(edits)))
}

/// Links into a station along which callers reach its first instance and no other.
pub fn direct_links(topology: &Topology, node: usize) -> Vec<LinkId> {
    if topology.place(node).servers.addressing != Addressing::First {
        return Vec::new();
    }
    let into = topology.graph.edge_indices().map(|edge| (edge.index(), topology.ends(edge.index())));
    let direct =
        |from: usize| !matches!(topology.place(from).station, Station::Router(_) | Station::Queue(_));
    let found = into.filter(|(_, (from, to))| *to == node && *from != node && direct(*from));
    found.map(|(index, _)| topology.route(index).id).collect()
}

fn router_before(design: &Design, node: &Node, links: &[LinkId], routers: u32) -> Vec<Edit> {
    let (at, mut edits) = make_room(design, node);
    let router = new_node(design.next_node_id(), blocks::router(), at, node);
    let id = router.id;
    edits.push(Edit::AddNode(router));
    if routers > 1 {
        edits.push(Edit::Set(id, "instances".to_owned(), Some(Value::Number(f64::from(routers)))));
    }
    let reconnect = |link: &LinkId| design.link(*link).map(|link| Edit::Reconnect(link.id, link.from, id));
    edits.extend(links.iter().filter_map(reconnect));
    edits.push(Edit::AddLink(new_link(design.next_link_id(), blocks::router(), id, node.id)));
    edits
}

/// A new block beside another, in the same group.
fn new_node(id: NodeId, block: &dyn Block, at: [i32; 2], beside: &Node) -> Node {
    let values = initial(block.about().initial);
    Node { id, block: block.about().id.to_owned(), name: String::new(), at, group: beside.group, values }
}

/// A new link with what a link drawn from such a block starts with.
fn new_link(id: LinkId, from_block: &dyn Block, from: NodeId, to: NodeId) -> Link {
    Link { id, from, to, values: initial(from_block.about().initial_link) }
}

fn initial(fixed: &[(&'static str, Fixed)]) -> Values {
    let mut values = Values::default();
    for (param, value) in fixed {
        values.set(param, Some((*value).into()));
    }
    values
}

/// More read replicas, and reads that go to them.
pub fn replicas(design: &Design, topology: &Topology, node: usize, more: u32) -> Option<Change> {
    let (placed, block) = placed(design, topology, node)?;
    let (now, max) = offered(placed, block, "replicas")?;
    let wanted = now + f64::from(more);
    if wanted > max {
        return None;
    }
    let mut edits = vec![set_number(placed, "replicas", wanted)];
    let chooses = block.about().params.iter().any(|param| param.id == "reads_from");
    if chooses && Reader::new(block.about().params, &placed.values).choice("reads_from") == "primary" {
        edits.push(set_choice(placed, "reads_from", "all"));
    }
    let what = if more == 1 { "Add a read replica".to_owned() } else { format!("Add {more} read replicas") };
    Some(Change::new(what, Edit::All(edits)))
}

/// Machines with twice the cores, at twice the price.
pub fn larger(design: &Design, topology: &Topology, node: usize) -> Option<Change> {
    let (placed, block) = placed(design, topology, node)?;
    let (cores, max) = offered(placed, block, "cores")?;
    if 2.0 * cores > max {
        return None;
    }
    let mut edits = vec![set_number(placed, "cores", 2.0 * cores)];
    if let Some((price, highest)) = offered(placed, block, "price_month") {
        edits.push(set_number(placed, "price_month", (2.0 * price).min(highest)));
    }
    let what = format!("Double the cores to {}", crate::figures::count(2.0 * cores));
    Some(Change::new(what, Edit::All(edits)))
}

/// A cache beside the servers that read from a store: asked first, the store only on a miss.
pub fn cache_before(design: &Design, topology: &Topology, store: usize) -> Option<Change> {
    let (placed, _) = placed(design, topology, store)?;
    let readers = readers_without_cache(topology, store);
    if readers.is_empty() {
        return None;
    }
    let block = blocks::cache();
    let at = free_spot(design, [placed.at[0], placed.at[1] - 120]);
    let new = new_node(design.next_node_id(), block, at, placed);
    let id = new.id;
    let mut edits = vec![Edit::AddNode(new)];
    let mut next = design.next_link_id();
    for link in readers.iter().filter_map(|link| design.link(*link)) {
        edits.extend(ask_first(design, link, id, &mut next));
    }
    let what = format!("Add a {}", block.about().name.to_ascii_lowercase());
    Some(Change::new(what, Edit::All(edits)))
}

/// Links on which a server reads from the store every time, without asking any cache first.
fn readers_without_cache(topology: &Topology, store: usize) -> Vec<LinkId> {
    let asks_cache = |from: usize, tags: Tags| {
        let mine = topology.outgoing[from].iter().filter(|edge| topology.graph[**edge].tags.meets(tags));
        mine.map(|edge| topology.ends(edge.index()).1)
            .any(|to| matches!(topology.place(to).station, Station::Cache(_)))
    };
    let reads = |index: &usize| {
        let (from, to) = topology.ends(*index);
        let route = topology.route(*index);
        let server = matches!(topology.place(from).station, Station::Server(_));
        to == store
            && server
            && route.reads
            && !route.on_miss
            && !route.background
            && !asks_cache(from, route.tags)
    };
    (0..topology.graph.edge_count()).filter(reads).map(|index| topology.route(index).id).collect()
}

/// The edits that make a caller ask the cache before it reads along this link. Links fire in list order, so the link to the
/// store is drawn anew, after the one to the cache.
fn ask_first(design: &Design, link: &Link, cache: NodeId, next: &mut LinkId) -> Vec<Edit> {
    let mut fresh = || {
        let id = *next;
        next.0 += 1;
        id
    };
    let text = |value: &str| Some(Value::Text(value.to_owned()));
    let both = Reader::new(blocks::link::PARAMS, &link.values).choice("ops") == "both";
    let caller = design.node(link.from).and_then(|node| blocks::find(&node.block));
    let mut edits = vec![if both {
        Edit::SetLink(link.id, "ops".to_owned(), text("writes"))
    } else {
        Edit::RemoveLink(link.id)
    }];
    let mut values = caller.map(|caller| initial(caller.about().initial_link)).unwrap_or_default();
    values.set("ops", text("reads"));
    values.set(TAG, link.values.get(TAG).cloned());
    edits.push(Edit::AddLink(Link { id: fresh(), from: link.from, to: cache, values }));
    let mut values = link.values.clone();
    values.set("ops", text("reads"));
    values.set("when", text("miss"));
    edits.push(Edit::AddLink(Link { id: fresh(), values, ..*link }));
    edits
}

/// Caches whose misses reach this station: those that lead to it and those asked before it.
pub fn caches_before(topology: &Topology, node: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for index in 0..topology.graph.edge_count() {
        let (from, to) = topology.ends(index);
        if to != node {
            continue;
        }
        let siblings = topology.outgoing[from].iter().map(|edge| topology.ends(edge.index()).1);
        found.extend(
            siblings
                .chain([from])
                .filter(|other| matches!(topology.place(*other).station, Station::Cache(_))),
        );
    }
    crate::sorted::sort_by_key(&mut found, |node| *node);
    found.dedup();
    found
}

/// Sessions in a store that all instances share: one look-up for each request that needs its session (rules 2).
pub fn session_store(design: &Design, topology: &Topology, node: usize) -> Option<Change> {
    let (placed, block) = placed(design, topology, node)?;
    let Station::Server(server) = &topology.place(node).station else { return None };
    let share = server.sessions?;
    let kept = choice(design, topology, node, "state", "stateless", "")?;
    let store = blocks::session_store();
    let at = free_spot(design, [placed.at[0], placed.at[1].saturating_add(120)]);
    let sessions = Node { name: "Sessions".to_owned(), ..new_node(design.next_node_id(), store, at, placed) };
    let mut link = new_link(design.next_link_id(), block, placed.id, sessions.id);
    link.values.set("calls", Some(Value::Number(share)));
    let edits = vec![kept.edit, Edit::AddNode(sessions), Edit::AddLink(link)];
    let what = format!("Keep the sessions in a {}", store.about().name.to_ascii_lowercase());
    Some(Change::new(what, Edit::All(edits)))
}

/// A hot standby for a store, with monitoring where there is none.
pub fn standby(design: &Design, topology: &Topology, node: usize) -> Option<Change> {
    let change = choice(design, topology, node, "standby", "hot", "Add a hot standby")?;
    watched(design, topology, node, change)
}

/// The change, with monitoring where there is none: what stands by steps in only when somebody notices.
fn watched(design: &Design, topology: &Topology, node: usize, change: Change) -> Option<Change> {
    if topology.monitored {
        return Some(change);
    }
    let (placed, _) = placed(design, topology, node)?;
    let watch = monitoring(design, placed)?;
    Some(Change::new(format!("{} and monitoring", change.what), Edit::All(vec![change.edit, watch.edit])))
}

/// Monitoring, below what it watches.
pub fn monitoring(design: &Design, beside: &Node) -> Option<Change> {
    let lowest = design.nodes.iter().map(|node| node.at[1]).max()?;
    let at = free_spot(design, [beside.at[0], lowest.saturating_add(120)]);
    let block = blocks::observer();
    let watcher = Node { group: None, ..new_node(design.next_node_id(), block, at, beside) };
    Some(Change::new(format!("Add {}", block.about().name.to_ascii_lowercase()), Edit::AddNode(watcher)))
}

/// Nodes of a cache as copies of each other, at least two, with monitoring where there is none.
pub fn copies(design: &Design, topology: &Topology, node: usize) -> Option<Change> {
    let (placed, block) = placed(design, topology, node)?;
    let Station::Cache(cache) = &topology.place(node).station else { return None };
    let (now, _) = offered(placed, block, "instances")?;
    let mut edits = Vec::new();
    if !cache.copies {
        edits.push(choice(design, topology, node, "nodes_are", "copies", "")?.edit);
    }
    if now < 2.0 {
        edits.push(set_number(placed, "instances", 2.0));
    }
    let change = (!edits.is_empty()).then(|| Change::new("Add a copy", Edit::All(edits)))?;
    watched(design, topology, node, change)
}

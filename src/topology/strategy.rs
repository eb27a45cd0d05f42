//! Whether the links of a cache do what its strategy says: the links decide, and a mismatch is named with its remedy.

use petgraph::Direction;
use petgraph::visit::EdgeRef;

use super::{Cache, Hits, Problem, Station, Strategy, Topology};

/// Names every cache whose links say another strategy than its form.
pub fn check(topology: &Topology, problems: &mut Vec<Problem>) {
    for (index, place) in topology.places() {
        let Station::Cache(cache) = &place.station else { continue };
        if let Some(text) = mismatch(topology, index, cache) {
            let text = format!("{} {text}", place.name);
            problems.push(Problem { node: Some(place.id), link: None, text });
        }
    }
}

fn mismatch(topology: &Topology, index: usize, cache: &Cache) -> Option<&'static str> {
    let drawn = Drawn::of(topology, index);
    match cache.rules.strategy {
        Strategy::AsDrawn => None,
        Strategy::Aside if drawn.passes_reads => Some(
            "is said to be cache-aside, but it asks the store itself: remove its outgoing link and let its caller ask the \
             store on a miss, or call it read-through.",
        ),
        Strategy::Aside if !drawn.misses_are_fetched => Some(
            "is said to be cache-aside, but nobody asks a store on its miss: add a link from its caller to the store, \
             called on cache miss.",
        ),
        Strategy::ReadThrough if !drawn.passes_reads => Some(
            "is said to be read-through, but has nothing behind it: link it to the store, or call it cache-aside.",
        ),
        Strategy::WriteThrough if !drawn.gets_writes => Some(
            "is said to be write-through, but no write reaches it: let the link to it carry writes, after the link that \
             writes to the store.",
        ),
        Strategy::WriteThrough if !drawn.passes_writes && !drawn.written_after_store => Some(
            "is said to be write-through, but it is written before any store is: link it to the store, or let its caller \
             write to the store first.",
        ),
        Strategy::WriteBehind if !drawn.gets_writes || !drawn.passes_writes => Some(
            "is said to be write-behind, but writes must reach it and leave it again: let the link to it carry writes, \
             and link it to the store.",
        ),
        Strategy::RefreshAhead if !expires(cache) => Some(
            "is said to refresh ahead, but its entries never expire: give them a time to live, or leave the strategy to \
             its links.",
        ),
        Strategy::Aside
        | Strategy::ReadThrough
        | Strategy::WriteThrough
        | Strategy::WriteBehind
        | Strategy::RefreshAhead => None,
    }
}

fn expires(cache: &Cache) -> bool {
    matches!(cache.hits, Hits::Derived { ttl_s, .. } if ttl_s < f64::INFINITY)
}

/// What the links of a cache say.
struct Drawn {
    passes_reads: bool,
    passes_writes: bool,
    gets_writes: bool,
    /// A caller asks something else on its miss.
    misses_are_fetched: bool,
    /// Every caller that writes to it writes to something else before.
    written_after_store: bool,
}

impl Drawn {
    fn of(topology: &Topology, index: usize) -> Drawn {
        let out = || topology.outgoing[index].iter().map(|edge| &topology.graph[*edge]);
        let node = petgraph::graph::NodeIndex::new(index);
        let into: Vec<_> = topology.graph.edges_directed(node, Direction::Incoming).collect();
        let after = |edge: petgraph::graph::EdgeIndex<u32>, caller: usize| {
            let routes = &topology.outgoing[caller];
            let place = routes.iter().position(|route| *route == edge).unwrap_or(0);
            (routes[..place].to_vec(), routes[place + 1..].to_vec())
        };
        let fetched = into.iter().any(|edge| {
            let (_, later) = after(edge.id(), edge.source().index());
            later.iter().any(|route| topology.graph[*route].on_miss && topology.graph[*route].reads)
        });
        let writes: Vec<_> = into.iter().filter(|edge| edge.weight().writes).collect();
        let after_store = writes.iter().all(|edge| {
            let (before, _) = after(edge.id(), edge.source().index());
            before.iter().any(|route| topology.graph[*route].writes)
        });
        Drawn {
            passes_reads: out().any(|route| route.reads),
            passes_writes: out().any(|route| route.writes),
            gets_writes: !writes.is_empty(),
            misses_are_fetched: fetched,
            written_after_store: after_store,
        }
    }
}

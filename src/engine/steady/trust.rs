//! How far the steady method's figures for the clients can be trusted.

use petgraph::Direction;
use petgraph::visit::EdgeRef;

use super::station::{constant_line, only_line};
use crate::engine::flows::{Flows, Line, StationFlow};
use crate::report::Trust;
use crate::topology::{
    Arrivals, Discipline, Hits, OnTimeout, Place, Policy, Profile, Route, Shape, Station, Strategy, Topology,
};

/// Load from which a two-moment formula is an order of magnitude.
const STEEP: f64 = 0.98;

/// Share of calls that fail or come too late below which all are in time.
const IN_TIME: f64 = 1e-6;

/// Exact when every request goes to one station of exponential servers and no further; low where something
/// saturates or goes in circles; approximate elsewhere.
pub fn of(topology: &Topology, flows: &Flows) -> Trust {
    let kept = |route: usize| topology.route(route).connections.per_request;
    if !flows.endless.is_empty()
        || (0..topology.graph.edge_count()).any(kept)
        || topology.places().any(|(node, place)| restless(place) && !known(topology, flows, node))
        || topology.places().any(|(_, place)| has_order(place) || place.network.is_some())
        || (0..topology.graph.edge_count()).any(|route| reacts(topology.route(route)))
        || topology.places().any(|(node, place)| {
            gathers(place) && uneven(topology) || strained(place, &flows.stations[node]) || rough(place)
        })
    {
        return Trust::Low;
    }
    let direct = flows.clients.iter().all(|client| {
        let links = &topology.outgoing[client.node];
        links.len() == 1
            && !topology.route(links[0].index()).policy.is_rough()
            && topology.route(links[0].index()).retries == 0
            && flows.routes[links[0].index()].called.iter().all(|called| called.failing < IN_TIME)
            && {
                let to = topology.ends(links[0].index()).1;
                markov(topology.place(client.node), topology.place(to), &flows.stations[to])
            }
    });
    if direct && !flows.clients.is_empty() { Trust::Exact } else { Trust::Approximate }
}

/// Whether the times of a station follow exactly from its line: each of its callers is a client whose requests come as they are
/// solved and are its calls one by one, and service is exponential, or constant at one core.
pub fn is_exact_at(topology: &Topology, flows: &Flows, node: usize) -> bool {
    let (place, flow) = (topology.place(node), &flows.stations[node]);
    let mut ways = topology.graph.edges_directed((node as u32).into(), Direction::Incoming);
    let plain = |at: usize| {
        let route = topology.route(at);
        let policy = &route.policy;
        route.calls == 1.0
            && route.retries == 0
            && route.pool.is_none()
            && !(policy.is_rough() || policy.parallel || reacts(route))
            && flows.routes[at].called.iter().all(|called| called.failing < IN_TIME)
    };
    let served = |client: &Place| {
        let Station::Source(source) = &client.station else { return false };
        let solved = matches!(source.arrivals, Arrivals::Poisson | Arrivals::Constant | Arrivals::Renewal(_));
        let one_by_one = matches!(source.arrivals, Arrivals::Poisson) && has_constant_line(place, flow);
        solved && source.profile == Profile::Steady && (one_by_one || markov(client, place, flow))
    };
    let called = ways.all(|edge| {
        let from = edge.source().index();
        plain(edge.id().index()) && topology.outgoing[from].len() == 1 && served(topology.place(from))
    });
    called
        && !has_order(place)
        && place.network.is_none()
        && flow.carried.by_op().iter().sum::<f64>() > 0.0
        && only_line(flow).is_some()
}

/// M/D/1: one core, one constant service, nothing called or refused.
fn has_constant_line(place: &Place, flow: &StationFlow) -> bool {
    let plain = matches!(place.station, Station::Server(_) | Station::Store(_));
    let alone = flow.steps.iter().all(Vec::is_empty) && flow.limit == 0.0 && place.servers.errors == 0.0;
    plain && alone && !gathers(place) && constant_line(place, flow).is_some()
}

/// Whether a source's restless traffic is solved as it is: every way leads to one line that follows from it.
fn known(topology: &Topology, flows: &Flows, node: usize) -> bool {
    let Station::Source(source) = &topology.place(node).station else { return false };
    let solved = |to: usize| {
        let mut used = flows.stations[to].instances.iter().filter(|one| one.calls[0] + one.calls[1] > 0.0);
        used.all(|instance| instance.occupancy.by_source)
    };
    let ways = topology.outgoing[node].iter().map(|edge| topology.ends(edge.index()).1);
    source.profile == Profile::Steady && ways.into_iter().all(solved)
}

/// Traffic whose rate moves, comes in clumps or goes where its caller is: the flows are those of its mean, and waits in
/// them an order of magnitude.
fn restless(place: &Place) -> bool {
    if let Station::Router(router) = &place.station {
        // Who is hottest hangs on keys and users, and who is nearest on who else is alive.
        return matches!(router.policy, Policy::Hash | Policy::Sticky | Policy::Nearest);
    }
    if let Station::Store(store) = &place.station {
        // Each copy gets what is near to it, and is taken to get as much as any other.
        return store.nearest || store.ring.is_some_and(|ring| ring.nearest);
    }
    let Station::Source(source) = &place.station else { return false };
    let clumps = match source.arrivals {
        Arrivals::Poisson | Arrivals::Constant | Arrivals::Renewal(_) => false,
        Arrivals::Batch(size) => size > 1,
        Arrivals::Bursts(_) | Arrivals::Closed(_) => true,
    };
    clumps || source.profile != Profile::Steady
}

/// A cache whose hit ratio is put together from two formulas: refreshed entries that can also be evicted, and entries that
/// expire, are evicted and are written.
fn rough(place: &Place) -> bool {
    let Station::Cache(cache) = &place.station else { return false };
    let Hits::Derived { entries, ttl_s, .. } = cache.hits else { return false };
    let written = matches!(cache.rules.strategy, Strategy::WriteThrough | Strategy::WriteBehind);
    let refreshed = cache.rules.strategy == Strategy::RefreshAhead;
    ttl_s < f64::INFINITY && entries < f64::INFINITY && (written || refreshed)
}

/// Links whose callers react to what happens: no formula here follows that. Without it the figures are those of a link
/// that does not react.
fn reacts(route: &Route) -> bool {
    let policy = &route.policy;
    policy.is_guarded()
        || policy.budget.is_some() && route.retries > 0
        || policy.on_timeout != OnTimeout::GoesOn
        || policy.patience_varies
        || policy.hedge_ns.is_some()
        || policy.quorum > 0
        || policy.parallel
        || policy.group > 0
        || policy.bandwidth.is_some()
}

/// Servers whose order of serving, sessions or cold starts are counted by their means only.
fn has_order(place: &Place) -> bool {
    let Station::Server(server) = &place.station else { return false };
    server.discipline != Discipline::Fifo
        || server.sessions.is_some()
        || server.function.is_some()
        || server.scaling.is_some()
}

/// Whether the spread of times can be had from the transforms of all stations: what is sent at the same time, varies on the
/// wire, shares cores or starts cold is followed by two moments only.
pub fn has_transforms(topology: &Topology) -> bool {
    let plain = |route: &Route| {
        let policy = &route.policy;
        !policy.is_rough() && !policy.parallel && policy.group == 0
    };
    let timed = |place: &Place| {
        !matches!(&place.station, Station::Server(server)
            if server.discipline == Discipline::Sharing || server.function.is_some())
    };
    (0..topology.graph.edge_count()).all(|route| plain(topology.route(route)))
        && topology.places().all(|(_, place)| timed(place))
}

/// Whether some calls wait for several nodes of a store together.
pub fn gathers(place: &Place) -> bool {
    matches!(&place.station, Station::Store(store) if store.gathers())
}

/// Whether a part varies so much more than exponentially that two moments do not stand for its distribution, as they have to
/// beside a store whose answers are gathered.
fn uneven(topology: &Topology) -> bool {
    let varies = |place: &Place| {
        [place.servers.read, place.servers.write]
            .iter()
            .any(|service| service.mean_s > 0.0 && service.shape.scv() > UNEVEN)
    };
    topology.places().any(|(_, place)| place.serves() && varies(place))
}

/// Squared coefficient of variation from which a service counts as uneven.
const UNEVEN: f64 = 1.2;

fn strained(place: &Place, flow: &StationFlow) -> bool {
    place.serves()
        && (flow.backlog >= STEEP || flow.instances.iter().any(|instance| instance.occupancy.load >= STEEP))
}

/// Poisson arrivals or gaps that are solved as they are, exponential service of one mean, no loss, nothing called. Of batches
/// and bursts the mean alone is exact.
fn markov(client: &Place, place: &Place, flow: &StationFlow) -> bool {
    let renewal = matches!(&client.station, Station::Source(source)
        if matches!(source.arrivals, Arrivals::Constant | Arrivals::Renewal(_)));
    let plain = matches!(place.station, Station::Server(_) | Station::Store(_));
    let servers = &place.servers;
    let exponential = servers.read.shape == Shape::Exponential && servers.write.shape == Shape::Exponential;
    let calm = |instance: &crate::engine::flows::InstanceFlow| {
        let found = &instance.occupancy;
        let open = matches!(found.for_core, Line::Open(_)) && found.for_slot.mean() == 0.0;
        open && found.service_scv == 1.0
            && (found.gap_scv == 1.0 || renewal && found.by_source)
            && found.admitted == 1.0
            && instance.replays == 0.0
    };
    let alone = flow.steps.iter().all(Vec::is_empty) && flow.limit == 0.0 && servers.errors == 0.0;
    plain && exponential && alone && flow.upkeep == 0.0 && flow.instances.iter().all(calm)
}

//! How far apart instances are: latency between zones and regions, for each pair of groups.
//!
//! Only groups inside a region with a location have distances. What stands in none of them, such as DNS or a CDN, is
//! near whoever calls it: its own calls go out from where its caller is.

use super::{Domain, Operation, Policy, Station, Store, Topology};
use crate::design::GroupKind;
use crate::design::location::Location;

/// Calls are followed through so many stations (rules 1.2).
const HOPS: usize = 64;

/// No location.
pub const NOWHERE: u16 = u16::MAX;

/// One way between two zones of a region, beyond the latency that a link has anyway [ns]: a round trip takes about 1 ms
/// across zones and 0.5 ms within one (references/defaults).
const ZONES_NS: u64 = 250_000;

/// Latency between the groups of a design.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Distances {
    /// One way between two groups [ns], row by row.
    table: Vec<u64>,
    groups: usize,
    /// Location of each instance, by station: its innermost group, or [`NOWHERE`].
    instances: Vec<Vec<u16>>,
    /// Mean extra latency along each route, one way [s], for the steady method.
    pub mean_s: Vec<f64>,
    /// Share of the callers of a router *nearest alive* who are nearest to each of its routes (0–1); 0 elsewhere.
    pub nearest: Vec<f64>,
}

impl Distances {
    /// One way between two locations [ns].
    #[inline]
    pub fn between(&self, from: u16, to: u16) -> u64 {
        if from == NOWHERE || to == NOWHERE {
            0
        } else {
            self.table[from as usize * self.groups + to as usize]
        }
    }

    /// Where an instance is.
    #[inline]
    pub fn location(&self, station: usize, instance: u32) -> u16 {
        self.instances[station].get(instance as usize).copied().unwrap_or(NOWHERE)
    }
}

impl Topology {
    /// Extra latency one way between two locations [ns].
    #[inline]
    pub fn far_ns(&self, from: u16, to: u16) -> u64 {
        self.distances.as_ref().map_or(0, |distances| distances.between(from, to))
    }

    /// Where an instance is, [`NOWHERE`] without distances.
    #[inline]
    pub fn location_of(&self, station: usize, instance: u32) -> u16 {
        self.distances.as_ref().map_or(NOWHERE, |distances| distances.location(station, instance))
    }

    /// Mean extra latency along a route, one way [s].
    pub fn far_s(&self, route: usize) -> f64 {
        self.distances.as_ref().map_or(0.0, |distances| distances.mean_s[route])
    }
}

/// The distances of a topology; `None` where no region has a location, or there are too many groups to tell apart.
pub(super) fn distances(topology: &Topology) -> Option<Distances> {
    let groups = topology.groups.len();
    if groups >= NOWHERE as usize || topology.groups.iter().all(|group| group.location.is_none()) {
        return None;
    }
    let places: Vec<Option<Spot>> = (0..groups).map(|group| spot(&topology.groups, group)).collect();
    let mut table = Vec::with_capacity(groups * groups);
    for from in &places {
        table.extend(places.iter().map(|to| apart_ns(from.as_ref(), to.as_ref())));
    }
    let location = |node: usize, instance: u32| match topology.group_of(node, instance) {
        Some(group) if places[group].is_some() => group as u16,
        _ => NOWHERE,
    };
    let of =
        |(node, place): (usize, &super::Place)| (0..place.instances()).map(|i| location(node, i)).collect();
    let instances = topology.places().map(of).collect();
    let routes = topology.graph.edge_count();
    let mut distances =
        Distances { table, groups, instances, mean_s: vec![0.0; routes], nearest: vec![0.0; routes] };
    average(topology, &mut distances);
    Some(distances)
}

/// A group's zone and the location of its region.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spot {
    region: usize,
    zone: Option<usize>,
    location: Location,
}

fn spot(groups: &[Domain], group: usize) -> Option<Spot> {
    let (mut at, mut zone) = (Some(group), None);
    for _ in 0..=groups.len() {
        let here = at?;
        if groups[here].kind == GroupKind::Zone {
            zone = Some(here);
        }
        if let Some(location) = groups[here].location {
            return Some(Spot { region: here, zone, location });
        }
        at = groups[here].parent;
    }
    None
}

fn apart_ns(from: Option<&Spot>, to: Option<&Spot>) -> u64 {
    let (Some(from), Some(to)) = (from, to) else { return 0 };
    if from.region == to.region || from.location == to.location {
        return if from.zone == to.zone && from.region == to.region { 0 } else { ZONES_NS };
    }
    libm::round(from.location.round_trip_ms(to.location) * 0.5e6) as u64
}

/// Means over the places that the calls of each station come from.
fn average(topology: &Topology, distances: &mut Distances) {
    let origins = origins(topology, distances);
    let reads = read_share(topology);
    let (mut mean_s, mut nearest) = (distances.mean_s.clone(), distances.nearest.clone());
    for (node, origins) in origins.iter().enumerate() {
        let routes: Vec<usize> = topology.outgoing[node].iter().map(|edge| edge.index()).collect();
        let by_distance = matches!(&topology.place(node).station,
            Station::Router(router) if router.policy == Policy::Nearest);
        let far = |from: u16, route: usize| far_s(topology, distances, reads, from, topology.ends(route).1);
        for (from, share) in origins {
            let cost = |route: &usize| far(*from, *route) + topology.route(*route).latency_ns as f64 / 1e9;
            let least = routes.iter().map(cost).fold(f64::INFINITY, f64::min);
            let chosen: Vec<usize> =
                routes.iter().copied().filter(|r| !by_distance || cost(r) <= least).collect();
            for route in &chosen {
                mean_s[*route] += share * far(*from, *route);
                if by_distance {
                    nearest[*route] += share / chosen.len() as f64;
                }
            }
        }
        if by_distance {
            routes.iter().filter(|r| nearest[**r] > 0.0).for_each(|r| mean_s[*r] /= nearest[*r]);
        }
    }
    (distances.mean_s, distances.nearest) = (mean_s, nearest);
}

/// Share of all requests that are reads.
fn read_share(topology: &Topology) -> f64 {
    let (mut reads, mut all) = (0.0, 0.0);
    for (_, place) in topology.places() {
        if let Station::Source(source) = &place.station {
            let [read, write] = Operation::ALL.map(|op| source.rate * op.share_of(source));
            reads += read;
            all += read + write;
        }
    }
    if all > 0.0 { reads / all } else { 0.5 }
}

/// Mean distance from a place to the instances of a station that it calls, one way [s]. Where the nearest are called
/// these alone count; reads and writes by their share of all requests.
fn far_s(topology: &Topology, distances: &Distances, reads: f64, from: u16, to: usize) -> f64 {
    let all = &distances.instances[to];
    let far = |node: u32| distances.between(from, all[node as usize]) as f64 / 1e9;
    let mean = |of: &mut dyn Iterator<Item = f64>| {
        let (sum, many) = of.fold((0.0, 0), |(sum, many), far| (sum + far, many + 1));
        sum / f64::from(many.max(1))
    };
    let by_op = |each: &dyn Fn(usize) -> f64| reads * each(0) + (1.0 - reads) * each(1);
    match &topology.place(to).station {
        Station::Store(Store { ring: Some(ring), .. }) if ring.nearest => {
            let waits = |op: usize, first: u32| {
                let copies = ring.copies.clamp(1, ring.nodes.max(1));
                let mut ways: Vec<f64> = (0..copies).map(|copy| far((first + copy) % ring.nodes)).collect();
                crate::sorted::sort_by(&mut ways, f64::total_cmp);
                ways[ring.quorum(op).0 as usize - 1]
            };
            by_op(&|op| mean(&mut (0..ring.nodes).map(|first| waits(op, first))))
        }
        Station::Store(store) if store.nearest => {
            let least = |shard: u32, op: usize| {
                store.answering(shard, op).into_iter().map(far).fold(f64::INFINITY, f64::min)
            };
            by_op(&|op| mean(&mut (0..store.shards()).map(|shard| least(shard, op))))
        }
        _ => mean(&mut (0..all.len() as u32).map(far)),
    }
}

/// Shares of the locations from which each station calls (they add up to 1), followed through at most so many stations
/// without a location as a call may pass.
fn origins(topology: &Topology, distances: &Distances) -> Vec<Vec<(u16, f64)>> {
    let own = |node: usize| -> Vec<(u16, f64)> {
        let all = &distances.instances[node];
        merged(all.iter().map(|location| (*location, 1.0 / all.len().max(1) as f64)))
    };
    let mut now: Vec<Vec<(u16, f64)>> = (0..topology.len()).map(own).collect();
    let mut callers = vec![Vec::new(); topology.len()];
    for (from, to) in (0..topology.graph.edge_count()).map(|route| topology.ends(route)) {
        if now[to].iter().all(|(location, _)| *location == NOWHERE) {
            callers[to].push(from);
        }
    }
    let weight = |node: usize| match &topology.place(node).station {
        Station::Source(source) => source.rate.max(1e-9),
        Station::Router(_) | Station::Server(_) | Station::Cache(_) => 1.0,
        Station::Store(_) | Station::Queue(_) | Station::Observer => 1.0,
    };
    for _ in 0..HOPS {
        let before = now.clone();
        for (node, callers) in callers.iter().enumerate().filter(|(_, callers)| !callers.is_empty()) {
            let total: f64 = callers.iter().map(|from| weight(*from)).sum();
            let all = callers.iter().flat_map(|from| {
                before[*from].iter().map(move |(at, share)| (*at, share * weight(*from) / total))
            });
            now[node] = merged(all);
        }
        if now == before {
            break;
        }
    }
    now
}

fn merged(parts: impl Iterator<Item = (u16, f64)>) -> Vec<(u16, f64)> {
    let mut sorted: Vec<(u16, f64)> = parts.collect();
    crate::sorted::sort_by_key(&mut sorted, |part| part.0);
    sorted.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0.0 };
        same
    });
    sorted
}

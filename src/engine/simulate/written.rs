//! Whose writes an answer can show. A store that a client's writes never reach holds other data: an answer from there is
//! neither fresh nor stale, and is not compared.

use super::Simulation;
use super::calls::Call;
use super::net::Net;
use crate::topology::{Lane, Operation, Station, Tag};

/// By station: for reads of each tag, the key spaces whose writes reach the data that it answers from.
pub fn spaces(net: &Net) -> Vec<Vec<Vec<u64>>> {
    let kept = kept(net);
    let of_station = |index: usize| {
        let of_tag = |tag: Tag| shown(net, &kept, index, Lane { op: Operation::Read, tag });
        net.topology.tags.all().map(of_tag).collect()
    };
    (0..net.stations.len()).map(of_station).collect()
}

impl Simulation {
    /// Whether what this station answers a call with can show the writes of the call's client.
    #[inline]
    pub(super) fn shows_writes(&self, station: u32, call: &Call) -> bool {
        let request = &self.requests[call.request];
        // A client that an edit took away has no index any more.
        let Some(client) = self.net.stations.get(request.source as usize) else { return false };
        let shown = self.net.stations[station as usize].shows.get(request.tag.index());
        shown.is_some_and(|spaces| spaces.contains(&client.space))
    }
}

/// By station: the key spaces whose writes come there.
fn kept(net: &Net) -> Vec<Vec<u64>> {
    let mut kept = vec![Vec::new(); net.stations.len()];
    for (index, it) in net.stations.iter().enumerate() {
        let Station::Source(source) = &it.station else { continue };
        if source.reads >= 1.0 {
            continue;
        }
        let written = net
            .topology
            .reached_from(vec![index], |route| route.carries(Lane { op: Operation::Write, tag: source.tag }));
        for (spaces, _) in kept.iter_mut().zip(written).filter(|(_, written)| *written) {
            if !spaces.contains(&it.space) {
                spaces.push(it.space);
            }
        }
    }
    kept
}

/// What reads of a lane see here: what a store keeps, and what the stores keep that anything else looks up.
fn shown(net: &Net, kept: &[Vec<u64>], index: usize, lane: Lane) -> Vec<u64> {
    if is_store(net, index) {
        return kept[index].clone();
    }
    let behind = net.topology.reached_from(fetches(net, index, lane), |route| route.carries(lane));
    let stores = (0..kept.len()).filter(|at| behind[*at] && is_store(net, *at));
    stores.flat_map(|store| kept[store].iter().copied()).collect()
}

/// Stations at which what is not here is looked up: itself for what passes on, and what its callers ask on a miss.
fn fetches(net: &Net, index: usize, lane: Lane) -> Vec<usize> {
    let refills = net.routes.iter().filter_map(|route| {
        let cache = route.follows[lane]?;
        (net.routes[cache as usize].way.to as usize == index).then_some(route.way.to as usize)
    });
    std::iter::once(index).chain(refills).collect()
}

fn is_store(net: &Net, index: usize) -> bool {
    matches!(net.stations[index].station, Station::Store(_))
}

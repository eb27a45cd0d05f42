//! Whose writes an answer can show. A store that a client's writes never reach holds other data: an answer from there is
//! neither fresh nor stale, and is not compared.

use super::Simulation;
use super::calls::Call;
use super::net::Net;
use crate::topology::{Route, Station};

/// By station: the key spaces whose writes reach the data that it answers from.
pub fn spaces(net: &Net) -> Vec<Vec<u64>> {
    let mut shown = vec![Vec::new(); net.stations.len()];
    for (index, it) in net.stations.iter().enumerate() {
        if !matches!(&it.station, Station::Source(source) if source.reads < 1.0) {
            continue;
        }
        let written = downstream(net, vec![index], |route| route.writes);
        for (spaces, _) in shown.iter_mut().zip(written).filter(|(_, written)| *written) {
            if !spaces.contains(&it.space) {
                spaces.push(it.space);
            }
        }
    }
    for index in (0..shown.len()).filter(|at| !is_store(net, *at)) {
        let behind = downstream(net, fetches(net, index), |route| route.reads);
        let stores = (0..shown.len()).filter(|at| behind[*at] && is_store(net, *at));
        let mut spaces: Vec<u64> = stores.flat_map(|store| shown[store].iter().copied()).collect();
        spaces.dedup();
        shown[index] = spaces;
    }
    shown
}

impl Simulation {
    /// Whether what this station answers a call with can show the writes of the call's client.
    #[inline]
    pub(super) fn shows_writes(&self, station: u32, call: &Call) -> bool {
        let source = self.requests[call.request].source;
        // A client that an edit took away has no index any more.
        let Some(client) = self.net.stations.get(source as usize) else { return false };
        self.net.stations[station as usize].shows.contains(&client.space)
    }
}

/// Stations at which what is not here is looked up: itself for what passes on, and what its callers ask on a miss.
fn fetches(net: &Net, index: usize) -> Vec<usize> {
    let refills = net.routes.iter().filter_map(|route| {
        let cache = route.follows[0]?;
        (net.routes[cache as usize].to as usize == index).then_some(route.to as usize)
    });
    std::iter::once(index).chain(refills).collect()
}

/// Stations that calls from these reach over such routes, and these.
fn downstream(net: &Net, mut open: Vec<usize>, carries: fn(&Route) -> bool) -> Vec<bool> {
    let mut reached = vec![false; net.stations.len()];
    open.iter().for_each(|at| reached[*at] = true);
    while let Some(from) = open.pop() {
        for edge in &net.topology.outgoing[from] {
            let route = &net.routes[edge.index()];
            if carries(&route.route) && !std::mem::replace(&mut reached[route.to as usize], true) {
                open.push(route.to as usize);
            }
        }
    }
    reached
}

fn is_store(net: &Net, index: usize) -> bool {
    matches!(net.stations[index].station, Station::Store(_))
}

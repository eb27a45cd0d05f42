//! How many reads are stale, by formula: a replica that lags by L misses the latest write of a key with 1 − e^(−wL) where
//! its writes are Poisson of rate w (case 96); over all keys by their popularity.

use crate::engine::flows::{ClientFlow, Door, Flows};
use crate::report::{ClientConsistency, Consistency, Estimate, Trust};
use crate::topology::{Operation, Place, Source, Station, Store, Topology};

/// Keys that are summed one by one; those behind them in bins.
const HEAD: u64 = 20_000;
/// Bins of the keys behind the head, even in the logarithm of the rank.
const BINS: u32 = 400;

/// What all clients and each of them see; nothing where no replica of a database lags, nor where something else keeps
/// copies as well: only a run can tell what comes of those, and the share of the replicas alone would be a wrong number.
pub fn report(topology: &Topology, flows: &Flows) -> (Consistency, Vec<ClientConsistency>) {
    if topology.places().any(|(_, place)| matches!(place.station, Station::Cache(_) | Station::Queue(_))) {
        return Default::default();
    }
    let copied: Vec<usize> =
        topology.places().filter(|(_, place)| lags(place)).map(|(node, _)| node).collect();
    if copied.is_empty() {
        return Default::default();
    }
    let share = |(at, client): (usize, &ClientFlow)| (client.node, share(topology, flows, at, &copied));
    let clients: Vec<(usize, Option<f64>)> = flows.clients.iter().enumerate().map(share).collect();
    if clients.iter().all(|(_, share)| share.is_none()) {
        return Default::default();
    }
    let trust = trust(topology);
    let seen = |value: Option<f64>| Consistency {
        stale: value.map(|value| Estimate { value, trust }),
        ..Consistency::default()
    };
    let (mut stale, mut reads) = (0.0, 0.0);
    for ((_, share), client) in clients.iter().zip(&flows.clients) {
        if let Some(share) = share {
            stale += share * client.sent[0];
            reads += client.sent[0];
        }
    }
    let all = seen((reads > 0.0).then(|| stale / reads));
    let client =
        |(node, share): &(usize, Option<f64>)| ClientConsistency { node: *node as u32, seen: seen(*share) };
    (all, clients.iter().map(client).collect())
}

/// As good as the flows for replicas that do nothing but lag; an order of magnitude where replays wait, or where quorums
/// and second primaries keep copies as well.
fn trust(topology: &Topology) -> Trust {
    let plain = topology.places().all(|(_, place)| match &place.station {
        Station::Store(store) => store.ring.is_none() && !store.multi && store.replay <= 0.0,
        Station::Source(_) | Station::Router(_) | Station::Server(_) => true,
        Station::Cache(_) | Station::Queue(_) | Station::Observer => true,
    });
    if plain { Trust::Approximate } else { Trust::Low }
}

/// Whether a store has replicas that follow its primary.
fn lags(place: &Place) -> bool {
    matches!(&place.station, Station::Store(store) if store.replicas > 0 && store.ring.is_none())
}

/// Share of a client's reads that are stale, of the stores with replicas; `None` where it reads nothing.
fn share(topology: &Topology, flows: &Flows, client: usize, copied: &[usize]) -> Option<f64> {
    let Station::Source(source) = &topology.place(flows.clients[client].node).station else { return None };
    let sent = flows.clients[client].sent[0];
    let mut found = None;
    for node in copied.iter().copied().filter(|_| sent > 0.0) {
        let place = topology.place(node);
        let Station::Store(store) = &place.station else { continue };
        let arrives = flows.stations[node].by_client.iter().find(|(other, _)| *other == client);
        let [reads, writes] = arrives.map(|(_, rates)| *rates).unwrap_or_default();
        let lag = store.lag_ns as f64 / 1e9 + store.replay * place.servers.write.mean_s;
        let stale = if reads > 0.0 && store.sync < store.replicas {
            behind(flows, node, store) * missed(source, writes, lag) * (reads / sent).min(1.0)
        } else {
            0.0
        };
        *found.get_or_insert(0.0) += stale;
    }
    found
}

/// Share of a store's reads that replicas answer.
fn behind(flows: &Flows, node: usize, store: &Store) -> f64 {
    let instances = &flows.stations[node].instances;
    let (mut replicas, mut all) = (0.0, 0.0);
    for (index, instance) in instances.iter().enumerate() {
        let share = instance.shares[Door::Spread as usize][Operation::Read as usize];
        all += share;
        let role = store.role(index as u32);
        replicas += if role > 0 && role <= store.replicas { share } else { 0.0 };
    }
    if all > 0.0 { replicas / all } else { 0.0 }
}

/// Share of the reads, by popularity, whose key was written within the lag before.
fn missed(source: &Source, writes: f64, lag: f64) -> f64 {
    let writes = writes * (1.0 - source.habits.creates);
    let weight = |rank: f64| libm::pow(rank, -source.zipf);
    let head = source.keys.clamp(1, HEAD);
    let mut bins: Vec<(f64, f64)> = (1..=head).map(|rank| (1.0, weight(rank as f64))).collect();
    let (first, last) = (head as f64 + 0.5, source.keys as f64 + 0.5);
    if last > first {
        let step = libm::log(last / first) / f64::from(BINS);
        for bin in 0..BINS {
            let low = first * libm::exp(step * f64::from(bin));
            let high = first * libm::exp(step * f64::from(bin + 1));
            bins.push((high - low, weight(f64::sqrt(low * high))));
        }
    }
    let total: f64 = bins.iter().map(|(count, weight)| count * weight).sum();
    let stale = |(count, weight): &(f64, f64)| {
        let p = weight / total;
        count * p * -libm::expm1(-writes * p * lag)
    };
    let hot = source.habits.hot;
    (1.0 - hot) * bins.iter().map(stale).sum::<f64>() + hot * -libm::expm1(-writes * hot * lag)
}

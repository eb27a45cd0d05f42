//! Where a key lies: its owner, its shard, and the share of a client's traffic that each shard gets.

use rand_distr::Zipf;

use crate::engine::random::{Draw, mix};
use crate::topology::{Lane, Operation, ShardBy, Shards, Source, Station, Tag, Topology};

/// Keys and owners that are counted one by one; the rest is even.
const HEAD: u64 = 20_000;
/// Tells the draw of an owner from others.
const OWNER: u64 = 0x6f77_6e65_7273;

/// Popularity of a client's owners; `None` where keys have none.
pub fn owners(source: &Source) -> Option<Zipf<f64>> {
    let habits = &source.habits;
    let count = f64::from(habits.owners);
    (habits.owners > 0).then(|| Zipf::new(count, habits.owner_zipf.max(0.0)).ok()).flatten()
}

/// Shard of a key. A key belongs to one owner for ever; `created` keys come after all others.
pub fn shard_of(shards: &Shards, owners: Option<&Zipf<f64>>, rank: u64, created: bool) -> u32 {
    let count = u64::from(shards.count.max(1));
    let hashed = |value: u64| (mix(value) % count) as u32;
    match (shards.by, owners) {
        (ShardBy::Range, _) if created => count as u32 - 1,
        (ShardBy::Owner, Some(owners)) => hashed(mix(Draw::new(OWNER, mix(rank), 0).rank(owners))),
        (ShardBy::Key | ShardBy::Range | ShardBy::Owner, _) => hashed(rank),
    }
}

/// Share of a store's calls that each shard gets, all clients together whose tag gets there (0–1).
pub fn shares(topology: &Topology, node: usize, shards: &Shards, op: Operation) -> Vec<f64> {
    if shards.count <= 1 {
        return vec![1.0];
    }
    let several = topology.tags_in_use().len() > 1;
    let comes = |tag: Tag| !several || topology.reached_in(Lane { op, tag })[node];
    let count = shards.count as usize;
    let mut sums = vec![0.0; count];
    let mut total = 0.0;
    for (_, place) in topology.places() {
        let Station::Source(source) = &place.station else { continue };
        let rate = source.rate * op.share_of(source);
        if rate > 0.0 && comes(source.tag) {
            total += rate;
            let own = of_client(shards, source, op);
            sums.iter_mut().zip(own).for_each(|(sum, share)| *sum += rate * share);
        }
    }
    if total > 0.0 { sums.iter().map(|sum| sum / total).collect() } else { vec![1.0 / count as f64; count] }
}

fn of_client(shards: &Shards, source: &Source, op: Operation) -> Vec<f64> {
    let count = shards.count as usize;
    let owners = owners(source);
    let even = vec![1.0 / count as f64; count];
    let by_owner = match (shards.by, &owners) {
        (ShardBy::Owner, Some(_)) => {
            let owner = |owner: u64| (mix(mix(owner)) % count as u64) as usize;
            weighed(u64::from(source.habits.owners), source.habits.owner_zipf, &even, owner)
        }
        _ => even,
    };
    let shard = |rank: u64| shard_of(shards, owners.as_ref(), rank, false) as usize;
    let old = weighed(source.keys, source.zipf, &by_owner, shard);
    let created = match shards.by {
        ShardBy::Range => (0..count).map(|shard| f64::from(u8::from(shard + 1 == count))).collect(),
        ShardBy::Key | ShardBy::Owner => by_owner,
    };
    let creates = if op == Operation::Write { source.habits.creates } else { 0.0 };
    let hot = source.habits.hot;
    let mut all: Vec<f64> = old
        .iter()
        .zip(&created)
        .map(|(old, new)| (1.0 - hot) * ((1.0 - creates) * old + creates * new))
        .collect();
    all[shard(1)] += hot;
    all
}

/// Share of each place when Zipf-popular things lie where `place` says; those beyond the head as `rest` says.
fn weighed(things: u64, zipf: f64, rest: &[f64], place: impl Fn(u64) -> usize) -> Vec<f64> {
    let weight = |rank: f64| libm::pow(rank, -zipf);
    let head = things.clamp(1, HEAD);
    let mut sums = vec![0.0; rest.len()];
    (1..=head).for_each(|rank| sums[place(rank)] += weight(rank as f64));
    // The tail by the integral from the middle between its first and the last of the head.
    let (a, b) = (head as f64 + 0.5, things as f64 + 0.5);
    let tail = match things > head {
        true if (zipf - 1.0).abs() < 1e-9 => libm::log(b / a),
        true => (libm::pow(b, 1.0 - zipf) - libm::pow(a, 1.0 - zipf)) / (1.0 - zipf),
        false => 0.0,
    };
    sums.iter_mut().zip(rest).for_each(|(sum, share)| *sum += tail * share);
    let total: f64 = sums.iter().sum();
    sums.iter().map(|sum| sum / total).collect()
}

//! What leaves a full cache: reference ratios, and the simulated cache against the derived ratio within a point.

use headroom::engine::cache::{KeyStream, Lookups, SimCache, Size, derive};
use headroom::engine::random::{Draw, mix};
use headroom::topology::{Cache, CacheRules, Eviction, Hits};
use rand_distr::Zipf;

const FOREVER: f64 = f64::INFINITY;

#[derive(Clone, Copy)]
struct Case {
    eviction: Eviction,
    keys: u64,
    zipf: f64,
    entries: f64,
    ttl_s: f64,
    /// Writes that delete [1/s]; look-ups come at 1,000/s.
    deletes: f64,
}

impl Case {
    fn stream(&self) -> KeyStream {
        let reads = vec![Lookups { rate: 1_000.0, missed: Vec::new() }];
        KeyStream { keys: self.keys, zipf: self.zipf, reads, writes: self.deletes, updates: 0.0 }
    }

    fn derived(&self) -> f64 {
        let Case { eviction, entries, ttl_s, .. } = *self;
        derive(Size { entries, ttl_s, locations: 1, eviction, refresh: false }, &[self.stream()]).ratio
    }

    /// Hit ratio of the simulated cache, warm at the start, over 150,000 operations; and the same right after a flush.
    fn simulated(&self) -> (f64, f64) {
        let hits = Hits::Derived { entries: self.entries, ttl_s: self.ttl_s, locations: 1 };
        let rules = CacheRules { eviction: self.eviction, ..CacheRules::default() };
        let cache = Cache { hits, delete_on_write: true, copies: true, rules };
        let mut sim = SimCache::new(&cache, 1, &[self.stream()], 7, &|_, _| 0);
        let before = self.run(&mut sim, 0, 150_000);
        sim.flush(0, 150_000 * 1_000_000);
        (before, self.run(&mut sim, 150_000, 1_000))
    }

    fn run(&self, sim: &mut SimCache, from: u64, operations: u64) -> f64 {
        let zipf = Zipf::new(self.keys as f64, self.zipf).expect("a law");
        let (mut hits, mut reads) = (0, 0);
        for number in from..from + operations {
            let mut draw = Draw::new(1, mix(number), 0);
            let now = (number as f64 * 1e9 / (1_000.0 + self.deletes)) as u64;
            let rank = draw.rank(&zipf);
            if draw.uniform() * (1_000.0 + self.deletes) < self.deletes {
                sim.invalidate(0, rank);
                continue;
            }
            reads += 1;
            if sim.lookup(0, 0, rank, now, draw.uniform()) {
                hits += 1;
            } else {
                sim.fill(0, 0, rank, now);
            }
        }
        f64::from(hits) / f64::from(reads)
    }
}

const CASE: Case =
    Case { eviction: Eviction::Lru, keys: 10_000, zipf: 0.8, entries: 1_000.0, ttl_s: FOREVER, deletes: 0.0 };

#[track_caller]
fn near(name: &str, got: f64, wanted: f64, tolerance: f64) {
    assert!((got - wanted).abs() <= tolerance, "{name}: {got} instead of {wanted} ± {tolerance}");
}

/// fifo_zipf08_N10000_C1000, and hit_ratio_static_topC of the cases lru_zipf08_N10000_C1000 and lru_zipf12_N10000_C100.
#[test]
fn every_eviction_gives_its_reference_ratio() {
    for eviction in [Eviction::Fifo, Eviction::Random] {
        near("fifo and random", Case { eviction, ..CASE }.derived(), 0.394_179_100_6, 2e-6);
    }
    let top = Case { eviction: Eviction::Lfu, ..CASE };
    near("the most popular tenth", top.derived(), 0.570_617_585_5, 1e-4);
    near("a hundred", Case { zipf: 1.2, entries: 100.0, ..top }.derived(), 0.750_765_827_5, 1e-6);
}

#[test]
fn every_eviction_simulated_agrees_with_its_derived_ratio_within_a_point() {
    for eviction in [Eviction::Lru, Eviction::Fifo, Eviction::Random, Eviction::Lfu] {
        for case in [
            Case { eviction, ..CASE },
            Case { eviction, deletes: 100.0, ..CASE },
            Case { eviction, ttl_s: 3.0, ..CASE },
            Case { eviction, keys: 3_000_000, entries: 30_000.0, ..CASE },
        ] {
            let name =
                format!("{eviction:?} {} keys, {} deletes, ttl {}", case.keys, case.deletes, case.ttl_s);
            let (steady, flushed) = case.simulated();
            near(&name, steady, case.derived(), 0.01);
            assert!(flushed < steady - 0.05, "{name}: no flush: {steady} {flushed}");
        }
    }
}

//! Derived hit ratios against reference values and plain sums; the simulated cache against the derived ratio.

use headroom::engine::cache::{KeyStream, Lookups, Missed, SimCache, Size, derive};
use headroom::topology::{Cache, CacheRules, Eviction, Hits};

const FOREVER: f64 = f64::INFINITY;

fn stream(keys: u64, zipf: f64, reads: f64, writes: f64) -> KeyStream {
    let reads = vec![Lookups { rate: reads, missed: Vec::new() }];
    KeyStream { keys, zipf, reads, writes, updates: 0.0 }
}

fn size(entries: f64, ttl_s: f64, locations: u32) -> Size {
    Size { entries, ttl_s, locations, eviction: Eviction::Lru, refresh: false }
}

fn lru(entries: f64, keys: u64, zipf: f64) -> f64 {
    derive(size(entries, FOREVER, 1), &[stream(keys, zipf, 10_000.0, 0.0)]).ratio
}

fn assert_close(got: f64, wanted: f64, tolerance: f64) {
    assert!((got - wanted).abs() <= tolerance, "{got} instead of {wanted} ± {tolerance}");
}

#[test]
fn lru_gives_the_reference_values() {
    for (keys, zipf, entries, ratio, age) in [
        (10_000, 0.8, 100.0, 0.15662463575929525, 110.79084573336964),
        (10_000, 0.8, 1_000.0, 0.43665972223071803, 1472.4795322065836),
        (10_000, 1.2, 100.0, 0.6563414468009116, 225.63879405844318),
    ] {
        let size = size(entries, FOREVER, 1);
        let derived = derive(size, &[stream(keys, zipf, 1.0, 0.0)]);
        assert_close(derived.ratio, ratio, 1e-6 * ratio);
        assert_close(derived.age_s, age, 1e-6 * age);
    }
}

#[test]
fn a_handful_of_keys_is_exact() {
    assert_close(lru(2.0, 5, 1.0), 0.5188845638170089, 1e-12);
}

#[test]
fn lru_gives_the_sizes_of_the_url_shortener() {
    for (gigabytes, ratio) in
        [(0.75, 0.475), (1.5, 0.534), (3.0, 0.600), (6.5, 0.683), (13.0, 0.769), (26.0, 0.867), (52.0, 0.978)]
    {
        assert_close(lru(gigabytes * 1e9 / 600.0, 100_000_000, 0.9), ratio, 6e-4);
    }
}

#[test]
fn time_to_live_gives_the_reference_values() {
    let ttl = |keys, zipf, rate, ttl_s, locations| {
        derive(size(FOREVER, ttl_s, locations), &[stream(keys, zipf, rate, 0.0)]).ratio
    };
    assert_close(ttl(1_000, 1.0, 1_000.0, 1.0, 1), 0.7147730082701935, 1e-6);
    for (locations, ratio) in [(1, 0.92), (10, 0.741), (20, 0.68)] {
        assert_close(ttl(100_000_000, 0.9, 10_000.0, 86_400.0, locations), ratio, 5e-3);
    }
    // Puzzles 2 and 3 of the rules.
    assert_close(ttl(50_000, 1.0, 2_000.0, 60.0, 1), 0.847, 5e-4);
    assert_close(ttl(50_000, 1.0, 2_000.0, 10.0, 1), 0.703, 5e-4);
    for (seconds, ratio) in [(1_200.0, 0.953), (3_600.0, 0.983), (600.0, 0.918)] {
        assert_close(ttl(20_000, 0.9, 300.0, seconds, 1), ratio, 5e-4);
    }
}

/// Puzzle 2 of the rules: 512 MB of 20 KB pages. Updates as popular as the reads cost their share of the hits.
#[test]
fn deletions_cost_their_share_of_the_hits() {
    let size = size(25_600.0, FOREVER, 1);
    let read_only = lru(25_600.0, 50_000, 1.0);
    assert_close(read_only, 0.916, 5e-4);
    let updated = derive(size, &[stream(50_000, 1.0, 2_000.0, 5.0)]).ratio;
    assert_close(updated, read_only * 2_000.0 / 2_005.0, 1e-3);
}

/// The sum over every rank, without quadrature, on a population with a long tail.
#[test]
fn the_tail_by_quadrature_equals_the_sum_over_ranks() {
    let (keys, zipf, ttl) = (300_000u64, 0.9, 50.0);
    let weight = |rank: u64| (rank as f64).powf(-zipf);
    let total: f64 = (1..=keys).map(weight).sum();
    let share = |rank| 1_000.0 * weight(rank) / total * ttl;
    let exact: f64 = (1..=keys).map(|rank| weight(rank) / total * share(rank) / (1.0 + share(rank))).sum();
    let size = size(FOREVER, ttl, 1);
    assert_close(derive(size, &[stream(keys, zipf, 1_000.0, 0.0)]).ratio, exact, 1e-7);
}

/// Behind a cache that holds the popular keys the same size does much worse; with nothing before it, the same.
#[test]
fn a_cache_behind_a_cache_sees_its_misses() {
    let size = size(1_000.0, FOREVER, 1);
    let first = derive(size, &[stream(10_000, 0.8, 100.0, 0.0)]);
    let missed = vec![Missed { reads: 100.0, writes: 0.0, updates: 0.0, rule: size.rule(first.age_s) }];
    let reads = vec![Lookups { rate: 100.0 * (1.0 - first.ratio), missed }];
    let second = derive(size, &[KeyStream { keys: 10_000, zipf: 0.8, reads, writes: 0.0, updates: 0.0 }]);
    assert!(second.ratio < 0.5 * first.ratio, "{} behind {}", second.ratio, first.ratio);
    let direct = derive(size, &[stream(10_000, 0.8, 56.3, 0.0)]);
    assert_close(direct.ratio, first.ratio, 1e-9);
}

/// Two clients with the same keys at half the rate each crowd each other out: half the cache for each.
#[test]
fn clients_share_the_cache() {
    let size = |entries| size(entries, FOREVER, 1);
    let alone = derive(size(500.0), &[stream(10_000, 0.8, 50.0, 0.0)]);
    let both = derive(size(1_000.0), &[stream(10_000, 0.8, 50.0, 0.0), stream(10_000, 0.8, 50.0, 0.0)]);
    assert_close(both.ratio, alone.ratio, 1e-9);
    assert_close(both.ratios[1], both.ratios[0], 1e-12);
}

struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A rank by inversion of the continuous power law, corrected by rejection (Hörmann and Derflinger 1996).
    fn zipf(&mut self, keys: u64, s: f64) -> u64 {
        let integral = |x: f64| (x.powf(1.0 - s) - 1.0) / (1.0 - s);
        let inverse = |y: f64| (1.0 + y * (1.0 - s)).powf(1.0 / (1.0 - s));
        let (low, high) = (integral(1.5) - 1.0, integral(keys as f64 + 0.5));
        loop {
            let y = high + self.next() * (low - high);
            let rank = (inverse(y) + 0.5).floor().clamp(1.0, keys as f64);
            if y >= integral(rank + 0.5) - rank.powf(-s) {
                return rank as u64;
            }
        }
    }
}

struct Run {
    cache: SimCache,
    keys: u64,
    zipf: f64,
    rate: f64,
    writes: f64,
    locations: f64,
    instances: f64,
    draws: Draws,
    now: f64,
}

impl Run {
    fn new(hits: Hits, keys: u64, zipf: f64, rate: f64, writes: f64, instances: u32) -> Run {
        let Hits::Derived { locations, .. } = hits else { panic!("derived hits only") };
        let cache =
            Cache { hits, delete_on_write: writes > 0.0, copies: false, rules: CacheRules::default() };
        let place = move |_: usize, rank: u64| (rank % u64::from(instances)) as usize;
        Run {
            cache: SimCache::new(&cache, instances, &[stream(keys, zipf, rate, writes)], 7, &place),
            keys,
            zipf,
            rate,
            writes,
            locations: f64::from(locations),
            instances: f64::from(instances),
            draws: Draws(88_172_645_463_325_252),
            now: 0.0,
        }
    }

    /// Hit ratio over this many requests; the first `skip` are left out.
    fn hits(&mut self, requests: u32) -> f64 {
        let (mut hits, mut reads) = (0u32, 0u32);
        for _ in 0..requests {
            self.now += 1e9 / (self.rate + self.writes);
            let now = self.now as u64;
            let rank = self.draws.zipf(self.keys, self.zipf);
            if self.draws.next() * (self.rate + self.writes) < self.writes {
                self.cache.invalidate(0, rank);
                continue;
            }
            let location = (self.draws.next() * self.locations) as usize;
            let part = self.cache.part(location, (rank % self.instances as u64) as usize);
            reads += 1;
            if self.cache.lookup(part, 0, rank, now, self.draws.next()) {
                hits += 1;
            } else {
                self.cache.fill(part, 0, rank, now);
            }
        }
        f64::from(hits) / f64::from(reads)
    }
}

fn derived(entries: f64, ttl_s: f64, locations: u32) -> Hits {
    Hits::Derived { entries, ttl_s, locations }
}

#[test]
fn a_real_lru_agrees_with_che_within_a_point() {
    let mut run = Run::new(derived(1_000.0, FOREVER, 1), 10_000, 0.8, 1_000.0, 0.0, 1);
    assert_close(run.hits(200_000), 0.4367, 0.01);
    let mut run = Run::new(derived(20_000.0, FOREVER, 1), 100_000, 0.9, 1_000.0, 50.0, 1);
    let size = size(20_000.0, FOREVER, 1);
    let wanted = derive(size, &[stream(100_000, 0.9, 1_000.0, 50.0)]).ratio;
    assert_close(run.hits(200_000), wanted, 0.01);
}

#[test]
fn spread_keys_fill_all_instances() {
    let mut run = Run::new(derived(500.0, FOREVER, 1), 10_000, 0.8, 1_000.0, 0.0, 2);
    assert_close(run.hits(200_000), 0.4367, 0.01);
}

#[test]
fn expiry_agrees_with_the_formula_within_a_point() {
    for (entries, ttl_s, writes) in
        [(FOREVER, 1.0, 0.0), (300.0, 1.0, 0.0), (300.0, 0.7, 20.0), (FOREVER, 2.0, 30.0)]
    {
        let mut run = Run::new(derived(entries, ttl_s, 1), 1_000, 1.01, 1_000.0, writes, 1);
        let size = size(entries, ttl_s, 1);
        let wanted = derive(size, &[stream(1_000, 1.01, 1_000.0, writes)]).ratio;
        assert_close(run.hits(200_000), wanted, 0.01);
    }
}

#[test]
fn very_many_keys_agree_with_che_within_a_point() {
    let mut run = Run::new(derived(13e9 / 600.0, FOREVER, 1), 100_000_000, 0.9, 10_000.0, 0.0, 1);
    assert_close(run.hits(200_000), 0.769, 0.01);
    let mut run = Run::new(derived(20_000.0, FOREVER, 1), 2_000_000, 0.8, 10_000.0, 0.0, 1);
    assert_close(run.hits(200_000), lru(20_000.0, 2_000_000, 0.8), 0.01);
    let mut run = Run::new(derived(FOREVER, 86_400.0, 10), 100_000_000, 0.9, 10_000.0, 0.0, 1);
    assert_close(run.hits(200_000), 0.741, 0.01);
}

/// The same keys by their head and by a real LRU, window by window after a flush. The real one takes 900,000 keys, the
/// other 1,100,000 of which the last 200,000 draw 2 % of the requests.
#[test]
fn a_flush_recovers_as_a_real_cache_does() {
    let windows = |keys| {
        let mut run = Run::new(derived(100_000.0, FOREVER, 1), keys, 0.9, 10_000.0, 0.0, 1);
        let before = run.hits(100_000);
        run.cache.flush(0, run.now as u64);
        [before, run.hits(20_000), run.hits(50_000), run.hits(100_000), run.hits(200_000)]
    };
    let (real, head) = (windows(1_000_000), windows(1_000_001));
    for (real, head) in real.into_iter().zip(head) {
        assert_close(head, real, 0.01);
    }
    assert!(real[1] < real[0] - 0.1, "the flush shows: {real:?}");
}

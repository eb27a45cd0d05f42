//! What cache and CDN share: where their hits come from and what a write does to an entry.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use crate::topology::{CacheRules, Eviction, Hits, Strategy, nanoseconds};

/// Whether the hit ratio is derived or stated.
pub const MODE: Param = Param {
    id: "hit_mode",
    label: "Hit ratio",
    doc: "Follows from size, popularity and age of the entries, or is stated.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice {
            id: "derived",
            label: "Derived",
            doc: "Follows from what fits, how popular the keys are and how long entries live.",
        },
        Choice { id: "given", label: "Given", doc: "Stated; the cache is then never cold." },
    ]),
    default: Fixed::Choice("derived"),
    source: "What a design really has",
    when: None,
};

/// The stated hit ratio.
pub const RATIO: Param = Param {
    id: "hit_ratio",
    label: "Share of hits",
    doc: "Share of the reads that it answers.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(0.85),
    source: "Mixed content 85 %, static 95 % (references/defaults)",
    when: Some(("hit_mode", "given")),
};

/// Time to live of an entry; 0 is for ever.
pub const TTL_S: Param = Param {
    id: "ttl_s",
    label: "Time to live",
    doc: "Age at which an entry expires, counted from its fill; hits do not renew it. 0 is never.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 31_536_000.0 },
    default: Fixed::Number(0.0),
    source: "Neutral",
    when: Some(("hit_mode", "derived")),
};

/// What a write does to the entry of its key.
pub const ON_WRITE: Param = Param {
    id: "on_write",
    label: "When a key is written",
    doc: "What happens to its entry.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice {
            id: "delete",
            label: "Entry is deleted",
            doc: "The next read misses and fetches the new value.",
        },
        Choice { id: "keep", label: "Entry stays", doc: "Reads see the old value until it expires." },
    ]),
    default: Fixed::Choice("delete"),
    source: "Deleting is what cache-aside does (rules 1.6)",
    when: None,
};

/// The hits that these values ask for, of a cache with room for this many entries in each of its locations.
pub fn hits(read: &Reader, entries: f64, locations: u32) -> Hits {
    if read.choice(MODE.id) == "given" {
        return Hits::Given(read.number(RATIO.id));
    }
    let ttl = read.number(TTL_S.id);
    Hits::Derived { entries, ttl_s: if ttl > 0.0 { ttl } else { f64::INFINITY }, locations }
}

/// Whether a write removes the entry of its key.
pub fn delete_on_write(read: &Reader) -> bool {
    read.choice(ON_WRITE.id) == "delete"
}

/// What leaves a full cache.
pub const EVICTION: Param = Param {
    id: "eviction",
    label: "When it is full",
    doc: "Which entry makes room for a new one.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice { id: "lru", label: "Least recently used leaves", doc: "What was used longest ago." },
        Choice {
            id: "fifo",
            label: "Oldest leaves",
            doc: "What was put in longest ago, used or not: popular keys leave as well.",
        },
        Choice { id: "random", label: "Any leaves", doc: "Hits as often as the oldest leaving." },
        Choice {
            id: "lfu",
            label: "Least popular leaves",
            doc: "The keys that are asked for most stay: the best there is while popularity does not change.",
        },
    ]),
    default: Fixed::Choice("lru"),
    source: "What Redis and Memcached are usually set to (nearly)",
    when: Some(("hit_mode", "derived")),
};

/// What leaves when it is full, by these values.
pub fn eviction(read: &Reader) -> Eviction {
    match read.choice(EVICTION.id) {
        "fifo" => Eviction::Fifo,
        "random" => Eviction::Random,
        "lfu" => Eviction::Lfu,
        _ => Eviction::Lru,
    }
}

/// How cache and store work together.
pub const STRATEGY: Param = Param {
    id: "strategy",
    label: "Strategy",
    doc: "What cache and store do together. The links decide; a strategy that they do not draw is named as a problem. \
          Write-through, write-behind and refresh-ahead also say what happens to an entry.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice { id: "links", label: "As the links say", doc: "Nothing beyond what is drawn." },
        Choice {
            id: "cache-aside",
            label: "Cache-aside",
            doc: "The caller asks the cache, on a miss the store, and fills the cache.",
        },
        Choice { id: "read-through", label: "Read-through", doc: "The cache asks the store on a miss." },
        Choice {
            id: "write-through",
            label: "Write-through",
            doc: "A write is acknowledged when store and cache have it. A slow reader can still put an old value back.",
        },
        Choice {
            id: "write-behind",
            label: "Write-behind",
            doc: "A write is acknowledged by the cache and brought to the store later; what has not left is lost in a crash.",
        },
        Choice {
            id: "refresh-ahead",
            label: "Refresh-ahead",
            doc: "A hit with less than a fifth of its time to live left fetches the entry anew in the background.",
        },
    ]),
    default: Fixed::Choice("links"),
    source: "Neutral",
    when: None,
};

/// Whether misses of one key share one call.
pub const COALESCE: Param = Param {
    id: "coalesce",
    label: "Misses share a call",
    doc: "While a key is being fetched, further misses of it wait for that answer instead of asking the store as well.",
    unit: Unit::None,
    kind: Kind::Flag,
    default: Fixed::Flag(false),
    source: "Off unless built in: singleflight, leases, request collapsing",
    when: None,
};

/// Negative caching.
pub const MISSES_S: Param = Param {
    id: "misses_s",
    label: "Not found is kept for",
    doc: "How long it answers *not found* by itself after a store has said so. 0 asks the store each time: then who guesses \
          keys passes every cache by.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 86_400.0 },
    default: Fixed::Number(0.0),
    source: "rules 1.6: not kept unless it is set",
    when: Some(("hit_mode", "derived")),
};

/// Time between the flushes of a write-behind cache.
pub const FLUSH_S: Param = Param {
    id: "flush_s",
    label: "Written behind every",
    doc: "How long a written key waits at most until it is brought to the store, where nothing fails.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.001, max: 86_400.0 },
    default: Fixed::Number(1.0),
    source: "Judgement: as often as Redis writes its log to disk by default",
    when: Some(("strategy", "write-behind")),
};

/// Dirty keys at which a write-behind cache flushes at once.
pub const FLUSH_KEYS: Param = Param {
    id: "flush_keys",
    label: "Or at so many keys",
    doc: "Written keys at which they are brought to the store without waiting. 0 is no such number.",
    unit: Unit::None,
    kind: Kind::Integer { min: 0.0, max: 4_000_000.0 },
    default: Fixed::Number(0.0),
    source: "Neutral",
    when: Some(("strategy", "write-behind")),
};

/// What these values say of strategy and sharing; eviction and placement are the block's own.
pub fn rules(read: &Reader) -> CacheRules {
    CacheRules {
        strategy: strategy(read),
        coalesce: read.flag(COALESCE.id),
        misses_ns: nanoseconds(read.number(MISSES_S.id)),
        flush_ns: nanoseconds(read.number(FLUSH_S.id)),
        flush_keys: read.count(FLUSH_KEYS.id),
        ..CacheRules::default()
    }
}

fn strategy(read: &Reader) -> Strategy {
    match read.choice(STRATEGY.id) {
        "cache-aside" => Strategy::Aside,
        "read-through" => Strategy::ReadThrough,
        "write-through" => Strategy::WriteThrough,
        "write-behind" => Strategy::WriteBehind,
        "refresh-ahead" => Strategy::RefreshAhead,
        _ => Strategy::AsDrawn,
    }
}

//! What cache and CDN share: where their hits come from and what a write does to an entry.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use crate::topology::{Eviction, Hits};

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

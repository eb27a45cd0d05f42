//! The URL shortener: 100 million links, 10,000 redirects and 100 creations a second. Numbers of rules 3.2.

use super::{Asked, Exercise, Reference, Step, World};
use crate::blocks::param::Fixed::Number;
use crate::design::Design;
use crate::exercises::world::Part;
use crate::share;
use crate::topology::Operation::{Read, Write};

pub(super) const EXERCISE: Exercise = Exercise {
    id: "url-shortener",
    name: "URL shortener",
    text: "100 million short links, 10,000 visitors a second to be sent on, and a budget. Make it fast, then make it \
           survive, and know the number behind each decision.",
    world: WORLD,
    steps: &[READ_PATH, SCALING],
};

const WORLD: World = World {
    parts: PARTS,
    entry_ms: 10.0,
    inside_ms: 0.25,
    free_on_links: &[
        "ops",
        "when",
        "weight",
        "optional",
        "async",
        "timeout_ms",
        "retries",
        "backoff_ms",
        "idempotent",
        "pool",
    ],
};

const PARTS: &[Part] = &[
    Part {
        block: "client",
        facts: &[
            ("rate", Number(10_100.0)),
            ("reads", Number(10_000.0 / 10_100.0)),
            ("keys", Number(100_000_000.0)),
            ("zipf", Number(0.9)),
            ("response_kb", Number(0.5)),
            ("average", Number(3_003.0 / 10_100.0)),
        ],
        free: &[],
        exactly: Some(1),
    },
    Part { block: "cdn", facts: &[], free: &["ttl_s", "on_write"], exactly: None },
    Part {
        block: "load-balancer",
        facts: &[],
        free: &["policy", "instances", "queue", "check_s", "check_failures"],
        exactly: None,
    },
    Part {
        block: "app-server",
        facts: &[("service_ms", Number(1.0)), ("write_ms", Number(2.0))],
        free: &["instances", "threads", "queue"],
        exactly: None,
    },
    Part {
        block: "cache",
        facts: &[("object_kb", Number(0.6))],
        free: &["memory_gb", "ttl_s", "on_write", "instances", "nodes_are", "placement", "queue"],
        exactly: None,
    },
    Part {
        block: "sql-database",
        facts: &[("replay", Number(1.0)), ("failover_s", Number(45.0)), ("data_gb", Number(344.0))],
        free: &["replicas", "reads_from", "standby"],
        exactly: None,
    },
    Part { block: "monitoring", facts: &[], free: &[], exactly: None },
];

const FACTS: &[&str] = &[
    "At the peak 10,000 visitors a second open a short link (a read); in the mean of the month it is 3,000.",
    "A customer's import creates 100 links a second at the peak (a write). 99 : 1 is an assumption about this service.",
    "100 million links are there. Their popularity is Zipf 0.9: the top fifth draws four fifths of the visits.",
    "A link takes 600 bytes, in the cache as on disk. In five years 573 million links fill 344 GB of every database node.",
    "An answer is 500 bytes: 3.9 TB a month leave for the internet.",
    "App server: 2 cores, 1 ms for a redirect, 2 ms for a creation, $56.21 a month.",
    "Database: 8 cores a node, 2 ms for a read, 4 ms for a write, $499.32 a month and $0.08 a gigabyte. A replica repeats \
     every write in full. A hot standby takes over 45 s after the primary's death was noticed.",
    "Cache: 0.02 ms for a look-up; a node of 3, 6.5, 13 or 26 GB costs $30, $46, $92 or $184.",
    "Load balancer: 0.05 ms a call, 2 cores, $56.21. CDN: 10 places, $0.10 a million requests and $0.02 a gigabyte. \
     Monitoring: $30.",
    "It is 10 ms from the visitors to you, 0.25 ms from block to block, one way. Service times are exponential.",
];

const REFERENCES: &[Reference] = &[
    Reference {
        name: "Cache beside the database",
        text: "Two cache nodes of 13 GB answer three quarters of the redirects; the database, with one replica, has room \
               for the rest and the standby for a death. Dear and strong: the second copy of the cache carries load, \
               because without any cache the database is a third too small.",
        design: || opened(include_str!("url_shortener/cache_aside.json")),
    },
    Reference {
        name: "Copies at the edge",
        text: "A CDN with a time to live of one day answers seven in ten redirects before they reach you, so half \
               of the app servers are enough and no cache is needed. Best in a crowd; after a purge of everything the \
               origin has to carry all of it.",
        design: || opened(include_str!("url_shortener/edge.json")),
    },
];

const READ_PATH: Step = Step {
    id: "read-path",
    name: "Read path",
    brief: &[
        "A service shortens links. At the peak 10,000 visitors a second open a short link and want to be sent on at once; \
         100 new links a second are created.",
        "What stands on the canvas answers almost nobody. Find out why, and make redirects fast: 99 % of all that are sent \
         answered within 50 ms. Spare the database: most visits go to a few links.",
        "How often a cache hits follows from its size and from how popular the links are. It cannot be typed in.",
    ],
    facts: FACTS,
    goals: &[
        Asked::Within(Read, 50.0),
        Asked::Within(Write, 100.0),
        Asked::Success(0.999),
        Asked::NotHollow,
        Asked::StoreLoad(0.7),
        Asked::Hits(0.5),
        Asked::Fresh(600.0),
    ],
    hints: &[
        "Press play and look at the two app servers. Callers know one address: without a load balancer the second server \
         gets nothing.",
        "Redirects need 10,000 × 1 ms and creations 100 × 2 ms of app server cores each second: 10.2 cores, all busy all \
         the time. How many instances of 2 cores is that, with some air?",
        "Without a cache the database needs 10,000 × 2 ms + 100 × 4 ms = 20.4 cores and has 8. Draw a cache beside it: app \
         server to cache for reads, and app server to database for reads on cache miss and for writes.",
        "6.5 GB hold a tenth of the links and hit 68 % of the visits: 6.7 of 8 cores are still busy at the database. The \
         next size is 13 GB.",
        "A copy that stays after a link was taken down sends people to where it should not. Let a write delete the entry, \
         or keep the time to live within ten minutes.",
    ],
    start,
    references: REFERENCES,
};

const SCALING: Step = Step {
    id: "scaling",
    name: "Scaling and survival",
    brief: &[
        "The service is a success, and now it has to stay up. It must carry twice the peak before anything saturates, and \
         any one instance may die without the visitors noticing a minute later.",
        "The judge kills each instance in turn (one of each set of identical ones) and counts who is served afterwards.",
        "All of it for at most $3,000 a month, the traffic to the internet included.",
    ],
    facts: FACTS,
    goals: &[
        Asked::Within(Read, 50.0),
        Asked::Within(Write, 100.0),
        Asked::Success(0.999),
        Asked::NotHollow,
        Asked::Headroom(2.0),
        Asked::Survives(60.0),
        Asked::Cost(3_000.0),
        Asked::Fresh(600.0),
    ],
    hints: &[
        "Look at *What breaks first*: the first line is the headroom. Twice 10.2 cores is 20.4: eleven app servers, not ten.",
        "Everything that there is only one of is a candidate: the load balancer, the cache, the database's primary.",
        "Kill the cache and look at the database: 20.4 cores of work. A cache that carries load needs a second node: a copy \
         that takes over, or shards so that only a part of the keys is lost with one of them.",
        "A standby takes over only when somebody notices the death. Without monitoring that is a person, a quarter of an \
         hour later.",
        "Too dear? Compare a replica at $527 with a larger cache, and a dozen app servers with a CDN that keeps the visits \
         away from them.",
    ],
    start,
    references: REFERENCES,
};

fn start() -> Design {
    opened(include_str!("url_shortener/start.json"))
}

/// A design of this exercise, with the facts of its world filled in.
fn opened(json: &str) -> Design {
    WORLD.dress(&share::from_json(json).expect("a design of the exercise opens").design)
}

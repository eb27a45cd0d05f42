//! The example designs: what each shows and what to try in it. The first one opens on the first visit.

use crate::design::Design;
use crate::share;

/// A design to start from, as data.
#[derive(Debug)]
pub struct Example {
    /// Name of its file in `static/examples/`. Never changes.
    pub id: &'static str,
    /// Title on the screen; the design bears the same.
    pub name: &'static str,
    /// What to try, and what happens then.
    pub text: &'static str,
    /// The design in format 1.
    pub json: &'static str,
}

impl Example {
    /// The design.
    ///
    /// # Panics
    /// Never: the tests open every example.
    pub fn design(&self) -> Design {
        share::from_json(self.json).expect("an example opens").design
    }
}

/// The example with this id.
pub fn find(id: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.id == id)
}

/// All examples, from the plainest lesson to the whole picture.
pub static EXAMPLES: &[Example] = &[
    Example {
        id: "load-balancer-and-three",
        name: "Load balancer and three servers",
        text: "Healthy today. Push the traffic to 1.4×: the database saturates first, long before the servers, and adding \
               servers does not help. A read replica or a cache does. Then kill the load balancer: it is alone.",
        json: include_str!("../static/examples/load-balancer-and-three.json"),
    },
    Example {
        id: "one-box",
        name: "One box",
        text: "Everything on one machine for $30 a month. At 100 requests a second it is 78 % busy and answers in a tenth \
               of a second or so. A third more traffic and the queue never ends; kill it and nobody is served.",
        json: include_str!("../static/examples/one-box.json"),
    },
    Example {
        id: "servers-without-a-balancer",
        name: "Three servers, one of them used",
        text: "Callers know one address, so two of three servers stand idle while the first drowns. Put a load balancer \
               between visitors and servers: the same three machines then carry the traffic with a quarter to spare.",
        json: include_str!("../static/examples/servers-without-a-balancer.json"),
    },
    Example {
        id: "cache-and-database",
        name: "A cache in front of the database",
        text: "The cache holds half of the pages and answers more than nine in ten requests, so a small database is enough. \
               Kill the cache: all the reads meet the database at once, at almost four times what it can carry.",
        json: include_str!("../static/examples/cache-and-database.json"),
    },
    Example {
        id: "read-replicas",
        name: "Read replicas",
        text: "Reads spread over the primary and three replicas. Set *Reads go to* to the primary alone: it needs 1.6 of \
               itself, and the replicas idle. Raise the share of writes: every replica repeats them, so they do not help.",
        json: include_str!("../static/examples/read-replicas.json"),
    },
    Example {
        id: "queue-and-workers",
        name: "A queue and its workers",
        text: "The customer waits for the payment, not for the mails. Push the traffic to 1.6×: the answers stay quick and \
               nothing fails, but the backlog grows without end. More workers work it off.",
        json: include_str!("../static/examples/queue-and-workers.json"),
    },
    Example {
        id: "three-tiers-with-everything",
        name: "Three tiers with everything",
        text: "A shop at 10,000 requests a second: images at the edge, pages from a cache, orders through a queue, partners \
               behind a rate limit. Kill anything: one of two remains. Then push the traffic and see the order in which \
               the tiers give way.",
        json: include_str!("../static/examples/three-tiers-with-everything.json"),
    },
    Example {
        id: "food-delivery",
        name: "A food delivery order",
        text: "Pictures come from the edge, menus from a cache, listings from a replica that is 200 ms behind. An \
               order waits only for its payment; kitchen, courier, messages and analytics each read the same log. \
               Set *Read replicas* to 0 and see what the listings' stale reads were worth.",
        json: include_str!("../static/examples/food-delivery.json"),
    },
    Example {
        id: "video-streaming",
        name: "Video streaming in two regions",
        text: "Film segments never leave the edge. Each viewer plays from the nearest region; Europe is lost at 20 \
               s and comes back at 40 s. Until DNS answers run out its viewers fail, then America serves them from \
               across the sea, with time to spare.",
        json: include_str!("../static/examples/video-streaming.json"),
    },
    Example {
        id: "payments",
        name: "Payments: rather refused than wrong",
        text: "Every balance is read from two of three copies and written to two: no read is stale, at a festival as on any \
               day. Let reads ask one copy and writes wait for one, and count the wrong balances.",
        json: include_str!("../static/examples/payments.json"),
    },
    Example {
        id: "one-shop-three-ways",
        name: "One shop, three kinds of traffic",
        text: "Tags tell requests apart: pictures go to the edge, pages are read from a store that would rather answer \
               (AP), payments go to a database that would rather be right (CP). From 20 s to 35 s zone A is cut off: \
               nobody can pay, pages and pictures go on, and when it is back a few pages are stale. Kill the primary of \
               Payments: only buyers lose, until it has a hot standby.",
        json: include_str!("../static/examples/one-shop-three-ways.json"),
    },
    Example {
        id: "launch-day",
        name: "Launch day",
        text: "Five times the customers arrive at 20 s. The database is a third busy, and yet everybody waits: each \
               server has one connection. Give the link a pool of 20.",
        json: include_str!("../static/examples/launch-day.json"),
    },
    Example {
        id: "retry-storm",
        name: "A retry storm",
        text: "For ten seconds demand is half again what the servers carry. They never recover: everybody has given \
               up and asks again, and the answers come too late for anyone. Set retries to 0, give them a budget of \
               0.1, or let the queue hold 100, and the same ten seconds pass.",
        json: include_str!("../static/examples/retry-storm.json"),
    },
    Example {
        id: "thundering-herd",
        name: "Thundering herd",
        text: "The cache is emptied at 20 s, and every read meets the database at once, at four times what it can \
               do. Turn on *Share misses* or halve the readers, and see how long it takes to fill again.",
        json: include_str!("../static/examples/thundering-herd.json"),
    },
    Example {
        id: "celebrity-shard",
        name: "A celebrity on one shard",
        text: "Four databases, sharded by seller, and one seller has a quarter of the orders. Push the traffic: one shard \
               drowns while the three others have hours to spare. Shard by key instead, and each carries the same.",
        json: include_str!("../static/examples/celebrity-shard.json"),
    },
    Example {
        id: "two-regions",
        name: "Two regions, cut in two",
        text: "One primary in America. Asia pays the way across the world for every basket, and from 20 s to 35 s, \
               when the cable is cut, it sells nothing, while America notices nothing.",
        json: include_str!("../static/examples/two-regions.json"),
    },
    Example {
        id: "tail-at-scale",
        name: "The tail at scale",
        text: "A page asks a hundred servers and waits for the slowest: one slow answer in a hundred meets two \
               pages in three. Set *Hedge after* on the link to 40 ms, or ask fewer.",
        json: include_str!("../static/examples/tail-at-scale.json"),
    },
    Example {
        id: "write-and-read-models",
        name: "Write model, read model",
        text: "Commands go to one store, queries to another, and a log carries what changed. Half of the members \
               look at what they have just written: some do not find it. Slow the projector down, and more do not.",
        json: include_str!("../static/examples/write-and-read-models.json"),
    },
    Example {
        id: "images-and-login",
        name: "Images must not take the login down",
        text: "At 20 s uploads grow tenfold. They hold the site's threads while they wait for image processing, and \
               the login fails with them. Give the link to image processing a bulkhead of 50: every login is \
               answered again.",
        json: include_str!("../static/examples/images-and-login.json"),
    },
    Example {
        id: "heavy-and-light",
        name: "Heavy and light requests",
        text: "Most reports are quick, a few are heavy. Taken in turn, quick ones wait behind heavy ones. Let the \
               load balancer choose the server with the fewest connections: the slowest hundredth is answered \
               several times faster.",
        json: include_str!("../static/examples/heavy-and-light.json"),
    },
];

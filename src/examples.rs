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
];

//! What can go wrong on purpose: the faults of a design's timeline, and the catalogue of their kinds.
//!
//! A fault is kept as it was drawn: a kind by its id, what it strikes, when, and parameters that differ from the
//! defaults of format 1. `topology::fault` lowers it to what the engine does.

use serde::{Deserialize, Serialize};

use super::{GroupId, LinkId, NodeId};
use crate::blocks::param::{Choice, Fixed, Kind, Param, Unit, Values};

/// Identity of a fault within the design; its random draws hang on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FaultId(pub u32);

/// A fault on the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Identity within the design.
    pub id: FaultId,
    /// Catalogue id of its kind, such as `kill`.
    pub kind: String,
    /// What it strikes.
    pub target: Target,
    /// When it begins [s of simulated time since the start of the run, warm-up included].
    pub at_s: f64,
    /// How long it lasts [s]; `None` is until the end. Kinds that are over in a moment ignore it.
    pub for_s: Option<f64>,
    /// Parameters that differ from the defaults of format 1.
    pub values: Values,
}

/// What a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Target {
    /// Every block that its kind suits.
    All,
    /// A block.
    Block(NodeId),
    /// A host, zone or region.
    Group(GroupId),
    /// A link.
    Link(LinkId),
}

/// What a kind of fault can strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strikes {
    /// One block.
    Block,
    /// One block, or all that it suits.
    BlockOrAll,
    /// One group.
    Group,
    /// One link.
    Link,
}

/// Which blocks a kind of fault suits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suits {
    /// Every block that calls can end at.
    Servers,
    /// Blocks that keep copies: caches.
    Caches,
    /// Blocks that keep data on nodes of the person's own.
    Stores,
    /// Queues that keep what has been read: logs.
    Logs,
    /// Blocks that send requests: clients.
    Clients,
}

/// The catalogue entry of a kind of fault.
#[derive(Debug)]
pub struct About {
    /// Name in the JSON. Never changes.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence: what happens.
    pub doc: &'static str,
    /// What it can strike.
    pub strikes: Strikes,
    /// Which blocks, where it strikes blocks.
    pub suits: Suits,
    /// It lasts until it ends; else it is over in a moment, or ends by itself.
    pub lasts: bool,
    /// Its parameters, in the order of the form.
    pub params: &'static [Param],
}

/// Every kind of fault, in the order of the menu.
pub static KINDS: &[About] = &[
    About {
        id: "kill",
        name: "Kill",
        doc: "The process dies: what it works on fails at once, and new calls are refused.",
        strikes: Strikes::Block,
        suits: Suits::Servers,
        lasts: true,
        params: &[INSTANCE],
    },
    About {
        id: "lose",
        name: "Lose the group",
        doc: "Everything inside goes silent: calls to it vanish, and only timeouts end them.",
        strikes: Strikes::Group,
        suits: Suits::Servers,
        lasts: true,
        params: &[],
    },
    About {
        id: "slow",
        name: "Slow down",
        doc: "Every call takes several times as long: a bad disk, a noisy neighbor, garbage collection.",
        strikes: Strikes::Block,
        suits: Suits::Servers,
        lasts: true,
        params: &[INSTANCE, SLOWER],
    },
    About {
        id: "errors",
        name: "Errors",
        doc: "A share of its calls fails after the work was done: a bad release.",
        strikes: Strikes::Block,
        suits: Suits::Servers,
        lasts: true,
        params: &[ERRORS],
    },
    About {
        id: "cut",
        name: "Cut the link",
        doc: "What is sent along the link, either way, vanishes; only timeouts end it.",
        strikes: Strikes::Link,
        suits: Suits::Servers,
        lasts: true,
        params: &[],
    },
    About {
        id: "isolate",
        name: "Cut the group off",
        doc: "A partition: what crosses the border of the group vanishes, and inside everything goes on.",
        strikes: Strikes::Group,
        suits: Suits::Servers,
        lasts: true,
        params: &[],
    },
    About {
        id: "loss",
        name: "Lose packets",
        doc: "A share of the link's packets is lost and sent again: 200 ms later, then 400 ms, then 800 ms.",
        strikes: Strikes::Link,
        suits: Suits::Servers,
        lasts: true,
        params: &[LOSS],
    },
    About {
        id: "flush",
        name: "Flush the cache",
        doc: "Everything in it is gone, and what stands behind it gets every request until it has filled again.",
        strikes: Strikes::Block,
        suits: Suits::Caches,
        lasts: false,
        params: &[],
    },
    About {
        id: "traffic",
        name: "Traffic spike",
        doc: "The clients send several times as much.",
        strikes: Strikes::BlockOrAll,
        suits: Suits::Clients,
        lasts: true,
        params: &[MORE],
    },
    About {
        id: "chaos",
        name: "Chaos monkey",
        doc: "Instances die at random and come back, each on its own.",
        strikes: Strikes::BlockOrAll,
        suits: Suits::Servers,
        lasts: true,
        params: &[MTTF, MTTR],
    },
    About {
        id: "deploy",
        name: "Deploy",
        doc: "Every instance is restarted with a new release: a few at a time, or all at once.",
        strikes: Strikes::Block,
        suits: Suits::Servers,
        lasts: false,
        params: &[BATCH, RESTART, DRAIN],
    },
    About {
        id: "reshard",
        name: "Add a shard",
        doc: "A store is cut into one piece more while it works: rows are copied first, then the new shard takes its keys.",
        strikes: Strikes::Block,
        suits: Suits::Stores,
        lasts: false,
        params: &[PLACEMENT, COPY_LOAD, COPY],
    },
    About {
        id: "replay",
        name: "Replay the log",
        doc: "A consumer group starts again from the oldest message that the log still keeps.",
        strikes: Strikes::Block,
        suits: Suits::Logs,
        lasts: false,
        params: &[GROUP],
    },
];

/// When a fault begins, as a field of its form.
pub static AT: Param = number(
    "at_s",
    "Begins at",
    "Simulated time since the start of the run, the warm-up included.",
    Unit::Seconds,
    0.0,
    86_400.0,
    0.0,
    "The start",
);

/// How long it lasts, as a field of its form; an empty one is until the end.
pub static FOR: Param = number(
    "for_s",
    "Lasts for",
    "Simulated time until it ends; empty is until the end of the run.",
    Unit::Seconds,
    0.0,
    86_400.0,
    0.0,
    "Until the end",
);

/// The kind with this id.
pub fn find(id: &str) -> Option<&'static About> {
    KINDS.iter().find(|kind| kind.id == id)
}

const INSTANCE: Param = whole(
    "instance",
    "Instance",
    "Which instance, counted from 1; 0 is all of them.",
    0.0,
    100_000.0,
    0.0,
    "Neutral",
);

const SLOWER: Param = number(
    "factor",
    "Times as long",
    "What one call takes, in multiples of the usual.",
    Unit::None,
    0.0,
    1e6,
    10.0,
    "Judgement: slow enough to be felt behind any timeout",
);

const MORE: Param = number(
    "factor",
    "Times the traffic",
    "What the clients send, in multiples of the usual.",
    Unit::None,
    0.0,
    1e6,
    10.0,
    "Judgement: a launch day",
);

const ERRORS: Param = number(
    "share",
    "Share that fails",
    "Share of the calls that fail.",
    Unit::Share,
    0.0,
    1.0,
    0.05,
    "Judgement: a bad release that a canary would find",
);

const LOSS: Param = number(
    "share",
    "Packets lost",
    "Share of the packets that are lost, each time they are sent.",
    Unit::Share,
    0.0,
    1.0,
    0.01,
    "Judgement: a bad line",
);

const MTTF: Param = number(
    "mttf_s",
    "Mean time to failure",
    "Mean time that an instance lives.",
    Unit::Seconds,
    0.001,
    1e9,
    60.0,
    "Judgement: several deaths within a run",
);

const MTTR: Param = number(
    "mttr_s",
    "Mean time to repair",
    "Mean time until it is back.",
    Unit::Seconds,
    0.001,
    1e9,
    10.0,
    "Judgement: an automatic restart",
);

const BATCH: Param = whole(
    "batch",
    "At a time",
    "Instances that are restarted at the same moment; 0 is all at once.",
    0.0,
    100_000.0,
    1.0,
    "One at a time: the careful way",
);

const RESTART: Param = number(
    "restart_s",
    "Restart takes",
    "Time that an instance is away.",
    Unit::Seconds,
    0.0,
    86_400.0,
    10.0,
    "Judgement: a small service",
);

const DRAIN: Param = number(
    "drain_s",
    "Drain at most",
    "An instance first gets no new calls and finishes what it has, for at most this long; 0 stops it at once.",
    Unit::Seconds,
    0.0,
    86_400.0,
    30.0,
    "Judgement; AWS waits up to 300 s (deregistration delay)",
);

const PLACEMENT: Param = Param {
    id: "placement",
    label: "Keys lie by",
    doc: "What decides how many rows move.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice {
            id: "consistent",
            label: "Consistent hashing",
            doc: "Only what the new shard gets moves: 1 in n + 1.",
        },
        Choice {
            id: "modulo",
            label: "Hash modulo n",
            doc: "Nearly every key has another remainder: n in n + 1 move.",
        },
    ]),
    default: Fixed::Choice("consistent"),
    source: "rules 1.9",
    when: None,
};

const COPY_LOAD: Param = number(
    "copy_load",
    "Copying takes",
    "Share of every node's cores that copying takes while it lasts.",
    Unit::Share,
    0.0,
    0.95,
    0.2,
    "Judgement: throttled, so that users do not feel it",
);

const COPY: Param = number(
    "copy_s",
    "All rows would take",
    "How long copying every row would take; those that move take their share of it.",
    Unit::Seconds,
    0.0,
    86_400.0,
    60.0,
    "Judgement: short enough to be seen in a run; 100 GB at 100 MB/s take 1,000 s",
);

const GROUP: Param = whole(
    "group",
    "Consumer group",
    "Which of the log's links, counted from 1 as they were drawn; 0 is all of them.",
    0.0,
    1_000.0,
    0.0,
    "Neutral",
);

#[allow(clippy::too_many_arguments)] // A table row: each place has its name in `Param`.
const fn number(
    id: &'static str,
    label: &'static str,
    doc: &'static str,
    unit: Unit,
    min: f64,
    max: f64,
    default: f64,
    source: &'static str,
) -> Param {
    let kind = Kind::Number { min, max };
    Param { id, label, doc, unit, kind, default: Fixed::Number(default), source, when: None }
}

const fn whole(
    id: &'static str,
    label: &'static str,
    doc: &'static str,
    min: f64,
    max: f64,
    default: f64,
    source: &'static str,
) -> Param {
    let kind = Kind::Integer { min, max };
    Param { id, label, doc, unit: Unit::None, kind, default: Fixed::Number(default), source, when: None }
}

//! The parameters of a link and what they mean to the engines.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::{LONGEST_TAG, TAG, policy};
use crate::design::LinkId;
use crate::topology::{Connections, Route, Tags, nanoseconds};

/// Parameters of every link, in the order of the form.
pub static PARAMS: &[Param] = &[
    Param {
        id: "latency_ms",
        label: "Latency, one way",
        doc: "Time on the wire; the reply takes it once more.",
        unit: Unit::Milliseconds,
        kind: Kind::Number { min: 0.0, max: 60_000.0 },
        default: Fixed::Number(0.25),
        source: "Round trip inside a zone 0.25–0.5 ms (references/defaults)",
        when: None,
    },
    Param {
        id: "ops",
        label: "Carries",
        doc: "Which requests use this link.",
        unit: Unit::None,
        kind: Kind::Choice(&[
            Choice { id: "both", label: "Reads and writes", doc: "Every request." },
            Choice { id: "reads", label: "Reads", doc: "Only requests that read." },
            Choice { id: "writes", label: "Writes", doc: "Only requests that write." },
        ]),
        default: Fixed::Choice("both"),
        source: "Neutral",
        when: None,
    },
    Param {
        id: TAG,
        label: "Tag",
        doc: "Only requests of the clients with this tag use this link; !static is all but those tagged static. Empty is all.",
        unit: Unit::None,
        kind: Kind::Text { max: 1 + LONGEST_TAG },
        default: Fixed::Choice(""),
        source: "Neutral",
        when: None,
    },
    Param {
        id: "when",
        label: "Called",
        doc: "Always, or only when the cache before it in the list has missed.",
        unit: Unit::None,
        kind: Kind::Choice(&[
            Choice { id: "always", label: "Always", doc: "On every request that it carries." },
            Choice {
                id: "miss",
                label: "On cache miss",
                doc: "When the cache linked before it missed, died or timed out.",
            },
        ]),
        default: Fixed::Choice("always"),
        source: "Neutral",
        when: None,
    },
    Param {
        id: "weight",
        label: "Weight",
        doc: "Share of the calls among the links of a client or a router, relative to the others.",
        unit: Unit::None,
        kind: Kind::Number { min: 0.0, max: 1_000_000.0 },
        default: Fixed::Number(1.0),
        source: "Neutral",
        when: None,
    },
    Param {
        id: "calls",
        label: "Calls per request",
        doc: "1.5 is one call and, every other time, a second one after it.",
        unit: Unit::None,
        kind: Kind::Number { min: 0.0, max: 1_000.0 },
        default: Fixed::Number(1.0),
        source: "Neutral",
        when: None,
    },
    Param {
        id: "optional",
        label: "Optional",
        doc: "When this call fails, the answer is degraded instead of failed.",
        unit: Unit::None,
        kind: Kind::Flag,
        default: Fixed::Flag(false),
        source: "Neutral",
        when: None,
    },
    Param {
        id: "async",
        label: "Fire and forget",
        doc: "The caller does not wait for the reply.",
        unit: Unit::None,
        kind: Kind::Flag,
        default: Fixed::Flag(false),
        source: "Neutral",
        when: None,
    },
    Param {
        id: "timeout_ms",
        label: "Timeout",
        doc: "How long the caller waits for one attempt; the work goes on at the callee.",
        unit: Unit::Milliseconds,
        kind: Kind::Number { min: 0.1, max: 3_600_000.0 },
        default: Fixed::Number(10_000.0),
        source: "rules 1.2: without one a silent zone holds slots for ever",
        when: None,
    },
    Param {
        id: "retries",
        label: "Retries",
        doc: "Extra attempts after the first.",
        unit: Unit::None,
        kind: Kind::Integer { min: 0.0, max: 10.0 },
        default: Fixed::Number(0.0),
        source: "Neutral: retries multiply load",
        when: None,
    },
    Param {
        id: "backoff_ms",
        label: "Back-off",
        doc: "Longest delay before the first retry; doubles each time up to 10 s. The delay is drawn between 0 and that.",
        unit: Unit::Milliseconds,
        kind: Kind::Number { min: 0.0, max: 10_000.0 },
        default: Fixed::Number(100.0),
        source: "Base 100 ms with full jitter (references/defaults)",
        when: None,
    },
    Param {
        id: "idempotent",
        label: "Writes can be retried",
        doc: "A repeated write does no harm, so retries apply to writes too.",
        unit: Unit::None,
        kind: Kind::Flag,
        default: Fixed::Flag(false),
        source: "The safe side",
        when: None,
    },
    Param {
        id: "pool",
        label: "Connection pool",
        doc: "Connections per calling instance; a call waits for a free one. 0 is no pool.",
        unit: Unit::None,
        kind: Kind::Integer { min: 0.0, max: 10_000.0 },
        default: Fixed::Number(0.0),
        source: "Neutral",
        when: None,
    },
    Param {
        id: "pool_held",
        label: "A connection is held for",
        doc: "How long a call keeps its connection: what exhausts pools is holding one through slow calls elsewhere.",
        unit: Unit::None,
        kind: Kind::Choice(&[
            Choice { id: "query", label: "One query", doc: "It goes back with the reply." },
            Choice {
                id: "request",
                label: "The whole request",
                doc: "From the first query until the caller answers.",
            },
        ]),
        default: Fixed::Choice("query"),
        source: "Format 1",
        when: None,
    },
    Param {
        id: "pool_shared",
        label: "Pool shared by all instances",
        doc: "One pool for all calling instances together, as a pooler between them and the database keeps it.",
        unit: Unit::None,
        kind: Kind::Flag,
        default: Fixed::Flag(false),
        source: "Format 1: each instance has its own",
        when: None,
    },
    Param {
        id: "open_ms",
        label: "Opening a connection takes",
        doc: "Without a pool every call opens one first: time before the call leaves.",
        unit: Unit::Milliseconds,
        kind: Kind::Number { min: 0.0, max: 60_000.0 },
        default: Fixed::Number(0.0),
        source: "Format 1: nothing; 20–50 ms with TLS and log-in (rules 4, puzzle 7)",
        when: None,
    },
    Param {
        id: "open_cpu_ms",
        label: "Opening costs the callee",
        doc: "Without a pool: core time that the callee spends on each new connection.",
        unit: Unit::Milliseconds,
        kind: Kind::Number { min: 0.0, max: 60_000.0 },
        default: Fixed::Number(0.0),
        source: "Format 1: nothing; PostgreSQL starts a process, 5 ms (rules 4, puzzle 7)",
        when: None,
    },
    policy::BACKOFF_FACTOR,
    policy::BACKOFF_CAP,
    policy::JITTER,
    policy::BUDGET,
    policy::ON_TIMEOUT,
    policy::PATIENCE,
    policy::BREAKER,
    policy::BREAKER_FAILURES,
    policy::BREAKER_SHARE,
    policy::BREAKER_CALLS,
    policy::BREAKER_OPEN,
    policy::BREAKER_PROBES,
    policy::BULKHEAD,
    policy::HEDGE,
    policy::PARALLEL,
    policy::GROUP,
    policy::QUORUM,
    policy::LATENCY_SHAPE,
    policy::LATENCY_CV,
    policy::LOSS,
    policy::DATAGRAM,
    policy::BANDWIDTH,
    policy::REQUEST_KB,
    policy::RESPONSE_KB,
    policy::SINGLE_LINE,
];

/// What a link means to the engines.
pub fn lower(id: LinkId, values: &Values) -> Route {
    let read = Reader::new(PARAMS, values);
    let ops = read.choice("ops");
    let pool = read.count("pool");
    Route {
        id,
        latency_ns: nanoseconds(read.number("latency_ms") / 1e3),
        reads: ops != "writes",
        writes: ops != "reads",
        tags: Tags::ALL,
        weight: read.number("weight"),
        calls: read.number("calls"),
        on_miss: read.choice("when") == "miss",
        optional: read.flag("optional"),
        background: read.flag("async"),
        timeout_ns: nanoseconds(read.number("timeout_ms") / 1e3),
        retries: read.count("retries"),
        backoff_s: read.number("backoff_ms") / 1e3,
        idempotent: read.flag("idempotent"),
        pool: (pool > 0).then_some(pool),
        connections: Connections {
            open_ns: nanoseconds(read.number("open_ms") / 1e3),
            open_cpu_s: read.number("open_cpu_ms") / 1e3,
            shared: read.flag("pool_shared"),
            per_request: read.choice("pool_held") == "request",
        },
        policy: policy::lower(&read),
    }
}

/// Whether two links carry the same requests under the same condition: two such between the same blocks are one
/// too many.
pub fn same_conditions(a: &Values, b: &Values) -> bool {
    let (a, b) = (Reader::new(PARAMS, a), Reader::new(PARAMS, b));
    a.choice("ops") == b.choice("ops") && a.choice("when") == b.choice("when") && a.text(TAG) == b.text(TAG)
}

/// The tags that a link carries, as a person wrote them: `pay`, `!pay`, or empty for all.
pub fn tag(values: &Values) -> &str {
    Reader::new(PARAMS, values).text(TAG)
}

/// Whether the caller does not wait for the reply.
pub fn is_async(values: &Values) -> bool {
    Reader::new(PARAMS, values).flag("async")
}

/// What a link carries and when, in a few words: “#pay reads on miss”; empty when it carries everything always.
pub fn in_words(values: &Values) -> String {
    let read = Reader::new(PARAMS, values);
    let ops = match read.choice("ops") {
        "both" => "",
        ops => ops,
    };
    let tag = match read.text(TAG) {
        "" => String::new(),
        text => {
            text.strip_prefix('!').map_or_else(|| format!("#{text}"), |but| format!("not #{}", but.trim()))
        }
    };
    let miss = if read.choice("when") == "miss" { "on miss" } else { "" };
    let words = [tag.as_str(), ops, miss];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

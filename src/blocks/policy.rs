//! The parameters of a link that are policies against trouble, or trouble on the wire, and what they mean.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use crate::topology::{Breaker, Jitter, OnTimeout, Policies, Shape, Trip, nanoseconds};

const fn number(id: &'static str, label: &'static str, unit: Unit, range: (f64, f64), default: f64) -> Param {
    Param {
        id,
        label,
        unit,
        kind: Kind::Number { min: range.0, max: range.1 },
        default: Fixed::Number(default),
        ..Param::BLANK
    }
}

const fn integer(id: &'static str, label: &'static str, range: (f64, f64), default: f64) -> Param {
    Param {
        kind: Kind::Integer { min: range.0, max: range.1 },
        ..number(id, label, Unit::None, range, default)
    }
}

const fn flag(id: &'static str, label: &'static str) -> Param {
    Param { id, label, ..Param::BLANK }
}

const fn choice(
    id: &'static str,
    label: &'static str,
    choices: &'static [Choice],
    default: &'static str,
) -> Param {
    Param { id, label, kind: Kind::Choice(choices), default: Fixed::Choice(default), ..Param::BLANK }
}

/// By how much each delay before a retry is longer than the one before.
pub const BACKOFF_FACTOR: Param = Param {
    doc: "Each delay before a retry is so many times the one before.",
    source: "Doubling is usual (AWS Builders' Library)",
    ..number("backoff_factor", "Back-off factor", Unit::None, (1.0, 10.0), 2.0)
};

/// Longest delay before a retry.
pub const BACKOFF_CAP: Param = Param {
    doc: "No delay before a retry is longer.",
    source: "Judgement: a user does not wait longer",
    ..number("backoff_cap_ms", "Longest back-off", Unit::Milliseconds, (0.0, 600_000.0), 10_000.0)
};

/// How the delay is drawn.
pub const JITTER: Param = Param {
    doc: "How the delay before a retry is drawn; without it all that failed together come back together.",
    source: "Full jitter (AWS Architecture Blog 2015)",
    ..choice(
        "jitter",
        "Jitter",
        &[
            Choice { id: "none", label: "None", doc: "Exactly the back-off." },
            Choice { id: "equal", label: "Equal", doc: "Half of the back-off and up to half more." },
            Choice { id: "full", label: "Full", doc: "Anything between nothing and the back-off." },
        ],
        "full",
    )
};

/// Retries for each first attempt.
pub const BUDGET: Param = Param {
    doc: "Retries allowed for each first attempt, saved up over 10 s; 0 is no limit. It ends retry storms.",
    ..number("retry_budget", "Retry budget", Unit::Share, (0.0, 10.0), 0.0)
};

/// What becomes of a call whose caller gave up.
pub const ON_TIMEOUT: Param = Param {
    doc: "What becomes of a call whose caller gave up waiting.",
    source: "rules 1.3: the callee does not know",
    ..choice(
        "on_timeout",
        "After a timeout",
        &[
            Choice { id: "goes-on", label: "Work goes on", doc: "The callee works on for nobody." },
            Choice { id: "leaves", label: "Leaves the queue", doc: "What has not been begun is not begun." },
            Choice {
                id: "stops",
                label: "Stops everywhere",
                doc: "It ends at once, with all calls made for it.",
            },
        ],
        "goes-on",
    )
};

/// Spread of the timeout.
pub const PATIENCE: Param = Param {
    doc: "Programs wait a fixed time; people give up sooner or later.",
    ..choice(
        "timeout_spread",
        "Timeout varies",
        &[
            Choice { id: "constant", label: "Not at all", doc: "Always the timeout." },
            Choice {
                id: "exponential",
                label: "Exponential",
                doc: "The timeout is its mean, as the patience of people.",
            },
        ],
        "constant",
    )
};

/// Circuit breaker.
pub const BREAKER: Param = Param {
    doc: "Stops calling what keeps failing, so that callers fail fast and the callee can recover.",
    ..choice(
        "breaker",
        "Circuit breaker",
        &[
            Choice { id: "none", label: "None", doc: "Calls whatever happens." },
            Choice { id: "consecutive", label: "Failures in a row", doc: "Opens after so many failures." },
            Choice { id: "share", label: "Share of failures", doc: "Opens when so many of the last fail." },
        ],
        "none",
    )
};

/// Failures in a row that open the breaker.
pub const BREAKER_FAILURES: Param = Param {
    doc: "Failures in a row that open the breaker.",
    source: "Judgement: 5 is a usual default",
    when: Some(("breaker", "consecutive")),
    ..integer("breaker_failures", "Opens after", (1.0, 10_000.0), 5.0)
};

/// Share of failures that opens the breaker.
pub const BREAKER_SHARE: Param = Param {
    doc: "Share of failures among the last calls that opens the breaker.",
    source: "resilience4j: 50 %",
    when: Some(("breaker", "share")),
    ..number("breaker_share", "Opens at", Unit::Share, (0.001, 1.0), 0.5)
};

/// Calls that the share is taken over.
pub const BREAKER_CALLS: Param = Param {
    doc: "Number of last calls that the share is taken over.",
    source: "resilience4j: 100",
    when: Some(("breaker", "share")),
    ..integer("breaker_calls", "Calls looked at", (20.0, 10_000.0), 100.0)
};

/// Open time of the breaker.
pub const BREAKER_OPEN: Param = Param {
    doc: "How long the breaker stays open before it tries again.",
    source: "Judgement: 5 s",
    ..number("breaker_open_s", "Stays open", Unit::Seconds, (0.001, 3_600.0), 5.0)
};

/// Probes of the breaker.
pub const BREAKER_PROBES: Param = Param {
    doc: "Calls let through to try; when all are answered it closes, when one fails it opens again.",
    source: "Judgement: 1",
    ..integer("breaker_probes", "Probes", (1.0, 1_000.0), 1.0)
};

/// Bulkhead.
pub const BULKHEAD: Param = Param {
    doc: "Calls under way at most, by calling instance; more fail at once. 0 is no limit. One slow callee cannot take all threads.",
    ..integer("bulkhead", "Bulkhead", (0.0, 100_000.0), 0.0)
};

/// Packet loss.
pub const LOSS: Param = Param {
    doc: "Chance that a packet is lost. It is sent again after 200 ms, then 400 ms and so on.",
    ..number("loss", "Packet loss", Unit::Share, (0.0, 1.0), 0.0)
};

/// Datagram.
pub const DATAGRAM: Param = Param {
    doc: "Nothing is sent again: a lost packet is a lost message, and only the timeout ends the call.",
    ..flag("datagram", "Datagrams")
};

/// Spread of the latency.
pub const LATENCY_SHAPE: Param = Param {
    doc: "How the time on the wire varies around its mean.",
    ..choice(
        "latency_shape",
        "Latency varies",
        &[
            Choice { id: "constant", label: "Not at all", doc: "Every message takes the latency." },
            Choice { id: "lognormal", label: "Lognormal", doc: "Mostly near it, now and then far above." },
            Choice { id: "exponential", label: "Exponential", doc: "Memoryless; spread 1." },
        ],
        "constant",
    )
};

/// Spread of a lognormal latency.
pub const LATENCY_CV: Param = Param {
    doc: "Standard deviation of the latency over its mean.",
    source: "Judgement",
    when: Some(("latency_shape", "lognormal")),
    ..number("latency_cv", "Latency spread", Unit::None, (0.01, 20.0), 0.5)
};

/// Repeated calls at the same time.
pub const PARALLEL: Param = Param {
    doc: "The calls of one request go at the same time; the slowest decides.",
    ..flag("parallel", "Calls in parallel")
};

/// Group of links that are called at the same time.
pub const GROUP: Param = Param {
    doc: "Links of a block with the same number are called at the same time, where the first of them stands. 0 is one after the other.",
    ..integer("together", "Called together", (0.0, 1_000.0), 0.0)
};

/// Answers that are enough.
pub const QUORUM: Param = Param {
    doc: "Answers that are enough, of the calls made at the same time; 0 is all. The rest goes on for nobody.",
    ..integer("quorum", "Answers needed", (0.0, 1_000.0), 0.0)
};

/// Hedge.
pub const HEDGE: Param = Param {
    doc: "A second copy goes out when the first has not been answered for so long; the first answer counts. 0 is never.",
    ..number("hedge_ms", "Hedge after", Unit::Milliseconds, (0.0, 600_000.0), 0.0)
};

/// Bandwidth.
pub const BANDWIDTH: Param = Param {
    doc: "Megabits a second that the link carries in each direction; 0 is no limit. Messages wait for it in line.",
    ..number("bandwidth_mbit", "Bandwidth", Unit::None, (0.0, 1e6), 0.0)
};

/// Size of a call.
pub const REQUEST_KB: Param = Param {
    doc: "Size of one call on this link.",
    ..number("request_kb", "A call has", Unit::Kilobytes, (0.0, 1e7), 0.0)
};

/// Size of a reply.
pub const RESPONSE_KB: Param = Param {
    doc: "Size of one reply on this link.",
    ..number("response_kb", "A reply has", Unit::Kilobytes, (0.0, 1e7), 0.0)
};

/// Unit of failure.
pub const SINGLE_LINE: Param = Param {
    doc: "One cable, not a network: it can break on its own and counts as a single point of failure.",
    ..flag("single_line", "Single line")
};

/// What these parameters mean to the engines.
pub fn lower(read: &Reader) -> Policies {
    let limit = |id| Some(read.number(id)).filter(|value| *value > 0.0);
    let bits = |id| 8e3 * read.number(id);
    Policies {
        backoff_factor: read.number(BACKOFF_FACTOR.id),
        backoff_cap_s: read.number(BACKOFF_CAP.id) / 1e3,
        jitter: match read.choice(JITTER.id) {
            "none" => Jitter::None,
            "equal" => Jitter::Equal,
            _ => Jitter::Full,
        },
        budget: limit(BUDGET.id),
        on_timeout: match read.choice(ON_TIMEOUT.id) {
            "leaves" => OnTimeout::LeavesQueue,
            "stops" => OnTimeout::Stops,
            _ => OnTimeout::GoesOn,
        },
        patience_varies: read.choice(PATIENCE.id) == "exponential",
        breaker: breaker(read),
        bulkhead: limit(BULKHEAD.id).map(|most| most as u32),
        loss: read.number(LOSS.id),
        datagram: read.flag(DATAGRAM.id),
        latency: match read.choice(LATENCY_SHAPE.id) {
            "lognormal" => Shape::Lognormal { cv: read.number(LATENCY_CV.id) },
            "exponential" => Shape::Exponential,
            _ => Shape::Constant,
        },
        parallel: read.flag(PARALLEL.id),
        group: read.count(GROUP.id),
        quorum: read.count(QUORUM.id),
        hedge_ns: limit(HEDGE.id).map(|ms| nanoseconds(ms / 1e3)),
        bandwidth: limit(BANDWIDTH.id).map(|mbit| 1e6 * mbit),
        bits: [bits(REQUEST_KB.id), bits(RESPONSE_KB.id)],
        single_line: read.flag(SINGLE_LINE.id),
    }
}

fn breaker(read: &Reader) -> Option<Breaker> {
    let trip = match read.choice(BREAKER.id) {
        "consecutive" => Trip::Consecutive(read.count(BREAKER_FAILURES.id).max(1)),
        "share" => {
            Trip::Share { share: read.number(BREAKER_SHARE.id), of: read.count(BREAKER_CALLS.id).max(20) }
        }
        _ => return None,
    };
    Some(Breaker {
        trip,
        open_ns: nanoseconds(read.number(BREAKER_OPEN.id)),
        probes: read.count(BREAKER_PROBES.id).max(1),
    })
}

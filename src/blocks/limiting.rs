//! What rate limiter and API gateway share: how calls are counted against a limit.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use super::{LONGEST_TAG, TAG};
use crate::topology::{Limit, Rule, Tags};

/// How calls are counted.
pub const ALGORITHM: Param = Param {
    id: "algorithm",
    label: "Counts by",
    doc: "How it decides that there are too many calls.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice {
            id: "token-bucket",
            label: "Token bucket",
            doc: "Tokens drip in at the limit's rate, a call takes one, and a full bucket allows a burst.",
        },
        Choice {
            id: "fixed-window",
            label: "Fixed window",
            doc: "So many calls in each window by the clock: up to twice as many around the moment between two windows.",
        },
        Choice {
            id: "sliding-window",
            label: "Sliding window",
            doc: "So many calls in any window that ends now; remembers the time of each call let through.",
        },
    ]),
    default: Fixed::Choice("token-bucket"),
    source: "What most gateways do (references/defaults)",
    when: None,
};

/// Length of a window.
pub const WINDOW_S: Param = Param {
    id: "window_s",
    label: "Window",
    doc: "Length of the window: the limit times it is how many calls fit. The report counts the most calls in any such window.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.001, max: 86_400.0 },
    default: Fixed::Number(1.0),
    source: "Limits are mostly stated a second or a minute",
    when: None,
};

/// Size of a token bucket.
pub const BURST: Param = Param {
    id: "burst",
    label: "Burst",
    doc: "Size of the token bucket: calls let through at once after a pause. It starts full.",
    unit: Unit::None,
    kind: Kind::Integer { min: 1.0, max: 1_000_000.0 },
    default: Fixed::Number(100.0),
    source: "Judgement",
    when: Some(("algorithm", "token-bucket")),
};

/// Whose calls are counted together.
pub const COUNTED: Param = Param {
    id: "counted",
    label: "Limit is for",
    doc: "Whose calls count against one limit.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice {
            id: "all",
            label: "All together",
            doc: "One limit for everybody: a greedy client uses up what the others need.",
        },
        Choice {
            id: "user",
            label: "Each user",
            doc: "Each user of a client has a limit of their own; who asks once only is never limited.",
        },
    ]),
    default: Fixed::Choice("all"),
    source: "Neutral",
    when: None,
};

/// Which requests are counted.
pub const COUNTED_TAG: Param = Param {
    id: TAG,
    label: "Only the tag",
    doc: "Only requests of the clients with this tag are counted and turned away, the others pass: a limit for the free tier. \
          !paid is all but those tagged paid. Empty is all.",
    unit: Unit::None,
    kind: Kind::Text { max: 1 + LONGEST_TAG },
    default: Fixed::Choice(""),
    source: "Neutral",
    when: None,
};

/// The limit that these values ask for; `None` where it is 0.
pub fn limit(read: &Reader) -> Option<Limit> {
    let rate = read.number("limit");
    let window_s = read.number(WINDOW_S.id);
    let rule = match read.choice(ALGORITHM.id) {
        "fixed-window" => Rule::FixedWindow,
        "sliding-window" => Rule::SlidingWindow,
        _ => Rule::Bucket,
    };
    let burst = match rule {
        Rule::Bucket => read.count(BURST.id),
        Rule::FixedWindow | Rule::SlidingWindow => {
            libm::round(rate * window_s).clamp(1.0, f64::from(u32::MAX)) as u32
        }
    };
    let per_user = read.choice(COUNTED.id) == "user";
    (rate > 0.0).then_some(Limit { rate, burst, rule, window_s, per_user, counts: Tags::ALL })
}

//! The part of a client's form that says what its users do with keys.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use crate::topology::{Habits, Session};

/// Share of writes that are read again by the writer.
pub const FOLLOW: Param = Param {
    id: "follow",
    label: "Writers who look again",
    doc: "Share of the writes after which the same user reads the key; these reads come on top of the requests.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(0.0),
    source: "Neutral; four in five open the short link they made (rules 3.2)",
    when: None,
};

/// How soon.
pub const FOLLOW_S: Param = Param {
    id: "follow_s",
    label: "They look after",
    doc: "Mean time from the answer to a write until its user reads the key; exponential.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 3_600.0 },
    default: Fixed::Number(1.0),
    source: "rules 3.2",
    when: None,
};

/// Share of writes that create.
pub const CREATES: Param = Param {
    id: "creates",
    label: "New keys",
    doc: "Share of the writes that create a key which was not there before: until a copy has it, it finds nothing.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(0.0),
    source: "Neutral: every write changes an old key",
    when: None,
};

/// Guarantee of a session.
pub const SESSION: Param = Param {
    id: "session",
    label: "A user can rely on",
    doc: "What a read carries along: it goes to a copy that has it, and to the primary when none has.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice { id: "none", label: "Nothing", doc: "Any copy may answer, however old." },
        Choice {
            id: "own-writes",
            label: "Their own writes",
            doc: "Nobody misses what they wrote themselves.",
        },
        Choice {
            id: "causal",
            label: "All they have seen",
            doc: "Nobody misses their own writes or goes back behind what they have read.",
        },
    ]),
    default: Fixed::Choice("none"),
    source: "rules 1.8",
    when: None,
};

/// Whose keys.
pub const SHARED: Param = Param {
    id: "shared",
    label: "Shares its keys",
    doc: "All clients that say so read and write the same keys; otherwise a client's keys are its own.",
    unit: Unit::None,
    kind: Kind::Flag,
    default: Fixed::Flag(false),
    source: "Neutral: format 1 gave each client its own",
    when: None,
};

/// Reads of what is not there.
pub const ABSENT: Param = Param {
    id: "absent",
    label: "Reads of what is not there",
    doc: "Share of the reads that ask for a key which nobody has: mistyped, deleted or guessed. The answer is *not found*, and \
          a cache does not keep that unless it is told to.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(0.0),
    source: "Neutral",
    when: None,
};

/// Device cache.
pub const DEVICE_TTL_S: Param = Param {
    id: "device_ttl_s",
    label: "Devices keep answers for",
    doc: "How long a user's browser or app answers a read from what it was given before, without asking. It takes users who \
          come back: set how many there are. 0 keeps nothing.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 31_536_000.0 },
    default: Fixed::Number(0.0),
    source: "Neutral: nothing is kept",
    when: None,
};

/// One key above all.
pub const HOT: Param = Param {
    id: "hot",
    label: "One hot key",
    doc: "Share of the requests that ask for one and the same key, on top of its popularity: a link that went viral.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(0.0),
    source: "Neutral (rules 1.9)",
    when: None,
};

/// Owners of the keys.
pub const OWNERS: Param = Param {
    id: "owners",
    label: "Owners of the keys",
    doc: "Sellers, customers or tenants to whom the keys belong, for stores cut by owner. 0: keys have no owner.",
    unit: Unit::None,
    kind: Kind::Integer { min: 0.0, max: 1e9 },
    default: Fixed::Number(0.0),
    source: "Neutral (rules 1.9)",
    when: None,
};

/// How uneven the owners are.
pub const OWNER_ZIPF: Param = Param {
    id: "owner_zipf",
    label: "Largest owners (Zipf)",
    doc: "How uneven the owners' shares of the keys are: the k-th largest has in proportion to 1/kˢ. 0 is even.",
    unit: Unit::None,
    kind: Kind::Number { min: 0.0, max: 3.0 },
    default: Fixed::Number(1.0),
    source: "Judgement: sales by seller are about Zipf",
    when: None,
};

/// The habits that these values ask for.
pub fn habits(read: &Reader) -> Habits {
    Habits {
        follow: read.number(FOLLOW.id),
        follow_s: read.number(FOLLOW_S.id),
        creates: read.number(CREATES.id),
        session: match read.choice(SESSION.id) {
            "own-writes" => Session::OwnWrites,
            "causal" => Session::Causal,
            _ => Session::None,
        },
        hot: read.number(HOT.id),
        owners: read.count(OWNERS.id),
        owner_zipf: read.number(OWNER_ZIPF.id),
        shared: read.flag(SHARED.id),
        absent: read.number(ABSENT.id),
        device_ttl_s: read.number(DEVICE_TTL_S.id),
    }
}

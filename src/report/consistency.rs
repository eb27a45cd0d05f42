//! What readers saw of what writers wrote: shares with the counts behind them.

use serde::{Deserialize, Serialize};

use super::{Estimate, Trust};

/// Reads and writes by what really happened to their keys. Shares are `None` where nothing of the kind can happen.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Consistency {
    /// Share of the compared reads that were stale (0–1).
    pub stale: Option<Estimate>,
    /// Share of the compared reads that found nothing where something had been written (0–1); part of `stale`.
    pub not_found: Option<Estimate>,
    /// Share of the compared reads that missed a write of the same user (0–1); part of `stale`.
    pub own_missed: Option<Estimate>,
    /// Share of the compared reads that returned less than the same user had read before (0–1).
    pub backwards: Option<Estimate>,
    /// Exact counts over the measured window; all 0 for the steady method.
    pub counts: Seen,
}

/// Exact counts of what readers saw and what became of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    /// Reads answered with a version, so that they can be compared with what had been acknowledged.
    pub reads: u64,
    /// Returned an older version than the newest one acknowledged before the read was sent.
    pub stale: u64,
    /// Of those, found nothing, because there was no older version.
    pub not_found: u64,
    /// Of those, missed a write that the same user had been told is done.
    pub own_missed: u64,
    /// Reads of a user that returned an older version than an earlier read of the same user.
    pub backwards: u64,
    /// Reads of a user who had written the key before: those that could miss their own write.
    pub after_own: u64,
    /// Writes acknowledged with a version.
    pub writes: u64,
    /// Keys acknowledged on both sides of a partition.
    pub conflicts: u64,
    /// Acknowledged writes that no copy has any more.
    pub lost: u64,
}

impl Seen {
    /// Both together.
    pub fn and(self, other: Seen) -> Seen {
        Seen {
            reads: self.reads + other.reads,
            stale: self.stale + other.stale,
            not_found: self.not_found + other.not_found,
            own_missed: self.own_missed + other.own_missed,
            backwards: self.backwards + other.backwards,
            after_own: self.after_own + other.after_own,
            writes: self.writes + other.writes,
            conflicts: self.conflicts + other.conflicts,
            lost: self.lost + other.lost,
        }
    }
}

impl Consistency {
    /// What was counted, with its shares.
    pub fn counted(counts: Seen) -> Consistency {
        let share = |part: u64| {
            let value = part as f64 / counts.reads as f64;
            (counts.reads > 0).then_some(Estimate { value, trust: Trust::TooFew })
        };
        Consistency {
            stale: share(counts.stale),
            not_found: share(counts.not_found),
            own_missed: share(counts.own_missed),
            backwards: share(counts.backwards),
            counts,
        }
    }
}

/// Consistency as one client sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientConsistency {
    /// Station of the client, dense index.
    pub node: u32,
    /// What its users saw.
    pub seen: Consistency,
}

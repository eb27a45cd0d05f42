//! How often the instances of a station fail, for the availability; the simulation knows only the faults it is given.

/// How long instances work, and how long they stay away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Life {
    /// Mean time to failure of one instance [s]; infinite never fails.
    pub mttf_s: f64,
    /// Mean time to repair of one instance [s].
    pub mttr_s: f64,
    /// Share of the time that the whole station works, where it carries its own redundancy (0–1).
    pub provided: Option<f64>,
    /// Instances that must work; `None` is as many as today's traffic needs.
    pub needed: Option<u32>,
    /// Where a standby waits.
    pub standby: StandbyLife,
}

/// What a primary and its standby are to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StandbyLife {
    /// Share of the failures that the failover handles by itself (0–1).
    pub coverage: f64,
    /// Time until a person has switched where it does not [s].
    pub manual_s: f64,
    /// Both can be repaired at the same time.
    pub own_crews: bool,
    /// Failure rate of the waiting standby as a share of a working instance's (0–1).
    pub rate: f64,
}

impl Default for Life {
    /// Never fails.
    fn default() -> Self {
        let standby = StandbyLife { coverage: 1.0, manual_s: 0.0, own_crews: true, rate: 1.0 };
        Life { mttf_s: f64::INFINITY, mttr_s: 0.0, provided: None, needed: None, standby }
    }
}

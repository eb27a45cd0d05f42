//! A primary with a standby as a small Markov chain: how often it is up, and how often it goes down.
//!
//! Both up; switching over; waiting for a person, because the switch did not work; one up; none up. Times between
//! failures and repairs are exponential (Trivedi, Probability and Statistics with Reliability, chapter 8; coverage after
//! Arnold 1973).

/// What the chain is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Mean time to failure of a working unit [s].
    pub mttf_s: f64,
    /// Mean time to repair [s].
    pub mttr_s: f64,
    /// Failure rate of the waiting standby, as a share of a working unit's (0–1): 1 hot, 0 cold.
    pub standby_rate: f64,
    /// Detection and promotion after the primary's death [s].
    pub switch_s: f64,
    /// Chance that a failure is handled without a person (0–1).
    pub coverage: f64,
    /// Time until a person has switched [s].
    pub manual_s: f64,
    /// Both can be repaired at the same time; else one after the other.
    pub own_crews: bool,
}

/// How a component fares in the long run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fate {
    /// Share of time that it is up (0–1).
    pub up: f64,
    /// Outages a second.
    pub outages: f64,
}

impl Fate {
    /// One unit that fails and is repaired.
    pub fn of_one(mttf_s: f64, mttr_s: f64) -> Fate {
        if mttf_s.is_infinite() {
            return Fate { up: 1.0, outages: 0.0 };
        }
        Fate { up: mttf_s / (mttf_s + mttr_s), outages: 1.0 / (mttf_s + mttr_s) }
    }
}

impl Pair {
    /// The balance of the chain.
    pub fn fate(&self) -> Fate {
        if self.mttf_s.is_infinite() {
            return Fate { up: 1.0, outages: 0.0 };
        }
        let fails = 1.0 / self.mttf_s;
        let both_fail = fails * (1.0 + self.standby_rate);
        let crews = if self.own_crews { 2.0 } else { 1.0 };
        // Relative to the time with both up.
        let one = both_fail * self.mttr_s;
        let none = one * fails * self.mttr_s / crews;
        let switching = fails * self.coverage * self.switch_s;
        let waiting = both_fail * (1.0 - self.coverage) * self.manual_s;
        let whole = 1.0 + one + none + switching + waiting;
        let into_switch = if self.switch_s > 0.0 { fails * self.coverage } else { 0.0 };
        let into_wait = if self.manual_s > 0.0 { both_fail * (1.0 - self.coverage) } else { 0.0 };
        Fate { up: (1.0 + one) / whole, outages: (into_switch + into_wait + one * fails) / whole }
    }

    /// Mean time until the first outage from a fresh start, with a switch that always works at once [s].
    pub fn first_outage_s(&self) -> f64 {
        let (fails, repairs) = (1.0 / self.mttf_s, 1.0 / self.mttr_s);
        let both = fails * (1.0 + self.standby_rate);
        (both + fails + repairs) / (both * fails)
    }
}

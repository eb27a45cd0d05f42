//! What a server does beyond serving in order: discipline, sessions in memory, autoscaling, and how a function runs.

/// In which order an instance serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Discipline {
    /// First come, first served.
    #[default]
    Fifo,
    /// All at once, each with an equal share of the cores, at most one.
    Sharing,
    /// The most urgent first, by the priority of the client.
    Priority {
        /// A more urgent call pushes a less urgent one out of its core, which goes on later where it was.
        preemptive: bool,
    },
}

/// Instances come and go with the load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaling {
    /// Instances at the start.
    pub start: u32,
    /// Fewest instances.
    pub min: u32,
    /// Busy share of the cores that is aimed at (0–1).
    pub target: f64,
    /// From the decision until a new instance serves [s].
    pub boot_s: f64,
    /// Between a change and the next time that an instance is taken away [s].
    pub cooldown_s: f64,
}

impl Scaling {
    /// Time between two decisions [s]: the Horizontal Pod Autoscaler of Kubernetes looks every 15 s.
    pub const INTERVAL_S: f64 = 15.0;

    /// The same in ticks of the simulation, a tenth of a second each.
    pub fn interval_ticks(&self) -> u32 {
        (Self::INTERVAL_S * 10.0) as u32
    }

    /// Instances wanted for so much work in cores, of at most `most` with so many cores each.
    pub fn wanted(&self, work: f64, cores: f64, most: u32) -> u32 {
        let wanted = f64::ceil(work / (cores * self.target) - 1e-9);
        (wanted.clamp(0.0, f64::from(most)) as u32).clamp(self.min.min(most), most)
    }
}

/// Runs in an environment that has to be made first, unless an idle one is left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Function {
    /// Time to make an environment [s].
    pub cold_s: f64,
    /// Where cold starts come from.
    pub cold: Cold,
    /// A call that runs for longer is ended as *timed out* [ns].
    pub most_ns: u64,
    /// Price of one second of one running call [USD].
    pub second: f64,
}

/// Where cold starts come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cold {
    /// A share that the person states (0–1).
    Given(f64),
    /// An idle environment is kept for so long [ns]; the newest is used first.
    KeptFor(u64),
}

//! What page and worker say to each other, as bytes ([`wire`]) and one flat array of floats per frame.
//!
//! *Measure* (a design, a plan) is stateless and the newest wins. *Live* is one simulation that the worker owns.
//! Every message carries the id of its run, and the receiver drops those of an earlier one.

pub mod repeat;
mod shown;
pub mod wire;
mod worker;

pub use worker::{Slice, Worker};

use serde::{Deserialize, Serialize};

use crate::analysis::slow::Slow;
use crate::analysis::trial::Claim;
use crate::engine::Plan;
use crate::exercises::Verdict;
use crate::report::{Curve, Report, Trace};

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToWorker {
    /// Starts a live run of a design (format 1 JSON text) in place of the one before.
    Start {
        /// Id of this run.
        run: u32,
        /// The design as format 1 JSON.
        design: String,
        /// Seed of every draw.
        seed: u64,
        /// Multiplier on every client's rate, the live slider.
        traffic: f64,
        /// Simulated seconds per second of the wall.
        speed: f64,
        /// Whether it starts paused.
        paused: bool,
    },
    /// The design changed: state carries over by node and link id.
    Change {
        /// Id that the live run has from here on, higher than the one before: frames in the earlier order of blocks
        /// are told apart by theirs.
        run: u32,
        /// The design as format 1 JSON.
        design: String,
    },
    /// The traffic slider moved.
    Traffic {
        /// Id of the run.
        run: u32,
        /// Multiplier on every client's rate.
        traffic: f64,
    },
    /// The pace changed.
    Speed {
        /// Id of the run.
        run: u32,
        /// Simulated seconds per second of the wall.
        speed: f64,
    },
    /// Stops time, or lets it go on.
    Pause {
        /// Id of the run.
        run: u32,
        /// Whether time stands.
        paused: bool,
    },
    /// Advances a paused run by a tenth of a simulated second.
    Step {
        /// Id of the run.
        run: u32,
    },
    /// Kills a block's instances, or one of them; or brings them back.
    Kill {
        /// Id of the run.
        run: u32,
        /// Node id.
        node: u32,
        /// One instance, or all.
        instance: Option<u32>,
        /// False brings it back to life.
        dead: bool,
    },
    /// Makes a group go silent with all that is inside; or brings it back.
    Lose {
        /// Id of the run.
        run: u32,
        /// Group id.
        group: u32,
        /// False brings it back.
        lost: bool,
    },
    /// A fault by hand: begins now, whatever it says of its time, and ends after its `for_s`; or every fault of its kind
    /// at its place ends.
    Fault {
        /// Id of the run.
        run: u32,
        /// The fault as it stands in format 1 JSON.
        fault: String,
        /// False ends it.
        on: bool,
    },
    /// Asks the live run for more than its report tells; it answers at once.
    Ask {
        /// Id of the run.
        run: u32,
        /// What is asked.
        question: Question,
    },
    /// Ends a job without an answer.
    Cancel {
        /// Id of the job.
        run: u32,
    },
    /// Runs a plan from the start and answers with a report.
    Measure {
        /// Id of this job.
        run: u32,
        /// The design as format 1 JSON.
        design: String,
        /// Seed, duration, warm-up.
        plan: Plan,
    },
    /// Judges a design against a step of an exercise, in slices of `exercises::Judge`.
    Judge {
        /// Id of this job.
        run: u32,
        /// Id of the exercise.
        exercise: String,
        /// Id of the step.
        step: String,
        /// The design as format 1 JSON.
        design: String,
    },
    /// Puts a claim about a design to the test.
    Try {
        /// Id of this job.
        run: u32,
        /// What is tried.
        claim: Claim,
        /// The design as format 1 JSON.
        design: String,
        /// Seed of the runs.
        seed: u64,
    },
    /// Finds what takes long about a large design, at once and to the end: for a worker that does nothing else.
    Analyze {
        /// Id of this job.
        run: u32,
        /// The design as format 1 JSON.
        design: String,
    },
    /// Makes one part of an answer again and again, at once and to the end, for whoever times it.
    Repeat {
        /// Id of this job.
        run: u32,
        /// The design as format 1 JSON.
        design: String,
        /// What is made.
        part: repeat::Part,
        /// How often.
        times: u32,
    },
}

/// What a live run can be asked for beside its report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// How times spread: of one block, by its node id, or of all requests.
    Curves(Option<u32>),
    /// The slowest request of the last second.
    Slowest,
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Of the block that was asked for, or of all requests, the reads and the writes.
    Curves(Option<u32>, Vec<Curve>),
    /// `None` when none that was followed has ended yet.
    Slowest(Option<Box<Trace>>),
}

/// From the worker to the page. Frames travel apart, as [`Frame::to_floats`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromWorker {
    /// The WASM is up; messages sent before are lost.
    Ready,
    /// The live run's full report, about once a second.
    Live {
        /// Id of the run.
        run: u32,
        /// What was found since the last change.
        report: Box<Report>,
    },
    /// What the live run was asked for.
    Told {
        /// Id of the run.
        run: u32,
        /// The answer.
        told: Told,
    },
    /// How far a measure or judge job is (0–1).
    Progress {
        /// Id of the job.
        run: u32,
        /// Share done.
        share: f64,
    },
    /// A measure job's report.
    Measured {
        /// Id of the job.
        run: u32,
        /// What was found.
        report: Box<Report>,
        /// Digest of the report, 16 hex digits.
        digest: String,
    },
    /// The judge's answer.
    Judged {
        /// Id of the job.
        run: u32,
        /// Each goal with what was measured.
        verdict: Box<Verdict>,
    },
    /// What a trial has shown.
    Tried {
        /// Id of the job.
        run: u32,
        /// In words for a person.
        text: String,
    },
    /// The message could not be followed.
    Failed {
        /// Id of the run or job.
        run: u32,
        /// Why, in words for a person.
        text: String,
    },
    /// What takes long about a design.
    Analyzed {
        /// Id of the job.
        run: u32,
        /// What was found.
        found: Box<Slow>,
    },
    /// A part of an answer has been made as often as was asked for.
    Repeated {
        /// Id of the job.
        run: u32,
    },
}

/// What is shown ten times a second: the last ten simulated seconds in figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frame {
    /// Id of the run.
    pub run: u32,
    /// Simulated time since the start [s].
    pub at_s: f64,
    /// Events handled since the start.
    pub events: f64,
    /// Simulated seconds per second of the wall, as reached lately.
    pub pace: f64,
    /// Events per second of the wall, as reached lately.
    pub events_per_s: f64,
    /// Requests sent [1/s].
    pub sent: f64,
    /// Requests answered ok [1/s].
    pub ok: f64,
    /// Requests that ended with a failure [1/s].
    pub failed: f64,
    /// Median time to answer [s]; NaN when nothing was answered.
    pub p50: f64,
    /// 95th percentile [s].
    pub p95: f64,
    /// 99th percentile [s].
    pub p99: f64,
    /// One per station, in topology order.
    pub nodes: Vec<NodeFrame>,
    /// One per route, in topology order.
    pub links: Vec<LinkFrame>,
}

/// One station in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NodeFrame {
    /// Calls that arrived [1/s].
    pub offered: f64,
    /// Calls completed [1/s].
    pub carried: f64,
    /// Calls dropped here, all causes [1/s].
    pub dropped: f64,
    /// Offered work over capacity; NaN without a limit.
    pub load: f64,
    /// Calls waiting now.
    pub waiting: f64,
    /// Share of look-ups that hit; NaN for what is not a cache.
    pub hit_ratio: f64,
    /// Instances alive now.
    pub alive: f64,
    /// `report::State` as its place in the order calm, busy, hot, saturated, down.
    pub state: f64,
}

/// One route in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LinkFrame {
    /// Calls sent [1/s].
    pub calls: f64,
    /// Calls that came back as a failure or not in time [1/s].
    pub failures: f64,
    /// Nothing that is sent along it arrives: it is cut, or a border that is closed lies across.
    pub cut: bool,
}

impl LinkFrame {
    /// From this share on, failures are shown: what the findings count as a loss too.
    pub const FAILING: f64 = 0.001;

    /// Share of the calls that fail (0–1).
    pub fn failed_share(&self) -> f64 {
        if self.calls > 0.0 { (self.failures / self.calls).clamp(0.0, 1.0) } else { 0.0 }
    }
}

const HEAD: usize = 13;
const PER_NODE: usize = 8;
const PER_LINK: usize = 3;

impl Frame {
    /// The frame as one flat array.
    pub fn to_floats(&self) -> Vec<f64> {
        let mut out = Vec::with_capacity(HEAD + self.nodes.len() * PER_NODE + self.links.len() * PER_LINK);
        out.extend([f64::from(self.run), self.at_s, self.events, self.pace, self.events_per_s, self.sent]);
        out.extend([self.ok, self.failed, self.p50, self.p95, self.p99]);
        out.extend([self.nodes.len() as f64, self.links.len() as f64]);
        for n in &self.nodes {
            out.extend([n.offered, n.carried, n.dropped, n.load, n.waiting, n.hit_ratio, n.alive, n.state]);
        }
        for l in &self.links {
            out.extend([l.calls, l.failures, f64::from(u8::from(l.cut))]);
        }
        out
    }

    /// Reads what [`Frame::to_floats`] wrote; `None` when the length is wrong.
    pub fn from_floats(floats: &[f64]) -> Option<Frame> {
        let (head, rest) = floats.split_at_checked(HEAD)?;
        let (nodes, links) = (head[11] as usize, head[12] as usize);
        if rest.len() != nodes * PER_NODE + links * PER_LINK {
            return None;
        }
        let (of_nodes, of_links) = rest.split_at(nodes * PER_NODE);
        let node = |n: &[f64]| NodeFrame {
            offered: n[0],
            carried: n[1],
            dropped: n[2],
            load: n[3],
            waiting: n[4],
            hit_ratio: n[5],
            alive: n[6],
            state: n[7],
        };
        Some(Frame {
            run: head[0] as u32,
            at_s: head[1],
            events: head[2],
            pace: head[3],
            events_per_s: head[4],
            sent: head[5],
            ok: head[6],
            failed: head[7],
            p50: head[8],
            p95: head[9],
            p99: head[10],
            nodes: of_nodes.chunks_exact(PER_NODE).map(node).collect(),
            links: of_links
                .chunks_exact(PER_LINK)
                .map(|l| LinkFrame { calls: l[0], failures: l[1], cut: l[2] != 0.0 })
                .collect(),
        })
    }
}

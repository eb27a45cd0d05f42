//! What follows from a design: what breaks first, single points of failure, cost, findings with fixes.

pub mod advice;
pub mod availability;
pub mod breaks_first;
pub mod changes;
pub mod compare;
pub mod cost;
pub mod findings;
pub mod proof;
pub mod second_headroom;
pub mod slow;
pub mod spof;
pub mod trial;
pub mod vulnerable;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::design::{Design, Edit, GroupId, LinkId, NodeId};
use crate::engine::flows::{self, Flows, Scenario, Skeleton};
use crate::engine::{Unit, steady};
use crate::report::Report;
use crate::topology::{self, Lowerings, Problem, Topology};

/// Everything that the page shows at once about a design, steady and without a run.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The system as the engines see it.
    pub topology: Topology,
    /// What was left out or read differently.
    pub problems: Vec<Problem>,
    /// The steady method's report; whoever shows it shares it.
    pub report: Arc<Report>,
    /// What breaks first, and next, and after that; by rising multiple.
    pub ladder: Vec<Rung>,
    /// Until the first promise breaks; `None` when nothing is promised that traffic can break.
    pub second: Option<second_headroom::SecondHeadroom>,
    /// Where retries can keep an overload alive, beside the headroom: the least multiple of today's traffic first.
    pub vulnerable: Vec<vulnerable::Vulnerable>,
    /// Single points of failure and what each costs the users.
    pub spofs: Vec<Spof>,
    /// Share of the time that requests are answered.
    pub availability: Availability,
    /// Cost a month.
    pub cost: Cost,
    /// Findings, most severe first.
    pub findings: Vec<Finding>,
    /// Whether all of it was found: on a large design single points of failure, availability and findings come later.
    pub complete: bool,
}

/// One rung of the ladder: the multiple of today's traffic at which a station reaches its limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// Station, dense index.
    pub node: u32,
    /// Multiple of today's traffic.
    pub multiple: f64,
    /// Requests a second of all clients at that multiple.
    pub rate: f64,
    /// What runs out there.
    pub what: Resource,
}

/// What runs out at a rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Cores.
    Cores,
    /// Slots: threads or connections held while waiting for others.
    Slots,
    /// The connection pool of a link that leaves the station.
    Pool,
    /// A rate limit.
    Limit,
    /// The bandwidth of a link that leaves the station.
    Bandwidth,
    /// What the network of one instance sends or receives.
    Network,
}

/// What the loss of one unit does to the users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spof {
    /// What is lost.
    pub unit: Unit,
    /// How bad it is.
    pub loss: Loss,
    /// Share of reads still answered ok (0–1), at the steady state after the loss; `None` without reads.
    pub reads: Option<f64>,
    /// Share of writes still answered ok (0–1); `None` without writes.
    pub writes: Option<f64>,
    /// Time until that state is reached: detection and promotion [s].
    pub recovery_s: f64,
}

/// Classes of loss, from the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Every request of some client fails.
    Total,
    /// One operation loses more than 0.1 %.
    Partial,
    /// The structure holds, but what is left saturates.
    Overload,
    /// It comes back only after more than 5 minutes or a person.
    Slow,
    /// The users do not notice.
    Survived,
}

impl Loss {
    /// Whether the unit is a single point of failure.
    pub fn is_spof(self) -> bool {
        self != Loss::Survived
    }
}

/// Share of the time that requests are answered, by how often each part fails.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Availability {
    /// Reads of all clients, weighted by traffic (0–1); `None` without reads.
    pub reads: Option<f64>,
    /// Writes of all clients (0–1); `None` without writes.
    pub writes: Option<f64>,
    /// Reads and writes at the same time, weighted by traffic (0–1); `None` without traffic.
    pub both: Option<f64>,
    /// Each client, in topology order.
    pub clients: Vec<ClientAvailability>,
    /// Mean time between outages, partial ones counted by their share [s]; `None` when nothing fails.
    pub between_outages_s: Option<f64>,
    /// What costs the most time, worst first.
    pub parts: Vec<WeakPart>,
    /// Minimal cut sets of one and of two units; the smaller first, then the likelier.
    pub cuts: Vec<Cut>,
}

/// Availability for one client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientAvailability {
    /// Station, dense index.
    pub node: u32,
    /// Share of the time that its reads are answered (0–1); `None` without reads.
    pub reads: Option<f64>,
    /// Share of the time that its writes are answered (0–1); `None` without writes.
    pub writes: Option<f64>,
    /// Share of the time that both are (0–1).
    pub both: f64,
}

/// A part that fails, and what that costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeakPart {
    /// One unit; or a primary with its standby.
    pub units: Vec<Unit>,
    /// Share of the time that it is down by itself (0–1).
    pub down: f64,
    /// Share of the time that the clients lose by it (0–1), other parts failing as they do.
    pub costs: f64,
}

/// A minimal cut set: the loss of all of it is felt, that of less is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    /// One or two units; one set stands for all that are alike.
    pub units: Vec<Unit>,
    /// Share of the requests that are lost while it is down (0–1).
    pub share: f64,
    /// Share of the time that all of it is down (0–1).
    pub chance: f64,
}

/// Cost of a design.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// All together [USD/month].
    pub month: f64,
    /// Per million requests at the average rate [USD]; `None` without traffic.
    pub per_million: Option<f64>,
    /// By station, in topology order [USD/month].
    pub nodes: Vec<f64>,
    /// Answers sent to the clients [USD/month].
    pub egress: f64,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Users lose requests now, or at the slightest growth.
    Critical,
    /// One failure or some growth away.
    Warning,
    /// Worth knowing.
    Note,
}

/// A finding: one sentence with the number that proves it, why, and what would help.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of the rule, such as `saturates-first`. Never changes.
    pub rule: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
    /// The block that it is about.
    pub node: Option<NodeId>,
    /// The link that it is about.
    pub link: Option<LinkId>,
    /// One sentence with its number.
    pub title: String,
    /// One or two sentences: the reason.
    pub reason: String,
    /// What would help, each applied with one click and undone with one.
    pub fixes: Vec<Fix>,
}

/// A change that would help.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// What the button says: the change and what it achieves, such as “Add a read replica → 1.7×”.
    pub label: String,
    /// The change.
    pub edit: Edit,
}

impl Answer {
    /// What the users notice when an instance of this block dies, at worst; `None` unless it is a single point of failure.
    pub fn single_point(&self, node: usize) -> Option<&Spof> {
        let of_node = |unit: &Unit| matches!(unit, Unit::Instance { node: one, .. } if *one as usize == node);
        self.spofs.iter().find(|spof| of_node(&spof.unit))
    }

    /// The same of a group.
    pub fn single_point_group(&self, id: GroupId) -> Option<&Spof> {
        let unit = Unit::Group { group: self.topology.index_of_group(id)? };
        self.spofs.iter().find(|spof| spof.unit == unit)
    }

    /// What is known of an empty design, without any engine: what stands until there is an answer.
    pub fn of_nothing() -> Answer {
        Answer {
            topology: Topology::empty(),
            problems: Vec::new(),
            report: Arc::new(Report::of_nothing()),
            ladder: Vec::new(),
            second: None,
            vulnerable: Vec::new(),
            spofs: Vec::new(),
            availability: Availability::default(),
            cost: Cost::default(),
            findings: Vec::new(),
            complete: true,
        }
    }
}

/// Answers everything that needs no run. Never fails.
pub fn answer(design: &Design) -> Answer {
    let (answer, flows) = first(design, &mut Lowerings::default());
    rest(design, answer, &flows)
}

/// What one solution of the flows and the ladder tell, with the flows; the rest is empty.
fn first(design: &Design, known: &mut Lowerings) -> (Answer, Flows) {
    let (topology, problems) = topology::build_again(design, known);
    let skeleton = Skeleton::new(&topology);
    let flows = flows::solve_on(&topology, &skeleton, &Scenario::default());
    let answer = Answer {
        report: Arc::new(steady::report(&topology, &flows)),
        ladder: breaks_first::ladder_beside(&topology, &skeleton, &flows),
        cost: cost::cost(&topology, &flows),
        problems,
        topology,
        complete: false,
        ..Answer::of_nothing()
    };
    (answer, flows)
}

/// What takes many solutions.
fn rest(design: &Design, mut answer: Answer, flows: &Flows) -> Answer {
    let topology = &answer.topology;
    answer.second =
        second_headroom::second_headroom(topology, answer.ladder.first().map(|rung| rung.multiple));
    answer.vulnerable = vulnerable::vulnerable(topology, &answer.report);
    answer.spofs = spof::find(topology);
    answer.availability = availability::availability(topology, flows);
    answer.complete = true;
    answer.findings = findings::find(design, &answer);
    answer
}

//! What the person drew: placed blocks, links, groups, objectives and how to run it. Plain data, nothing derived.

pub mod edit;
pub mod fault;
pub mod history;
pub mod location;
pub mod objective;

pub use edit::{Edit, Refusal};
pub use fault::{Fault, FaultId};
pub use history::History;

use serde::{Deserialize, Serialize};

use crate::blocks::param::Values;

/// Identity of a placed block; random streams and live state hang on it, so it is never reused or renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// Identity of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LinkId(pub u32);

/// Identity of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupId(pub u32);

/// Identity of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NoteId(pub u32);

/// A whole design, as drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Design {
    /// Title shown to people; free text.
    pub name: String,
    /// Placed blocks, in drawing order.
    pub nodes: Vec<Node>,
    /// Links; the list order is the order of calls.
    pub links: Vec<Link>,
    /// Failure domains: hosts, zones, regions.
    pub groups: Vec<Group>,
    /// Texts on the canvas, in drawing order; no result depends on them.
    pub notes: Vec<Note>,
    /// What the design promises its users.
    pub objectives: Objectives,
    /// What goes wrong on purpose during a run; the list has no order, each fault says when.
    pub faults: Vec<Fault>,
    /// How to run it.
    pub run: Run,
    /// Top-level JSON fields that this version does not know, kept and written back.
    pub unknown: serde_json::Map<String, serde_json::Value>,
}

/// A placed block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Identity within the design.
    pub id: NodeId,
    /// Catalogue id of its kind, such as `app-server`; an id that the catalogue lacks is kept as it is.
    pub block: String,
    /// What the person calls it; empty means the block's own name.
    pub name: String,
    /// Position of the card's top left corner [integer pixels of the canvas].
    pub at: [i32; 2],
    /// Innermost group that it sits in.
    pub group: Option<GroupId>,
    /// Parameters that differ from the defaults of format 1.
    pub values: Values,
}

/// A directed link: calls go from `from` to `to`, replies come back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Identity within the design.
    pub id: LinkId,
    /// The caller.
    pub from: NodeId,
    /// The callee.
    pub to: NodeId,
    /// Parameters of `blocks::link::PARAMS` that differ from the defaults of format 1.
    pub values: Values,
}

/// A failure domain. Groups nest: host in zone in region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Identity within the design.
    pub id: GroupId,
    /// Host, zone or region.
    pub kind: GroupKind,
    /// What the person calls it.
    pub name: String,
    /// The group that it lies in.
    pub parent: Option<GroupId>,
    /// It is shown as one box; no result depends on it.
    pub collapsed: bool,
    /// Parameters of `blocks::life::OF_GROUP` that differ from the defaults of format 1.
    pub values: Values,
}

/// A text on the canvas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Identity within the design.
    pub id: NoteId,
    /// Position of its top left corner [integer pixels of the canvas].
    pub at: [i32; 2],
    /// What it says; lines end with a line feed.
    pub text: String,
    /// Fields that this version does not know.
    pub values: Values,
}

/// Kinds of group, from the smallest to the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GroupKind {
    /// One machine.
    Host,
    /// One data center.
    Zone,
    /// One part of the world.
    Region,
}

impl GroupKind {
    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            GroupKind::Host => "host",
            GroupKind::Zone => "zone",
            GroupKind::Region => "region",
        }
    }
}

/// What the design promises; `None` promises nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Objectives {
    /// At least 99 % of the requests sent are answered ok within this time [ms].
    pub p99_ms: Option<f64>,
    /// At least this share of the requests sent is answered ok (0–1).
    pub success: Option<f64>,
    /// The design costs at most this much a month [USD].
    pub cost_month: Option<f64>,
    /// The design carries at least this multiple of its traffic before the first block saturates.
    pub headroom: Option<f64>,
    /// Reads and writes are answered at least this share of the time, failures of parts counted (0–1).
    pub availability: Option<f64>,
}

/// How to run the design.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Seed of every random draw.
    pub seed: u64,
    /// Measured simulated time, warm-up not included [s]; `None` lets the engine choose.
    pub duration_s: Option<f64>,
    /// Simulated time left out at the start [s]; `None` is a tenth of the duration.
    pub warmup_s: Option<f64>,
    /// Multiplier on every client's rate.
    pub traffic: f64,
}

impl Default for Run {
    fn default() -> Self {
        Run { seed: 1, duration_s: None, warmup_s: None, traffic: 1.0 }
    }
}

/// What a new design promises until its author says otherwise: answers within this time [ms], what people ask of an API
/// (rules 2).
const PROMPT_MS: f64 = 200.0;

impl Design {
    /// A new design: nothing drawn, and a first promise to hold it against.
    pub fn fresh() -> Design {
        let objectives = Objectives { p99_ms: Some(PROMPT_MS), ..Objectives::default() };
        Design { objectives, ..Design::default() }
    }

    /// Whether the two differ at most in notes, in where blocks stand, in what is collapsed, and in what blocks and the design
    /// are called, which no figure depends on.
    pub fn is_same_system(&self, other: &Design) -> bool {
        let Design { name: _, nodes, links, groups, notes: _, objectives, faults, run, unknown } = self;
        nodes.len() == other.nodes.len()
            && nodes.iter().zip(&other.nodes).all(|(a, b)| a.is_same_part(b))
            && groups.len() == other.groups.len()
            && groups.iter().zip(&other.groups).all(|(a, b)| a.is_same_but_look(b))
            && *links == other.links
            && (objectives, faults) == (&other.objectives, &other.faults)
            && (run, unknown) == (&other.run, &other.unknown)
    }

    /// Whether each block of one is called as the block in the same place of the other.
    pub fn is_named_alike(&self, other: &Design) -> bool {
        self.nodes.len() == other.nodes.len()
            && self.nodes.iter().zip(&other.nodes).all(|(a, b)| a.name == b.name)
    }

    /// The placed block with this id.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// The link with this id.
    pub fn link(&self, id: LinkId) -> Option<&Link> {
        self.links.iter().find(|link| link.id == id)
    }

    /// The group with this id.
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// The note with this id.
    pub fn note(&self, id: NoteId) -> Option<&Note> {
        self.notes.iter().find(|note| note.id == id)
    }

    /// An id that no note has in this design.
    pub fn next_note_id(&self) -> NoteId {
        NoteId(self.notes.iter().map(|note| note.id.0).max().unwrap_or(0) + 1)
    }

    /// An id that no node has ever had in this design.
    pub fn next_node_id(&self) -> NodeId {
        NodeId(self.nodes.iter().map(|node| node.id.0).max().unwrap_or(0) + 1)
    }

    /// An id that no link has in this design.
    pub fn next_link_id(&self) -> LinkId {
        LinkId(self.links.iter().map(|link| link.id.0).max().unwrap_or(0) + 1)
    }

    /// An id that no group has in this design.
    pub fn next_group_id(&self) -> GroupId {
        GroupId(self.groups.iter().map(|group| group.id.0).max().unwrap_or(0) + 1)
    }

    /// The fault with this id.
    pub fn fault(&self, id: FaultId) -> Option<&Fault> {
        self.faults.iter().find(|fault| fault.id == id)
    }

    /// An id that no fault has in this design.
    pub fn next_fault_id(&self) -> FaultId {
        FaultId(self.faults.iter().map(|fault| fault.id.0).max().unwrap_or(0) + 1)
    }

    /// What to call the node with this id; nothing when there is none.
    pub fn title_of(&self, id: NodeId) -> &str {
        self.node(id).map_or("", |node| self.title(node))
    }

    /// What to call a node: its own name, else its block's name, else its block's id.
    pub fn title<'a>(&'a self, node: &'a Node) -> &'a str {
        if !node.name.is_empty() {
            return &node.name;
        }
        crate::blocks::find(&node.block).map_or(node.block.as_str(), |block| block.about().name)
    }
}

impl Group {
    /// Whether the two differ at most in how they are shown.
    pub fn is_same_but_look(&self, other: &Group) -> bool {
        let Group { id, kind, name, parent, collapsed: _, values } = self;
        (id, kind, name, parent, values)
            == (&other.id, &other.kind, &other.name, &other.parent, &other.values)
    }
}

impl Node {
    fn is_same_part(&self, other: &Node) -> bool {
        let Node { id, block, name: _, at: _, group, values } = self;
        (id, block, group, values) == (&other.id, &other.block, &other.group, &other.values)
    }
}

//! Faults as the engine sees them: dense indices and nanoseconds. What has no place in the topology is named.

use super::{Problem, Station, Topology, nanoseconds};
use crate::blocks::param::Reader;
use crate::design::fault::{self, Suits, Target};
use crate::design::{Design, Fault as Drawn, FaultId};
use crate::engine::Unit;
use crate::figures;

/// A fault with its place on the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The fault that it came from; its draws hang on it.
    pub id: FaultId,
    /// When it begins [ns of simulated time since the start].
    pub at_ns: u64,
    /// How long it lasts [ns]; `None` is until the end.
    pub for_ns: Option<u64>,
    /// What happens.
    pub trouble: Trouble,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// Processes die, or a group goes silent.
    Kill(Unit),
    /// Every service takes this many times as long.
    Slow {
        /// Station.
        node: u32,
        /// One instance, or all.
        instance: Option<u32>,
        /// Multiple of the service time.
        factor: f64,
    },
    /// A share of the calls fails after its service.
    Errors {
        /// Station.
        node: u32,
        /// Share (0–1).
        share: f64,
    },
    /// What is sent along a route vanishes, both ways.
    Cut {
        /// Route.
        route: u32,
    },
    /// What crosses the border of a group vanishes.
    Isolate {
        /// Index into `Topology::groups`.
        group: u32,
    },
    /// Packets are lost and sent again.
    Loss {
        /// Route.
        route: u32,
        /// Share of the packets (0–1).
        share: f64,
    },
    /// A cache is emptied.
    Flush {
        /// Station.
        node: u32,
    },
    /// Sources send more.
    Traffic {
        /// One source, or all.
        node: Option<u32>,
        /// Multiple of the rate.
        factor: f64,
    },
    /// Instances die at random and come back.
    Chaos {
        /// One station, or all that serve.
        node: Option<u32>,
        /// Mean time to failure [s].
        mttf_s: f64,
        /// Mean time to repair [s].
        mttr_s: f64,
    },
    /// A store gets one shard, or one node of its ring, more.
    Reshard(Resharding),
    /// A consumer group of a log starts again from the oldest message that is kept.
    Replay {
        /// Station.
        node: u32,
        /// One group, by the place of its link, or all.
        group: Option<u32>,
    },
    /// Instances are restarted, a batch at a time.
    Deploy {
        /// Station.
        node: u32,
        /// Instances at the same moment; 0 is all.
        batch: u32,
        /// Time that an instance is away [ns].
        restart_ns: u64,
        /// Longest wait for what it still has [ns].
        drain_ns: u64,
    },
}

/// How a store is cut into one piece more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resharding {
    /// Station.
    pub node: u32,
    /// Keys lie by the remainder of their hash, so that nearly all move; else by consistent hashing.
    pub modulo: bool,
    /// Share of every node's cores that copying takes (0–0.99).
    pub load: f64,
    /// How long copying all rows would take [ns]; those that move take their share of it.
    pub copy_ns: u64,
}

impl Trouble {
    /// Whether two faults are of one kind at one place, whatever their strength.
    pub fn is_like(&self, other: &Trouble) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.place() == other.place()
    }

    /// What it strikes: a unit, or a station, instance, route or group by its index.
    fn place(&self) -> (Option<Unit>, Option<u32>, Option<u32>) {
        match self {
            Trouble::Kill(unit) => (Some(*unit), None, None),
            Trouble::Slow { node, instance, .. } => (None, Some(*node), *instance),
            Trouble::Replay { node, group } => (None, Some(*node), *group),
            Trouble::Reshard(Resharding { node, .. }) => (None, Some(*node), None),
            Trouble::Errors { node, .. } | Trouble::Flush { node } | Trouble::Deploy { node, .. } => {
                (None, Some(*node), None)
            }
            Trouble::Cut { route } | Trouble::Loss { route, .. } => (None, Some(*route), None),
            Trouble::Isolate { group } => (None, Some(*group), None),
            Trouble::Traffic { node, .. } | Trouble::Chaos { node, .. } => (None, *node, None),
        }
    }

    /// The same in another topology, by maps of stations, routes and groups; `None` where its place is gone.
    pub fn moved(
        &self,
        station: &impl Fn(u32) -> Option<u32>,
        route: &impl Fn(u32) -> Option<u32>,
        group: &impl Fn(u32) -> Option<u32>,
    ) -> Option<Trouble> {
        let mut moved = self.clone();
        match &mut moved {
            Trouble::Kill(Unit::Instance { node, .. } | Unit::Block { node })
            | Trouble::Slow { node, .. }
            | Trouble::Errors { node, .. }
            | Trouble::Flush { node }
            | Trouble::Reshard(Resharding { node, .. })
            | Trouble::Replay { node, .. }
            | Trouble::Deploy { node, .. } => *node = station(*node)?,
            Trouble::Traffic { node, .. } | Trouble::Chaos { node, .. } => {
                if let Some(node) = node {
                    *node = station(*node)?;
                }
            }
            Trouble::Cut { route: at } | Trouble::Loss { route: at, .. } => *at = route(*at)?,
            Trouble::Kill(Unit::Group { group: at }) | Trouble::Isolate { group: at } => *at = group(*at)?,
        }
        Some(moved)
    }

    /// What happens to what, in words for a person.
    pub fn in_words(&self, topology: &Topology) -> String {
        let name = |node: u32| topology.place(node as usize).name.clone();
        let group = |group: u32| topology.groups[group as usize].title();
        let link = |route: u32| {
            let (from, to) = topology.ends(route as usize);
            format!("{} → {}", name(from as u32), name(to as u32))
        };
        let of = |node: u32, instance: Option<u32>| match instance {
            Some(instance) => format!("instance {} of {}", instance + 1, name(node)),
            None => name(node),
        };
        match self {
            Trouble::Kill(Unit::Instance { node, instance }) => {
                format!("{} is killed", of(*node, Some(*instance)))
            }
            Trouble::Kill(Unit::Block { node }) => format!("{} is killed", name(*node)),
            Trouble::Kill(Unit::Group { group: at }) => format!("{} is lost", group(*at)),
            Trouble::Slow { node, instance, factor } => {
                format!("{} takes {} times as long", of(*node, *instance), figures::count(*factor))
            }
            Trouble::Errors { node, share } => {
                format!("{} of the calls at {} fail", figures::share(*share), name(*node))
            }
            Trouble::Cut { route } => format!("{} is cut", link(*route)),
            Trouble::Isolate { group: at } => format!("{} is cut off", group(*at)),
            Trouble::Loss { route, share } => {
                format!("{} of the packets on {} are lost", figures::share(*share), link(*route))
            }
            Trouble::Flush { node } => format!("{} is flushed", name(*node)),
            Trouble::Traffic { node, factor } => {
                let who = node.map_or_else(|| "all clients".to_owned(), name);
                format!("{who}: {} times the traffic", figures::count(*factor))
            }
            Trouble::Chaos { node, mttf_s, .. } => {
                let which = node.map_or_else(|| "every block".to_owned(), name);
                format!("a chaos monkey kills instances of {which} every {}", figures::time(*mttf_s))
            }
            Trouble::Reshard(Resharding { node, modulo, .. }) => {
                let Station::Store(store) = &topology.place(*node as usize).station else {
                    return name(*node);
                };
                let n = store.pieces();
                let moved = figures::share(store.moved(*modulo));
                format!("{} is cut into {} instead of {n}: {moved} of the rows move", name(*node), n + 1)
            }
            Trouble::Replay { node, group } => {
                let who = group.map_or_else(
                    || format!("every group of {}", name(*node)),
                    |group| format!("group {} of {}", group + 1, name(*node)),
                );
                format!("{who} starts again from the oldest message")
            }
            Trouble::Deploy { node, batch: 0, .. } => format!("{} is deployed all at once", name(*node)),
            Trouble::Deploy { node, batch, .. } => format!("{} is deployed, {batch} at a time", name(*node)),
        }
    }
}

/// Whether a kind of fault makes sense at a station.
pub fn suits(kind: &fault::About, station: &Station) -> bool {
    match (kind.suits, station) {
        (Suits::Servers, Station::Source(_) | Station::Observer) => false,
        (Suits::Servers, _) => true,
        (Suits::Stores, station) => matches!(station, Station::Store(_)),
        (Suits::Logs, Station::Queue(queue)) => queue.rules.partitions.is_some(),
        (Suits::Logs, _) => false,
        (Suits::Caches, station) => matches!(station, Station::Cache(_)),
        (Suits::Clients, station) => matches!(station, Station::Source(_)),
    }
}

/// The timeline of a design, and what of it strikes nothing.
pub(super) fn timeline(design: &Design, topology: &Topology, problems: &mut Vec<Problem>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for drawn in &design.faults {
        match lower(drawn, topology) {
            Ok(fault) => faults.push(fault),
            Err(text) => {
                let node = if let Target::Block(id) = drawn.target { design.node(id) } else { None };
                let link = if let Target::Link(id) = drawn.target { design.link(id) } else { None };
                let (node, link) = (node.map(|node| node.id), link.map(|link| link.id));
                problems.push(Problem { node, link, text: format!("A fault {text}: it is left out.") });
            }
        }
    }
    faults
}

/// A drawn fault in this topology.
///
/// # Errors
/// What stands in the way, in words for a person.
pub fn lower(drawn: &Drawn, topology: &Topology) -> Result<Fault, String> {
    let kind = fault::find(&drawn.kind).ok_or_else(|| format!("of the unknown kind “{}”", drawn.kind))?;
    Ok(Fault {
        id: drawn.id,
        at_ns: nanoseconds(drawn.at_s.max(0.0)),
        for_ns: drawn.for_s.filter(|_| kind.lasts).map(|seconds| nanoseconds(seconds.max(0.0))),
        trouble: trouble(kind, drawn, topology)?,
    })
}

fn trouble(kind: &'static fault::About, drawn: &Drawn, topology: &Topology) -> Result<Trouble, String> {
    let read = Reader::new(kind.params, &drawn.values);
    let place = Place { kind, target: drawn.target, topology };
    Ok(match kind.id {
        "kill" => {
            let node = place.block()?;
            let all = Unit::Block { node };
            Trouble::Kill(match place.instance(node, &read)? {
                Some(instance) => Unit::Instance { node, instance },
                None => all,
            })
        }
        "lose" => Trouble::Kill(Unit::Group { group: place.group()? }),
        "slow" => {
            let node = place.block()?;
            Trouble::Slow { node, instance: place.instance(node, &read)?, factor: read.number("factor") }
        }
        "errors" => Trouble::Errors { node: place.block()?, share: read.number("share") },
        "cut" => Trouble::Cut { route: place.route()? },
        "isolate" => Trouble::Isolate { group: place.group()? },
        "loss" => Trouble::Loss { route: place.route()?, share: read.number("share") },
        "flush" => Trouble::Flush { node: place.block()? },
        "traffic" => Trouble::Traffic { node: place.block_or_all()?, factor: read.number("factor") },
        "chaos" => Trouble::Chaos {
            node: place.block_or_all()?,
            mttf_s: read.number("mttf_s"),
            mttr_s: read.number("mttr_s"),
        },
        "reshard" => Trouble::Reshard(Resharding {
            node: place.unmanaged()?,
            modulo: read.choice("placement") == "modulo",
            load: read.number("copy_load"),
            copy_ns: nanoseconds(read.number("copy_s")),
        }),
        "replay" => {
            let node = place.block()?;
            Trouble::Replay { node, group: place.consumers(node, &read)? }
        }
        "deploy" => Trouble::Deploy {
            node: place.block()?,
            batch: read.count("batch"),
            restart_ns: nanoseconds(read.number("restart_s")),
            drain_ns: nanoseconds(read.number("drain_s")),
        },
        other => return Err(format!("of the unknown kind “{other}”")),
    })
}

/// Where a fault strikes.
struct Place<'a> {
    kind: &'static fault::About,
    target: Target,
    topology: &'a Topology,
}

impl Place<'_> {
    fn block(&self) -> Result<u32, String> {
        let Target::Block(id) = self.target else { return self.nothing("a block") };
        let Some(node) = self.topology.index_of(id) else { return self.nothing("a block that takes part") };
        let place = self.topology.place(node);
        if !suits(self.kind, &place.station) {
            return Err(format!("“{}” does nothing at {}", self.kind.name, place.name));
        }
        Ok(node as u32)
    }

    fn block_or_all(&self) -> Result<Option<u32>, String> {
        if self.target == Target::All { Ok(None) } else { self.block().map(Some) }
    }

    /// Counted from 1 by people; 0 is all.
    fn instance(&self, node: u32, read: &Reader) -> Result<Option<u32>, String> {
        let Some(instance) = read.count("instance").checked_sub(1) else { return Ok(None) };
        let place = self.topology.place(node as usize);
        if instance >= place.instances() {
            let (name, all) = (&place.name, place.instances());
            return Err(format!("strikes instance {} of {name}, which has {all}", instance + 1));
        }
        Ok(Some(instance))
    }

    /// A block whose nodes are the person's own.
    fn unmanaged(&self) -> Result<u32, String> {
        let node = self.block()?;
        let place = self.topology.place(node as usize);
        if place.managed {
            return Err(format!("“{}” does nothing at {}", self.kind.name, place.name));
        }
        Ok(node)
    }

    /// A consumer group, counted from 1 by people in the order of the links; 0 is all.
    fn consumers(&self, node: u32, read: &Reader) -> Result<Option<u32>, String> {
        let Some(group) = read.count("group").checked_sub(1) else { return Ok(None) };
        let all = self.topology.outgoing[node as usize].len();
        if group as usize >= all {
            let name = &self.topology.place(node as usize).name;
            return Err(format!("strikes consumer group {} of {name}, which has {all}", group + 1));
        }
        Ok(Some(group))
    }

    fn group(&self) -> Result<u32, String> {
        let Target::Group(id) = self.target else { return self.nothing("a group") };
        let found = self.topology.index_of_group(id);
        found.map_or_else(|| self.nothing("a group that is there"), Ok)
    }

    fn route(&self) -> Result<u32, String> {
        let Target::Link(id) = self.target else { return self.nothing("a link") };
        let mut all = 0..self.topology.graph.edge_count();
        let found = all.find(|index| self.topology.route(*index).id == id);
        found.map_or_else(|| self.nothing("a link that takes part"), |route| Ok(route as u32))
    }

    fn nothing<T>(&self, wanted: &str) -> Result<T, String> {
        Err(format!("“{}” must strike {wanted}", self.kind.name))
    }
}

//! Draws small topologies for tests, station by station, without the catalogue.

use headroom::design::{GroupId, GroupKind, LinkId, NodeId};
use headroom::report::Cause;
use headroom::topology::{
    Addressing, Arrivals, Cache, CacheRules, Domain, Health, Hits, Life, Place, Policy, Price, Profile,
    Queue, QueueRules, Reads, Route, Router, Server, Servers, Service, Shape, Source, Station, Store, Tag,
    Tags, Topology,
};
use petgraph::graph::NodeIndex;

/// A topology under construction.
pub struct Drawn(pub Topology);

impl Drawn {
    /// Nothing yet.
    pub fn new() -> Self {
        Drawn(Topology::empty())
    }

    /// A client of this many requests a second, a share of them reads.
    pub fn client(&mut self, rate: f64, reads: f64) -> usize {
        let source = Source {
            rate,
            arrivals: Arrivals::Poisson,
            reads,
            keys: 1_000_000,
            zipf: 0.9,
            timeout_ns: 30_000_000_000,
            retries: 0,
            backoff_s: 0.1,
            response_kb: 1.0,
            profile: Profile::Steady,
            users: 0,
            priority: 0,
            tag: Tag::NONE,
            habits: Default::default(),
            average: 1.0,
        };
        self.place(Station::Source(source), 1, Addressing::Spread)
    }

    /// A router of this many instances.
    pub fn router(&mut self, instances: u32) -> usize {
        let router = Router { policy: Policy::RoundRobin, health: Health::default(), ttl_ns: 0 };
        let node = self.place(Station::Router(router), instances, Addressing::Spread);
        self.with(node, |place| place.servers.slots = 50_000);
        self.takes(node, 0.05)
    }

    /// Servers of two cores and 1 ms.
    pub fn server(&mut self, instances: u32) -> usize {
        let node = self.place(Station::Server(Server::default()), instances, Addressing::First);
        self.takes(node, 1.0)
    }

    /// A cache with a given hit ratio.
    pub fn cache(&mut self, instances: u32, hit: f64) -> usize {
        let cache = Cache {
            hits: Hits::Given(hit),
            delete_on_write: true,
            copies: true,
            rules: CacheRules::default(),
        };
        let node = self.place(Station::Cache(cache), instances, Addressing::Own);
        self.takes(node, 0.02)
    }

    /// A store of eight cores and 2 ms.
    pub fn store(&mut self, replicas: u32, standby: bool, reads: Reads) -> usize {
        let store = Store { replicas, standby, promotion_s: 30.0, reads, replay: 0.5, ..Store::default() };
        let instances = 1 + replicas + u32::from(standby);
        let node = self.place(Station::Store(store), instances, Addressing::Own);
        self.with(node, |place| place.servers.cores = Some(8));
        self.takes(node, 2.0)
    }

    /// A message queue.
    pub fn queue(&mut self) -> usize {
        self.place(
            Station::Queue(Queue { backlog: 100_000, rules: QueueRules::default() }),
            1,
            Addressing::Spread,
        )
    }

    /// A group inside another.
    pub fn group(&mut self, kind: GroupKind, parent: Option<usize>) -> usize {
        let id = GroupId(self.0.groups.len() as u32 + 1);
        self.0.groups.push(Domain {
            id,
            kind,
            name: format!("group {}", id.0),
            parent,
            mttf_s: f64::INFINITY,
            mttr_s: 0.0,
            location: None,
        });
        self.0.groups.len() - 1
    }

    /// A link for reads and writes.
    pub fn link(&mut self, from: usize, to: usize) {
        self.link_with(from, to, |_| ());
    }

    /// A link with something special.
    pub fn link_with(&mut self, from: usize, to: usize, change: impl FnOnce(&mut Route)) {
        let mut route = Route {
            id: LinkId(self.0.graph.edge_count() as u32 + 1),
            latency_ns: 250_000,
            reads: true,
            writes: true,
            tags: Tags::ALL,
            weight: 1.0,
            calls: 1.0,
            on_miss: false,
            optional: false,
            background: false,
            timeout_ns: 10_000_000_000,
            retries: 0,
            backoff_s: 0.1,
            idempotent: false,
            pool: None,
            connections: Default::default(),
            policy: headroom::topology::Policies::default(),
        };
        change(&mut route);
        let edge = self.0.graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), route);
        self.0.outgoing[from].push(edge);
    }

    /// Changes a place.
    pub fn with(&mut self, node: usize, change: impl FnOnce(&mut Place)) {
        change(&mut self.0.graph[NodeIndex::new(node)]);
    }

    fn takes(&mut self, node: usize, milliseconds: f64) -> usize {
        let service = Service { mean_s: milliseconds / 1e3, shape: Shape::Exponential };
        self.with(node, |place| (place.servers.read, place.servers.write) = (service, service));
        node
    }

    fn place(&mut self, station: Station, instances: u32, addressing: Addressing) -> usize {
        let none = Service { mean_s: 0.0, shape: Shape::Constant };
        let servers = Servers {
            instances,
            cores: Some(2),
            slots: 200,
            queue: 1_000,
            full: Cause::Overloaded,
            read: none,
            write: none,
            errors: 0.0,
            limit: None,
            addressing,
        };
        let index = self.0.len();
        self.0.outgoing.push(Vec::new());
        self.0.graph.add_node(Place {
            id: NodeId(index as u32 + 1),
            name: format!("block {}", index + 1),
            station,
            servers,
            price: Price::default(),
            group: None,
            managed: false,
            life: Life::default(),
            network: None,
        });
        index
    }
}

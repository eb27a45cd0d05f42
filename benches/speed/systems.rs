//! The systems that are timed, drawn with the JSON that anybody can draw with. SimPy and Ciw read the same text.

use headroom::engine::simulate::Simulation;
use headroom::share;
use headroom::topology::{self, Topology};

/// A system with a name for the table.
pub struct System {
    /// What it is called in the table.
    pub name: &'static str,
    /// The design in format 1.
    pub design: String,
}

/// All systems of the table, the plainest first.
pub fn all() -> Vec<System> {
    let system = |name, design| System { name, design };
    vec![
        system("M/M/1", one_server(1)),
        system("M/M/8", one_server(8)),
        system("three tiers", three_tiers(None)),
        system("three tiers, hops and timeouts", three_tiers(Some(0.25))),
        system("20 instances", instances(20)),
        system("200 instances", instances(200)),
        system("20 blocks", servers(20)),
        system("200 blocks", servers(200)),
    ]
}

/// One server of so many cores, 80 % busy, with exponential service of 1 ms.
pub fn one_server(cores: u32) -> String {
    let nodes = format!(
        r#"{{"id":1,"block":"client","rate":{},"reads":1}},
           {{"id":2,"block":"app-server","threads":"async","cores":{cores},"service_ms":1,"queue":100000}}"#,
        800 * cores
    );
    drawn(&nodes, r#"[1,2,{"latency_ms":0}]"#)
}

/// Load balancer, three servers of four cores, a cache that hits nine times in ten, a database of four cores; every
/// server is 60 % busy. With hops each link takes this long [ms] one way, and callers wait a second at most.
pub fn three_tiers(hop_ms: Option<f64>) -> String {
    let nodes = r#"{"id":1,"block":"client","rate":10000,"reads":1},
        {"id":2,"block":"load-balancer","cores":2,"service_ms":0.1},
        {"id":3,"block":"app-server","threads":"async","instances":3,"cores":4,"service_ms":0.72,"queue":100000},
        {"id":4,"block":"cache","hit_mode":"given","hit_ratio":0.9,"cores":1,"service_ms":0.05},
        {"id":5,"block":"sql-database","cores":4,"read_ms":2}"#;
    let link = match hop_ms {
        Some(ms) => format!(r#""latency_ms":{ms},"timeout_ms":1000"#),
        None => r#""latency_ms":0"#.to_owned(),
    };
    let links = [(1, 2, ""), (2, 3, ""), (3, 4, ""), (3, 5, r#","when":"miss""#)]
        .map(|(from, to, more)| format!("[{from},{to},{{{link}{more}}}]"));
    drawn(nodes, &links.join(","))
}

/// A load balancer before one block of so many instances, 70 % busy at 10,000 requests a second.
pub fn instances(count: u32) -> String {
    let nodes = format!(
        r#"{CLIENT},{BALANCER},
           {{"id":3,"block":"app-server","threads":"async","instances":{count},"cores":4,"service_ms":{}}}"#,
        service_ms(count)
    );
    drawn(&nodes, r#"[1,2,{"latency_ms":0}],[2,3,{"latency_ms":0}]"#)
}

/// The same with a block for each server, so that a scan over all blocks would show.
pub fn servers(count: u32) -> String {
    let server = |id: u32| {
        format!(
            r#"{{"id":{id},"block":"app-server","threads":"async","cores":4,"service_ms":{},"at":[{},{}]}}"#,
            service_ms(count),
            480 + 240 * (id / 20),
            120 * (id % 20)
        )
    };
    let ids = 3..3 + count;
    let nodes: Vec<String> = ids.clone().map(server).collect();
    let links: Vec<String> = ids.map(|id| format!(r#"[2,{id},{{"latency_ms":0}}]"#)).collect();
    let nodes = format!("{CLIENT},{BALANCER},{}", nodes.join(","));
    drawn(&nodes, &format!(r#"[1,2,{{"latency_ms":0}}],{}"#, links.join(",")))
}

const CLIENT: &str = r#"{"id":1,"block":"client","rate":10000,"reads":1}"#;
const BALANCER: &str = r#"{"id":2,"block":"load-balancer","cores":2,"service_ms":0.1}"#;

/// So that servers of four cores are 70 % busy at 10,000 requests a second.
fn service_ms(servers: u32) -> f64 {
    0.7 * 4.0 * f64::from(servers) / 10.0
}

fn drawn(nodes: &str, links: &str) -> String {
    let text = format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[{links}]}}"#);
    text.split_whitespace().collect::<Vec<_>>().join("")
}

/// The topology of a design in format 1.
///
/// # Panics
/// When the design has notes or problems.
pub fn topology(design: &str) -> Topology {
    let opened = share::from_json(design).expect("a design");
    assert_eq!(opened.notes, [], "{design}");
    let (topology, problems) = topology::build(&opened.design);
    assert_eq!(problems, [], "{design}");
    topology
}

/// A run with full statistics that has passed this simulated time [s].
pub fn warm(design: &str, seconds: u64) -> Simulation {
    let mut simulation = Simulation::new(topology(design), 1);
    simulation.start_measuring();
    simulation.advance(seconds * 1_000_000_000, u64::MAX);
    simulation
}

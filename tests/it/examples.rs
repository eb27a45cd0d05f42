//! The examples open as they were written, build without a problem and lie tidily on the canvas.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use headroom::blocks::param::Value;
use headroom::design::{Design, Edit, NodeId};
use headroom::engine::simulate::{Simulation, measure};
use headroom::engine::{Plan, Unit};
use headroom::examples::{self, EXAMPLES};
use headroom::report::{Report, State};
use headroom::share;
use headroom::topology::{self, Station};

#[test]
fn every_example_opens_without_notes() {
    for example in EXAMPLES {
        let opened = share::from_json(example.json).expect("an example opens");
        assert_eq!(opened.notes, [], "{}", example.id);
        assert_eq!(opened.design.name, example.name, "{}", example.id);
    }
}

#[test]
fn every_example_builds_without_a_problem() {
    for example in EXAMPLES {
        let (topology, problems) = topology::build(&example.design());
        assert_eq!(problems, [], "{}", example.id);
        assert_eq!(topology.len(), example.design().nodes.len(), "{}", example.id);
    }
}

#[test]
fn every_file_is_listed_and_ids_are_unique() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("static/examples");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.expect("an entry").file_name().into_string().expect("text")
    };
    let files: BTreeSet<String> = fs::read_dir(folder).expect("the folder").map(name).collect();
    let listed: BTreeSet<String> = EXAMPLES.iter().map(|example| format!("{}.json", example.id)).collect();
    assert_eq!(files, listed);
    assert_eq!(listed.len(), EXAMPLES.len());
    assert!(EXAMPLES.iter().all(|example| examples::find(example.id).is_some()));
}

/// Cards are 176 × 76 on a grid of 15: they neither touch nor stand askew.
#[test]
fn cards_lie_on_the_grid_and_apart() {
    for example in EXAMPLES {
        let nodes = example.design().nodes;
        for (index, node) in nodes.iter().enumerate() {
            assert!(node.at.iter().all(|n| n % 15 == 0 && *n >= 0), "{}: {:?}", example.id, node.at);
            for other in &nodes[..index] {
                let apart =
                    (node.at[0] - other.at[0]).abs() >= 240 || (node.at[1] - other.at[1]).abs() >= 120;
                assert!(apart, "{}: {:?} and {:?}", example.id, node.id, other.id);
            }
        }
    }
}

#[test]
fn the_large_example_is_twelve_blocks_at_ten_thousand_a_second() {
    let design = examples::find("three-tiers-with-everything").expect("the example").design();
    let (topology, _) = topology::build(&design);
    let rate = |station: &Station| if let Station::Source(source) = station { source.rate } else { 0.0 };
    let sent: f64 = topology.places().map(|(_, place)| rate(&place.station)).sum();
    assert_eq!((topology.len(), sent), (12, 10_000.0));
}

#[test]
fn all_but_the_lesson_in_balancing_are_healthy_today() {
    for example in EXAMPLES {
        let report = run(&example.design(), 1.0);
        let healthy = report.total.success.value >= 0.999 && saturated(&example.design(), &report).is_empty();
        assert_eq!(healthy, example.id != "servers-without-a-balancer", "{}", example.id);
        assert_eq!(report.total.counts.hollow, 0, "{}", example.id);
    }
}

/// What the first visit shows: 8 cores ÷ 2.2 ms = 3,636/s, 1.4 times today's 2,600/s.
#[test]
fn the_first_example_breaks_at_the_database() {
    let design = EXAMPLES[0].design();
    assert_eq!(saturated(&design, &run(&design, 1.3)), Vec::<String>::new());
    assert_eq!(saturated(&design, &run(&design, 1.5)), ["Database"]);
}

/// 900/s against one server of 400/s, then against three.
#[test]
fn a_balancer_makes_three_servers_of_one() {
    let design = open("servers-without-a-balancer");
    assert!((load(&run(&design, 1.0), 1) - 2.25).abs() < 0.2);
    let mut balanced = share::from_json(&share::to_json(&design)).expect("a design").design;
    balanced.nodes[1].block = "load-balancer".to_owned();
    balanced.nodes[1].values = Default::default();
    balanced.nodes.push(headroom::design::Node { id: NodeId(9), ..design.nodes[1].clone() });
    balanced.links[1].from = NodeId(9);
    let mut link = balanced.links[0].clone();
    (link.id, link.from, link.to) = (balanced.next_link_id(), NodeId(2), NodeId(9));
    balanced.links.push(link);
    let report = run(&balanced, 1.0);
    assert!((load(&report, 3) - 0.75).abs() < 0.06, "{}", load(&report, 3));
    assert!(report.total.success.value > 0.999);
}

/// 2,000 reads a second of 15 ms need 30 cores, and the database has 8.
#[test]
fn without_its_cache_the_small_database_drowns() {
    let design = open("cache-and-database");
    let calm = run(&design, 1.0);
    let hits = calm.nodes[3].hit_ratio.expect("look-ups");
    assert!(hits > 0.9 && load(&calm, 4) < 0.5, "{hits}");
    let (topology, _) = topology::build(&design);
    let mut simulation = Simulation::new(topology, 1);
    simulation.kill(Unit::Block { node: 3 });
    simulation.advance(3_000_000_000, u64::MAX);
    let report = simulation.report();
    assert!((load(&report, 4) - 3.76).abs() < 0.3, "{}", load(&report, 4));
    assert_eq!(report.nodes[4].state, State::Saturated);
}

/// 6,000 reads of 2 ms and 200 writes of 4 ms need 12.8 cores, and the primary has 8.
#[test]
fn reads_from_the_primary_alone_are_too_many() {
    let mut design = open("read-replicas");
    let edit = Edit::Set(NodeId(4), "reads_from".to_owned(), Some(Value::Text("primary".to_owned())));
    edit.apply(&mut design).expect("the database");
    let report = run(&design, 1.0);
    assert_eq!(saturated(&design, &report), ["Products"]);
    assert!((report.nodes[3].load.expect("a load") - 1.6).abs() < 0.1, "{:?}", report.nodes[3].load);
}

/// At 1.6 times the orders 9 × 10 places of 1.27 s are too few: the backlog grows, and nobody fails.
#[test]
fn a_backlog_grows_without_an_error() {
    let design = open("queue-and-workers");
    let (calm, busy) = (run_for(&design, 1.0, 60.0), run_for(&design, 1.6, 60.0));
    assert!(busy.total.success.value > 0.999);
    assert!(calm.nodes[5].waiting < 5.0, "{}", calm.nodes[5].waiting);
    assert!(busy.nodes[5].waiting > 100.0, "{}", busy.nodes[5].waiting);
}

fn open(id: &str) -> Design {
    examples::find(id).expect("an example").design()
}

fn run(design: &Design, traffic: f64) -> Report {
    run_for(design, traffic, 3.0)
}

fn run_for(design: &Design, traffic: f64, duration_s: f64) -> Report {
    let (mut topology, _) = topology::build(design);
    topology.traffic = traffic;
    measure(&topology, &Plan { seed: 1, duration_s, warmup_s: 1.0 })
}

fn load(report: &Report, node: usize) -> f64 {
    report.nodes[node].load.expect("a load")
}

fn saturated(design: &Design, report: &Report) -> Vec<String> {
    let nodes = design.nodes.iter().zip(&report.nodes);
    nodes
        .filter(|(_, node)| node.state >= State::Saturated)
        .map(|(node, _)| design.title(node).to_owned())
        .collect()
}

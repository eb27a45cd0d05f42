//! The examples open as they were written, build without a problem and lie tidily on the canvas.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use headroom::examples::{self, EXAMPLES};
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

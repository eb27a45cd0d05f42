//! The core cannot fail to answer: any design gives an answer, however broken it is.

use headroom::analysis::{Answer, answer, slow};
use headroom::blocks::BLOCKS;
use headroom::blocks::param::{Kind, Param, Value, Values};
use headroom::design::{Design, Edit, Group, GroupId, GroupKind, Link, LinkId, Node, NodeId};
use headroom::job::wire;
use headroom::topology::{Lowerings, build, build_again};

/// A small generator: the tests need variety, not quality.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n.max(1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn value(&mut self, param: &Param) -> Value {
        match param.kind {
            Kind::Number { min, max } | Kind::Integer { min, max } => Value::Number(match self.below(6) {
                0 => min,
                1 => max,
                2 => f64::MAX,
                _ => min + (max - min).min(1_000.0) * self.below(1_000) as f64 / 1_000.0,
            }),
            Kind::Choice(choices) => {
                Value::Text(choices[self.below(choices.len() as u64) as usize].id.to_owned())
            }
            Kind::Flag => Value::Flag(self.chance(50)),
            Kind::Text { .. } => Value::Text(["a", "b", "0 1\n10 5", ""][self.below(4) as usize].to_owned()),
        }
    }

    fn values(&mut self, params: &[Param]) -> Values {
        let mut values = Values::default();
        for param in params {
            if self.chance(30) {
                let value = self.value(param);
                values.set(param.id, Some(value));
            }
        }
        values
    }
}

/// Any blocks, any links between them, loops included, any parameters, groups in rings.
fn anything(seed: u64) -> Design {
    let mut dice = Dice(seed);
    let mut design = Design::default();
    let count = 1 + dice.below(9) as u32;
    for id in 1..=count {
        let block = BLOCKS[dice.below(BLOCKS.len() as u64) as usize].about();
        let kind = if dice.chance(5) { "perpetuum-mobile" } else { block.id };
        let group = dice.chance(30).then(|| GroupId(1 + dice.below(4) as u32));
        let at = [dice.below(900) as i32, dice.below(600) as i32];
        let values = dice.values(block.params);
        design.nodes.push(Node {
            id: NodeId(id),
            block: kind.to_owned(),
            name: String::new(),
            at,
            group,
            values,
        });
    }
    for id in 1..=dice.below(14) as u32 {
        let mut end = || NodeId(1 + dice.below(u64::from(count) + 1) as u32);
        let (from, to) = (end(), end());
        let values = dice.values(headroom::blocks::link::PARAMS);
        design.links.push(Link { id: LinkId(id), from, to, values });
    }
    for id in 1..=dice.below(4) as u32 {
        let kind = [GroupKind::Host, GroupKind::Zone, GroupKind::Region][dice.below(3) as usize];
        let parent = dice.chance(60).then(|| GroupId(1 + dice.below(4) as u32));
        design.groups.push(Group {
            id: GroupId(id),
            kind,
            name: format!("group {id}"),
            parent,
            collapsed: false,
            values: Values::default(),
        });
    }
    design.run.traffic = [0.0, 1.0, 3.0, 1e9][dice.below(4) as usize];
    design.objectives.p99_ms = dice.chance(50).then_some(100.0);
    design.objectives.success = dice.chance(50).then_some(0.999);
    design.objectives.headroom = dice.chance(50).then_some(2.0);
    design.objectives.cost_month = dice.chance(50).then_some(100.0);
    design
}

#[track_caller]
fn sound(design: &Design) -> Answer {
    let answer = answer(design);
    assert_eq!(answer.report.nodes.len(), answer.topology.len());
    assert_eq!(answer.cost.nodes.len(), answer.topology.len());
    for finding in &answer.findings {
        let all = ["every request", "all reads", "all writes"].iter().any(|all| finding.title.contains(all));
        let proves = all || finding.title.chars().any(|c| c.is_ascii_digit());
        assert!(proves, "{}", finding.title);
        assert!(!finding.title.contains("NaN") && !finding.reason.contains("NaN"), "{finding:?}");
        assert!(finding.title.ends_with('.') && !finding.reason.is_empty(), "{finding:?}");
    }
    answer
}

#[test]
fn any_design_gets_an_answer() {
    (0..150).for_each(|seed| _ = sound(&anything(seed)));
}

#[test]
fn every_fix_of_any_design_can_be_made() {
    for seed in 0..60 {
        let design = anything(seed);
        for finding in answer(&design).findings {
            assert_eq!(wire::read(&wire::write(&finding)), Some(finding.clone()), "on its way to the page");
            for fix in finding.fixes {
                let mut after = design.clone();
                fix.edit
                    .apply(&mut after)
                    .unwrap_or_else(|refusal| panic!("{seed}: {}: {}", fix.label, refusal.0));
                assert_ne!(after, design, "{}", fix.label);
            }
        }
    }
}

#[test]
fn a_change_arrives_with_what_this_version_does_not_know() {
    let strange = Value::Unknown(serde_json::json!({"a": [1, null, "b"]}));
    let edit = Edit::Set(NodeId(3), "later".to_owned(), Some(strange));
    assert_eq!(wire::read(&wire::write(&edit)), Some(edit));
}

#[test]
fn what_is_remembered_of_other_designs_changes_nothing() {
    let mut known = Lowerings::default();
    for seed in 0..150 {
        // Every other time one that differs from the one before in a single block, which has moved up in the list.
        let mut design = anything(seed / 2);
        if seed % 2 == 1 {
            let at = seed as usize % design.nodes.len();
            design.nodes.swap(0, at);
            design.nodes[0].values = Values::default();
        }
        let (again, fresh) = (build_again(&design, &mut known), build(&design));
        assert_eq!(format!("{again:?}"), format!("{fresh:?}"), "{seed}");
    }
}

#[test]
fn nothing_gives_nothing() {
    let answer = sound(&Design::default());
    assert!(answer.ladder.is_empty() && answer.spofs.is_empty() && answer.findings.is_empty());
    assert_eq!(answer.cost.month, 0.0);
}

#[test]
fn what_stands_before_there_is_an_answer_is_the_answer_of_an_empty_design() {
    let (nothing, found) = (Answer::of_nothing(), answer(&Design::default()));
    assert_eq!(nothing.report, found.report);
    assert_eq!((nothing.ladder, nothing.spofs), (found.ladder, found.spofs));
    assert_eq!((nothing.cost, nothing.availability), (found.cost, found.availability));
    assert_eq!(nothing.topology.graph.node_count(), found.topology.graph.node_count());
    assert_eq!(nothing.topology.traffic, found.topology.traffic);
}

/// Systems of a client, three services and a database, one after the other.
fn systems(count: u32) -> Design {
    let blocks = ["client", "app-server", "app-server", "app-server", "sql-database"];
    let (mut nodes, mut links) = (Vec::new(), Vec::new());
    for first in (0..count).map(|system| 1 + 5 * system) {
        for (part, block) in (0..).zip(blocks) {
            let [id, x, y] = [first + part, 240 * part, 120 * first];
            nodes.push(format!("{{\"id\": {id}, \"block\": \"{block}\", \"at\": [{x}, {y}]}}"));
        }
        for (from, to) in [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4)] {
            links.push(format!("[{}, {}]", first + from, first + to));
        }
    }
    let (nodes, links) = (nodes.join(", "), links.join(", "));
    let json = format!("{{\"headroom\": 1, \"nodes\": [{nodes}], \"links\": [{links}]}}");
    headroom::share::from_json(&json).expect("a design").design
}

#[test]
fn the_answer_of_a_large_design_comes_in_two_parts_that_make_the_whole() {
    let design = systems(13);
    let whole = answer(&design);
    let first = slow::at_once(&design, &mut Lowerings::default());
    assert!(whole.complete && !first.complete);
    assert_eq!((&first.report, &first.ladder, &first.cost), (&whole.report, &whole.ladder, &whole.cost));
    assert!(first.spofs.is_empty() && first.findings.is_empty());
    let found = wire::read(&wire::write(&slow::find(&design)));
    let both = first.completed(found.expect("a worker's words"));
    assert!(both.complete);
    assert_eq!(
        (&both.spofs, &both.availability, &both.vulnerable),
        (&whole.spofs, &whole.availability, &whole.vulnerable)
    );
    assert_eq!(both.findings, whole.findings);
    assert!(both.findings.iter().any(|finding| !finding.fixes.is_empty()), "fixes come along");
    assert!(
        slow::at_once(&systems(12), &mut Lowerings::default()).complete,
        "a small design is answered at once"
    );
}

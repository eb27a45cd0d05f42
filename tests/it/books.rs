//! The three ledgers of rules 1.17, at every moment of runs over random designs, faults and edits: requests, calls at
//! every block, and messages of every consumer group. A design is drawn from the catalogue itself, so that a new
//! block, parameter or kind of fault is in it at once.

use headroom::blocks::param::{Fixed, Kind, Param, Value, Values};
use headroom::blocks::{BLOCKS, TAG, life, link};
use headroom::design::edit::may_add_link;
use headroom::design::fault::{KINDS, Strikes, Target};
use headroom::design::{Design, Fault, FaultId, Group, GroupId, GroupKind, Link, LinkId, Node, NodeId};
use headroom::engine::random::Draw;
use headroom::engine::simulate::Simulation;
use headroom::engine::{Unit, steady};
use headroom::report::Report;
use headroom::topology::{self, Topology};

use crate::checks::assert_conserved;

/// Numbers for a test, the same everywhere.
struct Dice(Draw);

impl Dice {
    fn new(seed: u64) -> Self {
        Dice(Draw::new(seed, 0, 0))
    }

    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    fn chance(&mut self, share: f64) -> bool {
        self.0.uniform() < share
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.uniform()
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A value within what is allowed, near what is usual.
    fn value(&mut self, param: &Param) -> Option<Value> {
        Some(match (param.kind, param.default) {
            (Kind::Number { min, max }, Fixed::Number(usual)) => {
                let near = if usual == 0.0 { self.between(0.0, 2.0) } else { usual * self.between(0.1, 3.0) };
                Value::Number(near.clamp(min, max))
            }
            (Kind::Integer { min, max }, Fixed::Number(usual)) => {
                let most = (2.0 * usual + 3.0).min(64.0);
                Value::Number(self.between(0.0, most).round().clamp(min, max))
            }
            (Kind::Choice(choices), _) => Value::Text(self.pick(choices).id.to_owned()),
            (Kind::Text { .. }, _) if param.id == TAG => {
                Value::Text((*self.pick(&["static", "pay", "!static", "nobody"])).to_owned())
            }
            (Kind::Flag, _) => Value::Flag(self.chance(0.5)),
            _ => return None,
        })
    }

    fn values(&mut self, params: &[Param], share: f64) -> Values {
        let mut values = Values::default();
        for param in params {
            if self.chance(share) {
                values.set(param.id, self.value(param));
            }
        }
        values
    }
}

fn design(dice: &mut Dice) -> Design {
    let mut design = Design { name: "random".into(), ..Design::default() };
    for (id, kind) in (1..).zip([GroupKind::Region, GroupKind::Zone, GroupKind::Zone]) {
        let parent = (kind == GroupKind::Zone).then_some(GroupId(1));
        let values = dice.values(life::OF_GROUP, 0.2);
        design.groups.push(Group {
            id: GroupId(id),
            kind,
            name: String::new(),
            parent,
            collapsed: false,
            values,
        });
    }
    let clients = 1 + dice.below(2) as u32;
    for id in 1..=clients + 4 + dice.below(6) as u32 {
        let block = if id <= clients { BLOCKS[0] } else { *dice.pick(&BLOCKS[1..]) };
        let mut values = dice.values(block.about().params, 0.2);
        if id <= clients {
            values
                .set(TAG, dice.chance(0.5).then(|| Value::Text((*dice.pick(&["static", "pay"])).to_owned())));
            values.set("rate", Some(Value::Number(dice.between(20.0, 200.0))));
            values.set("keys", Some(Value::Number(1_000.0)));
        }
        let group = dice.chance(0.5).then(|| GroupId(1 + dice.below(3) as u32));
        let at = [0, 0];
        design.nodes.push(Node {
            id: NodeId(id),
            block: block.about().id.into(),
            name: String::new(),
            at,
            group,
            values,
        });
    }
    draw_links(&mut design, dice);
    for id in 1..=dice.below(4) as u32 {
        draw_fault(&mut design, dice, FaultId(id));
    }
    design
}

fn draw_links(design: &mut Design, dice: &mut Dice) {
    let count = design.nodes.len();
    for _ in 0..3 * count {
        let (a, b) = (dice.below(count), dice.below(count));
        // Mostly forward; a loop now and then.
        let (a, b) = if a > b && dice.chance(0.9) { (b, a) } else { (a, b) };
        let id = LinkId(design.links.len() as u32 + 1);
        let mut values = dice.values(link::PARAMS, 0.1);
        values.set("timeout_ms", Some(Value::Number(dice.between(20.0, 1_000.0))));
        values.set("calls", None);
        let link = Link { id, from: design.nodes[a].id, to: design.nodes[b].id, values };
        if may_add_link(design, &link).is_ok() {
            design.links.push(link);
        }
    }
}

fn draw_fault(design: &mut Design, dice: &mut Dice, id: FaultId) {
    let kind = dice.pick(KINDS);
    let target = match kind.strikes {
        Strikes::Block => Target::Block(dice.pick(&design.nodes).id),
        Strikes::BlockOrAll if dice.chance(0.5) => Target::All,
        Strikes::BlockOrAll => Target::Block(dice.pick(&design.nodes).id),
        Strikes::Group => Target::Group(dice.pick(&design.groups).id),
        Strikes::Link if design.links.is_empty() => return,
        Strikes::Link => Target::Link(dice.pick(&design.links).id),
    };
    let values = dice.values(kind.params, 0.5);
    let (at_s, for_s) = (dice.between(0.0, 2.0), Some(dice.between(0.05, 1.0)));
    design.faults.push(Fault { id, kind: kind.id.into(), target, at_s, for_s, values });
}

/// The same design with something taken away, put in or set anew.
fn edited(design: &Design, dice: &mut Dice) -> Design {
    let mut next = design.clone();
    match dice.below(4) {
        0 if next.nodes.len() > 2 => {
            let gone = next.nodes.remove(1 + dice.below(design.nodes.len() - 1)).id;
            next.links.retain(|link| link.from != gone && link.to != gone);
            next.faults.retain(|fault| fault.target != Target::Block(gone));
            next.faults.retain(|fault| !matches!(fault.target, Target::Link(_)));
        }
        1 if !next.links.is_empty() => {
            let gone = next.links.remove(dice.below(design.links.len())).id;
            next.faults.retain(|fault| fault.target != Target::Link(gone));
        }
        2 => {
            let (at, before) = (dice.below(next.nodes.len()), next.nodes.len());
            let about = headroom::blocks::find(&next.nodes[at].block).expect("a block").about();
            let (rate, keys) = (next.nodes[at].values.get("rate").cloned(), Value::Number(1_000.0));
            next.nodes[at].values = dice.values(about.params, 0.2);
            if rate.is_some() {
                next.nodes[at].values.set("rate", rate);
                next.nodes[at].values.set("keys", Some(keys));
            }
            assert_eq!(before, next.nodes.len());
        }
        _ => draw_links(&mut next, dice),
    }
    next
}

fn build(design: &Design) -> Topology {
    topology::build(design).0
}

fn unit(topology: &Topology, dice: &mut Dice) -> Unit {
    let node = dice.below(topology.len()) as u32;
    match dice.below(3) {
        0 => Unit::Block { node },
        1 => Unit::Instance { node, instance: dice.below(3) as u32 },
        _ => Unit::Group { group: dice.below(topology.groups.len()) as u32 },
    }
}

fn messages_add_up(report: &Report) {
    for group in report.nodes.iter().filter_map(|node| node.queue.as_ref()).flat_map(|queue| &queue.groups) {
        assert_eq!(group.published, group.accounted(), "{group:?}");
    }
}

/// Two seconds of one random design, with an edit or a death every tenth.
fn live(seed: u64) -> u64 {
    let mut dice = Dice::new(seed);
    let mut drawn = design(&mut dice);
    let mut simulation = Simulation::new(build(&drawn), seed);
    steady::solve(simulation.topology());
    for step in 1..=20 {
        simulation.advance(step * 100_000_000, 200_000);
        let report = simulation.report();
        assert_conserved(&report);
        messages_add_up(&report);
        match dice.below(6) {
            4 if !simulation.topology().faults.is_empty() => {
                let trouble = dice.pick(&simulation.topology().faults).trouble.clone();
                simulation.inject(trouble, dice.chance(0.5).then_some(150_000_000));
            }
            0 => {
                drawn = edited(&drawn, &mut dice);
                simulation.change(build(&drawn));
            }
            1 => simulation.kill(unit(simulation.topology(), &mut dice)),
            2 => simulation.revive(unit(simulation.topology(), &mut dice)),
            3 => simulation.set_traffic(dice.between(0.1, 3.0)),
            _ => continue,
        }
        assert_conserved(&simulation.report());
        messages_add_up(&simulation.report());
    }
    simulation.events()
}

#[test]
fn the_books_balance_in_random_designs_under_faults_and_edits() {
    // More by hand: HEADROOM_DESIGNS=300..2000.
    let asked = std::env::var("HEADROOM_DESIGNS").unwrap_or("0..130".to_owned());
    let (first, end) = asked.split_once("..").expect("as 0..60");
    let tried = first.parse().expect("a number")..end.parse().expect("a number");
    let mut events = 0;
    for seed in tried {
        let lived = std::panic::catch_unwind(|| live(seed));
        events += lived.unwrap_or_else(|_| panic!("design {seed} does not balance"));
    }
    assert!(events > 10_000, "{events}");
}

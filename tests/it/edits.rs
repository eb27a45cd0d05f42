//! Edits succeed as a whole or change nothing; history goes back and forth by whole steps.

use std::sync::Arc;

use headroom::blocks::param::{Value, Values};
use headroom::design::history::STEPS;
use headroom::design::{
    Design, Edit, Group, GroupId, GroupKind, History, Link, LinkId, Node, NodeId, Refusal, Run,
};

fn node(id: u32, block: &str) -> Node {
    Node {
        id: NodeId(id),
        block: block.to_owned(),
        name: String::new(),
        at: [0, 0],
        group: None,
        values: Values::default(),
    }
}

fn link(id: u32, from: u32, to: u32) -> Link {
    let values = Values::default();
    Link { id: LinkId(id), from: NodeId(from), to: NodeId(to), values }
}

/// Client 1, app servers 2 and 3; 1 calls 2; zone 2 in region 1, with block 2 inside.
fn small() -> Design {
    let mut design = Design::default();
    let group = |id, kind, parent: Option<u32>| {
        let parent = parent.map(GroupId);
        Edit::AddGroup(Group {
            id: GroupId(id),
            kind,
            name: String::new(),
            parent,
            collapsed: false,
            values: Values::default(),
        })
    };
    let edits = vec![
        group(1, GroupKind::Region, None),
        group(2, GroupKind::Zone, Some(1)),
        Edit::AddNode(node(1, "client")),
        Edit::AddNode(node(2, "app-server")),
        Edit::AddNode(node(3, "app-server")),
        Edit::AddLink(link(1, 1, 2)),
        Edit::SetGroup(NodeId(2), Some(GroupId(2))),
    ];
    Edit::All(edits).apply(&mut design).expect("a small design");
    design
}

#[test]
fn what_cannot_be_done_is_refused_in_words_and_changes_nothing() {
    let gone = NodeId(9);
    let cases = [
        Edit::AddNode(node(1, "client")),
        Edit::AddLink(link(1, 2, 3)),
        Edit::AddLink(link(2, 2, 1)),
        Edit::AddLink(link(2, 1, 2)),
        Edit::AddLink(link(2, 1, 9)),
        Edit::RemoveNode(gone),
        Edit::RemoveLink(LinkId(9)),
        Edit::Move(vec![(NodeId(1), [5, 5]), (gone, [5, 5])]),
        Edit::Rename(gone, "x".to_owned()),
        Edit::Set(gone, "cores".to_owned(), None),
        Edit::SetLink(LinkId(9), "weight".to_owned(), None),
        Edit::SetGroup(NodeId(1), Some(GroupId(9))),
        Edit::RemoveGroup(GroupId(9)),
        Edit::Reconnect(LinkId(1), NodeId(2), NodeId(1)),
        Edit::All(vec![Edit::RemoveNode(NodeId(1)), Edit::RemoveNode(NodeId(1))]),
    ];
    for edit in cases {
        let mut design = small();
        let Err(Refusal(text)) = edit.apply(&mut design) else { panic!("{edit:?} was not refused") };
        assert!(text.ends_with('.') && text.len() > 10, "{edit:?}: {text}");
        assert_eq!(design, small(), "{edit:?} left a trace");
    }
}

#[test]
fn removing_takes_along_what_hangs_on_it() {
    let mut design = small();
    Edit::RemoveGroup(GroupId(2)).apply(&mut design).expect("it is there");
    assert_eq!(design.node(NodeId(2)).expect("block 2").group, Some(GroupId(1)), "moves to the outer group");
    Edit::RemoveNode(NodeId(2)).apply(&mut design).expect("it is there");
    assert!(design.links.is_empty());
    assert_eq!(design.next_node_id(), NodeId(4));
}

#[test]
fn a_gesture_is_one_step_and_can_be_called_off() {
    let move_to = |x| Edit::Move(vec![(NodeId(1), [x, 0])]);
    let x = |history: &History| history.design().nodes[0].at[0];
    let mut history = History::new(small());
    history.begin();
    history.apply(&move_to(1)).expect("moves");
    history.apply(&move_to(2)).expect("moves");
    assert!(history.commit());
    assert!(history.undo() && !history.can_undo());
    assert_eq!(x(&history), 0);
    assert!(history.redo() && !history.can_redo());
    assert_eq!(x(&history), 2);

    history.begin();
    history.apply(&move_to(3)).expect("moves");
    history.cancel();
    assert_eq!(x(&history), 2);
    history.begin();
    history.apply(&move_to(3)).expect("moves");
    history.apply(&move_to(2)).expect("moves back");
    assert!(!history.commit(), "there and back is no step");
}

#[test]
fn what_changes_nothing_leaves_no_step_and_a_new_step_clears_redo() {
    let mut history = History::new(small());
    history.apply(&Edit::SetName(String::new())).expect("the same name");
    assert!(!history.can_undo());
    history.apply(&Edit::SetName("a".to_owned())).expect("a name");
    history.undo();
    assert!(history.can_redo());
    history.apply(&Edit::SetName("b".to_owned())).expect("a name");
    assert!(!history.can_redo());
    history.amend(&Edit::SetName("bc".to_owned())).expect("a name");
    assert!(history.undo() && !history.can_undo(), "what was amended is one step");
}

#[test]
fn the_past_is_bounded_and_shares_what_did_not_change() {
    let mut history = History::new(small());
    for index in 0..STEPS + 50 {
        history.apply(&Edit::SetName(index.to_string())).expect("a name");
    }
    let last = Arc::clone(history.design());
    let steps = std::iter::from_fn(|| history.undo().then_some(())).count();
    assert_eq!(steps, STEPS);
    while history.redo() {}
    assert!(Arc::ptr_eq(&last, history.design()), "redo gives back the very same design");
}

#[test]
fn where_blocks_stand_and_what_they_are_called_leaves_the_system_the_same() {
    let cases = [
        (Edit::Move(vec![(NodeId(1), [300, 15])]), true),
        (Edit::Rename(NodeId(1), "x".to_owned()), true),
        (Edit::SetName("x".to_owned()), true),
        (Edit::Set(NodeId(2), "cores".to_owned(), Some(Value::Number(4.0))), false),
        (Edit::SetGroup(NodeId(3), Some(GroupId(2))), false),
        (Edit::SetLink(LinkId(1), "weight".to_owned(), Some(Value::Number(4.0))), false),
        (Edit::RemoveNode(NodeId(3)), false),
        (Edit::AddNode(node(4, "cache")), false),
        (Edit::SetRun(Run { seed: 2, ..Run::default() }), false),
    ];
    for (edit, same) in cases {
        let mut design = small();
        edit.apply(&mut design).expect("it can be done");
        assert_eq!(design.is_same_system(&small()), same, "{edit:?}");
    }
}

#[test]
fn a_link_moves_among_those_of_its_block_and_the_others_stay() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"client"},{"id":2,"block":"app-server"},
        {"id":3,"block":"cache"},{"id":4,"block":"sql-database"}],
        "links":[[2,4,{"when":"miss"}],[1,2],[2,3]]}"#;
    let mut design = headroom::share::from_json(json).expect("a design").design;
    let ends = |design: &Design| design.links.iter().map(|link| (link.from.0, link.to.0)).collect::<Vec<_>>();
    let database = design.links[0].id;
    let problems = |design: &Design| headroom::topology::build(design).1.len();
    assert_eq!(problems(&design), 1, "what waits for a miss comes before the cache");
    Edit::MoveLink(database, 1).apply(&mut design).expect("it can be moved");
    assert_eq!((ends(&design), problems(&design)), (vec![(1, 2), (2, 3), (2, 4)], 0));
    Edit::MoveLink(database, 0).apply(&mut design).expect("it can be moved");
    assert_eq!(ends(&design), [(1, 2), (2, 4), (2, 3)]);
    assert!(Edit::MoveLink(LinkId(99), 0).apply(&mut design).is_err());
}

//! Groups by hand: drawn, selected, moved, joined and left, renamed, dissolved.

use headroom::blocks::param::Values;
use headroom::design::{Edit, Group, GroupId, GroupKind, NodeId};
use headroom::session::{Control, Effect, Panel, Session};

use crate::session::{ROW, open, picture, play};

const CLICK_2: &str = "down 350,50 node2; up 350,50;";
const BOTH: &str = "down 350,50 node2; up 350,50; down 650,50 node3 shift; up 650,50 shift;";

/// Each block's innermost group: `1:- 2:1 3:1`.
fn homes(session: &Session) -> String {
    let design = session.design();
    let home = |node: &headroom::design::Node| {
        let group = node.group.map_or("-".to_owned(), |id| id.0.to_string());
        format!("{}:{group}", node.id.0)
    };
    design.nodes.iter().map(home).collect::<Vec<_>>().join(" ")
}

fn kinds(session: &Session) -> String {
    let kind = |group: &Group| {
        format!("{} {}", group.id.0, headroom::session::groups::title(session.design(), group.id))
    };
    session.design().groups.iter().map(kind).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_group_is_drawn_around_the_selection_and_is_then_selected() {
    let mut session = open(ROW);
    play(&mut session, &format!("{BOTH} edit.group"));
    assert_eq!(homes(&session), "1:- 2:1 3:1");
    assert_eq!(picture(&session), "1@0,0 2@300,0 3@600,0 | 1>2 | [G1]");
    assert_eq!(kinds(&session), "1 zone 1");
    play(&mut session, "edit.undo");
    assert_eq!(homes(&session), "1:- 2:- 3:-");
    assert!(session.design().groups.is_empty());
}

#[test]
fn a_group_drawn_in_a_zone_is_a_host_and_in_a_region_a_zone() {
    let mut session = open(ROW);
    play(&mut session, &format!("{BOTH} edit.group; {CLICK_2} edit.group"));
    assert_eq!(
        (homes(&session), kinds(&session)),
        ("1:- 2:2 3:1".to_owned(), "1 zone 1, 2 host 1".to_owned())
    );
    let refused = play(&mut session, &format!("{CLICK_2} edit.group"));
    assert!(matches!(&refused.last(), Some(Effect::Refuse(text)) if text.contains("host")), "{refused:?}");
    play(&mut session, "down 650,50 node3; up 650,50; select.group");
    assert_eq!(session.selection().group, Some(GroupId(1)));
    let region = Group {
        id: GroupId(1),
        kind: GroupKind::Region,
        name: "east".to_owned(),
        parent: None,
        values: Values::default(),
    };
    session.edit(&Edit::ChangeGroup(region));
    play(&mut session, "down 650,50 node3; up 650,50; edit.group");
    assert_eq!(kinds(&session), "1 region east, 2 host 1, 3 zone 1");
}

#[test]
fn a_dragged_block_joins_the_frame_it_is_dropped_in_and_leaves_the_one_it_is_taken_from() {
    let mut session = open(ROW);
    play(&mut session, &format!("{BOTH} edit.group"));
    // The client comes in: its center is inside the frame of the two.
    play(&mut session, "down 80,30 node1; move 560,60; up 560,60");
    assert_eq!(homes(&session), "1:1 2:1 3:1");
    play(&mut session, "edit.undo");
    assert_eq!(homes(&session), "1:- 2:1 3:1");
    // A short way aside it stays, far away it is out; one gesture is one step.
    play(&mut session, "down 650,50 node3; move 650,110; up 650,110");
    assert_eq!(homes(&session), "1:- 2:1 3:1");
    play(&mut session, "down 650,110 node3; move 650,500; up 650,500");
    assert_eq!(homes(&session), "1:- 2:1 3:-");
    play(&mut session, "down 350,50 node2; move 380,400; cancel");
    assert_eq!(homes(&session), "1:- 2:1 3:-");
}

#[test]
fn a_group_moves_with_all_that_is_inside() {
    let mut session = open(ROW);
    play(&mut session, &format!("{BOTH} edit.group; down 310,-20 group1; move 310,280; up 310,280"));
    assert_eq!(picture(&session), "1@0,0 2@300,300 3@600,300 | 1>2 | [G1]");
    assert_eq!(homes(&session), "1:- 2:1 3:1");
    play(&mut session, "move.up; edit.undo");
    assert_eq!(picture(&session).split(" |").next(), Some("1@0,0 2@300,300 3@600,300"));
}

#[test]
fn the_last_block_of_a_group_takes_it_along_and_two_that_are_all_of_it_keep_it() {
    let mut session = open(ROW);
    play(&mut session, &format!("{CLICK_2} edit.group; down 350,50 node2; move 350,650; up 350,650"));
    assert_eq!(homes(&session), "1:- 2:1 3:-");
}

#[test]
fn a_selected_group_is_renamed_killed_and_dissolved_by_the_same_keys_as_a_block() {
    let mut session = open(ROW);
    play(&mut session, &format!("{BOTH} edit.group"));
    assert_eq!(session.command("edit.rename", 0.0), [Effect::Open(Panel::RenameGroup)]);
    assert_eq!(session.command("run.kill", 0.0), [Effect::Run(Control::LoseOrRevive(GroupId(1)))]);
    play(&mut session, "edit.delete");
    assert_eq!((homes(&session), picture(&session).ends_with("| []")), ("1:- 2:- 3:-".to_owned(), true));
}

#[test]
fn a_group_changes_its_name_kind_and_parent_and_refuses_what_cannot_be() {
    let mut session = open(ROW);
    play(&mut session, &format!("{BOTH} edit.group; {CLICK_2} edit.group"));
    let host = session.design().group(GroupId(2)).expect("the host").clone();
    let mut zone = session.design().group(GroupId(1)).expect("the zone").clone();
    for wrong in [
        Group { parent: Some(GroupId(9)), ..host.clone() },
        Group { parent: Some(GroupId(2)), ..host.clone() },
        Group { kind: GroupKind::Host, ..zone.clone() },
        Group { parent: Some(GroupId(2)), ..zone.clone() },
        Group { id: GroupId(9), ..host.clone() },
    ] {
        let effects = session.edit(&Edit::ChangeGroup(wrong));
        assert!(matches!(effects[..], [Effect::Refuse(_)]), "{effects:?}");
    }
    zone.name = "a".to_owned();
    session.edit(&Edit::ChangeGroup(zone));
    session.edit(&Edit::ChangeGroup(Group { parent: None, ..host }));
    assert_eq!(kinds(&session), "1 zone a, 2 host 1");
    assert_eq!(session.design().node(NodeId(2)).and_then(|node| node.group), Some(GroupId(2)));
}

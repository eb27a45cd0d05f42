//! Groups by hand: drawn, selected, moved, joined and left, renamed, dissolved.

use headroom::blocks::param::Values;
use headroom::design::{Edit, Group, GroupId, GroupKind, NodeId};
use headroom::session::{Control, Draft, Effect, Panel, Session};

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
        collapsed: false,
        values: Values::default(),
    };
    session.edit(&Edit::ChangeGroup(region));
    play(&mut session, "down 650,50 node3; up 650,50; edit.group");
    assert_eq!(kinds(&session), "1 region east, 2 host 1, 3 zone 1");
}

/// Around the second and the third block of [`ROW`], and nothing else.
const AROUND_BOTH: &str = "edit.frame; down 290,-10 canvas; move 800,50; move 790,90; up 790,90;";

#[test]
fn a_group_is_drawn_by_a_rectangle_around_what_lies_wholly_inside() {
    let mut session = open(ROW);
    play(&mut session, AROUND_BOTH);
    assert_eq!((homes(&session), kinds(&session)), ("1:- 2:1 3:1".to_owned(), "1 zone 1".to_owned()));
    assert_eq!(session.selection().group, Some(GroupId(1)));
    assert!(!session.is_busy() && session.draft().is_none(), "one group for one asking");
    play(&mut session, "edit.undo");
    assert!(session.design().groups.is_empty(), "one step");
    // The second block sticks out by one unit: only the third is wholly inside. It begins on a card, which does not move.
    play(&mut session, "edit.frame; down 301,-10 node2; move 790,90; up 790,90");
    assert_eq!(
        (homes(&session), picture(&session)),
        ("1:- 2:- 3:1".to_owned(), "1@0,0 2@300,0 3@600,0 | 1>2 | [G1]".to_owned())
    );
}

#[test]
fn while_a_group_is_drawn_the_draft_says_what_it_would_hold() {
    let mut session = open(ROW);
    play(&mut session, "edit.frame");
    assert_eq!(session.draft(), Some(Draft::Frame { corners: None, inside: vec![] }));
    play(&mut session, "down 290,90 canvas; move 790,-10");
    let corners = Some(([290.0, 90.0], [790.0, -10.0]));
    assert_eq!(session.draft(), Some(Draft::Frame { corners, inside: vec![NodeId(2), NodeId(3)] }));
    for leave in ["edit.leave", "cancel"] {
        let mut left = session.clone();
        play(&mut left, &format!("{leave}; up 790,-10"));
        assert!(left.draft().is_none() && !left.is_busy() && left.design().groups.is_empty(), "{leave}");
    }
    play(&mut session, "cancel; edit.frame; edit.frame");
    assert!(!session.is_busy(), "asked for again, it ends");
}

#[test]
fn two_clicks_draw_a_group_as_a_drag_does_and_fingers_too() {
    for script in [
        "edit.frame; down 290,-10 canvas; up 290,-10; move 500,50; down 790,90 canvas; up 790,90",
        "edit.frame; touch1 290,-10 canvas; up1 291,-8; touch1 790,90 canvas; up1 790,90",
        "edit.frame; touch1 290,-10 canvas; move1 790,90; up1 790,90",
    ] {
        let mut session = open(ROW);
        play(&mut session, script);
        assert_eq!(homes(&session), "1:- 2:1 3:1", "{script}");
    }
}

#[test]
fn a_rectangle_around_nothing_is_refused_in_words() {
    let mut session = open(ROW);
    let effects = play(&mut session, "edit.frame; down 0,300 canvas; move 200,500; up 200,500");
    assert!(matches!(effects.last(), Some(Effect::Refuse(_))), "{effects:?}");
    assert!(session.design().groups.is_empty() && !session.is_busy());
}

#[test]
fn a_group_around_a_part_of_a_group_lies_in_it_and_around_all_of_it_holds_it() {
    // Part: the third block of a zone of two gets a host in the zone.
    let mut session = open(ROW);
    play(&mut session, &format!("{AROUND_BOTH} edit.frame; down 590,-10 canvas; move 790,90; up 790,90"));
    assert_eq!(
        (homes(&session), kinds(&session)),
        ("1:- 2:1 3:2".to_owned(), "1 zone 1, 2 host 1".to_owned())
    );
    assert_eq!(session.design().group(GroupId(2)).and_then(|host| host.parent), Some(GroupId(1)));
    // All of it, and the client: a region holds the zone with its host, and the client itself.
    play(&mut session, "edit.frame; down -10,-10 canvas; move 790,90; up 790,90");
    assert_eq!(
        (homes(&session), kinds(&session)),
        ("1:3 2:1 3:2".to_owned(), "1 zone 1, 2 host 1, 3 region 1".to_owned())
    );
    let parent = |id| session.design().group(GroupId(id)).and_then(|group| group.parent);
    assert_eq!((parent(1), parent(2), parent(3)), (Some(GroupId(3)), Some(GroupId(1)), None));
    // All of the region again: nothing can hold a region, and within it there is no kind between it and its zone.
    let effects = play(&mut session, "edit.frame; down -10,-10 canvas; move 790,90; up 790,90");
    assert!(matches!(effects.last(), Some(Effect::Refuse(_))), "{effects:?}");
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

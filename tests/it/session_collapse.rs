//! Collapsed groups: one box in the place of what is inside, moved, hit, walked to, drawn and expanded again.

use headroom::design::{Design, GroupId, LinkId, NodeId};
use headroom::picture::svg;
use headroom::session::collapse::{Boxes, apparent};
use headroom::session::geometry::{self, CARD, Rect};
use headroom::session::{Draft, Effect, Session, menu, routing};
use headroom::share::{from_json, to_json};

use crate::session::{open, picture, play};

/// A client calls a server in a host, which calls a server beside it and the database outside; host in zone.
const NESTED: &str = r#"{"headroom":1,"nodes":[
    {"id":1,"block":"client","at":[0,0]},
    {"id":2,"block":"app-server","at":[300,60],"in":2},
    {"id":3,"block":"app-server","at":[600,0],"in":2},
    {"id":4,"block":"sql-database","at":[900,0],"in":1}],
    "links":[[1,2],[2,3],[3,4],[2,4]],
    "groups":[{"id":1,"kind":"zone","name":"a"},{"id":2,"kind":"host","name":"h","in":1,"collapsed":true}]}"#;

fn design(json: &str) -> Design {
    from_json(json).expect("a design").design
}

fn size_of_a_card(at: [f64; 2]) -> Rect {
    Rect { min: at, max: [at[0] + CARD[0], at[1] + CARD[1]] }
}

#[test]
fn what_is_collapsed_stands_in_the_file_and_changes_no_result() {
    let nested = design(NESTED);
    assert!(to_json(&nested).contains(r#""collapsed":true"#) && design(&to_json(&nested)) == nested);
    let expanded = design(&NESTED.replace(r#","collapsed":true"#, ""));
    assert!(
        nested != expanded && nested.is_same_system(&expanded) && !to_json(&expanded).contains("collapsed")
    );
    assert_eq!(headroom::analysis::changes::changes(&expanded, &nested), Vec::<String>::new());
}

#[test]
fn a_box_stands_at_the_corner_of_what_is_inside_and_hides_it_with_its_links() {
    let nested = design(NESTED);
    let boxes = Boxes::of(&nested);
    assert_eq!(boxes.places().collect::<Vec<_>>(), [(GroupId(2), [300, 0])], "the least x and the least y");
    let places: Vec<_> = nested.nodes.iter().map(|node| boxes.place(node)).collect();
    assert_eq!(places, [[0, 0], [300, 0], [300, 0], [900, 0]]);
    let hidden: Vec<u32> =
        nested.links.iter().filter(|link| boxes.hides(link)).map(|link| link.id.0).collect();
    assert_eq!(hidden, [2], "from 2 to 3, both in the box");
    // The zone around holds the box, not the places of what is inside: 24 of room around 300–1076, 0–76.
    let frames = geometry::frames(&nested);
    assert_eq!(frames, [(GroupId(1), Rect { min: [276.0, -24.0], max: [1100.0, 100.0] })]);
    // The outer of two collapsed groups is the one box.
    let mut both = nested;
    both.groups[0].collapsed = true;
    assert_eq!(Boxes::of(&both).places().collect::<Vec<_>>(), [(GroupId(1), [300, 0])]);
    assert_eq!(geometry::frames(&both), []);
}

#[test]
fn links_end_at_the_box_and_run_apart_there() {
    let nested = design(NESTED);
    let ends = |id| geometry::link_curve(&nested, LinkId(id)).map(|curve| [curve.0[0], curve.0[3]]);
    assert_eq!(ends(1), Some([[176.0, 38.0], [300.0, 38.0]]));
    assert_eq!(ends(2), None, "inside");
    assert_eq!((ends(3), ends(4)), (Some([[476.0, 38.0], [900.0, 38.0]]), ends(3)));
    // Those two would lie on each other: half of 28 to either side.
    assert_eq!(routing::bends(&apparent(&nested)), [0.0, -14.0, 14.0]);
    let [_, lower] = [24.0, 52.0].map(|y| geometry::link_at(&nested, [688.0, y], 12.0));
    assert!(lower.is_some() && lower != Some(LinkId(2)), "{lower:?}");
}

#[test]
fn a_group_is_collapsed_and_expanded_by_one_command_and_undo() {
    let mut session = open(&NESTED.replace(r#","collapsed":true"#, ""));
    let collapsed =
        |session: &Session| session.design().groups.iter().map(|group| group.collapsed).collect::<Vec<_>>();
    let effects = play(&mut session, "down 350,70 node2; up 350,70; edit.collapse");
    assert_eq!(collapsed(&session), [false, true], "the group around the selected block");
    assert!(effects.contains(&Effect::Announce("host h is collapsed, 2 blocks.".to_owned())), "{effects:?}");
    assert_eq!(session.selection().group, Some(GroupId(2)));
    play(&mut session, "edit.collapse");
    assert_eq!(collapsed(&session), [false, false]);
    play(&mut session, "edit.undo");
    assert_eq!(collapsed(&session), [false, true]);
    play(&mut session, "edit.undo; edit.redo");
    assert_eq!(collapsed(&session), [false, true]);
    let target = headroom::session::Target::Group(GroupId(2));
    assert!(menu::of(target, session.selection()).iter().any(|command| command.id == "edit.collapse"));
}

#[test]
fn a_box_moves_all_that_is_inside_and_lands_on_the_grid_itself() {
    let mut session = open(NESTED);
    play(&mut session, "down 350,30 group2; move 357,338; up 357,338");
    // 7 and 308 further, the box's corner on the grid of 15: from 300,0 to 300,315 or 305 → 300.
    let [_, y] = Boxes::of(session.design()).places().next().expect("the box").1;
    assert_eq!((picture(&session).split(" |").next(), y), (Some("1@0,0 2@300,375 3@600,315 4@900,0"), 315));
    play(&mut session, "edit.undo");
    assert_eq!(picture(&session).split(" |").next(), Some("1@0,0 2@300,60 3@600,0 4@900,0"));
}

#[test]
fn a_dragged_box_snaps_to_the_gaps_of_the_cards_beside_it() {
    // Cards at 0 and 300 leave 124 between them; a box of two blocks comes in from below to 600.
    let json = r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","at":[0,0]},{"id":2,"block":"cache","at":[300,0]},
        {"id":3,"block":"cache","at":[607,407],"in":1},{"id":4,"block":"cache","at":[607,607],"in":1}],
        "groups":[{"id":1,"kind":"zone","name":"a","collapsed":true}]}"#;
    let mut session = open(json);
    session.resize([2400.0, 1600.0]);
    let zoom = session.viewport().zoom;
    let [x, y] = session.viewport().to_screen([650.0, 430.0]);
    play(&mut session, &format!("down {x},{y} group1; move {},{}", x - 4.0 * zoom, y - 404.0 * zoom));
    let [(_, at)] = Boxes::of(session.design()).places().collect::<Vec<_>>()[..] else { panic!("one box") };
    assert_eq!(at, [600, 0]);
    let Some(Draft::Guides(guides)) = session.draft() else { panic!("no guides") };
    assert_eq!(guides.gaps, [[[176.0, 38.0], [300.0, 38.0]], [[476.0, 38.0], [600.0, 38.0]]]);
}

#[test]
fn what_is_hidden_is_met_at_its_box_and_nowhere_else() {
    let nested = design(NESTED);
    assert_eq!(geometry::node_at(&nested, [650.0, 30.0]), None, "the third block itself is hidden");
    assert!([Some(NodeId(2)), Some(NodeId(3))].contains(&geometry::node_at(&nested, [350.0, 30.0])));
    let mut session = open(NESTED);
    // A marquee over the box takes all that is inside, one over the hidden card nothing.
    play(&mut session, "down 280,-30 canvas; move 320,20; up 320,20");
    assert!(picture(&session).ends_with("[2 3]"), "{}", picture(&session));
    play(&mut session, "down 580,-30 canvas; move 700,200; up 700,200");
    assert!(picture(&session).ends_with("[]"), "{}", picture(&session));
    // A link takes no end there, and says why.
    play(&mut session, "down 176,38 out1; move 310,38");
    let Some(Draft::Link { valid, refused, .. }) = session.draft() else { panic!("no link") };
    assert_eq!(valid, [NodeId(4)]);
    assert!(refused.is_some_and(|(_, why)| why.contains("expand the group")));
    play(&mut session, "cancel");
    // Arrows walk to the box, and on from it.
    play(&mut session, "down 50,30 node1; up 50,30; select.right");
    assert!(picture(&session).ends_with("[G2]"), "{}", picture(&session));
    play(&mut session, "select.right");
    assert!(picture(&session).ends_with("[4]"), "{}", picture(&session));
}

#[test]
fn the_picture_shows_the_box_in_the_place_of_what_is_inside() {
    let nested = design(NESTED);
    let drawn = svg::draw(&nested, "", None);
    assert!(drawn.contains(">host h</text>") && drawn.contains(">2 blocks</text>"), "{drawn}");
    assert_eq!(drawn.matches("App server").count(), 0, "hidden: {drawn}");
    assert_eq!(svg::read(&drawn).expect("its own picture").design, nested);
    let extent = geometry::extent(&nested).expect("something");
    let all = [[0.0, 0.0], [300.0, 0.0], [900.0, 0.0]].map(size_of_a_card);
    assert!(all.iter().all(|card| extent.contains(card.min) && extent.contains(card.max)));
    assert_eq!(extent.max, [1100.0, 100.0], "the frame around the zone is the outermost");
}

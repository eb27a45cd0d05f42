//! Collapsed groups: one box in the place of what is inside, moved, hit, walked to, drawn and expanded again.

use headroom::design::{Design, GroupId, LinkId, NodeId};
use headroom::picture::svg;
use headroom::session::collapse::{Boxes, Spot, apparent};
use headroom::session::geometry::{self, CARD, Rect};
use headroom::session::{Choice, Draft, Effect, Panel, Session, Way, menu, routing};
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
    // Arrows walk to the box, and on from it.
    play(&mut session, "down 50,30 node1; up 50,30; select.right");
    assert!(picture(&session).ends_with("[G2]"), "{}", picture(&session));
    play(&mut session, "select.right");
    assert!(picture(&session).ends_with("[4]"), "{}", picture(&session));
}

/// A client, a collapsed zone with two servers, and one with a store and a client of its own.
const TWO_BOXES: &str = r#"{"headroom":1,"nodes":[
    {"id":1,"block":"client","at":[0,0]},
    {"id":2,"block":"app-server","name":"Carts","at":[300,0],"in":1},
    {"id":3,"block":"app-server","name":"Orders","at":[300,120],"in":1},
    {"id":4,"block":"sql-database","at":[600,0],"in":2},
    {"id":5,"block":"client","at":[0,300],"in":2}],
    "links":[[1,2]],
    "groups":[{"id":1,"kind":"zone","name":"a","collapsed":true},
        {"id":2,"kind":"zone","name":"b","collapsed":true}]}"#;

fn links(session: &Session) -> Vec<(u32, u32)> {
    session.design().links.iter().map(|link| (link.from.0, link.to.0)).collect()
}

fn asked(effects: &[Effect]) -> Option<Choice> {
    effects.iter().find_map(|effect| match effect {
        Effect::Open(Panel::Choose(choice)) => Some(choice.clone()),
        _ => None,
    })
}

#[test]
fn a_link_dropped_on_a_box_asks_for_the_block_inside_when_several_take_it() {
    let mut session = open(&TWO_BOXES.replace(r#""links":[[1,2]]"#, r#""links":[]"#));
    let effects = play(&mut session, "down 176,38 out1; move 310,40; up 310,40");
    let choice = asked(&effects).expect("two servers take calls");
    let words = choice.words(session.design());
    assert_eq!(
        words,
        [("Carts", "App server"), ("Orders", "App server")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    assert!(!session.is_busy() && !session.history().can_undo(), "nothing is drawn before the choice");
    let effects = session.take(choice.options[1]);
    assert_eq!(links(&session), [(1, 3)]);
    assert!(effects.contains(&Effect::Announce("Linked Client to Orders.".to_owned())), "{effects:?}");
    play(&mut session, "edit.undo");
    assert_eq!(links(&session), []);
}

#[test]
fn a_link_dropped_on_a_box_goes_to_the_only_block_inside_that_takes_it() {
    // Carts is called already, so Orders alone is left; of the other box, the client takes no calls. That box stands at
    // the corner of what is inside, 0,0 and on top of the first client.
    let mut session = open(&TWO_BOXES.replace(r#""at":[0,300]"#, r#""at":[600,300]"#));
    play(&mut session, "down 176,38 out1; move 310,40");
    let Some(Draft::Link { valid, snapped, .. }) = session.draft() else { panic!("no link") };
    assert_eq!(
        (valid, snapped),
        (vec![Spot::Box(GroupId(1)), Spot::Box(GroupId(2))], Some(Spot::Box(GroupId(1))))
    );
    play(&mut session, "up 310,40");
    assert_eq!(links(&session), [(1, 2), (1, 3)]);
    play(&mut session, "down 176,38 out1; move 590,40; up 590,40");
    assert_eq!(links(&session), [(1, 2), (1, 3), (1, 4)]);
    // Now nobody in either box is left, and the refusal says so.
    let effects = play(&mut session, "down 176,38 out1; move 310,40; up 310,40");
    let why = "No other link can be drawn from Client to zone a.".to_owned();
    assert!(effects.contains(&Effect::Refuse(why)), "{effects:?}");
}

#[test]
fn a_link_from_a_box_asks_for_both_ends_and_one_from_a_store_is_refused() {
    let mut session = open(&TWO_BOXES.replace(r#""at":[0,300]"#, r#""at":[600,300]"#));
    // By two clicks, as a finger does it.
    let effects = play(&mut session, "touch1 476,38 outbox1; up1 476,38; touch1 650,40 group2; up1 650,40");
    let choice = asked(&effects).expect("Carts or Orders");
    let words: Vec<_> = choice.words(session.design()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(words, ["Carts", "Orders"], "the database is the only callee");
    session.take(choice.options[0]);
    assert_eq!(links(&session), [(1, 2), (2, 4)]);
    // Onto empty canvas: first who calls, then what is added.
    let effects = play(&mut session, "down 476,38 outbox1; move 480,200; up 480,200");
    let choice = asked(&effects).expect("Carts or Orders");
    let effects = session.take(choice.options[1]);
    let partner = Some((NodeId(3), Way::FromPartner));
    let [Effect::Open(Panel::QuickAdd(wish))] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(wish.partner, partner);
    // A box of stores calls nobody.
    let stores = r#"{"headroom":1,"nodes":[{"id":1,"block":"sql-database","at":[0,0],"in":1},
        {"id":2,"block":"object-store","at":[0,90],"in":1},{"id":3,"block":"sql-database","at":[300,0]}],
        "groups":[{"id":1,"kind":"zone","name":"a","collapsed":true}]}"#;
    let mut session = open(stores);
    let effects = play(&mut session, "down 176,38 outbox1; move 310,40; up 310,40");
    assert!(effects.contains(&Effect::Refuse("No block in zone a calls others.".to_owned())), "{effects:?}");
}

#[test]
fn boxes_are_linked_by_keys_and_from_box_to_box_both_blocks_are_named() {
    let mut session = open(&TWO_BOXES.replace(r#""client","at":[0,300]"#, r#""cache","at":[600,300]"#));
    play(&mut session, "down 350,30 group1; up 350,30; edit.connect");
    let Some(Draft::Link { from, valid, .. }) = session.draft() else { panic!("no link") };
    assert_eq!((from, valid), (Spot::Box(GroupId(1)), vec![Spot::Box(GroupId(2))]));
    let choice = asked(&play(&mut session, "edit.confirm")).expect("two by two");
    let words: Vec<_> = choice.words(session.design()).into_iter().map(|(name, _)| name).collect();
    let all = ["Carts → SQL database", "Carts → Cache", "Orders → SQL database", "Orders → Cache"];
    assert_eq!(words, all);
    play(&mut session, "down 50,30 node1; up 50,30; edit.connect");
    let effects = play(&mut session, "move.right; edit.confirm");
    assert_eq!(
        (asked(&effects).map(|choice| choice.options.len()), links(&session)),
        (Some(2), vec![(1, 2)])
    );
}

/// The forms name blocks and no boxes, by the same rule.
#[test]
fn a_form_offers_a_hidden_block_what_a_hand_may_link_it_with_and_its_neighbor() {
    let mut session = open(TWO_BOXES);
    play(&mut session, "down 350,30 group1; up 350,30; edit.connect");
    let Some(Draft::Link { valid, .. }) = session.draft() else { panic!("no link") };
    assert_eq!(valid, [Spot::Box(GroupId(2))], "the database there; the client takes no calls");
    assert_eq!(session.targets(NodeId(2)), [NodeId(3), NodeId(4)], "Orders beside it, and the database");
}

#[test]
fn the_end_of_a_link_is_moved_onto_a_box_while_its_other_end_stays_where_it_was() {
    let json = TWO_BOXES.replace("[[1,2]]", "[[2,4]]").replace(r#""at":[0,300]"#, r#""at":[600,300]"#);
    let mut session = open(&json);
    // Its callee's end is taken off the second box and dropped back on it: nothing else takes calls there.
    let drag = "down 540,38 link1; up 540,38; down 600,38 canvas; move 560,200; move 610,40; up 610,40";
    let effects = play(&mut session, drag);
    assert_eq!((asked(&effects), links(&session)), (None, vec![(2, 4)]));
    // Its caller's end goes to the client outside, while the callee stays the database.
    play(&mut session, "down 476,38 canvas; move 300,200; move 170,38; up 170,38");
    assert_eq!(links(&session), [(1, 4)]);
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

#[test]
fn blocks_dropped_on_a_box_join_its_group_in_one_step_and_stand_below_what_is_inside() {
    let json = TWO_BOXES.replace(
        r#","in":2},
    {"id":5,"block":"client","at":[0,300],"in":2}"#,
        r#"},
    {"id":5,"block":"cache","at":[750,90]}"#,
    );
    let groups = |session: &Session| session.design().nodes.iter().map(|node| node.group).collect::<Vec<_>>();
    let (zone, before) = (Some(GroupId(1)), Some("1@0,0 2@300,0 3@300,120 4@600,0 5@750,90"));
    let mut session = open(&json);
    play(&mut session, "down 650,30 node4; move 380,50");
    assert_eq!(session.draft(), Some(Draft::Into(GroupId(1))), "the box says that it would take it");
    assert_eq!(groups(&session), [None, zone, zone, None, None], "not before it is dropped");
    let effects = play(&mut session, "up 380,50");
    assert_eq!(groups(&session), [None, zone, zone, zone, None]);
    assert!(effects.contains(&Effect::Announce("SQL database is in zone a now.".to_owned())), "{effects:?}");
    // Orders reaches down to 120 + 76; 24 of room below that, on the grid of 15: 220 → 225.
    assert_eq!(picture(&session).split(" |").next(), Some("1@0,0 2@300,0 3@300,120 4@300,225 5@750,90"));
    assert_eq!(session.selection().group, zone, "what is seen is selected");
    play(&mut session, "edit.undo");
    assert_eq!((groups(&session)[3], picture(&session).split(" |").next()), (None, before));
    // Two at once keep their places to each other.
    play(&mut session, "down 650,30 node4; up 650,30; down 800,120 node5 shift; up 800,120 shift");
    let effects = play(&mut session, "down 650,30 node4; move 380,50; up 380,50");
    assert_eq!(groups(&session), [None, zone, zone, zone, zone]);
    assert!(effects.contains(&Effect::Announce("2 blocks are in zone a now.".to_owned())), "{effects:?}");
    assert_eq!(picture(&session).split(" |").next(), Some("1@0,0 2@300,0 3@300,120 4@300,225 5@450,315"));
    play(&mut session, "edit.undo");
    assert_eq!(picture(&session).split(" |").next(), before);
    // Escape, and a drag that only passes over the box, change nothing.
    play(&mut session, "down 650,30 node4; move 380,50; cancel; up 380,50");
    assert_eq!((groups(&session)[3], picture(&session).split(" |").next()), (None, before));
    play(&mut session, "down 650,30 node4; move 380,50; move 650,330; up 650,330");
    assert_eq!((groups(&session)[3], session.draft()), (None, None));
}

#[test]
fn a_group_dropped_on_a_box_stays_what_it_is() {
    let mut session = open(&TWO_BOXES.replace(r#""at":[0,300]"#, r#""at":[600,300]"#));
    play(&mut session, "down 650,30 group2; move 380,50; up 380,50");
    let zone = |id| session.design().node(NodeId(id)).and_then(|node| node.group);
    assert_eq!((zone(4), session.draft()), (Some(GroupId(2)), None));
}

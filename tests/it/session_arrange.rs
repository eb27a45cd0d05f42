//! Arranging: aligned, evenly apart, laid out in layers, with guides, around cards; replacing and wishing for blocks.

use headroom::design::{Design, Edit, NodeId};
use headroom::engine::random::Draw;
use headroom::session::geometry::{self, CARD, Rect};
use headroom::session::{Draft, Effect, Panel, Session, Way, Wish, layout, routing};
use headroom::share::from_json;

use crate::session::{ROW, open, picture, play};

fn design(json: &str) -> Design {
    from_json(json).expect("a design").design
}

fn laid(design: &Design) -> Design {
    let mut laid = design.clone();
    Edit::Move(layout::layered(design)).apply(&mut laid).expect("blocks that are there");
    laid
}

fn no_cards_overlap(design: &Design) {
    for (index, a) in design.nodes.iter().enumerate() {
        for b in &design.nodes[index + 1..] {
            assert!(!geometry::card(a.at).overlaps(&geometry::card(b.at)), "{} and {}", a.id.0, b.id.0);
        }
    }
}

const SCATTERED: &str = r#"{"headroom":1,"nodes":[
    {"id":1,"block":"client","at":[310,40]},{"id":2,"block":"app-server","at":[20,400]},
    {"id":3,"block":"cache","at":[0,0]},{"id":4,"block":"sql-database","at":[500,500]}],
    "links":[[1,2],[2,3],[2,4]]}"#;

#[test]
fn a_layout_runs_from_left_to_right_along_the_calls() {
    let laid = laid(&design(SCATTERED));
    for link in &laid.links {
        let (from, to) = (laid.node(link.from).expect("a block").at, laid.node(link.to).expect("a block").at);
        assert!(f64::from(to[0] - from[0]) >= CARD[0] + 60.0, "{} to {}", link.from.0, link.to.0);
    }
    let column = |id| laid.node(NodeId(id)).expect("a block").at[0];
    assert_eq!(column(3), column(4), "one layer");
    no_cards_overlap(&laid);
    assert!(laid.nodes.iter().all(|node| node.at.iter().all(|value| value % geometry::GRID == 0)));
}

#[test]
fn a_layout_laid_out_again_stays() {
    for example in headroom::examples::EXAMPLES {
        let once = laid(&example.design());
        assert_eq!(laid(&once).nodes, once.nodes, "{}", example.id);
        no_cards_overlap(&once);
    }
}

#[test]
fn frames_of_groups_do_not_overlap_after_a_layout() {
    let drawn = design(
        r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","at":[0,0]},{"id":2,"block":"load-balancer","at":[0,10]},
        {"id":3,"block":"app-server","at":[0,20],"in":1},{"id":4,"block":"app-server","at":[0,30],"in":2},
        {"id":5,"block":"sql-database","at":[0,40],"in":1},{"id":6,"block":"cache","at":[0,50],"in":2}],
        "links":[[1,2],[2,3],[2,4],[3,5],[4,5],[4,6]],
        "groups":[{"id":1,"kind":"zone","name":"a"},{"id":2,"kind":"zone","name":"b"}]}"#,
    );
    let laid = laid(&drawn);
    no_cards_overlap(&laid);
    let frames: Vec<Rect> = geometry::frames(&laid).into_iter().map(|(_, frame)| frame).collect();
    assert_eq!(frames.len(), 2);
    assert!(!frames[0].overlaps(&frames[1]), "{frames:?}");
    let outside = laid.nodes.iter().filter(|node| node.group.is_none());
    for node in outside {
        assert!(frames.iter().all(|frame| !frame.overlaps(&geometry::card(node.at))), "{}", node.id.0);
    }
}

/// Loops, twins, self-calls and parts that nothing connects.
#[test]
fn any_design_can_be_laid_out() {
    for seed in 0..150 {
        let mut dice = Draw::new(seed, 1, 0);
        let count = 1 + dice.below(30);
        let mut json = String::new();
        for id in 1..=count {
            json +=
                &format!(r#"{}{{"id":{id},"block":"app-server","at":[0,0]}}"#, if id > 1 { "," } else { "" });
        }
        let mut links = Vec::new();
        for _ in 0..dice.below(60) {
            let mut end = || 1 + dice.below(count);
            links.push(format!("[{},{}]", end(), end()));
        }
        let drawn = design(&format!(r#"{{"headroom":1,"nodes":[{json}],"links":[{}]}}"#, links.join(",")));
        let laid = laid(&drawn);
        no_cards_overlap(&laid);
    }
}

#[test]
fn commands_arrange_what_is_selected() {
    for (what, script, after) in [
        ("lefts", "select.all; arrange.left", "1@0,0 2@0,0 3@0,0 | 1>2 |"),
        ("rights", "select.all; arrange.right", "1@600,0 2@600,0 3@600,0 | 1>2 |"),
        ("centers", "select.all; arrange.center", "1@300,0 2@300,0 3@300,0 | 1>2 |"),
        (
            "tops",
            "down 50,50 node1; move 50,95; up 50,95; select.all; arrange.top",
            "1@0,0 2@300,0 3@600,0 | 1>2 |",
        ),
        (
            "evenly",
            "down 50,50 node1; move 150,50; up 150,50; select.all; arrange.across",
            "1@105,0 2@353,0 3@600,0",
        ),
    ] {
        let mut session = open(ROW);
        play(&mut session, script);
        assert!(picture(&session).starts_with(after), "{what}: {} is not {after}", picture(&session));
    }
}

#[test]
fn a_dragged_block_snaps_to_its_neighbors_and_says_so() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","at":[0,0]},{"id":2,"block":"cache","at":[307,4]}]}"#;
    let mut session = open(json);
    session.resize([1200.0, 800.0]);
    let [x, y] = session.viewport().to_screen([50.0, 50.0]);
    let drag = |session: &mut Session, from: f64, to: f64| {
        play(session, &format!("down {x},{} node1; move {x},{}", y + from, y + to));
    };
    drag(&mut session, 0.0, 7.0);
    assert_eq!(session.design().node(NodeId(1)).expect("a block").at, [0, 4], "not on the grid");
    let Some(Draft::Guides(guides)) = session.draft() else { panic!("no guides") };
    assert!(guides.lines.contains(&[[0.0, 4.0], [307.0 + CARD[0], 4.0]]), "{guides:?}");
    assert!(guides.gaps.is_empty(), "one gap is equal to no other");
    play(&mut session, &format!("up {x},{}", y + 7.0));
    assert_eq!(session.draft(), None);
    drag(&mut session, 7.0, 127.0);
    let stands = session.design().node(NodeId(1)).expect("a block").at;
    assert_eq!(stands, [0, 120], "on the grid where no line is near");
}

/// Where a block of a row of cards lands that is dragged from far below to near a place, and the gaps that are marked.
fn dropped(row: &[[i32; 2]], near: [i32; 2]) -> ([i32; 2], Vec<[geometry::Point; 2]>) {
    let others = row
        .iter()
        .enumerate()
        .map(|(index, [x, y])| format!(r#"{{"id":{},"block":"cache","at":[{x},{y}]}}"#, index + 2));
    let others: Vec<String> = others.collect();
    let json =
        format!(r#"{{"headroom":1,"nodes":[{{"id":1,"block":"cache","at":[7,907]}},{}]}}"#, others.join(","));
    let mut session = open(&json);
    session.resize([2400.0, 1600.0]);
    let zoom = session.viewport().zoom;
    let [x, y] = session.viewport().to_screen([50.0, 950.0]);
    let [to_x, to_y] = [x + f64::from(near[0] - 7) * zoom, y + f64::from(near[1] - 907) * zoom];
    play(&mut session, &format!("down {x},{y} node1; move {to_x},{to_y}"));
    let gaps = match session.draft() {
        Some(Draft::Guides(guides)) => guides.gaps,
        _ => Vec::new(),
    };
    (session.design().node(NodeId(1)).expect("a block").at, gaps)
}

#[test]
fn a_dragged_block_snaps_to_gaps_that_are_equal_and_marks_their_ends() {
    // Cards are 176 × 76: 0–176 and 276–452 leave 100 between them, so that the next begins at 552.
    let pair = [[0, 0], [276, 0]];
    let middle = |from: f64, to: f64| [[from, 38.0], [to, 38.0]];
    let all = |gaps: &[[f64; 2]]| gaps.iter().map(|[from, to]| middle(*from, *to)).collect::<Vec<_>>();
    assert_eq!(dropped(&pair, [557, 3]), ([552, 0], all(&[[176.0, 276.0], [452.0, 552.0]])));
    // And the one before ends at −100.
    assert_eq!(dropped(&pair, [-271, 3]), ([-276, 0], all(&[[-100.0, 0.0], [176.0, 276.0]])));
    // Between 176 and 600 there are 424, 248 of them free: 124 on each side. Nobody else is 124 apart.
    let wide = [[0, 0], [600, 0]];
    assert_eq!(dropped(&wide, [305, 3]), ([300, 0], all(&[[176.0, 300.0], [476.0, 600.0]])));
    // One free unit more goes to one of the sides, and the gaps still count as equal.
    let (at, gaps) = dropped(&[[0, 0], [601, 0]], [305, 3]);
    assert!((300..=301).contains(&at[0]) && gaps.len() == 2, "{at:?} {gaps:?}");
    // All gaps of a row with the same width are marked.
    let three = [[0, 0], [276, 0], [552, 0]];
    let marked = all(&[[176.0, 276.0], [452.0, 552.0], [728.0, 828.0]]);
    assert_eq!(dropped(&three, [833, 3]), ([828, 0], marked));
    // From top to bottom just the same: 0–76 and 126–202 leave 50.
    let column = [[0, 0], [0, 126]];
    assert_eq!(
        dropped(&column, [3, 257]),
        ([0, 252], vec![[[88.0, 76.0], [88.0, 126.0]], [[88.0, 202.0], [88.0, 252.0]]])
    );
}

#[test]
fn gaps_are_not_snapped_to_where_a_card_stands_or_where_nothing_is_beside() {
    // The place behind the second, 552, is taken by the third at 500: nothing snaps there.
    let (at, gaps) = dropped(&[[0, 0], [276, 0], [500, 0]], [557, 3]);
    assert_ne!(at[0], 552);
    assert!(gaps.is_empty(), "{gaps:?}");
    // A row far below is not beside.
    let (at, gaps) = dropped(&[[0, 0], [276, 0]], [557, 300]);
    assert_eq!((at[0], gaps), (555, vec![]), "on the grid of 15");
}

#[test]
fn links_go_around_cards_where_they_can() {
    let mut drawn = design(
        r#"{"headroom":1,"nodes":[{"id":1,"block":"client","at":[0,0]},{"id":2,"block":"app-server","at":[300,0]},
        {"id":3,"block":"sql-database","at":[600,0]}],"links":[[1,3]]}"#,
    );
    let crosses = |design: &Design| {
        let curve = geometry::link_curve(design, design.links[0].id).expect("a link");
        let card = geometry::card(design.nodes[1].at);
        (0..=100).any(|at| card.contains(curve.at(f64::from(at) / 100.0)))
    };
    assert!(!crosses(&drawn));
    assert_ne!(routing::bends(&drawn), [0.0]);
    drawn.nodes[1].at = [300, 300];
    assert_eq!(routing::bends(&drawn), [0.0], "nothing is in the way");
}

#[test]
fn a_replaced_block_keeps_name_links_and_shared_parameters() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"client"},{"id":2,"block":"app-server","name":"Shop","at":[300,30],"instances":3},
        {"id":3,"block":"sql-database","at":[600,0]}],"links":[[1,2,{"timeout_ms":77}],[2,3]]}"#;
    let mut session = open(json);
    play(&mut session, "down 350,50 node2; up 350,50");
    let effects = session.replace_block("load-balancer");
    let design = session.design();
    let new = design.nodes.iter().find(|node| node.block == "load-balancer").expect("the new block");
    assert_eq!((new.name.as_str(), new.at), ("Shop", [300, 30]));
    assert_eq!(design.links.len(), 2);
    assert_eq!(design.links[0].to, new.id);
    assert!(design.links[0].values.get("timeout_ms").is_some());
    assert!(effects.contains(&Effect::Announce("Replaced Shop by Load balancer.".to_owned())), "{effects:?}");
    session.replace_block("client");
    assert_eq!(session.design().links.len(), 1, "nobody calls a client");
    session.command("edit.undo", 0.0);
    session.command("edit.undo", 0.0);
    assert_eq!(session.design().nodes[1].block, "app-server");
}

fn wished(effects: &[Effect]) -> Option<Wish> {
    effects.iter().find_map(|effect| match effect {
        Effect::Open(Panel::QuickAdd(wish)) => Some(*wish),
        _ => None,
    })
}

fn kinds(session: &Session, wish: &Wish) -> Vec<&'static str> {
    session.fitting(wish).into_iter().map(|about| about.id).collect()
}

#[test]
fn a_link_dropped_on_empty_canvas_asks_for_the_block_that_goes_there() {
    let mut session = open(ROW);
    let effects = play(&mut session, "down 476,38 out2; move 500,300; up 500,300");
    let wish = wished(&effects).expect("a wish");
    assert_eq!(wish.partner, Some((NodeId(2), Way::FromPartner)));
    assert!(!kinds(&session, &wish).contains(&"client"), "nobody calls a client");
    session.grant("cache", wish);
    assert!(
        picture(&session).starts_with("1@0,0 2@300,0 3@600,0 4@495,255 | 1>2 2>4"),
        "{}",
        picture(&session)
    );
    session.command("edit.undo", 0.0);
    assert_eq!(session.design().nodes.len(), 3, "one step");
    let effects = play(&mut session, "down 300,38 in2; move 200,300; up 200,300");
    let wish = wished(&effects).expect("a wish");
    assert_eq!(wish.partner, Some((NodeId(2), Way::ToPartner)));
    assert!(kinds(&session, &wish).contains(&"client"));
}

#[test]
fn keys_add_beside_the_selected_block() {
    let mut session = open(ROW);
    assert_eq!(wished(&session.command("edit.add", 0.0)), Some(Wish { at: None, partner: None }));
    play(&mut session, "down 350,50 node2; up 350,50");
    let wish = wished(&session.command("edit.add-right", 0.0)).expect("a wish");
    session.grant("cache", wish);
    let made = session.selection().single_node().expect("the new block is selected");
    assert!(session.design().links.iter().any(|link| (link.from, link.to) == (NodeId(2), made)));
    assert!(session.design().node(made).expect("it").at[0] > 476);
}

#[test]
fn notes_are_written_moved_and_removed_and_change_no_result() {
    let mut session = open(ROW);
    session.resize([1200.0, 800.0]);
    let before = session.design().clone();
    let effects = session.command("edit.note", 0.0);
    let id = session.selection().single_note().expect("the new note is selected");
    assert!(effects.contains(&Effect::Open(Panel::Write(id))), "{effects:?}");
    session.write_note(id, "Peak is at noon.\nAsk the shop.");
    assert!(session.design().is_same_system(&before));
    let at = session.design().note(id).expect("a note").at;
    let [x, y] = session.viewport().to_screen(at.map(f64::from));
    play(
        &mut session,
        &format!("down {x},{y} note{}; move {},{}; up {},{}", id.0, x + 30.0, y + 45.0, x + 30.0, y + 45.0),
    );
    assert_eq!(session.design().note(id).expect("a note").at, [at[0] + 30, at[1] + 45]);
    session.command("move.right", 0.0);
    assert_eq!(session.design().note(id).expect("a note").at, [at[0] + 45, at[1] + 45]);
    session.command("edit.undo", 1.0);
    session.command("edit.undo", 2.0);
    assert_eq!(session.design().note(id).expect("a note").at, at);
    session.command("edit.delete", 3.0);
    assert!(session.design().notes.is_empty());
    session.command("edit.note", 4.0);
    let id = session.selection().single_note().expect("a note");
    session.write_note(id, " ");
    assert!(session.design().notes.is_empty(), "one that says nothing goes");
}

/// What a click or a marquee adds to is never a group.
#[test]
fn a_group_is_selected_alone() {
    let mut session = open(ROW);
    session.resize([1200.0, 800.0]);
    let [x, y] = session.viewport().to_screen([-40.0, -40.0]);
    let [to_x, to_y] = session.viewport().to_screen([100.0, 60.0]);
    let marquee = format!("down {x},{y} canvas shift; move {to_x},{to_y} shift; up {to_x},{to_y} shift");
    play(&mut session, "select.all; edit.group");
    assert!(session.selection().group.is_some());
    play(&mut session, &marquee);
    assert_eq!(session.selection().group, None);
    assert!(session.selection().nodes.contains(&NodeId(1)));
}

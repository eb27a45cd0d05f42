//! Gestures as tables: the same design, what the hands do, and what is drawn and selected afterwards.

use headroom::session::collapse::Spot;
use headroom::session::{Draft, Effect, Input, Mods, Panel, Session, Target};
use headroom::{design, share};

/// A client, an app server and a database in a row, the first two linked.
pub const ROW: &str = r#"{"headroom":1,"nodes":[
    {"id":1,"block":"client","at":[0,0]},
    {"id":2,"block":"app-server","at":[300,0]},
    {"id":3,"block":"sql-database","at":[600,0]}],
    "links":[[1,2]]}"#;

/// Opens a design at 100 % with the canvas's origin in the corner.
pub fn open(json: &str) -> Session {
    Session::new(share::from_json(json).expect("a design").design)
}

/// Follows a script of steps, `;` between them, and gives all effects:
/// `down X,Y TARGET [mods]`, `move X,Y [mods]`, `up X,Y [mods]` with a mouse (`touch1 …`, `move1 …`, `up1 …`
/// with fingers), `wheel X,Y DX,DY [mods]`, `cancel`, and a command's id, with `@MS` for its time.
pub fn play(session: &mut Session, script: &str) -> Vec<Effect> {
    let steps = script.split(';').map(str::trim).filter(|step| !step.is_empty());
    steps.flat_map(|step| play_one(session, step)).collect()
}

/// Blocks with their places, links, what is selected: `1@0,0 2@300,0 | 1>2 | [2]`.
pub fn picture(session: &Session) -> String {
    let design = session.design();
    let nodes = design.nodes.iter().map(|node| format!("{}@{},{}", node.id.0, node.at[0], node.at[1]));
    let links = design.links.iter().map(|link| format!("{}>{}", link.from.0, link.to.0));
    let selection = session.selection();
    let chosen = selection.nodes.iter().map(|id| id.0.to_string());
    let chosen = chosen.chain(selection.links.iter().map(|id| format!("L{}", id.0)));
    let chosen = chosen.chain(selection.group.iter().map(|id| format!("G{}", id.0)));
    let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(" ");
    format!("{} | {} | [{}]", list(&mut { nodes }), list(&mut { links }), list(&mut { chosen }))
}

fn play_one(session: &mut Session, step: &str) -> Vec<Effect> {
    let words: Vec<&str> = step.split_whitespace().collect();
    let (verb, finger) = match words[0].strip_suffix(|last: char| last.is_ascii_digit()) {
        Some(verb) => (verb, words[0][verb.len()..].parse().expect("a digit")),
        None => (words[0], 0),
    };
    let point = |index: usize| {
        let (x, y) = words[index].split_once(',').expect("a point");
        [x.parse().expect("a number"), y.parse().expect("a number")]
    };
    let mods = mods(words.last().expect("a word"));
    let pointer = finger;
    let input = match verb {
        "down" | "touch" | "middle" | "right" => Input::Down {
            pointer,
            at: point(1),
            button: ["down", "middle", "right"].iter().position(|word| *word == verb).unwrap_or(0) as i16,
            target: target(words[2]),
            mods,
            touch: verb == "touch",
        },
        "move" => Input::Move { pointer, at: point(1), mods },
        "up" => Input::Up { pointer, at: point(1), mods },
        "wheel" => Input::Wheel { at: point(1), delta: point(2), mods },
        "cancel" => Input::Cancel,
        _ => {
            let (id, time) = step.split_once('@').unwrap_or((step, "0"));
            assert!(headroom::session::command::find(id).is_some(), "no step or command {id}");
            return session.command(id, time.parse().expect("milliseconds"));
        }
    };
    session.input(input)
}

fn target(word: &str) -> Target {
    let id = || word[word.len() - 1..].parse().expect("a digit");
    match &word[..word.len() - 1] {
        "canva" => Target::Canvas,
        "node" => Target::Node(design::NodeId(id())),
        "out" => Target::Out(Spot::Block(design::NodeId(id()))),
        "in" => Target::In(Spot::Block(design::NodeId(id()))),
        "outbox" => Target::Out(Spot::Box(design::GroupId(id()))),
        "inbox" => Target::In(Spot::Box(design::GroupId(id()))),
        "link" => Target::Link(design::LinkId(id())),
        "group" => Target::Group(design::GroupId(id())),
        "note" => Target::Note(design::NoteId(id())),
        _ => panic!("no target {word}"),
    }
}

fn mods(word: &str) -> Mods {
    let has = |name: &str| word.split('+').any(|part| part == name);
    Mods { main: has("mod"), shift: has("shift"), alt: has("alt"), space: has("space") }
}

fn check(cases: &[(&str, &str, &str)]) {
    for (what, script, after) in cases {
        let mut session = open(ROW);
        play(&mut session, script);
        assert_eq!(&picture(&session), after, "{what}: {script}");
        assert!(!session.is_busy(), "{what}: something is left under way");
    }
}

#[test]
fn clicks_select() {
    check(&[
        ("a click", "down 50,50 node1; up 50,50", "1@0,0 2@300,0 3@600,0 | 1>2 | [1]"),
        (
            "a second click elsewhere",
            "down 50,50 node1; up 50,50; down 350,50 node2; up 350,50",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [2]",
        ),
        (
            "Shift adds",
            "down 50,50 node1; up 50,50; down 350,50 node2 shift; up 350,50 shift",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [1 2]",
        ),
        (
            "Mod adds and takes away",
            "select.all; down 350,50 node2 mod; up 350,50 mod; down 240,38 link1 mod; up 240,38 mod",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [1 3]",
        ),
        ("a link", "down 240,38 link1; up 240,38", "1@0,0 2@300,0 3@600,0 | 1>2 | [L1]"),
        (
            "empty canvas clears",
            "select.all; down 50,300 canvas; up 50,300",
            "1@0,0 2@300,0 3@600,0 | 1>2 | []",
        ),
        (
            "empty canvas with Shift keeps",
            "down 50,50 node1; up 50,50; down 50,300 canvas shift; up 50,300 shift",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [1]",
        ),
        (
            "one pixel is still a click",
            "down 50,50 node1; move 51,50; up 51,50",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [1]",
        ),
    ]);
}

#[test]
fn drags_move_on_the_grid() {
    check(&[
        ("one block", "down 50,50 node1; move 70,62; up 70,62", "1@15,15 2@300,0 3@600,0 | 1>2 | [1]"),
        (
            "several keep their distances",
            "down 50,50 node1; up 50,50; down 350,50 node2 shift; move 350,81 ; up 350,81",
            "1@0,30 2@300,30 3@600,0 | 1>2 | [1 2]",
        ),
        (
            "Mod leaves the grid",
            "down 50,50 node1; move 57,53 mod; up 57,53 mod",
            "1@7,3 2@300,0 3@600,0 | 1>2 | [1]",
        ),
        (
            "Escape puts it back",
            "down 50,50 node1; move 200,200; cancel; up 200,200",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [1]",
        ),
        (
            "Alt drags a copy",
            "down 350,50 node2; up 350,50; down 350,50 node2 alt; move 350,350 alt; up 350,350 alt",
            "1@0,0 2@300,0 3@600,0 4@300,300 | 1>2 | [4]",
        ),
        (
            "Escape takes the copy away",
            "down 350,50 node2; up 350,50; down 350,50 node2 alt; move 350,350 alt; edit.leave; up 350,350",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [2]",
        ),
        (
            "a gesture is one step",
            "down 50,50 node1; move 70,62; move 400,400; up 400,400; edit.undo",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [1]",
        ),
        (
            "and comes back with redo",
            "down 50,50 node1; move 70,62; move 350,350; up 350,350; edit.undo; edit.redo",
            "1@300,300 2@300,0 3@600,0 | 1>2 | [1]",
        ),
    ]);
}

#[test]
fn a_drag_at_half_the_zoom_moves_twice_as_far() {
    let mut session = open(ROW);
    for _ in 0..100 {
        play(&mut session, "wheel 0,0 0,1 mod");
    }
    assert!((session.viewport().zoom - 0.5).abs() < 1e-12, "2^(−100 × 0.01)");
    play(&mut session, "down 25,25 node1; move 55,25; up 55,25");
    assert_eq!(picture(&session), "1@60,0 2@300,0 3@600,0 | 1>2 | [1]");
}

#[test]
fn a_drag_tells_what_moved_and_the_document_only_at_its_end() {
    let mut session = open(ROW);
    let effects = play(&mut session, "down 50,50 node1; move 70,62; move 71,62; move 90,62");
    let moved = Effect::Moved(vec![design::NodeId(1)]);
    assert_eq!(effects, [Effect::Selection, moved.clone(), moved], "one for each new place");
    assert_eq!(play(&mut session, "up 90,62"), [Effect::Document]);
    let back = play(&mut session, "down 90,62 node1; move 190,62; move 90,62; up 90,62");
    assert!(!back.contains(&Effect::Document), "there and back is no change");
}

#[test]
fn a_marquee_selects_on_partial_overlap() {
    check(&[
        (
            "the corner of two cards",
            "down 150,200 canvas; move 310,70; up 310,70",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [1 2]",
        ),
        (
            "it shrinks again",
            "down 150,200 canvas; move 310,70; move 200,100; up 200,100",
            "1@0,0 2@300,0 3@600,0 | 1>2 | []",
        ),
        (
            "Shift keeps what was selected",
            "down 650,50 node3; up 650,50; down 150,200 canvas shift; move 170,70; up 170,70",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [1 3]",
        ),
        (
            "Escape restores what was selected",
            "down 650,50 node3; up 650,50; down 150,200 canvas shift; move 170,70; cancel; up 170,70",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [3]",
        ),
    ]);
    let mut session = open(ROW);
    play(&mut session, "down 150,200 canvas; move 170,70");
    assert_eq!(session.draft(), Some(Draft::Marquee([150.0, 200.0], [170.0, 70.0])));
}

#[test]
fn links_are_drawn_by_dragging_and_by_two_clicks() {
    let linked = "1@0,0 2@300,0 3@600,0 | 1>2 2>3 | []";
    let not = "1@0,0 2@300,0 3@600,0 | 1>2 | []";
    check(&[
        ("onto the handle", "down 476,38 out2; move 500,40; move 600,38; up 600,38", linked),
        ("near the handle", "down 476,38 out2; move 584,46; up 584,46", linked),
        ("onto the card", "down 476,38 out2; move 700,20; up 700,20", linked),
        ("onto nothing", "down 476,38 out2; move 540,200; up 540,200", not),
        ("Escape", "down 476,38 out2; move 700,20; cancel; up 700,20", not),
        ("backwards", "down 600,38 in3; move 480,38; up 480,38", linked),
        ("two clicks, on a card", "down 476,38 out2; up 476,38; down 700,20 node3; up 700,20", linked),
        ("two clicks, on a handle", "down 476,38 out2; up 476,38; down 600,38 in3; up 600,38", linked),
        (
            "a trembling first click",
            "down 476,38 out2; move 479,40; up 479,40; down 700,20 node3; up 700,20",
            linked,
        ),
        ("the second click on nothing", "down 476,38 out2; up 476,38; down 540,200 canvas; up 540,200", not),
        ("the second click on itself", "down 476,38 out2; up 476,38; down 476,38 out2; up 476,38", not),
        ("Escape between", "down 476,38 out2; up 476,38; edit.leave; down 540,200 canvas; up 540,200", not),
        ("undone", "down 476,38 out2; move 700,20; up 700,20; edit.undo", not),
        ("by touch", "touch1 476,38 out2; up1 476,38; touch1 700,20 node3; up1 700,20", linked),
        ("a block to itself", "down 476,38 out2; move 310,38; up 310,38", not),
    ]);
}

#[test]
fn a_link_being_drawn_shows_its_targets() {
    let mut session = open(ROW);
    play(&mut session, "down 476,38 out2; move 590,50");
    let spot = |id| Spot::Block(design::NodeId(id));
    let draft = Draft::Link {
        from: spot(2),
        backwards: false,
        to: [590.0, 50.0],
        snapped: Some(spot(3)),
        valid: vec![spot(3)],
        refused: None,
    };
    assert_eq!(session.draft(), Some(draft));
}

#[test]
fn refusals_say_why() {
    let cases = [
        ("into a client", "down 476,38 out2; move 50,38; up 50,38", "takes no calls"),
        ("twice", "down 176,38 out1; move 300,38; up 300,38", "already linked"),
    ];
    for (what, script, word) in cases {
        let mut session = open(ROW);
        let effects = play(&mut session, script);
        let told = effects.iter().any(|effect| matches!(effect, Effect::Refuse(text) if text.contains(word)));
        assert!(told, "{what}: {effects:?}");
        assert_eq!(session.design().links.len(), 1, "{what}");
        assert!(!session.history().can_undo(), "{what}: no step for what was refused");
    }
    let mut session = open(ROW);
    play(&mut session, "down 476,38 out2; move 50,38");
    let Some(Draft::Link { snapped: None, refused: Some((at, why)), .. }) = session.draft() else {
        panic!("the reason stands beside the pointer: {:?}", session.draft())
    };
    assert_eq!((at, why.contains("takes no calls")), (Spot::Block(design::NodeId(1)), true));
}

#[test]
fn a_new_link_gets_an_id_and_the_initial_values_of_its_block() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","at":[0,0]},
        {"id":2,"block":"app-server","at":[300,0]}]}"#;
    let mut session = open(json);
    play(&mut session, "down 176,38 out1; move 300,38; up 300,38");
    let link = &session.design().links[0];
    let about = headroom::blocks::find("client").expect("a client").about();
    let expected: Vec<_> = about.initial_link.iter().map(|(id, value)| (*id, (*value).into())).collect();
    let found: Vec<_> = link.values.iter().map(|(id, value)| (id, value.clone())).collect();
    assert_eq!(found, expected);
    play(&mut session, "edit.undo; down 176,38 out1; move 300,38; up 300,38");
    assert_eq!(session.design().links[0].id, design::LinkId(2), "an id is never used again");
}

#[test]
fn the_end_of_a_selected_link_can_be_moved() {
    let select = "down 240,38 link1; up 240,38;";
    check(&[
        (
            "its callee",
            &format!("{select} down 298,38 in2; move 560,38; move 600,38; up 600,38"),
            "1@0,0 2@300,0 3@600,0 | 1>3 | [L1]",
        ),
        (
            "its caller, beside the port",
            &format!("{select} down 184,38 link1; move 500,300; move 776,38; up 776,38"),
            "1@0,0 2@300,0 3@600,0 | 1>2 | [L1]",
        ),
        (
            "from the caller's port a second link is drawn",
            &format!("{select} down 178,38 out1; move 500,300; move 776,38; up 776,38"),
            "1@0,0 2@300,0 3@600,0 | 1>2 1>3 | [L1]",
        ),
        (
            "dropped on nothing it stays",
            &format!("{select} down 298,38 in2; move 400,300; up 400,300"),
            "1@0,0 2@300,0 3@600,0 | 1>2 | [L1]",
        ),
    ]);
}

#[test]
fn the_view_moves_and_zooms() {
    let cases = [
        ("the wheel pans", "wheel 0,0 10,20", [-10.0, -20.0], 1.0),
        ("Shift pans sideways", "wheel 0,0 0,20 shift", [-20.0, 0.0], 1.0),
        ("the middle button", "middle 50,50 node1; move 60,70; up 60,70", [10.0, 20.0], 1.0),
        ("Space", "down 50,50 node1 space; move 60,70; up 60,70", [10.0, 20.0], 1.0),
        (
            "one finger on empty canvas",
            "touch1 50,300 canvas; move1 60,320; move1 70,320; up1 70,320",
            [20.0, 20.0],
            1.0,
        ),
        (
            "two fingers",
            "touch1 100,300 canvas; touch2 200,300 canvas; move2 300,300; up2 300,300; up1 100,300",
            [-50.0, -150.0],
            2.0,
        ),
    ];
    for (what, script, pan, zoom) in cases {
        let mut session = open(ROW);
        play(&mut session, script);
        let view = session.viewport();
        assert_eq!((view.pan, view.zoom), (pan, zoom), "{what}: {script}");
        assert_eq!(picture(&session), "1@0,0 2@300,0 3@600,0 | 1>2 | []", "{what} touches nothing");
    }
}

#[test]
fn zooming_keeps_the_point_under_the_pointer_and_stays_in_range() {
    let mut session = open(ROW);
    let before = session.viewport().to_canvas([200.0, 100.0]);
    play(&mut session, "wheel 200,100 0,-7 mod; wheel 200,100 0,-7 mod");
    let after = session.viewport().to_canvas([200.0, 100.0]);
    assert!((before[0] - after[0]).abs() < 1e-9 && (before[1] - after[1]).abs() < 1e-9);
    for (delta, limit) in [(-1000, 4.0), (1000, 0.1)] {
        let script = format!("wheel 200,100 0,{delta} mod; ").repeat(40);
        play(&mut session, &script);
        assert_eq!(session.viewport().zoom, limit);
    }
}

#[test]
fn a_second_finger_ends_what_the_first_began() {
    check(&[(
        "a card held and then pinched",
        "touch1 50,50 node1; touch2 300,300 canvas; move2 400,400; up2 400,400; up1 50,50",
        "1@0,0 2@300,0 3@600,0 | 1>2 | [1]",
    )]);
}

#[test]
fn the_secondary_button_selects_and_opens_the_menu() {
    let mut session = open(ROW);
    let effects = play(&mut session, "right 350,50 node2");
    let menu = Panel::Menu(Target::Node(design::NodeId(2)), [350.0, 50.0]);
    assert_eq!(effects, [Effect::Selection, Effect::Open(menu)]);
    assert_eq!(picture(&session), "1@0,0 2@300,0 3@600,0 | 1>2 | [2]");
}

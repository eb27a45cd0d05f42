//! Commands as tables, and what must hold for every entry of the list.

use std::collections::BTreeSet;

use headroom::blocks::param::Value;
use headroom::design::{Edit, LinkId, NodeId};
use headroom::session::command::{by_chord, chord, is_single};
use headroom::session::{COMMANDS, Control, Effect, Mods, Panel, Selection};

use crate::session::{ROW, open, picture, play};

const CLICK_2: &str = "down 350,50 node2; up 350,50;";

fn check(cases: &[(&str, &str, &str)]) {
    for (what, script, after) in cases {
        let mut session = open(ROW);
        play(&mut session, script);
        assert_eq!(&picture(&session), after, "{what}: {script}");
    }
}

#[test]
fn every_command_has_a_name_of_its_own_and_no_key_does_two_things() {
    let mut ids = BTreeSet::new();
    let mut keys = BTreeSet::new();
    for command in COMMANDS {
        assert!(ids.insert(command.id), "{} twice", command.id);
        assert!(command.id.contains('.') && !command.label.is_empty(), "{}", command.id);
        for key in command.keys {
            assert!(keys.insert(*key), "{key} does two things");
        }
    }
}

#[test]
fn every_command_survives_every_state() {
    let states = ["", "select.all", CLICK_2, "down 240,38 link1; up 240,38", "down 476,38 out2; up 476,38"];
    for state in states {
        for command in COMMANDS {
            for json in [ROW, r#"{"headroom":1}"#] {
                let mut session = open(json);
                if json == ROW {
                    play(&mut session, state);
                }
                let enabled = (command.enabled)(&session);
                let effects = session.command(command.id, 0.0);
                assert!(enabled || effects.is_empty(), "{} was not enabled after {state}", command.id);
                session.command(command.id, 1.0);
            }
        }
    }
    assert!(open(ROW).command("no.such", 0.0).is_empty());
}

#[test]
fn deleting_takes_the_links_along_and_undo_brings_all_back() {
    check(&[
        ("a block", &format!("{CLICK_2} edit.delete"), "1@0,0 3@600,0 |  | []"),
        ("and back", &format!("{CLICK_2} edit.delete; edit.undo"), "1@0,0 2@300,0 3@600,0 | 1>2 | [2]"),
        ("a link", "down 240,38 link1; up 240,38; edit.delete", "1@0,0 2@300,0 3@600,0 |  | []"),
        (
            "and back",
            "down 240,38 link1; up 240,38; edit.delete; edit.undo",
            "1@0,0 2@300,0 3@600,0 | 1>2 | [L1]",
        ),
        ("all", "select.all; edit.delete", " |  | []"),
        (
            "one in the middle, joined",
            &format!("down 476,38 out2; move 700,20; up 700,20; {CLICK_2} edit.delete-join"),
            "1@0,0 3@600,0 | 1>3 | []",
        ),
    ]);
}

#[test]
fn selecting_does_not_clear_redo() {
    let mut session = open(ROW);
    play(&mut session, &format!("{CLICK_2} edit.delete; edit.undo; down 50,50 node1; up 50,50; edit.redo"));
    assert_eq!(picture(&session), "1@0,0 3@600,0 |  | [1]");
}

#[test]
fn duplicate_copy_and_paste_give_new_ids_and_keep_inner_links() {
    let mut session = open(ROW);
    play(
        &mut session,
        "down 50,50 node1; up 50,50; down 350,50 node2 shift; up 350,50 shift; edit.duplicate",
    );
    assert_eq!(picture(&session), "1@0,0 2@300,0 3@600,0 4@30,30 5@330,30 | 1>2 4>5 | [4 5]");
    let both = "down 50,50 node1; up 50,50; down 350,50 node2 shift; up 350,50 shift;";
    let effects = play(&mut session, &format!("edit.undo; {both} edit.cut"));
    let Some(Effect::Copy(text)) = effects.into_iter().find(|effect| matches!(effect, Effect::Copy(_)))
    else {
        panic!("cut copies")
    };
    assert_eq!(picture(&session), "3@600,0 |  | []");
    session.paste(&text);
    assert_eq!(picture(&session), "3@600,0 6@0,0 7@300,0 | 6>7 | [6 7]");
    session.paste(&text);
    assert_eq!(picture(&session), "3@600,0 6@0,0 7@300,0 8@30,30 9@330,30 | 6>7 8>9 | [8 9]");
    let refused = session.paste("what a person had on the clipboard");
    assert!(matches!(&refused[..], [Effect::Refuse(_)]), "{refused:?}");
}

#[test]
fn pasting_far_from_the_view_lands_in_view() {
    let mut session = open(ROW);
    session.resize([800.0, 600.0]);
    let text = r#"{"headroom":1,"nodes":[{"id":1,"block":"cache","at":[90000,90000]}]}"#;
    session.paste(text);
    let at = session.design().nodes[3].at;
    let card = headroom::session::geometry::card(at);
    assert!(
        session.viewport().visible().contains(card.min) && session.viewport().visible().contains(card.max)
    );
}

#[test]
fn arrows_move_what_is_selected_and_a_burst_is_one_step() {
    let burst = format!("{CLICK_2} move.right@0; move.right@400; move.far-down@800;");
    check(&[
        ("a burst", &burst, "1@0,0 2@330,60 3@600,0 | 1>2 | [2]"),
        ("undone at once", &format!("{burst} edit.undo"), "1@0,0 2@300,0 3@600,0 | 1>2 | [2]"),
        (
            "a pause begins another step",
            &format!("{burst} move.left@1301; edit.undo"),
            "1@0,0 2@330,60 3@600,0 | 1>2 | [2]",
        ),
        (
            "so does selecting something else",
            &format!("{burst} select.left; move.up@900; edit.undo"),
            "1@0,0 2@330,60 3@600,0 | 1>2 | [1]",
        ),
    ]);
}

#[test]
fn typing_in_one_field_is_one_step() {
    let mut session = open(ROW);
    let set = |value| Edit::Set(NodeId(2), "cores".to_owned(), Some(Value::Number(value)));
    for (value, at) in [(1.0, 0.0), (12.0, 200.0), (128.0, 600.0)] {
        session.edit_field(&set(value), at);
    }
    session.edit_field(&Edit::Set(NodeId(2), "queue".to_owned(), Some(Value::Number(1.0))), 700.0);
    let values = |session: &headroom::session::Session| session.design().nodes[1].values.clone();
    play(&mut session, "edit.undo");
    assert_eq!(values(&session).get("cores"), Some(&Value::Number(128.0)), "another field is another step");
    play(&mut session, "edit.undo");
    assert_eq!(values(&session).get("cores"), None);
    assert!(!session.history().can_undo());
}

#[test]
fn arrows_walk_to_the_nearest_block() {
    let mut session = open(ROW);
    session.resize([1000.0, 700.0]);
    let effects = play(&mut session, "move.left");
    assert!(effects.contains(&Effect::Focus(NodeId(2))), "nearest to the middle of the view: {effects:?}");
    for (command, id) in [("select.right", 3), ("select.left", 2), ("select.left", 1)] {
        let effects = play(&mut session, command);
        assert!(effects.contains(&Effect::Focus(NodeId(id))), "{command}: {effects:?}");
    }
    assert!(play(&mut session, "select.left").is_empty(), "nothing lies farther left");
}

#[test]
fn a_link_is_drawn_by_keys_alone() {
    let mut session = open(ROW);
    session.add_block("cache", Some([988.0, 338.0]), false);
    let effects = play(&mut session, &format!("{CLICK_2} edit.connect"));
    let said = |effects: &[Effect], word: &str| {
        effects.iter().any(|effect| matches!(effect, Effect::Announce(text) if text.contains(word)))
    };
    assert!(said(&effects, "Connecting from App server: 2 targets."), "{effects:?}");
    assert!(said(&effects, "SQL database, 1 of 2."), "the nearest first: {effects:?}");
    assert!(said(&play(&mut session, "move.right"), "Cache, 2 of 2."));
    let effects = play(&mut session, "move.right; edit.confirm");
    assert!(said(&effects, "Linked App server to SQL database."), "{effects:?}");
    assert_eq!(picture(&session), "1@0,0 2@300,0 3@600,0 4@900,300 | 1>2 2>3 | [2]");
    play(&mut session, "edit.connect; edit.leave");
    assert!(!session.is_busy());
    let refused = play(&mut session, "down 650,50 node3; up 650,50; edit.connect");
    assert!(refused.iter().any(|effect| matches!(effect, Effect::Refuse(_))), "{refused:?}");
}

#[test]
fn links_can_be_walked_by_keys() {
    let mut session = open(ROW);
    play(&mut session, &format!("down 476,38 out2; move 700,20; up 700,20; {CLICK_2} select.next-link"));
    assert_eq!(session.selection().single_link(), Some(LinkId(1)));
    play(&mut session, "select.previous-link");
    let chosen = session.selection().single_link();
    assert_eq!(chosen, Some(LinkId(1)), "the caller of the link has one link only");
}

#[test]
fn blocks_are_added_in_view_beside_each_other_and_linked() {
    let mut session = open(ROW);
    session.resize([1200.0, 800.0]);
    for expected in 4..10 {
        session.add_block("cache", None, false);
        assert_eq!(session.selection().single_node(), Some(NodeId(expected)));
    }
    let cards: Vec<_> =
        session.design().nodes.iter().map(|node| headroom::session::geometry::card(node.at)).collect();
    for (index, card) in cards.iter().enumerate() {
        assert!(cards[index + 1..].iter().all(|other| !card.overlaps(other)), "{cards:?}");
        assert!(session.viewport().visible().contains(card.center()));
    }
    play(&mut session, CLICK_2);
    session.select(Selection { nodes: [NodeId(2)].into(), ..Selection::default() });
    session.add_block("cache", None, true);
    let link = session.design().links.last().expect("a link");
    assert_eq!((link.from, link.to), (NodeId(2), NodeId(10)));
    session.add_block("client", None, true);
    let link = session.design().links.last().expect("a link");
    assert_eq!((link.from, link.to), (NodeId(11), NodeId(10)), "a client takes no calls: it calls");
    play(&mut session, "edit.undo");
    assert_eq!(session.design().nodes.len(), 10, "block and link are one step");
    assert!(matches!(&session.add_block("no-such", None, false)[..], [Effect::Refuse(_)]));
}

#[test]
fn a_form_links_two_blocks_to_which_it_may_and_says_why_not() {
    let mut session = open(ROW);
    assert_eq!(session.targets(NodeId(1)), [NodeId(3)], "not to itself, nor where a link is already");
    assert_eq!(session.targets(NodeId(3)), [], "a database calls nobody");
    let effects = session.connect(NodeId(2), NodeId(3));
    assert!(
        effects.contains(&Effect::Announce("Linked App server to SQL database.".to_owned())),
        "{effects:?}"
    );
    let link = session.design().links.last().expect("a link");
    assert_eq!((link.from, link.to), (NodeId(2), NodeId(3)));
    let again = session.connect(NodeId(2), NodeId(3));
    assert!(matches!(&again[..], [Effect::Refuse(why)] if why.contains("already linked")), "{again:?}");
    play(&mut session, "edit.undo");
    assert_eq!(session.design().links.len(), 1);
}

#[test]
fn a_dropped_block_is_centered_at_the_pointer() {
    let mut session = open(ROW);
    session.add_block("cache", Some([400.0, 300.0]), false);
    assert_eq!(session.design().nodes[3].at, [315, 255], "400 − 88 and 300 − 38, on the grid");
}

#[test]
fn commands_ask_the_page_for_what_only_it_can_do() {
    let cases = [
        ("page.share", Effect::Open(Panel::Share)),
        ("page.shortcuts", Effect::Open(Panel::Shortcuts)),
        ("page.table", Effect::Open(Panel::Table)),
        ("edit.rename", Effect::Open(Panel::Rename(NodeId(2)))),
        ("edit.confirm", Effect::Open(Panel::Inspector)),
        ("edit.paste", Effect::Paste),
        ("run.toggle", Effect::Run(Control::Toggle)),
        ("run.kill", Effect::Run(Control::KillOrRevive(NodeId(2)))),
    ];
    for (command, effect) in cases {
        let mut session = open(ROW);
        play(&mut session, CLICK_2);
        assert_eq!(play(&mut session, command), [effect], "{command}");
    }
}

#[test]
fn the_view_fits_the_design() {
    let mut session = open(
        r#"{"headroom":1,"nodes":[{"id":1,"block":"cache","at":[-3000,0]},{"id":2,"block":"cache","at":[3000,900]}]}"#,
    );
    session.resize([0.0, 0.0]);
    session.resize([1000.0, 700.0]);
    let view = session.viewport();
    let bounds = headroom::session::geometry::bounds(&session.design().nodes).expect("two blocks");
    let (min, max) = (view.to_screen(bounds.min), view.to_screen(bounds.max));
    assert!(min[0] >= 0.0 && min[1] >= 0.0 && max[0] <= 1000.0 && max[1] <= 700.0, "{min:?} {max:?}");
    play(&mut session, "view.zoom-in; view.zoom-in");
    let zoomed = session.viewport();
    session.resize([900.0, 700.0]);
    assert_eq!(session.viewport().zoom, zoomed.zoom, "only the first size fits");
    play(&mut session, "view.fit");
    assert!(session.viewport().zoom < view.zoom);
    play(&mut session, "view.zoom-reset");
    assert_eq!(session.viewport().zoom, 1.0);
}

#[test]
fn keys_are_named_alike_on_every_layout() {
    let none = Mods::default();
    let (main, shift, alt) =
        (Mods { main: true, ..none }, Mods { shift: true, ..none }, Mods { alt: true, ..none });
    let both = Mods { main: true, shift: true, ..none };
    let cases = [
        ("z", "KeyZ", main, "Mod+Z"),
        ("Z", "KeyZ", both, "Mod+Shift+Z"),
        ("я", "KeyZ", main, "Mod+Z"),
        ("y", "KeyZ", main, "Mod+Y"),
        ("!", "Digit1", shift, "Shift+1"),
        ("?", "Slash", shift, "?"),
        ("?", "Minus", shift, "?"),
        ("+", "NumpadAdd", main, "Mod++"),
        ("+", "Equal", both, "Mod++"),
        ("=", "Equal", main, "Mod+="),
        ("-", "Minus", main, "Mod+-"),
        ("0", "Digit0", main, "Mod+0"),
        (" ", "Space", none, "Space"),
        ("≥", "Period", alt, "Alt+."),
        ("ArrowLeft", "ArrowLeft", shift, "Shift+ArrowLeft"),
        ("F2", "F2", none, "F2"),
    ];
    for (key, code, mods, expected) in cases {
        assert_eq!(chord(key, code, mods), expected);
        assert!(by_chord(expected).is_some(), "{expected} does something");
    }
    assert!(by_chord("Mod+J").is_none());
    for single in ["C", "?", ".", "Shift+1", "Shift+R"] {
        assert!(is_single(single), "{single} can be switched off");
    }
    for other in ["Mod+Z", "Alt+.", "Space", "Enter", "Delete", "Shift+ArrowLeft", "F2", "Mod++"] {
        assert!(!is_single(other), "{other} always acts");
    }
    let only_single = |command: &&headroom::session::Command| {
        !command.keys.is_empty() && command.keys.iter().all(|keys| is_single(keys))
    };
    let lost: Vec<_> = COMMANDS.iter().filter(only_single).map(|command| command.id).collect();
    assert!(!lost.contains(&"page.table"), "the table is there without single keys: {lost:?}");
}

//! Notes by hand: copied, cut, duplicated and pasted as blocks are, alone and with them.

use headroom::session::{Effect, Session};

use crate::session::{open, play};

const NOTED: &str = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","at":[0,0]}],
    "notes":[{"id":1,"at":[0,150],"text":"Peak is at noon."}]}"#;
const CLICK: &str = "down 20,160 note1; up 20,160;";

/// Notes with their places and the selected ones: `Peak is at noon.@0,150 | 1`.
fn notes(session: &Session) -> String {
    let note = |note: &headroom::design::Note| format!("{}@{},{}", note.text, note.at[0], note.at[1]);
    let all: Vec<String> = session.design().notes.iter().map(note).collect();
    let chosen: Vec<String> = session.selection().notes.iter().map(|id| id.0.to_string()).collect();
    let chosen = if chosen.is_empty() { "-".to_owned() } else { chosen.join(" ") };
    format!("{} | {chosen}", all.join(", "))
}

fn copied(effects: Vec<Effect>) -> String {
    let text = effects.into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    text.expect("something was copied")
}

#[test]
fn a_note_is_copied_pasted_and_duplicated_and_the_copy_is_selected() {
    let mut session = open(NOTED);
    let text = copied(play(&mut session, &format!("{CLICK} edit.copy")));
    let said = session.paste(&text);
    assert!(said.contains(&Effect::Announce("Pasted 1 note.".to_owned())), "{said:?}");
    assert_eq!(notes(&session), "Peak is at noon.@0,150, Peak is at noon.@30,180 | 2");
    let said = session.command("edit.duplicate", 0.0);
    assert!(said.contains(&Effect::Announce("Duplicated 1 note.".to_owned())), "{said:?}");
    assert_eq!(
        notes(&session),
        "Peak is at noon.@0,150, Peak is at noon.@30,180, Peak is at noon.@60,210 | 3"
    );
    play(&mut session, "edit.undo; edit.undo");
    assert_eq!(notes(&session), "Peak is at noon.@0,150 | -", "a paste is one step");
    assert_eq!(session.design().nodes.len(), 1, "no block came along");
}

#[test]
fn a_note_that_is_cut_goes_and_comes_back_where_it_was() {
    let mut session = open(NOTED);
    let text = copied(play(&mut session, &format!("{CLICK} edit.cut")));
    assert_eq!(notes(&session), " | -");
    session.paste(&text);
    assert_eq!(notes(&session), "Peak is at noon.@0,150 | 1");
}

#[test]
fn a_whole_design_is_pasted_with_its_notes() {
    let mut session = open(NOTED);
    let said = session.paste(NOTED);
    assert!(said.contains(&Effect::Announce("Pasted 1 block and 1 note.".to_owned())), "{said:?}");
    assert_eq!(notes(&session), "Peak is at noon.@0,150, Peak is at noon.@30,180 | 2");
    assert_eq!(session.selection().nodes.len(), 1, "the block is selected with it");
}

#[test]
fn alt_drags_a_copy_of_a_note_and_escape_takes_it_away() {
    let drag = format!("{CLICK} down 20,160 note1 alt; move 50,190 alt;");
    let mut session = open(NOTED);
    play(&mut session, &format!("{drag} up 50,190 alt"));
    assert_eq!(notes(&session), "Peak is at noon.@0,150, Peak is at noon.@30,180 | 2");
    play(&mut session, "edit.undo");
    assert_eq!(notes(&session), "Peak is at noon.@0,150 | -", "one step");
    play(&mut session, &format!("{drag} cancel; up 50,190"));
    assert_eq!(notes(&session), "Peak is at noon.@0,150 | 1");
}

/// A client, a server 300 to the right of it, linked, and two notes below.
const BOTH: &str = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","at":[0,0]},
    {"id":2,"block":"app-server","at":[300,0]}],"links":[[1,2]],
    "notes":[{"id":1,"at":[15,150],"text":"Peak is at noon."},{"id":2,"at":[400,170],"text":"Ask the shop."}]}"#;

fn places(session: &Session) -> String {
    let nodes = session.design().nodes.iter().map(|node| node.at);
    let all = nodes.chain(session.design().notes.iter().map(|note| note.at));
    all.map(|[x, y]| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn all_includes_notes_and_they_are_copied_moved_and_deleted_with_the_rest() {
    let mut session = open(BOTH);
    let said = play(&mut session, "select.all");
    assert!(
        said.contains(&Effect::Announce("2 blocks, 1 link and 2 notes selected.".to_owned())),
        "{said:?}"
    );
    let text = copied(play(&mut session, "edit.copy"));
    // The first block is dragged by 30 and 45, and all that is selected goes along; then one step by keys.
    play(&mut session, "down 50,50 node1; move 80,95; up 80,95");
    assert_eq!(places(&session), "30,45 330,45 45,195 430,215");
    play(&mut session, "down 60,210 note1; move 60,195; up 60,195; move.right");
    assert_eq!(places(&session), "45,30 345,30 60,180 445,200", "by a note, and by keys");
    play(&mut session, "edit.undo; edit.undo; edit.undo");
    assert_eq!(places(&session), "0,0 300,0 15,150 400,170", "each was one step");
    let said = play(&mut session, "select.all; edit.delete");
    assert!(said.contains(&Effect::Announce("Deleted 2 blocks, 1 link and 2 notes.".to_owned())), "{said:?}");
    assert_eq!(places(&session), "");
    session.paste(&text);
    assert_eq!(places(&session), "0,0 300,0 15,150 400,170");
    play(&mut session, "edit.undo; edit.undo");
    assert_eq!((places(&session).len(), session.design().links.len()), ("0,0 300,0 15,150 400,170".len(), 1));
}

#[test]
fn a_marquee_and_clicks_with_shift_take_notes() {
    let mut session = open(BOTH);
    // From below the cards over both notes; and over the first note and its card.
    play(&mut session, "down 5,120 canvas; move 450,180; up 450,180");
    assert_eq!((session.selection().nodes.len(), notes(&session)), (0, notes_of("1 2")));
    play(&mut session, "down -5,60 canvas; move 50,155; up 50,155");
    assert_eq!((session.selection().nodes.len(), notes(&session)), (1, notes_of("1")));
    play(
        &mut session,
        "down 410,180 note2 shift; up 410,180 shift; down 20,160 note1 shift; up 20,160 shift",
    );
    assert_eq!(notes(&session), notes_of("2"), "one in, the other out");
    assert_eq!(session.selection().single_note(), None, "the block is still selected");
}

fn notes_of(chosen: &str) -> String {
    format!("Peak is at noon.@15,150, Ask the shop.@400,170 | {chosen}")
}

#[test]
fn blocks_and_notes_are_brought_to_one_line_each_by_its_own_size() {
    let mut session = open(BOTH);
    let said = play(&mut session, "select.all; arrange.right");
    assert!(said.contains(&Effect::Announce("Aligned 2 blocks and 2 notes.".to_owned())), "{said:?}");
    // The second note reaches farthest, to 400 + 210 = 610; cards are 176 wide.
    assert_eq!(places(&session), "434,0 434,0 400,150 400,170");
    play(&mut session, "edit.undo; select.all; arrange.across");
    // From 0 to 610 lie 2 × 176 and 2 × 210, 162 more than there is: gaps of −54, in the order of their left edges.
    // 0; 176 − 54 = 122; 122 + 210 − 54 = 278; 278 + 176 − 54 = 400.
    assert_eq!(places(&session), "0,0 278,0 122,150 400,170");
}

//! Notes by hand: copied, cut, duplicated and pasted as blocks are, alone and with them.

use headroom::design::NoteId;
use headroom::session::{Effect, Session};

use crate::session::{open, play};

const NOTED: &str = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","at":[0,0]}],
    "notes":[{"id":1,"at":[0,150],"text":"Peak is at noon."}]}"#;
const CLICK: &str = "down 20,160 note1; up 20,160;";

/// Notes with their places and the selected one: `Peak is at noon.@0,150 | 1`.
fn notes(session: &Session) -> String {
    let note = |note: &headroom::design::Note| format!("{}@{},{}", note.text, note.at[0], note.at[1]);
    let all: Vec<String> = session.design().notes.iter().map(note).collect();
    let chosen = session.selection().note.map_or("-".to_owned(), |NoteId(id)| id.to_string());
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
    assert_eq!(
        notes(&session),
        "Peak is at noon.@0,150, Peak is at noon.@30,180 | -",
        "the block is selected"
    );
    assert_eq!(session.selection().nodes.len(), 1);
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

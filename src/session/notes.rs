//! Notes by hand: put on the canvas, moved, written, removed.

use super::gesture::on_grid;
use super::{Effect, Panel, Selection, Session};
use crate::blocks::param::Values;
use crate::design::{Edit, Note, NoteId};
use crate::sorted;

/// Puts an empty note in the middle of the view, selected, and asks for its text.
pub(super) fn add(session: &mut Session) -> Vec<Effect> {
    let at = session.viewport.center().map(on_grid);
    let note =
        Note { id: session.design().next_note_id(), at, text: String::new(), values: Values::default() };
    let id = note.id;
    let mut effects = session.edit(&Edit::AddNote(note));
    effects.extend(session.select(only(id)));
    effects.push(Effect::Open(Panel::Write(id)));
    effects
}

/// Exactly this note.
pub(super) fn only(id: NoteId) -> Selection {
    Selection { notes: sorted::set([id]), ..Selection::default() }
}

impl Session {
    /// Gives a note its text; one that says nothing is removed.
    pub fn write_note(&mut self, id: NoteId, text: &str) -> Vec<Effect> {
        match self.design().note(id) {
            None => Vec::new(),
            Some(_) if text.trim().is_empty() => self.edit(&Edit::RemoveNote(id)),
            Some(note) if note.text == text => Vec::new(),
            Some(note) => {
                let note = Note { text: text.to_owned(), ..note.clone() };
                self.edit(&Edit::SetNote(note))
            }
        }
    }
}

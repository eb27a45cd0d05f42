//! What of a design was not understood, place by place, bounded however bad the input is.

/// Something in the JSON that was not understood, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// JSON path, such as `nodes[2].cores`.
    pub path: String,
    /// What was found and what is allowed, in words for a person.
    pub text: String,
}

/// Most notes kept: a person reads no more, and a hostile file could make a million.
const MAX_NOTES: usize = 100;

/// Notes under collection.
#[derive(Debug, Default)]
pub(super) struct Notes {
    kept: Vec<Note>,
    more: usize,
}

impl Notes {
    /// Adds a note about a place.
    pub(super) fn add(&mut self, path: &str, text: impl Into<String>) {
        if self.kept.len() < MAX_NOTES {
            self.kept.push(Note { path: path.to_owned(), text: text.into() });
        } else {
            self.more += 1;
        }
    }

    /// The same where the words take work, which is not done for notes that are not kept.
    pub(super) fn explain(&mut self, path: &str, text: impl FnOnce() -> String) {
        let text = if self.kept.len() < MAX_NOTES { text() } else { String::new() };
        self.add(path, text);
    }

    /// All notes; the last one counts those that were not kept.
    pub(super) fn finish(mut self) -> Vec<Note> {
        if self.more > 0 {
            let text = format!("{} more notes like these.", self.more);
            self.kept.push(Note { path: String::new(), text });
        }
        self.kept
    }
}

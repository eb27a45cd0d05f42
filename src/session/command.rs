//! Everything that a person can ask for, as one list that toolbar, menus, key map and shortcut sheet read.

use super::{Effect, Session};

/// A command.
#[derive(Debug)]
pub struct Command {
    /// Name, such as `edit.undo`. Never changes.
    pub id: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// Keys, such as `Mod+Z`; several are alternatives.
    pub keys: &'static [&'static str],
    /// Whether it can be asked for now.
    pub enabled: fn(&Session) -> bool,
    /// Does it at this time [ms].
    pub run: fn(&mut Session, f64) -> Vec<Effect>,
}

/// All commands, in the order of the shortcut sheet.
pub static COMMANDS: &[Command] = &[];

pub(super) fn run(session: &mut Session, id: &str, now_ms: f64) -> Vec<Effect> {
    let _ = (session, id, now_ms);
    Vec::new()
}

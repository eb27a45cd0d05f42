//! Which commands the context menu of a target offers.

use super::Selection;
use super::collapse::Spot;
use super::command::{self, Command};
use super::gesture::Target;

const OF_A_BLOCK: [&str; 9] = [
    "run.kill",
    "edit.rename",
    "edit.connect",
    "edit.add-right",
    "edit.group",
    "edit.duplicate",
    "edit.copy",
    "edit.delete",
    "edit.delete-join",
];
const OF_A_GROUP: [&str; 6] =
    ["run.kill", "edit.rename", "edit.connect", "edit.collapse", "select.group", "edit.dissolve"];
const OF_A_NOTE: [&str; 4] = ["edit.rename", "edit.duplicate", "edit.copy", "edit.delete"];
const OF_A_LINK: [&str; 1] = ["edit.delete"];
const OF_SEVERAL: [&str; 13] = [
    "edit.group",
    "edit.duplicate",
    "edit.copy",
    "edit.delete",
    "arrange.layout",
    "arrange.left",
    "arrange.center",
    "arrange.right",
    "arrange.top",
    "arrange.middle",
    "arrange.bottom",
    "arrange.across",
    "arrange.down",
];
const OF_THE_CANVAS: [&str; 10] = [
    "edit.add",
    "edit.note",
    "edit.frame",
    "edit.paste",
    "select.all",
    "page.find",
    "arrange.layout",
    "view.fit",
    "run.toggle",
    "run.restart",
];

/// The commands, in the order of the menu; the page leaves out those that cannot be asked for now.
pub fn of(target: Target, selection: &Selection) -> Vec<&'static Command> {
    let ids: &[&str] = match target {
        Target::Node(_) | Target::Note(_) if selection.nodes.len() + selection.notes.len() > 1 => &OF_SEVERAL,
        Target::Group(_) | Target::Out(Spot::Box(_)) | Target::In(Spot::Box(_)) => &OF_A_GROUP,
        Target::Node(_) | Target::Out(_) | Target::In(_) => &OF_A_BLOCK,
        Target::Link(_) => &OF_A_LINK,
        Target::Note(_) => &OF_A_NOTE,
        Target::Canvas => &OF_THE_CANVAS,
    };
    ids.iter().filter_map(|id| command::find(id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_a_command() {
        for id in OF_A_BLOCK
            .iter()
            .chain(&OF_A_GROUP)
            .chain(&OF_A_LINK)
            .chain(&OF_A_NOTE)
            .chain(&OF_SEVERAL)
            .chain(&OF_THE_CANVAS)
        {
            assert!(command::find(id).is_some(), "{id}");
        }
    }
}

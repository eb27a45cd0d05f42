//! A change to the document, as data: it succeeds as a whole or leaves the design untouched and says why.

use serde::{Deserialize, Serialize};

use super::fault::{self, Strikes, Target};
use super::{
    Design, Fault, FaultId, Group, GroupId, Link, LinkId, Node, NodeId, Note, NoteId, Objectives, Run,
};
use crate::blocks::link::same_conditions;
use crate::blocks::param::Value;

/// One change to a design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Edit {
    /// Place a block. Its id must be free.
    AddNode(Node),
    /// Connect two blocks. The link's id must be free and both ends must exist.
    AddLink(Link),
    /// Put another block in the place of this one: links and faults stay where the new block allows them.
    Replace(NodeId, Node),
    /// Remove a block with the links that touch it and the faults that strike these.
    RemoveNode(NodeId),
    /// Remove a link and the faults that strike it.
    RemoveLink(LinkId),
    /// Move blocks to new positions [integer pixels].
    Move(Vec<(NodeId, [i32; 2])>),
    /// Give a block a name; empty restores the block's own.
    Rename(NodeId, String),
    /// Set a parameter of a block; `None` restores the default.
    Set(NodeId, String, Option<Value>),
    /// Set a parameter of a link; `None` restores the default.
    SetLink(LinkId, String, Option<Value>),
    /// Put a block into a group, or out of all groups.
    SetGroup(NodeId, Option<GroupId>),
    /// Draw a group.
    AddGroup(Group),
    /// Give the group with this id another kind, name or parent.
    ChangeGroup(Group),
    /// Remove a group and the faults that strike it; what was inside moves to its parent.
    RemoveGroup(GroupId),
    /// Move one end or both ends of a link.
    Reconnect(LinkId, NodeId, NodeId),
    /// Call a link as this one among the links of its block, from 0: those after it move on.
    MoveLink(LinkId, usize),
    /// Put a note on the canvas. Its id must be free.
    AddNote(Note),
    /// Change text or place of the note with this id.
    SetNote(Note),
    /// Remove a note.
    RemoveNote(NoteId),
    /// Rename the design.
    SetName(String),
    /// Change the objectives.
    SetObjectives(Objectives),
    /// Change seed, duration, warm-up or traffic.
    SetRun(Run),
    /// Put a fault on the timeline. Its id must be free, and what it strikes must exist.
    AddFault(Fault),
    /// Change the fault that has this one's id.
    SetFault(Fault),
    /// Take a fault off the timeline.
    RemoveFault(FaultId),
    /// Several edits as one step; the first refusal undoes all.
    All(Vec<Edit>),
}

/// Why an edit was not made, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

impl Edit {
    /// Applies the edit; on refusal the design is as it was.
    ///
    /// # Errors
    /// [`Refusal`] says what stands in the way and what to do instead.
    pub fn apply(&self, design: &mut Design) -> Result<(), Refusal> {
        let mut next = design.clone();
        apply_in_place(self, &mut next)?;
        *design = next;
        Ok(())
    }
}

/// Whether a link from `from` to `to` may be drawn, else why not.
///
/// # Errors
/// [`Refusal`] in words for a person.
pub fn may_connect(design: &Design, from: NodeId, to: NodeId) -> Result<(), Refusal> {
    may_reach(design, to)?;
    may_leave(design, from)
}

/// Whether a link may end at this block, else why not.
///
/// # Errors
/// [`Refusal`] in words for a person.
pub fn may_reach(design: &Design, id: NodeId) -> Result<(), Refusal> {
    let node = &design.nodes[node_index(design, id)?];
    match crate::blocks::find(&node.block) {
        Some(block) if !block.about().accepts_calls => {
            refuse(&format!("{} takes no calls: nothing can lead into it.", design.title(node)))
        }
        _ => Ok(()),
    }
}

/// Whether a link may start at this block, else why not.
///
/// # Errors
/// [`Refusal`] in words for a person.
pub fn may_leave(design: &Design, id: NodeId) -> Result<(), Refusal> {
    let node = &design.nodes[node_index(design, id)?];
    match crate::blocks::find(&node.block) {
        Some(block) if !block.about().makes_calls => {
            refuse(&format!("{} calls nobody: no link can start there.", design.title(node)))
        }
        _ => Ok(()),
    }
}

/// Whether this link may be added, else why not: both ends allow it, and no other link between them carries the
/// same requests under the same condition.
///
/// # Errors
/// [`Refusal`] in words for a person.
pub fn may_add_link(design: &Design, link: &Link) -> Result<(), Refusal> {
    may_connect(design, link.from, link.to)?;
    let twin = |other: &Link| {
        let same_ends = other.id != link.id && (other.from, other.to) == (link.from, link.to);
        same_ends && same_conditions(&other.values, &link.values)
    };
    if design.links.iter().any(twin) {
        return refuse("These two are already linked: change what the first link carries to draw a second.");
    }
    Ok(())
}

fn refuse<T>(text: &str) -> Result<T, Refusal> {
    Err(Refusal(text.to_owned()))
}

fn apply_in_place(edit: &Edit, design: &mut Design) -> Result<(), Refusal> {
    match edit {
        Edit::AddNode(node) => {
            if design.node(node.id).is_some() {
                return refuse("A block with this id is already there.");
            }
            design.nodes.push(node.clone());
        }
        Edit::AddLink(link) => add_link(design, link)?,
        Edit::Replace(id, node) => replace(design, *id, node)?,
        Edit::RemoveNode(id) => {
            node_index(design, *id)?;
            design.nodes.retain(|node| node.id != *id);
            design.links.retain(|link| link.from != *id && link.to != *id);
            drop_faults_on_nothing(design);
        }
        Edit::RemoveLink(id) => {
            link_index(design, *id)?;
            design.links.retain(|link| link.id != *id);
            drop_faults_on_nothing(design);
        }
        Edit::Move(places) => {
            for (id, at) in places {
                let index = node_index(design, *id)?;
                design.nodes[index].at = *at;
            }
        }
        Edit::Rename(id, name) => {
            let index = node_index(design, *id)?;
            design.nodes[index].name.clone_from(name);
        }
        Edit::Set(id, param, value) => {
            let index = node_index(design, *id)?;
            design.nodes[index].values.set(param, value.clone());
        }
        Edit::SetLink(id, param, value) => {
            let index = link_index(design, *id)?;
            design.links[index].values.set(param, value.clone());
        }
        Edit::SetGroup(id, group) => {
            let index = node_index(design, *id)?;
            if group.is_some_and(|group| design.group(group).is_none()) {
                return refuse("This group does not exist.");
            }
            design.nodes[index].group = *group;
        }
        Edit::AddGroup(group) => {
            if design.group(group.id).is_some() {
                return refuse("A group with this id is already there.");
            }
            design.groups.push(group.clone());
        }
        Edit::ChangeGroup(group) => change_group(design, group)?,
        Edit::RemoveGroup(id) => remove_group(design, *id)?,
        Edit::Reconnect(id, from, to) => {
            let index = link_index(design, *id)?;
            let moved = Link { from: *from, to: *to, ..design.links[index].clone() };
            may_add_link(design, &moved)?;
            design.links[index] = moved;
        }
        Edit::MoveLink(id, place) => move_link(design, *id, *place)?,
        Edit::AddNote(note) => add_note(design, note)?,
        Edit::SetNote(note) => {
            let index = note_index(design, note.id)?;
            design.notes[index] = note.clone();
        }
        Edit::RemoveNote(id) => {
            note_index(design, *id)?;
            design.notes.retain(|note| note.id != *id);
        }
        Edit::SetName(name) => design.name.clone_from(name),
        Edit::SetObjectives(objectives) => design.objectives = *objectives,
        Edit::SetRun(run) => design.run = *run,
        Edit::AddFault(fault) => {
            if design.fault(fault.id).is_some() {
                return refuse("A fault with this id is already there.");
            }
            may_strike(design, fault)?;
            design.faults.push(fault.clone());
        }
        Edit::SetFault(fault) => {
            let index = fault_index(design, fault.id)?;
            may_strike(design, fault)?;
            design.faults[index] = fault.clone();
        }
        Edit::RemoveFault(id) => {
            fault_index(design, *id)?;
            design.faults.retain(|fault| fault.id != *id);
        }
        Edit::All(edits) => {
            for edit in edits {
                apply_in_place(edit, design)?;
            }
        }
    }
    Ok(())
}

fn add_note(design: &mut Design, note: &Note) -> Result<(), Refusal> {
    if design.note(note.id).is_some() {
        return refuse("A note with this id is already there.");
    }
    design.notes.push(note.clone());
    Ok(())
}

fn add_link(design: &mut Design, link: &Link) -> Result<(), Refusal> {
    if design.link(link.id).is_some() {
        return refuse("A link with this id is already there.");
    }
    may_add_link(design, link)?;
    design.links.push(link.clone());
    Ok(())
}

fn replace(design: &mut Design, old: NodeId, node: &Node) -> Result<(), Refusal> {
    let index = node_index(design, old)?;
    if node.id != old && design.node(node.id).is_some() {
        return refuse("A block with this id is already there.");
    }
    design.nodes[index] = node.clone();
    let end = |id: NodeId| if id == old { node.id } else { id };
    for link in std::mem::take(&mut design.links) {
        let link = Link { from: end(link.from), to: end(link.to), ..link };
        if may_add_link(design, &link).is_ok() {
            design.links.push(link);
        }
    }
    for fault in design.faults.iter_mut().filter(|fault| fault.target == Target::Block(old)) {
        fault.target = Target::Block(node.id);
    }
    drop_faults_on_nothing(design);
    Ok(())
}

fn move_link(design: &mut Design, id: LinkId, place: usize) -> Result<(), Refusal> {
    let index = link_index(design, id)?;
    let link = design.links.remove(index);
    let siblings = || (0..design.links.len()).filter(|index| design.links[*index].from == link.from);
    let index = siblings().nth(place).or_else(|| siblings().next_back().map(|last| last + 1));
    design.links.insert(index.unwrap_or(design.links.len()), link);
    Ok(())
}

fn change_group(design: &mut Design, group: &Group) -> Result<(), Refusal> {
    let Some(index) = design.groups.iter().position(|old| old.id == group.id) else {
        return refuse("This group is no longer there.");
    };
    if let Some(parent) = group.parent {
        may_lie_in(design, group, parent)?;
    }
    let inside = |inner: &&Group| inner.parent == Some(group.id);
    if let Some(inner) = design.groups.iter().find(|inner| inside(inner) && inner.kind >= group.kind) {
        let (inner, outer) = (inner.kind.name(), group.kind.name());
        return refuse(&format!("A {inner} lies inside: a {outer} cannot hold a {inner}."));
    }
    design.groups[index] = group.clone();
    Ok(())
}

/// A host lies in a zone or region, a zone in a region, and nothing in itself.
fn may_lie_in(design: &Design, group: &Group, parent: GroupId) -> Result<(), Refusal> {
    let Some(outer) = design.group(parent) else {
        return refuse("The group around it is no longer there.");
    };
    if outer.kind <= group.kind {
        let (inner, outer) = (group.kind.name(), outer.kind.name());
        return refuse(&format!("A {inner} cannot lie in a {outer}."));
    }
    Ok(())
}

fn remove_group(design: &mut Design, id: GroupId) -> Result<(), Refusal> {
    let Some(group) = design.group(id) else {
        return refuse("This group is no longer there.");
    };
    let parent = group.parent;
    for node in design.nodes.iter_mut().filter(|node| node.group == Some(id)) {
        node.group = parent;
    }
    for inner in design.groups.iter_mut().filter(|inner| inner.parent == Some(id)) {
        inner.parent = parent;
    }
    design.groups.retain(|group| group.id != id);
    drop_faults_on_nothing(design);
    Ok(())
}

/// Whether a fault may stand on the timeline: what it strikes is there and of a kind that it can strike.
///
/// # Errors
/// [`Refusal`] in words for a person.
pub fn may_strike(design: &Design, drawn: &Fault) -> Result<(), Refusal> {
    let Some(kind) = fault::find(&drawn.kind) else {
        return refuse("This kind of fault is not known.");
    };
    let wanted = match (kind.strikes, drawn.target) {
        (Strikes::Block | Strikes::BlockOrAll, Target::Block(_))
        | (Strikes::BlockOrAll, Target::All)
        | (Strikes::Group, Target::Group(_))
        | (Strikes::Link, Target::Link(_)) => return exists(design, drawn.target),
        (Strikes::Block | Strikes::BlockOrAll, _) => "a block",
        (Strikes::Group, _) => "a group",
        (Strikes::Link, _) => "a link",
    };
    refuse(&format!("“{}” strikes {wanted}.", kind.name))
}

fn exists(design: &Design, target: Target) -> Result<(), Refusal> {
    match target {
        Target::All => Ok(()),
        Target::Block(id) => node_index(design, id).map(drop),
        Target::Link(id) => link_index(design, id).map(drop),
        Target::Group(id) if design.group(id).is_some() => Ok(()),
        Target::Group(_) => refuse("This group is no longer there."),
    }
}

fn drop_faults_on_nothing(design: &mut Design) {
    let mut faults = std::mem::take(&mut design.faults);
    faults.retain(|fault| exists(design, fault.target).is_ok());
    design.faults = faults;
}

fn fault_index(design: &Design, id: FaultId) -> Result<usize, Refusal> {
    let found = design.faults.iter().position(|fault| fault.id == id);
    found.ok_or_else(|| Refusal("This fault is no longer there.".to_owned()))
}

fn node_index(design: &Design, id: NodeId) -> Result<usize, Refusal> {
    let found = design.nodes.iter().position(|node| node.id == id);
    found.ok_or_else(|| Refusal("This block is no longer there.".to_owned()))
}

fn note_index(design: &Design, id: NoteId) -> Result<usize, Refusal> {
    let found = design.notes.iter().position(|note| note.id == id);
    found.ok_or_else(|| Refusal("This note is no longer there.".to_owned()))
}

fn link_index(design: &Design, id: LinkId) -> Result<usize, Refusal> {
    let found = design.links.iter().position(|link| link.id == id);
    found.ok_or_else(|| Refusal("This link is no longer there.".to_owned()))
}

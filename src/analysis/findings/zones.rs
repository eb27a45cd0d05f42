//! Copies that share a fate: everything in one zone, or no zone drawn at all.

use super::{Case, fix};
use crate::analysis::advice::Change;
use crate::analysis::{Finding, Fix, Loss, Severity, spof};
use crate::design::{Edit, Group, GroupId, GroupKind, NodeId};
use crate::engine::Unit;
use crate::figures;
use crate::topology::Topology;

/// An availability is promised, copies are drawn, and nothing says that they lie apart.
pub fn undrawn(case: Case) -> Vec<Finding> {
    let topology = case.topology();
    let Some(promised) = topology.objectives.availability.filter(|_| topology.groups.is_empty()) else {
        return Vec::new();
    };
    let copies = |place: &crate::topology::Place| if place.managed { 0 } else { place.instances() };
    let machines: u32 =
        topology.places().filter(|(_, place)| place.serves()).map(|(_, place)| copies(place)).sum();
    if machines < 2 {
        return Vec::new();
    }
    let title =
        format!("No zones are drawn: all {machines} instances count as if nothing could take two at once.");
    let reason = format!(
        "In one data center they fail together, and {} is then a wish. Draw where they stand, and its loss is part of the \
         figure.",
        figures::share(promised)
    );
    let fixes = two_zones(case, movable(case), None).into_iter().collect();
    let about = case.about("no-zones", Severity::Note, 0);
    vec![Finding { title, reason, fixes, node: None, ..about }]
}

/// Spreads what a group holds over two zones; the group must be a zone or a host, and its loss must be felt.
pub fn second_zone(case: Case, group: usize) -> Option<Fix> {
    let domain = &case.topology().groups[group];
    if domain.kind == GroupKind::Region {
        return None;
    }
    let inside = |id: &NodeId| case.design.node(*id).is_some_and(|node| node.group == Some(domain.id));
    let nodes: Vec<NodeId> = movable(case).into_iter().filter(inside).collect();
    two_zones(case, nodes, Some(domain.id))
}

/// Blocks whose instances the person places.
fn movable(case: Case) -> Vec<NodeId> {
    let places = case.topology().places();
    places.filter(|(_, place)| place.serves() && !place.managed).map(|(_, place)| place.id).collect()
}

/// A region with two zones, and the blocks in it: their instances are dealt over the zones. Offered where afterwards no
/// zone is missed.
fn two_zones(case: Case, nodes: Vec<NodeId>, old: Option<GroupId>) -> Option<Fix> {
    let first = case.design.next_group_id();
    let [region, a, b] = [0, 1, 2].map(|more| GroupId(first.0 + more));
    let parent = old.and_then(|old| case.design.group(old)).and_then(|old| old.parent);
    let host = parent.and_then(|parent| case.design.group(parent));
    let enclosing = host.filter(|group| group.kind == GroupKind::Region).map(|group| group.id);
    let group = |id, kind, name: &str, parent| {
        let (name, values) = (name.to_owned(), Default::default());
        Edit::AddGroup(Group { id, kind, name, parent, collapsed: false, values })
    };
    let mut edits = Vec::new();
    let target = enclosing.unwrap_or(region);
    if enclosing.is_none() {
        edits.push(group(region, GroupKind::Region, "region", None));
    }
    if old.is_none() || enclosing.is_none() {
        edits.push(group(a, GroupKind::Zone, "zone a", Some(target)));
    }
    edits.push(group(b, GroupKind::Zone, "zone b", Some(target)));
    edits.extend(nodes.iter().map(|node| Edit::SetGroup(*node, Some(target))));
    edits.extend(old.filter(|_| enclosing.is_none()).map(Edit::RemoveGroup));
    let change = Change { what: "Spread it over two zones".to_owned(), edit: Edit::All(edits) };
    let (_, topology) = change.tried(case.design)?;
    survives(&topology).then(|| fix(change, "no zone is missed"))
}

/// Whether the loss of each zone leaves the users unharmed.
fn survives(topology: &Topology) -> bool {
    let zones = (0..topology.groups.len()).filter(|group| topology.groups[*group].kind == GroupKind::Zone);
    zones.into_iter().all(|group| {
        let lost = spof::lose(topology, Unit::Group { group: group as u32 }).spof.loss;
        lost == Loss::Survived || lost == Loss::Slow
    })
}

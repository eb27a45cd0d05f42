//! What a store promises about its copies and cannot keep: sides that both refuse, quorums that do not overlap.

use super::{Case, fix};
use crate::analysis::advice::{self, Change};
use crate::analysis::{Finding, Fix, Severity, breaks_first};
use crate::figures;
use crate::topology::{Partition, Place, Ring};

/// Databases that refuse without a majority and have none on either side of a cut in the middle.
pub fn no_majority(case: Case) -> Vec<Finding> {
    let found = |(node, place): (usize, &Place)| {
        let store = place
            .station
            .store()
            .filter(|store| store.partition == Partition::Refuse && store.ring.is_none())?;
        let nodes = store.per_shard();
        if nodes % 2 == 1 || case.topology().monitored {
            return None;
        }
        let title = format!(
            "Cut into halves, both sides of {} refuse: {} of {nodes} nodes are no majority.",
            place.name,
            nodes / 2
        );
        let reason = "A side answers while it has more than half of the votes. Of an even number of nodes neither half \
                      has; monitoring has a vote as well, and the side that it stands on goes on.";
        let watch = case.design.node(place.id).and_then(|beside| advice::monitoring(case.design, beside));
        let replica = advice::replicas(case.design, case.topology(), node, 1);
        let votes =
            |change: Change, all: u32| fix(change, &format!("{} of {all} votes on one side", all / 2 + 1));
        let fixes = watch.into_iter().chain(replica).map(|change| votes(change, nodes + 1)).collect();
        let about = case.about("no-majority", Severity::Warning, node);
        Some(Finding { title, reason: reason.to_owned(), fixes, ..about })
    };
    case.topology().places().filter_map(found).collect()
}

/// Quorums of which a read can miss the latest write.
pub fn loose_quorums(case: Case) -> Vec<Finding> {
    let found = |(node, place): (usize, &Place)| {
        let ring = place.station.store()?.ring?;
        let [read, write] = [0, 1].map(|op| ring.quorum(op).0);
        let copies = ring.copies.clamp(1, ring.nodes.max(1));
        if read + write > copies {
            return None;
        }
        let title = format!(
            "Reads of {} can be stale: {read} to read and {write} to write need not meet among {copies} copies.",
            place.name
        );
        let reason = "A read asks fewer copies than the latest write may have left out. With R + W > N every read meets a \
                      copy that has it, at the price of more work or more waiting.";
        let fixes =
            [("read_quorum", copies + 1 - write, "Read"), ("write_quorum", copies + 1 - read, "Write")];
        let fixes = fixes.into_iter().filter_map(|(param, wanted, verb)| {
            let what = format!("{verb} {wanted} of {copies}");
            let change = advice::number(case.design, case.topology(), node, param, f64::from(wanted), &what)?;
            meeting(case, node, change)
        });
        let fixes = fixes.collect();
        let about = case.about("loose-quorum", Severity::Note, node);
        Some(Finding { title, reason: reason.to_owned(), fixes, ..about })
    };
    case.topology().places().filter_map(found).collect()
}

/// A change after which every read meets the latest write, with the headroom that is left.
fn meeting(case: Case, node: usize, change: Change) -> Option<Fix> {
    let (_, topology) = change.tried(case.design)?;
    let ring: Ring = topology.place(node).station.store()?.ring?;
    let [read, write] = [0, 1].map(|op| ring.quorum(op).0);
    let headroom = breaks_first::headroom(&topology);
    let effect = format!("no stale read, headroom {}", figures::multiple(headroom));
    (read + write > ring.copies.clamp(1, ring.nodes.max(1))).then(|| fix(change, &effect))
}

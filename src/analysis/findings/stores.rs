//! What goes wrong with the data itself: disks that fill, reads that are old, writes that a failover loses, shards that are
//! hotter than others, messages that are delivered without an end.

use std::cell::OnceCell;

use super::{Case, fix};
use crate::analysis::advice::{self, Change};
use crate::analysis::{Finding, Fix, Severity, breaks_first};
use crate::engine::flows::{self, Scenario};
use crate::engine::steady;
use crate::figures::rows::months;
use crate::figures::{self, counted};
use crate::report::State;
use crate::topology::{Operation, Place, Queue, ShardBy, Station, Store, Topology};

/// A disk that is full within this time is worth a word today [months].
const SOON: f64 = 12.0;
/// A larger disk should last for at least this long [months].
const LASTS: f64 = 24.0;
/// Stale reads from here on are worth a word.
const STALE: f64 = 0.01;
/// A shard is hotter than the others from this multiple of their mean on.
const HOTTER: f64 = 1.5;
/// Deliveries after which a message is set aside, as new queues have it.
const DELIVERIES: f64 = 5.0;

/// Disks that are full within a year, or already are.
pub fn full_disks(case: Case) -> Vec<Finding> {
    let full = |(node, place): (usize, &Place)| {
        let disk = place.disk()?;
        let left = disk.full_in_months.filter(|left| *left <= SOON)?;
        let size = figures::count(disk.of_gb?);
        let (severity, title) = if left > 0.0 {
            (Severity::Warning, format!("The disks of {} are full in {}.", place.name, months(left)))
        } else {
            (
                Severity::Critical,
                format!("{} keeps {} GB on disks of {size} GB.", place.name, figures::count(disk.used_gb)),
            )
        };
        let reason = format!(
            "Each node keeps {} GB on {size} GB. A database with a full disk takes no write any more.",
            figures::count(disk.used_gb)
        );
        let fixes = [larger_disk(case, node), more_shards(case, node)];
        let fixes = fixes.into_iter().flatten().filter_map(|change| lasting(case, node, change)).collect();
        Some(Finding { title, reason, fixes, ..case.about("disk-full", severity, node) })
    };
    case.topology().places().filter_map(full).collect()
}

/// A disk that is doubled until it lasts.
fn larger_disk(case: Case, node: usize) -> Option<Change> {
    let data = case.place(node).station.store()?.data;
    let mut size = data.disk_gb?;
    let wanted = data.gb + data.growth_gb * LASTS / 12.0;
    while size <= wanted {
        size *= 2.0;
    }
    let what = format!("Disks of {} GB", figures::count(size));
    advice::number(case.design, case.topology(), node, "disk_gb", size, &what)
}

fn more_shards(case: Case, node: usize) -> Option<Change> {
    let now = advice::value(case.design, case.topology(), node, "shards")?;
    let what = format!("Cut it into {} shards", figures::count(2.0 * now));
    advice::number(case.design, case.topology(), node, "shards", 2.0 * now, &what)
}

fn lasting(case: Case, node: usize, change: Change) -> Option<Fix> {
    let (_, topology) = change.tried(case.design)?;
    let before = case.place(node).disk()?.full_in_months?;
    let after = topology.place(node).disk()?.full_in_months;
    let effect = after.map_or_else(|| "never full".to_owned(), |left| format!("full in {}", months(left)));
    after.is_none_or(|left| left > before).then(|| fix(change, &effect))
}

/// Clients of whose reads more than one in a hundred is old.
pub fn stale_reads(case: Case) -> Vec<Finding> {
    let report = &case.answer.report;
    let mut findings = Vec::new();
    for client in &report.clients {
        let Some(stale) = client.seen.stale.filter(|stale| stale.value > STALE) else { continue };
        let node = client.node as usize;
        let fixes =
            if findings.len() < case.trials() { fresher(case, node, stale.value) } else { Vec::new() };
        findings.push(Finding {
            title: format!(
                "{} of the reads of {} return what has been overwritten.",
                figures::share(stale.value),
                case.place(node).name
            ),
            reason:
                "A replica has a write only after its lag, and until then it answers with what was before."
                    .to_owned(),
            fixes,
            ..case.about("stale-reads", Severity::Warning, node)
        });
    }
    findings
}

/// The changes of a lagging store that make a client's reads less stale, least first.
fn fresher(case: Case, client: usize, before: f64) -> Vec<Fix> {
    let (design, topology) = (case.design, case.topology());
    let changes =
        topology.places().filter_map(|(node, place)| place.station.store().map(|store| (node, store)));
    let changes =
        changes.filter(|(_, store)| store.replicas > 0 && store.ring.is_none()).flat_map(|(node, store)| {
            let replicas = f64::from(store.replicas);
            [
                advice::number(
                    design,
                    topology,
                    node,
                    "sync",
                    replicas,
                    "Wait for all replicas in every write",
                ),
                advice::choice(design, topology, node, "reads_from", "primary", "Read from the primary"),
            ]
        });
    let mut tried: Vec<(f64, Fix)> = Vec::new();
    for change in changes.flatten() {
        let Some((_, topology)) = change.tried(design) else { continue };
        let found = steady::solve(&topology);
        let own = found.clients.iter().find(|seen| seen.node as usize == client);
        let after = own.and_then(|seen| seen.seen.stale).map_or(0.0, |stale| stale.value);
        if after < 0.5 * before {
            let effect = format!("{} stale, {}", figures::share(after), reached(&topology));
            tried.push((after, fix(change, &effect)));
        }
    }
    crate::sorted::sort_by(&mut tried, |a, b| a.0.total_cmp(&b.0));
    tried.into_iter().map(|(_, fix)| fix).collect()
}

/// `headroom 2.9×`.
fn reached(topology: &Topology) -> String {
    format!("headroom {}", figures::multiple(breaks_first::headroom(topology)))
}

/// Failovers that lose acknowledged writes: those of the last lag, or since the latest backup.
pub fn lost_writes(case: Case) -> Vec<Finding> {
    let (flows, today) = (OnceCell::new(), || flows::solve(case.topology(), &Scenario::default()));
    let lost = |(node, place): (usize, &Place)| {
        let store = place.station.store().filter(|store| store.waits() && store.sync == 0)?;
        let behind_s = behind_s(store);
        if behind_s <= 0.0 {
            return None;
        }
        let carried = flows.get_or_init(today).stations[node].carried.by_op()[Operation::Write as usize];
        let writes = carried / f64::from(store.shards());
        let lost = writes * behind_s;
        if lost < 1.0 {
            return None;
        }
        let since = if store.spare.backup_ns > 0 { "since the latest backup" } else { "of the last lag" };
        let title =
            format!("A failover of {} loses {} acknowledged writes.", place.name, figures::count(lost));
        let reason = format!(
            "Its standby is {} behind on average, and {} writes a second go on meanwhile. Those {since} are gone with \
             the primary: the recovery point, not the recovery time.",
            figures::time(behind_s),
            figures::count(writes)
        );
        let fixes = [
            advice::number(case.design, case.topology(), node, "sync", 1.0, "Wait for a copy in every write"),
            advice::choice(case.design, case.topology(), node, "standby", "hot", "Keep a hot standby"),
        ];
        let fixes = fixes
            .into_iter()
            .flatten()
            .filter_map(|change| safer(case, node, writes, lost, change))
            .collect();
        Some(Finding { title, reason, fixes, ..case.about("lost-writes", Severity::Warning, node) })
    };
    case.topology().places().filter_map(lost).collect()
}

/// Time that a waiting standby is behind its primary, mean [s].
fn behind_s(store: &Store) -> f64 {
    if store.spare.backup_ns > 0 { store.spare.backup_ns as f64 / 2e9 } else { store.lag_ns as f64 / 1e9 }
}

fn safer(case: Case, node: usize, writes: f64, before: f64, change: Change) -> Option<Fix> {
    let (_, topology) = change.tried(case.design)?;
    let store = topology.place(node).station.store()?;
    // A backup confirms nothing: only a copy that follows can be waited for.
    let waits = store.sync > 0 && store.spare.backup_ns == 0;
    let after = if waits { 0.0 } else { writes * behind_s(store) };
    let effect = match after {
        after if after < 0.5 => "none lost".to_owned(),
        after => format!("{} lost", figures::count(after)),
    };
    (after < 0.5 * before).then(|| fix(change, &effect))
}

/// Shards that are hot while the others are not.
pub fn hot_shards(case: Case) -> Vec<Finding> {
    let hot = |(node, place): (usize, &Place)| {
        let store = place.station.store().filter(|store| store.ring.is_none() && store.shards() > 1)?;
        let (hottest, mean) = loads(case.topology(), node)?;
        if hottest < HOTTER * mean || State::of(hottest) < State::Hot {
            return None;
        }
        let title = format!(
            "The hottest shard of {} is asked {} of its capacity, {} the mean of all {}.",
            place.name,
            figures::share(hottest),
            figures::multiple(hottest / mean),
            store.shards()
        );
        let reason = match store.shards.by {
            ShardBy::Range => "What is new lies at the end of the range: all of it goes to the last shard.",
            ShardBy::Owner => "All of an owner lies in one shard, and a large owner fills it.",
            ShardBy::Key => "All calls for a key go to one shard, and a popular key fills it.",
        };
        let changes = [
            advice::choice(case.design, case.topology(), node, "shard_by", "key", "Cut by key"),
            more_shards(case, node),
            advice::cache_before(case.design, case.topology(), node),
        ];
        let fixes =
            changes.into_iter().flatten().filter_map(|change| cooler(case, node, hottest, change)).collect();
        let severity = if hottest >= 1.0 { Severity::Critical } else { Severity::Warning };
        let reason = format!("{reason} More shards help only as far as they split what is hot.");
        Some(Finding { title, reason, fixes, ..case.about("hot-shard", severity, node) })
    };
    case.topology().places().filter_map(hot).collect()
}

/// Load of the hottest shard and the mean of all, each by its hottest node, without losses.
fn loads(topology: &Topology, node: usize) -> Option<(f64, f64)> {
    let store = topology.place(node).station.store()?;
    let flows = flows::lossless(topology, &Scenario::default());
    let instances = &flows.stations[node].instances;
    let load = |shard: u32| {
        let nodes = store.nodes_of(shard).filter_map(|node| instances.get(node as usize));
        nodes.map(|instance| instance.occupancy.load).fold(0.0, f64::max)
    };
    let all: Vec<f64> = (0..store.shards()).map(load).collect();
    Some((all.iter().copied().fold(0.0, f64::max), all.iter().sum::<f64>() / all.len() as f64))
}

fn cooler(case: Case, node: usize, before: f64, change: Change) -> Option<Fix> {
    let (_, topology) = change.tried(case.design)?;
    let after = loads(&topology, node)?.0;
    (after < 0.99 * before).then(|| fix(change, &format!("{} in the hottest", figures::share(after))))
}

/// Queues that deliver a message again as often as it kills its consumer.
pub fn endless_deliveries(case: Case) -> Vec<Finding> {
    let endless = |(node, place): (usize, &Place)| {
        let Station::Queue(Queue { rules, .. }) = &place.station else { return None };
        if rules.attempts > 0 {
            return None;
        }
        let topology = case.topology();
        let consumers = topology.outgoing[node].iter().map(|edge| topology.ends(edge.index()).1);
        let mortal =
            |place: &&Place| matches!(place.station, Station::Server(_)) && place.life.mttf_s.is_finite();
        let instances: u32 =
            consumers.map(|to| topology.place(to)).filter(mortal).map(Place::instances).sum();
        if instances == 0 {
            return None;
        }
        let title = format!(
            "A message that kills its consumer is delivered for ever by {}: it takes down {}.",
            place.name,
            counted(instances, "consumer")
        );
        let reason = "Without a limit of deliveries the death of a consumer hands its message to the next one, and that \
                      to the next. After a limit it is set aside as a dead letter, and the others go on.";
        let what = format!("Set a message aside after {} deliveries", figures::count(DELIVERIES));
        let change = advice::number(case.design, topology, node, "attempts", DELIVERIES, &what);
        let effect = format!("{} deaths at most", figures::count(DELIVERIES.min(f64::from(instances))));
        let fixes = change.map(|change| fix(change, &effect)).into_iter().collect();
        let about = case.about("endless-deliveries", Severity::Note, node);
        Some(Finding { title, reason: reason.to_owned(), fixes, ..about })
    };
    case.topology().places().filter_map(endless).collect()
}

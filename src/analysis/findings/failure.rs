//! What one death costs: single points of failure, standbys that nobody promotes, instances that nobody reaches.

use super::{Case, fix, listed, zones};
use crate::analysis::advice::{self, Change};
use crate::analysis::spof::{self, Intact};
use crate::analysis::{Finding, Fix, Loss, Severity, Spof, breaks_first};
use crate::engine::Unit;
use crate::figures::{self, counted};
use crate::topology::{Operation, Place, Station, Topology};

/// Instances of servers that get no calls because their callers know one address.
pub fn idle_instances(case: Case) -> Vec<Finding> {
    let topology = case.topology();
    let mut findings = Vec::new();
    for (node, place) in topology.places() {
        let (count, idle) = (place.instances(), idle(topology, node));
        if idle == 0 {
            continue;
        }
        let title = format!("{idle} of {} of {} stand idle.", counted(count, "instance"), place.name);
        let reason =
            "Without a load balancer in front its callers know one address, that of the first instance. The \
                      others carry nothing, and when the first one dies, none of them steps in."
                .to_owned();
        let change = advice::instances(case.design, topology, node, count, 1);
        let fixes = change.and_then(|change| spreading(case, change, count)).into_iter().collect();
        findings.push(Finding {
            title,
            reason,
            fixes,
            ..case.about("idle-instances", Severity::Warning, node)
        });
    }
    findings
}

/// Number of instances that no caller reaches.
fn idle(topology: &Topology, node: usize) -> u32 {
    let into = (0..topology.graph.edge_count()).filter(|index| topology.ends(*index).1 == node).count();
    let direct = advice::direct_links(topology, node).len();
    if direct > 0 && direct == into { topology.place(node).instances() - 1 } else { 0 }
}

fn spreading(case: Case, change: Change, count: u32) -> Option<Fix> {
    let (_, topology) = change.tried(case.design)?;
    let reached = breaks_first::headroom(&topology);
    let effect = format!("all {count} at work, {}", figures::multiple(reached));
    (reached >= case.headroom() * 0.999).then(|| fix(change, &effect))
}

/// Standbys that wait for a person, because nothing is drawn that would notice a death.
pub fn unwatched(case: Case) -> Vec<Finding> {
    let topology = case.topology();
    let waiting: Vec<usize> =
        topology.places().filter(|(_, place)| stands_by(place).is_some()).map(|(node, _)| node).collect();
    if topology.monitored || waiting.is_empty() {
        return Vec::new();
    }
    let intact = Intact::new(topology);
    waiting
        .into_iter()
        .take(case.trials())
        .filter_map(|node| waits_for_a_person(case, &intact, node))
        .collect()
}

/// What would step in for the first instance, if somebody noticed its death.
fn stands_by(place: &Place) -> Option<&'static str> {
    match &place.station {
        // A second primary takes all calls as soon as the store itself notices: nobody promotes it.
        Station::Store(store) => (store.standby && !store.multi).then_some("standby"),
        Station::Cache(cache) => (cache.copies && place.instances() > 1).then_some("copy"),
        Station::Source(_) | Station::Router(_) | Station::Server(_) => None,
        Station::Queue(_) | Station::Observer => None,
    }
}

fn waits_for_a_person(case: Case, intact: &Intact, node: usize) -> Option<Finding> {
    let place = case.place(node);
    let now = intact.lose(Unit::Instance { node: node as u32, instance: 0 }).spof;
    let second = stands_by(place)?;
    let title = format!(
        "When {} dies, its {second} steps in after {}: a person has to notice.",
        place.name,
        figures::time(now.recovery_s)
    );
    let reason = format!(
        "A {second} steps in when somebody or something sees that the first is dead. Nothing here watches."
    );
    let watch = case.design.node(place.id).and_then(|beside| advice::monitoring(case.design, beside));
    let fixes = watch.and_then(|change| better(case, change, &now)).into_iter().collect();
    let about = case.about("no-monitoring", Severity::Warning, node);
    now.loss.is_spof().then_some(Finding { title, reason, fixes, ..about })
}

/// Every unit whose loss the users notice.
pub fn single_points(case: Case) -> Vec<Finding> {
    // Of what waits for a person only because nothing watches, `no-monitoring` says all.
    let unwatched = |spof: &Spof| match spof.unit {
        Unit::Instance { node, instance: 0 } if spof.loss == Loss::Slow && !case.topology().monitored => {
            stands_by(case.place(node as usize)).is_some()
        }
        Unit::Instance { .. } | Unit::Block { .. } | Unit::Group { .. } => false,
    };
    let noticed: Vec<&Spof> = case.answer.spofs.iter().filter(|spof| !unwatched(spof)).collect();
    if noticed.is_empty() {
        return Vec::new();
    }
    let intact = Intact::new(case.topology());
    let tried = |(place, spof)| {
        let fixes = if place < case.trials() { second_chances(case, spof) } else { Vec::new() };
        Finding { fixes, ..single_point(case, &intact, spof) }
    };
    noticed.into_iter().enumerate().map(tried).collect()
}

fn single_point(case: Case, intact: &Intact, spof: &Spof) -> Finding {
    let what = unit_name(case.topology(), spof.unit);
    let lost = lost(spof);
    let title = match spof.loss {
        Loss::Total => {
            format!("If {what} dies, every request{} fails{}.", of_whom(case, intact, spof), colon(&lost))
        }
        Loss::Partial if lost.is_empty() => {
            format!("If {what} dies, {} fail.", of_one_client(case, intact, spof))
        }
        Loss::Partial => format!("If {what} dies, requests fail: {lost}."),
        Loss::Overload => format!("If {what} dies, too little is left: {}.", overload(case, intact, spof)),
        Loss::Slow => format!("If {what} dies, it takes {} to recover.", figures::time(spof.recovery_s)),
        Loss::Survived => format!("If {what} dies, nobody notices."),
    };
    let reason = match spof.loss {
        Loss::Total | Loss::Partial => "Nothing else can do its part.",
        Loss::Overload => "The others are alive, but they cannot carry its part as well.",
        Loss::Slow => "A failure that lasts longer than 5 min is noticed by everyone.",
        Loss::Survived => "",
    };
    let node = match spof.unit {
        Unit::Instance { node, .. } | Unit::Block { node } => Some(case.place(node as usize).id),
        Unit::Group { .. } => None,
    };
    Finding {
        rule: "single-point-of-failure".into(),
        severity: Severity::Warning,
        node,
        link: None,
        title,
        reason: reason.to_owned(),
        fixes: Vec::new(),
    }
}

/// What a unit is called in a sentence.
pub fn unit_name(topology: &Topology, unit: Unit) -> String {
    match unit {
        Unit::Block { node } => topology.place(node as usize).name.clone(),
        Unit::Group { group } => topology.groups[group as usize].name.clone(),
        Unit::Instance { node, instance } => {
            let place = topology.place(node as usize);
            let name = &place.name;
            match &place.station {
                Station::Store(store) if store.ring.is_some() => format!("node {} of {name}", instance + 1),
                Station::Store(store) if place.instances() > 1 => match store.role(instance) {
                    0 if store.shards() > 1 => {
                        format!("the primary of shard {} of {name}", store.shard_of(instance) + 1)
                    }
                    0 => format!("the primary of {name}"),
                    instance if instance <= store.replicas => format!("a replica of {name}"),
                    _ => format!("the standby of {name}"),
                },
                _ if place.instances() > 1 && advice::direct_links(topology, node as usize).is_empty() => {
                    format!("an instance of {name}")
                }
                _ if place.instances() > 1 => format!("instance {} of {name}", instance + 1),
                _ => name.clone(),
            }
        }
    }
}

/// The clients that get no answer, where others still do.
fn of_whom(case: Case, intact: &Intact, spof: &Spof) -> String {
    let clients =
        case.topology().places().filter(|(_, place)| matches!(place.station, Station::Source(_))).count();
    if clients == 1 {
        return String::new();
    }
    let silenced = intact.lose(spof.unit).silenced;
    let names: Vec<String> = silenced.iter().map(|client| case.place(*client).name.clone()).collect();
    if names.len() == clients { String::new() } else { format!(" of {}", listed(&names)) }
}

/// What the client that has lost the most of an operation has lost of it.
fn of_one_client(case: Case, intact: &Intact, spof: &Spof) -> String {
    let lacking = intact.lose(spof.unit).lacking;
    let worst = lacking.iter().max_by(|a, b| a.2.total_cmp(&b.2));
    worst.map_or_else(
        || "requests".to_owned(),
        |(client, op, share)| {
            let what = match op {
                Operation::Read => "reads",
                Operation::Write => "writes",
            };
            format!("{} of the {what} of {}", figures::share(*share), case.place(*client).name)
        },
    )
}

fn colon(lost: &str) -> String {
    if lost.is_empty() { String::new() } else { format!(": {lost}") }
}

/// `all reads and 12 % of writes lost`; empty when too little to name.
fn lost(spof: &Spof) -> String {
    let part = |answered: Option<f64>, name: &str| {
        let lost = 1.0 - answered?;
        match lost {
            lost if lost < 0.000_5 => None,
            lost if lost > 1.0 - 1e-9 => Some(format!("all {name}")),
            lost => Some(format!("{} of {name}", figures::share(lost))),
        }
    };
    let parts: Vec<String> =
        [part(spof.reads, "reads"), part(spof.writes, "writes")].into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("{} lost", listed(&parts)) }
}

/// Which station is overloaded after the loss, and by how much.
fn overload(case: Case, intact: &Intact, spof: &Spof) -> String {
    let aftermath = intact.lose(spof.unit);
    let hottest = aftermath.overloaded.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    match hottest {
        Some((node, load)) if !load.is_finite() => {
            format!("{} can hand on 0 messages", case.place(*node).name)
        }
        Some((node, load)) => {
            format!("{} is asked for {} of its capacity", case.place(*node).name, figures::share(*load))
        }
        None => format!("requests are turned away{}", colon(&lost(spof))),
    }
}

/// Changes after which the loss of the unit costs less.
fn second_chances(case: Case, spof: &Spof) -> Vec<Fix> {
    let (node, instance) = match spof.unit {
        Unit::Instance { node, instance } => (node, instance),
        Unit::Group { group } => return zones::second_zone(case, group as usize).into_iter().collect(),
        Unit::Block { .. } => return Vec::new(),
    };
    let node = node as usize;
    let (design, topology) = (case.design, case.topology());
    let count = topology.place(node).instances();
    let mut changes = Vec::new();
    match &topology.place(node).station {
        Station::Server(_) | Station::Router(_) | Station::Queue(_) => {
            let counts = [count.max(1) + u32::from(idle(topology, node) == 0), count + 2, 2 * count];
            changes.extend(counts.map(|count| advice::instances(design, topology, node, count, 2)));
        }
        Station::Store(store) => {
            if instance == 0 {
                changes.push(advice::standby(design, topology, node));
            }
            if spof.loss == Loss::Overload {
                changes.extend(
                    [1, 1 + store.replicas].map(|more| advice::replicas(design, topology, node, more)),
                );
            }
        }
        Station::Cache(_) => {
            changes.push(advice::copies(design, topology, node));
            changes.push(advice::instances(design, topology, node, count + 1, 2));
        }
        Station::Source(_) | Station::Observer => {}
    }
    let mut fixes: Vec<Fix> = Vec::new();
    for change in changes.into_iter().flatten() {
        let known = fixes.iter().any(|fix| fix.edit == change.edit);
        // The first change that survives is the smallest: larger ones add nothing.
        let enough = fixes.iter().any(|fix| fix.label.ends_with(NOTHING_LOST));
        if !known && !enough {
            fixes.extend(better(case, change, spof));
        }
    }
    fixes
}

/// What a fix achieves whose unit may die unnoticed.
const NOTHING_LOST: &str = "no request lost after it";

/// The fix, if with it the loss of the same unit costs less.
fn better(case: Case, change: Change, before: &Spof) -> Option<Fix> {
    let (_, topology) = change.tried(case.design)?;
    let unit = match before.unit {
        Unit::Instance { node, instance } => {
            let node = topology.index_of(case.place(node as usize).id)? as u32;
            Unit::Instance { node, instance }
        }
        Unit::Block { .. } | Unit::Group { .. } => return None,
    };
    let after = spof::lose(&topology, unit).spof;
    let effect = match after.loss {
        Loss::Survived if after.recovery_s > 0.0 => {
            format!("back in {}, {NOTHING_LOST}", figures::time(after.recovery_s))
        }
        Loss::Survived => NOTHING_LOST.to_owned(),
        Loss::Slow => format!("back in {}", figures::time(after.recovery_s)),
        Loss::Total | Loss::Partial | Loss::Overload => lost(&after),
    };
    (after.loss > before.loss).then(|| fix(change, &effect))
}

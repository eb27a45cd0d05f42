//! What saturates first, and overload that may outlast its cause.

use super::{Case, fix};
use crate::analysis::advice::{self, Change};
use crate::analysis::{Finding, Fix, Resource, Rung, Severity, vulnerable};
use crate::blocks::param::Value;
use crate::design::Edit;
use crate::engine::steady;
use crate::figures;
use crate::topology::{Route, Station, Store};

/// Below this headroom a little growth loses requests: rules call 1.5 the line between warning and note.
const COMFORT: f64 = 1.5;
/// Retries for each first attempt that a budget allows (rules 4: ten percent end the storm).
const BUDGET: f64 = 0.1;

/// The station that reaches its limit first, at which rate, and who is next.
pub fn first(case: Case) -> Vec<Finding> {
    let Some(rung) = case.answer.ladder.first() else { return Vec::new() };
    let node = rung.node as usize;
    let severity = match rung.multiple {
        multiple if multiple < 1.0 => Severity::Critical,
        multiple if multiple < COMFORT => Severity::Warning,
        _ => Severity::Note,
    };
    let name = &case.place(node).name;
    let (rate, multiple) = (figures::rate(rung.rate), figures::multiple(rung.multiple));
    let title = if rung.multiple < 1.0 {
        let today = figures::rate(rung.rate / rung.multiple);
        format!("{name} is saturated: the design carries {rate} ({multiple}) of the {today} sent.")
    } else {
        format!("{name} saturates first, at {rate} ({multiple}).")
    };
    let fixes = case.raising_headroom(relief(case, rung));
    vec![Finding {
        title,
        reason: reason(case, rung),
        fixes,
        ..case.about("saturates-first", severity, node)
    }]
}

fn reason(case: Case, rung: &Rung) -> String {
    let what = match rung.what {
        Resource::Cores => "its cores are busy all the time",
        Resource::Slots => "it holds as many calls as it can, waiting for those that it calls",
        Resource::Pool => "all connections of its pool are in use",
        Resource::Limit => "its rate limit turns the rest away",
        Resource::Bandwidth => "a link that leaves it is full",
        Resource::Network => "the network of its fullest instance is",
    };
    let load = case.answer.report.nodes[rung.node as usize].load;
    let today = load.map_or(String::new(), |load| format!("Today it is {} used. ", figures::share(load)));
    let next = case.answer.ladder.get(1..).unwrap_or_default().iter().find(|next| next.node != rung.node);
    let next = next.map_or(String::new(), |next| {
        let name = &case.place(next.node as usize).name;
        format!(" {name} is next, at {} ({}).", figures::rate(next.rate), figures::multiple(next.multiple))
    });
    format!("{today}At {} {what}.{next}", figures::multiple(rung.multiple))
}

/// Changes that may raise the limit of a rung.
pub fn relief(case: Case, rung: &Rung) -> Vec<Change> {
    let node = rung.node as usize;
    let mut changes = match rung.what {
        Resource::Cores => more_work(case, node, rung.multiple),
        Resource::Slots => more_slots(case, node, rung.multiple),
        Resource::Pool => more_connections(case, node),
        Resource::Limit => higher_limit(case, node, rung.multiple),
        Resource::Network => more_instances(case, node, rung.multiple),
        // A cable is bought, not typed.
        Resource::Bandwidth => Vec::new(),
    };
    let mut seen = Vec::new();
    changes.retain(|change| {
        let new = !seen.contains(&change.edit);
        seen.push(change.edit.clone());
        new
    });
    changes
}

fn more_work(case: Case, node: usize, multiple: f64) -> Vec<Change> {
    let (design, topology) = (case.design, case.topology());
    let mut changes = Vec::new();
    changes.extend(more_instances(case, node, multiple));
    if let Station::Store(store) = &topology.place(node).station {
        let nodes = f64::from(1 + store.replicas);
        let more = f64::ceil(nodes * (COMFORT / multiple - 1.0)).clamp(1.0, 50.0) as u32;
        changes.extend(advice::replicas(design, topology, node, 1));
        changes.extend(advice::replicas(design, topology, node, more));
    }
    changes.extend(less_asked(case, node));
    changes.extend(advice::larger(design, topology, node));
    changes
}

/// One more instance, and as many as comfort takes.
fn more_instances(case: Case, node: usize, multiple: f64) -> Vec<Change> {
    let now = case.place(node).instances();
    let used = if advice::direct_links(case.topology(), node).is_empty() { now } else { 1 };
    let wanted = f64::ceil(f64::from(used) * COMFORT / multiple).clamp(1.0, 1_000.0) as u32;
    let counts = [now.max(used + 1), wanted.max(now).max(used + 1)];
    counts
        .into_iter()
        .filter_map(|count| advice::instances(case.design, case.topology(), node, count, 1))
        .collect()
}

/// Fewer reads at a store: a cache in front of it, or a larger one.
fn less_asked(case: Case, node: usize) -> Vec<Change> {
    let (design, topology) = (case.design, case.topology());
    let mut changes = Vec::new();
    if matches!(topology.place(node).station, Station::Store(Store { .. })) {
        changes.extend(advice::cache_before(design, topology, node));
    }
    for cache in advice::caches_before(topology, node) {
        if let Some(memory) = advice::value(design, topology, cache, "memory_gb") {
            let what =
                format!("Double {} to {} GB", topology.place(cache).name, figures::count(2.0 * memory));
            changes.extend(advice::number(design, topology, cache, "memory_gb", 2.0 * memory, &what));
        }
    }
    changes
}

fn more_slots(case: Case, node: usize, multiple: f64) -> Vec<Change> {
    let (design, topology) = (case.design, case.topology());
    let mut changes = Vec::new();
    changes.extend(advice::choice(
        design,
        topology,
        node,
        "threads",
        "async",
        "Wait without holding threads",
    ));
    for param in ["connections", "concurrency"] {
        if let Some(now) = advice::value(design, topology, node, param) {
            let what = format!("Double the {param} to {}", figures::plain(2.0 * now));
            changes.extend(advice::number(design, topology, node, param, 2.0 * now, &what));
        }
    }
    changes.extend(more_instances(case, node, multiple));
    changes
}

/// Twice the connections on every pooled link that leaves the station.
fn more_connections(case: Case, node: usize) -> Vec<Change> {
    let topology = case.topology();
    let routes = topology.outgoing[node].iter().map(|edge| topology.route(edge.index()));
    let double = |route: &Route| {
        let pool = f64::from(route.pool?);
        Some(Edit::SetLink(route.id, "pool".to_owned(), Some(Value::Number((2.0 * pool).min(10_000.0)))))
    };
    let edits: Vec<Edit> = routes.filter_map(double).collect();
    let what = "Double the connections of the pool".to_owned();
    if edits.is_empty() { Vec::new() } else { vec![Change { what, edit: Edit::All(edits) }] }
}

fn higher_limit(case: Case, node: usize, multiple: f64) -> Vec<Change> {
    let (design, topology) = (case.design, case.topology());
    let Some(limit) = advice::value(design, topology, node, "limit") else { return Vec::new() };
    let wanted = f64::ceil((limit * 2.0).max(limit * COMFORT / multiple));
    let what = format!("Raise the limit to {}", figures::rate(wanted));
    advice::number(design, topology, node, "limit", wanted, &what).into_iter().collect()
}

/// Retries that turn a short overload into a lasting one: offered load times attempts reaches capacity, and a full queue
/// outlasts its callers' patience, so that the server works on calls that nobody waits for any more (rules 1.4).
pub fn may_not_recover(case: Case) -> Vec<Finding> {
    let mut findings = Vec::new();
    let attempts = vulnerable::attempts(case.topology());
    for found in &case.answer.vulnerable {
        let (node, worst) = (found.node as usize, found.worst);
        let Some((load, stuck)) = case.answer.report.nodes[node].load.zip(found.stuck) else { continue };
        let place = case.place(node);
        let title = format!(
            "A short overload of {} may never end: with all retries it is asked for {} of its capacity.",
            place.name,
            figures::share(worst)
        );
        let reason = format!(
            "Today it is {} used. Each request comes up to {} times when it fails, and a full queue takes longer than its \
             callers wait, so the work done is thrown away and asked for again. Once that has begun it goes on, and {} of \
             the requests are answered.",
            figures::share(load),
            figures::count(attempts[node]),
            figures::share(stuck)
        );
        let fixes = calmer(case, load).into_iter().chain(on_a_budget(case, found.node)).collect();
        findings.push(Finding {
            title,
            reason,
            fixes,
            ..case.about("may-not-recover", Severity::Warning, node)
        });
    }
    findings
}

/// The way out that always works: no retries. What is offered then is what comes from outside.
fn calmer(case: Case, load: f64) -> Vec<Fix> {
    let topology = case.topology();
    let mut edits = Vec::new();
    for index in 0..topology.graph.edge_count() {
        let (from, route) = (topology.ends(index).0, topology.route(index));
        let none = Some(Value::Number(0.0));
        if route.retries == 0 {
            continue;
        }
        // A client's retries are its own, not its links'.
        let edit = match topology.place(from).station {
            Station::Source(_) => Edit::Set(topology.place(from).id, "retries".to_owned(), none),
            Station::Router(_) | Station::Server(_) | Station::Cache(_) | Station::Queue(_) => {
                Edit::SetLink(route.id, "retries".to_owned(), none)
            }
            Station::Store(_) | Station::Observer => continue,
        };
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    let change = Change { what: "Turn retries off".to_owned(), edit: Edit::All(edits) };
    vec![fix(change, &format!("{} of its capacity at worst", figures::share(load)))]
}

/// Retries for a tenth of the calls at most: enough for rare failures, too little to keep an overload alive.
fn on_a_budget(case: Case, node: u32) -> Option<Fix> {
    let topology = case.topology();
    let retrying = (0..topology.graph.edge_count()).map(|index| topology.route(index));
    let unbound = retrying.filter(|route| route.retries > 0 && route.policy.budget.is_none());
    let tenth = Some(Value::Number(BUDGET));
    let edits: Vec<Edit> =
        unbound.map(|route| Edit::SetLink(route.id, "retry_budget".to_owned(), tenth.clone())).collect();
    let what = "Retry at most a tenth of the calls".to_owned();
    let change = (!edits.is_empty()).then_some(Change { what, edit: Edit::All(edits) })?;
    let (_, topology) = change.tried(case.design)?;
    let left = vulnerable::vulnerable(&topology, &steady::solve(&topology));
    let worst = left.iter().find(|found| found.node == node)?.worst;
    let ends = left.iter().all(|found| found.stuck.is_none());
    ends.then(|| fix(change, &format!("{} of its capacity at worst", figures::share(worst))))
}

//! Tight coupling: chains of services that wait for each other are up together and slow together.

use super::{Case, fix};
use crate::analysis::advice::{self, Change};
use crate::analysis::{Finding, Fix, Severity, availability};
use crate::blocks::param::Value;
use crate::design::Edit;
use crate::engine::flows::{self, Moments, Scenario};
use crate::figures;
use crate::topology::{Place, Route, Source, Station, Tag, Topology};

/// Services in a row from which on they count as tightly coupled: with three, page, logic and data are told apart.
const CHAIN: usize = 4;
/// A chain that goes round is followed no further than this.
const LONGEST: usize = 64;

/// The longest chain of services that wait for each other, from each client.
pub fn chains(case: Case) -> Vec<Finding> {
    let topology = case.topology();
    let clients = topology.places().filter(|(_, place)| matches!(place.station, Station::Source(_)));
    let mut longest: Vec<Vec<usize>> = clients.map(|(client, _)| chain_from(topology, client)).collect();
    longest.retain(|chain| chain.len() >= CHAIN);
    longest.dedup();
    longest.iter().map(|chain| coupled(case, chain)).collect()
}

fn coupled(case: Case, chain: &[usize]) -> Finding {
    let names: Vec<&str> = chain.iter().map(|node| case.place(*node).name.as_str()).collect();
    let up: f64 = chain.iter().map(|node| up(case.topology(), *node)).product();
    let slow: f64 = chain.iter().map(|node| own_p99(case, *node)).sum();
    let title = format!(
        "{} services wait for each other: all of them are up {} of the time.",
        chain.len(),
        figures::share(up)
    );
    let reason = format!(
        "Each answer takes {} one after the other: availabilities multiply, and times add up, in the worst case their 99th \
         percentiles: {}.",
        names.join(" → "),
        figures::time(slow)
    );
    let about = case.about("tight-coupling", Severity::Note, chain[0]);
    Finding { title, reason, fixes: loosened(case, chain), ..about }
}

/// Share of the time that enough of a station's instances are up for one to answer.
fn up(topology: &Topology, node: usize) -> f64 {
    let place = topology.place(node);
    let life = &place.life;
    let broken = if life.mttf_s.is_finite() { life.mttr_s / (life.mttf_s + life.mttr_s) } else { 0.0 };
    let one = life.provided.unwrap_or(1.0 - broken);
    let direct = !advice::direct_links(topology, node).is_empty();
    let count = if direct || place.managed { 1 } else { place.instances() };
    1.0 - libm::pow(1.0 - one, f64::from(count))
}

/// 99th percentile of the time that a call spends in a station itself [s].
fn own_p99(case: Case, node: usize) -> f64 {
    let service = case.place(node).servers.read;
    let wait = case.answer.report.nodes[node].wait.map_or(0.0, |wait| wait.mean.value);
    let variance = service.shape.scv() * service.mean_s * service.mean_s + wait * wait;
    Moments { mean: service.mean_s + wait, variance }.quantile(0.99)
}

/// Services on the longest way of calls that their callers wait for.
fn chain_from(topology: &Topology, client: usize) -> Vec<usize> {
    let Station::Source(Source { tag, .. }) = topology.place(client).station else { return Vec::new() };
    let mut best = vec![(0, None); topology.len()];
    for _ in 0..=topology.len().min(LONGEST) {
        let before = best.clone();
        let from = |node: usize| {
            let own = usize::from(is_service(topology.place(node)));
            let next =
                waited_for(topology, tag, node).filter(|to| *to != node).max_by_key(|to| before[*to].0);
            (own + next.map_or(0, |to| before[to].0), next)
        };
        best = (0..topology.len()).map(from).collect();
        if best == before {
            return walk(topology, &best, client);
        }
    }
    // Services that call each other in a circle have no length.
    Vec::new()
}

fn walk(topology: &Topology, best: &[(usize, Option<usize>)], client: usize) -> Vec<usize> {
    let steps = std::iter::successors(Some(client), |node| best[*node].1);
    steps.take(topology.len()).filter(|node| is_service(topology.place(*node))).collect()
}

fn is_service(place: &Place) -> bool {
    match &place.station {
        Station::Server(_) => true,
        Station::Source(_) | Station::Router(_) | Station::Cache(_) => false,
        Station::Store(_) | Station::Queue(_) | Station::Observer => false,
    }
}

/// Stations whose answers a station needs. What takes messages answers for itself, and so does what is called on a miss.
fn waited_for(topology: &Topology, tag: Tag, node: usize) -> impl Iterator<Item = usize> {
    let hands_on = matches!(topology.place(node).station, Station::Queue(_));
    let needed =
        move |route: &Route| route.tags.has(tag) && !route.background && !route.optional && !route.on_miss;
    let routes = topology.outgoing[node].iter().map(|edge| edge.index());
    routes
        .filter(move |index| !hands_on && needed(topology.route(*index)))
        .map(|index| topology.ends(index).1)
}

/// Calls in the chain that a caller need not wait for: nothing behind them brings data. What then is lost no longer ends
/// the request.
fn loosened(case: Case, chain: &[usize]) -> Vec<Fix> {
    let topology = case.topology();
    let pairs = chain.windows(2).rev();
    let links = pairs.filter_map(|pair| {
        let routes = topology.outgoing[pair[0]].iter().map(|edge| edge.index());
        let mut direct = routes.filter(|index| topology.ends(*index).1 == pair[1]);
        direct.next().filter(|_| !brings_data(topology, pair[1])).map(|index| (index, pair[1]))
    });
    let mut fixes = Vec::new();
    for (index, to) in links.take(case.trials().min(2)) {
        let what = format!("Do not wait for {}", topology.place(to).name);
        let edit = Edit::SetLink(topology.route(index).id, "async".to_owned(), Some(Value::Flag(true)));
        let change = Change { what, edit };
        let Some((_, tried)) = change.tried(case.design) else { continue };
        let flows = flows::solve(&tried, &Scenario::default());
        let then = availability::availability(&tried, &flows).both;
        if let Some((now, then)) = case.answer.availability.both.zip(then)
            && then > now
        {
            fixes.push(fix(change, &format!("available {}", figures::share(then))));
        }
    }
    fixes
}

/// Whether a store, or a box with a database, answers behind this station.
fn brings_data(topology: &Topology, node: usize) -> bool {
    let mut seen = vec![false; topology.len()];
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if std::mem::replace(&mut seen[node], true) {
            continue;
        }
        match &topology.place(node).station {
            Station::Store(_) | Station::Cache(_) => return true,
            Station::Server(server) if server.holds_data => return true,
            Station::Server(_) | Station::Router(_) | Station::Source(_) => {}
            Station::Queue(_) | Station::Observer => continue,
        }
        let reads = topology.outgoing[node].iter().map(|edge| edge.index());
        let reads = reads.filter(|index| topology.route(*index).reads);
        open.extend(reads.map(|index| topology.ends(index).1));
    }
    false
}

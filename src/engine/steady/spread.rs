//! How times spread: the transforms of all stations, combined along the request tree and inverted.
//!
//! What always takes at least so long is kept apart as a shift, so that constant latencies cost neither accuracy nor
//! time: a transform is that of the rest.

mod parts;
mod prepare;

use std::cell::RefCell;

use crate::engine::flows::{Door, Moments};
use crate::engine::formulas::Wait;
use crate::engine::formulas::invert::{self, Complex};
use crate::sorted::sort_by;
use crate::topology::{AllLanes, Lane, Lanes};
pub use parts::Lines;
use parts::Part;

/// Rounds in which a loop is followed.
const ROUNDS: usize = 48;

/// The times of one topology, ready to be asked for quantiles.
pub struct Spread {
    /// Callees before callers, only what carries calls.
    nodes: Vec<Node>,
    /// By route.
    routes: Vec<Lanes<Link>>,
    /// Whether calls go in circles.
    loops: bool,
    stations: usize,
    lanes: AllLanes,
}

struct Node {
    node: usize,
    /// `None` when there are none.
    times: Lanes<Option<Time>>,
}

struct Time {
    shift: f64,
    /// Waits by door: share of the calls, and its lines.
    waits: [Vec<(f64, Lines)>; 2],
    service: Part,
    /// Share that goes no further: hits of a cache.
    ends: f64,
    after: After,
}

enum After {
    Nothing,
    /// One of these routes: share, route, what it takes longer than the shortest.
    OneOf(Vec<(f64, usize, f64)>),
    /// All of these.
    AllOf(Vec<Factor>),
}

/// Calls that are made together or not at all.
struct Factor {
    chance: f64,
    /// What they take at least, where that is not part of the shift.
    longer: f64,
    calls: Vec<(usize, f64, f64)>,
}

#[derive(Clone)]
struct Link {
    to: usize,
    door: usize,
    shift: f64,
    pool: Wait,
    /// Attempts that may be the one that succeeds: its chance, the least delay before it and the spread of that [s]. Empty
    /// when none is ever repeated.
    attempts: Vec<(f64, f64, f64)>,
}

/// Part of a mixture: weight, station, door, lane.
pub type Share = (f64, usize, Door, Lane);

/// Transforms by lane of all stations, by station and door.
type Values = [Vec<[Complex; 2]>];

/// Parts of a mixture that begin at nearly the same time. Each cluster is inverted by itself: a transform that jumps far
/// behind its beginning is inverted badly, so that a mixture could lie beyond all its parts.
struct Cluster {
    weight: f64,
    /// What its parts take longer than the shortest of all [s].
    longer: f64,
    /// Share of the cluster, what it takes longer than the cluster's shortest [s], and the part.
    parts: Vec<(f64, f64, Share)>,
}

/// Parts whose shifts are no further apart than this share of the mean are inverted together.
const NEAR: f64 = 0.02;

fn clusters(parts: &[Share], longer: impl Fn(&Share) -> f64, near: f64) -> Vec<Cluster> {
    let mut sorted: Vec<(f64, Share)> = parts.iter().map(|part| (longer(part), *part)).collect();
    sort_by(&mut sorted, |a, b| a.0.total_cmp(&b.0));
    let mut clusters: Vec<Cluster> = Vec::new();
    for (longer, part) in sorted {
        match clusters.last_mut() {
            Some(last) if longer - last.longer <= near => {
                last.parts.push((part.0, longer - last.longer, part))
            }
            _ => clusters.push(Cluster { weight: 0.0, longer, parts: vec![(part.0, 0.0, part)] }),
        }
    }
    for cluster in &mut clusters {
        cluster.weight = cluster.parts.iter().map(|part| part.0).sum();
        let whole = cluster.weight;
        cluster.parts.iter_mut().for_each(|part| part.0 /= whole.max(f64::MIN_POSITIVE));
    }
    clusters
}

/// A transform, later by a constant.
fn delayed(value: Complex, s: Complex, by: f64) -> Complex {
    if by > 0.0 { value * (s * -by).e_to_it() } else { value }
}

impl Spread {
    /// The times that shares `wanted` do not exceed, of a mixture of stations' times by weight [s]. Parts are
    /// (weight, station, door, lane); `moments` are those of the mixture.
    pub fn quantiles<const N: usize>(&self, parts: &[Share], moments: Moments, wanted: [f64; N]) -> [f64; N] {
        let total: f64 = parts.iter().map(|part| part.0).sum();
        let shift_of = |part: &Share| self.shift(part.1, part.3);
        let shift = parts.iter().map(shift_of).fold(f64::INFINITY, f64::min);
        let rest = Moments { mean: moments.mean - shift, ..moments };
        if total <= 0.0 || !shift.is_finite() || rest.mean <= 1e-9 * moments.mean {
            return wanted.map(|_| moments.mean);
        }
        let clusters = clusters(parts, |part| shift_of(part) - shift, NEAR * moments.mean);
        let used: Vec<Lane> =
            self.lanes.clone().filter(|lane| parts.iter().any(|part| part.3 == *lane)).collect();
        let values = RefCell::new(vec![vec![[Complex::ONE; 2]; self.stations]; self.lanes.len()]);
        let transform = |cluster: &Cluster, s: Complex| {
            let values = &mut *values.borrow_mut();
            self.evaluate(s, &used, values);
            let part = |sum: Complex, (weight, longer, (_, node, door, lane)): &(f64, f64, Share)| {
                sum + delayed(values[lane.index()][*node][*door as usize], s, *longer) * *weight
            };
            cluster.parts.iter().fold(Complex::ZERO, part)
        };
        let of_cluster = |cluster: &Cluster, time: f64| match time - cluster.longer {
            beyond if beyond > 0.0 => invert::survival(|s| transform(cluster, s), beyond),
            _ => 1.0,
        };
        let survival = |time: f64| {
            clusters.iter().map(|cluster| cluster.weight / total * of_cluster(cluster, time)).sum::<f64>()
        };
        // A share may take no longer than the shift: nothing lies below it.
        let beyond = survival(1e-6 * rest.mean);
        let mut last = 0.02 * rest.mean;
        wanted.map(|p| {
            if beyond > 1.0 - p {
                last = invert::quantile(survival, rest.quantile(p).max(last), p);
                return shift + last;
            }
            shift
        })
    }

    fn shift(&self, node: usize, lane: Lane) -> f64 {
        let found = self.nodes.iter().find(|known| known.node == node);
        found.and_then(|known| known.times[lane].as_ref()).map_or(0.0, |time| time.shift)
    }

    /// Transforms of all stations at a point.
    fn evaluate(&self, s: Complex, used: &[Lane], values: &mut Values) {
        for _ in 0..if self.loops { ROUNDS } else { 1 } {
            for node in &self.nodes {
                for lane in used.iter().copied() {
                    let Some(time) = &node.times[lane] else { continue };
                    let after = self.after(time, s, lane, values);
                    let all = time.service.transform(s) * after;
                    let wait =
                        |sum: Complex, (share, lines): &(f64, Lines)| sum + lines.transform(s) * *share;
                    for (door, waits) in time.waits.iter().enumerate().filter(|(_, waits)| !waits.is_empty())
                    {
                        values[lane.index()][node.node][door] = all * waits.iter().fold(Complex::ZERO, wait);
                    }
                }
            }
        }
    }

    fn after(&self, time: &Time, s: Complex, lane: Lane, values: &Values) -> Complex {
        let value = match &time.after {
            After::Nothing => return Complex::ONE,
            After::OneOf(routes) => {
                let part = |sum: Complex, (share, route, longer): &(f64, usize, f64)| {
                    sum + delayed(self.along(*route, lane, s, values), s, *longer) * *share
                };
                routes.iter().fold(Complex::ZERO, part)
            }
            After::AllOf(factors) => {
                let one = |product: Complex, factor: &Factor| product * self.factor(factor, lane, s, values);
                factors.iter().fold(Complex::ONE, one)
            }
        };
        Complex::real(time.ends) + value * (1.0 - time.ends)
    }

    fn factor(&self, factor: &Factor, lane: Lane, s: Complex, values: &Values) -> Complex {
        let mut product = Complex::ONE;
        for (route, calls, shift) in &factor.calls {
            let one = self.along(*route, lane, s, values);
            let whole = f64::floor(*calls);
            (0..whole as u32).for_each(|_| product = product * one);
            let more = calls - whole;
            if more > 0.0 {
                product = product * (Complex::real(1.0 - more) + delayed(one, s, *shift) * more);
            }
        }
        Complex::real(1.0 - factor.chance) + delayed(product, s, factor.longer) * factor.chance
    }

    fn along(&self, route: usize, lane: Lane, s: Complex, values: &Values) -> Complex {
        let link = &self.routes[route][lane];
        let mut value = values[lane.index()][link.to][link.door];
        if link.pool.chance > 0.0 {
            value = value * link.pool.transform(s);
        }
        if link.attempts.is_empty() {
            return value;
        }
        let part = |sum: Complex, (chance, delay, spread): &(f64, f64, f64)| {
            let wait = if *spread > 0.0 {
                let by = s * *spread;
                (Complex::ONE - (by * -1.0).e_to_it()) / by
            } else {
                Complex::ONE
            };
            sum + delayed(wait, s, *delay) * *chance
        };
        value * link.attempts.iter().fold(Complex::ZERO, part)
    }
}

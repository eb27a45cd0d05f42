//! Transforms of one station: its lines and its service time.

use crate::engine::flows::{Door, InstanceFlow, Line, Occupancy, StationFlow};
use crate::engine::formulas::invert::Complex;
use crate::engine::formulas::{Wait, balanced_share};
use crate::topology::{Operation, Servers, Service, Shape};

/// The lines of one instance.
#[derive(Debug, Clone)]
pub struct Lines {
    slot: Line,
    core: Core,
}

#[derive(Debug, Clone)]
enum Core {
    Line(Line),
    /// One core and Poisson arrivals: exact for any service (Pollaczek and Khinchine).
    Single {
        /// Arrivals [1/s].
        arrivals: f64,
        /// Offered work.
        load: f64,
        /// Services by share, each as its constant part [s] and the rest.
        services: Vec<(f64, f64, Part)>,
    },
}

/// A service time beyond its constant part.
#[derive(Debug, Clone)]
pub enum Part {
    /// Nothing.
    None,
    /// Exponential of this mean [s].
    Exponential(f64),
    /// Gamma by shape and scale [s], which sums of exponential phases are.
    Gamma {
        /// Shape.
        shape: f64,
        /// Scale [s].
        scale: f64,
    },
    /// A mixture of gamma distributions: share, shape, scale [s].
    Mixture(Vec<(f64, f64, f64)>),
}

/// Nodes and weights of Gauss–Hermite quadrature with six points, for a standard normal (Abramowitz and Stegun 25.10).
const HERMITE: [(f64, f64); 6] = [
    (-3.324_257_433_552_119, 0.002_555_784_402_056_246),
    (-1.889_175_877_753_711, 0.088_615_746_041_914_53),
    (-0.616_706_590_192_594, 0.408_828_469_556_029_2),
    (0.616_706_590_192_594, 0.408_828_469_556_029_2),
    (1.889_175_877_753_711, 0.088_615_746_041_914_53),
    (3.324_257_433_552_119, 0.002_555_784_402_056_246),
];
/// Share of a lognormal's logarithmic variance that the six points carry; gamma distributions around them fill the rest.
const CARRIED: f64 = 0.75;

impl Lines {
    /// No wait at all.
    pub const NONE: Lines = Lines { slot: Line::Open(Wait::NONE), core: Core::Line(Line::Open(Wait::NONE)) };

    /// Whether the line for the core is that of Pollaczek and Khinchine.
    pub fn is_single(&self) -> bool {
        matches!(self.core, Core::Single { .. })
            && matches!(&self.slot, Line::Open(wait) if wait.chance <= 0.0)
    }

    /// Transform of the wait.
    pub fn transform(&self, s: Complex) -> Complex {
        let core = match &self.core {
            Core::Line(line) => of_line(line, s),
            Core::Single { arrivals, load, services } => {
                let one = |sum: Complex, (share, constant, part): &(f64, f64, Part)| {
                    sum + super::delayed(part.transform(s), s, *constant) * *share
                };
                let service = services.iter().fold(Complex::ZERO, one);
                s * (1.0 - load) / (s - Complex::real(*arrivals) + service * *arrivals)
            }
        };
        of_line(&self.slot, s) * core
    }
}

fn of_line(line: &Line, s: Complex) -> Complex {
    match line {
        Line::Open(wait) if wait.chance <= 0.0 => Complex::ONE,
        Line::Open(wait) => wait.transform(s),
        Line::Bounded(bounded) => bounded.wait_transform(s),
    }
}

impl Part {
    /// Transform of the time.
    pub fn transform(&self, s: Complex) -> Complex {
        match self {
            Part::None => Complex::ONE,
            Part::Exponential(mean) => (Complex::ONE + s * *mean).inverse(),
            Part::Gamma { shape, scale } => gamma(*shape, *scale, s),
            Part::Mixture(parts) => {
                let one = |sum: Complex, (share, shape, scale): &(f64, f64, f64)| {
                    sum + gamma(*shape, *scale, s) * *share
                };
                parts.iter().fold(Complex::ZERO, one)
            }
        }
    }
}

fn gamma(shape: f64, scale: f64, s: Complex) -> Complex {
    let base = Complex::ONE + s * scale;
    if shape == 1.0 { base.inverse() } else { base.to_the(-shape) }
}

/// A service time as its constant part [s] and the rest.
pub fn constant_apart(service: Service) -> (f64, Part) {
    let mean = service.mean_s;
    match service.shape {
        _ if mean <= 0.0 => (0.0, Part::None),
        Shape::Constant => (mean, Part::None),
        Shape::Exponential => (0.0, Part::Exponential(mean)),
        Shape::Erlang { phases } => {
            let shape = f64::from(phases.max(1));
            (0.0, Part::Gamma { shape, scale: mean / shape })
        }
        Shape::Lognormal { cv } => (0.0, lognormal(mean, cv)),
        Shape::Hyperexponential { cv } => (0.0, balanced(mean, cv * cv)),
    }
}

fn lognormal(mean: f64, cv: f64) -> Part {
    let variance = libm::log1p(cv * cv);
    if variance <= 1e-6 {
        return Part::Gamma { shape: 1.0 / (cv * cv).max(1e-6), scale: mean * (cv * cv).max(1e-6) };
    }
    let spread = f64::sqrt(CARRIED * variance);
    let shape = 1.0 / libm::expm1((1.0 - CARRIED) * variance);
    let weight = |(at, weight): (f64, f64)| (weight, libm::exp(spread * at));
    let points = HERMITE.map(weight);
    let scale = mean / points.iter().map(|(weight, at)| weight * at).sum::<f64>();
    Part::Mixture(points.iter().map(|(weight, at)| (*weight, shape, scale * at / shape)).collect())
}

/// Two exponential phases with balanced means.
fn balanced(mean: f64, scv: f64) -> Part {
    if scv <= 1.0 {
        return Part::Exponential(mean);
    }
    let share = balanced_share(scv);
    let phase = |share: f64| (share, 1.0, 0.5 * mean / share);
    Part::Mixture(vec![phase(share), phase(1.0 - share)])
}

/// The lines that calls of an operation through a door meet, by their share of those admitted.
pub fn lines(servers: &Servers, flow: &StationFlow, door: Door, op: Operation) -> Vec<(f64, Lines)> {
    let share =
        |instance: &InstanceFlow| instance.shares[door as usize][op as usize] * instance.occupancy.admitted;
    let total: f64 = flow.instances.iter().map(share).sum();
    let mut found: Vec<(f64, Occupancy, Lines)> = Vec::new();
    for instance in flow.instances.iter().filter(|instance| share(instance) > 0.0) {
        let weight = share(instance) / total;
        match found.iter_mut().find(|(_, same, _)| *same == instance.occupancy) {
            Some(known) => known.0 += weight,
            None => found.push((weight, instance.occupancy, Lines::of(servers, instance, flow.upkeep, op))),
        }
    }
    found.into_iter().map(|(weight, _, lines)| (weight, lines)).collect()
}

impl Lines {
    /// The lines of an instance as calls of an operation meet them.
    pub fn of(servers: &Servers, instance: &InstanceFlow, upkeep: f64, op: Operation) -> Lines {
        let found = &instance.occupancy;
        let poisson = found.gap_scv == 1.0 && instance.replays == 0.0 && upkeep == 0.0;
        let open = matches!(found.for_core, Line::Open(_)) && found.cores < 1.0;
        let core = if servers.cores == Some(1)
            && poisson
            && open
            && found.service_scv != 1.0
            && found.ranked.is_none()
        {
            let arrivals = found.admitted * (instance.calls[0] + instance.calls[1]);
            let service = |op: usize, service: Service| {
                let (constant, part) = constant_apart(service);
                (instance.calls[op] / (instance.calls[0] + instance.calls[1]), constant, part)
            };
            let services = vec![service(0, servers.read), service(1, servers.write)];
            Core::Single { arrivals, load: found.cores, services }
        } else {
            Core::Line(found.for_core_of(op as usize))
        };
        Lines { slot: found.for_slot, core }
    }
}

//! Balancers that look before they send: to the shortest of all lines, or to the shorter of two drawn at random. Servers of
//! one core and exponential service; another service changes these lines as it changes one line.

use std::sync::OnceLock;

use super::Wait;
use super::matrix::Matrix;

/// Points at which the shorter of two lines is solved; between them it is interpolated, to eight digits.
const POINTS: usize = 25;
/// Loads between which it is solved: below nobody waits, above the two lines are as one.
const SOLVED: [f64; 2] = [0.005, 0.99];
/// Differences of the two lines that are looked at: longer ones are rarer than 10⁻¹².
const DIFFERENCES: usize = 22;

/// The shortest of `lines` equal lines: for two exact (a quasi-birth-and-death process over the shorter line, Latouche and
/// Ramaswami 1993); for more as much beside the one line of all servers as for two.
pub fn shortest_line(arrivals: f64, mean: f64, lines: u32) -> Wait {
    let one = Wait::mmc(arrivals, mean, lines.max(1));
    if lines < 2 || one.chance <= 0.0 || !one.delayed.is_finite() {
        return one;
    }
    let [more, chance] = beside_one_line(arrivals * mean / f64::from(lines));
    if lines > 2 {
        return Wait { delayed: one.delayed * more, ..one };
    }
    let (wait, chance) = (one.mean() * more, one.chance * chance);
    Wait { chance, delayed: wait / chance }
}

/// The shorter of two lines drawn from `lines`: exact for two, the limit of infinitely many for very many (Vvedenskaya,
/// Dobrushin and Karpelevich 1996; Mitzenmacher 1996), and between them as far as two are of all.
pub fn shorter_of_two(arrivals: f64, mean: f64, lines: u32) -> Wait {
    let load = arrivals * mean / f64::from(lines.max(1));
    if lines <= 2 || load >= 1.0 || load <= 0.0 {
        return shortest_line(arrivals, mean, lines);
    }
    let two = shortest_line(2.0 * load / mean, mean, 2);
    let share = 2.0 / f64::from(lines);
    let between = |few: f64, many: f64| share * few + (1.0 - share) * many;
    let chance = between(two.chance, load * load);
    let wait = between(two.mean(), shorter_of_two_of_many(load) * mean - mean);
    Wait { chance, delayed: wait / chance }
}

/// Mean time in the limit of infinitely many lines, in service times: Σ ρ^(2^i − 2).
pub fn shorter_of_two_of_many(load: f64) -> f64 {
    (1..=50).map(|i| libm::pow(load, libm::exp2(f64::from(i)) - 2.0)).sum()
}

/// Share of the lines with at least `count` present in that limit: ρ^(2^k − 1).
pub fn at_least_present(load: f64, count: u32) -> f64 {
    libm::pow(load, libm::exp2(f64::from(count)) - 1.0)
}

/// How much longer the shorter of two lines lets wait than one line for both servers, and how much oftener.
fn beside_one_line(load: f64) -> [f64; 2] {
    static TABLE: OnceLock<[[f64; 2]; POINTS]> = OnceLock::new();
    let table = TABLE.get_or_init(|| std::array::from_fn(|at| solved(point(at))));
    let load = load.clamp(SOLVED[0], SOLVED[1]);
    // Barycentric interpolation at Chebyshev points of the second kind (Berrut and Trefethen 2004).
    let (mut above, mut below) = ([0.0; 2], 0.0);
    for (at, values) in table.iter().enumerate() {
        let apart = load - point(at);
        if apart == 0.0 {
            return *values;
        }
        let end = if at == 0 || at == POINTS - 1 { 0.5 } else { 1.0 };
        let weight = if at % 2 == 0 { end } else { -end } / apart;
        below += weight;
        above = [0, 1].map(|i| above[i] + weight * values[i]);
    }
    above.map(|sum| sum / below)
}

fn point(at: usize) -> f64 {
    let turn = core::f64::consts::PI * at as f64 / (POINTS - 1) as f64;
    0.5 * (SOLVED[0] + SOLVED[1]) + 0.5 * (SOLVED[1] - SOLVED[0]) * libm::cos(turn)
}

/// The same, solved. Level: the shorter line; phase: by how much the other is longer; one service a unit of time.
fn solved(load: f64) -> [f64; 2] {
    let (arrivals, size) = (2.0 * load, DIFFERENCES + 1);
    let [mut up, mut stay, mut down, mut empty] = [(); 4].map(|()| Matrix::zero(size));
    for apart in 0..size {
        if apart == 0 {
            stay.set(0, 1, arrivals);
            empty.set(0, 1, arrivals);
            down.set(0, 1, 2.0);
        } else {
            up.set(apart, apart - 1, arrivals);
            stay.set(apart, apart - 1, 1.0);
            empty.set(apart, apart - 1, 1.0);
            if apart + 1 < size {
                down.set(apart, apart + 1, 1.0);
            }
        }
    }
    for apart in 0..size {
        let leaves =
            |own: &Matrix, other: &Matrix| own.row_sum(apart) + up.row_sum(apart) + other.row_sum(apart);
        let (out, out_empty) = (leaves(&stay, &down), leaves(&empty, &Matrix::zero(size)));
        stay.set(apart, apart, -out);
        empty.set(apart, apart, -out_empty);
    }
    let first = first_passage(&up, &stay, &down);
    let ratio = up.times(&stay.plus(&up.times(&first)).scaled(-1.0).inverse());
    // The level of an empty shorter line: what leaves it comes back, and all levels together are 1.
    let rest = Matrix::one(size).plus(&ratio.scaled(-1.0)).inverse();
    let lowest = empty.plus(&ratio.times(&down)).null_row();
    let levels = rest.row(&lowest);
    let whole: f64 = levels.iter().sum();
    let above = rest.row(&ratio.row(&levels));
    let present: f64 = (0..size).map(|apart| 2.0 * above[apart] + apart as f64 * levels[apart]).sum();
    let wait = present / whole / arrivals - 1.0;
    let waits = 1.0 - lowest.iter().sum::<f64>() / whole;
    let one = Wait::mmc(arrivals, 1.0, 2);
    [wait / one.mean(), waits / one.chance]
}

/// The phase in which the level below is first met, by logarithmic reduction.
fn first_passage(up: &Matrix, stay: &Matrix, down: &Matrix) -> Matrix {
    let step = stay.scaled(-1.0).inverse();
    let (mut high, mut low) = (step.times(up), step.times(down));
    let (mut first, mut tried) = (low.clone(), high.clone());
    for _ in 0..40 {
        let both = high.times(&low).plus(&low.times(&high));
        let back = Matrix::one(up.size()).plus(&both.scaled(-1.0)).inverse();
        (high, low) = (back.times(&high.times(&high)), back.times(&low.times(&low)));
        let more = tried.times(&low);
        first = first.plus(&more);
        tried = tried.times(&high);
        if more.largest() < 1e-15 {
            break;
        }
    }
    first
}

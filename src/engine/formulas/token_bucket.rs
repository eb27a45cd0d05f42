//! What a token bucket lets pass.

/// Up to this size the chain is solved exactly; its cost grows with the square.
const EXACT: u32 = 200;

/// Share of Poisson arrivals [1/s] that a bucket of `rate` tokens a second [1/s] and size `burst` admits.
///
/// The tokens missing from the bucket are the work of an M/D/1 queue with service 1/rate, and a call passes while
/// fewer than `burst` are in it: M/D/1/b (Berger and Whitt 1992). Above [`EXACT`] Gelenbe's diffusion 1975.
pub fn token_bucket_admits(arrivals: f64, rate: f64, burst: u32) -> f64 {
    let load = arrivals / rate;
    if load <= 0.0 {
        return 1.0;
    }
    1.0 - if burst <= EXACT {
        lost_exactly(load, burst.max(1) as usize)
    } else {
        lost_by_diffusion(load, burst)
    }
}

/// M/D/1/b by its chain at departures: with weights q of what a departure leaves behind, idle weight first,
/// loss = 1 − Σq / (q₀ + load·Σq).
fn lost_exactly(load: f64, room: usize) -> f64 {
    let mut arrivals = Vec::with_capacity(room + 1);
    let mut chance = libm::exp(-load);
    for k in 0..=room {
        arrivals.push(chance);
        chance *= load / (k + 1) as f64;
    }
    let mut left = vec![1.0];
    for n in 1..room {
        // Balance of departures that leave n − 1: from an idle server, and from 1..n.
        let from_busy: f64 = (1..n).map(|k| left[k] * arrivals[n - k]).sum();
        left.push((left[n - 1] - left[0] * arrivals[n - 1] - from_busy) / arrivals[0]);
        if left[n] > 1e200 {
            left.iter_mut().for_each(|weight| *weight *= 1e-200);
        }
    }
    let sum: f64 = left.iter().sum();
    (1.0 - sum / (left[0] + load * sum)).max(0.0)
}

fn lost_by_diffusion(load: f64, room: u32) -> f64 {
    if (load - 1.0).abs() < 1e-9 {
        return 1.0 / (2.0 * f64::from(room));
    }
    let decay = libm::exp(-2.0 * (1.0 - load) / load * f64::from(room - 1));
    if decay.is_finite() { ((1.0 - load) * decay / (1.0 - load * decay)).max(0.0) } else { 1.0 - 1.0 / load }
}

//! Closed loops: users who think, then wait for their answer, exactly by convolution.

/// Throughput of `users` who think for `think` seconds and then visit all stations (demand [s], servers): the
/// product-form network of Gordon and Newell 1967 by Buzen's convolution 1973, which equals exact mean value analysis
/// with load-dependent rates and adds up positive terms only [1/s].
pub fn closed_throughput(users: u32, think: f64, stations: &[(f64, u32)]) -> f64 {
    let n = users as usize;
    if n == 0 {
        return 0.0;
    }
    // In units of the slowest part no weight grows without bound.
    let slowest = stations.iter().map(|(demand, servers)| demand / f64::from(*servers)).fold(0.0, f64::max);
    let unit = slowest.max(think / users as f64).max(f64::MIN_POSITIVE);
    let mut weights = vec![1.0];
    for k in 1..=n {
        weights.push(weights[k - 1] * think / unit / k as f64);
    }
    for (demand, servers) in stations.iter().filter(|(demand, _)| *demand > 0.0) {
        let mut own = vec![1.0];
        for k in 1..=n {
            own.push(own[k - 1] * demand / unit / k.min(*servers as usize) as f64);
        }
        let sum = |k: usize| (0..=k).map(|i| weights[k - i] * own[i]).sum::<f64>();
        let mut next: Vec<f64> = (0..=n).map(sum).collect();
        let most = next.iter().copied().fold(0.0, f64::max);
        next.iter_mut().for_each(|weight| *weight /= most);
        weights = next;
    }
    weights[n - 1] / weights[n] / unit
}

/// The same for any number of users, by the bounds of Denning and Buzen 1978: nobody waits, or the slowest is busy.
pub fn closed_bound(users: f64, think: f64, stations: &[(f64, u32)]) -> f64 {
    let alone: f64 = think + stations.iter().map(|(demand, _)| demand).sum::<f64>();
    let slowest = stations.iter().map(|(demand, servers)| demand / f64::from(*servers)).fold(0.0, f64::max);
    (users / alone).min(1.0 / slowest.max(f64::MIN_POSITIVE))
}

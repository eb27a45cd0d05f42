//! How the times of the measured window spread, for those who ask.

use super::Simulation;
use crate::engine::tally::Tally;
use crate::report::Curve;

impl Simulation {
    /// Of one station, by its index, the times to its reply; of all, the times of all requests, of the reads and of the writes.
    /// Empty for a station that there is not.
    pub fn curves(&self, station: Option<usize>) -> Vec<Curve> {
        let Some(station) = station else { return self.watch.tallies.iter().map(Tally::curve).collect() };
        self.stations.get(station).map(|found| found.watch.latency.curve()).into_iter().collect()
    }
}

//! Counts in bins of constant relative width, the same for all times: what every histogram of a run is made of.

/// Bins of each doubling: 2 to this power.
const PRECISION: u32 = 7;
/// Times from 2 to this power on [ns] share the last bin: 73 min.
const RANGE: u32 = 42;
const BINS: usize = ((RANGE - PRECISION + 1) << PRECISION) as usize;

/// Width of the widest bin, as a share of the time.
pub const WIDEST: f64 = 1.0 / (1 << PRECISION) as f64;

/// How many times fell into each bin. A bin is one nanosecond wide up to 256 ns, then twice as wide after each doubling.
#[derive(Debug, Clone)]
pub struct Bins {
    /// Small, because what is counted most often should stay near the processor.
    counts: Box<[u16]>,
    /// How often each count went past its end; empty until one does.
    rounds: Vec<u32>,
}

/// One bin that is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// First time in it [ns].
    pub start: u64,
    /// First time after it [ns].
    pub end: u64,
    /// How many times fell into it.
    pub count: u64,
}

impl Default for Bins {
    fn default() -> Self {
        Bins { counts: vec![0; BINS].into(), rounds: Vec::new() }
    }
}

impl Bins {
    /// Counts one time [ns].
    #[inline(always)]
    pub fn count(&mut self, ns: u64) {
        let bin = bin_of(ns);
        if let Some(count) = self.counts.get_mut(bin) {
            *count = count.wrapping_add(1);
            if *count == 0 {
                self.begin_round(bin);
            }
        }
    }

    #[cold]
    fn begin_round(&mut self, bin: usize) {
        self.rounds.resize(BINS, 0);
        self.rounds[bin] += 1;
    }

    fn at(&self, bin: usize) -> u64 {
        u64::from(self.counts[bin]) | u64::from(self.rounds.get(bin).copied().unwrap_or(0)) << u16::BITS
    }

    /// The bins that are not empty, the shortest times first; all times lie between these two [ns].
    pub fn between(&self, least: u64, most: u64) -> impl Iterator<Item = Bin> {
        let filled =
            (bin_of(least)..bin_of(most) + 1).filter(|bin| self.counts[*bin] > 0 || !self.rounds.is_empty());
        let all = filled.map(|bin| Bin { start: start_of(bin), end: start_of(bin + 1), count: self.at(bin) });
        all.filter(|bin| bin.count > 0)
    }

    /// Forgets everything; all times lie between these two [ns].
    pub fn clear(&mut self, least: u64, most: u64) {
        if let Some(counts) = self.counts.get_mut(bin_of(least)..bin_of(most) + 1) {
            counts.fill(0);
        }
        self.rounds.clear();
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Bins) {
        for bin in 0..BINS {
            let sum = self.at(bin) + other.at(bin);
            self.counts[bin] = sum as u16;
            if sum >> u16::BITS > 0 {
                self.rounds.resize(BINS, 0);
                self.rounds[bin] = (sum >> u16::BITS) as u32;
            }
        }
    }
}

/// The highest bits of a time tell its bin: how many there are, and the first ones of them.
#[inline(always)]
fn bin_of(ns: u64) -> usize {
    let ns = ns.min((1 << RANGE) - 1);
    let shift = 63 - PRECISION - (ns | 1 << PRECISION).leading_zeros();
    ((shift << PRECISION) as u64 + (ns >> shift)) as usize
}

fn start_of(bin: usize) -> u64 {
    let (doubling, place) = ((bin >> PRECISION) as u32, (bin & ((1 << PRECISION) - 1)) as u64);
    match doubling {
        0 => place,
        _ => (1 << PRECISION | place) << (doubling - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_lies_in_its_bin_and_no_bin_is_too_wide() {
        for time in (0..1 << 12)
            .chain((12..RANGE).flat_map(|power| [1 << power, (1 << power) + 77, (2 << power) - 1]))
        {
            let bin = bin_of(time);
            let (start, end) = (start_of(bin), start_of(bin + 1));
            assert!((start..end).contains(&time), "{time} in {start}..{end}");
            assert!(end - start == 1 || (end - start) as f64 <= start as f64 * WIDEST, "{start}..{end}");
        }
        assert_eq!(bin_of(u64::MAX), BINS - 1);
    }

    #[test]
    fn a_count_that_goes_past_its_end_goes_on() {
        let mut bins = Bins::default();
        bins.counts[5] = u16::MAX;
        bins.count(5);
        bins.count(5);
        let expected = Bin { start: 5, end: 6, count: (1 << 16) + 1 };
        assert_eq!(bins.between(0, u64::MAX).collect::<Vec<_>>(), [expected]);
        bins.merge(&bins.clone());
        assert_eq!(bins.between(0, u64::MAX).map(|bin| bin.count).sum::<u64>(), (2 << 16) + 2);
    }
}

//! How often each request has been at each station: what tells its draws there apart.

use super::calls::{Handle, NONE};

/// Stations that are kept beside the request; of those after them each has a table of its own. A table for every station
/// would be as large as all requests under way together, and each visit would look at a place in it that nobody looks at again.
const KEPT: usize = 7;

/// The first stations of one request.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct Record {
    generation: u32,
    known: u32,
    stations: [u32; KEPT],
    visits: [u32; KEPT],
}

/// Visits of each request under way.
#[derive(Debug, Default)]
pub struct Visits {
    /// By request slot.
    records: Vec<Record>,
    /// By station, then by request slot: generation and count.
    others: Vec<Vec<(u32, u32)>>,
}

impl Visits {
    /// How often this request has been at this station before.
    #[inline(always)]
    pub fn count(&mut self, request: Handle, station: u32) -> u32 {
        let place = request.slot as usize;
        if self.records.len() <= place {
            self.grow(place);
        }
        let record = &mut self.records[place];
        if record.generation != request.generation {
            (record.generation, record.known) = (request.generation, 0);
        }
        let known = record.known as usize;
        if let Some(at) = record.stations.iter().take(known).position(|known| *known == station) {
            record.visits[at] += 1;
            return record.visits[at];
        }
        if known == KEPT {
            return self.count_elsewhere(request, station);
        }
        (record.stations[known], record.visits[known]) = (station, 0);
        record.known += 1;
        0
    }

    #[cold]
    fn grow(&mut self, place: usize) {
        self.records.resize(place + 1, Record::default());
    }

    #[inline(never)]
    fn count_elsewhere(&mut self, request: Handle, station: u32) -> u32 {
        let (place, station) = (request.slot as usize, station as usize);
        if self.others.len() <= station {
            self.others.resize(station + 1, Vec::new());
        }
        let table = &mut self.others[station];
        if table.len() <= place {
            table.resize(place + 1, (0, 0));
        }
        let (generation, visits) = &mut table[place];
        *visits = if *generation == request.generation { *visits + 1 } else { 0 };
        *generation = request.generation;
        *visits
    }

    /// Stations have other numbers now; nobody has been at those that are gone.
    pub fn move_stations(&mut self, to: &[Option<u32>]) {
        let now = |station: u32| to.get(station as usize).copied().flatten();
        for record in &mut self.records {
            record.stations.iter_mut().for_each(|station| *station = now(*station).unwrap_or(NONE));
        }
        let before = std::mem::take(&mut self.others);
        for (station, table) in before.into_iter().enumerate() {
            let Some(station) = now(station as u32).map(|station| station as usize) else { continue };
            if self.others.len() <= station {
                self.others.resize(station + 1, Vec::new());
            }
            self.others[station] = table;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_station_is_counted_apart_however_many_there_are() {
        let mut visits = Visits::default();
        let [first, second] = [1, 3].map(|generation| Handle { slot: 2, generation });
        for round in 0..3 {
            (0..20).for_each(|station| assert_eq!(visits.count(first, station), round));
        }
        (0..20).for_each(|station| assert_eq!(visits.count(second, station), 0));
        // Station 4 is gone, and comes back as another one; the others have moved up.
        let to: Vec<Option<u32>> =
            (0..20).map(|at| (at != 4).then(|| if at < 4 { at } else { at - 1 })).collect();
        visits.move_stations(&to);
        (0..19).for_each(|station| assert_eq!(visits.count(second, station), 1));
        assert_eq!(visits.count(second, 19), 0);
    }
}

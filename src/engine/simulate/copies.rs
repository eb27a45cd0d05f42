//! What each copy of a store's data holds: the version of every key written in the run, and the writes on their way.
//!
//! A replica applies writes in the order of their commits: a write shows when it is applied and every earlier one is.

use std::collections::{BTreeMap, VecDeque};

use super::keytable::KeyTable;
use super::versions::ORIGINAL;

/// Written keys that one store follows.
const MOST_KEYS: usize = 1 << 20;

/// A write on its way to a copy.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    /// Row of its key.
    row: u32,
    /// Key, for the ledger of what was lost.
    pub key: u64,
    /// Version.
    pub version: u64,
    /// Station of the client that wrote it.
    pub source: u32,
    /// When it is applied at the earliest [ns]; `u64::MAX` until its work at the copy is done.
    due: u64,
}

/// Writes on their way to one copy, oldest first.
#[derive(Debug, Default, Clone)]
struct Stream {
    waiting: VecDeque<Waiting>,
    /// Number of the first one that waits.
    first: u64,
}

/// The copies of one store.
#[derive(Debug)]
pub struct Copies {
    index: KeyTable<u32>,
    /// Versions by copy and row.
    held: Vec<Vec<u64>>,
    streams: Vec<Stream>,
    /// Rows that were found changed on both sides of a cut, and when it was made [ns].
    fought: BTreeMap<u32, u64>,
}

impl Copies {
    /// This many copies, all with the original data.
    pub fn new(copies: usize) -> Self {
        Copies {
            index: KeyTable::bounded(MOST_KEYS),
            held: vec![Vec::new(); copies],
            streams: vec![Stream::default(); copies],
            fought: BTreeMap::new(),
        }
    }

    /// Another number of copies; new ones hold what the first does.
    pub fn resize(&mut self, copies: usize) {
        let model = self.held.first().cloned().unwrap_or_default();
        self.held.resize(copies, model);
        self.streams.resize(copies, Stream::default());
    }

    /// Row of a written key; `None` for a key that is not followed.
    fn row(&mut self, key: u64) -> Option<u32> {
        let rows = self.held.first()?.len() as u32;
        let row = self.index.entry(key)?;
        if *row == 0 {
            *row = rows + 1;
            self.held.iter_mut().for_each(|held| held.push(ORIGINAL));
        }
        Some(*row - 1)
    }

    /// A copy has this write now.
    pub fn write(&mut self, copy: usize, key: u64, version: u64) {
        if let Some(row) = self.row(key) {
            let held = &mut self.held[copy][row as usize];
            *held = version.max(*held);
        }
    }

    /// A write goes to a copy, to be applied at `due` [ns] or, with `u64::MAX`, when [`Copies::done`] says so.
    /// Returns its number.
    pub fn send(&mut self, copy: usize, key: u64, version: u64, source: u32, due: u64) -> u64 {
        let row = self.row(key);
        let stream = &mut self.streams[copy];
        let number = stream.first + stream.waiting.len() as u64;
        if let Some(row) = row {
            stream.waiting.push_back(Waiting { row, key, version, source, due });
        }
        number
    }

    /// The work of a write at a copy is done; it shows when `due` [ns].
    pub fn done(&mut self, copy: usize, number: u64, due: u64, now: u64) {
        let stream = &mut self.streams[copy];
        let at = number.checked_sub(stream.first);
        if let Some(write) = at.and_then(|at| stream.waiting.get_mut(at as usize)) {
            write.due = due;
        }
        self.apply(copy, now);
    }

    /// Applies what is due, in order.
    fn apply(&mut self, copy: usize, now: u64) {
        let stream = &mut self.streams[copy];
        while let Some(write) = stream.waiting.front().filter(|write| write.due <= now) {
            let held = &mut self.held[copy][write.row as usize];
            *held = write.version.max(*held);
            stream.waiting.pop_front();
            stream.first += 1;
        }
    }

    /// Version of a key at a copy.
    pub fn read(&mut self, copy: usize, key: u64, now: u64) -> u64 {
        self.apply(copy, now);
        match self.index.get(key) {
            Some(row) => self.held[copy][row as usize - 1],
            None => ORIGINAL,
        }
    }

    /// Whether a copy has every write up to this version.
    pub fn has(&mut self, copy: usize, version: u64, now: u64) -> bool {
        self.apply(copy, now);
        self.streams[copy].waiting.front().is_none_or(|write| write.version > version)
    }

    /// A copy takes over all that another one holds, and forgets what was on its way.
    pub fn become_like(&mut self, copy: usize, other: usize) {
        if copy != other {
            let model = self.held[other].clone();
            self.held[copy].clone_from(&model);
            self.forget_waiting(copy);
        }
    }

    /// Whether any other copy has a newer version of a key than this one.
    pub fn newer_elsewhere(&mut self, copy: usize, key: u64, now: u64) -> bool {
        let here = self.read(copy, key, now);
        let Some(row) = self.index.get(key) else { return false };
        self.held.iter().any(|held| held[row as usize - 1] > here)
    }

    /// A copy changed a key while the nodes are split: whether the newest beyond the border is of the time `since` [ns]
    /// and not known on this side. Each key is told once in a split.
    pub fn fight(&mut self, copy: usize, key: u64, sides: &[u64], since: u64, now: u64) -> bool {
        self.apply(copy, now);
        let Some(row) = self.row(key) else { return false };
        let own = sides.get(copy).copied().unwrap_or(0);
        let newest = |here: bool| {
            let of = |(node, _): &(usize, &Vec<u64>)| (sides.get(*node).copied().unwrap_or(0) == own) == here;
            self.held
                .iter()
                .enumerate()
                .filter(of)
                .map(|(_, held)| held[row as usize])
                .max()
                .unwrap_or(ORIGINAL)
        };
        let fights = newest(false) > newest(true).max(since) && self.fought.get(&row) != Some(&since);
        if fights {
            self.fought.insert(row, since);
        }
        fights
    }

    /// Some copies take over the newest that any of `together` has, and forget what was on its way.
    pub fn merge(&mut self, together: &[usize], learn: &[usize], now: u64) {
        together.iter().for_each(|copy| self.apply(*copy, now));
        for row in 0..self.held.first().map_or(0, Vec::len) {
            let newest = together.iter().map(|copy| self.held[*copy][row]).max().unwrap_or(ORIGINAL);
            learn.iter().for_each(|copy| self.held[*copy][row] = newest.max(self.held[*copy][row]));
        }
        learn.iter().for_each(|copy| self.forget_waiting(*copy));
    }

    /// Nothing is on its way to a copy any more.
    pub fn forget_waiting(&mut self, copy: usize) {
        let stream = &mut self.streams[copy];
        stream.first += stream.waiting.len() as u64;
        stream.waiting.clear();
    }

    /// The sender died: what is not there yet stays behind.
    pub fn strand(&mut self, copies: std::ops::Range<usize>, now: u64) {
        for copy in copies {
            self.apply(copy, now);
            self.streams[copy].waiting.iter_mut().for_each(|write| write.due = u64::MAX);
        }
    }

    /// What was on its way to a copy and is not there yet.
    pub fn missing(&mut self, copy: usize, now: u64) -> Vec<Waiting> {
        self.apply(copy, now);
        self.streams[copy].waiting.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_shows_when_it_and_all_before_it_are_applied() {
        let mut copies = Copies::new(2);
        let first = copies.send(1, 10, 100, 0, u64::MAX);
        let second = copies.send(1, 11, 101, 0, u64::MAX);
        copies.done(1, second, 200, 200);
        assert_eq!(copies.read(1, 11, 200), ORIGINAL);
        copies.done(1, first, 300, 300);
        assert_eq!((copies.read(1, 10, 300), copies.read(1, 11, 300)), (100, 101));
        copies.send(1, 10, 400, 0, 500);
        assert_eq!((copies.read(1, 10, 499), copies.read(1, 10, 500)), (100, 400));
    }
}

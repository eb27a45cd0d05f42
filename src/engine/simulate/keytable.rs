//! A compact open-addressed table from keys to small values, for keys that were written in the run.

/// Keys with a value each. Grows by doubling up to its bound; never iterated, so its order decides nothing.
#[derive(Debug, Clone)]
pub struct KeyTable<V> {
    /// 0 is an empty place.
    keys: Vec<u64>,
    values: Vec<V>,
    len: usize,
    most: usize,
}

impl<V: Copy + Default> Default for KeyTable<V> {
    fn default() -> Self {
        KeyTable::bounded(0)
    }
}

impl<V: Copy + Default> KeyTable<V> {
    /// An empty table for at most this many keys.
    pub fn bounded(most: usize) -> Self {
        KeyTable { keys: Vec::new(), values: Vec::new(), len: 0, most }
    }

    /// Value of a key that is kept.
    #[inline]
    pub fn get(&self, key: u64) -> Option<V> {
        let place = self.place(key)?;
        (self.keys[place] == key).then(|| self.values[place])
    }

    /// Value of a key, put in as the default where it was not kept; `None` when the table is full.
    pub fn entry(&mut self, key: u64) -> Option<&mut V> {
        debug_assert_ne!(key, 0);
        if 4 * (self.len + 1) > 3 * self.keys.len() && self.get(key).is_none() {
            if self.len >= self.most {
                return None;
            }
            self.grow();
        }
        let place = self.place(key)?;
        if self.keys[place] == 0 {
            if self.len >= self.most {
                return None;
            }
            self.keys[place] = key;
            self.len += 1;
        }
        Some(&mut self.values[place])
    }

    /// Forgets a key; what had to stand aside for it moves up.
    pub fn remove(&mut self, key: u64) {
        let Some(mut hole) = self.place(key).filter(|place| self.keys[*place] == key) else { return };
        let mask = self.keys.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            if self.keys[at] == 0 {
                break;
            }
            let home = self.keys[at] as usize & mask;
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.keys[hole] = self.keys[at];
                self.values[hole] = self.values[at];
                hole = at;
            }
        }
        self.keys[hole] = 0;
        self.values[hole] = V::default();
        self.len -= 1;
    }

    /// Where a key is, or the empty place where it would be. Keys are hashes already: their low bits are spread.
    #[inline]
    fn place(&self, key: u64) -> Option<usize> {
        let mask = self.keys.len().checked_sub(1)?;
        let mut at = key as usize & mask;
        while self.keys[at] != key && self.keys[at] != 0 {
            at = (at + 1) & mask;
        }
        Some(at)
    }

    fn grow(&mut self) {
        let room = (2 * self.keys.len()).max(1024);
        let keys = std::mem::replace(&mut self.keys, vec![0; room]);
        let values = std::mem::replace(&mut self.values, vec![V::default(); room]);
        for (key, value) in keys.into_iter().zip(values).filter(|(key, _)| *key != 0) {
            let place = self.place(key).expect("room was made");
            self.keys[place] = key;
            self.values[place] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::mix;

    #[test]
    fn forgets_one_key_and_no_other() {
        let mut table = KeyTable::bounded(5000);
        (1..=700_u64).for_each(|n| *table.entry(n % 50 + 1000 * n).expect("room") = n);
        (1..=700_u64).filter(|n| n % 3 == 0).for_each(|n| table.remove(n % 50 + 1000 * n));
        for n in 1..=700_u64 {
            assert_eq!(table.get(n % 50 + 1000 * n), (n % 3 != 0).then_some(n));
        }
    }

    #[test]
    fn keeps_every_key_up_to_its_bound() {
        let mut table = KeyTable::bounded(5000);
        for n in 1..=5000_u64 {
            *table.entry(mix(n)).expect("room") = n;
        }
        assert!((1..=5000).all(|n| table.get(mix(n)) == Some(n)));
        assert_eq!(table.get(mix(5001)), None);
        assert!(table.entry(mix(5001)).is_none(), "it is full");
        assert_eq!(table.entry(mix(7)).copied(), Some(7), "what is in can be changed");
    }
}

//! Values that last: their mean over time, and for how long a count had each value.

/// Counts told apart; the last one stands for itself and all above.
pub const LEVELS: usize = 64;

/// A value that lasts, and its integral over time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Area {
    pub(super) value: f64,
    last: u64,
    area: f64,
}

impl Area {
    #[inline]
    pub fn change(&mut self, now: u64, by: f64) {
        // Signed, because processors have an instruction for that.
        self.area += self.value * (now - self.last) as i64 as f64;
        self.last = now;
        self.value += by;
    }

    pub fn restart(&mut self, now: u64) {
        self.area = 0.0;
        self.last = now;
    }

    /// Mean since the restart.
    pub fn mean(&self, now: u64, started: u64) -> f64 {
        self.until(now) / (now - started).max(1) as f64
    }

    /// Integral since the restart [value × ns].
    pub fn until(&self, now: u64) -> f64 {
        self.area + self.value * (now - self.last) as f64
    }
}

/// For how long a count had each value [ns], and its integral over time.
#[derive(Debug, Clone)]
pub struct Levels {
    level: u32,
    last: u64,
    area: u64,
    spent: Box<[u64; LEVELS]>,
}

impl Default for Levels {
    fn default() -> Self {
        Levels { level: 0, last: 0, area: 0, spent: Box::new([0; LEVELS]) }
    }
}

impl Levels {
    /// The count changes.
    #[inline]
    pub fn change(&mut self, now: u64, by: i32) {
        let passed = now - self.last;
        self.spent[(self.level as usize).min(LEVELS - 1)] += passed;
        self.area += u64::from(self.level) * passed;
        self.last = now;
        self.level = self.level.saturating_add_signed(by);
    }

    pub fn restart(&mut self, now: u64) {
        self.spent.fill(0);
        self.area = 0;
        self.last = now;
    }

    /// Mean since the restart.
    pub fn mean(&self, now: u64, started: u64) -> f64 {
        let area = self.area + u64::from(self.level) * (now - self.last);
        area as f64 / (now - started).max(1) as f64
    }

    /// Share of the time at each value since the restart, from 0 up to the highest that was seen.
    pub fn shares(&self, now: u64) -> Vec<f64> {
        let mut levels = self.clone();
        levels.change(now, 0);
        let all: u64 = levels.spent.iter().sum();
        let seen = levels.spent.iter().rposition(|spent| *spent > 0).map_or(0, |last| last + 1);
        levels.spent[..seen].iter().map(|spent| *spent as f64 / all.max(1) as f64).collect()
    }
}

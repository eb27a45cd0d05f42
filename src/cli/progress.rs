//! One line on standard error while something long is under way: the share that is done, and the time that is left.
//! Nothing where standard error is not a terminal.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// What is done within this time needs no line.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two lines.
const PAUSE: Duration = Duration::from_millis(200);

/// The progress of one long piece of work; its line goes when it is dropped.
pub(super) struct Progress {
    label: String,
    terminal: bool,
    started: Instant,
    next: Instant,
    /// Letters of the line that stands there.
    width: usize,
}

impl Progress {
    /// Work that begins now.
    pub(super) fn of(label: &str) -> Self {
        let started = Instant::now();
        let terminal = std::io::stderr().is_terminal();
        Progress { label: super::harmless(label), terminal, started, next: started + PATIENCE, width: 0 }
    }

    /// Hears the share that is done (0–1).
    pub(super) fn hear(&mut self, share: f64) {
        let now = Instant::now();
        if !self.terminal || now < self.next {
            return;
        }
        self.next = now + PAUSE;
        self.show(&line(&self.label, share, now - self.started));
    }

    /// Writes over the line that stands there. A terminal that is gone is no fault.
    fn show(&mut self, line: &str) {
        let letters = line.chars().count();
        let padding = " ".repeat(self.width.saturating_sub(letters));
        let _ = write!(std::io::stderr(), "\r{line}{padding}");
        self.width = letters;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.width > 0 {
            let _ = write!(std::io::stderr(), "\r{}\r", " ".repeat(self.width));
        }
    }
}

/// `shop.json: 42 % done, 8 s left`. The rest is taken to be as fast as what is done.
fn line(label: &str, share: f64, passed: Duration) -> String {
    let share = share.clamp(0.0, 1.0);
    let left = if share > 0.0 {
        format!(", {} left", clock(passed.as_secs_f64() * (1.0 - share) / share))
    } else {
        String::new()
    };
    format!("{label}: {:.0} % done{left}", 100.0 * share)
}

/// `8 s`, `3:05 min`, `1:02:09 h`.
fn clock(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes}:{:02} min", seconds % 60),
        _ => format!("{hours}:{minutes:02}:{:02} h", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_where_there_is_no_terminal() {
        let started = Instant::now();
        for terminal in [false, true] {
            let mut progress =
                Progress { label: "shop".to_owned(), terminal, started, next: started, width: 0 };
            progress.hear(0.5);
            assert_eq!(progress.width > 0, terminal);
        }
    }

    #[test]
    fn the_line_says_what_is_done_and_what_is_left() {
        let after = |share, seconds| line("shop.json", share, Duration::from_secs(seconds));
        assert_eq!(after(0.25, 10), "shop.json: 25 % done, 30 s left");
        assert_eq!(after(0.01, 10), "shop.json: 1 % done, 16:30 min left");
        assert_eq!(after(0.001, 4), "shop.json: 0 % done, 1:06:36 h left");
        assert_eq!(after(0.0, 4), "shop.json: 0 % done");
    }
}

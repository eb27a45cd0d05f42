//! Lines that have been solved already, by the very bits of what was asked: stations that are alike ask the same, and the
//! loss of one part leaves most others as they were.

use std::cell::RefCell;

use crate::engine::formulas::{Wait, gi_g_c};

/// Answers kept; a later one takes the place of an earlier one.
const PLACES: usize = 1 << 11;

/// The bits of what was asked, and the answer.
type Asked = ([u64; 5], Wait);

/// Waits in GI/G/c that were asked for before.
#[derive(Debug, Default)]
pub struct Kept(RefCell<Vec<Option<Asked>>>);

impl Kept {
    /// [`gi_g_c`], solved once for the same figures.
    pub fn gi_g_c(&self, arrivals: f64, gap_scv: f64, mean: f64, service_scv: f64, servers: u32) -> Wait {
        if gap_scv == 1.0 && service_scv == 1.0 {
            // Nothing to look for: no root has to be found.
            return gi_g_c(arrivals, gap_scv, mean, service_scv, servers);
        }
        let asked = [arrivals, gap_scv, mean, service_scv, f64::from(servers)].map(f64::to_bits);
        let mixed = asked
            .iter()
            .fold(0_u64, |mixed, bits| (mixed.rotate_left(23) ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let at = (mixed >> 40) as usize & (PLACES - 1);
        let mut kept = self.0.borrow_mut();
        if kept.is_empty() {
            kept.resize(PLACES, None);
        }
        match kept[at] {
            Some((same, wait)) if same == asked => wait,
            _ => {
                let wait = gi_g_c(arrivals, gap_scv, mean, service_scv, servers);
                kept[at] = Some((asked, wait));
                wait
            }
        }
    }
}

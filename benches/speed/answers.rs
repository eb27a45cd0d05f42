//! How long the answers take that come without a run, one line for each: what `cargo xtask bench` reads.

use headroom::design::Design;
use headroom::job::repeat::Part;
use headroom::share;

use crate::large;
use crate::table::spent_s;

/// How often an answer is made in one look, and how many looks there are.
const TIMES: u32 = 10;
const LOOKS: usize = 5;

/// Name, part and design of each.
fn all() -> Vec<(&'static str, Part, String)> {
    vec![
        ("steady, 1,000 blocks", Part::Steady, large::thousand_blocks()),
        ("at once, 1,000 blocks", Part::AtOnce, large::thousand_blocks()),
        ("availability, 280 parts", Part::Availability, large::failing_parts()),
        ("each failure, 280 parts", Part::SingleFailures, large::failing_parts()),
    ]
}

/// Prints name, place of the part on the wire, milliseconds and the design, separated by tabs.
pub fn print() {
    for (name, part, design) in all() {
        let at = Part::ALL.iter().position(|other| *other == part).expect("one of all");
        println!("answer\t{name}\t{at}\t{:.2}\t{design}", median_ms(part, &design));
    }
}

/// Makes one answer so often: for a profiler, which counts the rest.
pub fn once(name: &str, times: u32) {
    let (_, part, design) = all().into_iter().find(|(known, ..)| *known == name).expect("one of the answers");
    part.repeat(&opened(&design), times);
}

fn median_ms(part: Part, design: &str) -> f64 {
    let design = opened(design);
    let took = |times: u32| {
        let start = spent_s();
        part.repeat(&design, times);
        spent_s() - start
    };
    took(2);
    let mut looks: Vec<f64> = (0..LOOKS).map(|_| (took(TIMES) - took(0)) / f64::from(TIMES)).collect();
    looks.sort_by(f64::total_cmp);
    1e3 * looks[LOOKS / 2]
}

fn opened(design: &str) -> Design {
    share::from_json(design).expect("a design").design
}

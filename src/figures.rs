//! Numbers as people read them, the same on the page and in the terminal: 12.4 k/s, 187 ms ± 6, 99.95 %, $1,234.

pub mod axis;
mod difference;
pub mod outages;
pub mod rows;
pub mod series;
pub mod table;
pub mod waterfall;

pub use difference::{apart, difference};

use crate::report::{Estimate, Trust};

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Events per second [1/s].
    Rate,
    /// A time [s].
    Time,
    /// A share from 0 to 1, shown in percent.
    Share,
    /// US dollars.
    Money,
    /// A plain number: calls, messages, instances.
    Count,
    /// A multiple of today's traffic.
    Multiple,
}

impl Kind {
    /// A figure of this kind with its unit.
    pub fn show(self, value: f64) -> String {
        match self {
            Kind::Rate => rate(value),
            Kind::Time => time(value),
            Kind::Share => share(value),
            Kind::Money => money(value),
            Kind::Count => count(value),
            Kind::Multiple => multiple(value),
        }
    }

    /// The unit in which this kind shows values of this size, and how much one of it is.
    fn scale(self, value: f64) -> Scale {
        match self {
            Kind::Rate => RATES.iter().copied().find(|scale| value.abs() >= scale.from).unwrap_or(RATES[2]),
            Kind::Time => TIMES.iter().copied().find(|scale| value.abs() >= scale.from).unwrap_or(TIMES[7]),
            Kind::Share => Scale { from: 0.0, one: 0.01, unit: " %" },
            Kind::Money | Kind::Count => Scale { from: 0.0, one: 1.0, unit: "" },
            Kind::Multiple => Scale { from: 0.0, one: 1.0, unit: "×" },
        }
    }
}

/// A unit: used from this size on, and how much one of it is.
#[derive(Debug, Clone, Copy)]
struct Scale {
    from: f64,
    one: f64,
    unit: &'static str,
}

/// Rates stay whole up to 10,000 because people compare 4,100 with 9,800.
const RATES: [Scale; 3] = [
    Scale { from: 999_500.0, one: 1e6, unit: " M/s" },
    Scale { from: 9_995.0, one: 1e3, unit: " k/s" },
    Scale { from: 0.0, one: 1.0, unit: "/s" },
];

const TIMES: [Scale; 8] = [
    Scale { from: 172_800.0, one: 86_400.0, unit: " days" },
    Scale { from: 7_200.0, one: 3_600.0, unit: " h" },
    Scale { from: 120.0, one: 60.0, unit: " min" },
    Scale { from: 0.9995, one: 1.0, unit: " s" },
    Scale { from: 0.999_5e-3, one: 1e-3, unit: " ms" },
    Scale { from: 0.999_5e-6, one: 1e-6, unit: " µs" },
    Scale { from: 1e-12, one: 1e-9, unit: " ns" },
    Scale { from: 0.0, one: 1e-3, unit: " ms" },
];

/// Events per second [1/s]: `0.25/s`, `4,100/s`, `12.4 k/s`, `1.20 M/s`.
pub fn rate(value: f64) -> String {
    scaled(Kind::Rate, value)
}

/// A time [s]: `250 µs`, `187 ms`, `1.25 s`, `2.50 min`.
pub fn time(value: f64) -> String {
    // Below a picosecond, far below the nanosecond in which the engine counts, there is nothing to show.
    const NOTHING_S: f64 = 1e-12;
    scaled(Kind::Time, if value.abs() < NOTHING_S { 0.0 } else { value })
}

/// A share (0–1) in percent. Close to 1 it shows what is missing: `99.95 %`, never a rounded-up `100 %`.
pub fn share(value: f64) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let missing = 1.0 - value;
    let decimals = if missing > 0.0 && missing < 0.1 {
        // Two digits of what is missing, in percent.
        decimals_for(missing * 100.0, 2)
    } else {
        decimals_for(value * 100.0, 3)
    };
    format!("{} %", trimmed(value * 100.0, decimals))
}

/// US dollars: `$0.0123`, `$56.21`, `$1,857`.
pub fn money(value: f64) -> String {
    let size = value.abs();
    let sign = if value < 0.0 { "−" } else { "" };
    match size {
        _ if !value.is_finite() => NOTHING.to_owned(),
        0.0 => "$0".to_owned(),
        _ if size >= 100.0 => format!("{sign}${}", fixed(size, 0)),
        _ if size >= 1.0 => format!("{sign}${}", fixed(size, 2)),
        _ => {
            let text = trimmed(size, decimals_for(size, 3).max(2));
            // Cents are written with two digits.
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            if decimals < 2 { format!("{sign}${}", fixed(size, 2)) } else { format!("{sign}${text}") }
        }
    }
}

/// A plain number with three digits that matter: `0.52`, `12.4`, `12,400`.
pub fn count(value: f64) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    trimmed(value, decimals_for(value, 3))
}

/// A whole number in full: `1,048,576`.
pub fn whole(value: u64) -> String {
    grouped(&value.to_string())
}

/// A count with its noun: `1 instance`, `3 instances`.
pub fn counted(count: u32, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{} {noun}s", whole(u64::from(count))) }
}

/// A multiple of today's traffic: `1.4×`, `12×`.
pub fn multiple(value: f64) -> String {
    match value {
        _ if !value.is_finite() => "without limit".to_owned(),
        _ if value >= 9.95 => format!("{}×", fixed(value, 0)),
        _ => format!("{}×", fixed(value, 1)),
    }
}

/// A number as it is, with thousands separated and nothing rounded: ranges and what a person typed.
pub fn plain(value: f64) -> String {
    const LONG: f64 = 1e15;
    if value.abs() >= LONG { format!("{value:e}") } else { grouped(&value.to_string()) }
}

/// A number that a person stated, without zeros that pretend to be measured: `50 ms`, `10 min`, `2×`, `99.9 %`.
pub fn stated(value: f64, kind: Kind) -> String {
    match kind {
        Kind::Rate | Kind::Time | Kind::Multiple if value.is_finite() => {
            let scale = kind.scale(value);
            format!("{}{}", trimmed(value / scale.one, decimals_for(value / scale.one, 3)), scale.unit)
        }
        _ => kind.show(value),
    }
}

/// How long something will still take, by how far it is (0–1) after so long [s]: `about 12 s left`. `None` while that says
/// nothing yet, and at the end.
pub fn left(after_s: f64, done: f64) -> Option<String> {
    const SOON_S: f64 = 1.0;
    const LITTLE: f64 = 0.02;
    let left_s = after_s * (1.0 - done) / done;
    let telling = after_s >= SOON_S && done >= LITTLE && left_s >= SOON_S;
    // A guess has no decimals, and above half a minute no single seconds.
    let step = if left_s > 30.0 { 10.0 } else { 1.0 };
    telling.then(|| format!("about {} left", stated(f64::ceil(left_s / step) * step, Kind::Time)))
}

/// What follows a figure without an interval, and why there is none, for a note below a table.
pub const NO_INTERVAL: [(&str, &str); 3] = [
    (" (no interval)", "too few requests for an interval"),
    (" (depends on the length of the run)", "a queue grows, so it depends on the length of the run"),
    (" (no interval: conditions changed)", "no interval: conditions changed during the run"),
];

/// A word as the first of a sentence.
pub fn sentence_case(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        std::iter::once(first.to_ascii_uppercase()).chain(letters).collect()
    })
}

/// A figure with what is known of its accuracy: `187 ms ± 6`, `187 ms (181–196)`, `≈ 187 ms`. *No interval* means
/// that too few requests stand behind it.
pub fn estimate(estimate: &Estimate, kind: Kind) -> String {
    let value = kind.show(estimate.value);
    match estimate.trust {
        Trust::Exact => value,
        Trust::Approximate => format!("≈ {value}"),
        Trust::Low => format!("roughly {value}"),
        Trust::Between(low, high) => interval(estimate.value, low, high, kind),
        Trust::AtLeast(low) => format!("{value} (at least {})", kind.show(low)),
        Trust::TooFew => format!("{value}{}", NO_INTERVAL[0].0),
        Trust::Growing => format!("{value}{}", NO_INTERVAL[1].0),
        Trust::Changing => format!("{value}{}", NO_INTERVAL[2].0),
    }
}

/// The same without a word where there is no interval: for figures that have one only now and then.
pub fn brief(found: &Estimate, kind: Kind) -> String {
    match found.trust {
        Trust::TooFew | Trust::Growing | Trust::Changing => kind.show(found.value),
        Trust::Exact | Trust::Approximate | Trust::Low => estimate(found, kind),
        Trust::Between(..) | Trust::AtLeast(_) => estimate(found, kind),
    }
}

/// What stands where there is no figure.
pub const NOTHING: &str = "–";

/// One half-width when the two sides are alike, else both ends.
fn interval(value: f64, low: f64, high: f64, kind: Kind) -> String {
    if !(value.is_finite() && low.is_finite() && high.is_finite()) {
        return kind.show(value);
    }
    let (below, above) = (value - low, high - value);
    let half = (high - low) / 2.0;
    if half <= 0.0 {
        return kind.show(value);
    }
    let alike = (below - above).abs() <= 0.25 * half;
    let scale = kind.scale(value);
    if !alike {
        let decimals = decimals_for(value / scale.one, 3);
        let [low, high] = [low, high].map(|end| fixed(end / scale.one, decimals));
        return format!("{} ({low}–{high})", kind.show(value));
    }
    let decimals = decimals_of_error(half / scale.one).max(decimals_for(value / scale.one, 2)).min(6);
    let [value, half] = [value, half].map(|figure| fixed(figure / scale.one, decimals));
    format!("{value}{} ± {half}", scale.unit)
}

/// Decimals of an error: one digit that matters, two when it begins with 1, so that rounding never doubles it.
fn decimals_of_error(half: f64) -> usize {
    let one = decimals_for(half, 1);
    let leading = half * libm::exp10(one as f64);
    if leading < 2.0 && half < 20.0 { one + 1 } else { one }
}

fn scaled(kind: Kind, value: f64) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let scale = kind.scale(value);
    let value = value / scale.one;
    format!("{}{}", fixed(value, decimals_for(value, 3)), scale.unit)
}

/// Decimals that show this many digits that matter; none for zero and large numbers.
fn decimals_for(value: f64, digits: i32) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    let places = |value: f64| f64::floor(libm::log10(value.abs()) + 1e-9) as i32;
    // Rounding may carry into one more place before the point: 9.996 is 10.0.
    let unit = libm::exp10(f64::from(places(value) + 1 - digits));
    let rounded = libm::round(value / unit) * unit;
    (digits - 1 - places(rounded)).clamp(0, 9) as usize
}

/// With these decimals and thousands separated.
fn fixed(value: f64, decimals: usize) -> String {
    grouped(&format!("{value:.decimals$}"))
}

/// The same without zeros at the end of the decimals.
fn trimmed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Separates thousands of the part before the point.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.find(['.', 'e']).map_or((text, ""), |at| text.split_at(at));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("−", digits));
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut out = String::from(sign);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

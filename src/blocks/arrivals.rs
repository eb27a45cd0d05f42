//! When a client sends: the process of its arrivals, how its rate moves over time, and users who wait for the answer.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use super::service;
use crate::topology::{Arrivals, Bursts, Closed, Corners, Profile, Service, Shape};

/// Arrivals whose rate is stated.
const OPEN: Option<(&str, &str)> = Some(("arrivals", "poisson|constant|renewal|batch|bursts"));
const RENEWAL: Option<(&str, &str)> = Some(("arrivals", "renewal"));
const BURSTS: Option<(&str, &str)> = Some(("arrivals", "bursts"));
const CLOSED: Option<(&str, &str)> = Some(("arrivals", "closed"));
const RAMP: Option<(&str, &str)> = Some(("over_time", "ramp"));
const CROWD: Option<(&str, &str)> = Some(("over_time", "crowd"));
const WAVE: Option<(&str, &str)> = Some(("over_time", "wave"));

/// Requests a second.
pub const RATE: Param = Param {
    id: "rate",
    label: "Requests",
    doc: "Mean requests a second at the traffic's peak.",
    unit: Unit::PerSecond,
    kind: Kind::Number { min: 0.0, max: 10_000_000.0 },
    default: Fixed::Number(100.0),
    source: "Neutral",
    when: OPEN,
};

/// The process of the arrivals.
pub const ARRIVALS: Param = Param {
    id: "arrivals",
    label: "Arrivals",
    doc: "How the gaps between requests vary.",
    kind: Kind::Choice(&[
        Choice {
            id: "poisson",
            label: "Independent users (Poisson)",
            doc: "Requests come in clumps and pauses, as from many people who do not know of each other.",
        },
        Choice { id: "constant", label: "Like a clock", doc: "Equal gaps, as from one machine." },
        Choice {
            id: "renewal",
            label: "Gaps of a shape",
            doc: "Independent gaps, more or less even than those of independent users.",
        },
        Choice {
            id: "batch",
            label: "In batches",
            doc: "Several requests at the same moment, as from a page that loads its parts or from an import.",
        },
        Choice {
            id: "bursts",
            label: "On and off (bursts)",
            doc: "Independent users whose rate jumps between two levels at random moments.",
        },
        Choice {
            id: "closed",
            label: "Users who wait (closed loop)",
            doc: "Each user sends the next request a think time after the last answer: slow answers slow the users down.",
        },
    ]),
    default: Fixed::Choice("poisson"),
    source: "The usual assumption of queueing theory for many independent users",
    ..Param::BLANK
};

/// Shape of the gaps.
pub const GAP_SHAPE: Param = Param {
    id: "gap_shape",
    label: "Gaps vary",
    doc: "How the time between two requests varies around its mean.",
    when: RENEWAL,
    ..service::SHAPE
};

/// Spread of the gaps.
pub const GAP_CV: Param = Param { id: "gap_cv", label: "Spread of gaps", when: RENEWAL, ..service::CV };

/// Requests in a batch.
pub const BATCH: Param = Param {
    id: "batch",
    label: "Requests in a batch",
    doc: "They come at the same moment.",
    kind: Kind::Integer { min: 1.0, max: 1_000_000.0 },
    default: Fixed::Number(10.0),
    when: Some(("arrivals", "batch")),
    source: "Judgement",
    ..Param::BLANK
};

/// Rate during a burst.
pub const BURST_RATE: Param = Param {
    id: "burst_rate",
    label: "Requests during a burst",
    doc: "Mean rate while a burst lasts; between bursts it is the rate above.",
    unit: Unit::PerSecond,
    kind: Kind::Number { min: 0.0, max: 10_000_000.0 },
    default: Fixed::Number(1_000.0),
    when: BURSTS,
    source: "Judgement",
};

/// Mean length of a burst.
pub const BURST_S: Param = Param {
    id: "burst_s",
    label: "A burst lasts",
    doc: "Mean length of a burst; each lasts an exponential time.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.001, max: 1e6 },
    default: Fixed::Number(5.0),
    when: BURSTS,
    source: "Judgement",
};

/// Mean time between bursts.
pub const CALM_S: Param = Param {
    id: "calm_s",
    label: "Between bursts",
    doc: "Mean time from the end of a burst to the next; each lasts an exponential time.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.001, max: 1e6 },
    default: Fixed::Number(30.0),
    when: BURSTS,
    source: "Judgement",
};

/// Think time of a closed loop.
pub const THINK_S: Param = Param {
    id: "think_s",
    label: "Think time",
    doc: "Mean time between an answer and the same user's next request.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.001, max: 1e6 },
    default: Fixed::Number(5.0),
    when: CLOSED,
    source: "Judgement",
};

/// Shape of the think time.
pub const THINK_SHAPE: Param = Param {
    id: "think_shape",
    label: "Thinking varies",
    doc: "How a user's think time varies around its mean.",
    when: CLOSED,
    ..service::SHAPE
};

/// Spread of the think time.
pub const THINK_CV: Param =
    Param { id: "think_cv", label: "Spread of thinking", when: CLOSED, ..service::CV };

/// How the rate moves over time.
pub const OVER_TIME: Param = Param {
    id: "over_time",
    label: "Over time",
    doc: "How the rate moves while the system runs.",
    kind: Kind::Choice(&[
        Choice { id: "steady", label: "Steady", doc: "The same rate all the time." },
        Choice {
            id: "ramp",
            label: "Ramp",
            doc: "Rises or falls from a share of the rate to the rate, then stays.",
        },
        Choice { id: "crowd", label: "Flash crowd", doc: "Many times the rate for a while, then as before." },
        Choice {
            id: "wave",
            label: "Daily wave",
            doc: "A sine around the rate, as days and nights make it.",
        },
        Choice {
            id: "series",
            label: "Imported",
            doc: "Through points of a table; the highest of them is the rate.",
        },
    ]),
    default: Fixed::Choice("steady"),
    source: "Neutral",
    when: OPEN,
    ..Param::BLANK
};

/// Where a ramp begins.
pub const RAMP_FROM: Param = Param {
    id: "ramp_from",
    label: "Ramp begins at",
    doc: "Share of the rate at the start of the run; more than 100 % falls.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 100.0 },
    default: Fixed::Number(0.0),
    when: RAMP,
    source: "Judgement",
};

/// Length of a ramp.
pub const RAMP_S: Param = Param {
    id: "ramp_s",
    label: "Ramp lasts",
    doc: "Time from the start of the run until the rate is reached.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 86_400.0 },
    default: Fixed::Number(60.0),
    when: RAMP,
    source: "Judgement",
};

/// Size of a flash crowd.
pub const CROWD_TIMES: Param = Param {
    id: "crowd_times",
    label: "Crowd",
    doc: "Times the usual rate at the height of the crowd.",
    kind: Kind::Number { min: 0.0, max: 10_000.0 },
    default: Fixed::Number(10.0),
    when: CROWD,
    source: "Judgement",
    ..Param::BLANK
};

/// Start of a flash crowd.
pub const CROWD_AT_S: Param = Param {
    id: "crowd_at_s",
    label: "Crowd comes at",
    doc: "Time from the start of the run.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 86_400.0 },
    default: Fixed::Number(30.0),
    when: CROWD,
    source: "Judgement",
};

/// Rise and fall of a flash crowd.
pub const CROWD_RAMP_S: Param = Param {
    id: "crowd_ramp_s",
    label: "Crowd grows in",
    doc: "Time from the usual rate to the full crowd, and back again at its end.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 86_400.0 },
    default: Fixed::Number(5.0),
    when: CROWD,
    source: "Judgement",
};

/// Length of a flash crowd.
pub const CROWD_S: Param = Param {
    id: "crowd_s",
    label: "Crowd stays",
    doc: "Time at its height.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 86_400.0 },
    default: Fixed::Number(60.0),
    when: CROWD,
    source: "Judgement",
};

/// Length of a wave.
pub const WAVE_S: Param = Param {
    id: "wave_s",
    label: "Wave length",
    doc: "Time from one peak to the next; a day has 86,400 s.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 1.0, max: 31_536_000.0 },
    default: Fixed::Number(86_400.0),
    source: "A day",
    when: WAVE,
};

/// Height of a wave.
pub const WAVE_HEIGHT: Param = Param {
    id: "wave_height",
    label: "Wave height",
    doc: "How far the rate swings around its mean, as a share of it.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(0.5),
    when: WAVE,
    source: "Judgement",
};

/// Start within a wave.
pub const WAVE_PHASE: Param = Param {
    id: "wave_phase",
    label: "Wave starts at",
    doc: "Where in the wave the run starts: 0 % is the mean, rising; 25 % the peak; 75 % the trough.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(0.0),
    when: WAVE,
    source: "Judgement",
};

/// An imported series.
pub const SERIES: Param = Param {
    id: "series",
    label: "Second, rate",
    doc: "Lines of a CSV file: seconds from the start and a rate; straight lines join them, and the highest is read as the \
          requests above.",
    kind: Kind::Text { max: 16_000 },
    default: Fixed::Choice(""),
    source: "Nothing is imported",
    when: Some(("over_time", "series")),
    ..Param::BLANK
};

/// The rate [1/s] and the process that these values ask for.
pub fn process(read: &Reader) -> (f64, Arrivals) {
    let rate = read.number(RATE.id);
    match read.choice(ARRIVALS.id) {
        "constant" => (rate, Arrivals::Constant),
        "renewal" => (rate, Arrivals::Renewal(shape(read, GAP_SHAPE.id, GAP_CV.id))),
        "batch" => (rate, Arrivals::Batch(read.count(BATCH.id))),
        "bursts" => bursts(read, rate),
        "closed" => {
            let think =
                Service { mean_s: read.number(THINK_S.id), shape: shape(read, THINK_SHAPE.id, THINK_CV.id) };
            let users = read.count("users").clamp(1, 1_000_000);
            (f64::from(users) / think.mean_s, Arrivals::Closed(Closed { users, think }))
        }
        _ => (rate, Arrivals::Poisson),
    }
}

fn shape(read: &Reader, shape: &str, cv: &str) -> Shape {
    service::shape_of(read.choice(shape), read.number(cv))
}

fn bursts(read: &Reader, calm: f64) -> (f64, Arrivals) {
    let burst = read.number(BURST_RATE.id);
    let (calm_s, burst_s) = (read.number(CALM_S.id), read.number(BURST_S.id));
    let mean = (calm * calm_s + burst * burst_s) / (calm_s + burst_s);
    let over = |rate: f64| if mean > 0.0 { rate / mean } else { 0.0 };
    (mean, Arrivals::Bursts(Bursts { calm: over(calm), burst: over(burst), calm_s, burst_s }))
}

/// How the rate moves.
pub fn profile(read: &Reader) -> Profile {
    let points = match read.choice(OVER_TIME.id) {
        _ if read.choice(ARRIVALS.id) == "closed" => return Profile::Steady,
        "ramp" => vec![(0.0, read.number(RAMP_FROM.id)), (read.number(RAMP_S.id), 1.0)],
        "crowd" => {
            let (times, at) = (read.number(CROWD_TIMES.id), read.number(CROWD_AT_S.id));
            let full = at + read.number(CROWD_RAMP_S.id);
            let ends = full + read.number(CROWD_S.id);
            vec![(at, 1.0), (full, times), (ends, times), (ends + read.number(CROWD_RAMP_S.id), 1.0)]
        }
        "wave" => {
            return Profile::Wave {
                period_s: read.number(WAVE_S.id),
                amplitude: read.number(WAVE_HEIGHT.id),
                phase: read.number(WAVE_PHASE.id),
            };
        }
        "series" => points(read.text(SERIES.id)),
        _ => return Profile::Steady,
    };
    Corners::new(&points).map_or(Profile::Steady, Profile::Corners)
}

/// Points of a table, the highest rate read as 1. A line without two numbers, such as a heading, is passed over.
fn points(text: &str) -> Vec<(f64, f64)> {
    let point = |line: &str| {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let (at, rate) = line.trim().split_once([',', ' ', '\t'])?;
        Some((number(at)?.clamp(0.0, 1e9), number(rate)?.clamp(0.0, 1e9)))
    };
    let mut points: Vec<(f64, f64)> = text.split(['\n', ';']).filter_map(point).collect();
    let peak = points.iter().map(|point| point.1).fold(0.0, f64::max);
    if peak <= 0.0 {
        return Vec::new();
    }
    points.iter_mut().for_each(|point| point.1 /= peak);
    points
}

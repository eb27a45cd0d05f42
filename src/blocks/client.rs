//! Client: sends requests as they come, whether or not the earlier ones were answered, or as its users get their answers.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, LONGEST_TAG, Learn, Lowered, TAG, arrivals, habits, machine};
use crate::topology::{Price, Source, Station, Tag, nanoseconds};

pub struct Client;

impl Block for Client {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let (rate, arrivals) = arrivals::process(&read);
        Lowered {
            station: Station::Source(Source {
                rate,
                arrivals,
                profile: arrivals::profile(&read),
                reads: read.number("reads"),
                keys: read.number("keys") as u64,
                zipf: read.number("zipf"),
                timeout_ns: nanoseconds(read.number("timeout_s")),
                retries: read.count("retries"),
                backoff_s: read.number("backoff_ms") / 1e3,
                habits: habits::habits(&read),
                users: read.count("users"),
                tag: Tag::NONE,
                priority: read.count("priority") as u8,
                response_kb: read.number("response_kb"),
                average: read.number("average"),
            }),
            servers: machine::idle(),
            price: Price::default(),
            managed: true,
        }
    }
}

static ABOUT: About = About {
    id: "client",
    name: "Client",
    doc: "Sends requests: as they come, or as each user gets the answer to the last.",
    icon: "users",
    family: Family::Edge,
    accepts_calls: false,
    makes_calls: true,
    params: &[
        arrivals::RATE,
        arrivals::ARRIVALS,
        arrivals::GAP_SHAPE,
        arrivals::GAP_CV,
        arrivals::BATCH,
        arrivals::BURST_RATE,
        arrivals::BURST_S,
        arrivals::CALM_S,
        arrivals::THINK_S,
        arrivals::THINK_SHAPE,
        arrivals::THINK_CV,
        arrivals::OVER_TIME,
        arrivals::RAMP_FROM,
        arrivals::RAMP_S,
        arrivals::CROWD_TIMES,
        arrivals::CROWD_AT_S,
        arrivals::CROWD_RAMP_S,
        arrivals::CROWD_S,
        arrivals::WAVE_S,
        arrivals::WAVE_HEIGHT,
        arrivals::WAVE_PHASE,
        arrivals::SERIES,
        Param {
            id: "reads",
            label: "Reads",
            doc: "Share of the requests that read; the others write.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(0.9),
            source: "Judgement: most sites are read nine times as often as written",
            when: None,
        },
        Param {
            id: "keys",
            label: "Different keys",
            doc: "Things that can be asked for: pages, links, products.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 1e12 },
            default: Fixed::Number(1_000_000.0),
            source: "Judgement: a medium catalogue",
            when: None,
        },
        Param {
            id: "zipf",
            label: "Popularity (Zipf)",
            doc: "How uneven the keys' popularity is: the k-th most popular is asked for in proportion to 1/kˢ. 0 is even.",
            unit: Unit::None,
            kind: Kind::Number { min: 0.0, max: 3.0 },
            default: Fixed::Number(0.9),
            source: "Judgement: measured web traffic lies around 0.6–1",
            when: None,
        },
        Param {
            id: "users",
            label: "Different users",
            doc: "People or machines behind the requests, each as busy as the others; in a closed loop there are so many. \
                  0: every request is somebody else's.",
            unit: Unit::None,
            kind: Kind::Integer { min: 0.0, max: 1e9 },
            default: Fixed::Number(0.0),
            source: "Neutral: nobody comes twice",
            when: None,
        },
        Param {
            id: "priority",
            label: "Priority",
            doc: "How urgent its requests are where a server serves by priority: 9 is the most urgent.",
            unit: Unit::None,
            kind: Kind::Integer { min: 0.0, max: 9.0 },
            default: Fixed::Number(0.0),
            source: "Neutral: all alike",
            when: None,
        },
        Param {
            id: TAG,
            label: "Tag",
            doc: "What kind of traffic it is, such as static or pay: links and rate limits can tell its requests from others. \
                  Empty is none.",
            unit: Unit::None,
            kind: Kind::Text { max: LONGEST_TAG },
            default: Fixed::Choice(""),
            source: "Neutral: one kind of traffic",
            when: None,
        },
        habits::SHARED,
        habits::HOT,
        habits::OWNERS,
        habits::OWNER_ZIPF,
        habits::CREATES,
        habits::FOLLOW,
        habits::FOLLOW_S,
        habits::SESSION,
        habits::ABSENT,
        habits::DEVICE_TTL_S,
        Param {
            id: "timeout_s",
            label: "Patience",
            doc: "How long a user waits for one attempt before giving up.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.001, max: 3_600.0 },
            default: Fixed::Number(30.0),
            source: "rules 1.2",
            when: None,
        },
        Param {
            id: "retries",
            label: "Retries",
            doc: "Extra attempts after a failed one; only reads are repeated.",
            unit: Unit::None,
            kind: Kind::Integer { min: 0.0, max: 10.0 },
            default: Fixed::Number(0.0),
            source: "Neutral: retries multiply load",
            when: None,
        },
        Param {
            id: "backoff_ms",
            label: "Back-off",
            doc: "Longest delay before the first retry; doubles each time up to 10 s. The delay is drawn between 0 and that.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 10_000.0 },
            default: Fixed::Number(100.0),
            source: "Base 100 ms with full jitter (references/defaults)",
            when: None,
        },
        Param {
            id: "response_kb",
            label: "Answer size",
            doc: "Bytes of one answer; decides what sending them costs.",
            unit: Unit::Kilobytes,
            kind: Kind::Number { min: 0.0, max: 1_000_000.0 },
            default: Fixed::Number(10.0),
            source: "Judgement: a small page or a JSON answer",
            when: None,
        },
        Param {
            id: "average",
            label: "Average over peak",
            doc: "Mean traffic of the month as a share of the peak that is simulated; decides what is paid by use.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(0.3),
            source: "Judgement: 10,000/s at peak and 3,000/s in the mean (rules 3.2)",
            when: None,
        },
    ],
    initial: &[],
    initial_link: &[("latency_ms", Fixed::Number(10.0))],
    learn: Learn {
        what: "Everybody who uses the system, as one stream of requests. Usually it is an open stream: slow answers do not \
               slow the users down, because each of them knows nothing of the others. In a closed loop a fixed number of \
               users wait for their answers, so that a slow system is asked less; load tests are often closed and look \
               kinder than life.",
        like: "The street in front of a shop: people come in whether or not the queue is long.",
        when: "Every design starts with one. Use two when two kinds of traffic differ, such as visitors and importers; with a tag each, \
               links and rate limits tell them apart.",
        costs: "Nothing by itself. Each answer it gets costs egress, about $0.09 for a gigabyte.",
        fails: "Impatience: after the timeout the user is gone, but the work goes on. Retries come on top of the load just \
                when there is too much of it.",
        products: "Browsers, phone apps, devices, other companies' servers",
    },
};

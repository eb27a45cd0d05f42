//! Rate limiter: lets so many calls through and turns the others away before they cost anything.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, life, limiting, machine, routing, service};
use crate::topology::{Health, Policy, Router};

pub struct RateLimiter;

impl Block for RateLimiter {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let router = Router { policy: Policy::RoundRobin, health: Health::default(), ttl_ns: 0 };
        routing::proxy(&read, router, 1.0)
    }
}

static ABOUT: About = About {
    id: "rate-limiter",
    name: "Rate limiter",
    doc: "Lets so many calls through and turns the others away before they cost anything.",
    icon: "gauge",
    family: Family::Edge,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        Param {
            id: "limit",
            label: "Rate limit",
            doc: "Calls let through a second; more are rejected as rate limited.",
            unit: Unit::PerSecond,
            kind: Kind::Number { min: 0.0, max: 1e9 },
            default: Fixed::Number(100.0),
            source: "Neutral",
            when: None,
        },
        limiting::ALGORITHM,
        limiting::WINDOW_S,
        limiting::BURST,
        limiting::COUNTED,
        limiting::COUNTED_TAG,
        machine::INSTANCES,
        machine::CORES,
        Param {
            default: Fixed::Number(0.05),
            source: "Judgement: a look-up of one counter in memory",
            ..machine::SERVICE_MS
        },
        service::SHAPE,
        service::CV,
        routing::CONNECTIONS,
        machine::QUEUE,
        machine::PRICE_MONTH,
        life::MTTF,
        life::MTTR,
        life::NEEDED,
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "A counter at the door. It knows how many calls came lately, from everybody or from each user, and answers \
               “too many” instead of passing on what exceeds the limit. Callers do not try again at once.",
        like: "The bouncer of a club who lets a new guest in when the last minute's number is not used up.",
        when: "When one caller can use up what the others need, and whenever it is better to refuse some calls at once \
               than to serve all of them late. It may count one tag alone: a limit for the free tier, none for the paid.",
        costs: "A hop and a counter that all instances share. A limit too low turns customers away while the servers idle.",
        fails: "By the clock: a fixed window lets twice its limit through around the moment when one window ends and the next \
                begins. One limit for all punishes everybody for one greedy client.",
        products: "Envoy, nginx limit_req, Kong, Cloudflare Rate Limiting, AWS WAF",
    },
};

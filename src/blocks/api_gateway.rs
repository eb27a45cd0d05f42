//! API gateway: the one door of an API; passes calls on and turns away what exceeds the rate limit.

use super::param::{Fixed, Param, Reader, Values};
use super::{About, Block, Family, Learn, Lowered, life, limiting, machine, routing, service};

pub struct ApiGateway;

impl Block for ApiGateway {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        routing::proxy(&read, routing::router(&read), 1.0)
    }
}

static ABOUT: About = About {
    id: "api-gateway",
    name: "API gateway",
    doc: "The one door of an API: turns away what exceeds the rate limit and passes the rest on.",
    icon: "gauge",
    family: Family::Edge,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        Param { default: Fixed::Number(0.0), source: "Neutral: no limit until one is set", ..machine::LIMIT },
        limiting::ALGORITHM,
        limiting::WINDOW_S,
        limiting::BURST,
        limiting::COUNTED,
        limiting::COUNTED_TAG,
        routing::POLICY,
        machine::INSTANCES,
        machine::CORES,
        Param {
            default: Fixed::Number(0.2),
            source: "Judgement: a few times a load balancer's work, for checking keys and rules",
            ..machine::SERVICE_MS
        },
        service::SHAPE,
        service::CV,
        routing::CONNECTIONS,
        machine::QUEUE,
        routing::CHECK_S,
        routing::CHECK_TIMEOUT_S,
        routing::CHECK_FAILURES,
        routing::CHECK_SUCCESSES,
        machine::PRICE_MONTH,
        machine::NETWORK,
        life::MTTF,
        life::MTTR,
        life::NEEDED,
        machine::PRICE_MILLION,
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "The single entrance of an API. It checks each call, applies the rate limit and passes the call to one \
               instance behind it. The limit is a token bucket, unless you choose a window: tokens drip in at the rate, a call \
               takes one, and a full bucket allows a burst.",
        like: "The turnstile of a stadium: it lets people through at its own pace, and what it turns back does not crush \
               those inside.",
        when: "When outsiders call you, and when it is better to refuse some calls early than to serve all of them late.",
        costs: "A hop, a machine, and the refused calls: a limit set too low turns customers away while the servers idle.",
        fails: "It is in front of everything: one instance is a single point of failure. One limit for all means that one \
                greedy client uses up what the others need; a limit for each user does not.",
        products: "Kong, Amazon API Gateway, Apigee, Envoy, Azure API Management",
    },
};

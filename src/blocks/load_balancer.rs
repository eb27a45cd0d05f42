//! Load balancer: passes each call to one of the instances behind it and leaves out the dead ones.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, life, machine, routing, service};

/// Work of a call without encryption: 50,000 instead of 20,000 a second and core (references/defaults).
const WITHOUT_TLS: f64 = 0.4;

pub struct LoadBalancer;

impl Block for LoadBalancer {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let work = if read.flag("tls") { 1.0 } else { WITHOUT_TLS };
        routing::proxy(&read, routing::router(&read), work)
    }
}

static ABOUT: About = About {
    id: "load-balancer",
    name: "Load balancer",
    doc: "Passes each call to one of the instances behind it and leaves out the dead ones.",
    icon: "split",
    family: Family::Edge,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        routing::POLICY,
        machine::INSTANCES,
        machine::CORES,
        Param {
            default: Fixed::Number(0.05),
            source: "A core passes on 20,000–50,000 requests a second (references/defaults)",
            ..machine::SERVICE_MS
        },
        Param {
            id: "tls",
            label: "Ends TLS",
            doc: "Decrypts what callers send. Without it a call is 40 % of the work.",
            unit: Unit::None,
            kind: Kind::Flag,
            default: Fixed::Flag(true),
            source: "20,000 requests a second and core with TLS, 50,000 without (references/defaults)",
            when: None,
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
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "One address for many servers. It gives each call to one of them and stops sending to those that fail \
               their health check.",
        like: "The host of a restaurant who leads each party to a table.",
        when: "As soon as there is a second server. Without it, callers know one address and the others stand idle.",
        costs: "A machine, a fraction of a millisecond for each call, and one more thing that can fail: one load \
                balancer in front of ten servers is a single point of failure, so run two.",
        fails: "Until the health check has noticed a dead server, its share of the calls fails. It cannot help when what \
                all servers share, such as the database, is full.",
        products: "nginx, HAProxy, Envoy, AWS ALB and NLB, Google Cloud Load Balancing",
    },
};

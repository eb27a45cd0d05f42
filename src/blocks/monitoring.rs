//! Monitoring: takes no traffic; notices failures for the others.

use super::param::{Fixed, Param, Reader, Values};
use super::{About, Block, Family, Learn, Lowered, machine};
use crate::topology::{Price, Station};

pub struct Monitoring;

impl Block for Monitoring {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        Lowered {
            station: Station::Observer,
            servers: machine::idle(),
            price: Price { month: read.number("price_month"), million_calls: 0.0, egress_gb: 0.0 },
            managed: true,
        }
    }
}

static ABOUT: About = About {
    id: "monitoring",
    name: "Monitoring",
    doc: "Takes no traffic: notices failures within seconds, so that a standby is promoted without a person.",
    icon: "eye",
    family: Family::Operations,
    accepts_calls: false,
    makes_calls: false,
    params: &[Param {
        label: "Price",
        doc: "Cost a month for the whole design.",
        default: Fixed::Number(30.0),
        source: "rules 3.2",
        ..machine::PRICE_MONTH
    }],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "Measures and health checks with somebody, or something, that acts on them. It needs no link: one in the \
               design watches everything in it.",
        like: "The smoke detector: it puts out no fire, but it decides when the putting out begins.",
        when: "Always. Without it a dead primary waits for a person, here 15 minutes, however good the standby is.",
        costs: "A little money, and false alarms when the thresholds are wrong.",
        fails: "Silently: what is not measured looks healthy. Alarms that nobody acts on are the same as none.",
        products: "Prometheus with Alertmanager, Datadog, Amazon CloudWatch, Grafana Cloud",
    },
};

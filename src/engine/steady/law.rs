//! Designs of one client and one station: their times follow one law, which is known without inverting a transform.

use super::station;
use crate::engine::flows::Flows;
use crate::engine::formulas::{ConstantLine, Wait, invert};
use crate::topology::{Lane, Operation, Shape, Station, Topology};

/// How long requests take, latency apart.
pub struct Law {
    /// Way there and back [s].
    shift: f64,
    /// Client and link.
    timeout: f64,
    /// Share of the calls that the station answers (0–1).
    answered: f64,
    time: Time,
}

enum Time {
    /// A line and exponential service of this mean [s].
    Exponential(Wait, f64),
    /// A line of constant services, and one more of them [s].
    Constant(ConstantLine, f64),
    /// Exponential service of this mean [s], and for this share a start before it [s].
    Cold { mean: f64, share: f64, start: f64 },
}

impl Law {
    /// The law of a topology; `None` where there is more than one station, or none that is known.
    pub fn of(topology: &Topology, flows: &Flows) -> Option<Law> {
        let [client] = &flows.clients[..] else { return None };
        let [link] = topology.outgoing[client.node][..] else { return None };
        let (route, to) = (topology.route(link.index()), topology.ends(link.index()).1);
        let (place, flow) = (topology.place(to), &flows.stations[to]);
        let op = match client.sent {
            [_, writes] if writes <= 0.0 => Operation::Read,
            [reads, _] if reads <= 0.0 => Operation::Write,
            _ => return None,
        };
        let plain = !route.policy.is_rough()
            && !route.policy.parallel
            && !route.policy.patience_varies
            && route.calls == 1.0
            && route.retries == 0
            && route.pool.is_none()
            && flow.steps.iter().all(Vec::is_empty)
            && flow.upkeep == 0.0
            && client.on_devices == 0.0;
        let service = if op == Operation::Read { place.servers.read } else { place.servers.write };
        if !plain || service.mean_s <= 0.0 {
            return None;
        }
        let exponential = service.shape == Shape::Exponential;
        let time = match &place.station {
            Station::Server(server) if server.function.is_some() && exponential => {
                let start = server.function.map_or(0.0, |function| function.cold_s);
                Time::Cold { mean: service.mean_s, share: flow.cold.unwrap_or(0.0), start }
            }
            Station::Server(server) if server.discipline != Default::default() => return None,
            Station::Server(_) | Station::Store(_) => {
                let instance = flow.instances.iter().find(|instance| instance.calls != [0.0; 2])?;
                match station::constant_line(place, flow) {
                    Some(line) => Time::Constant(line, service.mean_s),
                    None if exponential && instance.replays == 0.0 && !super::trust::gathers(place) => {
                        Time::Exponential(station::only_line(flow)?, service.mean_s)
                    }
                    None => return None,
                }
            }
            _ => return None,
        };
        let lane = Lane { op, tag: client.tag };
        let door = usize::from(flow.doors[1][lane] > 0.0);
        Some(Law {
            shift: 2e-9 * route.latency_ns as f64 + 2.0 * topology.far_s(link.index()),
            timeout: 1e-9 * route.timeout_ns as f64,
            answered: flow.answers[door][lane].ok,
            time,
        })
    }

    /// Share of the requests answered ok in time (0–1).
    pub fn success(&self) -> f64 {
        self.answered * (1.0 - self.late())
    }

    /// Share of those answered by the station that come too late (0–1).
    pub fn late(&self) -> f64 {
        self.survival(self.timeout - self.shift)
    }

    /// The time that a share `p` of those answered in time do not exceed [s].
    pub fn quantile(&self, p: f64) -> f64 {
        let p = p * (1.0 - self.late());
        self.shift
            + match &self.time {
                Time::Exponential(line, mean) => line.sojourn_quantile(*mean, p),
                Time::Constant(line, mean) => mean + line.quantile(p),
                Time::Cold { mean, .. } => invert::quantile(|time| self.survival(time), *mean, p),
            }
    }

    /// Share that takes longer than `time`.
    fn survival(&self, time: f64) -> f64 {
        match &self.time {
            _ if time <= 0.0 => 1.0,
            Time::Exponential(line, mean) => line.sojourn_survival(*mean, time),
            Time::Constant(_, mean) if time < *mean => 1.0,
            Time::Constant(line, mean) => line.survival(time - mean),
            Time::Cold { mean, share, start } => {
                let warm = libm::exp(-time / mean);
                let cold = if time < *start { 1.0 } else { libm::exp(-(time - start) / mean) };
                (1.0 - share) * warm + share * cold
            }
        }
    }
}

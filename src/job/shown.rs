//! Frames as the page shows them: of a report instead of a run, and with what the clients send.

use super::{Frame, LinkFrame, NodeFrame};
use crate::report::{NodeReport, Report, State};
use crate::topology::{Station, Topology};

impl Frame {
    /// The figures of a report in the shape of a frame, so that both are shown alike.
    pub fn of(report: &Report, topology: &Topology) -> Frame {
        let time =
            |pick: fn(&crate::report::Times) -> f64| report.total.latency.as_ref().map_or(f64::NAN, pick);
        let link = |link: &crate::report::LinkReport| LinkFrame {
            calls: link.calls,
            failures: link.failures,
            cut: false,
        };
        Frame {
            sent: report.total.offered,
            ok: report.total.goodput.value,
            failed: report.total.offered - report.total.goodput.value,
            p50: time(|times| times.p50.value),
            p95: time(|times| times.p95.value),
            p99: time(|times| times.p99.value),
            nodes: report.nodes.iter().map(NodeFrame::of).collect(),
            links: report.links.iter().map(link).collect(),
            ..Frame::default()
        }
        .with_clients(topology)
    }

    /// Nothing arrives at a client: what it sends takes that place, retries included.
    #[must_use]
    pub fn with_clients(mut self, topology: &Topology) -> Frame {
        if !self.fits(topology) {
            return self;
        }
        for (index, place) in topology.places() {
            if matches!(place.station, Station::Source(_)) {
                let links = topology.outgoing[index].iter();
                self.nodes[index].offered = links.map(|edge| self.links[edge.index()].calls).sum();
            }
        }
        self
    }

    /// Whether it has one entry for each station and route.
    pub fn fits(&self, topology: &Topology) -> bool {
        self.nodes.len() == topology.len() && self.links.len() == topology.graph.edge_count()
    }
}

impl NodeFrame {
    fn of(found: &NodeReport) -> NodeFrame {
        NodeFrame {
            offered: found.offered,
            carried: found.carried,
            dropped: found.dropped.iter().sum(),
            load: found.load.unwrap_or(f64::NAN),
            waiting: found.waiting,
            hit_ratio: found.hit_ratio.unwrap_or(f64::NAN),
            alive: f64::from(found.alive),
            state: f64::from(found.state as u8),
        }
    }

    /// Its state by offered load.
    pub fn state(&self) -> State {
        State::ALL.get(self.state as usize).copied().unwrap_or(State::Calm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis;

    #[test]
    fn a_client_shows_what_it_sends_and_a_server_its_state() {
        let design = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":300,"reads":1},
            {"id":2,"block":"app-server","service_ms":10}],"links":[[1,2]]}"#;
        let answer = analysis::answer(&crate::share::from_json(design).expect("a design").design);
        let frame = Frame::of(&answer.report, &answer.topology);
        assert!(frame.fits(&answer.topology));
        // 300/s × 10 ms on 2 cores is half as much again as they can do.
        assert_eq!(frame.nodes[1].state(), State::Saturated);
        assert!((frame.nodes[0].offered - 300.0).abs() < 1e-6, "{}", frame.nodes[0].offered);
    }
}

//! A request call by call, as rows with bars: where its time went.

use super::{share, time, whole};
use crate::design::NodeId;
use crate::report::{Spent, Trace};
use crate::topology::Topology;

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The block that was called.
    pub node: NodeId,
    /// Its name, with its instance where there are several.
    pub name: String,
    /// How deep it stands in the tree of calls; 0 is the request itself.
    pub depth: usize,
    /// Stretches from left to right: what it was spent on, begin and end as shares of the request (0–1).
    pub bars: Vec<(Spent, [f64; 2])>,
    /// From its caller's decision to the reply [s].
    pub took_s: f64,
    /// What of that went where [s], in [`Spent::ALL`] order.
    pub parts_s: [f64; Spent::ALL.len()],
    /// Why it failed.
    pub failed: Option<&'static str>,
}

/// The calls of a request as a tree is read, callers before callees. Empty when the stations are no longer those of the trace.
pub fn calls(trace: &Trace, topology: &Topology) -> Vec<Call> {
    if trace.steps.iter().any(|step| step.node as usize >= topology.len()) {
        return Vec::new();
    }
    let (end, all) = (trace.end_ns(), trace.took_ns.max(1) as f64);
    let call = |index: usize| {
        let step = &trace.steps[index];
        let place = topology.place(step.node as usize);
        let several = place.instances() > 1 && step.instance != u32::MAX;
        let name = if several { format!("{} {}", place.name, step.instance + 1) } else { place.name.clone() };
        let stretches = step.stretches(end);
        let mut parts_s = [0.0; Spent::ALL.len()];
        stretches
            .iter()
            .for_each(|(spent, from, until)| parts_s[*spent as usize] += (until - from) as f64 / 1e9);
        let at = |ns: u64| (ns.saturating_sub(trace.born_ns)) as f64 / all;
        Call {
            node: place.id,
            name,
            depth: trace.depth(index),
            bars: stretches.iter().map(|(spent, from, until)| (*spent, [at(*from), at(*until)])).collect(),
            took_s: step.until_ns(end).saturating_sub(step.sent_ns) as f64 / 1e9,
            parts_s,
            failed: step.failed.map(crate::report::Cause::name),
        }
    };
    trace.in_order().into_iter().map(call).collect()
}

/// “31.2 ms, the slowest of 312 requests: 60 % queue, 30 % service, 10 % network.”
pub fn in_words(trace: &Trace) -> String {
    let took = time(trace.took_ns as f64 / 1e9);
    let of = match (trace.followed, trace.one_in) {
        (followed, 1) => format!("{} requests", whole(u64::from(followed))),
        (followed, one_in) => {
            format!("{} requests of a sample of one in {}", whole(u64::from(followed)), whole(one_in))
        }
    };
    let end = trace.failed.map_or_else(String::new, |cause| format!(" It failed: {}.", cause.name()));
    let spent = trace.spent();
    let mut parts: Vec<(Spent, u64)> = Spent::ALL.into_iter().zip(spent).filter(|part| part.1 > 0).collect();
    crate::sorted::sort_by(&mut parts, |a, b| b.1.cmp(&a.1));
    let part = |(what, ns): &(Spent, u64)| {
        let name = if *what == Spent::Calls { "pauses between calls" } else { what.name() };
        format!("{} {name}", share(*ns as f64 / trace.took_ns.max(1) as f64))
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    format!("{took}, the slowest of {of} of one second: {}.{end}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Step;
    use crate::{share as json, topology};

    #[test]
    fn a_request_is_told_in_rows_with_bars_and_in_a_sentence() {
        let design = json::from_json(
            r#"{"headroom":1,"nodes":[{"id":7,"block":"client"},{"id":9,"block":"app-server","instances":3,"name":"web"}],
            "links":[[7,9]]}"#,
        );
        let topology = topology::build(&design.expect("a design").design).0;
        let step = Step {
            parent: Some(0),
            node: 1,
            instance: 2,
            sent_ns: 1_000,
            left_ns: Some(1_000),
            arrived_ns: Some(2_000),
            started_ns: Some(6_000),
            served_ns: Some(9_000),
            replied_ns: Some(9_000),
            back_ns: Some(11_000),
            ..Step::default()
        };
        let root = Step { sent_ns: 1_000, back_ns: Some(11_000), ..Step::default() };
        let trace = Trace {
            born_ns: 1_000,
            took_ns: 10_000,
            followed: 40,
            one_in: 4,
            steps: vec![root, step],
            ..Trace::default()
        };
        let calls = calls(&trace, &topology);
        assert_eq!((calls[1].name.as_str(), calls[1].depth, calls[1].node), ("web 3", 1, NodeId(9)));
        assert_eq!(calls[1].bars[1], (Spent::Queue, [0.1, 0.5]));
        assert_eq!(calls[1].parts_s, [0.0, 3e-6, 4e-6, 3e-6, 0.0, 0.0]);
        assert_eq!(
            in_words(&trace),
            "10.0 µs, the slowest of 40 requests of a sample of one in 4 of one second: 40 % queue, 30 % network, 30 % service."
        );
    }
}

//! Sections of long forms: what a person sets first stands open, the rest is folded under a heading.
//!
//! A parameter that is named here nowhere is found under [`MORE`], so that a new one never crowds a form.

use super::param::Param;

/// A part of a form.
#[derive(Debug, Clone)]
pub struct Section {
    /// Heading; empty for what stands open.
    pub name: &'static str,
    /// Its parameters, in the order of the catalogue.
    pub params: Vec<&'static Param>,
}

/// Heading of what has none of its own.
pub const MORE: &str = "More";

/// A form of so few rows needs no sections.
const SHORT: usize = 8;

/// The sections by heading, in the order of the form; the first stands open.
const SECTIONS: [(&str, &[&str]); 8] = [
    (
        "",
        &[
            "rate",
            "reads",
            "instances",
            "cores",
            "service_ms",
            "read_ms",
            "write_ms",
            "policy",
            "replicas",
            "standby",
            "limit",
            "concurrency",
            "backlog",
            "hit_mode",
            "hit_ratio",
            "memory_gb",
            "ttl_s",
            "ops",
            "when",
            "calls",
            "latency_ms",
            "timeout_ms",
            "timeout_s",
            "retries",
            "async",
            "optional",
            "weight",
        ],
    ),
    (
        "When they come",
        &[
            "arrivals",
            "gap_shape",
            "gap_cv",
            "batch",
            "burst_rate",
            "burst_s",
            "calm_s",
            "think_s",
            "think_shape",
            "think_cv",
            "over_time",
            "ramp_from",
            "ramp_s",
            "crowd_times",
            "crowd_at_s",
            "crowd_ramp_s",
            "crowd_s",
            "wave_s",
            "wave_height",
            "wave_phase",
            "series",
        ],
    ),
    ("What is asked for", &["keys", "zipf", "users", "priority", "response_kb"]),
    (
        "When calls fail",
        &[
            "backoff_ms",
            "backoff_factor",
            "backoff_cap_ms",
            "jitter",
            "retry_budget",
            "idempotent",
            "on_timeout",
            "timeout_spread",
            "breaker",
            "breaker_failures",
            "breaker_share",
            "breaker_calls",
            "breaker_open_s",
            "breaker_probes",
            "bulkhead",
        ],
    ),
    ("At the same time", &["parallel", "together", "quorum", "hedge_ms"]),
    (
        "On the wire",
        &["latency_shape", "latency_cv", "loss", "datagram", "bandwidth_mbit", "request_kb", "single_line"],
    ),
    (
        "Autoscaling",
        &["autoscaling", "min_instances", "max_instances", "target_busy", "boot_s", "cooldown_s"],
    ),
    ("Money", &["price_month", "price_million", "price_gb", "average"]),
];

/// A form's parameters by section; each section has some.
pub fn of(params: &'static [Param]) -> Vec<Section> {
    if params.len() <= SHORT {
        return vec![Section { name: "", params: params.iter().collect() }];
    }
    let last = SECTIONS.len() - 1;
    let names = SECTIONS.iter().map(|section| section.0);
    let names = names.clone().take(last).chain([MORE]).chain(names.skip(last));
    let section = |name| {
        let params = params.iter().filter(|param| heading(param.id) == name).collect();
        Section { name, params }
    };
    names.map(section).filter(|section| !section.params.is_empty()).collect()
}

fn heading(id: &str) -> &'static str {
    SECTIONS.iter().find(|(_, ids)| ids.contains(&id)).map_or(MORE, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::{BLOCKS, link};

    #[test]
    fn every_parameter_stands_in_one_section_and_no_section_names_another() {
        let catalogues = || BLOCKS.iter().map(|block| block.about().params).chain([link::PARAMS]);
        for params in catalogues() {
            let sections = of(params);
            let count: usize = sections.iter().map(|section| section.params.len()).sum();
            assert_eq!(count, params.len());
            assert!(
                params.is_empty() || sections[0].name.is_empty(),
                "nothing stands open: {}",
                params[0].id
            );
        }
        for id in SECTIONS.iter().flat_map(|(_, ids)| ids.iter()) {
            let known = catalogues().flatten().any(|param| param.id == *id);
            assert!(known, "no block has the parameter {id}");
        }
    }
}

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

/// The sections by heading, in the order of the form; the first stands open. An entry that ends with `_` stands for
/// every parameter that begins with it.
const SECTIONS: [(&str, &[&str]); 13] = [
    (
        "",
        &[
            "rate",
            "reads",
            "tag",
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
            "retries",
            "async",
            "optional",
            "weight",
            "threads",
            "state",
            "reads_from",
            "shards",
            "copies",
            "nodes",
            "read_quorum",
            "write_quorum",
            "quorum_",
        ],
    ),
    (
        "Traffic over time",
        &[
            "arrivals",
            "gap_",
            "batch",
            "burst_",
            "calm_s",
            "think_",
            "over_time",
            "ramp_",
            "crowd_",
            "wave_",
            "series",
        ],
    ),
    (
        "What is asked for",
        &["keys", "zipf", "users", "priority", "response_kb", "follow_", "new_keys", "session"],
    ),
    ("Size of the data", &["rows", "row_bytes", "growth_rows", "data_gb", "disk_", "ram_gb", "index"]),
    ("Copies", &["lag_ms", "sync", "replay", "read_all", "partition", "nearest"]),
    ("Service and queue", &["service_", "queue", "connections", "discipline"]),
    (
        "When calls fail",
        &[
            "backoff_",
            "jitter",
            "retry_",
            "idempotent",
            "on_timeout",
            "timeout_",
            "breaker",
            "breaker_",
            "bulkhead",
        ],
    ),
    ("At the same time", &["parallel", "together", "quorum", "hedge_"]),
    ("On the wire", &["latency_", "loss", "datagram", "bandwidth_", "request_kb", "single_line", "network_"]),
    (
        "Autoscaling",
        &["autoscaling", "min_instances", "max_instances", "target_busy", "boot_s", "cooldown_s"],
    ),
    (MORE, &[]),
    ("Failures", &["errors", "check_", "failover_s", "mttf_", "mttr_"]),
    ("Money", &["price_", "average"]),
];

/// A form's parameters by section; each section has some.
pub fn of(params: &'static [Param]) -> Vec<Section> {
    if params.len() <= SHORT {
        return vec![Section { name: "", params: params.iter().collect() }];
    }
    let section = |(name, _): &(&'static str, &[&str])| {
        let params = params.iter().filter(|param| heading(param.id) == *name).collect();
        Section { name, params }
    };
    SECTIONS.iter().map(section).filter(|section| !section.params.is_empty()).collect()
}

/// The first section that names it.
fn heading(id: &str) -> &'static str {
    let fits = |entry: &&'static str| *entry == id || (entry.ends_with('_') && id.starts_with(*entry));
    SECTIONS.iter().find(|(_, ids)| ids.iter().any(fits)).map_or(MORE, |(name, _)| name)
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
    }
}

//! Integration tests over the public API of the core.

mod answer;
mod availability;
mod cache;
mod caching;
mod catalogue;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod cli_run;
mod compute;
mod drawn;
mod edits;
mod eviction;
mod examples;
mod exercises;
mod fan_out;
mod faults;
mod figures;
mod findings;
mod format1;
mod formulas;
mod ladder;
mod link_policies;
mod links;
mod orders;
mod proof;
mod queues;
mod reference;
mod replications;
mod retry_storm;
mod schema;
mod session;
mod session_commands;
mod session_geometry;
mod session_groups;
mod share;
mod simulate;
mod spof;
mod spof_structure;
mod stale;
mod steady;
mod steady_policies;
mod strategies;
mod theory;
mod tidy;
mod traffic;

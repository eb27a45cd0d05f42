//! Integration tests over the public API of the core.

mod answer;
mod availability;
mod books;
mod cache;
mod caching;
mod catalogue;
mod checks;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod cli_check;
#[cfg(feature = "cli")]
mod cli_compare;
#[cfg(feature = "cli")]
mod cli_faults;
#[cfg(feature = "cli")]
mod cli_run;
mod compare;
mod compute;
mod data_size;
mod drawn;
mod edits;
mod eviction;
mod examples;
mod exercises;
mod fan_out;
mod faults;
mod figures;
mod findings;
mod findings_design;
mod format1;
mod formulas;
mod ids;
mod ladder;
mod limits;
mod link_policies;
mod links;
mod mermaid;
mod network;
mod partition;
mod picture;
mod pools;
mod proof;
mod queues;
mod reference;
mod replay;
mod replications;
mod reshard;
mod retry_storm;
mod routers;
mod schema;
mod second_headroom;
mod session;
mod session_arrange;
mod session_commands;
mod session_geometry;
mod session_groups;
mod shards;
mod share;
mod shelf;
mod simulate;
mod spof;
mod spof_structure;
mod stale;
mod standby;
mod statistics;
mod steady;
mod steady_policies;
mod store_findings;
mod store_ledgers;
mod strategies;
mod tags;
mod theory;
mod tidy;
mod traffic;

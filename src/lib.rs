//! Headroom: draw a system, push traffic through it, see what breaks first.
//!
//! The pipeline, in reading order:
//! 1. [`design`]: what the person drew: nodes, links, groups, objectives. No derived data.
//! 2. [`blocks`]: the catalogue of kinds. Each lowers a node to one [`topology::Station`].
//! 3. [`topology`]: the petgraph graph of stations and routes in seconds. Built from any design, never fails.
//! 4. [`engine`]: two methods, *steady* (formulas) and *simulated* (every request an event), one [`report::Report`].
//! 5. [`analysis`]: what breaks first, single points of failure, cost, findings with fixes.
//! 6. [`share`]: a design as JSON and as a link. [`examples`] to start from. [`exercises`]: a brief, a start and a judge.
//! 7. [`session`]: the editor's logic: commands, gestures, undo. [`job`]: what page and worker say.
//! 8. [`shelf`]: the designs that a person keeps in one browser, with their earlier versions.
//! 9. [`figures`]: numbers as people read them, for page and terminal alike. [`sorted`]: sorting, compiled once.

pub mod analysis;
pub mod blocks;
pub mod design;
pub mod engine;
pub mod examples;
pub mod exercises;
pub mod figures;
pub mod file;
pub mod job;
pub mod mermaid;
pub mod picture;
pub mod report;
pub mod session;
pub mod share;
pub mod shelf;
pub mod sorted;
pub mod topology;

/// Version of the engine's arithmetic. Raised whenever a golden digest changes.
pub const ENGINE_VERSION: u32 = 2;

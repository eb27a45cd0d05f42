//! The engine against theory: every reference case as a formula, by the steady method and simulated; the two methods against
//! each other on random designs; and whether intervals hold what they promise. `cargo xtask validate` runs all of it.

mod cases;
mod coverage;
mod draw;
mod page;
mod random;
mod read;
mod simulate;
mod solved;
mod table;
mod theory;

//! The engine against theory: all reference cases, random designs and intervals, in release. Writes the validation table.

use std::process::Command;

use crate::{Outcome, command};

/// Runs what plain `cargo test` leaves out, because it takes minutes.
pub fn task() -> Outcome {
    println!("xtask: simulates every reference case; this takes about ten minutes");
    let test = [
        "test",
        "--release",
        "--locked",
        "--test",
        "validate",
        "--",
        "--ignored",
        "--nocapture",
        "write_the_table",
    ];
    command::run(Command::new("cargo").args(test))
}

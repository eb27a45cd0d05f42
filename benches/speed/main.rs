//! Benchmarks of the core: `cargo bench` times its parts with divan, `cargo bench -- --table` whole runs for
//! `cargo xtask bench`, `cargo bench -- --once SYSTEM SECONDS` gives a profiler one run to look at, `--answer NAME TIMES`
//! one of the answers that come without a run, and `--digests SECONDS` tells whether runs are still the same to the last bit.

// It talks to whoever started it.
#![allow(clippy::print_stdout)]

mod answers;
mod large;
mod parts;
mod systems;
mod table;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    match arguments[..] {
        ["--table"] => {
            answers::print();
            table::print();
        }
        ["--answers"] => answers::print(),
        ["--answer", name, times] => answers::once(name, times.parse().expect("a number")),
        ["--once", name, seconds] => table::once(name, seconds.parse().expect("whole seconds")),
        ["--digests", seconds] => table::digests(seconds.parse().expect("whole seconds")),
        _ => divan::main(),
    }
}

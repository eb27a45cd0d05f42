//! The tasks of this repository: `cargo xtask serve`, `cargo xtask test` and the steps that they are made of.
//!
//! Only the standard library: these tasks have to compile in seconds on a machine that has nothing else yet.

// A task runner talks to the person who started it.
#![allow(clippy::print_stdout)]

mod bench;
mod build;
mod command;
mod firefox;
mod frames;
mod halves;
mod offline;
mod serve;
mod sizes;
mod test;
mod tools;
mod validate;

use build::Effort;
use std::path::PathBuf;
use std::process::ExitCode;

/// What a step gives back; the error is one sentence for a person.
type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
cargo xtask serve [--port N] [--base /PATH/] [--open] [--dev]
                      build the page and serve it on http://127.0.0.1:8080
cargo xtask test      everything that has to hold: style, core, gates, page, size, browser
cargo xtask build     build the page into dist/
cargo xtask first     write www/first.txt anew: what the first screen needs of the program
cargo xtask sizes     what a first visit downloads, and the gate on it
cargo xtask validate  the engine against theory and against itself; writes the fidelity page and its table (about ten minutes)
cargo xtask browser [--quick] [ARGUMENTS OF playwright test]
                      build the page and run only the browser tests; --quick builds in a minute, large and slow
cargo xtask firefox   the main tasks in Firefox, and the same digest there; installs a Firefox where it may
cargo xtask bench [--native]
                      how fast systems are simulated here, in the page, by SimPy and by Ciw; --native only here
cargo xtask frames [BLOCKS ...]
                      how smooth the page is with many blocks and live traffic, beside React Flow and an empty page

--dev rebuilds and reloads when a file changes. --base serves under a path, as a sub-folder of a site would.
Tools go to ~/.cache/headroom/tools, or to $HEADROOM_TOOLS. $HEADROOM_CHROMIUM names a browser to test with.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("\nerror: {text}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome {
    let root = root();
    std::env::set_current_dir(&root).map_err(|e| format!("cannot enter {}: {e}", root.display()))?;
    let Some((task, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(());
    };
    match task.as_str() {
        "serve" => serve::task(&serve::Options::parse(rest)?),
        "test" => none(rest).and_then(|()| test::task()),
        "build" => none(rest).and_then(|()| build::page(Effort::Release)),
        "first" => none(rest).and_then(|()| halves::record()),
        "sizes" => none(rest).and_then(|()| sizes::task()),
        "validate" => none(rest).and_then(|()| validate::task()),
        "frames" => frames::task(rest),
        "bench" => bench::task(rest),
        "browser" => test::browser_task(rest),
        "firefox" => none(rest).and_then(|()| firefox::task()),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no task `{other}`.\n\n{HELP}")),
    }
}

fn none(rest: &[String]) -> Outcome {
    match rest.first() {
        Some(extra) => Err(format!("this task takes no `{extra}`.\n\n{HELP}")),
        None => Ok(()),
    }
}

/// The folder that holds Cargo.lock, wherever the task was started.
fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map_or(own.clone(), PathBuf::from)
}

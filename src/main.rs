//! The command line: the same designs, links and engines as the page, for a terminal and for CI.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}

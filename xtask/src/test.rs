//! Everything that has to hold, one step after the other, with one line each at the end.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::build::Effort;
use crate::{Outcome, build, command, firefox, serve, sizes, tools};

/// How many single checks of a step held and how many did not, and what it says in the summary.
#[derive(Default)]
struct Counts {
    passed: u32,
    failed: u32,
    note: String,
}

impl Counts {
    /// A step that is one check.
    fn one(note: impl Into<String>) -> Counts {
        Counts { passed: 1, failed: 0, note: note.into() }
    }
}

struct Step {
    name: &'static str,
    time: Duration,
    counts: Counts,
}

type Run = fn() -> Result<Counts, Counts>;

/// In this order: what is quick to fail comes first.
const STEPS: [(&str, Run); 10] = [
    ("format", || checked("", format)),
    ("clippy, core and tasks", || checked("", clippy_core)),
    ("clippy, page for wasm32", || checked("", clippy_page)),
    ("core tests", || cargo_test(&[])),
    ("task tests", || cargo_test(&["--package", "xtask"])),
    ("num-traits without std", || checked("", without_std)),
    ("page build", || checked("", || build::page(Effort::Release))),
    ("size gate", || single(sizes::gate())),
    ("browser tests", || browser(&[])),
    ("firefox, where there is one", || single(firefox::where_installed())),
];

/// Runs every step, also after one has failed.
pub fn task() -> Outcome {
    let start = Instant::now();
    let mut steps = vec![step("tools", || checked("", install))];
    steps.extend(STEPS.iter().map(|(name, run)| step(name, *run)));
    summary(&steps, start.elapsed())
}

/// Builds the page and runs the browser tests with these arguments of Playwright.
pub fn browser_task(arguments: &[String]) -> Outcome {
    let (effort, arguments) = match arguments.split_first() {
        Some((first, rest)) if first == "--quick" => (Effort::Quick, rest),
        _ => (Effort::Release, arguments),
    };
    build::page(effort)?;
    match browser(arguments) {
        Ok(_) => Ok(()),
        Err(counts) => Err(counts.note),
    }
}

fn step(name: &'static str, run: Run) -> Step {
    println!("\n=== {name}");
    let start = Instant::now();
    let counts = run().unwrap_or_else(|mut counts| {
        println!("{name} failed: {}", counts.note);
        counts.failed = counts.failed.max(1);
        counts
    });
    Step { name, time: start.elapsed(), counts }
}

/// The lines at the end; the last one stands alone for whoever reads only that.
fn summary(steps: &[Step], time: Duration) -> Outcome {
    println!("\n=== summary after {:.0} s", time.as_secs_f64());
    for Step { name, time, counts } in steps {
        let word = if counts.failed == 0 { "ok    " } else { "FAILED" };
        let note = counts.note.lines().next().unwrap_or("");
        println!(
            "{word} {:>7.1} s  {name:<26} {:>4} passed {:>3} failed  {note}",
            time.as_secs_f64(),
            counts.passed,
            counts.failed
        );
    }
    let passed: u32 = steps.iter().map(|s| s.counts.passed).sum();
    let failed: u32 = steps.iter().map(|s| s.counts.failed).sum();
    println!("{passed} passed, {failed} failed");
    if failed == 0 { Ok(()) } else { Err(format!("{failed} of {} checks failed", passed + failed)) }
}

fn single(result: Outcome<String>) -> Result<Counts, Counts> {
    result.map(Counts::one).map_err(|note| Counts { note, ..Counts::default() })
}

fn checked(note: &str, run: fn() -> Outcome) -> Result<Counts, Counts> {
    single(run().map(|()| note.to_owned()))
}

fn install() -> Outcome {
    println!(
        "xtask: looking for the tools; what is missing is installed, which takes minutes the first time"
    );
    tools::components()?;
    tools::for_page()?;
    tools::for_browser().map(|_| ())
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments);
    command
}

fn format() -> Outcome {
    command::run(&mut cargo(&["fmt", "--all", "--check"]))
}

fn clippy_core() -> Outcome {
    command::run(&mut cargo(&[
        "clippy",
        "--locked",
        "-p",
        "headroom",
        "-p",
        "xtask",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn clippy_page() -> Outcome {
    const PAGE: [&str; 5] = ["clippy", "-p", "headroom-www", "--target", "wasm32-unknown-unknown"];
    command::run(cargo(&PAGE).args(["--locked", "--", "-D", "warnings"]))
}

fn cargo_test(more: &[&str]) -> Result<Counts, Counts> {
    let mut counts = Counts::default();
    let result = command::each_line(cargo(&["test", "--locked"]).args(more), |line| {
        if let Some((passed, failed)) = cargo_result(line) {
            counts.passed += passed;
            counts.failed += failed;
        }
    });
    counted(result, counts)
}

/// Reads `test result: ok. 12 passed; 0 failed; …`.
fn cargo_result(line: &str) -> Option<(u32, u32)> {
    let words: Vec<&str> = line.strip_prefix("test result: ")?.split_whitespace().collect();
    let before = |name: &str| {
        let at = words.iter().position(|word| word.trim_end_matches(';') == name)?;
        words.get(at.checked_sub(1)?)?.parse().ok()
    };
    Some((before("passed")?, before("failed")?))
}

/// A crate that turns on `num-traits/std` changes the values that `rand_distr` samples, silently.
fn without_std() -> Outcome {
    let tree = command::output(&mut cargo(&[
        "tree",
        "--locked",
        "--workspace",
        "-e",
        "features",
        "-i",
        "num-traits",
    ]))?;
    let reason = |line: &&str| {
        line.contains("num-traits feature \"std\"") || line.contains("num-traits feature \"default\"")
    };
    match tree.lines().find(reason) {
        Some(_) => Err(format!("num-traits is built with std, which changes the sampled values:\n{tree}")),
        None => Ok(()),
    }
}

fn browser(arguments: &[String]) -> Result<Counts, Counts> {
    let failed = |note: String| Counts { note, ..Counts::default() };
    let chromium = tools::for_browser().map_err(failed)?;
    // The command line of the same sources, which the page's figures are compared with.
    command::run(&mut cargo(&["build", "--quiet", "--locked"])).map_err(failed)?;
    let (url, below) =
        (serve::in_background("/").map_err(failed)?, serve::in_background("/a/b/").map_err(failed)?);
    let mut counts = Counts::default();
    let mut command = Command::new("node");
    command
        .args(["node_modules/@playwright/test/cli.js", "test"])
        .args(arguments)
        .current_dir(tools::E2E)
        .env("HEADROOM_URL", url)
        .env("HEADROOM_URL_BELOW", below)
        .env("HEADROOM_CHROMIUM", chromium)
        .env("HEADROOM_ROOT", if tools::is_root() { "1" } else { "" })
        .env("HEADROOM_FIRST_VISIT_LIMIT", sizes::LIMIT.to_string());
    let result = command::each_line(&mut command, |line| {
        if let Some((number, what)) = playwright_result(line) {
            match what {
                "passed" | "flaky" => counts.passed += number,
                _ => counts.failed += number,
            }
        }
    });
    counted(result, counts)
}

/// Reads a line of Playwright's own summary, such as `  12 passed (30.1s)`.
fn playwright_result(line: &str) -> Option<(u32, &str)> {
    let mut words = line.strip_prefix("  ")?.split(' ');
    let (number, what) = (words.next()?.parse().ok()?, words.next()?);
    ["passed", "flaky", "failed", "interrupted"].contains(&what).then_some((number, what))
}

fn counted(result: Outcome, counts: Counts) -> Result<Counts, Counts> {
    match result {
        Ok(()) if counts.passed == 0 => Err(Counts { note: "no test ran".to_owned(), ..counts }),
        Ok(()) => Ok(counts),
        Err(note) => Err(Counts { note, ..counts }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summaries_of_cargo_and_playwright_are_read() {
        let cargo = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(cargo_result(cargo), Some((12, 3)));
        assert_eq!(cargo_result("test a ... ok"), None);
        assert_eq!(playwright_result("  11 passed (30.1s)"), Some((11, "passed")));
        assert_eq!(playwright_result("  1 failed"), Some((1, "failed")));
        assert_eq!(playwright_result("    [chromium] › a.spec.mjs:3:1 › a"), None);
    }

    #[test]
    fn a_step_that_ran_no_test_has_failed() {
        assert!(counted(Ok(()), Counts::default()).is_err());
        assert!(counted(Ok(()), Counts::one("")).is_ok());
        assert!(counted(Err("why".to_owned()), Counts::one("")).is_err());
    }
}

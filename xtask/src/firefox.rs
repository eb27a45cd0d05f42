//! The main tasks of a person in Firefox, and the same digest there as natively.

use std::path::PathBuf;
use std::process::Command;

use crate::build::Effort;
use crate::{Outcome, build, command, serve, tools};

/// A design whose digest Firefox has to find too, and the plan of `tests/e2e/firefox.mjs`.
const DESIGN: &str = "static/examples/three-tiers-with-everything.json";
const PLAN: [&str; 6] = ["--seed", "7", "--duration", "10", "--warmup", "2"];

/// Builds the page, installs a Firefox where there is none, and does the tasks.
pub fn task() -> Outcome {
    build::page(Effort::Release)?;
    tools::for_browser()?;
    smoke(&tools::firefox()?).map(|_| ())
}

/// The same with a Firefox that is there already; the line for the summary.
pub fn where_installed() -> Outcome<String> {
    match tools::firefox_on_path() {
        Some(firefox) => smoke(&firefox),
        None => Ok("no Firefox here: `cargo xtask firefox` installs one".to_owned()),
    }
}

fn smoke(firefox: &PathBuf) -> Outcome<String> {
    let mut run = Command::new("cargo");
    run.args([
        "run",
        "--quiet",
        "--locked",
        "--",
        "run",
        DESIGN,
        "--method",
        "simulated",
        "--format",
        "json",
    ]);
    let json = command::output(run.args(PLAN))?;
    let digest = json.split("\"digest\"").nth(1).and_then(|rest| rest.split('"').nth(1));
    let digest = digest.ok_or("the command line printed no digest")?;
    let url = serve::in_background("/")?;
    let design = std::env::current_dir().map_err(|e| e.to_string())?.join(DESIGN);
    let mut last = String::new();
    let mut node = Command::new("node");
    node.arg("firefox.mjs").arg(url).arg(firefox).arg(design).arg(digest).current_dir(tools::E2E);
    command::each_line(&mut node, |line| line.clone_into(&mut last))?;
    Ok(last)
}
